"""Moments, amounts and numbers as they are sent, and as they never should be."""

import pytest

from tests.cast import MANAGER

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

NO_MOMENTS = [
    *("", "x", 1, True, [], {}, "2026-01-01", "2026-01-01T00:00:00", "2026-02-30T00:00:00Z"),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-01-01T00:00:00Z" * 500),
]
NO_AMOUNTS = [
    *("", "x", True, [], {}, "NaN", "sNaN", "Infinity", "-Infinity", "1_000", " 1 ", "0x10", "٣"),
    *("1e999999999", "1e-999999999", "1" * 41, "1" * 5_000, 10**40, float("inf")),
]
WRONG_AMOUNTS = ["-0.01", "0.001", "1e-30", "1e30", 0.125, "9" * 17]


def price(amount, currency="EUR"):
    return {"amount": amount, "currency": currency}


@on_sqlite
class TestDateTime:
    @pytest.mark.parametrize("given", NO_MOMENTS, ids=repr)
    async def test_is_a_moment_with_its_zone(self, api, database, given):
        error = await api.error(MANAGER, "Orders", filter={"placedSince": given})

        assert "Give the time as ISO 8601 with its zone" in error["message"]

    async def test_is_answered_in_utc(self, api, shop):
        order = await shop.order()
        due = {"kind": "ADDRESS", "reason": "Which door?", "dueAt": "2026-03-01T01:30:00+02:00"}

        held = await api.do(MANAGER, "OrderHold", id=order.number, **due)

        assert held["holds"][0]["dueAt"] == "2026-02-28T23:30:00Z"

    @pytest.mark.parametrize("extreme", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
    async def test_reaches_from_the_first_year_to_the_last(self, api, shop, extreme):
        await shop.order()

        page = await api.ask(MANAGER, "Orders", filter={"enteredSince": extreme})

        assert len(page["nodes"]) == extreme.startswith("0001")


@on_sqlite
class TestMoney:
    @pytest.mark.parametrize("given", NO_AMOUNTS, ids=lambda given: repr(given)[:20])
    async def test_has_a_decimal_amount(self, api, shop, given):
        error = await api.error(
            MANAGER, "VariantUpdate", input={"id": shop.mug.number, "price": price(given)}
        )

        assert "Give a decimal number of at most 40 characters" in error["message"]

    @pytest.mark.parametrize("given", WRONG_AMOUNTS, ids=str)
    async def test_is_a_whole_number_of_cents(self, api, shop, given):
        [problem] = await api.refusal(
            MANAGER, "VariantUpdate", id=shop.mug.number, price=price(given)
        )

        assert problem["path"] == ["input", "price", "amount"]

    @pytest.mark.parametrize("given", ["19.9", "19.90", 19.9, "1990e-2", "19.9000"])
    async def test_is_exact(self, api, shop, given):
        variant = await api.do(MANAGER, "VariantUpdate", id=shop.mug.number, price=price(given))

        assert variant["price"] == price("19.90")

    async def test_has_the_places_of_its_currency(self, api, shop):
        for amount, currency in (("1999", "JPY"), ("1.999", "KWD")):
            given = {"id": shop.mug.number, "price": price(amount, currency)}

            assert (await api.do(MANAGER, "VariantUpdate", **given))["price"] == given["price"]

    @pytest.mark.parametrize("currency", ["", "EU", "EURO", "€"])
    async def test_has_a_known_currency(self, api, shop, currency):
        given = {"id": shop.mug.number, "price": price("1", currency)}

        [problem] = await api.refusal(MANAGER, "VariantUpdate", **given)

        assert problem["path"] == ["input", "price", "currency"]

    @pytest.mark.parametrize("currency", [7, ["EUR"], {}, True])
    async def test_has_a_currency_that_is_text(self, api, shop, currency):
        given = {"id": shop.mug.number, "price": price("1", currency)}

        error = await api.error(MANAGER, "VariantUpdate", input=given)

        assert "currency" in error["message"]


@on_sqlite
class TestNumber:
    @pytest.mark.parametrize("digits", [11, 39, 41, 5_000])
    async def test_is_refused_beyond_32_bits(self, api, database, digits):
        for literal in ("9" * digits, f"-{'9' * digits}"):
            answer = await api.send(MANAGER, f"{{ orders(first: {literal}) {{ totalCount }} }}")

            [error] = answer["errors"]
            assert "32-bit" in error["message"] or error["message"].startswith("A number has")

    @pytest.mark.parametrize("given", [2**31, -(2**31) - 1, 2**63, 1.5, "1", True, 1e300])
    async def test_is_refused_as_a_variable_too(self, api, database, given):
        assert "Int cannot" in (await api.error(MANAGER, "Orders", first=given))["message"]


class TestText:
    @pytest.mark.parametrize("text", [r"\u0000", r"a\u0000", r"\uD800", r"\u{DFFF}"])
    @on_sqlite
    async def test_has_no_character_that_no_database_keeps(self, api, database, text):
        answer = await api.send(MANAGER, f'{{ orders(search: "{text}") {{ totalCount }} }}')

        assert "data" not in answer

    async def test_keeps_every_other_one(self, api, database):
        name = "Ålesund 💥 ‮tfel 漢字 \x7f"

        customer = await api.do(MANAGER, "CustomerCreate", name=name)

        assert customer["name"] == name
