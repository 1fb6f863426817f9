"""Orders: draft, place, confirm and cancel them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from tortoise.exceptions import IntegrityError

from models import (
    Address,
    Customer,
    Fulfillment,
    FulfillmentStatus,
    Order,
    OrderChannel,
    OrderLine,
    OrderStatus,
    Reservation,
    ReservationStatus,
    Variant,
)
from models.errors import Blocked, Problem, Refused, refuse_any, within
from models.orders import PostalAddress
from models.rows import store_all
from models.statements import select
from services import (
    exceptions,
    fulfillments,
    order_lines,
    policies,
    pricing,
    records,
    reservations,
    scopes,
)
from services.actors import Actor
from services.clock import now
from services.commit import announce, operation
from services.customers import checked_address
from services.facts.orders import (
    OrderCancelled,
    OrderConfirmed,
    OrderDrafted,
    OrderPlaced,
    OrderUpdated,
)
from services.inputs import Inputs
from services.order_lines import LineDraft
from services.records import Changes

FREE = {FulfillmentStatus.HANDED_OVER, FulfillmentStatus.CANCELLED}


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What an order is begun with. Goods go to `address_id`, one of the customer's book, or to
    `shipping_address`. Without a `currency` it is in that of its variants, and without
    `prices_include_tax` it counts tax as the shop does."""

    customer_id: int
    channel: OrderChannel
    lines: list[LineDraft] = field(default_factory=list)
    address_id: int | None = None
    shipping_address: PostalAddress | None = None
    external_reference: str | None = None
    note: str = ""
    currency: str | None = None
    prices_include_tax: bool | None = None


@operation
async def create(actor: Actor, draft: Draft) -> Order:
    """Begin an order. Nothing is reserved before it is placed."""
    order, _ = await _begin(actor, draft)
    await order.save()
    return order


async def _begin(actor: Actor, draft: Draft) -> tuple[Order, list[OrderLine]]:
    """A new order with its lines, priced; what it costs is yet to be stored with it."""
    inputs = Inputs()
    note = inputs.text(draft.note, "note", least=0, most=1000)
    reference = draft.external_reference
    if reference is not None:
        reference = inputs.text(reference, "externalReference", most=100)
    currency = inputs.currency(draft.currency, "currency") if draft.currency else None
    inputs.refuse()
    customer = await scopes.find(actor, Customer, draft.customer_id, "customerId")
    records.refuse_archived(customer, "customerId")
    variants = await order_lines.variants_of(actor, draft.lines)
    order = Order(
        customer_id=customer.id,
        channel=draft.channel,
        external_reference=reference,
        keyed_by=actor.label,
        currency=currency or order_lines.common_currency(variants),
        prices_include_tax=_includes_tax(draft),
        ship_to=await _destination(actor, customer, draft.address_id, draft.shipping_address),
        note=note,
    )
    try:
        await order.save()
    except IntegrityError as error:
        message = f"There is an order {reference} from this channel already."
        problem = Problem(code="TAKEN", message=message, path=("externalReference",))
        raise Refused(problem) from error
    lines = order_lines.written(order, draft.lines, variants)
    account = await pricing.price(order, lines, variants=variants, path="lines")
    await OrderLine.bulk_create(lines)
    lines = await select(OrderLine, order_id=order.id)
    pricing.explain(order, lines, account)

    announce(actor, OrderDrafted(order_id=order.id, customer_id=order.customer_id))
    return order, lines


@operation
async def update(
    actor: Actor,
    order_id: int,
    changes: Changes,
    *,
    address_id: int | None = None,
    shipping_address: PostalAddress | None = None,
) -> Order:
    """Change the note, or where a draft is to go."""
    order = await scopes.take(actor, Order, order_id)
    order_lines.refuse_unless_draft(order)
    inputs = Inputs()
    if "note" in changes:
        order.note = inputs.text(changes["note"], "note", least=0, most=1000)
    inputs.refuse()
    if address_id is not None or shipping_address is not None:
        customer = await Customer.get(id=order.customer_id)
        order.ship_to = await _destination(actor, customer, address_id, shipping_address)
    # Its tax depends on where it goes.
    await pricing.reprice(order, await select(OrderLine, order_id=order.id))

    announce(actor, OrderUpdated(order_id=order.id, customer_id=order.customer_id))
    return order


