"""Orders on random walks: whatever is asked of them, in whatever order, everything adds up."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, suppress
from functools import partial
from typing import Any, TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from models import (
    Fulfillment,
    FulfillmentLine,
    FulfillmentStatus,
    Hold,
    HoldKind,
    Order,
    OrderStatus,
    Reservation,
    ReservationStatus,
    Shipment,
    ShipmentStatus,
    Variant,
    Wave,
)
from models import database as databases
from models.errors import Refused
from models.rows import Row
from models.shipments import CARRIER_STATUSES
from services import (
    backorders,
    catalog,
    checks,
    clockwork,
    fulfillments,
    holds,
    orders,
    packages,
    reservation_terms,
    scans,
    shipments,
    stock,
    waves,
)
from services.actors import SYSTEM, Actor
from services.mispicks import Scan
from tests import warehouse
from tests.books import assert_balanced
from tests.cast import Shop, lines_of, report

R = TypeVar("R", bound=Row)
F = FulfillmentStatus

some = st.integers(0, 9)
few = st.integers(0, 4)


async def pack_and_go(work: int) -> None:
    with suppress(Refused):
        await shipments.create(SYSTEM, work, carrier="DHL")
    await fulfillments.hand_over(SYSTEM, work)


# The verb that takes work on from each status, as a warehouse would go about it.
NEXT: dict[FulfillmentStatus, Callable[[int], Awaitable[Any]]] = {
    F.PENDING: lambda work: fulfillments.release(SYSTEM, work),
    F.RELEASED: lambda work: fulfillments.pick_start(SYSTEM, work),
    F.PICKING: lambda work: fulfillments.pick_complete(SYSTEM, work),
    F.PICKED: lambda work: fulfillments.pack_start(SYSTEM, work),
    F.PACKING: lambda work: fulfillments.pack_complete(SYSTEM, work),
    F.PACKED: pack_and_go,
}
# The same and more, to be tried on work of any status.
ANY = [
    *NEXT.values(),
    lambda work: shipments.create(SYSTEM, work, carrier="DHL"),
    lambda work: fulfillments.hand_over(SYSTEM, work),
    lambda work: fulfillments.cancel(SYSTEM, work),
]


class Walk(RuleBasedStateMachine):
    """Each rule asks for one thing; it is done, or refused and nothing changes."""

    runner: asyncio.Runner

    def ask(self, verb: Callable[[], Awaitable[Any]]) -> Any:
        async def outcome() -> Any:
            try:
                return await verb()
            except Refused:
                return None

        return self.runner.run(outcome())

    def one_of(self, kind: type[R], n: int, **where: object) -> R | None:
        async def pick() -> R | None:
            rows = await kind.filter(id__gt=self.before[kind], **where).order_by("id")
            return rows[n % len(rows)] if rows else None

        return self.runner.run(pick())

    @initialize()
    def open(self) -> None:
        async def begin() -> None:
            self.before = {
                kind: await kind.all().order_by("-id").first().values_list("id", flat=True) or 0
                for kind in (Order, Fulfillment, Shipment, Hold, Reservation, Wave)
            }
            self.shop = await Shop.open(north=8, south=5)
            await catalog.update_variant(SYSTEM, self.shop.mug.id, {"backorderable": True}, None)

        self.runner.run(begin())

    @rule(mug=few, shirt=few, verbs=st.sampled_from([0, 1, 2, 2, 2]))
    def enter(self, mug: int, shirt: int, verbs: int) -> None:
        order = self.ask(lambda: orders.create(SYSTEM, self.shop.draft(mug=mug, shirt=shirt)))
        for verb in (orders.place, orders.confirm)[:verbs]:
            self.ask(partial(verb, SYSTEM, order.id))

    @rule(n=some, verb=st.sampled_from([orders.place, orders.confirm]))
    def take_on(self, n: int, verb: Callable[[Actor, int], Awaitable[Any]]) -> None:
        if order := self.one_of(Order, n):
            self.ask(lambda: verb(SYSTEM, order.id))

    @rule(n=some)
    def hold(self, n: int) -> None:
        if order := self.one_of(Order, n):
            self.ask(lambda: holds.hold(SYSTEM, order.id, kind=HoldKind.MANUAL, reason="Wait."))

    @rule(n=some)
    def release_hold(self, n: int) -> None:
        if hold := self.one_of(Hold, n):
            self.ask(lambda: holds.release(SYSTEM, hold.id))

    @rule(n=some)
    def cancel(self, n: int) -> None:
        if order := self.one_of(Order, n):
            self.ask(lambda: orders.cancel(SYSTEM, order.id, reason="Enough."))

    @rule(n=some, steps=st.integers(1, 6))
    def work(self, n: int, steps: int) -> None:
        async def go_on() -> None:
            status = (await Fulfillment.get(id=work.id)).status
            if status in NEXT:
                await NEXT[status](work.id)

        if work := self.one_of(Fulfillment, n, status__in=list(NEXT)):
            for _ in range(steps):
                self.ask(go_on)

    @rule(n=some, verb=st.sampled_from(ANY))
    def try_anything(self, n: int, verb: Callable[[int], Awaitable[Any]]) -> None:
        if fulfillment := self.one_of(Fulfillment, n):
            self.ask(lambda: verb(fulfillment.id))

    @rule(n=some, found=st.lists(few, min_size=2, max_size=2))
    def pick_short(self, n: int, found: list[int]) -> None:
        async def pick(work: int) -> None:
            rows = await FulfillmentLine.filter(fulfillment_id=work).order_by("id")
            # One of two lines, where there is but one.
            units = zip(rows, found, strict=False)
            picked = {row.id: min(row.quantity, count) for row, count in units}
            await fulfillments.pick_complete(SYSTEM, work, picked=picked)

        if fulfillment := self.one_of(Fulfillment, n, status=F.PICKING):
            self.ask(lambda: pick(fulfillment.id))

    @rule(n=some, mugs=st.booleans(), units=st.integers(1, 3))
    def scan_off_the_shelf(self, n: int, mugs: bool, units: int) -> None:
        if work := self.one_of(Fulfillment, n, status=F.PICKING):
            self.ask(lambda: warehouse.pick(SYSTEM, work, self.item(mugs), units))

    @rule(n=some, mugs=st.booleans(), units=st.integers(1, 3), fresh=st.booleans())
    def scan_into_a_box(self, n: int, mugs: bool, units: int, fresh: bool) -> None:
        async def fill(work: Fulfillment) -> None:
            boxes = await packages.of(work)
            box = await warehouse.box_for(work) if fresh or not boxes else boxes[0]
            await warehouse.pack(SYSTEM, work, self.item(mugs), box.box, units)

        if work := self.one_of(Fulfillment, n, status__in=[F.PICKED, F.PACKING]):
            self.ask(lambda: fill(work))

    @rule(size=st.integers(1, 4), started=st.booleans())
    def put_together(self, size: int, started: bool) -> None:
        wave = self.ask(lambda: waves.create(SYSTEM, self.shop.north.id, size=size))
        if wave and started:
            self.ask(lambda: waves.start(SYSTEM, wave.id))

    @rule(n=some, mugs=st.booleans(), units=st.integers(1, 4))
    def scan_for_a_wave(self, n: int, mugs: bool, units: int) -> None:
        if wave := self.one_of(Wave, n):
            scan = Scan(barcode=self.item(mugs).sku, quantity=units)
            self.ask(lambda: scans.pick_wave(SYSTEM, wave.id, scan))

    @rule(n=some)
    def dissolve(self, n: int) -> None:
        if wave := self.one_of(Wave, n):
            self.ask(lambda: waves.cancel(SYSTEM, wave.id))

    def item(self, mugs: bool) -> Variant:
        return self.shop.mug if mugs else self.shop.shirt

    @rule(n=some, units=few)
    def box_some(self, n: int, units: int) -> None:
        async def box(work: int) -> None:
            row = await FulfillmentLine.filter(fulfillment_id=work).order_by("id").first()
            await shipments.create(SYSTEM, work, carrier="DHL", contents={row.id: units})

        if fulfillment := self.one_of(Fulfillment, n, status=F.PACKED):
            self.ask(lambda: box(fulfillment.id))

    @rule(n=some, status=st.sampled_from(sorted(CARRIER_STATUSES)), hour=st.integers(0, 48))
    def report(self, n: int, status: ShipmentStatus, hour: int) -> None:
        if parcel := self.one_of(Shipment, n):
            self.ask(lambda: report(parcel, status, hour=hour))

    @rule(n=some)
    def deliver(self, n: int) -> None:
        if parcel := self.one_of(Shipment, n, status=ShipmentStatus.SHIPPED):
            self.ask(lambda: report(parcel, ShipmentStatus.DELIVERED))

    @rule(mug=st.integers(1, 9))
    def wait_for(self, mug: int) -> None:
        draft = self.shop.draft(mug=mug)
        self.ask(lambda: orders.place(SYSTEM, draft=draft, allow_backorder=True))

    @rule(n=some)
    def give_back(self, n: int) -> None:
        if row := self.one_of(Reservation, n, status=ReservationStatus.ACTIVE):
            self.ask(lambda: reservation_terms.release(SYSTEM, row.id, reason="Needed."))

    @rule(n=some)
    def reserve_again(self, n: int) -> None:
        if order := self.one_of(Order, n):
            self.ask(lambda: backorders.reserve(SYSTEM, order.id))

    @rule(n=some, late=st.booleans())
    def let_time_pass(self, n: int, late: bool) -> None:
        if late and (row := self.one_of(Reservation, n, expires_at__isnull=False)):
            self.runner.run(_run_out(row))
        self.runner.run(clockwork.tick())

    @rule(change=st.integers(-6, 6), north=st.booleans())
    def adjust(self, change: int, north: bool) -> None:
        at = {
            "variant_id": self.shop.mug.id,
            "location_id": (self.shop.north if north else self.shop.south).id,
        }
        self.ask(lambda: stock.adjust(SYSTEM, **at, change=change, note="Counted."))

    @invariant()
    def everything_adds_up(self) -> None:
        self.runner.run(assert_balanced())

    @invariant()
    def orders_are_where_their_units_are(self) -> None:
        self.runner.run(_assert_statuses(after=self.before[Order]))

    def teardown(self) -> None:
        broken = self.runner.run(checks.run())
        assert [(each.name, each.examples) for each in broken if each.broken] == []


async def _run_out(row: Reservation) -> None:
    await Reservation.filter(id=row.id).update(expires_at=row.created_at)


async def _assert_statuses(*, after: int) -> None:
    for order in await Order.filter(id__gt=after):
        lines = await lines_of(order)
        work = {each.status for each in await Fulfillment.filter(order_id=order.id)}
        arrived = all(line.delivered == line.remaining for line in lines)
        if order.status is OrderStatus.COMPLETED:
            assert arrived
            assert work <= {F.HANDED_OVER, F.CANCELLED}
        elif order.status is OrderStatus.CANCELLED:
            assert all(line.cancelled == line.ordered for line in lines)
            assert work <= {F.CANCELLED}
        elif order.status is not OrderStatus.DRAFT:
            assert lines
            assert not arrived
        if order.status in (OrderStatus.DRAFT, OrderStatus.PLACED):
            assert not work


@pytest.fixture
def runner(database_url: str) -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        runner.run(stack.enter_async_context(databases.opened(database_url)))
        yield runner
        runner.run(stack.aclose())


def test_everything_adds_up_on_every_walk(runner):
    Walk.runner = runner

    run_state_machine_as_test(Walk, settings=settings(max_examples=10, stateful_step_count=25))
