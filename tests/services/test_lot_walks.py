"""Lots on random walks: whatever comes, is sold, swapped, expires or is called back, everything
adds up, what expires first leaves first, and nothing leaves that should not."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from datetime import date, timedelta
from functools import partial
from typing import Any

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
    Lot,
    Movement,
    MovementReason,
    Order,
    OrderStatus,
    Quant,
    Reservation,
    ReservationStatus,
    Tracking,
    Variant,
)
from models import database as databases
from models.errors import Refused
from services import checks, clockwork, fulfillments, lot_swaps, orders, recalls, scans, stock
from services.actors import SYSTEM
from services.lot_supplies import soonest
from services.lots import LotDraft
from services.mispicks import Scan
from tests.books import assert_balanced
from tests.cast import Shop
from tests.services.test_walks import NEXT

FRESH_DAYS = 3
CODES = ("A", "B", "C", "D")

few = st.integers(1, 4)
some = st.integers(0, 9)
codes = st.sampled_from(CODES)


class Walk(RuleBasedStateMachine):
    """Each rule asks for one thing; it is done, or refused and nothing changes."""

    runner: asyncio.Runner
    clock: Any

    def ask(self, verb: Callable[[], Awaitable[Any]]) -> Any:
        async def outcome() -> Any:
            try:
                return await verb()
            except Refused:
                return None

        return self.runner.run(outcome())

    def one_of(self, kind: Any, n: int, **where: object) -> Any:
        async def pick() -> Any:
            rows = await kind.filter(id__gt=self.before[kind], **where).order_by("id")
            return rows[n % len(rows)] if rows else None

        return self.runner.run(pick())

    @initialize()
    def open(self) -> None:
        async def begin() -> None:
            self.before = {
                kind: await kind.all().order_by("-id").first().values_list("id", flat=True) or 0
                for kind in (Order, Fulfillment, Lot)
            }
            self.shop = await Shop.open()
            self.tea = await self.shop.tracked(backorderable=True, fresh_days=FRESH_DAYS)
            self.phone = await self.shop.tracked(Tracking.SERIAL)

        self.runner.run(begin())
        self.serial = 0
        for code, days in (("A", 3), ("B", 4), ("C", 4)):
            self.receive(code, days, south=code == "B")
        self.receive_phone(1)
        for units in (2, 1, 3):
            self.place(units, phone=False)
        self.go_on(0, 3)
        self.go_on(1, 2)

    @rule(code=codes, units=few, south=st.booleans())
    def receive(self, code: str, units: int, south: bool) -> None:
        place = self.shop.south if south else self.shop.north
        known = self.one_of(Lot, 0, code=code)
        expires_on = known.expires_on if known else self.clock.time.date() + timedelta(days=units)
        draft = LotDraft(code=code, expires_on=expires_on)
        at = {"variant_id": self.tea.id, "location_id": place.id}
        self.ask(partial(stock.receive, SYSTEM, **at, quantity=units, lot=draft))

    @rule(days=st.integers(4, 12))
    def receive_what_keeps(self, days: int) -> None:
        self.serial += 1
        draft = LotDraft(
            code=f"L{self.serial}", expires_on=self.clock.time.date() + timedelta(days=days)
        )
        at = {"variant_id": self.tea.id, "location_id": self.shop.north.id}
        self.ask(partial(stock.receive, SYSTEM, **at, quantity=3, lot=draft))

    @rule(n=st.integers(1, 3))
    def receive_phone(self, n: int) -> None:
        """One of three serial numbers, which may be in stock, or sold and come back."""
        at = {"variant_id": self.phone.id, "location_id": self.shop.north.id}
        self.ask(partial(stock.receive, SYSTEM, **at, quantity=1, serials=[f"S{n}"]))

    @rule(units=few, phone=st.booleans())
    def place(self, units: int, phone: bool) -> None:
        variant = self.phone if phone else self.tea
        free = self.runner.run(_free(variant))
        order = self.ask(partial(self.shop.place_of, variant, units, allow_backorder=True))
        if order is not None:
            self.runner.run(_assert_in_turn(order, free))
            self.ask(partial(orders.confirm, SYSTEM, order.id))

    @rule(n=some, steps=st.integers(1, 6))
    def go_on(self, n: int, steps: int) -> None:
        for _ in range(steps):
            work = self.one_of(Fulfillment, n, status__in=list(NEXT))
            if work is not None:
                self.ask(partial(NEXT[work.status], work.id))

    @rule(n=some, code=codes)
    def scan(self, n: int, code: str) -> None:
        work = self.one_of(Fulfillment, n, status=FulfillmentStatus.PICKING)
        if work is not None:
            self.ask(partial(scans.pick, SYSTEM, work.id, Scan(barcode=code)))

    @rule(n=some, code=codes, units=st.none() | few)
    def swap(self, n: int, code: str, units: int | None) -> None:
        work = self.one_of(Fulfillment, n, status=FulfillmentStatus.PICKING)
        if work is not None:
            line = self.runner.run(_line_of(work))
            verb = partial(lot_swaps.swap, SYSTEM, work.id, line.id, code=code, quantity=units)
            self.ask(verb)

    @rule(n=some)
    def find_less(self, n: int) -> None:
        work = self.one_of(Fulfillment, n, status=FulfillmentStatus.PICKING)
        if work is not None:
            line = self.runner.run(_line_of(work))
            self.ask(partial(fulfillments.pick_complete, SYSTEM, work.id, picked={line.id: 1}))

    @rule(n=some)
    def give_up(self, n: int) -> None:
        if (work := self.one_of(Fulfillment, n)) is not None:
            self.ask(partial(fulfillments.cancel, SYSTEM, work.id))

    @rule(n=some)
    def cancel(self, n: int) -> None:
        if (order := self.one_of(Order, n, status__not=OrderStatus.CANCELLED)) is not None:
            self.ask(partial(orders.cancel, SYSTEM, order.id, reason="No"))

    @rule(code=codes, units=st.integers(-2, 2).filter(bool))
    def adjust(self, code: str, units: int) -> None:
        at = {"variant_id": self.tea.id, "location_id": self.shop.north.id}
        given = {"change": units, "note": "Counted", "lot": LotDraft(code=code)}
        self.ask(partial(stock.adjust, SYSTEM, **at, **given))

    @rule(n=some)
    def call_back(self, n: int) -> None:
        if (lot := self.one_of(Lot, n)) is not None:
            self.ask(partial(recalls.start, SYSTEM, lot.id, reason="Glass"))

    @rule(n=some)
    def end_recall(self, n: int) -> None:
        if (lot := self.one_of(Lot, n, recalled_at__not_isnull=True)) is not None:
            self.ask(partial(recalls.end, SYSTEM, lot.id))

    @rule(hours=st.sampled_from((2, 30)))
    def wait(self, hours: int) -> None:
        self.clock.advance(hours=hours)

    @rule()
    def tick(self) -> None:
        self.runner.run(clockwork.tick())

    @invariant()
    def everything_adds_up(self) -> None:
        self.runner.run(assert_balanced())
        self.runner.run(_assert_lots())

    def teardown(self) -> None:
        broken = self.runner.run(checks.run())
        assert [(each.name, each.examples) for each in broken if each.broken] == []


async def _line_of(work: Fulfillment) -> FulfillmentLine:
    [line, *_] = await FulfillmentLine.filter(fulfillment_id=work.id).order_by("id")
    return line


async def _free(variant: Variant) -> dict[tuple[int, int], int]:
    """Units of each lot at each level that nobody has, counted one by one."""
    free: dict[tuple[int, int], int] = defaultdict(int)
    for quant in await Quant.filter(level__variant_id=variant.id):
        free[quant.level_id, quant.lot_id or 0] += quant.on_hand
    for row in await Reservation.filter(
        level__variant_id=variant.id, status=ReservationStatus.ACTIVE
    ):
        free[row.level_id, row.lot_id or 0] -= row.quantity
    return free


async def _assert_in_turn(order: Order, free: dict[tuple[int, int], int]) -> None:
    """What expires first was taken first at each level, and nothing that does not keep."""
    taken: dict[tuple[int, int], int] = defaultdict(int)
    for row in await Reservation.filter(order_id=order.id):
        taken[row.level_id, row.lot_id or 0] += row.quantity
    known = {lot.id: lot for lot in await Lot.all()}
    for (level, lot_id), units in taken.items():
        assert units <= free[level, lot_id]
        assert _keeps(known[lot_id])
        for (other_level, other), left in free.items():
            if (
                other_level == level
                and _keeps(known[other])
                and left > taken.get((level, other), 0)
            ):
                assert _last(known[other]) >= _last(known[lot_id])


def _last(lot: Lot) -> date:
    return lot.expires_on or date.max


def _keeps(lot: Lot) -> bool:
    if lot.recalled_at is not None:
        return False
    return lot.expires_on is None or soonest() + timedelta(days=FRESH_DAYS) <= lot.expires_on


async def _assert_lots() -> None:
    """Lots sum to their levels, and nothing left after its last day or while called back."""
    for moved in (
        await Movement.filter(reason=MovementReason.SHIPPED, lot_id__not_isnull=True)
        .order_by("-id")
        .limit(5)
    ):
        lot = await Lot.get(id=moved.lot_id)
        assert lot.expires_on is None or moved.at.date() <= lot.expires_on
        assert lot.recalled_at is None or moved.at <= lot.recalled_at


@pytest.fixture
def runner(database_url: str) -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        runner.run(stack.enter_async_context(databases.opened(database_url)))
        yield runner
        runner.run(stack.aclose())


def test_lots_add_up_on_every_walk(runner, clock):
    Walk.runner, Walk.clock = runner, clock

    run_state_machine_as_test(Walk, settings=settings(max_examples=10, stateful_step_count=30))
