"""What clients see of reservations, of lines that wait for stock, and of how units were found."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

import models
from api.context import Info
from api.fields import batched, column, one
from api.nodes import Node, node
from api.permissions import require
from api.types.actions import Action
from api.types.catalog import Variant
from api.types.locations import Location
from api.types.lots import Lot
from services import actions, backorders
from services.actors import Permission

if TYPE_CHECKING:
    from api.types.orders import Order, OrderLine

OrderRef = Annotated["Order", strawberry.lazy("api.types.orders")]
OrderLineRef = Annotated["OrderLine", strawberry.lazy("api.types.orders")]


@node(models.Reservation, "Units of an order line set aside at a location.")
class Reservation(Node):
    line: OrderLineRef = one(models.OrderLine, "line_id", "The line it keeps units for.")
    order: OrderRef = one(models.Order, "order_id", "The order it keeps units for.")
    location: Location | None = one(
        models.Location,
        "location_id",
        "Where they lie; needs LOCATIONS_READ.",
        needs=Permission.LOCATIONS_READ,
    )
    lot: Lot | None = one(
        models.Lot,
        "lot_id",
        "Of which lot, where it has some; needs STOCK_READ.",
        needs=Permission.STOCK_READ,
    )
    quantity: int = column("How many units.")
    status: models.ReservationStatus = column("Whether it still keeps them.")
    expires_at: datetime | None = column("Until when it keeps them; empty for as long as needed.")
    actions: list[Action] = batched(actions.of_reservations, "What you can do with it now.")


def _place(name: str, description: str) -> Any:
    """What the queue says of a line, asked once for all lines of the request."""

    async def resolve(root: Any, info: Info) -> Any:
        async def load(rows: list[models.OrderLine]) -> list[Any]:
            return await backorders.of_lines(info.context.actor, rows)

        found = await info.context.loaders.batch(backorders.of_lines, load).load(root)
        return getattr(found, name)

    return strawberry.field(resolver=resolve, description=description)


@strawberry.type(description="Units of an order line that wait for stock, and their place in line.")
class Backorder:
    line: OrderLineRef = one(models.OrderLine, "id", "The line that waits.")
    order: OrderRef = one(models.Order, "order_id", "The order it is a line of.")
    variant: Variant = one(models.Variant, "variant_id", "What it waits for.")
    backordered: int = column("Units that wait.")
    waiting_since: datetime = column("Since when.")
    expected_at: datetime | None = column("When the last of them should come, if it is known.")
    position: int | None = _place("position", "Its place in the queue for this variant, from 1 on.")
    units_before: int = _place("units_before", "Units that come first.")
    explanation: str = _place("explanation", "Why it stands there.")


POLICIES = {policy.value: policy for policy in models.AllocationPolicy}


@strawberry.type(description="A location that was asked for an order's units.")
class AllocationChoice:
    rows: strawberry.Private[dict[str, Any]]

    @strawberry.field(description="Which one; needs LOCATIONS_READ.", graphql_type=Location | None)
    async def location(self, info: Info) -> Any:
        require(info.context.actor, Permission.LOCATIONS_READ)
        return await info.context.loaders.one(models.Location).load(self.rows["location_id"])

    @strawberry.field(description="Units of what was wanted that it had.")
    def could_send(self) -> int:
        return int(self.rows["could_send"])

    @strawberry.field(description="Units that were reserved there.")
    def sends(self) -> int:
        return int(self.rows["sends"])

    @strawberry.field(description="Its turn, from 1 on; empty where nothing was missing any more.")
    def rank(self) -> int | None:
        rank: int | None = self.rows["rank"]
        return rank

    @strawberry.field(description="How far it is from where the order goes, roughly.")
    def distance_km(self) -> float | None:
        far: float | None = self.rows["distance_km"]
        return far

    @strawberry.field(description="Why it was chosen, or was not.")
    def why(self) -> str:
        return str(self.rows["why"])


@strawberry.type(description="How locations were chosen, one time that units were reserved.")
class Allocation:
    at: datetime = column("When.")
    policy: models.AllocationPolicy = column("By which policy.")
    locations: list[AllocationChoice] = column("Every location that keeps what was wanted.")

    @classmethod
    def of(cls, told: dict[str, Any]) -> "Allocation":
        return cls(
            at=datetime.fromisoformat(told["at"]),
            policy=POLICIES[told["policy"]],
            locations=[AllocationChoice(rows=each) for each in told["locations"]],
        )


async def allocations(root: Any) -> list[Allocation]:
    return [Allocation.of(each) for each in root.allocations or ()]
