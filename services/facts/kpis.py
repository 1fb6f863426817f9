"""What is announced of key figures."""

from dataclasses import dataclass

from services.actors import Permission
from services.facts.fact import Fact


@dataclass(frozen=True, kw_only=True)
class KpisUpdated(Fact):
    """Key figures changed, by what the event log told up to a position."""

    NEEDS = Permission.KPIS_READ

    kpis: list[str]
    read_to: str
