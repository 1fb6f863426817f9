"""Questions about customers, their addresses and what they are worth."""

from datetime import datetime
from typing import Any

import strawberry
from tortoise.expressions import Q

import models
from api.connections import ById, Connection, condition, listed
from api.context import Info
from api.nodes import decode
from api.permissions import Needs
from api.scalars import MoneyInput
from api.types.customer_figures import CustomerFigure, SegmentSum
from api.types.customers import Address, Customer, CustomerDuplicate
from api.types.enums import publish
from models.lifecycle import Status
from services import segments
from services.actors import Permission
from services.money import to_minor_units


class CustomerSort(Status):
    NEWEST = "-id", "Latest entered first."
    OLDEST = "id", "Earliest entered first."
    NAME = "name", "By name."


publish(CustomerSort, "How customers are sorted.")


@strawberry.input(description="Which customers.")
class CustomerFilter:
    archived: bool | None = condition("archived_at__not_isnull", "Put away, or not.")
    email: str | None = condition("email__iexact", "With exactly this email address.")


@strawberry.input(description="Which addresses.")
class AddressFilter:
    archived: bool | None = condition("archived_at__not_isnull", "Taken out of the book, or not.")
    customer_id: strawberry.ID | None = condition(
        "customer_id", "Of this customer.", of=models.Customer
    )
    country_code: str | None = condition("country_code__iexact", "In this country.")


class CustomerFigureSort(Status):
    SPENT = "-spent", "Those who spent most first, whatever the currency."
    LAST_ORDER = "-last_order_at", "Those who ordered last first."
    LONGEST_AGO = "last_order_at", "Those who ordered longest ago first."
    ORDERS = "-orders", "Those who ordered most often first."
    NEWEST = "-id", "Those who ordered for the first time last first."
    OLDEST = "id", "Those who ordered for the first time first."


publish(CustomerFigureSort, "How the figures of customers are sorted.")


def _spent(given: MoneyInput) -> Q:
    """Of a currency, and at least so much; an amount that is none finds nobody."""
    minor = to_minor_units(given.amount, given.currency)
    return Q(currency=given.currency, spent__gte=minor) if minor is not None else Q(id=0)


@strawberry.input(description="Which figures of customers.")
class CustomerFigureFilter:
    customer_id: strawberry.ID | None = condition(
        "customer_id", "Of this customer.", of=models.Customer
    )
    segment: models.CustomerSegment | None = condition("segment", "In this segment.")
    currency: str | None = condition("currency__iexact", "In this currency.")
    spent_at_least: MoneyInput | None = condition(_spent, "Of whoever spent so much or more.")
    last_order_after: datetime | None = condition(
        "last_order_at__gt", "Of whoever ordered last after this moment."
    )
    last_order_before: datetime | None = condition(
        "last_order_at__lt", "Of whoever ordered last before this moment."
    )


class CustomerDuplicateSort(Status):
    SCORE = "-score", "Those of whom most says that they are one first."
    NEWEST = "-id", "Latest found first."
    OLDEST = "id", "Earliest found first."


publish(CustomerDuplicateSort, "How duplicates of customers are sorted.")


def _either(given: strawberry.ID) -> Q:
    row_id = decode(models.Customer, given)
    return Q(customer_id=row_id) | Q(other_id=row_id)


@strawberry.input(description="Which duplicates of customers.")
class CustomerDuplicateFilter:
    dismissed: bool | None = condition(
        "dismissed_at__not_isnull", "Of whom somebody decided that they are two, or not."
    )
    customer_id: strawberry.ID | None = condition(_either, "With this customer as either.")


@strawberry.type
class CustomerQueries:
    customers: Connection[Customer] = listed(
        models.Customer,
        "Customers. Search looks into their names, email addresses and telephone numbers.",
        filter=CustomerFilter,
        sort=CustomerSort,
        search=["name", "email", "phone"],
    )
    addresses: Connection[Address] = listed(
        models.Address,
        "Addresses of customers. Search looks into recipients, streets and cities.",
        filter=AddressFilter,
        sort=ById,
        search=["recipient", "line1", "city", "postal_code"],
    )
    customer_figures: Connection[CustomerFigure] = listed(
        models.CustomerFigure,
        "What customers have ordered, each in each currency, and their segments. Search looks into "
        "the names and email addresses of the customers.",
        filter=CustomerFigureFilter,
        sort=CustomerFigureSort,
        search=["customer__name", "customer__email"],
    )

    @strawberry.field(
        description="How many customers are in each segment, and what they are worth, by currency.",
        extensions=[Needs(Permission.CUSTOMERS_ANALYZE)],
        graphql_type=list[SegmentSum],
    )
    async def customer_segments(self, info: Info) -> Any:
        return await segments.sums(info.context.actor)

    customer_duplicates: Connection[CustomerDuplicate] = listed(
        models.CustomerDuplicate,
        "Pairs of customers who are likely one, by the same mailbox, telephone number, or name and "
        "postal code. Search looks into their names.",
        filter=CustomerDuplicateFilter,
        sort=CustomerDuplicateSort,
        search=["customer__name", "other__name"],
    )
