"""Answers by plans are those of graphql-core, to the byte, whatever is asked."""

import gc
import json
import os
import re
from random import Random
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_required_argument,
)
from tortoise.connection import get_connection

from api.context import Context
from api.execution import Engine, Rejected, Request, core
from api.limits import Limits
from api.nodes import KINDS, encode
from models import Order, Role
from services import event_log
from services.measures import COMPILED
from tests.api.conftest import as_sent
from tests.api.plenty import fill
from tests.cast import STAGES, Shop, actor, actor_for
from tests.documents import DOCUMENTS

# How many documents are written at random; a change of the plans themselves deserves thousands.
MANY = int(os.environ.get("WAYBILL_TEST_DOCUMENTS", "200"))

sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
QUERIES = {name for name, text in DOCUMENTS.items() if re.search(rf"^query {name}\b", text, re.M)}

EVERYTHING = Limits(cost=10**9, fields=10**9, depth=50)
BY_PLANS = Engine(introspection=True, limits=EVERYTHING)
BY_CORE = Engine(introspection=True, limits=EVERYTHING, compiled=False)

ADMIN, PICKER, ACCOUNTANT = (
    actor(role, n) for n, role in enumerate((Role.ADMIN, Role.PICKER, Role.ACCOUNTANT), 9)
)
# The id under which an internal error is found in the log.
REFERENCE = re.compile(r"reference is [0-9a-f]{32}")


def done() -> float:
    """How many root fields a plan has answered."""
    return COMPILED.labels("done")._value.get()


def only(name: str) -> str:
    """One of the operations of its document, with all fragments."""
    parts = re.split(r"^(?=query |mutation |subscription |fragment )", DOCUMENTS[name], flags=re.M)
    return "".join(
        part for part in parts if part.startswith("fragment ") or re.match(rf"query {name}\b", part)
    )


async def answer(engine: Engine, who: Any, query: str, variables: dict[str, Any]) -> bytes:
    """The whole answer, with its errors in the order of their paths: they come in any."""
    prepared = engine.prepare(Request(query=query, variables=variables))
    if isinstance(prepared, Rejected):
        return json.dumps(as_sent(prepared)).encode()
    sent = as_sent(await engine.run(prepared, Context(actor=who)))
    sent.get("errors", []).sort(key=lambda each: (json.dumps(each.get("path")), each["message"]))
    return REFERENCE.sub("", json.dumps(sent)).encode()


async def assert_same(who: Any, query: str, **variables: Any) -> None:
    expected = await answer(BY_CORE, who, query, variables)
    assert await answer(BY_PLANS, who, query, variables) == expected, query


async def assert_same_nulls(who: Any, query: str, **variables: Any) -> None:
    """Where several errors make the same place null, it is a matter of time which are told."""
    ours, expected = [
        json.loads(await answer(engine, who, query, variables)) for engine in (BY_PLANS, BY_CORE)
    ]
    assert ours.get("data") == expected.get("data"), query
    assert nulled(ours) == nulled(expected), query


def nulled(sent: dict[str, Any]) -> set[tuple[str, ...]]:
    """The places that an error made null."""
    found = set()
    for error in sent.get("errors", ()):
        value, place = sent.get("data"), []
        for step in error.get("path", ()):
            if value is None:
                break
            value = value[step]
            place.append(str(step))
        found.add(tuple(place))
    return found


class Writer:
    """Writes valid documents at random, of everything the schema has."""

    def __init__(self, dice: Random, rows: dict[str, list[Any]]) -> None:
        self.dice, self.rows = dice, rows
        self.fragments: list[str] = []

    def document(self) -> str:
        self.fragments = []
        fields = [self.field(core.query_type, depth=4) for _ in range(self.dice.randint(1, 2))]
        operation = f"query ($yes: Boolean!, $no: Boolean!) {{ {' '.join(filter(None, fields))} "
        # So that both variables are used.
        operation += "__typename @include(if: $yes) @skip(if: $no) }"
        return " ".join([operation, *self.fragments])

    def selection(self, kind: Any, depth: int) -> str:
        parts = [self.field(kind, depth) for _ in range(self.dice.randint(1, 7))]
        if is_abstract_type(kind):
            some = self.dice.sample(core.get_possible_types(kind), 2)
            parts += [self.fragment(each, depth) for each in some]
        if self.dice.random() < 0.2:
            parts.append(self.fragment(kind, depth))
        # At least one field, and one that has the same shape wherever it is merged.
        return f"{{ {' '.join(filter(None, parts))} __typename }}"

    def fragment(self, kind: Any, depth: int) -> str:
        condition = self.dice.choice(["", "@include(if: $yes)", "@skip(if: $yes)"])
        inner = self.selection(kind, depth - 1)
        if self.dice.random() < 0.5:
            return f"... on {kind.name} {condition} {inner}"
        name = f"f{len(self.fragments)}"
        self.fragments.append(f"fragment {name} on {kind.name} {inner}")
        return f"...{name} {condition}"

    def field(self, kind: Any, depth: int) -> str:
        name = self.dice.choice(sorted(kind.fields))
        field = kind.fields[name]
        named = get_named_type(field.type)
        if not is_leaf_type(named) and depth <= 0:
            return ""
        # An alias of its own for each use, as two uses may differ in what they are given.
        alias = f"a{self.dice.randrange(10**9)}: " if field.args or self.dice.random() < 0.5 else ""
        if not alias and not is_leaf_type(named):
            alias = f"{name}: "
        condition = self.dice.choice([""] * 8 + ["@include(if: $no)", "@skip(if: $no)"])
        below = "" if is_leaf_type(named) else self.selection(named, depth - 1)
        return f"{alias}{name}{self.arguments(field, named)} {condition} {below}"

    def arguments(self, field: Any, named: Any) -> str:
        given = {}
        for name, argument in field.args.items():
            if is_required_argument(argument) or self.dice.random() < 0.4:
                value = self.value(name, argument.type, named)
                if value is not None:
                    given[name] = value
        given.pop("last", None) if "first" in given else None
        return (
            f"({', '.join(f'{name}: {value}' for name, value in given.items())})" if given else ""
        )

    def value(self, name: str, kind: Any, named: Any) -> str | None:
        if isinstance(kind, GraphQLNonNull):
            return self.value(name, kind.of_type, named) or "null"
        if name in ("first", "last"):
            return str(self.dice.randint(0, 8))
        if name in ("after", "before"):
            return None
        if isinstance(kind, GraphQLList):
            return f"[{self.value(name, kind.of_type, named)}]"
        if isinstance(kind, GraphQLEnumType):
            return self.dice.choice(sorted(kind.values))
        if isinstance(kind, GraphQLInputObjectType):
            fields = {
                key: self.value(key, each.type, named)
                for key, each in kind.fields.items()
                if isinstance(each.type, GraphQLNonNull)
            }
            return f"{{{', '.join(f'{key}: {value}' for key, value in fields.items())}}}"
        return {"Int": "1", "Boolean": "true", "DateTime": '"2026-01-07T00:00:00Z"'}.get(
            kind.name, json.dumps(self.text(name, named))
        )

    def text(self, name: str, named: Any) -> str:
        if name == "token":
            return self.dice.choice(self.rows["Order"]).tracking_token
        rows = self.rows.get(named.name) or [each for some in self.rows.values() for each in some]
        row = self.dice.choice(rows)
        return self.dice.choice([row.number, encode(row)]) if name != "search" else "a"


