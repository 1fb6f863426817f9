"""What clients see of how long stages take, and of how much comes back."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

import models
from api.context import Info
from api.fields import column, one
from api.types.enums import publish
from api.types.locations import Location
from services import return_rates
from services.actors import Permission
from services.dwells import DwellBy
from services.queues import Stage
from services.return_rates import ReturnRateBy

if TYPE_CHECKING:
    from api.types.catalog import Variant
    from api.types.orders import Order
    from api.types.suppliers import Supplier

VariantRef = Annotated["Variant", strawberry.lazy("api.types.catalog")]
OrderRef = Annotated["Order", strawberry.lazy("api.types.orders")]
SupplierRef = Annotated["Supplier", strawberry.lazy("api.types.suppliers")]
publish(DwellBy, "By what dwell times are told apart.")
publish(ReturnRateBy, "By what return rates are told apart.")


@strawberry.type(
    description="How long stays in a stage took that ended in a period. Times are in seconds."
)
class DwellTime:
    stage: Stage = column("The stage.")
    location: Location | None = one(
        models.Location,
        "location_id",
        "Where, if they are those of one location; needs LOCATIONS_READ.",
        needs=Permission.LOCATIONS_READ,
    )
    channel: models.OrderChannel | None = column("How the order came in, if it is about one way.")
    stays: int = column("How many there were.")
    mean: float = column("How long they took on average.")
    p50: float = column("Half took no longer; right to 2%.")
    p90: float = column("Nine of ten took no longer; right to 2%.")


@strawberry.type(description="An order of which units came back.")
class ReturnedOrder:
    order: OrderRef | None = one(
        models.Order, "order_id", "The order; needs ORDERS_READ.", needs=Permission.ORDERS_READ
    )
    day: date = column("When it was delivered.")
    returned: int = column("Units of it that came back.")
    delivered: int = column("Units that were delivered; 0 where they are told apart by reason.")


@strawberry.type(description="How much of what was delivered came back.")
class ReturnRate:
    by: ReturnRateBy = column("By what it is told apart.")
    key: str = column("What it is of: the id, the person's number or the reason.")
    returned: int = column("Units that came back.")
    delivered: int = column("Units that were delivered; of a reason, all that were.")
    rate: float | None = column("The one divided by the other.")

    @strawberry.field(
        description="The item, where they are told apart by that.", graphql_type=VariantRef | None
    )
    async def variant(root: Any, info: Info) -> Any:
        return await _row(root, info, ReturnRateBy.VARIANT, models.Variant)

    @strawberry.field(
        description="The supplier, where they are told apart by that.",
        graphql_type=SupplierRef | None,
    )
    async def supplier(root: Any, info: Info) -> Any:
        return await _row(root, info, ReturnRateBy.SUPPLIER, models.Supplier)

    @strawberry.field(
        description="The location, where they are told apart by that.",
        graphql_type=Location | None,
    )
    async def location(root: Any, info: Info) -> Any:
        return await _row(root, info, ReturnRateBy.LOCATION, models.Location)

    @strawberry.field(
        description="The very orders of which units came back, those of most units first.",
        graphql_type=list[ReturnedOrder],
    )
    async def orders(
        root: Any,
        info: Info,
        most: Annotated[int, strawberry.argument(description="So many of them, at most 100.")] = 20,
    ) -> Any:
        return await return_rates.orders(info.context.actor, root, most=most)


async def _row(root: Any, info: Info, by: ReturnRateBy, kind: type[models.Row]) -> Any:
    if root.by is not by:
        return None
    return await info.context.loaders.seen(info.context.actor, kind).load(int(root.key))
