"""Key figures as clients see them."""

import pytest

from services import event_log
from services.kpis import reader
from tests.cast import CLERK, PICKER, actor_for

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

LONG = {"from": "2025-01-01", "to": "2027-06-30"}


@pytest.fixture
async def delivered(shop):
    """Three orders that came, of which somebody has read."""
    found = [await shop.order("delivered") for _ in range(3)]
    await event_log.take_in()
    await reader.read_on(0)
    return found


class TestKpis:
    async def test_tell_what_they_mean_what_they_are_and_of_which_orders(self, api, delivered):
        found = await api.ask(CLERK, "Kpis", **LONG, first=2, by="MONTH")
        by_name = {each["name"]: each for each in found}
        accuracy = by_name["ORDER_ACCURACY"]

        assert len(found) == 10
        assert accuracy["definition"]["unit"] == "RATIO"
        assert (accuracy["now"]["numerator"], accuracy["now"]["value"]) == ("3", "1.000000")
        assert accuracy["before"]["value"] is accuracy["change"] is None
        assert len(accuracy["series"]) == 30
        assert accuracy["orders"]["totalCount"] == 3
        assert len(accuracy["orders"]["nodes"]) == 2
        after = accuracy["orders"]["pageInfo"]["endCursor"]
        [rest] = await api.ask(CLERK, "Kpis", **LONG, names=["ORDER_ACCURACY"], after=after)
        numbers = [*accuracy["orders"]["nodes"], *rest["orders"]["nodes"]]
        assert {each["order"]["number"] for each in numbers} == {row.number for row in delivered}
        assert by_name["STOCK_TURNOVER"]["orders"]["nodes"] == []
        [was] = await api.ask(
            CLERK, "Kpis", **LONG, names=["ORDER_ACCURACY"], at=accuracy["position"]
        )
        assert was["now"] == accuracy["now"]

    async def test_are_told_apart_and_not_by_two_things_at_once(self, api, shop, delivered):
        north, picker = shop.north.number, PICKER.label
        names = ["ORDER_ACCURACY"]
        [there] = await api.ask(CLERK, "Kpis", **LONG, names=names, locationId=north)
        [by_phone] = await api.ask(CLERK, "Kpis", **LONG, names=names, channel="PHONE")

        assert (there["now"]["denominator"], by_phone["now"]["denominator"]) == ("3", "0")
        for given in (
            {"locationId": north, "picker": picker},
            {"names": ["STOCK_TURNOVER"], "channel": "PHONE"},
            {"from": "2020-01-01"},
            {"at": "99999999"},
        ):
            error = await api.error(CLERK, "Kpis", **(LONG | given))
            assert error["code"] in ("INVALID", "CURSOR_LOST"), given
        error = await api.error(actor_for(shop.customer), "Kpis")
        assert error["code"] == "FORBIDDEN"
