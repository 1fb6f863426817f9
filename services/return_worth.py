"""What a return is worth: of the units that came, or may still come, in good order."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from models import (
    ClaimLine,
    ClaimStatus,
    Customer,
    Order,
    OrderLine,
    Return,
    ReturnLine,
    ReturnReason,
    ReturnResolution,
    ReturnStatus,
)
from models.errors import Blocked, Problem
from models.statements import get, select, select_by_id
from services import policies
from services.actors import Actor
from services.amounts import StepKind
from services.money import to_millionths
from services.refunds import Back, Refund, Sale, ShippingShare, Sold, Terms, reckon

OURS = {
    ReturnReason.DEFECTIVE,
    ReturnReason.DAMAGED,
    ReturnReason.WRONG_ITEM,
    ReturnReason.NOT_AS_DESCRIBED,
    ReturnReason.TOO_LATE,
}
WORTHLESS = {ReturnResolution.NONE, ReturnResolution.REPAIR}
SHARES = {str(share): share for share in ShippingShare}
OFF = {ReturnStatus.DECLINED, ReturnStatus.CANCELLED}


async def estimates(rows: Sequence[Return]) -> list[Refund]:
    """What each return is worth as it stands, before anything of it is made good."""
    orders = await select_by_id(Order, [row.order_id for row in rows])
    sold = await sales(list(orders.values()))
    lines: dict[int, list[ReturnLine]] = defaultdict(list)
    for line in await select(ReturnLine, returned_id__in=[row.id for row in rows]):
        lines[line.returned_id].append(line)
    return [worth(row, lines[row.id], sold[row.order_id]) for row in rows]


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What a return would be worth, and the steps that sum to it, as they are kept."""

    amount: int
    currency: str
    explanation: list[dict[str, Any]]


async def estimated(actor: Actor, rows: Sequence[Return]) -> list[Estimate | None]:
    """What each return would be worth, as long as nothing of it is made good."""
    waiting = [row for row in rows if row.refunded_at is None and row.status not in OFF]
    found = {
        row.id: Estimate(amount=refund.amount, currency=row.currency, explanation=written(refund))
        for row, refund in zip(waiting, await estimates(waiting), strict=True)
    }
    return [found.get(row.id) for row in rows]


def worth(returned: Return, lines: Sequence[ReturnLine], sale: Sale) -> Refund:
    """What the units of a return are worth that came, or may still come, in good order."""
    if returned.resolution in WORTHLESS or returned.status in OFF:
        return Refund(values=[0 for _ in lines])
    backs = [
        Back(line_id=line.line_id, units=good_units(line), ours=line.reason in OURS)
        for line in lines
    ]
    return reckon(sale, backs, terms_of(returned.resolution))


def terms_of(resolution: ReturnResolution) -> Terms:
    """By the policies of the shop; who exchanges goods has had them sent, and pays for that."""
    policy = policies.current()
    fee = to_millionths(Decimal(str(policy.restocking_fee_percent))) or 0
    is_exchanged = resolution is ReturnResolution.EXCHANGE
    share = ShippingShare.NEVER if is_exchanged else SHARES[policy.return_shipping]
    return Terms(shipping=share, fee=fee)


async def reasons_not_to_give(order: Order, resolution: ReturnResolution) -> list[Problem]:
    """Why a customer cannot have this for what they return of an order."""
    if resolution is not ReturnResolution.STORE_CREDIT:
        return []
    customer = await get(Customer, order.customer_id)
    if customer.archived_at is None:
        return []
    message = f"{customer.number} is archived and orders no more. Choose another resolution."
    return [Blocked(message=message, path=("resolution",))]


def good_units(line: ReturnLine) -> int:
    units: int = max(0, line.quantity - line.missing - line.rejected)
    return units


def written(refund: Refund) -> list[dict[str, Any]]:
    """The steps as they are kept."""
    return [asdict(step) | {"kind": step.kind.name} for step in refund.steps]


async def sales(orders: Sequence[Order]) -> dict[int, Sale]:
    """What was sold with each order, and what of it was made good already."""
    lines = [
        line
        for line in await select(OrderLine, order_id__in=[order.id for order in orders])
        if line.remaining
    ]
    units: dict[int, int] = defaultdict(int)
    value: dict[int, int] = defaultdict(int)
    ids = [line.id for line in lines]
    for each in await select(ReturnLine, line_id__in=ids):
        units[each.line_id] += each.made_good
        value[each.line_id] += each.value
    for claimed in await ClaimLine.filter(line_id__in=ids, claim__status=ClaimStatus.SETTLED):
        units[claimed.line_id] += claimed.units
        value[claimed.line_id] += claimed.value
    return {
        order.id: Sale(
            currency=order.currency,
            shipping=order.shipping_total,
            lines={
                line.id: sold_of(order, line, units[line.id], value[line.id])
                for line in lines
                if line.order_id == order.id
            },
        )
        for order in orders
    }


def sold_of(order: Order, line: OrderLine, units: int, value: int) -> Sold:
    own = -sum(
        step["amount"]
        for step in order.price_steps
        if step["line_id"] == line.id and step["kind"] == StepKind.LINE_DISCOUNT.name
    )
    return Sold(
        units=line.remaining,
        name=line.sku,
        unit_price=line.unit_price,
        line_discount=own,
        order_discount=line.discount - own,
        tax=0 if order.prices_include_tax else line.tax,
        contained=line.tax if order.prices_include_tax else 0,
        given_units=units,
        given=value,
    )
