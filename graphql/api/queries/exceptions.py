"""Questions about the queue of exceptions."""

from datetime import datetime

import strawberry

import models
from api.connections import Connection, condition, listed
from api.types.enums import publish
from api.types.exceptions import OrderException
from models.lifecycle import Status


class ExceptionSort(Status):
    DUE_SOONEST = "due_at", "What is due first, first."
    DUE_LATEST = "-due_at", "What is due last, first."
    NEWEST = "-id", "Latest opened first."
    OLDEST = "id", "Earliest opened first."


publish(ExceptionSort, "How exceptions are sorted.")


@strawberry.input(description="Which exceptions.")
class ExceptionFilter:
    kind: list[models.ExceptionKind] | None = condition("kind__in", "Of any of these kinds.")
    owner: str | None = condition("owner", "Of this person, by their number.")
    owned: bool | None = condition("owner__not_isnull", "Somebody's, or nobody's yet.")
    open: bool | None = condition("resolved_at__isnull", "Not resolved yet, or resolved.")
    order_id: strawberry.ID | None = condition("order_id", "Of this order.", of=models.Order)
    due_before: datetime | None = condition("due_at__lt", "Due before then.")


@strawberry.type
class ExceptionQueries:
    exceptions: Connection[OrderException] = listed(
        models.OrderException,
        "The queue of exceptions. Search looks into the reasons, the notes and the customers' "
        "names.",
        filter=ExceptionFilter,
        sort=ExceptionSort,
        search=["reason", "note", "order__customer__name"],
    )
