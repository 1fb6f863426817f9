"""Signing in through the API, and who may read what became of it."""

import pytest

from models import Event, Role
from services import clockwork, people, sessions
from services.actors import GUEST, SYSTEM
from tests.api.people import NEW_PASSWORD, PASSWORD, somebody
from tests.cast import ADMIN, MANAGER

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def nothing_told_yet():
    sessions._told.clear()


class TestSignIn:
    async def test_opens_the_door_until_it_is_left(self, api, database):
        karla = await somebody()

        token = await api.do(GUEST, "SignIn", username="Karla", password=PASSWORD)

        actor = await people.authenticate(token["secret"])
        assert token["person"]["number"] == karla.number
        assert (await api.ask(actor, "Me"))["signedInAt"]
        await api.do(actor, "SignOut")
        assert await people.authenticate(token["secret"]) is None

    async def test_is_no_way_to_another_guests_token(self, api, database):
        """Keys belong to who is known; guests would share theirs."""
        await somebody()
        given = {"username": "karla", "idempotencyKey": "k"}
        await api.do(GUEST, "SignIn", **given, password=PASSWORD)

        [problem] = await api.refusal(GUEST, "SignIn", **given, password="a guess at it")

        assert problem["code"] == "INVALID"

    async def test_counts_guesses_in_dry_runs_too(self, api, database):
        await somebody()
        given = {"username": "karla", "password": "a guess", "dryRun": True}

        codes = [(await api.refusal(GUEST, "SignIn", **given))[0]["code"] for _ in range(6)]

        assert codes == ["INVALID"] * 5 + ["BLOCKED"]

    async def test_never_shows_a_secret_twice(self, api, database):
        await somebody()
        await api.do(ADMIN, "TokenCreate", personId="PER-1900", label="Scanner")

        [token] = (await api.ask(ADMIN, "Tokens"))["nodes"]
        again = await api.ask(ADMIN, "{ tokens { nodes { secret } } }")

        assert token["label"] == "Scanner"
        assert again == {"nodes": [{"secret": None}]}


class TestAudit:
    async def test_is_for_those_who_may_see_people(self, api, database, feed):
        await somebody()
        await api.refusal(GUEST, "SignIn", username="karla", password="a guess")
        await api.do(GUEST, "SignIn", username="karla", password=PASSWORD)
        await api.do(ADMIN, "PasswordSet", id="PER-1900", password=NEW_PASSWORD)
        await api.do(ADMIN, "PersonRoleSet", id="PER-1900", role="SUPPORT")

        seen = await api.watch(ADMIN, "Events", take=5, after="0")
        hidden = await api.watch(MANAGER, "Events", after="999")

        events = [each["data"]["events"] for each in seen]
        assert [each["kind"] for each in events] == [
            *("SIGN_IN_REFUSED", "SIGNED_IN", "TOKEN_REVOKED", "PASSWORD_SET", "PERSON_ROLE_SET")
        ]
        assert [each["actor"] for each in events][1:] == ["PER-1900", *[ADMIN.label] * 3]
        assert hidden[0]["data"]["events"]["kind"] == "RESET"
        assert await Event.filter(kind="SignInRefused").count() == 1


class TestRetention:
    async def test_answers_an_old_cursor_with_a_reset(self, api, database, feed, clock, policy):
        for _ in range(3):
            await people.create_token(SYSTEM, Role.CLERK, name="Clara")
            clock.advance(days=20)
        [_] = await api.watch(ADMIN, "Events", after="0")
        policy(log_retention_days=30)
        await clockwork.tick()

        [old] = await api.watch(ADMIN, "Events", after="0")
        [kept] = await api.watch(ADMIN, "Events", after="2")

        assert old["data"]["events"]["kind"] == "RESET"
        assert old["data"]["events"]["cursor"] == "3"
        assert kept["data"]["events"]["kind"] == "TOKEN_CREATED"
