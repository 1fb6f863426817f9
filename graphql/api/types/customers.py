"""What clients see of customers and their addresses."""

from datetime import datetime

import strawberry

import models
from api.fields import column, many, one
from api.nodes import Node, node


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


@node(models.Customer, "Somebody who buys.")
class Customer(Node):
    name: str = column("What they are called.")
    email: str | None = column("Where to write to.")
    phone: str | None = column("Where to call.")
    archived_at: datetime | None = column("When the record was put away.")
    addresses: list[Address] = many(
        models.Address, "customer_id", "Their address book, the archived entries too."
    )
