"""The queue of lines that wait for stock, and what it can look forward to."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from tortoise.functions import Sum

from models import (
    Arrival,
    ArrivalStatus,
    Level,
    Order,
    OrderLine,
    ServiceLevel,
    ShippingMethod,
)
from models.order_lines import OUTSIDE
from models.rows import store_all
from models.statements import select_by_id
from services import lot_supplies
from services.lot_supplies import LotSupply
from services.waiting import Coming, Deal, Place, Waiting, deal

# More lines than this wait for their turn to be looked at.
MOST_LINES = 10_000


@dataclass(frozen=True, kw_only=True)
class Queued:
    """A line in the queue, as it was read."""

    line_id: int
    order_id: int
    units: int
    key: str
    expected_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """The queue for a variant, in its order, and what everybody in it gets."""

    queue: Sequence[Queued]
    deal: Deal


async def outlooks(variant_ids: Iterable[int] | None = None) -> dict[int, Outlook]:
    """The outlook of each of these variants, or of every variant that somebody waits for."""
    asked = None if variant_ids is None else sorted(set(variant_ids))
    queues = await _queues(asked)
    wanted = list(queues) if asked is None else asked
    if not wanted:
        return {}
    supplies = await lot_supplies.of_variants(wanted)
    available, coming = await _available(wanted, supplies), await _coming(wanted)
    fitting = await _fitting(queues, supplies)
    return {
        variant: Outlook(
            queue=queues[variant],
            deal=deal(
                [
                    Waiting(
                        line_id=each.line_id, units=each.units, fitting=fitting.get(each.line_id)
                    )
                    for each in queues[variant]
                ],
                available[variant],
                coming[variant],
            ),
        )
        for variant in wanted
    }


def place(
    order: Order,
    line: OrderLine,
    *,
    expedited: bool = False,
    promised_at: datetime | None = None,
    outside: bool = False,
) -> Place:
    """Where a line of a placed order belongs in the queue; `promised_at` is what it was promised
    before it had to wait."""
    return Place(
        expedited=expedited,
        promised_at=promised_at,
        placed_at=order.placed_at or order.created_at,
        line_id=line.id,
        outside=outside,
    )


async def is_expedited(order: Order) -> bool:
    """Whether an order is sent with a service that is faster than the standard."""
    if order.shipping_method_id is None:
        return False
    method = await ShippingMethod.get(id=order.shipping_method_id)
    return method.service_level is not ServiceLevel.STANDARD


async def requeue(order: Order, lines: Iterable[OrderLine]) -> list[OrderLine]:
    """Let lines that wait do so in the queue, where the order's service puts them; gives those
    whose place has changed."""
    expedited, moved = await is_expedited(order), []
    for line in lines:
        if line.queue_key is None:
            continue
        key = replace(Place.of(line.queue_key), expedited=expedited, outside=False).key
        if key != line.queue_key:
            line.queue_key = key
            moved.append(line)
    await store_all(moved, "queue_key")
    return moved


async def _queues(variant_ids: Sequence[int] | None) -> dict[int, list[Queued]]:
    where: dict[str, Any] = {"queue_key__lt": OUTSIDE}
    if variant_ids is not None:
        where["variant_id__in"] = variant_ids
    rows = (
        await OrderLine.filter(**where)
        .order_by("queue_key")
        .limit(MOST_LINES)
        .values_list("variant_id", "id", "order_id", "backordered", "queue_key", "expected_at")
    )
    queues: dict[int, list[Queued]] = defaultdict(list)
    for variant, line, order, units, key, expected_at in rows:
        queues[variant].append(
            Queued(line_id=line, order_id=order, units=units, key=key, expected_at=expected_at)
        )
    return queues


async def _fitting(
    queues: Mapping[int, Sequence[Queued]], supplies: Sequence[LotSupply]
) -> dict[int, int]:
    """How many units there are, by line, that keep until its order is delivered as promised; only
    of variants some of whose lots expire."""
    dated = {each.variant_id for each in supplies if each.expires_on} & set(queues)
    orders = await select_by_id(
        Order, {each.order_id for variant in dated for each in queues[variant]}
    )
    found = {}
    for variant in dated:
        mine = [each for each in supplies if each.variant_id == variant]
        for each in queues[variant]:
            promised_at = orders[each.order_id].promised_at
            day = lot_supplies.soonest()
            day = max(promised_at.date(), day) if promised_at else day
            found[each.line_id] = sum(max(0, lot.units) for lot in mine if lot.is_good(day))
    return found


async def _available(variant_ids: Sequence[int], supplies: Sequence[LotSupply]) -> dict[int, int]:
    rows = (
        await Level.filter(variant_id__in=variant_ids, location__archived_at=None)
        .group_by("variant_id")
        .annotate(there=Sum("on_hand"), kept=Sum("reserved"))
        .values_list("variant_id", "there", "kept")
    )
    unfit: Counter[int] = Counter()
    for (variant, _), units in lot_supplies.unfit_of(supplies).items():
        unfit[variant] += units
    return defaultdict(
        int,
        {variant: int(there) - int(kept) - unfit[variant] for variant, there, kept in rows},
    )


async def _coming(variant_ids: Sequence[int]) -> dict[int, list[Coming]]:
    rows = await Arrival.filter(
        variant_id__in=variant_ids, status=ArrivalStatus.EXPECTED, location__archived_at=None
    ).order_by("expected_at", "id")
    found: dict[int, list[Coming]] = defaultdict(list)
    for row in rows:
        found[row.variant_id].append(
            Coming(units=row.outstanding, at=row.expected_at, arrival_id=row.id)
        )
    return found
