"""What clients see of suppliers, who works there, and what they sell."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import strawberry

import models
from api.context import Info
from api.fields import batched, column, many, money, one, percentage
from api.nodes import Node, node
from api.permissions import require
from api.scalars import CurrencyCode, Money
from api.types.sales import Turnover, turned_over
from api.types.scorecards import Scorecard
from services import lead_times, scorecards, turnovers
from services.actors import Permission

if TYPE_CHECKING:
    from api.types.catalog import Variant

VariantRef = Annotated["Variant", strawberry.lazy("api.types.catalog")]
Since = Annotated[datetime | None, strawberry.argument(description="Of orders sent from here on.")]
Until = Annotated[datetime | None, strawberry.argument(description="Of orders sent before this.")]
_OURS = Permission.BUYING_READ


@node(models.SupplierContact, "Somebody who works at a supplier.")
class SupplierContact(Node):
    supplier: "Supplier" = one(models.Supplier, "supplier_id", "Where they work.")
    name: str = column("What they are called.")
    duty: str = column("What they do there.")
    email: str | None = column("Where to write to.")
    phone: str = column("Where to call.")
    archived_at: datetime | None = column("When the record was put away.")


@strawberry.type(description="What a unit costs from some quantity on.")
class PriceBreak:
    quantity: int = column("The least units at once that it holds for.")
    price: Money = column("What one unit costs.")


@strawberry.type(description="Days from sending an order until its units come.")
class LeadTime:
    stated_days: int = column("What the supplier says.")
    days: float = column("What to reckon with: the median seen, blended with what was stated.")
    spread_days: float = column("How far they spread, as a standard deviation.")
    median_days: float | None = column("What was seen alone; null where nothing was.")
    p90_days: float = column("Nine in ten come within so many.")
    observations: int = column("How many deliveries that rests on, the latest 30 at most.")


@node(models.SupplierItem, "A variant as a supplier sells it.")
class SupplierItem(Node):
    supplier: "Supplier" = one(models.Supplier, "supplier_id", "Who sells it.")
    variant: VariantRef | None = one(
        models.Variant,
        "variant_id",
        "What it is; needs CATALOG_READ.",
        needs=Permission.CATALOG_READ,
    )
    sku: str = column("What the supplier calls it.")
    currency: CurrencyCode = column("What it is paid in.")
    pack_size: int = column("It is bought in multiples of so many units.")
    minimum: int = column("The least units that are bought at once.")
    lead_days: int | None = column("Days until it comes, as stated; null for the supplier's.")
    lead_time: LeadTime | None = batched(
        lead_times.shown,
        "How long it takes, from what was stated and what was seen; needs BUYING_READ.",
        needs=_OURS,
    )
    archived_at: datetime | None = column("When it was put away.")

    @strawberry.field(description="What it costs, from the smallest quantity up.")
    def price_breaks(root: models.SupplierItem) -> list[PriceBreak]:
        return [
            PriceBreak(quantity=least, price=Money.of(price, root.currency))
            for least, price in root.breaks
        ]

    @strawberry.field(
        description="Of the suppliers of a variant the lowest is asked first; needs BUYING_READ."
    )
    def rank(root: models.SupplierItem, info: Info) -> int | None:
        require(info.context.actor, _OURS)
        return root.rank


@node(models.Supplier, "Whom goods are bought from.")
class Supplier(Node):
    code: str = column("Names this supplier among all of them, such as ACME.")
    name: str = column("What they are called.")
    currency: CurrencyCode = column("What they are paid in, unless an item says otherwise.")
    email: str | None = column("Where orders are sent to.")
    line1: str = column("Street and house.")
    city: str = column("Town or city.")
    region: str = column("State or province.")
    postal_code: str = column("Postal code.")
    country_code: str = column("Two letters of ISO 3166-1, such as DE; empty where not known.")
    tax_id: str = column("What they are known by to the tax office.")
    payment_terms: str = column("When and how they are paid.")
    lead_days: int = column("Days from sending an order to its goods, as they state them.")
    minimum: Money = money("minimum", "The least an order has to be worth.")
    tolerance: Decimal = percentage("tolerance", "How many percent more than ordered are taken in.")
    inspect: bool = column("Whether what comes is inspected before it can be sold.")
    archived_at: datetime | None = column("When the record was put away.")
    contacts: list[SupplierContact] = many(
        models.SupplierContact, "supplier_id", "Who works there, the archived ones too."
    )
    turnover: Turnover | None = turned_over(
        turnovers.of_suppliers,
        "what they are asked for first of all, in the shop's own currency,",
    )

    @strawberry.field(
        description="How well they delivered what was ordered of them in a period of at most three "
        "years; without one, in the last year.",
        graphql_type=Scorecard,
    )
    async def scorecard(
        root: models.Supplier, info: Info, since: Since = None, until: Until = None
    ) -> scorecards.Scorecard:
        begin, end = scorecards.period(since, until)

        async def load(rows: list[models.Supplier]) -> list[scorecards.Scorecard]:
            return await scorecards.of_suppliers(rows, begin, end)

        # To the suppliers of a request, now is the same moment.
        batch = info.context.loaders.batch(("scorecard", since, until), load)
        found: scorecards.Scorecard = await batch.load(root)
        return found

    @strawberry.field(
        description="Where orders are posted to; empty for nowhere. Needs BUYING_READ."
    )
    def webhook_url(root: models.Supplier, info: Info) -> str | None:
        require(info.context.actor, _OURS)
        return root.webhook_url

    @strawberry.field(description="What we note of them; needs BUYING_READ.")
    def note(root: models.Supplier, info: Info) -> str | None:
        require(info.context.actor, _OURS)
        return root.note
