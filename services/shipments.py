"""Shipments: plan a parcel, label it, and follow it to the customer's door."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from tortoise.exceptions import IntegrityError

from models import (
    CarrierEvent,
    Fulfillment,
    FulfillmentLine,
    FulfillmentStatus,
    Order,
    OrderLine,
    Package,
    PackageLine,
    Shipment,
    ShipmentLine,
    ShipmentStatus,
)
from models.errors import Blocked, NotFound, Problem, Refused, refuse_any
from models.rows import store_all
from models.shipments import CARRIER_STATUSES
from models.statements import select
from services import claims, completion, exceptions, packages, scopes
from services.actors import Actor
from services.commit import announce, operation
from services.facts.shipments import (
    CarrierEventRecorded,
    CarrierEventUnknown,
    ShipmentCreated,
    ShipmentDelivered,
    ShipmentLabelled,
    ShipmentProgressed,
)
from services.inputs import Inputs


@operation
async def create(
    actor: Actor,
    fulfillment_id: int,
    *,
    carrier: str,
    service: str = "",
    tracking_code: str | None = None,
    contents: Mapping[int, int] | None = None,
    package_id: int | None = None,
) -> Shipment:
    """Plan a parcel of packed units: units by fulfillment line, or None for all that are in no
    parcel yet. With a tracking code it is labelled at once.

    Where units were scanned into packages each package is a parcel; the last one need not be
    named.
    """
    order, fulfillment = await scopes.take_part(actor, Fulfillment, fulfillment_id, "fulfillmentId")
    free = await _free_units(fulfillment)
    refuse_any(reasons_not_to_create(fulfillment, sum(units for _, units in free)))
    inputs = Inputs()
    carrier = inputs.text(carrier, "carrier", most=60)
    service = inputs.text(service, "service", least=0, most=60)
    package = await _package(inputs, fulfillment, contents, package_id)
    if package is not None:
        contents = await _units_in(package)
    wanted = _contents(inputs, free, contents)
    inputs.refuse()
    shipment = await Shipment.create(
        order_id=order.id,
        fulfillment_id=fulfillment.id,
        carrier=carrier,
        service=service,
        package_id=package.id if package else None,
        weight=package.weight if package else None,
    )
    await ShipmentLine.bulk_create(
        ShipmentLine(
            shipment_id=shipment.id,
            fulfillment_line_id=row.id,
            line_id=row.line_id,
            quantity=wanted[row.id],
        )
        for row, _ in free
        if wanted.get(row.id)
    )
    announce(
        actor,
        ShipmentCreated(order_id=order.id, customer_id=order.customer_id, shipment_id=shipment.id),
    )
    if tracking_code is not None:
        await _label(actor, order, shipment, tracking_code)
    return shipment


@operation
async def label(actor: Actor, shipment_id: int, *, tracking_code: str) -> Shipment:
    """Give a parcel the carrier's tracking code."""
    order, shipment = await scopes.take_part(actor, Shipment, shipment_id)
    await _label(actor, order, shipment, tracking_code)
    return shipment


@operation
async def record_event(
    actor: Actor,
    shipment_id: int,
    *,
    status: ShipmentStatus,
    occurred_at: datetime,
    place: str = "",
    description: str = "",
    code: str = "",
) -> Shipment:
    """Record what a carrier reports of a parcel, in any order, late or more than once.

    The parcel's status is what all its reports together say; a report that was recorded before
    changes nothing. An order whose every unit has arrived is completed.
    """
    order, shipment = await scopes.take_part(actor, Shipment, shipment_id)
    inputs = Inputs()
    place = inputs.text(place, "place", least=0, most=200)
    description = inputs.text(description, "description", least=0, most=500)
    inputs.moment(occurred_at, "occurredAt")
    for problem in reasons_not_to_record(shipment, status):
        inputs.add(problem)
    inputs.refuse()
    events = await select(CarrierEvent, shipment_id=shipment.id)
    if any((each.status, each.occurred_at) == (status, occurred_at) for each in events):
        return shipment
    event = await CarrierEvent.create(
        shipment_id=shipment.id,
        status=status,
        occurred_at=occurred_at,
        place=place,
        description=description,
        code=code,
    )
    announce(
        actor,
        CarrierEventRecorded(
            order_id=order.id,
            customer_id=order.customer_id,
            shipment_id=shipment.id,
            shipment_status=status,
            occurred_at=occurred_at,
            place=place,
        ),
    )
    before = shipment.status
    if shipment.follow([*events, event]):
        await shipment.store()
        await exceptions.follow_parcel(actor, order, shipment, before, description or place)
        await claims.follow_parcel(actor, order, shipment)
        await _announce_progress(actor, order, shipment)
    return shipment


@operation
async def record_unknown(
    actor: Actor,
    shipment_id: int,
    *,
    code: str,
    occurred_at: datetime,
    place: str = "",
    description: str = "",
) -> Shipment:
    """Keep what a carrier reports in a word of its own; it says nothing about the status."""
    order, shipment = await scopes.take_part(actor, Shipment, shipment_id)
    refuse_any(reasons_not_to_record(shipment, ShipmentStatus.IN_TRANSIT))
    same = {"shipment_id": shipment.id, "code": code, "occurred_at": occurred_at}
    if not await CarrierEvent.exists(**same):
        await CarrierEvent.create(**same, place=place, description=description)
        about = {"order_id": order.id, "customer_id": order.customer_id}
        announce(
            actor,
            CarrierEventUnknown(
                **about, shipment_id=shipment.id, carrier_code=code, occurred_at=occurred_at
            ),
        )
    return shipment


