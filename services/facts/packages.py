"""What is announced of packages."""

from dataclasses import dataclass

from services.facts.orders import OrderFact


@dataclass(frozen=True, kw_only=True)
class PackageFact(OrderFact):
    package_id: int


class PackageCreated(PackageFact):
    """A box was taken to be filled."""


@dataclass(frozen=True, kw_only=True)
class PackageScanned(PackageFact):
    """Units were scanned into a box."""

    sku: str
    quantity: int


class PackageClosed(PackageFact):
    """A box was closed."""


class PackageVoided(PackageFact):
    """A box was emptied."""
