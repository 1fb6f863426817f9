"""A thousand levels on random walks give the alerts that an oracle works out on paper."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from math import ceil
from random import Random
from zoneinfo import ZoneInfo

from models import (
    Arrival,
    Event,
    Forecast,
    Level,
    Location,
    Lot,
    MovementReason,
    Tracking,
    Variant,
)
from services import alert_rounds, arrivals, checks, event_log, ledger
from services.actors import SYSTEM
from services.commit import operation
from services.ledger import Change
from tests.cast import Shop

LEVELS, STEPS = 1_000, 9
LEAD_DAYS, EXPIRY_DAYS = 12, 30
ZONE = ZoneInfo("Pacific/Auckland")
Told = tuple[str, str, int]


@dataclass(kw_only=True)
class Oracle:
    """What is known of a level, and what must have been said about it, worked out from that
    alone. Every margin is a tenth, in whole units, and one at least."""

    level: Level
    lots: list[Lot]
    per_day: Fraction
    coming: list[Arrival]
    units: dict[int | None, int] = field(default_factory=dict)
    reserved: int = 0
    open: set[str] = field(default_factory=set)
    said: list[Told] = field(default_factory=list)

    @property
    def on_hand(self) -> int:
        return sum(self.units.values())

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved

    def see_counts(self) -> None:
        """What each movement is followed by."""
        point, most = self.level.reorder_point, self.level.maximum
        if point is not None:
            beyond = self.available - point
            self._judge("low_stock", beyond <= 0, beyond >= 2 and beyond * 10 > point)
        self._judge("out_of_stock", self.available <= 0, self.available >= 2)
        if most is not None:
            below = most - self.on_hand
            is_safe = self.on_hand == 0 or (below >= 1 and below * 10 > most - 10)
            self._judge("overstock", below < 0, is_safe)

    def see_the_rest(self, moment: datetime) -> None:
        """What is looked at once things have come to rest."""
        today = moment.astimezone(ZONE).date()
        left = [(lot.expires_on - today).days for lot in self.lots if self.units.get(lot.id)]
        self._judge(
            "expiring",
            any(days <= EXPIRY_DAYS for days in left),
            all(days > EXPIRY_DAYS + 3 for days in left),
        )
        wanted = ceil(self.per_day * LEAD_DAYS)
        until = moment + timedelta(days=LEAD_DAYS)
        more = sum(each.quantity for each in self.coming if each.expected_at <= until)
        beyond = self.available + more - wanted
        is_safe = wanted == 0 or (beyond >= 1 and beyond * 10 > wanted - 10)
        self._judge("projected_stockout", wanted > 0 and beyond < 0, is_safe)

    def _judge(self, kind: str, is_wrong: bool, is_safe: bool) -> None:
        if kind not in self.open and is_wrong:
            self.open.add(kind)
            self.said.append(("StockAlertOpened", kind, self.available))
        elif kind in self.open and is_safe:
            self.open.remove(kind)
            self.said.append(("StockAlertResolved", kind, self.available))


async def test_a_thousand_levels_alert_as_the_oracle_says(clock, shop, policy):
    policy(restock_days=LEAD_DAYS, expiry_alert_days=EXPIRY_DAYS)
    chance = Random(11)
    await Location.filter(id=shop.north.id).update(time_zone=str(ZONE))
    oracles = await many(shop, chance, clock.time)
    await rest(clock)
    for each in oracles:
        each.see_the_rest(clock.time)
    for _ in range(STEPS):
        clock.advance(days=chance.choice([0, 1, 1, 2, 5]), hours=chance.randrange(24))
        await move(oracles, chance)
        await call_off(oracles, chance)
        await rest(clock)
        for each in oracles:
            each.see_the_rest(clock.time)

    said = await said_about(oracles)
    wrong = {
        each.level.id: (said[each.level.variant_id], each.said)
        for each in oracles
        if said[each.level.variant_id] != each.said
    }
    assert wrong == {}
    heard = {(kind, alert) for each in said.values() for kind, alert, _ in each}
    assert len(heard) == 10, "Every kind of alert opened and was resolved."
    assert sum(len(each) for each in said.values()) > 3 * LEVELS
    broken = {result.name for result in await checks.run() if result.broken}
    # Levels at which nothing ever moved were never looked at for being empty.
    expected = {"alert-missing"}
    assert {name for name in broken if name.startswith(("alert", "quant"))} <= expected


async def many(shop: Shop, chance: Random, moment: datetime) -> list[Oracle]:
    """Levels of as many variants in the north with nothing there yet, of which some have lots, are
    asked for each day, or wait for something."""
    tracked = [chance.random() < 0.5 for _ in range(LEVELS)]
    await Variant.bulk_create(
        Variant(
            product_id=shop.product.id,
            sku=f"W-{shop.north.id}-{n}",
            name="W",
            price=1,
            currency="EUR",
            tracking=Tracking.LOT if has_lots else Tracking.NONE,
        )
        for n, has_lots in enumerate(tracked)
    )
    variants = await Variant.filter(name="W").order_by("id")
    await Level.bulk_create(
        Level(
            variant_id=variant.id,
            location_id=shop.north.id,
            reorder_point=chance.choice([None, *range(30)]),
            maximum=chance.choice([None, *range(0, 60, 2)]),
            judge_at=moment,
        )
        for variant in variants
    )
    levels = await Level.filter(variant_id__in=[each.id for each in variants]).order_by("id")
    oracles = [
        Oracle(
            level=level,
            lots=[
                Lot(variant_id=level.variant_id, code=f"L-{n}", expires_on=_end(moment, chance))
                for n in range(2 if has_lots else 0)
            ],
            per_day=Fraction(chance.choice([0, 0, 1, 5, 12, 25]), 10),
            coming=[
                _coming(level, moment + timedelta(days=chance.uniform(-2, 40)), chance)
                for _ in range(chance.choice([0, 0, 1, 2]))
            ],
        )
        for level, has_lots in zip(levels, tracked, strict=True)
    ]
    await Lot.bulk_create(lot for each in oracles for lot in each.lots)
    found = {(lot.variant_id, lot.code): lot for lot in await Lot.all()}
    await Arrival.bulk_create(row for each in oracles for row in each.coming)
    coming = await Arrival.all().order_by("id")
    for each in oracles:
        each.lots = [found[lot.variant_id, lot.code] for lot in each.lots]
        each.coming = [row for row in coming if row.variant_id == each.level.variant_id]
        # A level begins with nothing, and that was seen already.
        each.units = {lot.id: 0 for lot in each.lots} or {None: 0}
    await Forecast.bulk_create(
        Forecast(
            level_id=each.level.id,
            variant_id=each.level.variant_id,
            location_id=each.level.location_id,
            mean=float(each.per_day),
            began_on=moment.date(),
            computed_at=moment,
        )
        for each in oracles
        if each.per_day
    )
    return oracles


def _end(moment: datetime, chance: Random) -> date:
    return moment.date() + timedelta(days=chance.randint(-3, 90))


def _coming(level: Level, at: datetime, chance: Random) -> Arrival:
    return Arrival(
        variant_id=level.variant_id,
        location_id=level.location_id,
        quantity=chance.randint(1, 30),
        expected_at=at,
    )


async def move(oracles: list[Oracle], chance: Random) -> None:
    """Units come to or go from most levels, or are reserved or released, all at once."""
    corrected, kept = [], []
    for each in oracles:
        if chance.random() < 0.2:
            continue
        if chance.random() < 0.3:
            change = max(-each.reserved, min(each.available, chance.choice([-4, -1, 1, 3, 9])))
            if change:
                each.reserved += change
                kept.append(Change(level_id=each.level.id, reserved=change))
                each.see_counts()
            continue
        lot = chance.choice(list(each.units))
        least = -min(each.units[lot], each.available)
        change = max(least, chance.choice([-20, -9, -4, -1, 1, 2, 5, 11, 30]))
        if change:
            each.units[lot] += change
            corrected.append(Change(level_id=each.level.id, on_hand=change, lot_id=lot))
            each.see_counts()
    await do(MovementReason.ADJUSTED, corrected)
    await do(MovementReason.RESERVED, kept)


@operation
async def do(reason: MovementReason, changes: list[Change]) -> None:
    await ledger.move(SYSTEM, reason, changes)


async def call_off(oracles: list[Oracle], chance: Random) -> None:
    """A few of what should come will not."""
    for each in chance.sample([each for each in oracles if each.coming], 15):
        row = each.coming.pop()
        await arrivals.cancel(SYSTEM, row.id, reason="Sold out.")


async def rest(clock) -> None:
    """Let everything that is due be looked at."""
    await event_log.take_in()
    clock.advance(seconds=11)
    while await alert_rounds.unread(clock.time, 1):
        await alert_rounds.read_on(1)
    while await alert_rounds.due(clock.time, 1):
        await alert_rounds.make(1)


async def said_about(oracles: list[Oracle]) -> dict[int, list[Told]]:
    """The kind of event, the kind of alert and what was available, in order, by variant."""
    said: dict[int, list[Told]] = {each.level.variant_id: [] for each in oracles}
    kinds = ["StockAlertOpened", "StockAlertResolved"]
    for row in await Event.filter(kind__in=kinds).order_by("id"):
        if row.variant_id in said:
            told = (row.kind, row.details["alert_kind"], row.details["available"])
            said[row.variant_id].append(told)
    return said
