"""Stock on random walks: whatever comes, goes, breaks, is put elsewhere or sold, all adds up."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from datetime import date, timedelta
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
from tortoise.connection import get_connection

from models import (
    Bin,
    Fulfillment,
    FulfillmentLine,
    FulfillmentStatus,
    Level,
    Quant,
    StockState,
    Storage,
    Variant,
)
from models import database as databases
from models.errors import Refused
from services import (
    alert_rounds,
    bin_moves,
    bins,
    catalog,
    checks,
    clockwork,
    fulfillments,
    orders,
    stock,
    stock_history,
    stock_settings,
    stock_states,
)
from services.actors import SYSTEM
from services.clock import now
from services.goods import LineDraft
from services.ledger import ANY
from services.lots import LotDraft
from services.stock_states import Place
from tests.books import assert_balanced
from tests.cast import Shop

F = FulfillmentStatus
few = st.integers(1, 4)
some = st.integers(0, 9)
state = st.sampled_from([*StockState, StockState.GOOD, StockState.GOOD])
NEXT: dict[FulfillmentStatus, Callable[[int], Awaitable[Any]]] = {
    F.PENDING: lambda work: fulfillments.release(SYSTEM, work),
    F.RELEASED: lambda work: fulfillments.pick_start(SYSTEM, work),
    F.PICKING: lambda work: fulfillments.pick_complete(SYSTEM, work),
    F.PICKED: lambda work: fulfillments.pack_start(SYSTEM, work),
    F.PACKING: lambda work: fulfillments.pack_complete(SYSTEM, work),
}


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

    @initialize()
    def open(self) -> None:
        async def begin() -> None:
            self.began = now()
            last = await Fulfillment.all().order_by("-id").first()
            self.before = last.id if last else 0
            self.shop = await Shop.open(north=8, south=5)
            self.tea = await self.shop.tracked()
            self.bins = [
                await bins.create(
                    SYSTEM, self.shop.north.id, code=f"B-{n}", position=n, storage=storage
                )
                for n, storage in enumerate([Storage.AMBIENT, Storage.AMBIENT, Storage.CHILLED])
            ]

        self.runner.run(begin())

    def goods(self, n: int) -> Variant:
        return (self.shop.mug, self.shop.shirt, self.tea)[n % 3]

    def bin(self, n: int) -> int | None:
        """A bin, none, or any."""
        return (*(row.id for row in self.bins), None, ANY)[n % 5]

    def place(self, n: int, m: int) -> Place:
        """Where something lies in the north, mostly; its lot may be left for others to guess."""

        async def lies() -> Place:
            rows = await Quant.filter(level__location_id=self.shop.north.id).order_by("id")
            quant = rows[(10 * n + m) % len(rows)]
            level = await quant.level
            return Place(
                variant_id=level.variant_id,
                location_id=level.location_id,
                bin_id=quant.bin_id if m else self.bin(n),
                lot_id=quant.lot_id if n else ANY,
            )

        return self.runner.run(lies())

    @rule(n=some, m=some, units=few)
    def receive(self, n: int, m: int, units: int) -> None:
        variant = self.goods(n)
        given: dict[str, Any] = {"bin_id": self.bin(m)}
        if variant is self.tea:
            ends = date.today() + timedelta(days=10 * (m % 4))  # noqa: DTZ011
            given["lot"] = LotDraft(code=f"L-{m % 4}", expires_on=ends)
        at = {"variant_id": variant.id, "location_id": self.shop.north.id}
        self.ask(lambda: stock.receive(SYSTEM, **at, quantity=units, **given))

    @rule(n=some, change=st.integers(-6, 6))
    def adjust(self, n: int, change: int) -> None:
        at = {"variant_id": self.goods(n).id, "location_id": self.shop.north.id}
        self.ask(lambda: stock.adjust(SYSTEM, **at, change=change, note="Counted."))

    @rule(n=some, units=st.integers(0, 12), held=st.integers(0, 12))
    def set_to(self, n: int, units: int, held: int) -> None:
        at = {"variant_id": self.goods(n).id, "location_id": self.shop.north.id}

        async def set_on_hand() -> None:
            level = await Level.get_or_none(**at)
            seen = level.on_hand if level and held % 3 else held
            await stock.set_on_hand(SYSTEM, **at, quantity=units, held=seen, note="Seen.")

        self.ask(set_on_hand)

    @rule(
        n=some,
        m=some,
        units=few,
        state=state,
        verb=st.sampled_from(
            [
                stock_states.damage,
                stock_states.quarantine,
                stock_states.restore,
                stock_states.write_off,
            ]
        ),
    )
    def judge(self, n: int, m: int, units: int, state: StockState, verb: Any) -> None:
        place = self.place(n, m)
        self.ask(lambda: verb(SYSTEM, place, quantity=units, state=state, note="Wet."))

    @rule(n=some, m=some, to=some, units=few, state=state)
    def put(self, n: int, m: int, to: int, units: int, state: StockState) -> None:
        place, target = self.place(n, m), self.bin(to % 4)
        self.ask(
            lambda: bin_moves.move(SYSTEM, place, to_bin_id=target, quantity=units, state=state)
        )

    @rule(n=some, m=some)
    def find_a_home(self, n: int, m: int) -> None:
        at = {"variant_id": self.goods(n).id, "location_id": self.shop.north.id}
        self.ask(lambda: bins.set_home(SYSTEM, **at, bin_id=self.bin(m % 4)))

    @rule(n=some, storage=st.sampled_from([Storage.AMBIENT, Storage.CHILLED]), fix=st.booleans())
    def cool(self, n: int, storage: Storage, fix: bool) -> None:
        changes = {"storage": storage}
        if n % 3:
            return
        if fix:
            self.ask(lambda: bins.update(SYSTEM, self.bins[n % 3].id, changes))
        else:
            self.ask(lambda: catalog.update_variant(SYSTEM, self.goods(n).id, changes, None))

    @rule(n=some)
    def take_down(self, n: int) -> None:
        async def replace() -> Bin:
            row = self.bins[n % 3]
            await bins.archive(SYSTEM, row.id)
            code = f"{row.code}-"
            place = self.shop.north.id
            self.bins[n % 3] = await bins.create(SYSTEM, place, code=code, position=n)
            return row

        self.ask(replace)

    @rule(mug=some, shirt=some, tea=some, is_confirmed=st.booleans())
    def sell(self, mug: int, shirt: int, tea: int, is_confirmed: bool) -> None:
        async def order() -> None:
            draft = self.shop.draft(mug=mug % 4, shirt=shirt % 4)
            if tea > 6:
                draft.lines.append(LineDraft(variant_id=self.tea.id, quantity=tea - 6))
            row = await orders.place(SYSTEM, draft=draft)
            if is_confirmed:
                await orders.confirm(SYSTEM, row.id)

        self.ask(order)

    def work(self, n: int, *statuses: FulfillmentStatus) -> Fulfillment | None:
        async def pick() -> Fulfillment | None:
            found = Fulfillment.filter(id__gt=self.before, status__in=statuses).order_by("id")
            rows = await found
            return rows[n % len(rows)] if rows else None

        return self.runner.run(pick())

    @rule(n=some, steps=st.integers(1, 5))
    def work_on(self, n: int, steps: int) -> None:
        async def go_on() -> None:
            status = (await Fulfillment.get(id=work.id)).status
            if status in NEXT:
                await NEXT[status](work.id)

        if work := self.work(n, *NEXT):
            for _ in range(steps):
                self.ask(go_on)

    @rule(n=some, found=some)
    def pick_short(self, n: int, found: int) -> None:
        async def pick(work: int) -> None:
            rows = await FulfillmentLine.filter(fulfillment_id=work).order_by("id")
            picked = {row.id: min(row.quantity, found % 4) for row in rows}
            await fulfillments.pick_complete(SYSTEM, work, picked=picked)

        if work := self.work(n, F.PICKING):
            self.ask(lambda: pick(work.id))

    @rule(n=some, whole=st.booleans())
    def give_up(self, n: int, whole: bool) -> None:
        if n % 3:
            return
        if work := self.work(n, *NEXT):
            if whole:
                self.ask(lambda: orders.cancel(SYSTEM, work.order_id, reason="Enough."))
            else:
                self.ask(lambda: fulfillments.cancel(SYSTEM, work.id))

    @rule(n=some, point=some, most=st.none() | st.integers(5, 20))
    def keep(self, n: int, point: int, most: int | None) -> None:
        at = {"variant_id": self.goods(n).id, "location_id": self.shop.north.id}
        wanted = {"reorder_point": point, "maximum": most}
        self.ask(lambda: stock_settings.set_level(SYSTEM, **at, settings=wanted))

    @rule()
    def let_time_pass(self) -> None:
        async def look() -> None:
            await Level.filter(judge_at__isnull=False).update(judge_at=now())
            await clockwork.tick()
            await alert_rounds.make(0)

        self.runner.run(look())

    @invariant()
    def everything_adds_up(self) -> None:
        self.runner.run(assert_balanced())

    @invariant()
    def the_past_ends_in_the_present(self) -> None:
        async def compare() -> None:
            levels = await Level.filter(location_id=self.shop.north.id).order_by("id")
            then = await stock_history.of_levels(SYSTEM, levels, now())
            names = ("on_hand", "reserved", "damaged", "quarantined")
            assert [[getattr(each, name) for name in names] for each in then] == [
                [getattr(each, name) for name in names] for each in levels
            ]

        self.runner.run(compare())

    @invariant()
    def no_lot_is_reserved_twice(self) -> None:
        async def find() -> None:
            assert await get_connection("default").execute_query_dict(OVERSOLD_LOTS) == []

        self.runner.run(find())

    def teardown(self) -> None:
        broken = self.runner.run(checks.run())
        assert [(each.name, each.examples) for each in broken if each.broken] == []


OVERSOLD_LOTS = """
    SELECT kept.level_id, kept.lot_id, kept.units, lies.units FROM (
      SELECT level_id, lot_id, SUM(quantity) AS units FROM reservations
      WHERE status = 'active' AND lot_id IS NOT NULL GROUP BY level_id, lot_id
    ) AS kept
    LEFT JOIN (
      SELECT level_id, lot_id, SUM(on_hand) AS units FROM stock_quants GROUP BY level_id, lot_id
    ) AS lies ON lies.level_id = kept.level_id AND lies.lot_id = kept.lot_id
    WHERE kept.units > COALESCE(lies.units, 0)
"""


@pytest.fixture
def runner(database_url: str) -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        runner.run(stack.enter_async_context(databases.opened(database_url)))
        yield runner
        runner.run(stack.aclose())


def test_everything_adds_up_on_every_walk(runner):
    Walk.runner = runner

    run_state_machine_as_test(Walk, settings=settings(max_examples=10, stateful_step_count=30))
