"""Every field and argument of the schema, given what nobody should send, through a real server."""

import json
import os
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Sequence
from copy import deepcopy
from itertools import cycle
from typing import Any

import httpx
import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
)

from api.execution import core
from models import Person, Role
from services import checks, event_log
from tests.api.examples import MUTATIONS, example
from tests.api.people import PEOPLE
from tests.cast import Shop
from tests.clients import bearer, opened
from tests.servers import Served, served

LONG = "x" * 100_000
# Written as JSON by hand, as no sane library writes the half of a character.
HALF = '"\\ud800"'
NUMBERS: list[Any] = [0, -1, 2**31 - 1, -(2**31), 2**31, 2**63, 10**400, 1.5, True]
TEXTS: list[Any] = ["", " ", "\0", LONG, "ORD-0", "ORD-99999999999999999999", "' OR 1=1 --", "💥"]
IDS: list[Any] = ["T3JkZXI6OTk5OTk5OTk5OTk5OTk5OTk5", "T3JkZXI6LTE=", "====", "CUS-1001"]
MOMENTS: list[Any] = ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-02-30", "tomorrow"]
SHAPES: list[Any] = [None, [], {}, [[[]]], {"a": {"b": 1}}]
HOSTILE = [*NUMBERS, *TEXTS, *IDS, *MOMENTS, *SHAPES]
# What is no message at all closes the socket with 4400, as it should.
ENDS_SOCKETS = {json.dumps(10**400), json.dumps("\0")}
DEPTH = 2
BUNCH = 8
# Their examples enter the same people, or the method that is taken where nobody chooses one.
ALONE = {name for name in MUTATIONS if name in PEOPLE or "hipping" in name}
# Each place is given so many of them, and the next place the next ones.
AT_A_PLACE = int(os.environ.get("WAYBILL_TEST_HOSTILE", "4"))


def in_bunches(names: Iterable[str], alone: Collection[str] = ()) -> list[Any]:
    """Some names at a time, as a server of its own for each would take longer than the attacks;
    those whose examples need a shop of their own one by one."""
    together = sorted(name for name in names if name not in alone)
    bunches = [together[start : start + BUNCH] for start in range(0, len(together), BUNCH)]
    bunches += [[name] for name in sorted(alone)]
    return [pytest.param(each, id="-".join(dict.fromkeys((each[0], each[-1])))) for each in bunches]


@pytest.fixture
async def server(sqlite_url: str) -> AsyncIterator[Served]:
    async with served(sqlite_url, rate_per_actor=0, rate_per_address=0) as running:
        yield running


def selection(kind: Any, depth: int = DEPTH) -> str:
    """Every field of a type that needs no argument, so many levels down."""
    named = get_named_type(kind)
    if isinstance(named, GraphQLUnionType):
        return "{ __typename }"
    if not isinstance(named, GraphQLObjectType | GraphQLInterfaceType):
        return ""
    inner = [
        f"{name} {selection(field.type, depth - 1)}"
        for name, field in named.fields.items()
        if not any(isinstance(each.type, GraphQLNonNull) for each in field.args.values())
        and (depth or not is_object(field.type))
    ]
    return f"{{ {' '.join(inner) or '__typename'} }}"


def is_object(kind: Any) -> bool:
    return isinstance(
        get_named_type(kind), GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType
    )


def document(operation: str, name: str, field: GraphQLField, *, shallow: bool = False) -> str:
    declared = ", ".join(f"${each}: {of.type}" for each, of in field.args.items())
    given = ", ".join(f"{each}: ${each}" for each in field.args)
    chosen = "{ __typename }" if shallow and is_object(field.type) else selection(field.type, 1)
    brackets = (f"({declared})", f"({given})") if declared else ("", "")
    return f"{operation} Fuzz{brackets[0]} {{ {name}{brackets[1]} {chosen} }}"


def plausible(kind: Any, depth: int = 0) -> Any:
    """Something of the right shape, or None where nothing is asked for."""
    if not isinstance(kind, GraphQLNonNull):
        return None
    match kind.of_type:
        case GraphQLList():
            return []
        case GraphQLEnumType() as of:
            return next(iter(of.values))
        case GraphQLInputObjectType() as of:
            return {name: plausible(each.type, depth + 1) for name, each in of.fields.items()}
        case GraphQLNamedType(name="Int" | "Float" | "Decimal"):
            return 1
        case GraphQLNamedType(name="Boolean"):
            return False
        case GraphQLNamedType(name="DateTime"):
            return "2026-01-01T00:00:00Z"
    return "ORD-1001"


