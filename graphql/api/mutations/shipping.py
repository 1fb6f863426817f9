"""Mutations of carriers, shipping methods, and how an order is sent."""

from datetime import datetime
from decimal import Decimal

import strawberry

import models
from api.changes import Change, Payload, Step, given, mutation, optional
from api.context import Info
from api.fields import column
from api.mutations.locations import calendar
from api.mutations.orders import OrderPayload
from api.nodes import decode
from api.scalars import MoneyInput
from api.types.shipping import Carrier, ShippingMethod
from models.shipping import Weekday
from services import promises, shipping, shipping_methods
from services.actors import Permission
from services.shipping_methods import RateDraft


@strawberry.type(description="What a mutation of a carrier answers.")
class CarrierPayload(Payload):
    carrier: Carrier | None = column("The carrier as it is now; null when nothing was changed.")


@strawberry.type(description="What a mutation of a shipping method answers.")
class ShippingMethodPayload(Payload):
    shipping_method: ShippingMethod | None = column("The method; null when nothing was changed.")


@strawberry.input
class CarrierCreateInput(Step):
    code: str = column("A short name, such as DHL, unlike any other.")
    name: str = column("What it is called.")
    working_days: list[Weekday] = column("On which days of the week it works.")
    holidays_of: str = strawberry.field(
        default="", description="Whose holidays it keeps, such as DE or DE-HH; empty for none."
    )
    silence_hours: int = strawberry.field(
        default=48, description="After how many hours without a report it should be asked."
    )


@strawberry.input
class CarrierUpdateInput(Change):
    code: str | None = optional("A short name, such as DHL, unlike any other.")
    name: str | None = optional("What it is called.")
    working_days: list[Weekday] | None = optional("On which days of the week it works.")
    holidays_of: str | None = optional("Whose holidays it keeps; empty for none.")
    silence_hours: int | None = optional("After how many silent hours it should be asked.")


@strawberry.input
class ShippingMethodCreateInput(Step):
    code: str = column("A short name, unlike any other.")
    name: str = column("What customers call it.")
    carrier_id: strawberry.ID = column("Who carries it.")
    service_level: models.ServiceLevel = column("How fast it is.")
    cut_off: str = strawberry.field(
        default="15:00", description="Until when parcels leave the same day, such as 15:00."
    )
    is_default: bool = strawberry.field(
        default=False, description="Whether orders without a choice are promised by it."
    )


@strawberry.input
class ShippingMethodUpdateInput(Change):
    code: str | None = optional("A short name, unlike any other.")
    name: str | None = optional("What customers call it.")
    service_level: models.ServiceLevel | None = optional("How fast it is.")
    cut_off: str | None = optional("Until when parcels leave the same day, such as 15:00.")
    is_default: bool | None = optional("Whether orders without a choice are promised by it.")


@strawberry.input
class ShippingMethodArchiveInput(Change):
    pass


@strawberry.input(description="What a parcel costs up to a weight, for orders from a value on.")
class ShippingRateInput:
    price: MoneyInput = column("What it costs.")
    max_weight_grams: int | None = strawberry.field(
        default=None, description="Up to which weight; left out, for any."
    )
    min_order_value: Decimal = strawberry.field(
        default=Decimal(0), description="From which value of the goods on, in the same currency."
    )

    def written(self) -> RateDraft:
        return RateDraft(
            price=self.price.amount,
            currency=self.price.currency,
            max_weight_grams=self.max_weight_grams,
            min_order_value=self.min_order_value,
        )


@strawberry.input
class ShippingZoneSetInput(Step):
    method_id: strawberry.ID = column("The method that goes there.")
    name: str = column("What it is called; a zone of this name is set anew.")
    countries: list[str] = strawberry.field(
        default_factory=list, description="To these countries; none for everywhere else."
    )
    regions: list[str] = strawberry.field(
        default_factory=list, description="Only to these states or provinces."
    )
    postal_prefixes: list[str] = strawberry.field(
        default_factory=list, description="Only to postal codes that begin so."
    )
    min_days: int = column("Working days it takes at least.")
    max_days: int = column("Working days it takes at most.")
    rates: list[ShippingRateInput] = column("Its price bands.")


