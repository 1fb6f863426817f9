"""Entry: what is missing or wrong in an order, found again whenever it changes.

Somebody who keys an order is refused at once what they can put right at once. What comes from a
marketplace, in a file or by EDI is taken as it is. Either way, what is found is kept as data
issues: those of a draft are there to be seen, those of a placed order hold it until they are put
right, or accepted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from models import Customer, DataIssue, DataIssueKind, HoldKind, Order, OrderLine, Variant
from models.errors import Blocked, Refused
from models.lifecycle import OrderStatus
from models.orders import OrderChannel
from models.statements import get, select, select_by_id
from services import addresses, data_issues, holds, scopes
from services.actors import Actor
from services.addresses import Finding
from services.commit import announce, operation
from services.facts.orders import OrderInspected
from services.goods import Goods
from services.inputs import Inputs
from services.money import spoken

_K = DataIssueKind
HELD = {OrderStatus.PLACED, OrderStatus.CONFIRMED, OrderStatus.IN_PROGRESS}


@operation
async def inspect_again(actor: Actor, order_id: int) -> Order:
    """Look again for what is missing or wrong in an order."""
    order = await scopes.take(actor, Order, order_id)
    await inspect(actor, order)
    await order.store()

    announce(actor, OrderInspected(order_id=order.id, customer_id=order.customer_id))
    return order


@operation
async def accept(actor: Actor, issue_id: int, *, note: str) -> Order:
    """Take what was found as it is, and say why. Units of an unknown SKU are then given up."""
    inputs = Inputs()
    note = inputs.text(note, "note", most=500)
    inputs.refuse()
    issue = await scopes.take(actor, DataIssue, issue_id)
    order = await get(Order, issue.order_id)
    if issue.resolved_at is not None:
        raise Refused(Blocked(message="This issue is resolved already.", path=("id",)))
    await data_issues.resolve(actor, order, [issue], note, accepted=True)
    await hold_for_issues(actor, order)
    await order.store()
    return order


async def inspect_orders_of(actor: Actor, customer: Customer) -> None:
    """Look again through a customer's orders that wait for a way to reach them."""
    waiting = await DataIssue.filter(
        kind=_K.MISSING_CONTACT, order__customer_id=customer.id, resolved_at=None
    ).order_by("order_id")
    for issue in waiting:
        order = await get(Order, issue.order_id, locked=True)
        await inspect(actor, order)
        await order.store()


async def note(
    actor: Actor, order: Order, customer: Customer, lines: Sequence[OrderLine], goods: Goods
) -> None:
    """Keep what is missing or wrong in an order that is being entered."""
    found = findings(order, customer, lines, goods.variants)
    await data_issues.note(actor, order, found, goods.unknown)


async def inspect(
    actor: Actor,
    order: Order,
    lines: Sequence[OrderLine] | None = None,
    variants: Mapping[int, Variant] | None = None,
) -> None:
    """Bring the issues of an order, and the holds that come of them, up to date."""
    if lines is None:
        lines = await select(OrderLine, order_id=order.id)
    if variants is None:
        variants = await select_by_id(Variant, [line.variant_id for line in lines])
    found = findings(order, await get(Customer, order.customer_id), lines, variants)
    known = await select(DataIssue, order_id=order.id)
    places = {(issue.kind, issue.path, issue.message) for issue in known if _counts(issue)}
    new = [each for each in found if (each.kind, each.path, each.message) not in places]
    still = {(each.kind, each.path, each.message) for each in found}
    gone = [
        issue
        for issue in known
        if issue.resolved_at is None
        # Only a person can say what an unknown SKU stands for.
        and issue.kind is not _K.UNKNOWN_SKU
        and (issue.kind, issue.path, issue.message) not in still
    ]
    await data_issues.note(actor, order, new)
    await data_issues.resolve(actor, order, gone, "It is no longer so.")
    if known or new:
        await hold_for_issues(actor, order)


async def hold_for_issues(actor: Actor, order: Order) -> None:
    """Hold a placed order for its open issues, one hold for each kind of hold, and let it go
    where there are none."""
    if order.status not in HELD:
        return
    issues = await select(DataIssue, order_id=order.id, resolved_at=None)
    for kind in (HoldKind.ADDRESS, HoldKind.DATA_ISSUE):
        reasons = [issue.message for issue in issues if issue.kind.hold is kind]
        await holds.keep(actor, order, kind, " ".join(reasons))


def findings(
    order: Order,
    customer: Customer,
    lines: Sequence[OrderLine],
    variants: Mapping[int, Variant],
) -> list[Finding]:
    """Everything missing or wrong that can be seen of an order itself."""
    return [*_address(order), *_contact(order, customer), *_lines(lines, variants)]


def _address(order: Order) -> list[Finding]:
    """An order over the counter needs no address."""
    found = []
    for name, address in (
        ("shippingAddress", order.shipping_address),
        ("billingAddress", order.billing_address),
    ):
        if address is not None:
            found += [
                replace(each, path=f"{name}.{each.path}") for each in addresses.findings(address)
            ]
    if order.ship_to is None and order.channel is not OrderChannel.IN_PERSON:
        message = "There is no address to send it to. Give one."
        found.append(Finding(kind=_K.MISSING_ADDRESS, path="shippingAddress", message=message))
    return found


def _contact(order: Order, customer: Customer) -> list[Finding]:
    if customer.email or customer.phone or order.channel is OrderChannel.IN_PERSON:
        return []
    message = f"{customer.number} has neither an email address nor a telephone number."
    return [Finding(kind=_K.MISSING_CONTACT, path="customer", message=message)]


def _lines(lines: Sequence[OrderLine], variants: Mapping[int, Variant]) -> list[Finding]:
    found = []
    for line in lines:
        if not line.remaining:
            continue
        path = f"lines.{line.sku}"
        if variants[line.variant_id].archived_at is not None:
            message = f"{line.sku} is no longer sold."
            found.append(Finding(kind=_K.ARCHIVED_VARIANT, path=path, message=message))
        if line.stated_price is not None and line.stated_price != line.unit_price:
            message = _mismatch(line)
            found.append(Finding(kind=_K.PRICE_MISMATCH, path=path, message=message))
    return found


def _mismatch(line: OrderLine) -> str:
    theirs, ours = (
        spoken(price, line.currency) for price in (line.stated_price or 0, line.unit_price)
    )
    return f"A unit of {line.sku} costs {theirs} where the order comes from, and {ours} here."


def _counts(issue: DataIssue) -> bool:
    """Whether an issue says that what it found is known: it is open, or somebody accepted it."""
    return issue.resolved_at is None or issue.accepted
