"""Impacts: which orders wait for what a purchase order brings, and what becomes of their dates."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from models import Arrival, ArrivalStatus, Order, OrderLine, PurchaseOrder
from models.statements import select_by_id
from services import backlog
from services.actors import Actor

# What a purchase order feeds is counted in full; so many lines of it are shown, the first served
# first.
MOST_LINES = 200


@dataclass(frozen=True, kw_only=True)
class FedLine:
    """A line that waits for units of a purchase order.

    It was told to expect all of its units at `expected_before`, and would get them at
    `expected_at`, as things stand; None where nobody knows.
    """

    order: Order
    line: OrderLine
    units: int
    expected_before: datetime | None
    expected_at: datetime | None

    @property
    def is_missed(self) -> bool:
        """Whether its order cannot leave, or else arrive, as it is promised."""
        latest = self.order.dispatch_by or self.order.promised_at
        if latest is None:
            return False
        return self.expected_at is None or self.expected_at > latest


@dataclass(frozen=True, kw_only=True)
class Impact:
    """The lines a purchase order feeds: how many there are, of how many orders, with how many of
    its units, and the first of them."""

    order_count: int = 0
    line_count: int = 0
    units: int = 0
    lines: Sequence[FedLine] = ()


@dataclass(frozen=True, kw_only=True)
class _Share:
    """Units that a line in the queue gets of a purchase order."""

    key: str
    line_id: int
    order_id: int
    units: int
    expected_before: datetime | None
    expected_at: datetime | None


async def of_purchase_orders(actor: Actor, rows: Sequence[PurchaseOrder]) -> list[Impact]:
    """What depends on each purchase order, as the queue is dealt out now."""
    arrivals = await Arrival.filter(
        purchase_order_id__in=[row.id for row in rows], status=ArrivalStatus.EXPECTED
    )
    brings = {row.id: row.purchase_order_id or 0 for row in arrivals}
    shares = await _shares(brings, {row.variant_id for row in arrivals})
    shown = {
        purchase: sorted(found, key=lambda share: share.key)[:MOST_LINES]
        for purchase, found in shares.items()
    }
    ids = [share for found in shown.values() for share in found]
    orders = await select_by_id(Order, {share.order_id for share in ids})
    lines = await select_by_id(OrderLine, {share.line_id for share in ids})
    return [
        Impact(
            order_count=len({share.order_id for share in shares[row.id]}),
            line_count=len(shares[row.id]),
            units=sum(share.units for share in shares[row.id]),
            lines=[
                FedLine(
                    order=orders[share.order_id],
                    line=lines[share.line_id],
                    units=share.units,
                    expected_before=share.expected_before,
                    expected_at=share.expected_at,
                )
                for share in shown.get(row.id, ())
            ],
        )
        for row in rows
    ]


async def _shares(brings: dict[int, int], variant_ids: set[int]) -> dict[int, list[_Share]]:
    """What each line in the queues of these variants gets of each purchase order, by the arrivals
    that it brings."""
    found: dict[int, list[_Share]] = defaultdict(list)
    outlooks = await backlog.outlooks(variant_ids) if variant_ids else {}
    for outlook in outlooks.values():
        for queued in outlook.queue:
            dealt = outlook.deal.lines[queued.line_id]
            units: dict[int, int] = defaultdict(int)
            for fed in dealt.fed:
                if fed.arrival_id in brings:
                    units[brings[fed.arrival_id]] += fed.units
            for purchase, share in units.items():
                found[purchase].append(
                    _Share(
                        key=queued.key,
                        line_id=queued.line_id,
                        order_id=queued.order_id,
                        units=share,
                        expected_before=queued.expected_at,
                        expected_at=dealt.expected_at,
                    )
                )
    return found
