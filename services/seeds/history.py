"""The demo shop's history: everything that happens in it, in the order of time."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import count

from models import Level, MovementReason, Role, StockAlertKind
from services.ledger import Change
from services.seeds import picking
from services.seeds.orders import Life, Shop

Action = Callable[[], None]

# Variants and locations, in the order of the catalog, that are nearly or entirely out of stock at
# the end, and how many units are left there above the reorder point; None for none at all.
SHORTAGES: Sequence[tuple[int, int, int | None]] = (
    (5, 0, None),
    (14, 0, 0),
    (3, 2, None),
    (20, 1, -1),
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
        self.under_way: dict[int, Life] = {}
        self._agenda: list[tuple[datetime, int, Action]] = []
        self._ticket = count()
        self._on_order: set[int] = set()
        self._short = [_level(shop, *shortage[:2]) for shortage in SHORTAGES]
        for life in present:
            self._plan(life)
        self._begin_next(past)
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
        elif not picking.waiting(life):
            self.shop.rows.keep(*self.under_way.pop(life.order.id).rows())

    def _order_units(self) -> None:
        """New units come a few days after a level has fallen low."""
        stock = self.shop.stock
        for level_id in sorted(stock.low - self._on_order):
            self._on_order.add(level_id)
            delay = timedelta(hours=self.shop.dice.randint(20, 70))
            self._at(self.shop.now + delay, partial(self._receive_units, level_id))
        stock.low.clear()

    def _receive_units(self, level_id: int) -> None:
        self._on_order.discard(level_id)
        level = self.shop.stock.levels[level_id]
        if level in self._short and self.shop.now > self.until - DELIVERIES_STOP:
            return
        units = Change(level_id=level_id, on_hand=self.shop.stock.refills[level_id].units)
        self.shop.stock.move(self.shop.staff[Role.PICKER], MovementReason.RECEIVED, [units])

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
