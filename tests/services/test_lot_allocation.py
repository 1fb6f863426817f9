"""Units of a variant with lots are reserved lot by lot, in the order in which these leave."""

from datetime import UTC, date, datetime
from functools import partial

from models import Lot, OrderLine, Reservation, ReservationStatus, Rotation, Tracking, Variant
from services import (
    availability,
    backorders,
    clockwork,
    lots,
    orders,
    promises,
    splits,
    stock,
)
from services.actors import SYSTEM
from services.lots import LotDraft
from tests.books import assert_balanced
from tests.cast import all_at_once, refused, refuses

TODAY, SOON, LATER = date(2026, 1, 5), date(2026, 3, 1), date(2026, 6, 1)


async def kept_for(order) -> list[tuple[str, int]]:
    """The lots that an order has reserved, and how many units of each."""
    rows = await Reservation.filter(order_id=order.id, status=ReservationStatus.ACTIVE).order_by(
        "id"
    )
    codes = {lot.id: lot.code for lot in await Lot.all()}
    return [(codes[row.lot_id], row.quantity) for row in rows]


class TestRotation:
    async def test_takes_first_what_expires_first(self, shop, clock):
        tea = await shop.tracked()
        await shop.receive_lot(tea, shop.north, 5, "NEVER")
        await shop.receive_lot(tea, shop.north, 5, "LATE", expires_on=LATER)
        await shop.receive_lot(tea, shop.north, 5, "SOON", expires_on=SOON)

        order = await shop.place_of(tea, 12)

        assert await kept_for(order) == [("SOON", 5), ("LATE", 5), ("NEVER", 2)]
        await assert_balanced()

    async def test_takes_first_what_came_first_of_those_that_keep_as_long(self, shop, clock):
        tea = await shop.tracked()
        await lots.create(SYSTEM, tea.id, LotDraft(code="B", expires_on=SOON))
        await shop.receive_lot(tea, shop.north, 5, "A", expires_on=SOON)
        clock.advance(hours=1)
        await shop.receive_lot(tea, shop.north, 5, "B", expires_on=SOON)

        assert await kept_for(await shop.place_of(tea, 6)) == [("A", 5), ("B", 1)]

    async def test_takes_first_what_came_first_where_that_is_the_rule(self, shop, clock):
        tea = await shop.tracked(rotation=Rotation.FIFO)
        await shop.receive_lot(tea, shop.north, 5, "OLD", expires_on=LATER)
        clock.advance(hours=1)
        await shop.receive_lot(tea, shop.north, 5, "NEW", expires_on=SOON)

        assert await kept_for(await shop.place_of(tea, 6)) == [("OLD", 5), ("NEW", 1)]

    async def test_goes_on_with_what_is_left_of_a_lot(self, shop, clock):
        tea = await shop.tracked()
        await shop.receive_lot(tea, shop.north, 5, "SOON", expires_on=SOON)
        await shop.receive_lot(tea, shop.north, 5, "LATE", expires_on=LATER)

        first, second = [await shop.place_of(tea, 3) for _ in range(2)]

        assert await kept_for(first) == [("SOON", 3)]
        assert await kept_for(second) == [("SOON", 2), ("LATE", 1)]
        await assert_balanced()

    async def test_reserves_each_serial_number_by_itself(self, shop, clock):
        phone = await shop.tracked(Tracking.SERIAL)
        at = {"variant_id": phone.id, "location_id": shop.north.id}
        await stock.receive(SYSTEM, **at, quantity=3, serials=["S1", "S2", "S3"])

        assert await kept_for(await shop.place_of(phone, 2)) == [("S1", 1), ("S2", 1)]
        await assert_balanced()


class TestFreshness:
    async def test_leaves_out_what_has_expired(self, shop, clock):
        tea = await shop.tracked()
        await shop.receive_lot(tea, shop.north, 5, "OLD", expires_on=date(2026, 1, 4))
        await shop.receive_lot(tea, shop.north, 5, "TODAY", expires_on=TODAY)

        async with refuses(("OUT_OF_STOCK", ())):
            await shop.place_of(tea, 6)
        assert await kept_for(await shop.place_of(tea, 5)) == [("TODAY", 5)]

    async def test_leaves_out_what_does_not_keep_after_delivery(self, shop, clock):
        tea = await shop.tracked(fresh_days=56)
        await shop.receive_lot(tea, shop.north, 5, "LONG", expires_on=date(2026, 3, 2))
        await shop.receive_lot(tea, shop.north, 5, "SHORT", expires_on=SOON)

        assert await kept_for(await shop.place_of(tea, 4)) == [("LONG", 4)]

    async def test_reckons_from_the_promised_delivery(self, shop, clock):
        """The standard method takes three days from the fifth of January."""
        await shop.ships()
        tea = await shop.tracked()
        await shop.receive_lot(tea, shop.north, 5, "SIXTH", expires_on=date(2026, 1, 6))
        await shop.receive_lot(tea, shop.north, 5, "TENTH", expires_on=date(2026, 1, 10))

        order = await shop.place_of(tea, 4)

        assert order.promised_at.date() > date(2026, 1, 6)
        assert await kept_for(order) == [("TENTH", 4)]

    async def test_says_that_only_what_is_good_can_be_had(self, shop, clock):
        tea = await shop.tracked()
        await shop.receive_lot(tea, shop.north, 5, "OLD", expires_on=date(2026, 1, 4))
        await shop.receive_lot(tea, shop.north, 3, "GOOD", expires_on=SOON)

        [found] = await availability.of_variants(SYSTEM, [await Variant.get(id=tea.id)])

        assert found.available == 3

    async def test_lets_the_rest_wait(self, shop, clock):
        tea = await shop.tracked(backorderable=True)
        await shop.receive_lot(tea, shop.north, 5, "OLD", expires_on=date(2026, 1, 4))
        await shop.receive_lot(tea, shop.north, 3, "GOOD", expires_on=SOON)

        order = await shop.place_of(tea, 7, allow_backorder=True)

        assert await kept_for(order) == [("GOOD", 3)]
        assert (await OrderLine.get(order_id=order.id)).backordered == 4
        await assert_balanced()


