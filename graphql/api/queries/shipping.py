"""Questions about carriers, shipping methods and what these make of an order."""

from datetime import date
from typing import Annotated, Any

import strawberry

import models
from api.connections import ById, Connection, condition, listed
from api.context import Info
from api.mutations.customers import PostalAddressInput
from api.mutations.orders import OrderLineInput
from api.nodes import decode
from api.permissions import Needs
from api.types.shipping import Carrier, ShippingMethod, ShippingOption
from models.errors import Refused, invalid
from services import shipping
from services.actors import Permission


@strawberry.input(description="Which carriers.")
class CarrierFilter:
    code: str | None = condition("code__iexact", "With this code.")


@strawberry.input(description="Which shipping methods.")
class ShippingMethodFilter:
    carrier_id: strawberry.ID | None = condition("carrier_id", "Of this.", of=models.Carrier)
    service_level: list[models.ServiceLevel] | None = condition(
        "service_level__in", "Of any of these levels."
    )
    archived: bool | None = condition("archived_at__not_isnull", "No longer offered, or offered.")


@strawberry.input(description="Goods that nobody has ordered yet, and where they would go.")
class CartInput:
    lines: list[OrderLineInput] = strawberry.field(description="What would be bought.")
    shipping_address: PostalAddressInput = strawberry.field(description="Where it would go.")


@strawberry.type
class ShippingQueries:
    carriers: Connection[Carrier] = listed(
        models.Carrier,
        "Carriers. Search looks into their codes and names.",
        filter=CarrierFilter,
        sort=ById,
        search=["code", "name"],
    )
    shipping_methods: Connection[ShippingMethod] = listed(
        models.ShippingMethod,
        "Shipping methods. Search looks into their codes and names.",
        filter=ShippingMethodFilter,
        sort=ById,
        search=["code", "name"],
    )

    @strawberry.field(
        description="How an order, or a cart, could be sent: the cheapest first. One at most is "
        "the cheapest that is in time; none where nothing is.",
        extensions=[Needs(Permission.SHIPPING_READ)],
        graphql_type=list[ShippingOption],
    )
    async def shipping_options(
        self,
        info: Info,
        order_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="The order's id or number; or give a `cart`."),
        ] = None,
        cart: Annotated[
            CartInput | None, strawberry.argument(description="A cart; or give an `orderId`.")
        ] = None,
        wanted_on: Annotated[
            date | None,
            strawberry.argument(
                description="By which day everything should be there; left out, by the promise."
            ),
        ] = None,
    ) -> Any:
        if (order_id is None) is (cart is None):
            raise Refused(invalid("Give an orderId or a cart.", "orderId"))
        actor = info.context.actor
        if order_id is not None:
            found = decode(models.Order, order_id)
            return await shipping.options_of_order(actor, found, wanted_on=wanted_on)
        assert cart is not None
        lines = [line.written() for line in cart.lines]
        address = cart.shipping_address.written()
        return await shipping.options_of_cart(actor, lines, address, wanted_on=wanted_on)
