"""What clients see of people."""

import models
from api.fields import batched, column, one
from api.nodes import Node, node
from api.types.customers import Customer
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
