"""Replenishment: propose to buy, or to bring, what a level needs, and say why just so much.

A level's policy is locked while it is looked at, so what it needs is proposed once, however many
look; and whatever was decided meanwhile is seen.
"""

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime, timedelta

from models import Level, Proposal, ReplenishmentMethod, ReplenishmentPolicy
from models.replenishment import Urgency
from models.statements import get, select_one
from services import event_log, forecasts, supplies
from services.actors import SYSTEM, Actor
from services.clock import now
from services.commit import announce, operation
from services.facts.replenishment import ProposalRaised, ProposalSuperseded
from services.needs import Need, Outlook, Plan, Position, needed
from services.supplies import Source

MILLION = 1_000_000
READER = "replenishment"
BATCH = 500
MOST_BATCHES = 10
# News of a level come in swarms; one look serves all of them.
GATHER = timedelta(seconds=10)
# Nobody looks further ahead.
FURTHEST_DAYS = 365.0
# What is said of proposals themselves changes no need.
_OWN = ("Proposal", "Replenishment", "StockAlert")


async def unread(at: datetime, limit: int) -> list[int]:
    """A number for each batch of events that were not read yet."""
    return [*range(min(MOST_BATCHES, -(-await event_log.unread(READER) // BATCH)))]


@operation
async def read_on(_: int) -> None:
    """Have the levels looked at again that the next events concern."""
    levels: set[tuple[int, int]] = set()
    variants: set[int] = set()
    bought: set[int] = set()
    moved: set[int] = set()
    for event in await event_log.read_on(READER, BATCH):
        if event.kind.startswith(_OWN):
            continue
        if event.variant_id is not None and event.location_id is not None:
            levels.add((event.variant_id, event.location_id))
        elif event.variant_id is not None:
            variants.add(event.variant_id)
        if (order_id := event.details.get("purchase_order_id")) is not None:
            bought.add(order_id)
        if (transfer_id := event.details.get("transfer_id")) is not None:
            moved.add(transfer_id)
    variants |= await supplies.variants_of(bought, moved)
    await _look_again(levels, variants)


async def due(at: datetime, limit: int) -> list[int]:
    """Policies whose levels are to be looked at, the longest due first."""
    rows = ReplenishmentPolicy.filter(due_at__lte=at).order_by("due_at", "id").limit(limit)
    return await rows.values_list("id", flat=True)  # type: ignore[return-value]


@operation
async def evaluate(policy_id: int) -> None:
    """Propose what a level needs now, and supersede what it no longer does. Does nothing where
    another worker was faster."""
    policy = await get(ReplenishmentPolicy, policy_id, locked=True)
    if policy.due_at is None or policy.due_at > now():
        return
    policy.due_at = now() + timedelta(days=policy.review_days)
    await _propose(SYSTEM, await get(Level, policy.level_id), policy)
    await policy.save(update_fields=["due_at", "dismissed"])


@operation
async def propose(actor: Actor, level: Level) -> Proposal | None:
    """Propose what a level needs now, by its policy or, where it has none, by what is set for the
    level; None where it needs nothing. What a buyer has decided against is proposed again."""
    policy = await select_one(ReplenishmentPolicy, locked=True, level_id=level.id, archived_at=None)
    if policy is None:
        # Without a policy the level itself keeps two from proposing at once.
        level = await get(Level, level.id, locked=True)
        return await _propose(actor, level, None)
    policy.dismissed = None
    proposal = await _propose(actor, level, policy)
    await policy.save(update_fields=["dismissed"])
    return proposal


async def supersede(actor: Actor, row: Proposal, reason: str) -> None:
    """End a proposal that nobody has decided, as the need has changed or is over."""
    row.supersede(reason=reason, by=actor.label, at=now())
    await row.store()
    announce(
        actor,
        ProposalSuperseded(
            variant_id=row.variant_id,
            location_id=row.location_id,
            proposal_id=row.id,
            quantity=row.quantity,
            reason=reason,
        ),
    )


async def _propose(
    actor: Actor, level: Level, policy: ReplenishmentPolicy | None
) -> Proposal | None:
    """The open proposal of a level that fits its need. The policy is the caller's to save."""
    source = await supplies.source_of(level, policy)
    position = await supplies.position_of(level)
    outlook = await _outlook(level, source)
    need = needed(_plan(level, policy), position, outlook, source.packing)
    found = await select_one(Proposal, locked=True, level_id=level.id, is_open=True)
    if found is not None and _fits(found, need, source):
        return found
    if found is not None:
        over = "The need is over." if not need.quantity else f"{need.quantity} are needed now."
        await supersede(actor, found, over)
    if policy is not None and policy.dismissed is not None:
        if need.quantity and abs(need.quantity - policy.dismissed) <= source.packing.size:
            return None
        policy.dismissed = None
    if not need.quantity:
        return None
    return await _raise(actor, level, policy, need, position, outlook, source)


def _fits(row: Proposal, need: Need, source: Source) -> bool:
    """Whether a proposal is still what is needed, give or take a pack."""
    item, packing = source.item, source.packing
    return (
        need.quantity > 0
        and abs(need.quantity - row.quantity) <= packing.size
        and row.pack_size == packing.size
        and row.supplier_id == (item.supplier_id if item else None)
        and row.source_id == source.location_id
    )


async def _raise(
    actor: Actor,
    level: Level,
    policy: ReplenishmentPolicy | None,
    need: Need,
    position: Position,
    outlook: Outlook,
    source: Source,
) -> Proposal:
    item = source.item
    price = None if item is None else item.price_of(need.quantity)
    value, currency = (price or 0) * need.quantity, "" if item is None else item.currency
    left = _days_left(position, outlook)
    row = await Proposal.create(
        level_id=level.id,
        variant_id=level.variant_id,
        location_id=level.location_id,
        supplier_id=None if item is None else item.supplier_id,
        source_id=source.location_id,
        quantity=need.quantity,
        pack_size=source.packing.size,
        price=price,
        value=value,
        currency=currency,
        lead_days=source.lead_days,
        explanation=[asdict(term) for term in need.terms],
        urgency=_urgency(left, position, source),
        run_out_at=now() + timedelta(days=left),
        is_automatic=_is_automatic(policy, source, value, currency),
    )
    announce(
        actor,
        ProposalRaised(
            variant_id=row.variant_id,
            location_id=row.location_id,
            proposal_id=row.id,
            quantity=row.quantity,
        ),
    )
    return row


def _is_automatic(
    policy: ReplenishmentPolicy | None, source: Source, value: int, currency: str
) -> bool:
    if policy is None or policy.auto_accept is None:
        return False
    if source.item is None:
        # Units of one's own cost nothing.
        return source.location_id is not None
    return value <= policy.auto_accept and currency == policy.currency


def _days_left(position: Position, outlook: Outlook) -> float:
    if position.free <= 0:
        return 0.0
    return min(FURTHEST_DAYS, position.free / max(outlook.mean, position.free / FURTHEST_DAYS))


def _urgency(left: float, position: Position, source: Source) -> Urgency:
    if position.free <= 0:
        return Urgency.OUT
    return Urgency.PRESSING if left < source.lead_days else Urgency.PLANNED


async def _outlook(level: Level, source: Source) -> Outlook:
    demand = (await forecasts.daily_demand([level.id])).get(level.id)
    lead = {"lead_days": source.lead_days, "lead_spread_days": source.lead_spread_days}
    if demand is None:
        return Outlook(**lead)
    return Outlook(mean=demand.mean, spread=demand.spread, **lead)


def _plan(level: Level, policy: ReplenishmentPolicy | None) -> Plan:
    if policy is None:
        point = level.reorder_point or 0
        return Plan(
            method=ReplenishmentMethod.MIN_MAX,
            reorder_point=point,
            order_up_to=level.target or max(point + 1, level.safety_stock or 0),
            maximum=level.maximum,
        )
    return Plan(
        method=policy.method,
        reorder_point=policy.reorder_point or 0,
        quantity=policy.quantity or 1,
        order_up_to=policy.order_up_to or 0,
        cover_days=policy.cover_days or 0,
        review_days=policy.review_days,
        service_level=policy.service_level / MILLION,
        safety_stock=level.safety_stock or 0,
        maximum=level.maximum,
    )


async def _look_again(levels: Collection[tuple[int, int]], variants: Collection[int]) -> None:
    """Have levels looked at in a moment, and all levels of variants."""
    if not levels and not variants:
        return
    known = await ReplenishmentPolicy.filter(
        variant_id__in={variant for variant, _ in levels} | set(variants), archived_at=None
    ).values_list("id", "variant_id", "location_id")
    ids = [
        row_id
        for row_id, variant, location in known
        if variant in variants or (variant, location) in levels
    ]
    soon = now() + GATHER
    # In the order of their ids, as whoever looks at one holds it.
    rows = await (
        ReplenishmentPolicy.filter(id__in=ids, due_at__gt=soon).select_for_update().order_by("id")
    )
    await ReplenishmentPolicy.filter(id__in=[row.id for row in rows]).update(due_at=soon)
