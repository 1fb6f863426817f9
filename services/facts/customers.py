"""What is announced of customers and their addresses."""

from dataclasses import dataclass

from services.actors import Permission
from services.facts.fact import Fact


@dataclass(frozen=True, kw_only=True)
class CustomerFact(Fact):
    NEEDS = Permission.CUSTOMERS_READ

    customer_id: int


class CustomerCreated(CustomerFact):
    """A customer was entered."""


class CustomerUpdated(CustomerFact):
    """A customer's record was changed."""


class CustomerArchived(CustomerFact):
    """A customer's record was put away."""


class AddressCreated(CustomerFact):
    """An address was added to a customer's book."""


class AddressUpdated(CustomerFact):
    """An address in a customer's book was changed."""


class AddressArchived(CustomerFact):
    """An address was taken out of a customer's book."""
