"""Every list of the API: its pages, its order, its filters and its search."""

import base64

import pytest

import models
from api.execution import core
from api.nodes import encode
from models import Customer, Role
from tests.api.plenty import fill
from tests.cast import Shop, actor

ADMIN = actor(Role.ADMIN, 9)
BOTH_WAYS = {"first": 1, "last": 1}
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def named(kind):
    while hasattr(kind, "of_type"):
        kind = kind.of_type
    return kind


FIELDS = {name: field for name, field in core.query_type.fields.items() if "first" in field.args}
LISTS = list(FIELDS)
# What is listed under another name than its own, and which of its rows.
VIEWS = {"Backorder": (models.OrderLine, {"backordered__gt": 0})}


def kind_of(field):
    name = named(named(field.type).fields["nodes"].type).name
    return VIEWS.get(name) or (getattr(models, name), {})


KINDS = {name: kind_of(field) for name, field in FIELDS.items()}
SORTS = {
    name: {sort: str(each.value) for sort, each in named(field.args["sort"].type).values.items()}
    for name, field in FIELDS.items()
}


def document_of(name):
    return name[0].upper() + name[1:]


async def read(api, name, **given):
    """A page of a list, without the filters that some documents begin with."""
    return await api.ask(ADMIN, document_of(name), **{"filter": None} | given)


async def rows_of(name):
    kind, only = KINDS[name]
    return await kind.filter(**only).order_by("id")


@pytest.fixture
async def shops(database):
    """Three shops in which things have happened."""
    found = [await Shop.open() for _ in range(3)]
    for n, shop in enumerate(found, start=1):
        await fill(shop, n)
    return found


class TestPages:
    async def test_read_the_same_forwards_and_backwards(self, api, shops):
        for name in LISTS:
            for sort, column in SORTS[name].items():
                total = (await read(api, name, sort=sort, first=1))["totalCount"]
                whole = await walk(api, name, sort, "first", 100)
                # Small enough to have a page in the middle, however long the list is.
                size = max(2, total // 5)

                assert len(whole) == total == len(await rows_of(name)) >= 3
                assert await walk(api, name, sort, "first", size) == whole
                assert await walk(api, name, sort, "last", size) == whole
                assert ids(whole) == await sorted_ids(name, column)

    @on_sqlite
    async def test_have_no_rows_where_none_are_asked_for(self, api, shops):
        for name in LISTS:
            for way in ("first", "last"):
                page = await read(api, name, **{way: 0})

                assert page["nodes"] == []
                assert page["totalCount"] >= 3
                assert page["pageInfo"]["startCursor"] is None

    @on_sqlite
    @pytest.mark.parametrize(
        "window",
        [{"first": 101}, {"last": 101}, {"first": -1}, {"last": -1}, {"first": 1, "last": 1}],
    )
    async def test_have_sensible_sizes(self, api, database, window):
        for name in LISTS:
            error = await api.error(ADMIN, document_of(name), **window)

            assert error["code"] == ("INVALID" if len(window) == 2 else "PAGE_LIMIT")

    @on_sqlite
    async def test_have_at_most_twenty_rows_unless_told_otherwise(self, api, shops):
        for _ in range(21):
            await Customer.create(name="Bea")

        page = await read(api, "customers")

        assert len(page["nodes"]) == 20
        assert page["pageInfo"]["hasNextPage"]

    @on_sqlite
    async def test_count_the_whole_list_only_when_asked(self, api, shops, statements):
        await api.ask(ADMIN, "{ orders(first: 1) { nodes { id } pageInfo { hasNextPage } } }")
        assert not any("COUNT" in sent for sent in statements)

        await api.ask(ADMIN, "{ orders(first: 1) { totalCount } }")
        assert sum("COUNT" in sent for sent in statements) == 1


def cursor(text):
    return base64.urlsafe_b64encode(text.encode()).decode()


HOSTILE = [
    *("", "x", "💥", "====", "a" * 10_000, cursor("[]"), cursor("{}"), cursor("[" * 5_000)),
    *(cursor('["id", 1]'), cursor('["id", 1, "x"]'), cursor('["id", 1, 1e400]')),
    *(cursor(f'["id", 1, {10**30}]'), cursor('["note", "x", 1]'), cursor('["id", 1, null]')),
    *(cursor('["total", "x", 1]'), cursor('["updated_at", "x", 1]'), cursor('["id", 1, 1, 1]')),
]


class TestCursor:
    @pytest.mark.parametrize("argument", ["after", "before"])
    async def test_is_refused_where_the_list_did_not_give_it(self, api, database, argument):
        for sort in SORTS["orders"]:
            for given in HOSTILE:
                error = await api.error(ADMIN, "Orders", sort=sort, **{argument: given})

                assert error["code"] == "INVALID", (sort, given)

    @on_sqlite
    async def test_belongs_to_one_order_of_one_list(self, api, shops):
        page = await read(api, "orders", sort="HIGHEST_TOTAL")
        given = page["pageInfo"]["endCursor"]

        assert (await api.error(ADMIN, "Orders", sort="NEWEST", after=given))["code"] == "INVALID"

    @on_sqlite
    async def test_keeps_its_place_when_rows_come_in(self, api, shops):
        first = await read(api, "orders", first=2, sort="NEWEST")
        await shops[0].order()

        second = await read(
            api, "orders", first=100, sort="NEWEST", after=first["pageInfo"]["endCursor"]
        )

        assert ids(first["nodes"]) + ids(second["nodes"]) == (await sorted_ids("orders", "-id"))[1:]


async def walk(api, name, sort, way, size):
    """All rows of a list, read so many at a time from one of its ends."""
    found, window = [], {way: size}
    while True:
        page = await read(api, name, sort=sort, **window)
        info, nodes = page["pageInfo"], page["nodes"]
        if way == "first":
            found, more = found + nodes, info["hasNextPage"]
            window["after"] = info["endCursor"]
        else:
            found, more = nodes + found, info["hasPreviousPage"]
            window["before"] = info["startCursor"]
        if not more:
            return found


def ids(nodes):
    """The ids of rows; None for what is shown without one."""
    found = [node.get("id") for node in nodes]
    return None if None in found else found


async def sorted_ids(name, column):
    key = column.removeprefix("-")
    rows = await rows_of(name)
    rows.sort(key=lambda row: (getattr(row, key), row.id), reverse=column.startswith("-"))
    has_ids = "id" in named(named(FIELDS[name].type).fields["nodes"].type).fields
    return [encode(row) for row in rows] if has_ids else None
