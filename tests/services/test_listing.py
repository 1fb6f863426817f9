import base64
import json
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models import Customer, Order, Product, Variant
from models.errors import Refused
from services import listing
from services.listing import Sort, Window
from services.policies import Policy
from tests.cast import all_at_once, one_database, refuses

COUNT = 37
COLUMNS = ["id", "price", "name", "created_at"]

sorts = st.builds(Sort, column=st.sampled_from(COLUMNS), descending=st.booleans())
sizes = st.integers(1, COUNT + 3)
places = st.none() | st.integers(0, COUNT - 1)


@pytest.fixture
async def rows(database) -> list[Variant]:
    """Rows of which many share a value of every column but the id."""
    product = await Product.create(name="Souvenir")
    start = datetime(2026, 1, 1, tzinfo=UTC)
    await Variant.bulk_create(
        Variant(
            product_id=product.id,
            sku=f"V-{n}",
            name="abc"[n % 3] * (n % 5 + 1),
            price=n * 7 % 10,
            currency="EUR",
            created_at=start + timedelta(microseconds=n * 5 % 12),
        )
        for n in range(COUNT)
    )
    # What auto_now_add wrote is the moment of this test.
    stored = await Variant.all().order_by("id")
    for n, row in enumerate(stored):
        row.created_at = start + timedelta(milliseconds=n * 250 % 1500)
    await Variant.bulk_update(stored, fields=["created_at"])
    return stored


def arranged(rows: list[Variant], sort: Sort) -> list[Variant]:
    return sorted(
        rows, key=lambda row: (getattr(row, sort.column), row.id), reverse=sort.descending
    )


async def page(sort: Sort, **window: object) -> listing.Page[Variant]:
    return await listing.page(Variant.all(), sort, Window(**window))


