"""Mutations of price lists, tax rates and discounts."""

from datetime import datetime
from decimal import Decimal

import strawberry

import models
from api.changes import Change, Payload, Step, given, mutation, optional
from api.context import Info
from api.fields import column
from api.mutations.orders import OrderPayload
from api.nodes import decode
from api.scalars import CurrencyCode, MoneyInput
from api.types.prices import Price, PriceList, TaxRate
from services import discounts, prices, taxes
from services.actors import Permission


@strawberry.type(description="What a mutation of a price list answers.")
class PriceListPayload(Payload):
    price_list: PriceList | None = column(
        "The price list as it is now; null when nothing was changed."
    )


@strawberry.type(description="What a mutation of a price answers.")
class PricePayload(Payload):
    price: Price | None = column("The price as it is now; null when nothing was changed.")


@strawberry.type(description="What a mutation of a tax rate answers.")
class TaxRatePayload(Payload):
    tax_rate: TaxRate | None = column("The tax rate as it is now; null when nothing was changed.")


@strawberry.input
class PriceListCreateInput(Step):
    name: str = column("What it is called.")
    currency: CurrencyCode = column("The currency of its prices.")
    channel: models.OrderChannel | None = strawberry.field(
        default=None, description="The channel it is for; without it, all of them."
    )
    priority: int = strawberry.field(
        default=100, description="Of several lists the lowest wins, then the newest."
    )
    prices_include_tax: bool | None = strawberry.field(
        default=None, description="Whether its prices contain tax; without it, as the shop's do."
    )
    valid_from: datetime | None = strawberry.field(
        default=None, description="When it begins to count; without it, at once."
    )
    valid_until: datetime | None = strawberry.field(
        default=None, description="When it no longer counts; without it, never."
    )


@strawberry.input
class PriceListUpdateInput(Change):
    name: str | None = optional("What it is called.")
    channel: models.OrderChannel | None = optional("The channel it is for; null for all.")
    priority: int | None = optional("Of several lists the lowest wins, then the newest.")
    valid_from: datetime | None = optional("When it begins to count.")
    valid_until: datetime | None = optional("When it no longer counts.")


@strawberry.input
class PriceListArchiveInput(Change):
    pass


@strawberry.input
class PriceSetInput(Step):
    price_list_id: strawberry.ID = column("The list it is on.")
    variant_id: strawberry.ID = column("What it is the price of.")
    price: MoneyInput = column("What one unit costs.")
    from_quantity: int = strawberry.field(
        default=1, description="How many units a line must have for it."
    )


@strawberry.input
class PriceRemoveInput(Change):
    pass


@strawberry.input
class TaxRateCreateInput(Step):
    name: str = column("What it is called on an invoice.")
    country_code: str = column("The country, by its two letters of ISO 3166-1.")
    region: str = strawberry.field(
        default="", description="The region whose rate it is; empty for the whole country."
    )
    tax_class: models.TaxClass = strawberry.field(
        default=models.TaxClass.STANDARD, description="What is taxed so."
    )
    percent: Decimal = column("How much of the price without tax, such as 19.")
    valid_from: datetime | None = strawberry.field(
        default=None, description="When it comes into force; without it, at once."
    )
    valid_until: datetime | None = strawberry.field(
        default=None, description="When it is no longer in force; without it, never."
    )


@strawberry.input
class TaxRateUpdateInput(Change):
    name: str | None = optional("What it is called on an invoice.")
    percent: Decimal | None = optional("How much of the price without tax.")
    valid_from: datetime | None = optional("When it comes into force.")
    valid_until: datetime | None = optional("When it is no longer in force.")


@strawberry.input
class TaxRateArchiveInput(Change):
    pass


@strawberry.input
class OrderDiscountAddInput(Step):
    order_id: strawberry.ID = column("The order it is on.")
    line_id: strawberry.ID | None = strawberry.field(
        default=None, description="The line it is on; without it, it is spread over all of them."
    )
    percent: Decimal | None = strawberry.field(
        default=None, description="How much of what is left, such as 10; or give an `amount`."
    )
    amount: MoneyInput | None = strawberry.field(
        default=None, description="How much; or give a `percent`."
    )
    reason: str = column("Why it is given.")


