"""Proposals to replenish: accepted into purchase orders and transfers, or decided against."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from models import (
    Proposal,
    ProposalStatus,
    PurchaseOrder,
    PurchaseOrderLine,
    PurchaseOrderStatus,
    ReplenishmentPolicy,
    Supplier,
)
from models.errors import Blocked, Problem, Refused, refuse_any, within
from models.rows import store_all
from models.statements import select, select_one
from services import purchase_lines, purchase_orders, scopes, transfers
from services.actors import SYSTEM, Actor
from services.clock import now
from services.commit import announce, operation
from services.facts.replenishment import ProposalAccepted, ProposalDismissed
from services.inputs import Inputs
from services.purchase_lines import PurchaseLineDraft
from services.transfers import TransferLineDraft

MOST_TEXT = 500
MOST_AT_ONCE = 100
_DECIDED = ("status", "is_open", "decided_by", "decided_at", "accepted_with")


@operation
async def accept(actor: Actor, proposal_id: int) -> Proposal:
    """Put a proposal on a purchase order: on the draft there is for its supplier and location, or
    on a new one. One that is to come from another location becomes a draft of a transfer."""
    row = await scopes.take(actor, Proposal, proposal_id)
    refuse_any(reasons_not_to_accept(row))
    await _accept(actor, [row])
    return row


@operation
async def accept_all(actor: Actor, *, proposal_ids: Sequence[int]) -> Proposal:
    """Put up to 100 proposals on purchase orders at once, one for each supplier and location. All
    of them or none; answered with the first, and the others with it."""
    inputs = Inputs()
    if not 1 <= len(proposal_ids) <= MOST_AT_ONCE or len(set(proposal_ids)) < len(proposal_ids):
        inputs.wrong(f"Give 1 to {MOST_AT_ONCE} proposals, each once.", "ids")
        inputs.refuse()
    rows = {}
    # Locked in the order of their ids, or two who accept the same ones could wait in a circle.
    for n, row_id in sorted(enumerate(proposal_ids), key=lambda each: each[1]):
        try:
            with within("ids", n):
                rows[row_id] = await scopes.take(actor, Proposal, row_id, *())
                refuse_any(reasons_not_to_accept(rows[row_id]))
        except Refused as refusal:
            for problem in refusal.problems:
                inputs.add(problem)
    inputs.refuse()
    chosen = [rows[row_id] for row_id in proposal_ids]
    await _accept(actor, chosen)
    return chosen[0]


@operation
async def dismiss(actor: Actor, proposal_id: int, *, reason: str) -> Proposal:
    """Decide against a proposal. The same is not proposed again until the need is over or differs
    by more than a pack."""
    seen = await scopes.find(actor, Proposal, proposal_id)
    # Whoever looks at the level holds its policy before its proposal.
    policy = await select_one(ReplenishmentPolicy, locked=True, level_id=seen.level_id)
    row = await scopes.take(actor, Proposal, proposal_id)
    inputs = Inputs()
    reason = inputs.text(reason, "reason", most=MOST_TEXT)
    refuse_any([*inputs.problems, *reasons_not_to_dismiss(row)])
    row.dismiss(reason=reason, by=actor.label, at=now())
    await row.store()
    if policy is not None:
        policy.dismissed = row.quantity
        await policy.save(update_fields=["dismissed"])

    announce(
        actor,
        ProposalDismissed(
            variant_id=row.variant_id,
            location_id=row.location_id,
            proposal_id=row.id,
            quantity=row.quantity,
            reason=reason,
        ),
    )
    return row


async def automatic(at: datetime, limit: int) -> list[int]:
    """Open proposals that their level's policy accepts."""
    rows = Proposal.filter(is_open=True, is_automatic=True).order_by("id").limit(limit)
    return await rows.values_list("id", flat=True)  # type: ignore[return-value]


@operation
async def accept_automatically(proposal_id: int) -> None:
    """Accept a proposal by rule. Does nothing where somebody decided meanwhile."""
    row = await scopes.take(SYSTEM, Proposal, proposal_id)
    if row.is_open:
        refuse_any(reasons_not_to_accept(row))
        await _accept(SYSTEM, [row])


