"""Questions about purchase orders."""

from datetime import datetime

import strawberry
from tortoise.expressions import Q

import models
from api.connections import Connection, condition, listed
from api.types.enums import publish
from api.types.purchase_orders import PurchaseOrder
from models.lifecycle import Status


class PurchaseOrderSort(Status):
    NEWEST = "-id", "Latest entered first."
    OLDEST = "id", "Earliest entered first."
    DEAREST = "-total", "The dearest first."


publish(PurchaseOrderSort, "How purchase orders are sorted.")


def _untold(wanted: bool) -> Q:
    return ~Q(problem="") if wanted else Q(problem="")


@strawberry.input(description="Which purchase orders.")
class PurchaseOrderFilter:
    status: list[models.PurchaseOrderStatus] | None = condition("status__in", "In any of these.")
    supplier_id: strawberry.ID | None = condition("supplier_id", "Of this.", of=models.Supplier)
    location_id: strawberry.ID | None = condition("location_id", "For this.", of=models.Location)
    late: bool | None = condition("late_since__not_isnull", "Late, or not.")
    due_before: datetime | None = condition("due_at__lt", "Due before then.")
    untold: bool | None = condition(_untold, "Whose supplier could not be told, or could.")


@strawberry.type
class PurchaseOrderQueries:
    purchase_orders: Connection[PurchaseOrder] = listed(
        models.PurchaseOrder,
        "Purchase orders. Search looks into both sides' references and the suppliers' names.",
        filter=PurchaseOrderFilter,
        sort=PurchaseOrderSort,
        search=["reference", "supplier_reference", "supplier__name"],
    )