@strawberry.input
class OrderDiscountRemoveInput(Change):
    pass


_WRITE, _TAXES = Permission.PRICES_WRITE, Permission.TAXES_WRITE


@strawberry.type
class PriceMutations:
    @mutation(prices.create, PriceListPayload, _WRITE)
    async def price_list_create(self, info: Info, input: PriceListCreateInput) -> models.PriceList:
        return await prices.create(
            info.context.actor,
            name=input.name,
            currency=input.currency,
            channel=input.channel,
            priority=input.priority,
            prices_include_tax=input.prices_include_tax,
            valid_from=input.valid_from,
            valid_until=input.valid_until,
        )

    @mutation(prices.update, PriceListPayload, _WRITE, changes=models.PriceList)
    async def price_list_update(self, info: Info, input: PriceListUpdateInput) -> models.PriceList:
        return await prices.update(
            info.context.actor,
            decode(models.PriceList, input.id),
            given(input, "name", "channel", "priority", "valid_from", "valid_until"),
        )

    @mutation(prices.archive, PriceListPayload, _WRITE, changes=models.PriceList)
    async def price_list_archive(
        self, info: Info, input: PriceListArchiveInput
    ) -> models.PriceList:
        return await prices.archive(info.context.actor, decode(models.PriceList, input.id))

    @mutation(prices.set_price, PricePayload, _WRITE)
    async def price_set(self, info: Info, input: PriceSetInput) -> models.Price:
        return await prices.set_price(
            info.context.actor,
            decode(models.PriceList, input.price_list_id),
            decode(models.Variant, input.variant_id),
            price=input.price.amount,
            currency=input.price.currency,
            from_quantity=input.from_quantity,
        )

    @mutation(prices.remove_price, PriceListPayload, _WRITE, changes=models.Price)
    async def price_remove(self, info: Info, input: PriceRemoveInput) -> models.PriceList:
        return await prices.remove_price(info.context.actor, decode(models.Price, input.id))

    @mutation(taxes.create, TaxRatePayload, _TAXES)
    async def tax_rate_create(self, info: Info, input: TaxRateCreateInput) -> models.TaxRate:
        return await taxes.create(
            info.context.actor,
            name=input.name,
            country_code=input.country_code,
            region=input.region,
            tax_class=input.tax_class,
            percent=input.percent,
            valid_from=input.valid_from,
            valid_until=input.valid_until,
        )

    @mutation(taxes.update, TaxRatePayload, _TAXES, changes=models.TaxRate)
    async def tax_rate_update(self, info: Info, input: TaxRateUpdateInput) -> models.TaxRate:
        return await taxes.update(
            info.context.actor,
            decode(models.TaxRate, input.id),
            given(input, "name", "percent", "valid_from", "valid_until"),
        )

    @mutation(taxes.archive, TaxRatePayload, _TAXES, changes=models.TaxRate)
    async def tax_rate_archive(self, info: Info, input: TaxRateArchiveInput) -> models.TaxRate:
        return await taxes.archive(info.context.actor, decode(models.TaxRate, input.id))

    @mutation(discounts.give, OrderPayload, Permission.ORDERS_DISCOUNT)
    async def order_discount_add(self, info: Info, input: OrderDiscountAddInput) -> models.Order:
        amount = input.amount
        return await discounts.give(
            info.context.actor,
            decode(models.Order, input.order_id),
            line_id=decode(models.OrderLine, input.line_id) if input.line_id else None,
            rate=input.percent,
            amount=(amount.amount, amount.currency) if amount else None,
            reason=input.reason,
        )

    @mutation(
        discounts.take_back, OrderPayload, Permission.ORDERS_DISCOUNT, changes=models.Discount
    )
    async def order_discount_remove(
        self, info: Info, input: OrderDiscountRemoveInput
    ) -> models.Order:
        return await discounts.take_back(info.context.actor, decode(models.Discount, input.id))
