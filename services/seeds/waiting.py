"""Who waits for stock in the demo shop, and what it expects: as the services do it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from models import Arrival, ExceptionKind, Level, OrderLine
from services import backlog, reservations
from services.actors import SYSTEM
from services.facts.arrivals import ArrivalExpected, ArrivalFact, ArrivalReceived, ArrivalUpdated
from services.facts.reservations import BackorderFact, OrderBackordered, ReservationExpired
from services.goods import LineDraft
from services.seeds import exceptions, payments
from services.seeds.orders import Life, Shop, enter, placed, released, reserve, tell
from services.waiting import Coming, Waiting, deal

# Variants, in the order of the catalog, that may be waited for, and those of them that are sold
# out in the end.
BACKORDERABLE = range(8, 16)
SOUGHT: Sequence[int] = (9, 12)
POSTPONED_BY = timedelta(days=5)


def draft_more(shop: Shop, life: Life) -> None:
    """Somebody wants more than there is."""
    ids = list(shop.variants)
    variant = ids[shop.dice.choice(SOUGHT)]
    more = shop.dice.randint(1, 4)
    enter(shop, life, [LineDraft(variant_id=variant, quantity=_left(shop, variant) + more)])


def place_more(shop: Shop, life: Life) -> None:
    """Place an order all the same; what is missing of it waits."""
    there = Counter({line.variant_id: _left(shop, line.variant_id) for line in life.lines})
    wanted = [(line, line.ordered) for line in life.lines]
    found, missing = reservations.divided(wanted, there)
    reserve(shop, life, found, actor=life.actor)
    placed(shop, life)
    payments.pay(shop, life)
    for line, units in missing:
        _wait(shop, life, line, units, "Too few units were there.")
    exceptions.open(shop, life, ExceptionKind.BACKORDERED, "Too few units were there.")


def run_out(shop: Shop, life: Life) -> None:
    """Nobody confirmed the order in time, so its units are free again."""
    rows = life.active()
    released(shop, life, rows, SYSTEM)
    for row in rows:
        row.expire()
        line = life.line(row.line_id)
        about = {"location_id": row.location_id, "reservation_id": row.id}
        about |= {"variant_id": line.variant_id, "quantity": row.quantity}
        tell(shop, life, ReservationExpired, SYSTEM, **about)
    reason = "Its reservation ran out before it was confirmed."
    for line in life.lines:
        _wait(shop, life, line, line.reserved, reason, outside=True)
    shop.rows.change(*rows, life.order)
    exceptions.open(shop, life, ExceptionKind.BACKORDERED, reason)


def expect(shop: Shop, level: Level, in_hours: int) -> Arrival:
    """What was ordered for a level that has fallen low."""
    row = shop.rows.make(
        Arrival,
        variant_id=level.variant_id,
        location_id=level.location_id,
        quantity=shop.stock.refills[level.id].units,
        expected_at=shop.now + timedelta(hours=in_hours),
    )
    row.reference = f"DN-{20_000 + row.id}"
    _tell(shop, ArrivalExpected, row)
    return row


def postpone(shop: Shop, row: Arrival) -> None:
    row.expected_at += POSTPONED_BY
    row.reason = "The supplier is late."
    shop.rows.change(row)
    _tell(shop, ArrivalUpdated, row, reason=row.reason)


def receive(shop: Shop, row: Arrival) -> None:
    row.arrive(row.quantity, at=shop.now)
    shop.rows.change(row)
    shop.rows.keep(row)
    _tell(shop, ArrivalReceived, row, units=row.quantity, outstanding=0)


def waits(life: Life) -> bool:
    return any(line.backordered for line in life.lines)


def foretell(lives: Iterable[Life], arrivals: Iterable[Arrival]) -> None:
    """Say to everybody who waits when theirs should come."""
    queues: dict[int, list[OrderLine]] = defaultdict(list)
    for life in lives:
        for line in life.lines:
            if line.is_queued:
                queues[line.variant_id].append(line)
    coming: dict[int, list[Coming]] = defaultdict(list)
    for row in arrivals:
        coming[row.variant_id].append(Coming(units=row.outstanding, at=row.expected_at))
    for variant, lines in queues.items():
        lines.sort(key=lambda line: line.queue_key or "")
        queue = [Waiting(line_id=line.id, units=line.backordered) for line in lines]
        dealt = deal(queue, 0, coming[variant]).lines
        for line in lines:
            line.expected_at = dealt[line.id].expected_at


def _left(shop: Shop, variant: int) -> int:
    return max(0, shop.stock.available(variant))


def _wait(
    shop: Shop, life: Life, line: OrderLine, units: int, reason: str, *, outside: bool = False
) -> None:
    key = backlog.place(life.order, line, outside=outside).key
    line.backorder(units, queue_key=key, at=shop.now)
    shop.rows.change(line)
    fact: type[BackorderFact] = OrderBackordered
    about = {"variant_id": line.variant_id, "sku": line.sku, "quantity": units}
    tell(shop, life, fact, SYSTEM if outside else life.actor, **about, reason=reason)


def _tell(shop: Shop, fact: type[ArrivalFact], row: Arrival, **details: Any) -> None:
    shop.rows.tell(
        SYSTEM,
        fact(
            variant_id=row.variant_id,
            location_id=row.location_id,
            arrival_id=row.id,
            quantity=row.quantity,
            expected_at=row.expected_at,
            **details,
        ),
    )
