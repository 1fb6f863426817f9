"""Erasures: what is personal about a customer is replaced, and the books stay as they are.

Every text of every row that belongs to them is emptied unless it is named here as a code, a number
or part of the books, so what is kept of a new kind is erased as well. Amounts, units, dates and
positions of events stay, and so do issued invoices and credit notes, word for word: law has them
kept as they were issued (in the EU Directive 2006/112/EC, articles 244 to 247), which limits the
right to erasure (GDPR, article 17(3)(b)), and their hash proves that nobody changed them.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, get_type_hints

from tortoise.connection import get_connection
from tortoise.expressions import Q
from tortoise.fields import CharField, JSONField, TextField
from tortoise.fields.data import CharEnumFieldInstance
from tortoise.models import Model

import models
from models import (
    Customer,
    CustomerDuplicate,
    CustomerTrait,
    Event,
    Order,
    OrderStatus,
    Password,
    PaymentStatus,
    Person,
    Row,
    Token,
)
from models.errors import Blocked, Problem, refuse_any
from models.lifecycle import CaseStatus, ClaimStatus, ReturnStatus
from models.orders import new_tracking_token
from models.statements import select, update
from services import customer_merges, people, scopes
from services.actors import SYSTEM, Actor
from services.clock import now
from services.commit import announce, operation
from services.facts import every_fact
from services.facts.customers import CustomerErased
from services.facts.fact import COLUMNS
from services.inputs import Inputs

PAGE = 500
GONE = "Erased"
# So many of what keeps somebody from being erased are named.
MOST_NAMED = 5

# Columns that hold codes, numbers of people, names of goods, or a part of the books.
KEPT = frozenset(
    {
        *("currency", "country_code", "sku", "path", "code", "carrier", "service", "box"),
        *("actor", "author", "owner", "team", "picker", "keyed_by", "arranged_by", "opened_by"),
        *("requested_by", "decided_by", "resolved_by", "released_by", "received_by"),
        *("inspected_by", "fraud_decided_by", "dismissed_by", "material", "queue_key"),
        *("price_basis", "allocations", "goods_digest", "explanation"),
        *("source", "external_reference", "tracking_code", "recovery_reference"),
        *("reference", "outside_id", "failure_code", "content", "content_hash"),
    }
)
# What is kept of some kinds alone: goods have names, and invoices say what they say.
KEPT_OF: Mapping[type[Model], frozenset[str]] = {
    models.OrderLine: frozenset({"name"}),
    models.CreditNote: frozenset({"reason"}),
    # Replaced row by row: the country is needed for tax, and each token has to be another.
    Order: frozenset({"ship_to", "bill_to", "price_steps", "tracking_token"}),
}
# Texts of events that are codes or numbers of people.
_CODES = frozenset(
    {
        *("sku", "code", "carrier_code", "lot", "lot_before", "owner", "exception_owner"),
        *("currency", "failure_code", "tracking_code", "by", "team", "erase_reason"),
        *("carrier", "case_owner"),
    }
)
_OPEN_ORDERS = (
    OrderStatus.DRAFT,
    OrderStatus.PLACED,
    OrderStatus.CONFIRMED,
    OrderStatus.IN_PROGRESS,
)
_OPEN: Sequence[tuple[type[Row], tuple[str, ...]]] = (
    (models.Order, _OPEN_ORDERS),
    (
        models.Return,
        tuple(
            each
            for each in ReturnStatus
            if each
            not in (
                ReturnStatus.DECLINED,
                ReturnStatus.RESOLVED,
                ReturnStatus.CLOSED,
                ReturnStatus.CANCELLED,
            )
        ),
    ),
    (models.Claim, (ClaimStatus.OPEN, ClaimStatus.APPROVED)),
    (
        models.ServiceCase,
        tuple(each for each in CaseStatus if each not in (CaseStatus.RESOLVED, CaseStatus.CLOSED)),
    ),
)
_UNSETTLED = (PaymentStatus.DISPUTED, PaymentStatus.PENDING, PaymentStatus.OVERPAID)


@operation
async def erase(actor: Actor, customer_id: int, *, reason: str) -> Customer:
    """Erase the personal data of a customer: names, addresses, what was written by and about them,
    also where events tell of it; whoever could sign in for them no longer can. Orders, amounts and
    issued invoices stay for the books, and invoices say what they said.

    Refused while anything of theirs is open, money is disputed or on its way, or there is store
    credit that they can spend.
    """
    inputs = Inputs()
    reason = inputs.text(reason, "reason", most=500)
    inputs.refuse()
    customer = await scopes.take(actor, Customer, customer_id)
    refuse_any(await reasons_not_to_erase(customer))
    ids = [customer.id, *sorted(await customer_merges.former_ids(customer.id))]
    await customer_merges.lock_orders_of(customer.id)
    order_ids = [
        row_id for (row_id,) in await Order.filter(customer_id=customer.id).values_list("id")
    ]
    for each in ids:
        await _erase_texts(each)
    await _erase_orders(order_ids)
    await _erase_events(ids, order_ids)
    await _erase_people(customer.id)
    await CustomerTrait.filter(customer_id__in=ids).delete()
    await CustomerDuplicate.filter(Q(customer_id__in=ids) | Q(other_id__in=ids)).delete()
    for row in await select(Customer, locked=True, id__in=ids):
        await _erase_record(row)

    announce(actor, CustomerErased(customer_id=customer.id, erase_reason=reason))
    return await Customer.get(id=customer.id)


async def reasons_not_to_erase(customer: Customer) -> list[Problem]:
    if customer.erased_at is not None:
        return [_blocked(f"The personal data of {customer.number} is erased already.")]
    if customer.merged_into_id is not None:
        into = Customer.number_of(customer.merged_into_id)
        return [_blocked(f"{customer.number} was merged into {into}. Erase that one.")]
    problems: list[Problem] = []
    for kind, statuses in _OPEN:
        rows = kind.filter(customer_id=customer.id, status__in=statuses).order_by("id")
        if numbers := [row.number for row in await rows.limit(MOST_NAMED)]:
            problems.append(_blocked(f"Something is still to be done: {', '.join(numbers)}."))
    unsettled = Order.filter(customer_id=customer.id, payment_status__in=_UNSETTLED)
    if numbers := [row.number for row in await unsettled.order_by("id").limit(MOST_NAMED)]:
        problems.append(_blocked(f"Money is disputed or on its way: {', '.join(numbers)}."))
    kept = models.StoreCredit.filter(customer_id=customer.id, balance__gt=0).order_by("id")
    if numbers := [row.number for row in await kept.limit(MOST_NAMED)]:
        problems.append(_blocked(f"They have store credit: {', '.join(numbers)}."))
    return problems


def texts_of(kind: type[Model]) -> dict[str, Any]:
    """The columns of a kind of row that are erased, and what is in them afterwards."""
    kept = KEPT | KEPT_OF.get(kind, frozenset())
    empty: dict[str, Any] = {}
    for name, field in kind._meta.fields_map.items():
        is_text = isinstance(field, CharField | TextField | JSONField)
        if is_text and not isinstance(field, CharEnumFieldInstance) and name not in kept:
            is_json = isinstance(field, JSONField)
            empty[name] = None if field.null else "[]" if is_json else ""
    return empty | dict.fromkeys(kind._meta.fields_map.keys() & {"latitude", "longitude"})


def texts_of_events() -> dict[str, set[str]]:
    """The details of events that are erased, by the kind of event."""
    found: dict[str, set[str]] = {}
    for kind, fact in every_fact().items():
        hints = get_type_hints(fact)
        texts = {
            name
            for name, hint in hints.items()
            if hint in (str, str | None, list[str], tuple[str, ...])
            and name not in (*COLUMNS, *_CODES)
        }
        if texts and hints.keys() & {"order_id", "customer_id"}:
            found[kind] = texts
    return found


async def _erase_texts(customer_id: int) -> None:
    connection = get_connection("default")
    for kind, scope in scopes.SCOPES.items():
        empty = texts_of(kind) if scope.customer is not None and kind is not Customer else {}
        if not empty or scope.customer is None:
            continue
        changes = ", ".join(
            f"{name} = NULL" if value is None else f"{name} = '{value}'"
            for name, value in empty.items()
        )
        raised = ", version = version + 1" if issubclass(kind, Row) else ""
        where = _within(kind, scope.customer.split("__"), customer_id)
        await connection.execute_query(
            f"UPDATE {kind._meta.db_table} SET {changes}{raised} WHERE {where}"
        )


def _within(kind: type[Model], path: Sequence[str], customer_id: int) -> str:
    """The condition of SQL for what a lookup says of a customer."""
    name, *rest = path
    if not rest:
        return f"{name} = {customer_id:d}"
    related: type[Model] = kind._meta.fields_map[name].related_model  # type: ignore[attr-defined]
    inner = _within(related, rest, customer_id)
    return f"{name}_id IN (SELECT id FROM {related._meta.db_table} WHERE {inner})"


async def _erase_orders(order_ids: Sequence[int]) -> None:
    for start in range(0, len(order_ids), PAGE):
        rows = await select(Order, id__in=order_ids[start : start + PAGE])
        for row in rows:
            row.ship_to, row.bill_to = _nowhere(row.ship_to), _nowhere(row.bill_to)
            row.price_steps = [_unsaid(step) for step in row.price_steps]
            row.tracking_token = new_tracking_token()
        await update(rows, ("ship_to", "bill_to", "price_steps", "tracking_token"))


def _unsaid(step: Mapping[str, Any]) -> dict[str, Any]:
    """A step of a price without why something was taken off; how much was is part of the books."""
    is_discount = "discount" in str(step.get("kind"))
    return dict(step) | ({"description": GONE} if is_discount else {})


def _nowhere(address: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """An address of which only the country is left."""
    if address is None:
        return None
    shown = {"recipient": GONE, "line1": GONE, "city": GONE}
    empty = dict.fromkeys(address, "") | {"latitude": None, "longitude": None}
    return empty | shown | {"country_code": address.get("country_code", "")}


async def _erase_events(customer_ids: Collection[int], order_ids: Sequence[int]) -> None:
    texts = texts_of_events()
    kinds = list(texts)
    await _empty(await Event.filter(customer_id__in=customer_ids, kind__in=kinds), texts)
    for start in range(0, len(order_ids), PAGE):
        some = order_ids[start : start + PAGE]
        await _empty(await Event.filter(order_id__in=some, kind__in=kinds), texts)


async def _empty(events: Sequence[Event], texts: Mapping[str, set[str]]) -> None:
    for event in events:
        told = texts[event.kind] & event.details.keys()
        event.details = event.details | {
            name: [] if isinstance(event.details[name], list) else "" for name in told
        }
    if events:
        await update(events, ("details",))


async def _erase_people(customer_id: int) -> None:
    for person in await select(Person, customer_id=customer_id):
        if person.deactivated_at is None:
            # Whoever may erase a customer need not be one who may keep people.
            await people.deactivate(SYSTEM, person.id)
        await Password.filter(person_id=person.id).delete()
        await Token.filter(person_id=person.id).update(label="")
        await Person.filter(id=person.id).update(name=GONE, username=None, subject=None)


async def _erase_record(row: Customer) -> None:
    row.name, row.email, row.phone = GONE, None, None
    row.archived_at, row.erased_at = row.archived_at or now(), now()
    await row.store()


def _blocked(message: str) -> Blocked:
    return Blocked(message=message, path=("id",))
