"""What whoever has an order's tracking token sees of it: its way, and nobody's person."""

from datetime import datetime

import strawberry

import models
from api.fields import batched, column, many, one
from api.types.actions import Action, Blocker
from api.types.papers import Paper
from services import papers, progress, promises, return_actions, return_eligibility


@strawberry.type(description="What is bought.")
class TrackedLine:
    number: str = column("The number people read aloud, such as LIN-1042.")
    name: str = column("What it is called.")
    ordered: int = column("Units asked for.")
    cancelled: int = column("Units given up.")
    shipped: int = column("Units the carrier took.")
    delivered: int = column("Units that have arrived.")


@strawberry.type(description="How many units of what was bought may still be sent back.")
class TrackedReturnable:
    line: TrackedLine = column("What was bought.")
    units: int = column("How many units of it.")
    until: datetime | None = column("Until when all of them may; null where there is no limit.")
    blocked_by: list[Blocker] = column("Why there are none.")


@strawberry.type(description="Units that are to come back, and why.")
class TrackedReturnLine:
    line: TrackedLine = one(models.OrderLine, "line_id", "What was bought.")
    quantity: int = column("Units that are to come back.")
    received: int = column("Units of those that came.")
    reason: models.ReturnReason = column("Why.")


@strawberry.type(description="Something that comes back.")
class TrackedReturn:
    number: str = column("The number people read aloud, such as RET-1042.")
    status: models.ReturnStatus = column("Where it stands.")
    resolution: models.ReturnResolution = column("What is wanted for it, or was given.")
    reason: str = column("Why it was declined or given up.")
    requested_at: datetime | None = column("When it was asked for.")
    due_at: datetime | None = column("Until when it has to be sent, once it is approved.")
    carrier: str = column("Who brings it.")
    tracking_code: str | None = column("The carrier's name for it.")
    sent_at: datetime | None = column("When it was said to be on its way.")
    received_at: datetime | None = column("When everything had come, or was known to be missing.")
    resolved_at: datetime | None = column("When it was settled.")
    lines: list[TrackedReturnLine] = many(models.ReturnLine, "returned_id", "What is to come back.")
    papers: list[Paper] = batched(
        papers.of_tracked_returns, "The label of its parcel, and what is to be put into it."
    )
    actions: list[Action] = batched(
        return_actions.of_tracked_returns, "What can be done with it now by the tracking token."
    )


@strawberry.type(description="What a carrier reported of a parcel.")
class TrackedEvent:
    status: models.ShipmentStatus | None = column("What became of it; null where that is unknown.")
    occurred_at: datetime = column("When, by the carrier's clock.")
    place: str = column("Where.")
    description: str = column("In the carrier's words.")


@strawberry.type(description="A parcel on its way.")
class TrackedShipment:
    status: models.ShipmentStatus = column("Where it stands.")
    carrier: str = column("Who carries it.")
    tracking_code: str | None = column("The carrier's name for it.")
    shipped_at: datetime | None = column("When the carrier took it.")
    delivered_at: datetime | None = column("When it arrived.")
    events: list[TrackedEvent] = many(
        models.CarrierEvent, "shipment_id", "What the carrier reported, as it came in."
    )


@strawberry.type(description="An order, for whoever has its tracking token.")
class TrackedOrder:
    number: str = column("The number people read aloud, such as ORD-1042.")
    status: models.OrderStatus = column("Where it stands.")
    stage: progress.OrderStage | None = batched(
        progress.stages, "Which part of order management it is in; none once given up."
    )
    fulfillment_status: progress.OrderFulfillmentStatus = batched(
        progress.fulfillment_statuses, "How far its units have come."
    )
    promised_at: datetime | None = column("Until when everything is to arrive.")
    is_late: bool = batched(
        promises.late, "Whether that has passed, or had before everything arrived."
    )
    placed_at: datetime | None = column("When it was placed.")
    completed_at: datetime | None = column("When everything had arrived.")
    lines: list[TrackedLine] = many(models.OrderLine, "order_id", "What is bought.")
    shipments: list[TrackedShipment] = many(models.Shipment, "order_id", "Its parcels.")
    return_status: progress.OrderReturnStatus = batched(
        progress.return_statuses, "How much of it has come back."
    )
    returnable: list[TrackedReturnable] = batched(
        return_eligibility.of_orders, "What of it may be sent back, line by line."
    )
    returns: list[TrackedReturn] = many(models.Return, "order_id", "What comes back of it.")
