"""Where a level can be replenished from, and what is on its way to it."""

from collections.abc import Collection
from dataclasses import dataclass

from models import (
    Arrival,
    ArrivalStatus,
    Level,
    OrderLine,
    PurchaseOrderLine,
    PurchaseOrderStatus,
    ReplenishmentPolicy,
    SupplierItem,
    TransferLine,
    TransferStatus,
)
from models.order_lines import OUTSIDE
from models.statements import select
from services import lead_times, policies, supplier_items
from services.needs import Packing, Position

_P, _T = PurchaseOrderStatus, TransferStatus
# Something may still come of these.
_OPEN = set(_P) - {_P.RECEIVED, _P.CLOSED, _P.CANCELLED}
# Nothing of these has left, so no arrival says that it will come.
_PLANNED = {_T.DRAFT, _T.ALLOCATED}


@dataclass(frozen=True, kw_only=True)
class Source:
    """Who replenishes a level: a supplier, by one of their items, or another location. Neither
    where nobody is known to sell it."""

    item: SupplierItem | None = None
    location_id: int | None = None
    lead_days: float
    lead_spread_days: float = 0.0

    @property
    def packing(self) -> Packing:
        if self.item is None:
            return Packing()
        return Packing(size=self.item.pack_size, minimum=self.item.minimum)


async def source_of(level: Level, policy: ReplenishmentPolicy | None) -> Source:
    """The location or the supplier that a level's policy names, else the supplier asked first."""
    if policy is not None and policy.source_id is not None:
        return Source(location_id=policy.source_id, lead_days=policies.current().transfer_days)
    items = (await supplier_items.best_for([level.variant_id]))[level.variant_id]
    preferred = None if policy is None else policy.supplier_id
    items.sort(key=lambda item: item.supplier_id != preferred)
    if not items:
        return Source(lead_days=policies.current().restock_days)
    lead = (await lead_times.of_items(items[:1]))[items[0].id]
    return Source(item=items[0], lead_days=lead.days, lead_spread_days=lead.spread_days)


async def position_of(level: Level) -> Position:
    """What a level has, what is spoken for, and what comes."""
    arrivals = await select(
        Arrival,
        variant_id=level.variant_id,
        location_id=level.location_id,
        status=ArrivalStatus.EXPECTED,
    )
    moving = [each.outstanding for each in arrivals if each.transfer_line_id is not None]
    bought = {each.purchase_order_line_id for each in arrivals}
    ordered = [each.outstanding for each in arrivals if each.transfer_line_id is None]
    return Position(
        on_hand=level.on_hand,
        reserved=level.reserved,
        backordered=await _waiting(level),
        on_order=sum(ordered) + await _drafted(level, bought),
        in_transfer=sum(moving) + await _planned(level),
    )


async def _drafted(level: Level, expected: Collection[int | None]) -> int:
    """Units of purchase orders that nothing says are expected yet, as they are not sent."""
    lines = [
        line
        for line in await PurchaseOrderLine.filter(
            variant_id=level.variant_id,
            purchase_order__location_id=level.location_id,
            purchase_order__status__in=_OPEN,
        )
        if line.id not in expected
    ]
    return sum(line.outstanding for line in lines)


async def _planned(level: Level) -> int:
    """Units of transfers that have not left yet."""
    lines = await TransferLine.filter(
        variant_id=level.variant_id,
        transfer__destination_id=level.location_id,
        transfer__status__in=_PLANNED,
    )
    return sum(line.quantity for line in lines)


async def _waiting(level: Level) -> int:
    """Units that orders wait for. They wait for a variant, wherever it comes, so they count at one
    level: of those that are replenished, the one that is asked first."""
    lines = await OrderLine.filter(
        variant_id=level.variant_id, queue_key__lt=OUTSIDE, backordered__gt=0
    )
    units = sum(line.backordered for line in lines)
    return units if units and await is_home(level) else 0


async def is_home(level: Level) -> bool:
    """Whether of the levels of its variant that are replenished this is the one asked first."""
    replenished = await ReplenishmentPolicy.filter(variant_id=level.variant_id, archived_at=None)
    first = (
        await Level.filter(
            id__in=[policy.level_id for policy in replenished], location__archived_at=None
        )
        .order_by("location__priority", "id")
        .first()
    )
    return first is None or first.id == level.id


async def variants_of(
    purchase_order_ids: Collection[int], transfer_ids: Collection[int]
) -> set[int]:
    """The variants on purchase orders and transfers."""
    bought = await select(PurchaseOrderLine, purchase_order_id__in=list(purchase_order_ids))
    moved = await select(TransferLine, transfer_id__in=list(transfer_ids))
    return {line.variant_id for line in bought} | {line.variant_id for line in moved}
