"""What is announced of suppliers, who works there, and what they sell."""

from dataclasses import dataclass

from services.actors import Permission
from services.facts.fact import Fact


@dataclass(frozen=True, kw_only=True)
class SupplierFact(Fact):
    NEEDS = Permission.SUPPLIERS_READ

    supplier_id: int


class SupplierCreated(SupplierFact):
    """A supplier was entered."""


class SupplierUpdated(SupplierFact):
    """A supplier's record was changed."""


class SupplierArchived(SupplierFact):
    """A supplier's record was put away."""


@dataclass(frozen=True, kw_only=True)
class SupplierContactFact(SupplierFact):
    supplier_contact_id: int


class SupplierContactCreated(SupplierContactFact):
    """Somebody who works at a supplier was entered."""


class SupplierContactUpdated(SupplierContactFact):
    """The record of somebody who works at a supplier was changed."""


class SupplierContactArchived(SupplierContactFact):
    """The record of somebody who works at a supplier was put away."""


@dataclass(frozen=True, kw_only=True)
class SupplierItemFact(SupplierFact):
    supplier_item_id: int
    variant_id: int


class SupplierItemCreated(SupplierItemFact):
    """A supplier sells a variant from now on."""


class SupplierItemUpdated(SupplierItemFact):
    """What a supplier sells, or what it costs, was changed."""


class SupplierItemArchived(SupplierItemFact):
    """A supplier no longer sells a variant."""