async def every_row() -> dict[str, list[Any]]:
    return {name: found for name, kind in KINDS.items() if (found := await kind.all().limit(20))}


async def lived_in() -> Shop:
    """A shop that has some of everything."""
    shop = await Shop.open(north=100, south=100)
    for stage in STAGES:
        await shop.order(stage, mug=1, shirt=1)
    await fill(shop)
    await event_log.take_in()
    return shop


@pytest.fixture
def forgetting():
    """Lets graphql-core forget what it had begun beside a field that fails, here and at once."""
    yield
    gc.collect()


@pytest.mark.usefixtures("forgetting")
@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
class TestPlans:
    @pytest.mark.parametrize(
        ("database_url", "documents"),
        [("sqlite", MANY), ("postgres", MANY // 5)],
        indirect=["database_url"],
    )
    async def test_answer_whatever_is_asked_as_graphql_core_does(self, database, clock, documents):
        shop = await lived_in()
        callers = [ADMIN, ADMIN, ADMIN, PICKER, ACCOUNTANT, actor_for(shop.customer)]
        rows = await every_row()
        before = done()
        for seed in range(documents):
            dice = Random(seed)
            query = Writer(dice, rows).document()
            await assert_same(dice.choice(callers), query, yes=True, no=False)

        assert done() - before > documents / 2

    @sqlite
    async def test_leave_errors_and_nulls_to_graphql_core(self, database, clock):
        await lived_in()
        await spoil()
        rows = await every_row()
        for seed in range(10_000, 10_000 + MANY // 3):
            dice = Random(seed)
            await assert_same_nulls(ADMIN, Writer(dice, rows).document(), yes=True, no=False)

    @sqlite
    async def test_answer_the_documents_people_copy(self, shop, clock):
        await fill(shop)
        order = await Order.all().order_by("-id").first()
        given = {
            "number": order.number,
            "id": order.number,
            "first": 5,
            "token": order.tracking_token,
        }
        for name in sorted(QUERIES):
            await assert_same(ADMIN, only(name), **given)

    @sqlite
    async def test_are_not_there_when_switched_off(self, shop):
        before = done()
        await answer(BY_CORE, ADMIN, "{ orders { nodes { number } } }", {})
        assert done() == before
        await answer(BY_PLANS, ADMIN, "{ orders { nodes { number } } }", {})
        assert done() == before + 1

    @sqlite
    async def test_follow_the_conditions_of_each_request(self, shop):
        query = "query ($a: Boolean!) { orders { nodes { number @include(if: $a) status } } }"
        await shop.order("placed", mug=1)
        for a in (True, False, True):
            await assert_same(ADMIN, query, a=a)

    @sqlite
    async def test_read_only_the_columns_that_are_asked_for(self, shop, statements):
        await shop.order("placed", mug=1)
        query = "{ orders { nodes { number lines { ordered } } } }"
        statements.clear()
        await answer(BY_PLANS, ADMIN, query, {})
        orders, lines = (each for each in statements if each.startswith("SELECT"))

        assert "note" not in orders
        assert "unit_price" not in lines

    @sqlite
    async def test_are_made_once_per_document(self, shop):
        prepared = BY_PLANS.prepare(Request(query="{ orders { nodes { note } } }"))
        for _ in range(3):
            await BY_PLANS.run(prepared, Context(actor=ADMIN))

        assert len(prepared.plans) == 1


async def spoil() -> None:
    """Break rows in ways that no service would: what is required is gone, kinds are unknown."""
    execute = get_connection("default").execute_script
    await execute("PRAGMA foreign_keys = OFF")
    await execute("DELETE FROM variants WHERE id % 2 = 0")
    await execute("DELETE FROM locations WHERE id % 3 = 0")
    await execute("UPDATE order_lines SET currency = 'XXXX' WHERE id % 5 = 0")
    await execute("UPDATE fulfillments SET location_id = 999999 WHERE id % 2 = 0")
    await execute("UPDATE stock_levels SET on_hand = 99999999999 WHERE id % 4 = 0")
