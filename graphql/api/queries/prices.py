"""Questions about price lists, tax rates and discounts."""

from datetime import datetime
from typing import Annotated

import strawberry

import models
from api.connections import ById, Connection, condition, listed
from api.context import Info
from api.nodes import decode
from api.permissions import Needs
from api.scalars import CurrencyCode
from api.types.enums import publish
from api.types.prices import Discount, Price, PriceList, PriceQuote, TaxRate
from models.lifecycle import Status
from services.actors import Permission
from services.prices import Quote, quote


class PriceListSort(Status):
    NEWEST = "-id", "Latest entered first."
    OLDEST = "id", "Earliest entered first."
    NAME = "name", "By name."
    PRIORITY = "priority", "In the order in which they win."


publish(PriceListSort, "How price lists are sorted.")


class TaxRateSort(Status):
    NEWEST = "-id", "Latest entered first."
    OLDEST = "id", "Earliest entered first."
    COUNTRY = "country_code", "By country."
    NAME = "name", "By name."


publish(TaxRateSort, "How tax rates are sorted.")


@strawberry.input(description="Which price lists.")
class PriceListFilter:
    archived: bool | None = condition("archived_at__not_isnull", "Put away, or not.")
    currency: CurrencyCode | None = condition("currency", "With prices in this currency.")
    channel: list[models.OrderChannel] | None = condition(
        "channel__in", "For any of these channels alone."
    )


@strawberry.input(description="Which prices.")
class PriceFilter:
    price_list_id: strawberry.ID | None = condition(
        "price_list_id", "On this list.", of=models.PriceList
    )
    variant_id: strawberry.ID | None = condition("variant_id", "Of this.", of=models.Variant)


@strawberry.input(description="Which tax rates.")
class TaxRateFilter:
    archived: bool | None = condition("archived_at__not_isnull", "Put away, or not.")
    country_code: str | None = condition("country_code__iexact", "Of this country.")
    tax_class: list[models.TaxClass] | None = condition("tax_class__in", "Of any of these.")


@strawberry.input(description="Which discounts.")
class DiscountFilter:
    order_id: strawberry.ID | None = condition("order_id", "On this order.", of=models.Order)
    actor: str | None = condition("actor", "Given by whoever has this number.")


VariantId = Annotated[strawberry.ID, strawberry.argument(description="What is to be bought.")]
Quantity = Annotated[int, strawberry.argument(description="How many units on one line.")]
Channel = Annotated[models.OrderChannel, strawberry.argument(description="How the order comes in.")]
Currency = Annotated[
    CurrencyCode | None,
    strawberry.argument(description="The order's currency; without it, the variant's."),
]
IncludesTax = Annotated[
    bool | None,
    strawberry.argument(description="Whether its prices contain tax; without it, as the shop's."),
]
At = Annotated[datetime | None, strawberry.argument(description="When; without it, now.")]


@strawberry.type
class PriceQueries:
    price_lists: Connection[PriceList] = listed(
        models.PriceList,
        "Price lists. Search looks into their names.",
        filter=PriceListFilter,
        sort=PriceListSort,
        search=["name"],
    )
    prices: Connection[Price] = listed(
        models.Price,
        "Prices on lists. Search looks into the variants' names and stock keeping units.",
        filter=PriceFilter,
        sort=ById,
        search=["variant__name", "variant__sku"],
    )
    tax_rates: Connection[TaxRate] = listed(
        models.TaxRate,
        "Tax rates. Search looks into their names and regions.",
        filter=TaxRateFilter,
        sort=TaxRateSort,
        search=["name", "region"],
    )
    discounts: Connection[Discount] = listed(
        models.Discount,
        "Discounts on orders. Search looks into the reasons.",
        filter=DiscountFilter,
        sort=ById,
        search=["reason"],
    )

    @strawberry.field(
        description="What a variant would cost in an order, and the rule that says so; null where "
        "it has no price in that currency.",
        extensions=[Needs(Permission.PRICES_READ)],
        graphql_type=PriceQuote | None,
    )
    async def price_quote(
        self,
        info: Info,
        variant_id: VariantId,
        quantity: Quantity = 1,
        channel: Channel = models.OrderChannel.ONLINE,
        currency: Currency = None,
        prices_include_tax: IncludesTax = None,
        at: At = None,
    ) -> Quote | None:
        return await quote(
            info.context.actor,
            decode(models.Variant, variant_id),
            quantity=quantity,
            channel=channel,
            currency=currency,
            prices_include_tax=prices_include_tax,
            at=at,
        )
