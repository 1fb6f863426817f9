"""Order lines: add, update and remove them while the order is a draft."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models import Order, OrderLine, OrderStatus, Variant
from models.errors import Blocked, Problem, Refused, WrongStatus, refuse_any
from services import records, scopes
from services.actors import Actor
from services.commit import announce, operation
from services.facts.orders import OrderLineAdded, OrderLineFact, OrderLineRemoved, OrderLineUpdated
from services.inputs import Inputs
from services.money import MOST_MINOR_UNITS

MOST_LINES = 500


@dataclass(frozen=True, kw_only=True)
class LineDraft:
    variant_id: int
    quantity: int


@operation
async def add(actor: Actor, order_id: int, draft: LineDraft) -> Order:
    """Add a variant to a draft at its price of today."""
    order = await _draft(actor, order_id, "orderId")
    inputs = Inputs()
    inputs.number(draft.quantity, "quantity")
    if await OrderLine.filter(order_id=order.id).count() >= MOST_LINES:
        inputs.wrong(f"An order has at most {MOST_LINES} lines.", "variantId")
    inputs.refuse()
    variant = await scopes.find(actor, Variant, draft.variant_id, "variantId")
    records.refuse_archived(variant, "variantId")
    # The first line says which currency the order is in.
    if not await OrderLine.exists(order_id=order.id):
        order.currency = variant.currency
    elif variant.currency != order.currency:
        raise Refused(_mixed_currencies("variantId"))
    [line] = written(order, [draft], {variant.id: variant})
    await line.save()
    return await _recount(actor, order, OrderLineAdded, line)


@operation
async def update(actor: Actor, line_id: int, *, quantity: int) -> Order:
    """Change how many units of a line of a draft are wanted."""
    line = await scopes.take(actor, OrderLine, line_id)
    order = await _draft(actor, line.order_id)
    inputs = Inputs()
    line.ordered = inputs.number(quantity, "quantity")
    inputs.refuse()
    await line.store()
    return await _recount(actor, order, OrderLineUpdated, line)


@operation
async def remove(actor: Actor, line_id: int) -> Order:
    """Take a line out of a draft."""
    line = await scopes.take(actor, OrderLine, line_id)
    order = await _draft(actor, line.order_id)
    await line.delete()
    return await _recount(actor, order, OrderLineRemoved, line)


async def variants_of(actor: Actor, drafts: Sequence[LineDraft]) -> dict[int, Variant]:
    """The variants of new lines, by id; everything wrong with the lines is refused at once."""
    inputs = Inputs()
    if len(drafts) > MOST_LINES:
        inputs.wrong(f"An order has at most {MOST_LINES} lines.", "lines")
        inputs.refuse()
    variants = await scopes.find_all(actor, Variant, [draft.variant_id for draft in drafts])
    for n, draft in enumerate(drafts):
        inputs.number(draft.quantity, "lines", n, "quantity")
        variant = variants.get(draft.variant_id)
        if variant is None:
            inputs.add(scopes.not_found(Variant, ("lines", n, "variantId")))
        elif variant.archived_at is not None:
            inputs.wrong(f"{variant.sku} is no longer sold.", "lines", n, "variantId")
    inputs.refuse()
    return variants


def common_currency(variants: Mapping[int, Variant]) -> str:
    """The one currency of an order's variants; an order without lines gets it with its first."""
    currencies = {variant.currency for variant in variants.values()}
    if len(currencies) > 1:
        raise Refused(_mixed_currencies("lines"))
    return currencies.pop() if currencies else "XXX"


def written(
    order: Order, drafts: Sequence[LineDraft], variants: Mapping[int, Variant]
) -> list[OrderLine]:
    return [OrderLine(**agreed(order, draft, variants[draft.variant_id])) for draft in drafts]


def agreed(order: Order, draft: LineDraft, variant: Variant) -> dict[str, Any]:
    """What a new line says, with name and price as they are now; a later change leaves it alone."""
    return {
        "order_id": order.id,
        "variant_id": variant.id,
        "sku": variant.sku,
        "name": variant.name,
        "unit_price": variant.price,
        "currency": order.currency,
        "ordered": draft.quantity,
    }


def total_of(amounts: Iterable[int], *path: str) -> int:
    """What an order's lines cost together, in minor units; refused beyond what can be counted
    exactly."""
    total = sum(amounts)
    if total > MOST_MINOR_UNITS:
        message = "An order cannot cost more than a thousand billion. Enter several."
        raise Refused(Problem(message=message, path=path))
    return total


def refuse_unless_draft(order: Order, *path: str) -> None:
    refuse_any(reasons_not_to_edit(order, *path))


def reasons_not_to_edit(order: Order, *path: str) -> list[Problem]:
    if order.status is OrderStatus.DRAFT:
        return []
    message = f"{order.number} is {order.status}; only a draft can be changed."
    return [
        WrongStatus(
            message=message,
            path=path or ("id",),
            current=order.status.name,
            wanted=OrderStatus.DRAFT.name,
            allowed=(),
        )
    ]


async def _draft(actor: Actor, order_id: int, *path: str) -> Order:
    order = await scopes.take(actor, Order, order_id, *path)
    refuse_unless_draft(order, *path)
    return order


async def _recount(actor: Actor, order: Order, fact: type[OrderLineFact], line: OrderLine) -> Order:
    lines = await OrderLine.filter(order_id=order.id)
    order.total = total_of((each.total for each in lines), "quantity")
    await order.store()
    announce(
        actor,
        fact(
            order_id=order.id,
            customer_id=order.customer_id,
            sku=line.sku,
            quantity=line.ordered,
        ),
    )
    return order


def _mixed_currencies(path: str) -> Problem:
    message = "All lines of an order have one currency. Enter an order per currency."
    return Blocked(message=message, path=(path,))
