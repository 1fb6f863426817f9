"""What is announced of locations."""

from dataclasses import dataclass

from services.actors import Permission
from services.facts.fact import Fact


@dataclass(frozen=True, kw_only=True)
class LocationFact(Fact):
    NEEDS = Permission.LOCATIONS_READ

    location_id: int


class LocationCreated(LocationFact):
    """A location was opened."""


class LocationUpdated(LocationFact):
    """A location was changed."""


class LocationArchived(LocationFact):
    """A location was closed."""
