"""Merges: a customer turns out to be another one, who gets everything of theirs.

What refers to a customer is moved kind by kind, in one statement each, however much it is. Events
stay as they happened; who looks for those of a customer finds those of everybody they were as well.
"""

from collections.abc import Sequence
from typing import Any

from tortoise import Tortoise
from tortoise.connection import get_connection
from tortoise.expressions import F, Q
from tortoise.models import Model

import models
from models import Customer, CustomerDuplicate, CustomerTrait, Order, Person, Role, Row
from models.errors import Blocked, Problem, Refused, refuse_any
from models.statements import select
from services import customer_figures, event_log, scopes, store_credits
from services.actors import Actor
from services.clock import now
from services.commit import announce, operation
from services.facts.customers import CustomerMerged, CustomerMergedAway
from services.facts.people import PersonRoleSet

# The first keep what they say, the others are made of what is moved, and credit moves itself.
_STAY: tuple[type[Model], ...] = (
    models.Event,
    models.CustomerFigure,
    models.CustomerMonth,
    models.OrderShare,
    CustomerTrait,
    CustomerDuplicate,
    models.StoreCredit,
)


@operation
async def merge(actor: Actor, from_id: int, into_id: int) -> Customer:
    """Make one customer of two: everything that belonged to the one belongs to the other, who also
    takes over an email address and a telephone number they do not have. The one is archived, and
    says who they turned out to be.

    To do it again changes nothing. Refused where either was put away for another reason, and where
    people can sign in for both, as each would see what is the other's.
    """
    gone, kept = await _both(actor, from_id, into_id)
    if gone.merged_into_id == kept.id:
        return kept
    people = await select(Person, customer_id__in=[gone.id, kept.id])
    refuse_any(reasons_not_to_merge(gone, kept, people))
    await _move_everything(gone, kept)
    await store_credits.merge(actor, gone, kept)
    await _move_contact(gone, kept)
    await CustomerTrait.filter(customer_id=gone.id).delete()
    await CustomerDuplicate.filter(Q(customer_id=gone.id) | Q(other_id=gone.id)).delete()

    for person in people:
        if person.customer_id == gone.id:
            # Ends the streams that were opened for the other.
            role = Role.CUSTOMER
            announce(actor, PersonRoleSet(person_id=person.id, role=role, role_before=role))
    announce(actor, CustomerMerged(customer_id=kept.id, from_customer_id=gone.id))
    announce(actor, CustomerMergedAway(customer_id=gone.id, into_customer_id=kept.id))
    return kept


def reasons_not_to_merge(gone: Customer, kept: Customer, people: Sequence[Person]) -> list[Problem]:
    problems: list[Problem] = []
    for row, name in ((gone, "fromId"), (kept, "intoId")):
        if row.merged_into_id is not None:
            into = Customer.number_of(row.merged_into_id)
            message = f"{row.number} was merged into {into}. Name that one."
            problems.append(Blocked(message=message, path=(name,)))
        elif row.erased_at is not None:
            message = f"The personal data of {row.number} was erased."
            problems.append(Blocked(message=message, path=(name,)))
    if kept.archived_at is not None and not problems:
        problems.append(Blocked(message=f"{kept.number} is archived.", path=("intoId",)))
    who = {row.customer_id: row.number for row in people if row.deactivated_at is None}
    if len(who) > 1:
        numbers = " and ".join(sorted(who.values()))
        message = f"{numbers} can call for them. Deactivate one of both first."
        problems.append(Blocked(message=message, path=("fromId",)))
    return problems


async def former_ids(customer_id: int) -> frozenset[int]:
    """The customers who turned out to be this one."""
    rows = Customer.filter(merged_into_id=customer_id)
    return frozenset(await rows.values_list("id", flat=True))  # type: ignore[arg-type]


def referring() -> list[type[Model]]:
    """The kinds of rows that belong to a customer and move with them."""
    return [
        kind
        for kind in Tortoise.apps["models"].values()
        if "customer_id" in kind._meta.fields_map and kind not in _STAY
    ]


async def _both(actor: Actor, from_id: int, into_id: int) -> tuple[Customer, Customer]:
    """Both customers, locked in the order of their ids; and nothing is counted meanwhile."""
    await scopes.find(actor, Customer, from_id, "fromId")
    await scopes.find(actor, Customer, into_id, "intoId")
    if from_id == into_id:
        message = "A customer cannot be merged into themselves. Name another."
        raise Refused(Problem(message=message, path=("intoId",)))
    await event_log.hold(customer_figures.READER)
    rows = await select(Customer, locked=True, id__in=[from_id, into_id])
    by_id = {row.id: row for row in rows}
    return by_id[from_id], by_id[into_id]


async def _move_everything(gone: Customer, kept: Customer) -> None:
    await lock_orders_of(gone.id)
    for kind in referring():
        changes: dict[str, Any] = {"customer_id": kept.id}
        if issubclass(kind, Row):
            changes["version"] = F("version") + 1
        await kind.filter(customer_id=gone.id).update(**changes)
    await Customer.filter(merged_into_id=gone.id).update(merged_into_id=kept.id)
    await customer_figures.give_away(gone.id, kept.id)


async def lock_orders_of(customer_id: int) -> None:
    """Lock all orders of a customer, in the order of their ids. SQLite has a single writer."""
    connection = get_connection("default")
    if connection.capabilities.dialect == "postgres":
        table = Order._meta.db_table
        await connection.execute_query(
            f"SELECT id FROM {table} WHERE customer_id = {customer_id:d} ORDER BY id FOR UPDATE"
        )


async def _move_contact(gone: Customer, kept: Customer) -> None:
    email, phone = gone.email, gone.phone
    gone.archived_at = gone.archived_at or now()
    gone.merged_into_id = kept.id
    if kept.email is None:
        # First given up there, as no two may have the same.
        gone.email = None
    await gone.store()
    kept.email, kept.phone = kept.email or email, kept.phone or phone
    await kept.store()
