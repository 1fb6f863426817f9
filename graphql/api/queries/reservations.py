"""Questions about reservations, arrivals and what can be had."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

import models
from api.connections import ById, Connection, condition, listed
from api.context import Info
from api.nodes import decode
from api.permissions import Needs
from api.types.arrivals import Arrival, Availability
from api.types.enums import publish
from api.types.reservations import Backorder, Reservation
from models.lifecycle import Status
from services import availability, scopes
from services.actors import Permission


class BackorderSort(Status):
    QUEUE = "queue_key", "In the order in which they are served."
    QUEUE_END = "-queue_key", "Those served last first."
    NEWEST = "-id", "Latest ordered first."
    OLDEST = "id", "Earliest ordered first."


class ArrivalSort(Status):
    SOONEST = "expected_at", "What is expected earliest first."
    LATEST = "-expected_at", "What is expected latest first."
    NEWEST = "-id", "Latest entered first."
    OLDEST = "id", "Earliest entered first."


publish(BackorderSort, "How waiting lines are sorted.")
publish(ArrivalSort, "How arrivals are sorted.")


@strawberry.input(description="Which reservations.")
class ReservationFilter:
    order_id: strawberry.ID | None = condition("order_id", "For this order.", of=models.Order)
    location_id: strawberry.ID | None = condition("location_id", "There.", of=models.Location)
    status: list[models.ReservationStatus] | None = condition("status__in", "In any of these.")
    expires_before: datetime | None = condition("expires_at__lt", "Running out before then.")


@strawberry.input(description="Which waiting lines.")
class BackorderFilter:
    order_id: strawberry.ID | None = condition("order_id", "Of this order.", of=models.Order)
    variant_id: strawberry.ID | None = condition("variant_id", "For this.", of=models.Variant)
    expected_before: datetime | None = condition("expected_at__lt", "Expected before then.")
    unexpected: bool | None = condition(
        "expected_at__isnull", "Whose units are not expected yet, or are."
    )


@strawberry.input(description="Which arrivals.")
class ArrivalFilter:
    variant_id: strawberry.ID | None = condition("variant_id", "Of this.", of=models.Variant)
    location_id: strawberry.ID | None = condition("location_id", "There.", of=models.Location)
    status: list[models.ArrivalStatus] | None = condition("status__in", "In any of these.")
    expected_since: datetime | None = condition("expected_at__gte", "Expected then or later.")
    expected_until: datetime | None = condition("expected_at__lt", "Expected before then.")


VariantId = Annotated[
    strawberry.ID, strawberry.argument(description="Of what: an id, or a number like VAR-1042.")
]


@strawberry.type
class ReservationQueries:
    reservations: Connection[Reservation] = listed(
        models.Reservation,
        "Reservations. Search looks for their numbers.",
        filter=ReservationFilter,
        sort=ById,
        search=[],
    )
    backorders: Connection[Backorder] = listed(
        models.OrderLine,
        "Lines that wait for stock, in the order in which they are served; those that have "
        "stepped out of the queue come last. Search looks into names and stock keeping units.",
        filter=BackorderFilter,
        sort=BackorderSort,
        search=["name", "sku"],
        only={"backordered__gt": 0},
    )
    arrivals: Connection[Arrival] = listed(
        models.Arrival,
        "Units that are or were expected. Search looks into references and stock keeping units.",
        filter=ArrivalFilter,
        sort=ArrivalSort,
        search=["reference", "variant__sku"],
    )

    @strawberry.field(
        description="What can be had of a variant, now and later; null where there is none.",
        extensions=[Needs(Permission.CATALOG_READ)],
        graphql_type=Availability | None,
    )
    async def availability(self, info: Info, variant_id: VariantId) -> Any:
        actor = info.context.actor
        found = await scopes.find_all(actor, models.Variant, [decode(models.Variant, variant_id)])
        answers = await availability.of_variants(actor, list(found.values()))
        return answers[0] if answers else None
