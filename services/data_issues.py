"""Data issues: keep what was found missing or wrong in an order, until it is so no more."""

from collections.abc import Iterable, Sequence

from models import DataIssue, DataIssueKind, HoldKind, Order
from models.rows import store_all
from models.statements import select
from services.actors import Actor
from services.addresses import Finding
from services.clock import now
from services.commit import announce
from services.facts.data_issues import DataIssueFact, DataIssueFound, DataIssueResolved
from services.goods import LineDraft, stated


async def note(
    actor: Actor,
    order: Order,
    found: Iterable[Finding],
    unknown: Sequence[LineDraft] = (),
) -> None:
    """Keep what was found in an order, and the lines of it that name an unknown SKU."""
    for each in found:
        issue = await DataIssue.create(order_id=order.id, **vars(each))
        _announce(actor, DataIssueFound, order, issue)
    for draft in unknown:
        sku = draft.sku.strip()
        issue = await DataIssue.create(
            order_id=order.id,
            kind=DataIssueKind.UNKNOWN_SKU,
            path=f"lines.{sku}",
            message=f"Nothing is sold as {sku}, of which {draft.quantity} are wanted. Say what "
            "it stands for, or accept that it is not delivered.",
            sku=sku,
            quantity=draft.quantity,
            stated_price=stated(draft, order.currency),
        )
        _announce(actor, DataIssueFound, order, issue)


async def resolve(
    actor: Actor,
    order: Order,
    issues: Sequence[DataIssue],
    resolution: str,
    *,
    accepted: bool = False,
) -> None:
    for issue in issues:
        issue.resolved_at, issue.resolved_by = now(), actor.label
        issue.resolution, issue.accepted = resolution, accepted
        _announce(actor, DataIssueResolved, order, issue)
    await store_all(issues, "resolved_at", "resolved_by", "resolution", "accepted")


async def accept_behind(actor: Actor, order: Order, kind: HoldKind) -> None:
    """Take the issues behind a hold as they are, as somebody has released it by hand."""
    issues = await select(DataIssue, order_id=order.id, resolved_at=None)
    behind = [issue for issue in issues if issue.kind.hold is kind]
    await resolve(actor, order, behind, "Its hold was released.", accepted=True)


def _announce(actor: Actor, fact: type[DataIssueFact], order: Order, issue: DataIssue) -> None:
    announce(
        actor,
        fact(
            order_id=order.id,
            customer_id=order.customer_id,
            data_issue_id=issue.id,
            issue_kind=issue.kind,
            issue_message=issue.message,
        ),
    )
