"""Questions about store credit."""

from datetime import datetime

import strawberry
from tortoise.expressions import Q

import models
from api.connections import ById, Connection, condition, listed
from api.types.enums import publish
from api.types.store_credits import StoreCredit, StoreCreditMovement
from models.lifecycle import Status


class StoreCreditSort(Status):
    NEWEST = "-id", "Latest opened first."
    OLDEST = "id", "Earliest opened first."
    HIGHEST_BALANCE = "-balance", "The largest balance first, whatever the currency."


publish(StoreCreditSort, "How store credits are sorted.")


def _empty(given: bool) -> Q:
    return Q(balance=0) if given else Q(balance__gt=0)


@strawberry.input(description="Which store credits.")
class StoreCreditFilter:
    customer_id: strawberry.ID | None = condition(
        "customer_id", "Of this customer.", of=models.Customer
    )
    currency: str | None = condition("currency__iexact", "In this currency.")
    empty: bool | None = condition(_empty, "With nothing left, or with something.")


@strawberry.input(description="Which movements of store credit.")
class StoreCreditMovementFilter:
    store_credit_id: strawberry.ID | None = condition(
        "store_credit_id", "Of this store credit.", of=models.StoreCredit
    )
    customer_id: strawberry.ID | None = condition(
        "store_credit__customer_id", "Of this customer.", of=models.Customer
    )
    order_id: strawberry.ID | None = condition("order_id", "About this order.", of=models.Order)
    reason: list[models.StoreCreditReason] | None = condition(
        "reason__in", "For any of these reasons."
    )
    since: datetime | None = condition("happened_at__gte", "Then or later.")
    until: datetime | None = condition("happened_at__lt", "Before then.")


@strawberry.type
class StoreCreditQueries:
    store_credits: Connection[StoreCredit] = listed(
        models.StoreCredit,
        "What customers have with the shop, each in each currency. Search looks into their "
        "currencies.",
        filter=StoreCreditFilter,
        sort=StoreCreditSort,
        search=["currency"],
    )
    store_credit_movements: Connection[StoreCreditMovement] = listed(
        models.StoreCreditMovement,
        "How store credit moved. Search looks into what was said about it.",
        filter=StoreCreditMovementFilter,
        sort=ById,
        search=["note"],
    )
