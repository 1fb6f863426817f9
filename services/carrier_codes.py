"""What carriers call what becomes of a parcel, and what we call it: one status for all."""

from collections.abc import Mapping

from models import ShipmentStatus
from models.shipments import CARRIER_STATUSES

_S = ShipmentStatus


def _codes(**words: str) -> Mapping[str, ShipmentStatus]:
    """Each of our statuses by its name, with the carrier's codes for it."""
    return {code: ShipmentStatus[name] for name, codes in words.items() for code in codes.split()}


# A carrier without a table of its own speaks in our words.
OURS = {status.name: status for status in CARRIER_STATUSES}
CODES: Mapping[str, Mapping[str, ShipmentStatus]] = {
    "DHL": _codes(
        IN_TRANSIT="AA AE EE ES",
        OUT_FOR_DELIVERY="PO",
        DELIVERED="ZU",
        DELIVERY_FAILED="ZN AN",
        RETURNING="RT",
        RETURNED_TO_SENDER="RZ",
        LOST="VL",
        DAMAGED="BV",
    ),
    "DPD": _codes(
        IN_TRANSIT="pickup hub depot",
        OUT_FOR_DELIVERY="courier",
        DELIVERED="delivered",
        DELIVERY_FAILED="absence refused",
        RETURNING="return",
        RETURNED_TO_SENDER="returned",
        LOST="lost",
        DAMAGED="damaged",
    ),
    "GLS": _codes(
        IN_TRANSIT="0.0 1.0 2.0",
        OUT_FOR_DELIVERY="11.0",
        DELIVERED="3.0 3.121",
        DELIVERY_FAILED="4.0 4.16",
        RETURNING="23.0",
        RETURNED_TO_SENDER="24.0",
        LOST="6.20",
        DAMAGED="6.8",
    ),
    "UPS": _codes(
        IN_TRANSIT="I P OR DP AR",
        OUT_FOR_DELIVERY="O OF",
        DELIVERED="D FS",
        DELIVERY_FAILED="X NA",
        RETURNING="RS",
        RETURNED_TO_SENDER="RD",
        LOST="LX",
        DAMAGED="DM",
    ),
}


def status_of(carrier: str, code: str) -> ShipmentStatus | None:
    """What a carrier means by a code; None where nobody here knows."""
    return CODES.get(carrier.upper(), OURS).get(code)
