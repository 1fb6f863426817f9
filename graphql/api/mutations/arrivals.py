"""Mutations of arrivals."""

from datetime import datetime

import strawberry

import models
from api.changes import Change, Payload, Step, given, mutation, optional
from api.context import Info
from api.fields import column
from api.nodes import decode
from api.types.arrivals import Arrival
from services import arrivals
from services.actors import Permission


@strawberry.type(description="What a mutation of an arrival answers.")
class ArrivalPayload(Payload):
    arrival: Arrival | None = column("The arrival as it is now; null when nothing was changed.")


@strawberry.input
class ArrivalExpectInput(Step):
    variant_id: strawberry.ID = column("What should come.")
    location_id: strawberry.ID = column("Where it should come.")
    quantity: int = column("How many units.")
    expected_at: datetime = column("When.")
    reference: str = strawberry.field(
        default="", description="What it goes by, such as a delivery note."
    )


@strawberry.input
class ArrivalUpdateInput(Change):
    quantity: int | None = optional("How many units in all, those that have come among them.")
    expected_at: datetime | None = optional("When they should come.")
    reference: str | None = optional("What it goes by.")
    reason: str = column("Why it changes.")


@strawberry.input
class ArrivalCancelInput(Change):
    reason: str = column("Why the rest will not come.")


_EXPECT = Permission.STOCK_EXPECT


@strawberry.type
class ArrivalMutations:
    @mutation(arrivals.expect, ArrivalPayload, _EXPECT)
    async def arrival_expect(self, info: Info, input: ArrivalExpectInput) -> models.Arrival:
        return await arrivals.expect(
            info.context.actor,
            variant_id=decode(models.Variant, input.variant_id),
            location_id=decode(models.Location, input.location_id),
            quantity=input.quantity,
            expected_at=input.expected_at,
            reference=input.reference,
        )

    @mutation(arrivals.update, ArrivalPayload, _EXPECT, changes=models.Arrival)
    async def arrival_update(self, info: Info, input: ArrivalUpdateInput) -> models.Arrival:
        return await arrivals.update(
            info.context.actor,
            decode(models.Arrival, input.id),
            given(input, "quantity", "expected_at", "reference"),
            reason=input.reason,
        )

    @mutation(arrivals.cancel, ArrivalPayload, _EXPECT, changes=models.Arrival)
    async def arrival_cancel(self, info: Info, input: ArrivalCancelInput) -> models.Arrival:
        return await arrivals.cancel(
            info.context.actor, decode(models.Arrival, input.id), reason=input.reason
        )
