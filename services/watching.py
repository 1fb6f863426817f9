"""What people watch: snapshots first, then every change after them, without a gap.

Whether a watcher may see an event is asked for every event, not only when the watch begins. Each
generator closes the one it reads from, so a watch that is dropped leaves nothing behind.
"""

from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing
from dataclasses import dataclass, fields, replace

from tortoise.queryset import QuerySet

from models import (
    Event,
    ExceptionKind,
    Level,
    Order,
    OrderException,
    ServiceCase,
    StockAlert,
    StockAlertStatus,
)
from models.cases import UNDER_WAY
from models.errors import NotFound, Problem, Refused
from services import customer_merges, listing, scopes
from services.actors import Actor, Permission
from services.facts import every_fact
from services.facts.cases import ServiceCaseFact
from services.facts.exceptions import ExceptionFact
from services.facts.returns import ReturnFact
from services.facts.stock import ReorderPointSet, StockAlertFact, StockLevelSet, StockMoved
from services.live import HEARTBEAT_SECONDS, Heartbeat, Interest, Reset, Tidings, live

PAGE = 100
FACTS = every_fact()
ORDER_KINDS = frozenset(
    name for name, fact in FACTS.items() if "order_id" in {each.name for each in fields(fact)}
)
# What staff alone may know is not told by a link, not even that something happened.
TRACKED_KINDS = frozenset(
    name
    for name in ORDER_KINDS
    if FACTS[name].NEEDS is Permission.ORDERS_READ or issubclass(FACTS[name], ReturnFact)
)
ALERT_KINDS = frozenset(name for name, fact in FACTS.items() if issubclass(fact, StockAlertFact))
EXCEPTION_KINDS = frozenset(name for name, fact in FACTS.items() if issubclass(fact, ExceptionFact))
CASE_KINDS = frozenset(name for name, fact in FACTS.items() if issubclass(fact, ServiceCaseFact))
LEVEL_KINDS = frozenset(fact.__name__ for fact in (StockMoved, ReorderPointSet, StockLevelSet))


Watched = Level | StockAlert | OrderException | ServiceCase
Snapshot = QuerySet[Level] | QuerySet[StockAlert] | QuerySet[OrderException] | QuerySet[ServiceCase]
BELONGING = (Permission.ORDERS_READ, Permission.CUSTOMERS_READ)


@dataclass(frozen=True, kw_only=True)
class Update:
    """A row as it is now, and the event that changed it; without one it is a snapshot."""

    position: int
    row: Order | Watched
    event: Event | None = None


def may_see(actor: Actor, event: Event, former_ids: Collection[int] = ()) -> bool:
    """Whether an event is of a kind, and of a customer or supplier, that the actor may see; a
    customer also what is of those who were merged into them."""
    fact = FACTS.get(event.kind)
    if fact is None or not actor.may(fact.NEEDS):
        return False
    if actor.supplier_id is not None:
        return event.supplier_id == actor.supplier_id
    # Whatever is of somebody in particular, or should be, is for them alone.
    belongs = event.customer_id is not None or fact.NEEDS in BELONGING
    theirs = (actor.customer_id, *former_ids)
    return actor.customer_id is None or not belongs or event.customer_id in theirs


async def events(
    actor: Actor,
    interest: Interest,
    after: int | None,
    *,
    heartbeat: float = HEARTBEAT_SECONDS,
) -> AsyncGenerator[Tidings, None]:
    """Every event of interest that the actor may see, and heartbeats while there is none."""
    # Narrowed to what they may see at all, as others' events would put off the heartbeats.
    kinds = frozenset(name for name, fact in FACTS.items() if actor.may(fact.NEEDS))
    if interest.kinds is not None or len(kinds) < len(FACTS):
        kinds = kinds if interest.kinds is None else interest.kinds & kinds
        interest = replace(interest, kinds=kinds)
    if actor.customer_id is not None:
        interest = replace(interest, customer_id=actor.customer_id)
    if actor.supplier_id is not None:
        interest = replace(interest, supplier_id=actor.supplier_id)
    if interest.customer_id is not None:
        former_ids = await customer_merges.former_ids(interest.customer_id)
        interest = replace(interest, former_ids=former_ids)
    async with aclosing(live.watch(interest, after, heartbeat=heartbeat)) as watched:
        async for tidings in watched:
            if not isinstance(tidings, Event) or may_see(actor, tidings, interest.former_ids):
                yield tidings


async def order(actor: Actor, order_id: int, after: int | None) -> AsyncGenerator[Update, None]:
    """An order the actor may see: as it is, and again with each event; from a cursor, the events
    alone."""
    row = await scopes.find(actor, Order, order_id)
    is_theirs = actor.customer_id is not None
    former_ids = await customer_merges.former_ids(row.customer_id) if is_theirs else ()
    async with aclosing(_follow_order(row, after)) as updates:
        async for update in updates:
            if update.event is None or may_see(actor, update.event, former_ids):
                yield update


async def order_by_token(token: str, after: int | None) -> AsyncGenerator[Update, None]:
    """An order for whoever has its tracking token, account or not."""
    row = await find_by_token(token)
    async with aclosing(_follow_order(row, after, TRACKED_KINDS)) as updates:
        async for update in updates:
            yield update


async def find_by_token(token: str) -> Order:
    row = await listing.matching(Order.all(), {"tracking_token": token}).get_or_none()
    if row is None:
        message = "This tracking link leads to no order. Ask for it again."
        raise Refused(NotFound(message=message, path=("token",)))
    return row


