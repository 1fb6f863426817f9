"""What becomes of lots that are past their date."""

from datetime import date

import pytest

from models import (
    ExceptionKind,
    Fulfillment,
    FulfillmentStatus,
    Lot,
    Order,
    OrderException,
    OrderLine,
    Quant,
    Reservation,
    ReservationStatus,
)
from models.errors import Refused
from services import clockwork, fulfillments, lot_care, lots, orders
from services.actors import SYSTEM
from tests.books import assert_balanced
from tests.cast import Shop, told, work_on

SOON, LATER = date(2026, 1, 20), date(2026, 6, 1)


async def states(lot: Lot) -> tuple[int, int]:
    """Good units and those in quarantine."""
    found = await Quant.filter(lot_id=lot.id)
    return sum(each.on_hand for each in found), sum(each.quarantined for each in found)


async def kept_of(order: Order) -> dict[str, int]:
    rows = await Reservation.filter(
        order_id=order.id, status=ReservationStatus.ACTIVE
    ).select_related("lot")
    return {row.lot.code: row.quantity for row in rows}


async def two_lots(shop: Shop, units: int = 5):
    tea = await shop.tracked(backorderable=True)
    soon = await shop.receive_lot(tea, shop.north, 5, "SOON", expires_on=SOON)
    if units:
        await shop.receive_lot(tea, shop.south, units, "LATE", expires_on=LATER)
    return tea, soon


class TestExpiry:
    async def test_puts_what_is_free_aside_on_the_day_after(self, shop, clock):
        _, soon = await two_lots(shop)
        clock.advance(days=15)
        await clockwork.tick()
        assert await states(soon) == (5, 0)

        clock.advance(days=1)
        await clockwork.tick()

        assert await states(soon) == (0, 5)
        event = await told("LotPutAside", by=SYSTEM)
        assert (event.details["quantity"], event.details["still_reserved"]) == (5, 0)
        assert (await Lot.get(id=soon.id)).attend_at is None
        await assert_balanced()

    async def test_looks_again_when_it_keeps_longer_than_was_said(self, shop, clock):
        _, soon = await two_lots(shop)
        await lots.update(SYSTEM, soon.id, {"expires_on": LATER})
        clock.advance(days=20)

        await clockwork.tick()

        assert await states(soon) == (5, 0)
        assert (await Lot.get(id=soon.id)).attend_at.date() == date(2026, 6, 2)

    async def test_reserves_other_units_for_whoever_was_to_have_it(self, shop, clock):
        tea, soon = await two_lots(shop)
        order = await shop.place_of(tea, 3)
        await orders.confirm(SYSTEM, order.id)
        clock.advance(days=16)

        await clockwork.tick()

        assert await kept_of(order) == {"LATE": 3}
        work = [each for each in await work_on(order) if each.status == FulfillmentStatus.PENDING]
        assert [each.location_id for each in work] == [shop.south.id]
        assert await states(soon) == (0, 5)
        await assert_balanced()

    async def test_reserves_other_units_before_the_order_is_confirmed(self, shop, clock, policy):
        policy(reservation_hours=None)
        tea, soon = await two_lots(shop)
        order = await shop.place_of(tea, 3)
        clock.advance(days=16)

        await clockwork.tick()

        assert await kept_of(order) == {"LATE": 3}
        assert await states(soon) == (0, 5)
        await assert_balanced()

    async def test_lets_wait_what_is_nowhere_else(self, shop, clock, policy):
        policy(reservation_hours=None)
        tea, soon = await two_lots(shop, units=1)
        order = await shop.place_of(tea, 3)
        clock.advance(days=16)

        await clockwork.tick()

        assert await kept_of(order) == {"LATE": 1}
        assert (await OrderLine.get(order_id=order.id)).backordered == 2
        assert await states(soon) == (0, 5)
        await assert_balanced()

    async def test_tells_of_work_that_somebody_was_handed(self, shop, clock):
        tea, soon = await two_lots(shop)
        work = await shop.work_of(tea, 3, "picking")
        clock.advance(days=16)

        for _ in range(3):
            await clockwork.tick()

        row = await OrderException.get(order_id=work.order_id, kind=ExceptionKind.EXPIRED)
        assert "SOON" in row.reason
        assert await lot_care.reserved(clock.time, 10) == []
        assert await states(soon) == (3, 2)
        await assert_balanced()

    async def test_puts_it_aside_once_that_work_is_given_up(self, shop, clock):
        tea, soon = await two_lots(shop)
        work = await shop.work_of(tea, 3, "picked")
        clock.advance(days=16)
        await clockwork.tick()

        await fulfillments.cancel(SYSTEM, work.id)
        clock.advance(hours=1)
        await clockwork.tick()

        assert await kept_of(await Order.get(id=work.order_id)) == {"LATE": 3}
        assert await states(soon) == (0, 5)
        await assert_balanced()

    async def test_lets_nothing_of_it_leave(self, shop, clock):
        tea, soon = await two_lots(shop)
        work = await shop.work_of(tea, 3, "parcelled")
        clock.advance(days=16)

        with pytest.raises(Refused, match="SOON was good until 2026-01-20"):
            await fulfillments.hand_over(SYSTEM, work.id)

        assert (await Fulfillment.get(id=work.id)).status is FulfillmentStatus.PACKED
        assert await states(soon) == (5, 0)

    async def test_puts_aside_what_comes_in_too_late(self, shop, clock):
        _, soon = await two_lots(shop)
        clock.advance(days=16)
        await clockwork.tick()
        tea = await Lot.get(id=soon.id).select_related("variant")

        await shop.receive_lot(tea.variant, shop.north, 2, "SOON")
        await clockwork.tick()

        assert await states(soon) == (0, 7)

    async def test_lets_what_is_good_leave_on_its_last_day(self, shop, clock):
        tea, soon = await two_lots(shop)
        work = await shop.work_of(tea, 3, "parcelled")
        clock.advance(days=15)

        await fulfillments.hand_over(SYSTEM, work.id)

        assert await states(soon) == (2, 0)
