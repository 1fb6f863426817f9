"""Questions about stock."""

from datetime import datetime

import strawberry
from tortoise.expressions import Q

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
    bin_id: strawberry.ID | None = condition("bin_id", "Picked from this.", of=models.Bin)
    on_hand_at_most: int | None = condition("on_hand__lte", "With no more units than this.")


@strawberry.input(description="Which movements.")
class MovementFilter:
    variant_id: strawberry.ID | None = condition("variant_id", "Of this.", of=models.Variant)
    location_id: strawberry.ID | None = condition("location_id", "There.", of=models.Location)
    bin_id: strawberry.ID | None = condition("bin_id", "In this bin.", of=models.Bin)
    lot_id: strawberry.ID | None = condition("lot_id", "Of this lot.", of=models.Lot)
    order_id: strawberry.ID | None = condition("order_id", "For this order.", of=models.Order)
    actor: str | None = condition("actor", "Done by this person, by their number.")
    transfer_id: strawberry.ID | None = condition(
        "transfer_id", "Of this transfer.", of=models.Transfer
    )
    receipt_id: strawberry.ID | None = condition(
        "receipt_id", "Of this receipt.", of=models.Receipt
    )
    count_id: strawberry.ID | None = condition(
        "count_id", "Of this stock count.", of=models.StockCount
    )
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
    snoozed: bool | None = condition(
        lambda value: Q(snoozed_until__isnull=not value), "Whether somebody put it off."
    )
    since: datetime | None = condition("created_at__gte", "Opened at this moment or later.")
    until: datetime | None = condition("created_at__lt", "Opened before this moment.")


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
