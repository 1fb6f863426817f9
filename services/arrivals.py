"""Arrivals: say what is expected where and when, change it, receive it, call it off."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from models import Arrival, ArrivalStatus, Location, Variant
from models.errors import Blocked, Problem, Refused, invalid, refuse_any
from models.rows import store_all
from services import records, scopes
from services.actors import Actor
from services.clock import now
from services.commit import announce, operation
from services.facts.arrivals import (
    ArrivalCancelled,
    ArrivalExpected,
    ArrivalFact,
    ArrivalReceived,
    ArrivalUpdated,
)
from services.inputs import Inputs
from services.records import Changes

REFERENCE_LENGTH = 100
REASON_LENGTH = 500


@operation
async def expect(
    actor: Actor,
    *,
    variant_id: int,
    location_id: int,
    quantity: int,
    expected_at: datetime,
    reference: str = "",
) -> Arrival:
    """Say that units of a variant should come to a location. Those who wait for it are told when
    theirs should be there."""
    inputs = Inputs()
    inputs.number(quantity, "quantity")
    inputs.moment(expected_at, "expectedAt")
    reference = inputs.text(reference, "reference", least=0, most=REFERENCE_LENGTH)
    inputs.refuse()
    variant = await scopes.find(actor, Variant, variant_id, "variantId")
    records.refuse_archived(variant, "variantId")
    location = await scopes.find(actor, Location, location_id, "locationId")
    records.refuse_archived(location, "locationId")
    row = await Arrival.create(
        variant_id=variant.id,
        location_id=location.id,
        quantity=quantity,
        expected_at=expected_at,
        reference=reference,
    )

    _announce(actor, ArrivalExpected, row)
    return row


@operation
async def update(actor: Actor, arrival_id: int, changes: Changes, *, reason: str) -> Arrival:
    """Expect more or fewer units than before, or at another time, and say why.

    Refused below what has come already; call the rest off instead.
    """
    row = await scopes.take(actor, Arrival, arrival_id)
    refuse_any(reasons_not_to_update(row))
    inputs = Inputs()
    row.reason = inputs.text(reason, "reason", most=REASON_LENGTH)
    if "quantity" in changes:
        row.quantity = inputs.number(changes["quantity"], "quantity", least=row.arrived + 1)
    if "expected_at" in changes:
        if changes["expected_at"] is None:
            inputs.wrong("Give a time; this cannot be null.", "expectedAt")
        else:
            row.expected_at = inputs.moment(changes["expected_at"], "expectedAt")
    if "reference" in changes:
        row.reference = inputs.text(
            changes["reference"], "reference", least=0, most=REFERENCE_LENGTH
        )
    inputs.refuse()
    await row.store()

    _announce(actor, ArrivalUpdated, row, reason=row.reason)
    return row


@operation
async def cancel(actor: Actor, arrival_id: int, *, reason: str) -> Arrival:
    """Say that what has not come yet will not come."""
    row = await scopes.take(actor, Arrival, arrival_id)
    inputs = Inputs()
    reason = inputs.text(reason, "reason", most=REASON_LENGTH)
    refuse_any([*inputs.problems, *reasons_not_to_cancel(row)])
    row.cancel(reason=reason, at=now())
    await row.store()

    _announce(actor, ArrivalCancelled, row, reason=reason)
    return row


async def receive(
    actor: Actor, arrival_id: int, *, variant_id: int, location_id: int, units: int
) -> Arrival:
    """Count units that came in against what was expected, more than that too."""
    row = await scopes.take(actor, Arrival, arrival_id, "arrivalId")
    if (row.variant_id, row.location_id) != (variant_id, location_id):
        message = f"{row.number} is of another variant or for another location."
        raise Refused(invalid(message, "arrivalId"))
    refuse_any(_owned(row, "arrivalId"))
    if not row.may_become(ArrivalStatus.ARRIVED):
        raise Refused(row.wrong_status(ArrivalStatus.ARRIVED, "arrivalId"))
    row.arrive(units, at=now())
    await row.store()

    _announce(actor, ArrivalReceived, row, units=units, outstanding=row.outstanding)
    return row


async def keep_transfer(actor: Actor, rows: Sequence[Arrival]) -> None:
    """Expect what has left for another location; each row names its line of the transfer."""
    await Arrival.bulk_create(rows)
    for row in await of_transfer_lines([row.transfer_line_id or 0 for row in rows]):
        _announce(actor, ArrivalExpected, row)


async def of_transfer_lines(line_ids: Sequence[int]) -> list[Arrival]:
    """What is still expected of lines of a transfer, which the caller has locked."""
    return await Arrival.filter(
        transfer_line_id__in=line_ids, status=ArrivalStatus.EXPECTED
    ).order_by("id")


async def postpone(
    actor: Actor, rows: Sequence[Arrival], *, expected_at: datetime, reason: str
) -> None:
    """Expect the same units at another time."""
    for row in rows:
        row.expected_at, row.reason = expected_at, reason
    await store_all(rows, "expected_at", "reason")
    for row in rows:
        _announce(actor, ArrivalUpdated, row, reason=reason)


async def count_in(actor: Actor, came: Sequence[tuple[Arrival, int]]) -> None:
    """Count units that came of what was expected."""
    for row, units in came:
        row.arrive(units, at=now())
    await store_all([row for row, _ in came], "arrived", "status", "ended_at")
    for row, units in came:
        _announce(actor, ArrivalReceived, row, units=units, outstanding=row.outstanding)


async def give_up(actor: Actor, rows: Sequence[Arrival], *, reason: str) -> None:
    """Expect no more of them."""
    for row in rows:
        row.cancel(reason=reason, at=now())
    await store_all(rows, "status", "reason", "ended_at")
    for row in rows:
        _announce(actor, ArrivalCancelled, row, reason=reason)


def reasons_not_to_update(row: Arrival) -> list[Problem]:
    expected = ArrivalStatus.EXPECTED
    return _owned(row) if row.status is expected else [row.wrong_status(expected)]


def reasons_not_to_cancel(row: Arrival) -> list[Problem]:
    cancelled = ArrivalStatus.CANCELLED
    return _owned(row) if row.may_become(cancelled) else [row.wrong_status(cancelled)]


def _owned(row: Arrival, path: str = "id") -> list[Problem]:
    """What a purchase order or a transfer brings is changed by nothing but that."""
    if row.purchase_order_id is None and row.transfer_line_id is None:
        return []
    owner = "transfer" if row.purchase_order_id is None else "purchase order"
    message = f"{row.number} is what {row.reference} brings. Change or receive that {owner}."
    return [Blocked(message=message, path=(path,))]


def _announce(actor: Actor, fact: type[ArrivalFact], row: Arrival, **details: Any) -> None:
    announce(
        actor,
        fact(
            variant_id=row.variant_id,
            location_id=row.location_id,
            arrival_id=row.id,
            quantity=row.quantity,
            expected_at=row.expected_at,
            **details,
        ),
    )
