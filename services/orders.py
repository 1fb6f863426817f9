"""Orders: draft, place, confirm and cancel them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tortoise.exceptions import IntegrityError

from models import (
    AllocationPolicy,
    Customer,
    Fulfillment,
    FulfillmentStatus,
    HoldKind,
    Order,
    OrderChannel,
    OrderLine,
    OrderStatus,
    Reservation,
    ReservationStatus,
    Variant,
)
from models.errors import Blocked, Problem, Refused, WrongStatus, refuse_any, within
from models.orders import IMPORTED, PostalAddress
from models.rows import store_all
from models.statements import get, select, select_by_id
from services import (
    allowances,
    backorders,
    consequences,
    destinations,
    duplicates,
    entry,
    exceptions,
    fraud_cases,
    fulfillments,
    goods,
    holds,
    payment_terms,
    payments,
    policies,
    pricing,
    promises,
    records,
    reservations,
    scopes,
)
from services.actors import Actor
from services.clock import now
from services.commit import announce, operation
from services.destinations import Place
from services.facts.orders import (
    OrderCancelled,
    OrderConfirmed,
    OrderDrafted,
    OrderExpired,
    OrderPlaced,
    OrderUpdated,
)
from services.goods import LineDraft
from services.inputs import Inputs
from services.order_units import OPEN
from services.records import Changes

# Over the counter nothing is sent; what was imported is held until it has an address.
ADDRESSLESS = {OrderChannel.IN_PERSON, *IMPORTED}
FREE = {FulfillmentStatus.HANDED_OVER, FulfillmentStatus.CANCELLED}


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What an order is begun with. Goods go to `address_id`, one of the customer's book, or to
    `shipping_address`. `source` is the marketplace or partner it came from. Without a `currency`
    it is in that of its variants, and without `prices_include_tax` it counts tax as the shop
    does."""

    customer_id: int
    channel: OrderChannel
    lines: list[LineDraft] = field(default_factory=list)
    address_id: int | None = None
    shipping_address: PostalAddress | None = None
    billing_address: PostalAddress | None = None
    source: str = ""
    external_reference: str | None = None
    note: str = ""
    currency: str | None = None
    prices_include_tax: bool | None = None
    # The order whose goods it exchanges or replaces, where it does.
    origin_id: int | None = None

    @property
    def place(self) -> Place:
        return Place(address_id=self.address_id, shipping_address=self.shipping_address)


@operation
async def create(actor: Actor, draft: Draft) -> Order:
    """Begin an order. Nothing is reserved before it is placed.

    From a marketplace, a file or EDI it is taken even where something is missing or wrong, which
    becomes its data issues.
    """
    order, _ = await _begin(actor, draft)
    await order.save()
    return order


async def _begin(actor: Actor, draft: Draft) -> tuple[Order, list[OrderLine]]:
    """A new order with its lines, priced and inspected; what it costs is yet to be stored with
    it."""
    inputs = Inputs()
    note = inputs.text(draft.note, "note", least=0, most=1000)
    source = inputs.text(draft.source, "source", least=0, most=60)
    reference = draft.external_reference
    if reference is not None:
        reference = inputs.text(reference, "externalReference", most=100)
    currency = inputs.currency(draft.currency, "currency") if draft.currency else None
    inputs.refuse()
    # Whoever merges them with another one meanwhile would miss this order.
    customer = await scopes.keep(actor, Customer, draft.customer_id, "customerId")
    records.refuse_archived(customer, "customerId")
    imported = draft.channel in IMPORTED
    wanted = await goods.goods_of(actor, draft.lines, imported=imported)
    order = Order(
        customer_id=customer.id,
        channel=draft.channel,
        source=source,
        external_reference=reference,
        keyed_by=actor.label,
        currency=currency or goods.common_currency(wanted.variants),
        prices_include_tax=_includes_tax(draft),
        ship_to=await destinations.of(actor, customer, draft.channel, draft.place),
        bill_to=destinations.billing(draft.channel, draft.billing_address),
        note=note,
        origin_id=draft.origin_id,
    )
    await _enter(order)
    lines = goods.written(order, wanted.drafts, wanted.variants)
    account = await pricing.price(order, lines, variants=wanted.variants, path="lines")
    await OrderLine.bulk_create(lines)
    lines = await select(OrderLine, order_id=order.id)
    pricing.explain(order, lines, account)
    announce(actor, OrderDrafted(order_id=order.id, customer_id=order.customer_id))

    await entry.note(actor, order, customer, lines, wanted)
    return order, lines


