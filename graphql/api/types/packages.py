"""What clients see of packages."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

import models
from api.fields import batched, column, many, one
from api.nodes import Node, node
from api.types.actions import Action
from services import actions

if TYPE_CHECKING:
    from api.types.fulfillments import Fulfillment
    from api.types.orders import Order, OrderLine

OrderRef = Annotated["Order", strawberry.lazy("api.types.orders")]
OrderLineRef = Annotated["OrderLine", strawberry.lazy("api.types.orders")]
FulfillmentRef = Annotated["Fulfillment", strawberry.lazy("api.types.fulfillments")]


@node(models.PackageLine, "Units that were scanned into a package.")
class PackageLine(Node):
    line: OrderLineRef = one(models.OrderLine, "line_id", "The line of the order.")
    quantity: int = column("Units in this package.")


@node(models.Package, "A box, and what was scanned into it.")
class Package(Node):
    order: OrderRef = one(models.Order, "order_id", "The order it is for.")
    fulfillment: FulfillmentRef = one(
        models.Fulfillment, "fulfillment_id", "The work it is packed for."
    )
    status: models.PackageStatus = column("Where it stands.")
    box: str = column("The code a scanner reads on the box.")
    material: str = column("What kind of box it is.")
    weight: int | None = column("What it weighs, in grams.")
    actor: str = column("Who took the box.")
    closed_at: datetime | None = column("When it was closed.")
    lines: list[PackageLine] = many(models.PackageLine, "package_id", "What is in it.")
    actions: list[Action] = batched(actions.of_packages, "What you can do with it now.")
