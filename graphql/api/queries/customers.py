"""Questions about customers and their addresses."""

import strawberry

import models
from api.connections import ById, Connection, condition, listed
from api.types.customers import Address, Customer
from api.types.enums import publish
from models.lifecycle import Status


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