@operation
async def update(
    actor: Actor,
    order_id: int,
    changes: Changes,
    *,
    address_id: int | None = None,
    shipping_address: PostalAddress | None = None,
    billing_address: PostalAddress | None = None,
) -> Order:
    """Change the note, where the bill goes, or where the goods go as long as none are picked."""
    order = await scopes.take(actor, Order, order_id)
    refuse_any(reasons_not_to_edit(order))
    lines = await select(OrderLine, order_id=order.id)
    inputs = Inputs()
    if "note" in changes:
        order.note = inputs.text(changes["note"], "note", least=0, most=1000)
    inputs.refuse()
    if address_id is not None or shipping_address is not None:
        path = "addressId" if shipping_address is None else "shippingAddress"
        refuse_any(_reasons_not_to_redirect(order, lines, path))
        customer = await get(Customer, order.customer_id)
        given = Place(address_id=address_id, shipping_address=shipping_address)
        order.ship_to = await destinations.of(actor, customer, order.channel, given)
    if billing_address is not None:
        order.bill_to = destinations.billing(order.channel, billing_address)
    # Its tax depends on where it goes.
    await consequences.follow(actor, order, lines, "The order was changed.")

    announce(actor, OrderUpdated(order_id=order.id, customer_id=order.customer_id))
    return order