def cursor(*content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


def cursors_of(page):
    return [page.cursor(row) for row in page.rows]


class TestPage:
    @given(sort=sorts, size=sizes)
    async def test_gives_every_row_once_forwards(self, rows, sort, size):
        found, after = [], None
        while True:
            got = await page(sort, first=size, after=after)
            found += got.rows
            if not got.has_next:
                break
            after = got.cursor(got.rows[-1])

        assert found == arranged(rows, sort)

    @given(sort=sorts, size=sizes)
    async def test_gives_every_row_once_backwards(self, rows, sort, size):
        found, before = [], None
        while True:
            got = await page(sort, last=size, before=before)
            found = [*got.rows, *found]
            if not got.has_previous:
                break
            before = got.cursor(got.rows[0])

        assert found == arranged(rows, sort)

    @given(sort=sorts, size=sizes, backwards=st.booleans(), after=places, before=places)
    async def test_gives_what_lies_between_two_cursors(
        self, rows, sort, size, backwards, after, before
    ):
        everything = arranged(rows, sort)
        cursors = cursors_of(await page(sort, first=Policy().page_limit))
        got = await page(
            sort,
            **{"last" if backwards else "first": size},
            after=None if after is None else cursors[after],
            before=None if before is None else cursors[before],
        )

        between = everything[0 if after is None else after + 1 : before]
        assert got.rows == (between[-size:] if backwards else between[:size])
        assert cursors_of(got) == [cursors[everything.index(row)] for row in got.rows]
        more = len(between) > size
        assert got.has_previous is (more if backwards else after is not None)
        assert got.has_next is (before is not None if backwards else more)

    async def test_neither_repeats_nor_hides_a_row_when_others_come_and_go(self, rows):
        newest = Sort()
        first = await page(newest, first=10)

        await Variant.create(
            product_id=rows[0].product_id, sku="NEW", name="New", price=1, currency="EUR"
        )
        await Variant.filter(id=first.rows[-1].id).delete()

        second = await page(newest, first=10, after=first.cursor(first.rows[-1]))
        assert second.rows == arranged(rows, newest)[10:20]

    async def test_has_twenty_rows_unless_told(self, rows):
        assert len((await page(Sort())).rows) == 20

    @pytest.mark.parametrize("window", [{"last": 0}, {"first": 0}])
    async def test_may_have_no_rows(self, rows, window):
        got = await page(Sort(), **window)

        assert got.rows == []

    @one_database
    @pytest.mark.parametrize(
        ("window", "path"),
        [
            ({"first": -1}, "first"),
            ({"first": Policy().page_limit + 1}, "first"),
            ({"last": -1}, "last"),
            ({"last": Policy().page_limit + 1}, "last"),
        ],
    )
    async def test_refuses_a_size_beyond_its_limits(self, database, window, path):
        async with refuses(("PAGE_LIMIT", (path,))):
            await page(Sort(), **window)

    @one_database
    async def test_refuses_to_begin_at_both_ends(self, database):
        async with refuses(("INVALID", ("last",))):
            await page(Sort(), first=1, last=1)

    @one_database
    async def test_is_as_long_as_the_shop_allows(self, rows, policy):
        policy(page_limit=7)

        assert len((await page(Sort(), first=7)).rows) == 7
        assert len((await page(Sort())).rows) == 7
        async with refuses(("PAGE_LIMIT", ("first",))):
            await page(Sort(), first=8)

    @pytest.mark.parametrize("path", ["after", "before"])
    async def test_refuses_the_cursor_of_a_list_that_is_sorted_otherwise(self, rows, path):
        other = cursors_of(await page(Sort(column="price")))[0]

        async with refuses(("INVALID", (path,))):
            await page(Sort(column="name"), **{path: other})

    @one_database
    @pytest.mark.parametrize(
        "text",
        [
            "",
            "?",
            "é",
            "AAAA",
            "MQ==",
            cursor(),
            cursor("price"),
            cursor("price", "1", 1),
            cursor("price", None, 1),
            cursor("price", True, 1),
            cursor("price", 1.5, 1),
            cursor("price", [1], 1),
            cursor("price", 1, "1"),
            cursor("price", 1, None),
            cursor("price", 1, 2**63),
            cursor("price", 2**63, 1),
            cursor("price", 1, 1, 1),
            cursor("password", 1, 1),
            "A" * 100_000,
        ],
    )
    async def test_refuses_a_cursor_that_this_list_never_gave(self, rows, text):
        async with refuses(("INVALID", ("after",))):
            await page(Sort(column="price"), after=text)

    @given(
        sort=sorts,
        value=st.one_of(
            st.text(max_size=5), st.integers(), st.booleans(), st.datetimes().map(str), st.none()
        ),
        row_id=st.integers(),
    )
    @example(sort=Sort(column="name"), value="a\0b", row_id=1)
    @example(sort=Sort(column="name"), value="\ud800", row_id=1)
    @example(sort=Sort(column="name"), value="x" * 100_000, row_id=1)
    @example(sort=Sort(column="created_at"), value="2026-01-01T00:00:00", row_id=1)
    @example(sort=Sort(column="created_at"), value="0001-01-01T00:00:00+14:00", row_id=1)
    @example(sort=Sort(column="created_at"), value="9999-12-31T23:59:59-14:00", row_id=1)
    async def test_refuses_or_reads_whatever_cursor_somebody_makes_up(
        self, rows, sort, value, row_id
    ):
        made_up = cursor(sort.column, value, row_id)

        [outcome] = await all_at_once([partial(page, sort, after=made_up)])

        if isinstance(outcome, Refused):
            assert [problem.path for problem in outcome.problems] == [("after",)]
        else:
            assert len(outcome.rows) <= 20


class TestSort:
    def test_is_read_from_its_name(self):
        assert Sort.of("-total") == Sort(column="total", descending=True)
        assert Sort.of("total") == Sort(column="total", descending=False)

    async def test_puts_each_row_before_the_next(self, rows):
        prices = [row.price for row in (await page(Sort.of("-price"), first=100)).rows]

        assert all(one >= other for one, other in pairwise(prices))


class TestSearch:
    @pytest.fixture
    async def people(self, database) -> None:
        for name in ("Ada Berg", "Bergljot", "100% Wool", "under_score", "Øystein"):
            await Customer.create(name=name)

    @staticmethod
    async def names(text: str) -> list[str]:
        ways = listing.search(text, Customer, ["name", "email"])
        found = await listing.page(Customer.all(), Sort(descending=False), Window(), ways=ways)
        return [row.name for row in found.rows]

    @pytest.mark.parametrize(
        ("text", "names"),
        [
            ("berg", ["Ada Berg", "Bergljot"]),
            ("ADA", ["Ada Berg"]),
            ("%", ["100% Wool"]),
            ("_", ["under_score"]),
            ("Øyst", ["Øystein"]),
            ("nobody", []),
            ("cus-1002", ["Bergljot"]),
            ("CUS-1000", []),
            ("ORD-1002", []),
            ("'; DROP TABLE customers; --", []),
        ],
    )
    async def test_finds_what_contains_the_text_and_whose_number_it_is(self, people, text, names):
        assert await self.names(text) == names

    async def test_finds_nothing_by_a_text_nobody_can_have(self, people):
        assert await self.names("a\0b") == []
        assert await self.names("x" * 100_000) == []


class TestMatching:
    async def test_keeps_rows_for_which_every_condition_holds(self, rows):
        found = listing.matching(Variant.all(), {"price": 7, "name__startswith": "b"})

        expected = [row for row in rows if row.price == 7 and row.name[0] == "b"]
        assert await found.order_by("id") == expected

    @pytest.mark.parametrize("lookup", ["name", "name__iexact", "product__name"])
    async def test_keeps_no_row_for_a_text_that_its_column_cannot_hold(self, rows, lookup):
        assert await listing.matching(Variant.all(), {lookup: "x" * 100_000}) == []

    async def test_keeps_every_row_without_conditions(self, shop):
        await shop.order("draft")

        assert await listing.matching(Order.all(), {}).count() == 1
