"""Substitutions: what an unknown SKU of an imported order stands for."""

from models import DataIssue, DataIssueKind, Order, Variant
from models.errors import Blocked, Problem, refuse_any
from services import data_issues, order_lines, orders, scopes
from services.actors import Actor
from services.commit import operation
from services.goods import LineDraft
from services.money import to_decimal


@operation
async def substitute(
    actor: Actor, issue_id: int, *, variant_id: int, allow_backorder: bool = False
) -> Order:
    """Say which variant an unknown SKU stands for: its units become a line of the order, reserved
    at once where the order was placed, and the issue is resolved."""
    issue = await scopes.take(actor, DataIssue, issue_id)
    variant = await scopes.find(actor, Variant, variant_id, "variantId")
    order = await Order.get(id=issue.order_id)
    refuse_any([*reasons_not_to_substitute(issue), *orders.reasons_not_to_edit(order)])
    await data_issues.resolve(actor, order, [issue], f"It stands for {variant.sku}.")
    price = issue.stated_price
    draft = LineDraft(
        variant_id=variant.id,
        quantity=issue.quantity or 0,
        stated_price=None if price is None else to_decimal(price, order.currency),
    )
    return await order_lines.add(actor, order.id, draft, allow_backorder=allow_backorder)


def reasons_not_to_substitute(issue: DataIssue) -> list[Problem]:
    if issue.resolved_at is not None:
        return [Blocked(message="This issue is resolved already.", path=("id",))]
    if issue.kind is not DataIssueKind.UNKNOWN_SKU:
        message = f"{issue.number} is about no unknown SKU. Put right what it says, or accept it."
        return [Blocked(message=message, path=("id",))]
    return []