@operation
async def place(
    actor: Actor,
    order_id: int | None = None,
    *,
    draft: Draft | None = None,
    allow_backorder: bool = False,
    allocation_policy: AllocationPolicy | None = None,
) -> Order:
    """Commit to a draft, or to a new order in one step: its stock is reserved across locations,
    all of it or none; with `allowBackorder` what is missing of variants that allow it waits.

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
        variants = await select_by_id(Variant, [line.variant_id for line in lines])
        refuse_any(_reasons_not_to_place(order, lines, variants))
        await pricing.price(order, lines, variants=variants)
        repriced = pricing.MONEY
        await entry.inspect(actor, order, lines, variants)
    order.allocation_policy = allocation_policy or order.allocation_policy
    wanted = [(line, line.ordered) for line in lines]
    missing = await reservations.reserve(actor, order, wanted, backorder=allow_backorder)
    for line in lines:
        line.reserve(line.ordered)
    await store_all(lines, "reserved", *repriced)
    order.goods_digest = duplicates.digest_of_goods(lines)
    order.place_digest = duplicates.digest_of_place(order.shipping_address)
    order.place(at=now())
    await _hold_where_needed(actor, order, lines)
    order.payment_due_at = payment_terms.due_at(order)
    await reservations.backorder(actor, order, missing, reason="Too few units were there.")
    await promises.make(actor, order, lines)
    await order.store()
    await payment_terms.agree(actor, order)

    announce(actor, OrderPlaced(order_id=order.id, customer_id=order.customer_id))
    return order


@operation
async def confirm(actor: Actor, order_id: int) -> Order:
    """Accept a placed order and plan one fulfillment per location that keeps its units."""
    order = await scopes.take(actor, Order, order_id)
    order.confirm(at=now())
    await order.store()
    await reservations.keep(order)
    await backorders.rejoin(
        actor, order, await OrderLine.filter(order_id=order.id, backordered__gt=0)
    )
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
    await _give_back(actor, order, lines)
    order.cancel(reason=reason, at=now(), by_customer=actor.customer_id is not None)
    await order.store()
    await exceptions.end(actor, order)
    await allowances.follow(order)
    await payments.settle(actor, order)

    announce(
        actor,
        OrderCancelled(order_id=order.id, customer_id=order.customer_id, cancel_reason=reason),
    )
    return order


@operation
async def expire(actor: Actor, order_id: int) -> Order:
    """Give up a placed order that was not paid in time; its units become available again.

    A payment that was merely asked for does not keep it: where that money comes in later, it is
    given back.
    """
    order = await scopes.take(actor, Order, order_id)
    refuse_any(payment_terms.reasons_not_to_expire(order))
    lines = await select(OrderLine, order_id=order.id)
    await _give_back(actor, order, lines)
    order.expire(at=now())
    await order.store()
    await exceptions.end(actor, order)
    await allowances.follow(order)
    await payments.settle(actor, order)

    announce(actor, OrderExpired(order_id=order.id, customer_id=order.customer_id))
    return order


async def _give_back(actor: Actor, order: Order, lines: list[OrderLine]) -> None:
    """Give up every unit of an order that ends, and whatever people still had to decide."""
    await reservations.release(actor, order, await _active_reservations(order))
    for line in lines:
        line.cancel()
    await store_all(lines, "cancelled", *reservations.WAITING)
    await holds.end_all(actor, order)
    order.drop_review(by=actor.label)


def reasons_not_to_edit(order: Order, *path: str) -> list[Problem]:
    if order.status is OrderStatus.DRAFT or order.status in OPEN:
        return []
    message = f"{order.number} is {order.status.spoken}; it can no longer be changed."
    return [not_editable(order, message, *path)]


def not_editable(order: Order, message: str, *path: str) -> Problem:
    return WrongStatus(
        message=message,
        path=path or ("id",),
        current=order.status.name,
        wanted=OrderStatus.DRAFT.name,
        allowed=(),
    )


def reasons_not_to_cancel(order: Order, lines: list[OrderLine]) -> list[Problem]:
    if not order.may_become(OrderStatus.CANCELLED):
        return [order.wrong_status(OrderStatus.CANCELLED)]
    if any(line.shipped for line in lines):
        message = "Some of its units have been shipped. What is with the carrier can be returned."
        return [Blocked(message=message, path=("id",))]
    return []


def reasons_not_to_place(order: Order, lines: list[OrderLine]) -> list[Problem]:
    """An imported order needs no more than something to reserve; its data issues hold it."""
    problems: list[Problem] = []
    if not order.may_become(OrderStatus.PLACED):
        problems.append(order.wrong_status(OrderStatus.PLACED))
    if not lines:
        problems.append(Blocked(message="The order has no lines. Add one first.", path=("id",)))
    if order.ship_to is None and order.channel not in ADDRESSLESS:
        message = "The order has no shipping address. Give it one first."
        problems.append(Blocked(message=message, path=("id",)))
    return problems


def _reasons_not_to_place(
    order: Order, lines: list[OrderLine], variants: Mapping[int, Variant]
) -> list[Problem]:
    return reasons_not_to_place(order, lines) + [
        Blocked(message=f"{variant.sku} is no longer sold. Remove its line.", path=("id",))
        for variant in variants.values()
        if variant.archived_at is not None and order.channel not in IMPORTED
    ]


def _includes_tax(draft: Draft) -> bool:
    if draft.prices_include_tax is None:
        return policies.current().prices_include_tax
    return draft.prices_include_tax


async def _active_reservations(order: Order) -> list[Reservation]:
    return await select(Reservation, order_id=order.id, status=ReservationStatus.ACTIVE)


def _reasons_not_to_redirect(order: Order, lines: Sequence[OrderLine], path: str) -> list[Problem]:
    if not any(line.picked for line in lines):
        return []
    message = f"Units of {order.number} are picked. Cancel those fulfillments first."
    return [Blocked(message=message, path=(path,))]


async def _enter(order: Order) -> None:
    try:
        await order.save()
    except IntegrityError as error:
        message = f"There is an order {order.external_reference} from this source already."
        problem = Problem(code="TAKEN", message=message, path=("externalReference",))
        raise Refused(problem) from error


async def _hold_where_needed(actor: Actor, order: Order, lines: Sequence[OrderLine]) -> None:
    """Hold an order that is being placed for what was found wrong with it."""
    await entry.hold_for_issues(actor, order)
    if order.origin_id is not None:
        # The same goods once more, for somebody who was trusted with them, are what is wanted.
        return
    if (like := await duplicates.found(order)) is not None:
        reason = f"The same goods were ordered with {like.number} a short while before."
        await holds.keep(actor, order, HoldKind.POSSIBLE_DUPLICATE, reason)
    await fraud_cases.assess(actor, order, lines)