def reasons_not_to_accept(row: Proposal) -> list[Problem]:
    wanted = ProposalStatus.ACCEPTED
    if not row.may_become(wanted):
        return [row.wrong_status(wanted)]
    if row.supplier_id is None and row.source_id is None:
        message = "Nobody is known to sell it. Enter an item of a supplier, or a location it comes "
        return [Blocked(message=f"{message}from.", path=("id",))]
    return []


def reasons_not_to_dismiss(row: Proposal) -> list[Problem]:
    wanted = ProposalStatus.DISMISSED
    return [] if row.may_become(wanted) else [row.wrong_status(wanted)]


async def accepted_with(actor: Actor, rows: Sequence[Proposal]) -> list[list[Proposal]]:
    """The proposals that were accepted together with each."""
    keys = {row.accepted_with for row in rows if row.accepted_with is not None}
    found: dict[int | None, list[Proposal]] = defaultdict(list)
    for each in await select(Proposal, accepted_with__in=list(keys)):
        found[each.accepted_with].append(each)
    return [found[row.accepted_with] for row in rows]


async def _accept(actor: Actor, rows: Sequence[Proposal]) -> None:
    for row in rows:
        row.accept(by=actor.label, at=now())
        row.accepted_with = rows[0].id
    bought: dict[tuple[int, int], list[Proposal]] = defaultdict(list)
    moved: dict[tuple[int, int], list[Proposal]] = defaultdict(list)
    for row in rows:
        if row.source_id is not None:
            moved[row.source_id, row.location_id].append(row)
        elif row.supplier_id is not None:
            bought[row.supplier_id, row.location_id].append(row)
    # Held until the end, so that two who accept for one supplier find each other's draft.
    await select(Supplier, locked=True, id__in=sorted({supplier for supplier, _ in bought}))
    for (supplier_id, location_id), group in sorted(bought.items()):
        await _buy(actor, supplier_id, location_id, group)
    for (source_id, location_id), group in sorted(moved.items()):
        await _bring(actor, source_id, location_id, group)
    await store_all(rows, *_DECIDED, "purchase_order_id", "transfer_id")
    for row in rows:
        announce(
            actor,
            ProposalAccepted(
                variant_id=row.variant_id,
                location_id=row.location_id,
                proposal_id=row.id,
                quantity=row.quantity,
                purchase_order_id=row.purchase_order_id,
                transfer_id=row.transfer_id,
            ),
        )


async def _buy(actor: Actor, supplier_id: int, location_id: int, rows: Sequence[Proposal]) -> None:
    """Put proposals on the oldest draft there is, or on a new one."""
    drafts = [PurchaseLineDraft(variant_id=row.variant_id, quantity=row.quantity) for row in rows]
    open_ = {"supplier_id": supplier_id, "location_id": location_id}
    status = PurchaseOrderStatus.DRAFT
    found = await select(PurchaseOrder, locked=True, **open_, status=status)
    if found:
        order = found[0]
        for draft in drafts:
            await _join(actor, order, draft)
    else:
        order = await purchase_orders.draft(actor, supplier_id, location_id, drafts)
    for row in rows:
        row.purchase_order_id = order.id


async def _join(actor: Actor, order: PurchaseOrder, draft: PurchaseLineDraft) -> None:
    """Ask for more of a line of a draft, or for something it has no line of."""
    line = await select_one(
        PurchaseOrderLine, purchase_order_id=order.id, variant_id=draft.variant_id
    )
    if line is None:
        await purchase_lines.add(actor, order.id, draft)
    else:
        quantity = line.quantity + draft.quantity
        await purchase_lines.change(actor, line.id, {"quantity": quantity})


async def _bring(actor: Actor, source_id: int, location_id: int, rows: Sequence[Proposal]) -> None:
    transfer = await transfers.create(
        actor,
        source_id=source_id,
        destination_id=location_id,
        lines=[TransferLineDraft(variant_id=row.variant_id, quantity=row.quantity) for row in rows],
    )
    for row in rows:
        row.transfer_id = transfer.id
