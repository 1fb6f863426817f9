"""What every mutation has in common, proven for each mutation of the schema."""

import pytest

from models import Customer, Event
from tests.api.conftest import record_of
from tests.api.examples import EXAMPLES, MUTATIONS, example, operation, takes
from tests.cast import ADMIN, CLERK, everything

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_every_mutation_has_an_example():
    assert set(EXAMPLES) == set(MUTATIONS)


@on_sqlite
class TestMutation:
    @pytest.mark.parametrize("mutation", MUTATIONS)
    async def test_is_rehearsed_then_done_and_done_once(self, api, shop, mutation):
        input = await example(mutation, shop)
        before = await everything()

        shown = await api.do(ADMIN, operation(mutation), **input, dryRun=True)
        assert await everything() == before
        keyed = input | {"idempotencyKey": "k"}
        done = await api.ask(ADMIN, operation(mutation), input=keyed)
        after = await everything()
        again = await api.ask(ADMIN, operation(mutation), input=keyed)

        assert (done["userErrors"], done["replayed"]) == ([], False)
        assert essence(shown) == essence(record_of(done))
        news = await Event.all().order_by("id").offset(len(before["events"]))
        assert {event.actor for event in news} == {ADMIN.label}
        # What has changed was told the first time.
        told = {name: None for name in done if name == "changes"}
        assert again == without_secrets(done) | {"replayed": True} | told
        # A password is always proven first, and the current one is another by then.
        if mutation != "passwordChange":
            assert await everything() == after


@on_sqlite
class TestIdempotencyKey:
    @pytest.mark.parametrize(
        ("mutation", "input"),
        [
            ("CustomerCreate", {"name": "Bea"}),
            ("CustomerCreate", {"name": "Ada", "email": "ada@example.com"}),
            ("ProductCreate", {"name": "Ada"}),
        ],
    )
    async def test_is_refused_for_another_input(self, api, database, mutation, input):
        await api.do(ADMIN, "CustomerCreate", name="Ada", idempotencyKey="k")
        before = await everything()

        [problem] = await api.refusal(ADMIN, mutation, **input, idempotencyKey="k")

        assert problem["__typename"] == "IdempotencyMismatchError"
        assert problem["path"] == ["input", "idempotencyKey"]
        assert await everything() == before

    async def test_is_not_used_up_by_a_dry_run_nor_by_a_refusal(self, api, database):
        await api.do(CLERK, "CustomerCreate", name="Ada", idempotencyKey="k", dryRun=True)
        await api.refusal(CLERK, "CustomerCreate", name="", idempotencyKey="k")

        done = await api.do(CLERK, "CustomerCreate", name="Bea", idempotencyKey="k")

        assert [done["name"]] == await Customer.all().values_list("name", flat=True)

    @pytest.mark.parametrize("key", ["", " ", "k" * 201])
    async def test_has_1_to_200_characters(self, api, database, key):
        [problem] = await api.refusal(CLERK, "CustomerCreate", name="Ada", idempotencyKey=key)

        assert (problem["code"], problem["path"]) == ("INVALID", ["input", "idempotencyKey"])


@on_sqlite
class TestExpectedVersion:
    @pytest.mark.parametrize(
        "mutation", [name for name in MUTATIONS if takes(name, "expectedVersion")]
    )
    async def test_keeps_from_changing_what_has_changed(self, api, shop, mutation):
        input = await example(mutation, shop)
        before = await everything()

        [problem] = await api.refusal(ADMIN, operation(mutation), **input, expectedVersion=99)

        assert problem["__typename"] == "VersionConflictError"
        assert (problem["path"], problem["expected"]) == (["input", "expectedVersion"], 99)
        assert await everything() == before
        current = {"expectedVersion": problem["actual"]}
        assert await api.do(ADMIN, operation(mutation), **input, **current)


def without_secrets(payload):
    """A payload with what is shown only once no longer shown."""
    return {
        name: each | {"secret": None} if isinstance(each, dict) and "secret" in each else each
        for name, each in payload.items()
    }


def essence(record):
    """A record without what a rehearsal and the act differ in: moments, secrets, ids given anew."""
    if isinstance(record, list):
        return [essence(each) for each in record]
    if not isinstance(record, dict):
        return record
    return {
        name: essence(each)
        for name, each in record.items()
        if name not in ("id", "number", "secret") and not name.endswith("At")
    }
