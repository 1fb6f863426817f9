"""Policies of replenishment: by which rule a level is filled up again, and from where."""

from decimal import Decimal
from typing import Any

from models import (
    Location,
    Proposal,
    ReplenishmentMethod,
    ReplenishmentPolicy,
    Supplier,
)
from models.errors import Problem, Refused
from models.statements import select_one
from services import records, replenishment, scopes, stock
from services.actors import Actor
from services.clock import now
from services.commit import announce, operation
from services.facts.replenishment import (
    ReplenishmentPolicyRemoved,
    ReplenishmentPolicySet,
)
from services.inputs import MOST_UNITS, Inputs
from services.records import Changes

MILLION = 1_000_000
MOST_DAYS = 365

_M = ReplenishmentMethod
# What a method cannot do without.
_NEEDS = {
    _M.REORDER_POINT_QUANTITY: ("reorder_point", "quantity"),
    _M.MIN_MAX: ("reorder_point", "order_up_to"),
    _M.DAYS_OF_COVER: ("cover_days",),
    _M.FORECAST: ("cover_days",),
}
_LIMITS = {
    "reorder_point": (0, MOST_UNITS),
    "quantity": (1, MOST_UNITS),
    "order_up_to": (1, MOST_UNITS),
    "cover_days": (1, MOST_DAYS),
}


@operation
async def set_policy(
    actor: Actor,
    variant_id: int,
    location_id: int,
    *,
    method: ReplenishmentMethod,
    numbers: Changes,
    review_days: int = 1,
    service_level: Decimal = Decimal(95),
    auto_accept: tuple[Decimal, str] | None = None,
    supplier_id: int | None = None,
    source_id: int | None = None,
) -> ReplenishmentPolicy:
    """Say how a variant is to be replenished at a location; what was said before is replaced.

    Refused without the numbers that the method needs, and with both a supplier and a location to
    come from.
    """
    inputs = Inputs()
    values = _numbers(inputs, method, numbers)
    values["review_days"] = inputs.number(review_days, "reviewDays", most=MOST_DAYS)
    values["service_level"] = inputs.percent(service_level, "serviceLevel")
    if values["service_level"] == MILLION:
        inputs.wrong("No stock is enough for all cases. Give less than 100.", "serviceLevel")
    values["auto_accept"], values["currency"] = (
        (None, "") if auto_accept is None else inputs.money(*auto_accept, "autoAccept")
    )
    inputs.refuse()
    await _check_source(actor, location_id, supplier_id, source_id)
    level = await stock.level_of(actor, variant_id, location_id)
    row = await select_one(ReplenishmentPolicy, locked=True, level_id=level.id)
    row = row or ReplenishmentPolicy(level_id=level.id)
    row.update_from_dict(
        {
            **values,
            "variant_id": level.variant_id,
            "location_id": level.location_id,
            "method": method,
            "supplier_id": supplier_id,
            "source_id": source_id,
            "due_at": now(),
            "dismissed": None,
            "archived_at": None,
        }
    )
    await (row.store() if row.pk else row.save())

    announce(
        actor,
        ReplenishmentPolicySet(
            variant_id=row.variant_id,
            location_id=row.location_id,
            replenishment_policy_id=row.id,
            replenishment_method=row.method,
        ),
    )
    return row


@operation
async def remove_policy(actor: Actor, policy_id: int) -> ReplenishmentPolicy:
    """Replenish a level no longer; what is proposed for it is superseded."""
    row = await scopes.take(actor, ReplenishmentPolicy, policy_id)
    records.refuse_archived(row)
    row.update_from_dict({"archived_at": now(), "due_at": None})
    await row.store()
    proposal = await select_one(Proposal, locked=True, level_id=row.level_id, is_open=True)
    if proposal is not None:
        await replenishment.supersede(actor, proposal, "The level is no longer replenished.")

    announce(
        actor,
        ReplenishmentPolicyRemoved(
            variant_id=row.variant_id,
            location_id=row.location_id,
            replenishment_policy_id=row.id,
        ),
    )
    return row


def _numbers(inputs: Inputs, method: ReplenishmentMethod, given: Changes) -> dict[str, Any]:
    """Those numbers that the method needs, and none of the others."""
    values: dict[str, Any] = dict.fromkeys(_LIMITS)
    paths = {name: _camel(name) for name in _LIMITS}
    for name in _LIMITS:
        if name in _NEEDS[method]:
            least, most = _LIMITS[name]
            values[name] = inputs.number(given.get(name), paths[name], least=least, most=most)
        elif given.get(name) is not None:
            inputs.wrong(f"The method {method.name} has no use for this.", paths[name])
    if (values["order_up_to"] or MOST_UNITS) <= (values["reorder_point"] or 0):
        inputs.wrong("Fill it up to more than the reorder point.", "orderUpTo")
    return values


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


async def _check_source(
    actor: Actor, location_id: int, supplier_id: int | None, source_id: int | None
) -> None:
    if supplier_id is not None and source_id is not None:
        message = "Give a supplier, or a location to come from, not both."
        raise Refused(Problem(message=message, path=("sourceId",)))
    if supplier_id is not None:
        supplier = await scopes.find(actor, Supplier, supplier_id, "supplierId")
        records.refuse_archived(supplier, "supplierId")
    if source_id is not None:
        source = await scopes.find(actor, Location, source_id, "sourceId")
        records.refuse_archived(source, "sourceId")
        if source.id == location_id:
            message = "Units cannot come from where they are to go."
            raise Refused(Problem(message=message, path=("sourceId",)))