@strawberry.input
class ShippingZoneRemoveInput(Change):
    pass


@strawberry.input
class OrderShippingMethodSetInput(Change):
    method_id: strawberry.ID = column("How it is to be sent.")


@strawberry.input
class OrderPromiseReviseInput(Change):
    promised_at: datetime = column("Until when the customer will have everything.")
    reason: str = column("Why another date.")


_WRITE = Permission.SHIPPING_WRITE


@strawberry.type
class ShippingMutations:
    @mutation(shipping_methods.create_carrier, CarrierPayload, _WRITE)
    async def carrier_create(self, info: Info, input: CarrierCreateInput) -> models.Carrier:
        names = ("code", "name", "working_days", "holidays_of", "silence_hours")
        return await shipping_methods.create_carrier(
            info.context.actor, calendar(given(input, *names))
        )

    @mutation(shipping_methods.update_carrier, CarrierPayload, _WRITE, changes=models.Carrier)
    async def carrier_update(self, info: Info, input: CarrierUpdateInput) -> models.Carrier:
        names = ("code", "name", "working_days", "holidays_of", "silence_hours")
        return await shipping_methods.update_carrier(
            info.context.actor, decode(models.Carrier, input.id), calendar(given(input, *names))
        )

    @mutation(shipping_methods.create, ShippingMethodPayload, _WRITE)
    async def shipping_method_create(
        self, info: Info, input: ShippingMethodCreateInput
    ) -> models.ShippingMethod:
        return await shipping_methods.create(
            info.context.actor,
            decode(models.Carrier, input.carrier_id),
            given(input, "code", "name", "service_level", "cut_off", "is_default"),
        )

    @mutation(shipping_methods.update, ShippingMethodPayload, _WRITE, changes=models.ShippingMethod)
    async def shipping_method_update(
        self, info: Info, input: ShippingMethodUpdateInput
    ) -> models.ShippingMethod:
        return await shipping_methods.update(
            info.context.actor,
            decode(models.ShippingMethod, input.id),
            given(input, "code", "name", "service_level", "cut_off", "is_default"),
        )

    @mutation(
        shipping_methods.archive, ShippingMethodPayload, _WRITE, changes=models.ShippingMethod
    )
    async def shipping_method_archive(
        self, info: Info, input: ShippingMethodArchiveInput
    ) -> models.ShippingMethod:
        return await shipping_methods.archive(
            info.context.actor, decode(models.ShippingMethod, input.id)
        )

    @mutation(shipping_methods.set_zone, ShippingMethodPayload, _WRITE)
    async def shipping_zone_set(
        self, info: Info, input: ShippingZoneSetInput
    ) -> models.ShippingMethod:
        return await shipping_methods.set_zone(
            info.context.actor,
            decode(models.ShippingMethod, input.method_id),
            input.name,
            given(input, "countries", "regions", "postal_prefixes", "min_days", "max_days"),
            [rate.written() for rate in input.rates],
        )

    @mutation(
        shipping_methods.remove_zone, ShippingMethodPayload, _WRITE, changes=models.ShippingZone
    )
    async def shipping_zone_remove(
        self, info: Info, input: ShippingZoneRemoveInput
    ) -> models.ShippingMethod:
        return await shipping_methods.remove_zone(
            info.context.actor, decode(models.ShippingZone, input.id)
        )

    @mutation(shipping.choose, OrderPayload, Permission.ORDERS_ENTER, changes=models.Order)
    async def order_shipping_method_set(
        self, info: Info, input: OrderShippingMethodSetInput
    ) -> models.Order:
        return await shipping.choose(
            info.context.actor,
            decode(models.Order, input.id),
            decode(models.ShippingMethod, input.method_id),
        )

    @mutation(promises.agree, OrderPayload, Permission.ORDERS_CONFIRM, changes=models.Order)
    async def order_promise_revise(
        self, info: Info, input: OrderPromiseReviseInput
    ) -> models.Order:
        return await promises.agree(
            info.context.actor,
            decode(models.Order, input.id),
            promised_at=input.promised_at,
            reason=input.reason,
        )
