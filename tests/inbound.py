"""Goods that come in: transfers and deliveries, and how far they have come."""

from datetime import date
from typing import Any

from models import (
    Condition,
    Level,
    Location,
    Lot,
    MovementReason,
    Receipt,
    ReceiptLine,
    SupplierClaim,
    SupplierClaimKind,
    Tracking,
    Transfer,
    TransferLine,
    Variant,
)
from services import ledger, receipts, receiving, supplier_claims, transfer_steps, transfers
from services.actors import SYSTEM, Actor
from services.commit import operation
from services.ledger import Change
from services.receipts import Short
from services.receiving import Delivered, WrongItem
from services.transfers import TransferLineDraft
from tests.cast import Shop
from tests.purchases import bought

STAGES = ("draft", "allocated", "in_transit", "received")


async def transfer(
    shop: Shop, stage: str = "draft", *, mug: int = 0, shirt: int = 0, back: bool = False
) -> Transfer:
    """Units on their way from the north to the south, or back, taken to one of STAGES."""
    ends = (shop.south, shop.north) if back else (shop.north, shop.south)
    wanted = {shop.mug.id: mug, shop.shirt.id: shirt}
    row = await transfers.create(
        SYSTEM,
        source_id=ends[0].id,
        destination_id=ends[1].id,
        lines=[TransferLineDraft(variant_id=v, quantity=n) for v, n in wanted.items() if n],
    )
    steps = (transfer_steps.allocate, transfer_steps.send, transfer_steps.receive)
    for step in steps[: STAGES.index(stage)]:
        row = await step(SYSTEM, row.id)
    return row


async def lines_of(row: Transfer) -> list[TransferLine]:
    return await TransferLine.filter(transfer_id=row.id).order_by("id")


@operation
async def lot_at(
    variant: Variant, location: Location, units: int, *, code: str, expires_on: date | None = None
) -> Lot:
    """Units of a lot that lie at a location; the variant is tracked by lot from now on."""
    await Variant.filter(id=variant.id, tracking=Tracking.NONE).update(tracking=Tracking.LOT)
    lot, _ = await Lot.get_or_create(
        variant_id=variant.id, code=code, defaults={"expires_on": expires_on}
    )
    level, _ = await Level.get_or_create(variant_id=variant.id, location_id=location.id)
    change = Change(level_id=level.id, on_hand=units, lot_id=lot.id)
    await ledger.move(SYSTEM, MovementReason.RECEIVED, [change])
    return lot


async def receipt(shop: Shop, *, mug: int = 10, shirt: int = 0) -> Receipt:
    """A delivery of so many units that were ordered of the supplier, being scanned in."""
    order = await bought(shop, mug=mug, shirt=shirt)
    return await receipts.open(SYSTEM, order.id, reference="DN-1")


async def scan(
    row: Receipt, code: str, units: int | None = None, *, by: Actor = SYSTEM, **given: Any
) -> Receipt:
    return await receiving.scan(by, row.id, Delivered(code=code, quantity=units, **given))


async def receipt_line(row: Receipt, variant: Variant) -> ReceiptLine:
    return await ReceiptLine.get(receipt_id=row.id, variant_id=variant.id)


async def completed(shop: Shop) -> Receipt:
    """A delivery of eight mugs of ten: one damaged, one that did not come, one shirt too many."""
    row = await receipt(shop)
    await scan(row, shop.mug.sku, 7)
    await scan(row, shop.mug.sku, condition=Condition.DAMAGED)
    await scan(row, shop.shirt.sku, wrong=WrongItem.RECORD)
    line = await receipt_line(row, shop.mug)
    return await receipts.complete(SYSTEM, row.id, shorts=[Short(line_id=line.id, quantity=1)])


async def claim(shop: Shop, step: str = "open") -> SupplierClaim:
    """A claim for a damaged mug, sent where that is the step."""
    row = await completed(shop)
    line = await receipt_line(row, shop.mug)
    found = await SupplierClaim.get(line_id=line.id, kind=SupplierClaimKind.DAMAGED)
    return await supplier_claims.send(SYSTEM, found.id) if step == "sent" else found
