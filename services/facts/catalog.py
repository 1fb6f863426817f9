"""What is announced of products and variants."""

from dataclasses import dataclass

from services.actors import Permission
from services.facts.fact import Fact


class ProductFact(Fact):
    NEEDS = Permission.CATALOG_READ


@dataclass(frozen=True, kw_only=True)
class ProductCreated(ProductFact):
    """A product was added to the catalog."""

    product_id: int


@dataclass(frozen=True, kw_only=True)
class ProductUpdated(ProductFact):
    """A product was changed."""

    product_id: int


@dataclass(frozen=True, kw_only=True)
class ProductArchived(ProductFact):
    """A product was taken out of the catalog."""

    product_id: int


@dataclass(frozen=True, kw_only=True)
class VariantCreated(ProductFact):
    """A variant was added to a product."""

    variant_id: int


@dataclass(frozen=True, kw_only=True)
class VariantUpdated(ProductFact):
    """A variant was changed."""

    variant_id: int


@dataclass(frozen=True, kw_only=True)
class VariantArchived(ProductFact):
    """A variant is no longer sold."""

    variant_id: int
