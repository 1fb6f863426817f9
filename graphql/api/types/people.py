"""What clients see of people, and of the tokens they call with."""

from datetime import datetime

import strawberry

import models
from api.fields import batched, column, one
from api.nodes import Node, node
from api.types.customers import Customer
from api.types.suppliers import Supplier
from services import people
from services.actors import Permission


@node(models.Person, "Somebody or something that calls.")
class Person(Node):
    name: str = column("What they are called.")
    role: models.Role = column("What they are here for.")
    permissions: list[Permission] = batched(people.permissions, "What they may do.")
    customer: Customer | None = one(
        models.Customer, "customer_id", "The customer they act for, if they are one."
    )
    supplier: Supplier | None = one(
        models.Supplier, "supplier_id", "The supplier they act for, if they are one."
    )
    username: str | None = column("The name they sign in by, with a password.")
    signed_in_at: datetime | None = column("When they last signed in.")
    deactivated_at: datetime | None = column("Since when they may not call any more.")


@node(models.Token, "A credential that somebody calls with.")
class Token(Node):
    person: Person | None = one(models.Person, "person_id", "Who calls with it.")
    label: str = column("What it is for.")
    by_password: bool = column("Whether it was given for signing in.")
    expires_at: datetime | None = column("When it ends; null for never.")
    revoked_at: datetime | None = column("Since when it opens nothing.")

    @strawberry.field(
        description="What to send as `Authorization: Bearer …`. Known only in the answer that "
        "gives it; null from then on."
    )
    def secret(root: models.Token) -> str | None:
        return root.secret or None