def reasons_not_to_create(fulfillment: Fulfillment, loose: int) -> list[Problem]:
    """`loose` are the packed units that are in no parcel yet."""
    if fulfillment.status is not FulfillmentStatus.PACKED:
        status = fulfillment.status.spoken
        message = f"{fulfillment.number} is {status}; parcels are made of packed units."
    elif not loose:
        message = "Every packed unit is in a parcel already."
    else:
        return []
    return [Blocked(message=message, path=("fulfillmentId",))]


def reasons_not_to_record(shipment: Shipment, status: ShipmentStatus) -> list[Problem]:
    if status not in CARRIER_STATUSES:
        message = f"A carrier does not report {status.name}; our own steps have mutations."
        return [Problem(message=message, path=("status",))]
    if shipment.shipped_at is None:
        message = f"{shipment.number} is {shipment.status.spoken}; the carrier does not have it."
        return [Blocked(message=message, path=("id",))]
    return []


async def _free_units(fulfillment: Fulfillment) -> list[tuple[FulfillmentLine, int]]:
    """The packed units of each line that are in no parcel yet."""
    work = await select(FulfillmentLine, fulfillment_id=fulfillment.id)
    boxed: Counter[int] = Counter()
    for row in await ShipmentLine.filter(
        fulfillment_line_id__in=[row.id for row in work],
        shipment__status__not=ShipmentStatus.VOIDED,
    ):
        boxed[row.fulfillment_line_id] += row.quantity
    return [(row, row.packed - boxed[row.id]) for row in work]


async def _package(
    inputs: Inputs,
    fulfillment: Fulfillment,
    contents: Mapping[int, int] | None,
    package_id: int | None,
) -> Package | None:
    """The package that becomes the parcel, or None where there are no packages."""
    boxes = {package.id: package for package in await packages.of(fulfillment)}
    parcels = await select(Shipment, package_id__in=list(boxes)) if boxes else []
    sent = {parcel.package_id for parcel in parcels}
    waiting = [package for package in boxes.values() if package.id not in sent]
    if package_id is not None and package_id not in boxes:
        inputs.add(scopes.not_found(Package, ("packageId",)))
    elif package_id in sent:
        message = "This package is a parcel already."
        inputs.add(Blocked(message=message, path=("packageId",)))
    elif boxes and contents is not None:
        message = "Units were scanned into packages. Name the package, and no lines."
        inputs.wrong(message, "lines")
    elif package_id is not None:
        return boxes[package_id]
    elif len(waiting) == 1:
        return waiting[0]
    elif waiting:
        message = f"{len(waiting)} packages wait. Name the one that this parcel is."
        inputs.wrong(message, "packageId")
    return None


async def _units_in(package: Package) -> dict[int, int]:
    lines = await select(PackageLine, package_id=package.id)
    return {line.fulfillment_line_id: line.quantity for line in lines}


def _contents(
    inputs: Inputs,
    free: list[tuple[FulfillmentLine, int]],
    contents: Mapping[int, int] | None,
) -> dict[int, int]:
    left = {row.id: units for row, units in free}
    wanted = dict(left if contents is None else contents)
    for n, (line_id, units) in enumerate(wanted.items()):
        if line_id not in left:
            message = "This fulfillment has no such line."
            inputs.add(NotFound(message=message, path=("lines", n, "lineId")))
        elif contents is not None and not 1 <= units <= left[line_id]:
            message = f"{left[line_id]} packed units are in no parcel yet; this asks for {units}."
            inputs.wrong(message, "lines", n, "quantity")
    if not wanted:
        inputs.wrong("Name a line, or leave the lines out to pack all that is left.", "lines")
    return wanted


async def _label(actor: Actor, order: Order, shipment: Shipment, tracking_code: str) -> None:
    inputs = Inputs()
    tracking_code = inputs.text(tracking_code, "trackingCode", most=120)
    inputs.refuse()
    shipment.label(tracking_code=tracking_code)
    try:
        await shipment.store()
    except IntegrityError as error:
        message = f"{shipment.carrier} has another parcel with this tracking code."
        raise Refused(Problem(code="TAKEN", message=message, path=("trackingCode",))) from error
    announce(
        actor,
        ShipmentLabelled(
            order_id=order.id,
            customer_id=order.customer_id,
            shipment_id=shipment.id,
            tracking_code=tracking_code,
        ),
    )


async def _announce_progress(actor: Actor, order: Order, shipment: Shipment) -> None:
    about = {
        "order_id": order.id,
        "customer_id": order.customer_id,
        "shipment_id": shipment.id,
    }
    if shipment.status is not ShipmentStatus.DELIVERED:
        announce(actor, ShipmentProgressed(shipment_status=shipment.status, **about))
        return
    announce(actor, ShipmentDelivered(**about))
    await _receive(actor, order, shipment)


async def _receive(actor: Actor, order: Order, shipment: Shipment) -> None:
    """Note the units the customer now has, and complete the order with the last of them."""
    lines = {line.id: line for line in await select(OrderLine, order_id=order.id)}
    arrived = await select(ShipmentLine, shipment_id=shipment.id)
    for row in arrived:
        lines[row.line_id].deliver(row.quantity)
    await store_all([lines[line_id] for line_id in {row.line_id for row in arrived}], "delivered")
    await completion.complete_if_received(actor, order, lines.values())
