"""What is announced of mispicks."""

from dataclasses import dataclass

from models import MispickKind
from services.actors import Permission
from services.facts.fact import Fact


@dataclass(frozen=True, kw_only=True)
class MispickRecorded(Fact):
    """A scanner caught something else than was asked for."""

    NEEDS = Permission.PICKING_READ

    location_id: int
    order_id: int | None
    customer_id: int | None
    fulfillment_id: int | None
    mispick_id: int
    mispick_kind: MispickKind
