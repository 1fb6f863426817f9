"""Landed costs: what goods cost until they are here, and so what a unit cost us on average."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from tortoise.functions import Sum

from models import LandedCost, LandedCostKind, Level, PurchaseOrder, PurchaseOrderLine, Variant
from models.errors import Blocked, Problem, refuse_any
from models.purchase_orders import ENDED
from models.rows import store_all
from models.statements import select_by_id
from services import purchase_approvals, purchase_arrivals, purchase_lines, scopes
from services.actors import Actor
from services.amounts import half_up, spread
from services.commit import announce, operation
from services.facts.purchase_orders import LandedCostAdded
from services.inputs import Inputs

MOST_TEXT = 500
MOST_COSTS = 100


@operation
async def add(
    actor: Actor, order_id: int, *, kind: LandedCostKind, amount: Decimal, note: str = ""
) -> PurchaseOrder:
    """Say what an order costs besides its goods, in its own currency. It is dealt out to the
    lines by their value, and what came already becomes as much dearer."""
    order = await scopes.take(actor, PurchaseOrder, order_id)
    refuse_any(reasons_not_to_add(order))
    inputs = Inputs()
    note = inputs.text(note, "note", least=0, most=MOST_TEXT)
    minor = purchase_lines.minor_units(inputs, amount, order.currency, "amount")
    if not inputs.problems and not minor:
        inputs.wrong("Give an amount of more than 0.", "amount")
    inputs.refuse()
    cost = await LandedCost.create(
        purchase_order_id=order.id,
        kind=kind,
        amount=minor,
        currency=order.currency,
        note=note,
        actor=actor.label,
    )
    order.landed += minor
    lines = await purchase_arrivals.lines_of(order)
    await deal_out(order, lines)
    await order.store()

    announce(
        actor,
        LandedCostAdded(
            purchase_order_id=order.id,
            location_id=order.location_id,
            landed_cost_id=cost.id,
            minor_units=minor,
            currency=order.currency,
        ),
    )
    return order


def reasons_not_to_add(order: PurchaseOrder) -> list[Problem]:
    if order.sent_at is not None and order.status not in ENDED:
        return []
    status = order.status.spoken
    message = f"{order.number} is {status}; what is with its supplier, or came, costs more."
    return [Blocked(message=message, path=("id",))]


async def average_in(
    order: PurchaseOrder, lines: Sequence[PurchaseOrderLine], came: Mapping[int, int]
) -> None:
    """Let units that come change what their variants cost on average; called before the ledger
    takes them in."""
    worth: dict[int, tuple[int, int]] = {}
    for line in lines:
        units = came[line.id]
        value = line.price * units + half_up(line.landed * units, max(line.quantity, 1))
        worth[line.variant_id] = (units, value)
    await _mix(order, worth)


async def deal_out(order: PurchaseOrder, lines: Sequence[PurchaseOrderLine]) -> None:
    """Deal what an order costs besides its goods out to its lines by value, to the last cent;
    what has come is revalued by what its line got."""
    weights = [line.price * line.quantity for line in lines]
    if not any(weights):
        weights = [line.quantity for line in lines]
    there = await _owned({line.variant_id for line in lines})
    dearer: dict[int, tuple[int, int]] = {}
    for line, part in zip(lines, spread(order.landed, weights), strict=True):
        came = min(line.received, line.quantity)
        more = half_up(part * came, line.quantity) - half_up(line.landed * came, line.quantity)
        line.landed = part
        if more > 0:
            # What has left already took its cost with it.
            kept = min(came, there.get(line.variant_id, 0))
            dearer[line.variant_id] = (0, half_up(more * kept, came))
    await store_all(lines, "landed")
    await _mix(order, dearer)


async def _mix(order: PurchaseOrder, worth: Mapping[int, tuple[int, int]]) -> None:
    """Mix units of a value, in minor units of the order's currency, into what there is."""
    variants = await select_by_id(Variant, worth)
    there = await _owned(variants)
    for variant_id in sorted(variants):
        variant, (units, value) = variants[variant_id], worth[variant_id]
        money = purchase_approvals.at_home(value, order, variant.currency)
        had = there.get(variant_id, 0)
        if money is not None and had + units:
            await Variant.mix_cost(variant_id, had=had, units=units, value=money)


async def _owned(variant_ids: Iterable[int]) -> dict[int, int]:
    rows = (
        await Level.filter(variant_id__in=sorted(variant_ids))
        .group_by("variant_id")
        .annotate(good=Sum("on_hand"), bad=Sum("damaged"), aside=Sum("quarantined"))
        .values_list("variant_id", "good", "bad", "aside")
    )
    return {variant: int(good) + int(bad) + int(aside) for variant, good, bad, aside in rows}
