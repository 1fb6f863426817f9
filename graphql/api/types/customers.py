"""What clients see of customers and their addresses."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Optional

import strawberry

import models
from api.connections import After, Connection, First
from api.context import Info
from api.fields import batched, column, computed, many, one
from api.nodes import Node, node
from api.permissions import require
from api.types.customer_figures import (
    CustomerFavorite,
    CustomerFigure,
    CustomerMonth,
    CustomerStanding,
)
from api.types.events import Event
from api.types.store_credits import StoreCredit
from services import cases, customer_histories, segments, timeline
from services.actors import Permission

if TYPE_CHECKING:
    from api.types.cases import ServiceCase
    from api.types.orders import Order

ServiceCaseRef = Annotated["ServiceCase", strawberry.lazy("api.types.cases")]
OrderRef = Annotated["Order", strawberry.lazy("api.types.orders")]
_ANALYZE = Permission.CUSTOMERS_ANALYZE


@strawberry.type(description="Where goods go, as it was when the order was entered.")
class PostalAddress:
    recipient: str = column("Who receives.")
    line1: str = column("Street and house.")
    line2: str = column("Whatever else finds the door.")
    city: str = column("Town or city.")
    region: str = column("State or province, where the country has them.")
    postal_code: str = column("Postal code, where the country has them.")
    country_code: str = column("Two letters of ISO 3166-1, such as DE.")
    latitude: float | None = column("Degrees north, where they are known.")
    longitude: float | None = column("Degrees east, where they are known.")


@node(models.Address, "An entry of a customer's address book.")
class Address(Node):
    customer: "Customer" = one(models.Customer, "customer_id", "Whose book it is in.")
    recipient: str = column("Who receives.")
    line1: str = column("Street and house.")
    line2: str = column("Whatever else finds the door.")
    city: str = column("Town or city.")
    region: str = column("State or province, where the country has them.")
    postal_code: str = column("Postal code, where the country has them.")
    country_code: str = column("Two letters of ISO 3166-1, such as DE.")
    latitude: float | None = column("Degrees north, where they are known.")
    longitude: float | None = column("Degrees east, where they are known.")
    archived_at: datetime | None = column("When it was taken out of the book.")


def _trend() -> Any:
    async def resolve(
        root: models.Customer,
        info: Info,
        months: Annotated[
            int, strawberry.argument(description="How many, this one included; at most 120.")
        ] = 12,
    ) -> Any:
        require(info.context.actor, _ANALYZE)

        async def load(rows: list[models.Customer]) -> list[Any]:
            return await customer_histories.trends(info.context.actor, rows, months=months)

        return await info.context.loaders.batch(("trend", months), load).load(root)

    return strawberry.field(
        resolver=resolve,
        description="What they ordered in each of the last months of UTC, the earliest first; "
        "months without an order are left out. Needs CUSTOMERS_ANALYZE.",
    )


@strawberry.type(description="Where all that is kept about a customer can be read.")
class CustomerDownload:
    url: str = column("Where it is to be had as JSON, below the address of this API.")
    expires_at: datetime = column("How long this link is good.")


@node(models.Customer, "Somebody who buys.")
class Customer(Node):
    name: str = column("What they are called.")
    email: str | None = column("Where to write to.")
    phone: str | None = column("Where to call.")
    archived_at: datetime | None = column("When the record was put away.")
    erased_at: datetime | None = column("When their personal data was erased.")
    merged_into: Optional["Customer"] = one(
        models.Customer,
        "merged_into_id",
        "Who they turned out to be as well, and who has everything of theirs.",
    )
    addresses: list[Address] = many(
        models.Address, "customer_id", "Their address book, the archived entries too."
    )
    cases: list[ServiceCaseRef] | None = batched(
        cases.latest_of_customers,
        "What they asked the service desk, the latest 50, the latest first; needs CASES_READ.",
        needs=Permission.CASES_READ,
    )
    store_credits: list[StoreCredit] | None = many(
        models.StoreCredit,
        "customer_id",
        "What they have with the shop, by currency; needs PAYMENTS_READ.",
        needs=Permission.PAYMENTS_READ,
    )
    figures: list[CustomerFigure] | None = many(
        models.CustomerFigure,
        "customer_id",
        "What they have ordered, by currency; needs CUSTOMERS_ANALYZE.",
        needs=_ANALYZE,
    )
    segment: CustomerStanding | None = batched(
        segments.of_customers,
        "How they buy; null before it was told, and while no order stands. Needs "
        "CUSTOMERS_ANALYZE.",
        needs=_ANALYZE,
    )
    favorites: list[CustomerFavorite] | None = batched(
        customer_histories.favorites,
        "What they bought most units of, ten variants at most; needs CUSTOMERS_ANALYZE.",
        needs=_ANALYZE,
    )
    trend: list[CustomerMonth] | None = _trend()

    @strawberry.field(
        description="Their orders, the latest first; needs ORDERS_READ.",
        graphql_type=Connection[OrderRef] | None,
    )
    async def history(
        root: models.Customer, info: Info, first: First = None, after: After = None
    ) -> Any:
        require(info.context.actor, Permission.ORDERS_READ)

        async def load(rows: list[models.Customer]) -> list[Any]:
            return await customer_histories.orders_of(
                info.context.actor, rows, first=first, after=after
            )

        async def count(rows: list[models.Customer]) -> list[int]:
            return await customer_histories.lengths(info.context.actor, rows)

        loader = info.context.loaders.batch(("history", first, after), load)
        lengths = info.context.loaders.batch("history lengths", count)
        return Connection(page=await loader.load(root), count=lambda: lengths.load(root))

    @strawberry.field(
        description="Everything that happened to them, and to whoever was merged into them, the "
        "earliest first. Its cursors are those of the event log.",
        graphql_type=Connection[Event],
    )
    async def timeline(
        root: models.Customer, info: Info, first: First = None, after: After = None
    ) -> Any:
        async def load(rows: list[models.Customer]) -> list[Any]:
            return await timeline.of_customers(info.context.actor, rows, first=first, after=after)

        async def count(rows: list[models.Customer]) -> list[int]:
            return await timeline.lengths_of_customers(info.context.actor, rows)

        loader = info.context.loaders.batch(("customer timeline", first, after), load)
        lengths = info.context.loaders.batch("customer timeline lengths", count)
        return Connection(page=await loader.load(root), count=lambda: lengths.load(root))


@node(models.CustomerDuplicate, "Two customers who are likely one.")
class CustomerDuplicate(Node):
    customer: Customer = one(models.Customer, "customer_id", "The one who was entered first.")
    other: Customer = one(models.Customer, "other_id", "The one who was entered later.")
    traits: list[models.TraitKind] = computed(
        lambda row: [kind for kind in models.TraitKind if kind in row.traits],
        "What they have in common.",
        "traits",
    )
    score: int = column("How much that says, of 100.")
    dismissed_at: datetime | None = column("When somebody decided that they are two.")
    dismissed_by: str | None = column("Who did.")