def spoilt(input: Any) -> Iterator[Any]:
    """The input with each of its values, at any depth, replaced by one that is hostile."""
    hostile = cycle(HOSTILE)
    for place in places(input):
        for _ in range(AT_A_PLACE):
            changed = deepcopy(input)
            inner = changed
            for step in place[:-1]:
                inner = inner[step]
            inner[place[-1]] = next(hostile)
            yield changed


def places(input: Any) -> Iterator[tuple[Any, ...]]:
    for place, value in input.items() if isinstance(input, dict) else enumerate(input):
        yield (place,)
        if isinstance(value, dict | list):
            yield from ((place, *inner) for inner in places(value))


class Attack:
    """Sends requests, and looks at every answer."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def send(self, query: str, variables: Any) -> None:
        body = json.dumps({"query": query, "variables": variables})
        await self.post(body, query, variables)

    async def post(self, body: str, *context: Any) -> None:
        answer = await self.client.post(
            "/graphql", content=body, headers={"Content-Type": "application/json"}
        )
        about = (*[str(each)[:400] for each in context], answer.text[:600])
        assert answer.status_code < 500, about
        assert '"INTERNAL"' not in answer.text, about
        assert "Traceback" not in answer.text, about

    async def is_answered(self) -> bool:
        answer = await self.client.post("/graphql", json={"query": "{ __typename }"})
        return bool(answer.json() == {"data": {"__typename": "Query"}})


@pytest.fixture
async def attack(server: Served) -> AsyncIterator[Attack]:
    # Out of the way of the people whom examples need.
    await Person.create(id=10_000, name=Role.ADMIN.value, role=Role.ADMIN)
    token = await server.token(Role.ADMIN)
    async with httpx.AsyncClient(base_url=server.url, headers=bearer(token), timeout=60) as client:
        attacking = Attack(client)
        yield attacking
        assert await attacking.is_answered()
        await event_log.take_in()
        assert [result.name for result in await checks.run() if result.broken] == []


class TestMutations:
    @pytest.mark.parametrize("names", in_bunches(MUTATIONS, ALONE))
    async def test_refuse_what_they_cannot_take(self, attack: Attack, names: Sequence[str]):
        for name in names:
            shop = await Shop.open()
            query = document("mutation", name, MUTATIONS[name], shallow=True)
            base = await example(name, shop)
            everything = {
                each: base.get(each, plausible(of.type))
                for each, of in MUTATIONS[name].args["input"].type.of_type.fields.items()
                if each not in ("dryRun", "idempotencyKey")
            }
            for input in spoilt(everything):
                kept = {each: value for each, value in input.items() if value is not None}
                await attack.send(query, {"input": kept})
            await attack.post(
                f'{{"query": {json.dumps(query)}, "variables": {{"input": {{"id": {HALF}}}}}}}'
            )


class TestQueries:
    @pytest.mark.parametrize("names", in_bunches(core.query_type.fields))
    async def test_refuse_what_they_cannot_take(self, attack: Attack, names: Sequence[str]):
        await Shop.open()
        for name in names:
            await self.ask(attack, name)

    async def ask(self, attack: Attack, name: str) -> None:
        field = core.query_type.fields[name]
        shallow = document("query", name, field, shallow=True)
        base = {each: plausible(of.type) for each, of in field.args.items()}
        await attack.send(document("query", name, field), base)
        if "filter" in base:
            of = get_named_type(field.args["filter"].type)
            base["filter"] = dict.fromkeys(of.fields)
        for variables in spoilt(base):
            await attack.send(shallow, variables)


class TestSubscriptions:
    @pytest.mark.parametrize("name", core.subscription_type.fields)
    async def test_refuse_what_they_cannot_take(self, attack: Attack, server: Served, name: str):
        await attack.send("{ __typename }", {})
        field = core.subscription_type.fields[name]
        query = document("subscription", name, field, shallow=True)
        base = {each: plausible(of.type) for each, of in field.args.items()}
        async with opened(server.url) as socket:
            await socket.introduce(await server.token(Role.ADMIN))
            for n, variables in enumerate(spoilt(base)):
                if ENDS_SOCKETS & {json.dumps(each) for each in variables.values()}:
                    continue
                await socket.subscribe(str(n), query, **variables)
                await socket.send({"id": str(n), "type": "complete"})
            await socket.subscribe("last", "{ __typename }")
            while (answer := await socket.receive())["id"] != "last":
                assert "INTERNAL" not in json.dumps(answer), (name, answer)
