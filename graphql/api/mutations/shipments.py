"""Mutations of shipments."""

from datetime import datetime

import strawberry

import models
from api.changes import Change, Payload, Step, mutation
from api.context import Info
from api.fields import column
from api.mutations.fulfillments import FulfillmentUnitsInput, units_by_line
from api.nodes import decode
from api.types.fulfillments import Shipment
from services import shipments
from services.actors import Permission


@strawberry.type(description="What a mutation of a shipment answers.")
class ShipmentPayload(Payload):
    shipment: Shipment | None = column("The shipment; null when nothing was changed.")


@strawberry.input
class ShipmentCreateInput(Step):
    fulfillment_id: strawberry.ID = column("The packed fulfillment it comes from.")
    carrier: str = column("Who is to carry it.")
    service: str = strawberry.field(
        default="", description="The carrier's product, such as express."
    )
    tracking_code: str | None = strawberry.field(
        default=None, description="The carrier's name for it; it is labelled at once."
    )
    lines: list[FulfillmentUnitsInput] | None = strawberry.field(
        default=None, description="What is in it; left out, every unit that is in no parcel yet."
    )
    package_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The package that is sent, where units were scanned into packages.",
    )


@strawberry.input
class ShipmentLabelInput(Change):
    tracking_code: str = column("The carrier's name for it.")


@strawberry.input
class ShipmentEventRecordInput(Change):
    status: models.ShipmentStatus = column("What became of the parcel; from IN_TRANSIT on.")
    occurred_at: datetime = column("When, by the carrier's clock.")
    place: str = strawberry.field(default="", description="Where.")
    description: str = strawberry.field(default="", description="In the carrier's words.")


_WORK = Permission.FULFILLMENTS_WORK


@strawberry.type
class ShipmentMutations:
    @mutation(shipments.create, ShipmentPayload, _WORK)
    async def shipment_create(self, info: Info, input: ShipmentCreateInput) -> models.Shipment:
        package_id = input.package_id
        return await shipments.create(
            info.context.actor,
            decode(models.Fulfillment, input.fulfillment_id),
            carrier=input.carrier,
            service=input.service,
            tracking_code=input.tracking_code,
            contents=units_by_line(input.lines),
            package_id=None if package_id is None else decode(models.Package, package_id),
        )

    @mutation(shipments.label, ShipmentPayload, _WORK, changes=models.Shipment)
    async def shipment_label(self, info: Info, input: ShipmentLabelInput) -> models.Shipment:
        return await shipments.label(
            info.context.actor,
            decode(models.Shipment, input.id),
            tracking_code=input.tracking_code,
        )

    @mutation(shipments.record_event, ShipmentPayload, _WORK, changes=models.Shipment)
    async def shipment_event_record(
        self, info: Info, input: ShipmentEventRecordInput
    ) -> models.Shipment:
        return await shipments.record_event(
            info.context.actor,
            decode(models.Shipment, input.id),
            status=input.status,
            occurred_at=input.occurred_at,
            place=input.place,
            description=input.description,
        )
