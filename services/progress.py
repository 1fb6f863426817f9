"""How far orders have come, derived from the units of their lines."""

from collections.abc import Sequence
from typing import Any

from tortoise.functions import Sum

from models import Order, OrderLine, OrderStatus, Return, ReturnStatus
from models.lifecycle import Status
from services.actors import Actor

STEPS = ("delivered", "shipped", "packed", "picked", "reserved")


class OrderFulfillmentStatus(Status):
    UNFULFILLED = "unfulfilled", "No unit is set aside."
    PARTIALLY_ALLOCATED = "partially_allocated", "Some units are set aside."
    ALLOCATED = "allocated", "Every unit is set aside."
    PARTIALLY_PICKED = "partially_picked", "Some units are picked."
    PICKED = "picked", "Every unit is picked."
    PARTIALLY_PACKED = "partially_packed", "Some units are packed."
    PACKED = "packed", "Every unit is packed."
    PARTIALLY_SHIPPED = "partially_shipped", "Some units are with the carrier."
    SHIPPED = "shipped", "Every unit is with the carrier."
    PARTIALLY_DELIVERED = "partially_delivered", "The customer has some units."
    DELIVERED = "delivered", "The customer has every unit."


class OrderStage(Status):
    ENTRY = "entry", "Being entered and checked."
    PROCESSING = "processing", "Being picked, packed and shipped."
    TRACKING = "tracking", "On its way to the customer."
    COMPLETION = "completion", "Received by the customer."


class OrderReturnStatus(Status):
    NONE = "none", "Nothing of it comes back, or has."
    REQUESTED = "requested", "Some of it is to come back."
    PARTIALLY_RETURNED = "partially_returned", "Some of what was delivered has come back."
    RETURNED = "returned", "Everything that was delivered has come back."


# Of returns in these, units are still to come back.
COMING_BACK = (
    ReturnStatus.REQUESTED,
    ReturnStatus.APPROVED,
    ReturnStatus.IN_TRANSIT,
    ReturnStatus.PARTIALLY_RECEIVED,
)

Units = dict[str, int]


async def fulfillment_statuses(
    actor: Actor, orders: Sequence[Order]
) -> list[OrderFulfillmentStatus]:
    """The furthest step that any remaining unit has taken, and whether all of them have."""
    sums = await _units(orders)
    return [_fulfillment_status(sums.get(order.id, {})) for order in orders]


async def stages(actor: Actor, orders: Sequence[Order]) -> list[OrderStage | None]:
    """Which of the four stages of order management an order is in; none where it was given up."""
    sums = await _units(orders)
    return [_stage(order, sums.get(order.id, {})) for order in orders]


async def return_statuses(actor: Actor, orders: Sequence[Order]) -> list[OrderReturnStatus]:
    """How much of what was delivered has come back and was kept, or is to come."""
    sums = await _units(orders)
    ids = [order.id for order in orders]
    coming: list[Any] = await Return.filter(order_id__in=ids, status__in=COMING_BACK).values_list(
        "order_id", flat=True
    )
    return [_return_status(sums.get(order.id, {}), order.id in coming) for order in orders]


async def _units(orders: Sequence[Order]) -> dict[int, Units]:
    columns = (*STEPS, "ordered", "cancelled", "return_received")
    rows = (
        await OrderLine.filter(order_id__in=[order.id for order in orders])
        .group_by("order_id")
        .annotate(**{f"sum_{column}": Sum(column) for column in columns})
        .values("order_id", *(f"sum_{column}" for column in columns))
    )
    return {
        row["order_id"]: {column: int(row[f"sum_{column}"]) for column in columns} for row in rows
    }


def _fulfillment_status(units: Units) -> OrderFulfillmentStatus:
    remaining = units.get("ordered", 0) - units.get("cancelled", 0)
    for step in STEPS:
        if count := units.get(step, 0):
            name = "ALLOCATED" if step == "reserved" else step.upper()
            return OrderFulfillmentStatus[name if count >= remaining else f"PARTIALLY_{name}"]
    return OrderFulfillmentStatus.UNFULFILLED


def _return_status(units: Units, is_coming: bool) -> OrderReturnStatus:
    back = units.get("return_received", 0)
    if back:
        whole = back >= units["delivered"]
        return OrderReturnStatus.RETURNED if whole else OrderReturnStatus.PARTIALLY_RETURNED
    return OrderReturnStatus.REQUESTED if is_coming else OrderReturnStatus.NONE


def _stage(order: Order, units: Units) -> OrderStage | None:
    match order.status:
        case OrderStatus.DRAFT | OrderStatus.PLACED:
            return OrderStage.ENTRY
        case OrderStatus.CONFIRMED | OrderStatus.IN_PROGRESS:
            remaining = units.get("ordered", 0) - units.get("cancelled", 0)
            on_its_way = remaining > 0 and units.get("shipped", 0) >= remaining
            return OrderStage.TRACKING if on_its_way else OrderStage.PROCESSING
        case OrderStatus.COMPLETED | OrderStatus.CLOSED:
            return OrderStage.COMPLETION
    return None
