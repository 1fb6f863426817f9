"""The demo shop's history: everything that happens in it, in the order of time."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import count
from random import Random

from models import Arrival, Level, MovementReason, Role, StockAlertKind
from services.ledger import Change
from services.seeds import picking, waiting
from services.seeds.catalog import SITES
from services.seeds.lives import way
from services.seeds.orders import Life, Shop
from services.seeds.purchases import Purchases

Action = Callable[[], None]

# Variants and locations, in the order of the catalog, that are nearly or entirely out of stock at
# the end, and how many units are left there above the reorder point; None for none at all.
SHORTAGES: Sequence[tuple[int, int, int | None]] = (
    (5, 0, None),
    (14, 0, 0),
    (3, 2, None),
    (20, 1, -1),
    (22, 2, None),
    (23, 2, None),
)
# No new units come to these in the last days, and shortly before the end the shelves turn out to
# hold even less.
DELIVERIES_STOP = timedelta(days=4)
SHELVES_COUNTED = timedelta(minutes=20)
ALERT_SEEN = timedelta(minutes=5)


class History:
    def __init__(
        self, shop: Shop, past: Iterator[Life], present: Sequence[Life], until: datetime
    ) -> None:
        self.shop, self.until, self.begun = shop, until, 0
        shop.take_up = self._take_up
        self.under_way: dict[int, Life] = {}
        self._agenda: list[tuple[datetime, int, Action]] = []
        self._ticket = count()
        self._on_order: dict[int, Arrival] = {}
        self._short = [_level(shop, *shortage[:2]) for shortage in SHORTAGES]
        self._late = {level.id for level in self._short} | {
            _level(shop, variant, place).id
            for variant in waiting.SOUGHT
            for place in range(len(SITES))
        }
        for life in present:
            self._plan(life)
        self._begin_next(past)
        self._purchases = Purchases(shop, until)
        for moment, action in self._purchases.plans():
            self._at(moment, action)
        self._at(until - SHELVES_COUNTED, self._count_shelves)
        self._at(until - ALERT_SEEN, self._see_alert)

    def play(self) -> Iterator[None]:
        """Let everything up to the end happen, one thing at a time."""
        while self._agenda and self._agenda[0][0] <= self.until:
            self.shop.rows.at, _, action = heappop(self._agenda)
            action()
            self._order_units()
            yield
        self.shop.rows.at = self.until
        waiting.foretell(self.under_way.values(), self._on_order.values())
        self.shop.rows.keep(*self._on_order.values())
        for purchase in self._purchases.made:
            self.shop.rows.keep(*purchase.rows())
        # Whichever of their two orders comes to its end last is written by now.
        self.shop.rows.keep(*(exchange for exchange, _ in self.shop.exchanges.values()))
        self.shop.rows.keep(*picking.put_together(self.shop, self.under_way.values()))

    def _at(self, at: datetime, action: Action) -> None:
        # Of two things at one moment, the one that was planned first comes first.
        heappush(self._agenda, (at, next(self._ticket), action))

    def _begin_next(self, past: Iterator[Life]) -> None:
        """Plan the next life and, for when it begins, to plan the one after it."""
        if (life := next(past, None)) is not None:
            self._plan(life)
            self._at(life.steps[0][0], partial(self._begin_next, past))

    def _plan(self, life: Life) -> None:
        self._at(life.steps[0][0], partial(self._take_step, life))

    def _take_step(self, life: Life) -> None:
        is_new = not life.lines
        _, step = life.steps.popleft()
        step(self.shop, life)
        if is_new:
            self.begun += 1
            self.under_way[life.order.id] = life
        if life.steps:
            self._plan(life)
        elif not picking.waiting(life) and not waiting.waits(life):
            self.shop.rows.keep(*self.under_way.pop(life.order.id).rows())

    def _take_up(self, life: Life, goes_now: bool) -> None:
        self.under_way[life.order.id] = life
        if goes_now:
            life.steps = way(Random(life.order.id), self.shop.now)
            self._plan(life)

    def _order_units(self) -> None:
        """New units come a few days after a level has fallen low."""
        stock = self.shop.stock
        for level_id in sorted(stock.low - set(self._on_order)):
            coming = waiting.expect(
                self.shop, stock.levels[level_id], self.shop.dice.randint(20, 70)
            )
            self._on_order[level_id] = coming
            self._at(coming.expected_at, partial(self._receive_units, level_id))
        stock.low.clear()

    def _receive_units(self, level_id: int) -> None:
        coming = self._on_order[level_id]
        if level_id in self._late and self.shop.now > self.until - DELIVERIES_STOP:
            waiting.postpone(self.shop, coming)
            self._at(coming.expected_at, partial(self._receive_units, level_id))
            return
        del self._on_order[level_id]
        waiting.receive(self.shop, coming)
        units = Change(level_id=level_id, on_hand=coming.quantity)
        self.shop.stock.move(
            self.shop.staff[Role.PICKER], MovementReason.RECEIVED, [units], arrival_id=coming.id
        )

    def _count_shelves(self) -> None:
        lead = self.shop.staff[Role.WAREHOUSE_LEAD]
        for level, (_, _, above) in zip(self._short, SHORTAGES, strict=True):
            left = 0 if above is None else max(0, (level.reorder_point or 0) + above)
            missing = level.available - left
            if missing > 0:
                found = Change(level_id=level.id, on_hand=-missing)
                note = f"Counted: {missing} units are not on the shelf."
                self.shop.stock.move(lead, MovementReason.ADJUSTED, [found], note=note)

    def _see_alert(self) -> None:
        alert = self.shop.stock.alerts.get((self._short[1].id, StockAlertKind.LOW_STOCK))
        # An order that was cancelled in between may have given enough units back.
        if alert is not None:
            self.shop.stock.acknowledge(self.shop.staff[Role.WAREHOUSE_LEAD], alert)


def _level(shop: Shop, variant: int, location: int) -> Level:
    return shop.stock.by_variant[list(shop.variants)[variant]][location]
