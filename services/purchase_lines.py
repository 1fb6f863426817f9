"""Lines of purchase orders that are drafts: what is asked for, at whose price."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from models import (
    PurchaseOrder,
    PurchaseOrderLine,
    PurchaseOrderStatus,
    SupplierItem,
    Variant,
)
from models.errors import Problem, Refused, refuse_any
from models.statements import select
from services import policies, purchase_arrivals, scopes
from services.actors import Actor
from services.clock import now
from services.commit import announce, operation
from services.facts.purchase_orders import PurchaseOrderUpdated
from services.inputs import MOST_UNITS, Inputs
from services.money import to_minor_units
from services.records import Changes

MOST_LINES = 500
_DRAFT = PurchaseOrderStatus.DRAFT


@dataclass(frozen=True, kw_only=True)
class PurchaseLineDraft:
    """Units to be bought. Without a `price`, which is of one unit in the order's currency, it is
    what the supplier asks for so many."""

    variant_id: int
    quantity: int
    price: Decimal | None = None


@operation
async def add(actor: Actor, order_id: int, draft: PurchaseLineDraft) -> PurchaseOrder:
    """Ask for something more on a draft; refused where it is on it already."""
    order = await take(actor, order_id)
    lines = await purchase_arrivals.lines_of(order)
    if any(line.variant_id == draft.variant_id for line in lines):
        message = f"It is on {order.number} already. Change that line instead."
        raise Refused(Problem(code="TAKEN", message=message, path=("variantId",)))
    if len(lines) >= MOST_LINES:
        raise Refused(Problem(message=f"A purchase order has at most {MOST_LINES} lines."))
    inputs = Inputs()
    made = await written(actor, order, [draft], inputs)
    inputs.refuse()
    await PurchaseOrderLine.bulk_create(made)
    return await _drafted(actor, order)


@operation
async def change(actor: Actor, line_id: int, changes: Changes) -> PurchaseOrder:
    """Ask for more or fewer units of a line of a draft, or at another price; where only the
    quantity changes, the price is what the supplier asks for so many."""
    order, line = await take_line(actor, line_id)
    inputs = Inputs()
    draft = PurchaseLineDraft(
        variant_id=line.variant_id,
        quantity=changes.get("quantity", line.quantity),
        price=changes.get("price"),
    )
    [made] = await written(actor, order, [draft], inputs)
    inputs.refuse()
    line.quantity, line.price, line.supplier_sku = made.quantity, made.price, made.supplier_sku
    await line.store()
    return await _drafted(actor, order)


@operation
async def remove(actor: Actor, line_id: int) -> PurchaseOrder:
    """Take a line off a draft."""
    order, line = await take_line(actor, line_id)
    await line.delete()
    return await _drafted(actor, order)


async def take(actor: Actor, order_id: int) -> PurchaseOrder:
    """A draft, which nobody else can change until the operation is over."""
    order = await scopes.take(actor, PurchaseOrder, order_id)
    refuse_any(reasons_not_to_edit(order))
    return order


async def take_line(actor: Actor, line_id: int) -> tuple[PurchaseOrder, PurchaseOrderLine]:
    seen = await scopes.find(actor, PurchaseOrderLine, line_id)
    order = await take(actor, seen.purchase_order_id)
    return order, await scopes.find(actor, PurchaseOrderLine, line_id)


async def written(
    actor: Actor,
    order: PurchaseOrder,
    drafts: Sequence[PurchaseLineDraft],
    inputs: Inputs,
    *path: str | int,
) -> list[PurchaseOrderLine]:
    """New lines, not saved; what is wrong with them is added to the inputs. Where there are
    several, the place of each stands behind the path."""
    variants = await scopes.find_all(actor, Variant, [draft.variant_id for draft in drafts])
    items = {
        item.variant_id: item
        for item in await select(
            SupplierItem, supplier_id=order.supplier_id, variant_id__in=list(variants)
        )
        if item.archived_at is None
    }
    made = []
    for n, draft in enumerate(drafts):
        here = (*path, n) if path == ("lines",) else path
        variant, item = variants.get(draft.variant_id), items.get(draft.variant_id)
        if variant is None:
            inputs.add(scopes.not_found(Variant, (*here, "variantId")))
            continue
        if variant.archived_at is not None:
            inputs.wrong(f"{variant.sku} is no longer sold.", *here, "variantId")
        made.append(_line(order, draft, variant, item, inputs, *here))
    return made


def reasons_not_to_edit(order: PurchaseOrder) -> list[Problem]:
    return [] if order.status is _DRAFT else [order.wrong_status(_DRAFT)]


def _line(
    order: PurchaseOrder,
    draft: PurchaseLineDraft,
    variant: Variant,
    item: SupplierItem | None,
    inputs: Inputs,
    *path: str | int,
) -> PurchaseOrderLine:
    quantity = inputs.number(draft.quantity, *path, "quantity")
    home = policies.current().home_currency
    if variant.currency not in (order.currency, home):
        message = f"What {variant.sku} costs is kept in {variant.currency}. Buy it in that, or in "
        inputs.wrong(f"{message}{home}.", *path, "variantId")
    if item is not None:
        check_packs(inputs, item, quantity, *path, "quantity")
    return PurchaseOrderLine(
        # An order that is only being begun has no id yet.
        purchase_order_id=order.id or 0,
        variant_id=variant.id,
        sku=variant.sku,
        supplier_sku=item.sku if item is not None else "",
        name=variant.name,
        quantity=quantity,
        price=_price(order, replace(draft, quantity=quantity), variant, item, inputs, *path),
        currency=order.currency,
    )


def check_packs(inputs: Inputs, item: SupplierItem, units: int, *path: str | int) -> None:
    """Whole packs, and no fewer units than the supplier sells at once."""
    least = -(-item.minimum // item.pack_size) * item.pack_size
    if not 0 < units <= MOST_UNITS:
        return
    if units < item.minimum or units % item.pack_size:
        nearest = max(least, -(-units // item.pack_size) * item.pack_size)
        inputs.wrong(
            f"It is sold in packs of {item.pack_size}, {least} units at least. Order {nearest}.",
            *path,
        )


def _price(
    order: PurchaseOrder,
    draft: PurchaseLineDraft,
    variant: Variant,
    item: SupplierItem | None,
    inputs: Inputs,
    *path: str | int,
) -> int:
    if draft.price is not None:
        return minor_units(inputs, draft.price, order.currency, *path, "price")
    if item is None or not item.breaks or item.currency != order.currency:
        inputs.wrong(
            f"The supplier has no price of {variant.sku} in {order.currency}. Enter one among its "
            "items, or give a price.",
            *path,
            "price",
        )
        return 0
    return item.price_of(draft.quantity)


def minor_units(inputs: Inputs, amount: Decimal, currency: str, *path: str | int) -> int:
    minor = to_minor_units(amount, currency)
    if minor is None or minor < 0:
        inputs.wrong(f"Give an amount of 0 or more, in whole minor units of {currency}.", *path)
    return minor or 0


async def _drafted(actor: Actor, order: PurchaseOrder) -> PurchaseOrder:
    lines = await purchase_arrivals.lines_of(order)
    await purchase_arrivals.follow(actor, order, lines, at=now(), reason="")
    await order.store()

    announce(actor, PurchaseOrderUpdated(purchase_order_id=order.id, location_id=order.location_id))
    return order