async def stock_levels(
    actor: Actor, variant_id: int | None, location_id: int | None, after: int | None
) -> AsyncGenerator[Update, None]:
    """Levels, all of a variant or of a location or both, and each again whenever it moves."""
    interest = Interest(variant_id=variant_id, location_id=location_id, kinds=LEVEL_KINDS)
    query = scopes.visible(actor, Level).filter(**_of(variant_id, location_id))
    async with aclosing(_snapshot_then_events(actor, interest, query, after)) as items:
        async for item in items:
            if isinstance(item, Update):
                yield item
            else:
                row = await Level.get(variant_id=item.variant_id, location_id=item.location_id)
                yield Update(position=item.position or 0, row=row, event=item)


async def stock_alerts(
    actor: Actor, variant_id: int | None, location_id: int | None, after: int | None
) -> AsyncGenerator[Update, None]:
    """Alerts that are not resolved, then every one that opens, is answered or resolves."""
    interest = Interest(variant_id=variant_id, location_id=location_id, kinds=ALERT_KINDS)
    query = (
        scopes.visible(actor, StockAlert)
        .filter(**_of(variant_id, location_id))
        .exclude(status=StockAlertStatus.RESOLVED)
    )
    async with aclosing(_snapshot_then_events(actor, interest, query, after)) as items:
        async for item in items:
            if isinstance(item, Update):
                yield item
            else:
                row = await StockAlert.get(id=item.details["stock_alert_id"])
                yield Update(position=item.position or 0, row=row, event=item)


async def exceptions(
    actor: Actor, kinds: Collection[ExceptionKind] | None, after: int | None
) -> AsyncGenerator[Update, None]:
    """Exceptions that are open, then every one that opens, changes or is resolved."""
    interest = Interest(kinds=EXCEPTION_KINDS)
    query = scopes.visible(actor, OrderException).filter(is_open=True)
    if kinds is not None:
        query = query.filter(kind__in=kinds)
    async with aclosing(_snapshot_then_events(actor, interest, query, after)) as items:
        async for item in items:
            if isinstance(item, Update):
                yield item
            elif kinds is None or item.details["exception_kind"] in kinds:
                row = await OrderException.get(id=item.details["exception_id"])
                yield Update(position=item.position or 0, row=row, event=item)


async def service_cases(
    actor: Actor, case_id: int | None, order_id: int | None, after: int | None
) -> AsyncGenerator[Update, None]:
    """Service cases that are not dealt with, all or of an order, or a single one as it is; then
    each again with everything that happens to it and that the actor may know of."""
    visible = scopes.visible(actor, ServiceCase)
    if case_id is not None:
        await scopes.find(actor, ServiceCase, case_id)
        query = visible.filter(id=case_id)
    else:
        query = visible.filter(status__in=list(UNDER_WAY))
    interest = Interest(order_id=order_id, kinds=CASE_KINDS)
    if order_id is not None:
        query = query.filter(order_id=order_id)
    if actor.customer_id is not None:
        former_ids = await customer_merges.former_ids(actor.customer_id)
        interest = replace(interest, customer_id=actor.customer_id, former_ids=former_ids)
    async with aclosing(_snapshot_then_events(actor, interest, query, after)) as items:
        async for item in items:
            if isinstance(item, Update):
                yield item
            elif case_id in (None, item.details["service_case_id"]):
                row = await ServiceCase.get(id=item.details["service_case_id"])
                yield Update(position=item.position or 0, row=row, event=item)


def _of(variant_id: int | None, location_id: int | None) -> dict[str, int]:
    given = {"variant_id": variant_id, "location_id": location_id}
    return {name: value for name, value in given.items() if value is not None}


async def _follow_order(
    row: Order, after: int | None, kinds: frozenset[str] = ORDER_KINDS
) -> AsyncGenerator[Update, None]:
    start = live.position if after is None else after
    if after is None:
        # Read after the position was noted: what happens in between is told again, never lost.
        yield Update(position=start, row=await Order.get(id=row.id))
    interest = Interest(order_id=row.id, kinds=kinds)
    async with aclosing(live.watch(interest, start)) as watched:
        async for tidings in watched:
            if isinstance(tidings, Heartbeat):
                continue
            event = tidings if isinstance(tidings, Event) else None
            yield Update(
                position=tidings.position or 0, row=await Order.get(id=row.id), event=event
            )


async def _snapshot_then_events(
    actor: Actor,
    interest: Interest,
    query: Snapshot,
    after: int | None,
) -> AsyncGenerator[Update | Event, None]:
    start = live.position if after is None else after
    if after is None:
        async with aclosing(_snapshot(query, start)) as shots:
            async for update in shots:
                yield update
    async with aclosing(live.watch(interest, start)) as watched:
        async for tidings in watched:
            if isinstance(tidings, Reset):
                # A new snapshot would not tell of what is no longer in it.
                raise Refused(_cursor_lost())
            if isinstance(tidings, Event) and may_see(actor, tidings, interest.former_ids):
                yield tidings


async def _snapshot(query: Snapshot, position: int) -> AsyncGenerator[Update, None]:
    last = 0
    while page := await query.filter(id__gt=last).order_by("id").limit(PAGE):
        for row in page:
            yield Update(position=position, row=row)
        if len(page) < PAGE:
            return
        last = page[-1].id


def _cursor_lost() -> Problem:
    message = "This cursor lies outside the event log, so changes are missing. Begin without it."
    return Problem(code="CURSOR_LOST", message=message, path=("after",))
