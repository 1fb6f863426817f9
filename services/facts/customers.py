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


@dataclass(frozen=True, kw_only=True)
class CustomerMerged(CustomerFact):
    """Another customer turned out to be this one, who has everything of theirs now."""

    from_customer_id: int


@dataclass(frozen=True, kw_only=True)
class CustomerMergedAway(CustomerFact):
    """A customer turned out to be another one, who has everything of theirs now."""

    into_customer_id: int


@dataclass(frozen=True, kw_only=True)
class CustomerDuplicateDismissed(CustomerFact):
    """Somebody decided that a customer who looks like another one is not."""

    NEEDS = Permission.CUSTOMERS_MERGE

    other_customer_id: int


@dataclass(frozen=True, kw_only=True)
class CustomerDataFact(CustomerFact):
    NEEDS = Permission.CUSTOMERS_ERASE


class CustomerExported(CustomerDataFact):
    """Somebody asked for all that is kept about a customer."""


@dataclass(frozen=True, kw_only=True)
class CustomerErased(CustomerDataFact):
    """The personal data of a customer was erased; what the books need is left."""

    erase_reason: str


@dataclass(frozen=True, kw_only=True)
class CustomersSegmented(Fact):
    """All customers were told apart by how lately, how often and for how much they buy."""

    NEEDS = Permission.CUSTOMERS_ANALYZE

    customers: int
