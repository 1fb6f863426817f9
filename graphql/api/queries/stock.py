"""Questions about stock."""

from datetime import datetime

import strawberry

import models
from api.connections import ById, Connection, condition, listed
from api.types.enums import publish
from api.types.stock import Level, Movement, StockAlert
from models.lifecycle import Status


class LevelSort(Status):
    NEWEST = "-id", "Latest begun first."
    OLDEST = "id", "Earliest begun first."
    LEAST_ON_HAND = "on_hand", "The emptiest first."
    MOST_ON_HAND = "-on_hand", "The fullest first."


publish(LevelSort, "How stock levels are sorted.")


@strawberry.input(description="Which stock levels.")
class LevelFilter:
    variant_id: strawberry.ID | None = condition("variant_id", "Of this.", of=models.Variant)
    location_id: strawberry.ID | None = condition("location_id", "There.", of=models.Location)
    on_hand_at_most: int | None = condition("on_hand__lte", "With no more units than this.")


@strawberry.input(description="Which movements.")
class MovementFilter:
    variant_id: strawberry.ID | None = condition("variant_id", "Of this.", of=models.Variant)
    location_id: strawberry.ID | None = condition("location_id", "There.", of=models.Location)
    order_id: strawberry.ID | None = condition("order_id", "For this order.", of=models.Order)
    reason: list[models.MovementReason] | None = condition(
        "reason__in", "For any of these reasons."
    )
    since: datetime | None = condition("at__gte", "At this moment or later.")
    until: datetime | None = condition("at__lt", "Before this moment.")


@strawberry.input(description="Which stock alerts.")
class StockAlertFilter:
    variant_id: strawberry.ID | None = condition("variant_id", "Of this.", of=models.Variant)
    location_id: strawberry.ID | None = condition("location_id", "There.", of=models.Location)
    status: list[models.StockAlertStatus] | None = condition("status__in", "In any of these.")
    kind: list[models.StockAlertKind] | None = condition("kind__in", "Of any of these kinds.")


@strawberry.type
class StockQueries:
    stock_levels: Connection[Level] = listed(
        models.Level,
        "Stock levels. Search looks into the variant's name and stock keeping unit.",
        filter=LevelFilter,
        sort=LevelSort,
        search=["variant__name", "variant__sku"],
    )
    stock_movements: Connection[Movement] = listed(
        models.Movement,
        "The stock ledger. Search looks into the notes.",
        filter=MovementFilter,
        sort=ById,
        search=["note"],
    )
    stock_alerts: Connection[StockAlert] = listed(
        models.StockAlert,
        "Stock alerts. Search looks for their numbers.",
        filter=StockAlertFilter,
        sort=ById,
        search=[],
    )