@operation
async def place(actor: Actor, order_id: int | None = None, *, draft: Draft | None = None) -> Order:
    """Commit to a draft, or to a new order in one step: its stock is reserved across locations,
    all of it or none.

    Refused with one OutOfStockError per variant of which too few units are available.
    """
    if (order_id is None) is (draft is None):
        raise Refused(Problem(message="Give an id, or a new order.", path=("id",)))
    if draft is not None:
        # A new order is nobody else's to see or to change before the transaction is over.
        with within("order"):
            order, lines = await _begin(actor, draft)
        refuse_any(reasons_not_to_place(order, lines))
        repriced: Sequence[str] = ()
    else:
        order = await scopes.take(actor, Order, order_id or 0)
        lines = await select(OrderLine, order_id=order.id)
        variants = await Variant.in_bulk([line.variant_id for line in lines], "id")
        refuse_any(_reasons_not_to_place(order, lines, variants))
        await pricing.price(order, lines, variants=variants)
        repriced = pricing.MONEY
    await reservations.reserve(actor, order, [(line, line.ordered) for line in lines])
    for line in lines:
        line.reserve(line.ordered)
    await store_all(lines, "reserved", *repriced)
    order.place(at=now())
    await order.store()

    announce(actor, OrderPlaced(order_id=order.id, customer_id=order.customer_id))
    return order


@operation
async def confirm(actor: Actor, order_id: int) -> Order:
    """Accept a placed order and plan one fulfillment per location that keeps its units."""
    order = await scopes.take(actor, Order, order_id)
    order.confirm(at=now())
    await order.store()
    await fulfillments.plan(actor, order)

    announce(actor, OrderConfirmed(order_id=order.id, customer_id=order.customer_id))
    return order


@operation
async def cancel(actor: Actor, order_id: int, *, reason: str) -> Order:
    """Give up an order of which nothing has been shipped; its units become available again."""
    order = await scopes.take(actor, Order, order_id)
    inputs = Inputs()
    reason = inputs.text(reason, "reason", most=500)
    inputs.refuse()
    lines = await select(OrderLine, order_id=order.id)
    if shipped := reasons_not_to_cancel(order, lines):
        raise Refused(*shipped)
    work = await Fulfillment.filter(order_id=order.id, status__not_in=list(FREE)).order_by("id")
    await fulfillments.give_up(actor, order, work, lines)
    await reservations.release(actor, order, await _active_reservations(order))
    for line in lines:
        line.cancel()
    await store_all(lines, "cancelled", "reserved", "backordered")
    order.cancel(reason=reason, at=now())
    await order.store()
    await exceptions.end(actor, order)

    announce(
        actor,
        OrderCancelled(order_id=order.id, customer_id=order.customer_id, cancel_reason=reason),
    )
    return order


def reasons_not_to_cancel(order: Order, lines: list[OrderLine]) -> list[Problem]:
    if not order.may_become(OrderStatus.CANCELLED):
        return [order.wrong_status(OrderStatus.CANCELLED)]
    if any(line.shipped for line in lines):
        message = "Some of its units have been shipped. What is with the carrier can be returned."
        return [Blocked(message=message, path=("id",))]
    return []


def reasons_not_to_place(order: Order, lines: list[OrderLine]) -> list[Problem]:
    problems: list[Problem] = []
    if not order.may_become(OrderStatus.PLACED):
        problems.append(order.wrong_status(OrderStatus.PLACED))
    if not lines:
        problems.append(Blocked(message="The order has no lines. Add one first.", path=("id",)))
    if order.ship_to is None and order.channel is not OrderChannel.IN_PERSON:
        message = "The order has no shipping address. Give it one first."
        problems.append(Blocked(message=message, path=("id",)))
    return problems


def _reasons_not_to_place(
    order: Order, lines: list[OrderLine], variants: Mapping[int, Variant]
) -> list[Problem]:
    return reasons_not_to_place(order, lines) + [
        Blocked(message=f"{variant.sku} is no longer sold. Remove its line.", path=("id",))
        for variant in variants.values()
        if variant.archived_at is not None
    ]


def _includes_tax(draft: Draft) -> bool:
    if draft.prices_include_tax is None:
        return policies.current().prices_include_tax
    return draft.prices_include_tax


async def _active_reservations(order: Order) -> list[Reservation]:
    return await select(Reservation, order_id=order.id, status=ReservationStatus.ACTIVE)


async def _destination(
    actor: Actor,
    customer: Customer,
    address_id: int | None,
    shipping_address: PostalAddress | None,
) -> dict[str, Any] | None:
    if address_id is not None and shipping_address is not None:
        message = "Give an addressId or a shippingAddress, not both."
        raise Refused(Problem(message=message, path=("addressId",)))
    if shipping_address is not None:
        return dict(checked_address(asdict(shipping_address), "shippingAddress"))
    if address_id is None:
        return None
    row = await scopes.find(actor, Address, address_id, "addressId")
    if row.customer_id != customer.id:
        raise Refused(scopes.not_found(Address, ("addressId",)))
    records.refuse_archived(row, "addressId")
    return {name: getattr(row, name) for name in PostalAddress.__dataclass_fields__}