class TestHandingOn:
    async def test_splits_take_their_lots_along(self, shop, clock):
        tea = await shop.tracked()
        await shop.receive_lot(tea, shop.north, 2, "SOON", expires_on=SOON)
        await shop.receive_lot(tea, shop.north, 5, "LATE", expires_on=LATER)
        order = await shop.place_of(tea, 4)
        line = await OrderLine.get(order_id=order.id)

        await splits.split(SYSTEM, order.id, units={line.id: 3})

        fresh = await type(order).get(split_from_id=order.id)
        assert await kept_for(order) == [("SOON", 1)]
        assert sorted(await kept_for(fresh)) == [("LATE", 2), ("SOON", 1)]
        await assert_balanced()

    async def test_what_is_cancelled_is_free_again(self, shop, clock):
        tea = await shop.tracked()
        await shop.receive_lot(tea, shop.north, 2, "SOON", expires_on=SOON)
        order = await shop.place_of(tea, 2)
        await orders.cancel(SYSTEM, order.id, reason="No")

        assert await kept_for(await shop.place_of(tea, 2)) == [("SOON", 2)]
        await assert_balanced()


class TestReservedLots:
    async def test_cannot_be_adjusted_away(self, shop, clock, lead):
        tea = await shop.tracked()
        await shop.receive_lot(tea, shop.north, 2, "SOON", expires_on=SOON)
        await shop.receive_lot(tea, shop.north, 5, "LATE", expires_on=LATER)
        await shop.place_of(tea, 2)

        async with refuses(("BLOCKED", ("lot", "code"))):
            await stock.adjust(
                lead,
                variant_id=tea.id,
                location_id=shop.north.id,
                change=-1,
                note="Torn",
                lot=LotDraft(code="SOON"),
            )

    async def test_are_sold_once_however_many_want_the_last_units(self, shop, clock):
        """Of three lots with seven units in all, ten buyers want two each."""
        tea = await shop.tracked()
        for code, units in (("A", 3), ("B", 1), ("C", 3)):
            await shop.receive_lot(tea, shop.north, units, code, expires_on=SOON)

        outcomes = await all_at_once([partial(shop.place_of, tea, 2)] * 10)

        assert len(refused(outcomes)) == 7
        await assert_balanced()


class TestWaiting:
    async def test_gets_what_keeps_until_it_is_delivered(self, shop, clock, policy):
        """What the first in the queue cannot use, the second can."""
        policy(reservation_hours=None)
        await shop.ships()
        tea = await shop.tracked(backorderable=True)
        first, second = [await shop.place_of(tea, 2, allow_backorder=True) for _ in range(2)]
        await promises.agree(
            SYSTEM, first.id, promised_at=datetime(2026, 3, 1, 12, tzinfo=UTC), reason="Away."
        )
        await promises.agree(
            SYSTEM, second.id, promised_at=datetime(2026, 1, 12, 12, tzinfo=UTC), reason="Soon."
        )
        await shop.receive_lot(tea, shop.north, 3, "SHORT", expires_on=date(2026, 1, 20))

        await clockwork.tick()

        assert await kept_for(first) == []
        assert await kept_for(second) == [("SHORT", 2)]
        assert await backorders.due(clock.time, 10) == []
        await shop.receive_lot(tea, shop.north, 3, "LONG", expires_on=LATER)
        await clockwork.tick()
        assert await kept_for(first) == [("LONG", 2)]
        await assert_balanced()

    async def test_never_gets_what_has_expired_because_it_is_late_itself(self, shop, clock, policy):
        policy(reservation_hours=None)
        await shop.ships()
        tea = await shop.tracked(backorderable=True)
        order = await shop.place_of(tea, 2, allow_backorder=True)
        clock.advance(days=60)
        await shop.receive_lot(tea, shop.north, 3, "OLD", expires_on=date(2026, 3, 1))

        await clockwork.tick()

        assert await kept_for(order) == []
        await assert_balanced()
