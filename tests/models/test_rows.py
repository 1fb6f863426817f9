"""Numbers people read aloud, and versions."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import Customer, Order, Row
from models.rows import store_all


def every_row(kind: type[Row] = Row) -> list[type[Row]]:
    kinds = [each for child in kind.__subclasses__() for each in (child, *every_row(child))]
    return [each for each in kinds if not each._meta.abstract]


class TestNumber:
    @pytest.mark.parametrize(("row_id", "number"), [(42, "ORD-1042"), (1, "ORD-1001")])
    def test_reads_as_people_say_it(self, row_id, number):
        assert Order(id=row_id).number == number

    @given(row_id=st.integers(1, 10**14))
    def test_leads_back_to_the_id(self, row_id):
        assert Order.id_of(Order(id=row_id).number) == row_id

    def test_tells_kinds_apart(self):
        prefixes = [kind.PREFIX for kind in every_row()]

        assert all(prefixes)
        assert len(set(prefixes)) == len(prefixes)

    @pytest.mark.parametrize("text", ["ord-1042", " ORD-1042 ", "Ord-1042\n", "ORD-01042"])
    def test_is_found_as_people_type_it(self, text):
        assert Order.id_of(text) == 42

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "-",
            "ORD",
            "ORD-",
            "ORD-x",
            "ORD--1042",
            "ORD-+1042",
            "ORD-1_042",
            "ORD-1042.0",
            "ORD- 1042",
            "ORD1042",
            "CUS-1042",
            "ORD-1042-1",
            "1042",
            "ORD-٤٢",
            "ORD-²",
            "ORD-" + "9" * 5000,
            "ORD-1042\x00",
        ],
    )
    def test_is_not_found_in_anything_else(self, text):
        assert Order.id_of(text) is None

    @given(text=st.text() | st.text("ORD-0123456789", max_size=30).map("ORD-".__add__))
    def test_never_gives_an_id_that_the_column_cannot_hold(self, text):
        assert abs(Order.id_of(text) or 0) < 2**63


class TestStore:
    async def test_raises_the_version_by_one(self, database):
        row = await Customer.create(name="Ada")

        row.name = "Ada Berg"
        await row.store()

        stored = await Customer.get(id=row.id)
        assert (stored.name, stored.version) == ("Ada Berg", 2)

    async def test_tells_when(self, database):
        long_ago = datetime(2020, 1, 1, tzinfo=UTC)
        row = await Customer.create(name="Ada")
        await Customer.filter(id=row.id).update(updated_at=long_ago)

        await row.store()

        assert (await Customer.get(id=row.id)).updated_at > long_ago


class TestStoreAll:
    async def test_saves_the_named_columns_alone(self, database):
        rows = [await Customer.create(name="Ada", phone="1") for _ in range(3)]
        for n, row in enumerate(rows):
            row.name, row.phone = f"Ada {n}", "2"

        await store_all(rows, "name")

        stored = await Customer.all().order_by("id").values_list("name", "phone", "version")
        assert stored == [("Ada 0", "1", 2), ("Ada 1", "1", 2), ("Ada 2", "1", 2)]
