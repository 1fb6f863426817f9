"""What carriers tell us of their parcels by callback: late, again, and in any order."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from typing import Annotated

from pydantic import AwareDatetime, Field

from models import Carrier, Shipment
from models.errors import Refused
from services import policies, shipments
from services.actors import SYSTEM, Actor
from services.carrier_codes import status_of

log = logging.getLogger(__name__)

MOST_REPORTS = 500


@dataclass(frozen=True, kw_only=True)
class CarrierReport:
    """What became of a parcel, in the carrier's own code, by its clock."""

    tracking_code: Annotated[str, Field(min_length=1, max_length=120)]
    code: Annotated[str, Field(min_length=1, max_length=60)]
    occurred_at: AwareDatetime
    place: Annotated[str, Field(max_length=200)] = ""
    description: Annotated[str, Field(max_length=500)] = ""


@dataclass(frozen=True, kw_only=True)
class CarrierReports:
    """Reports that come together are recorded one by one, each for itself."""

    events: Annotated[list[CarrierReport], Field(min_length=1, max_length=MOST_REPORTS)]


def secret_of(carrier: str) -> str:
    """The secret that a carrier signs with; empty where it tells us nothing."""
    pairs = (each.strip().partition("=") for each in policies.current().carrier_secrets.split(","))
    return next((secret for code, _, secret in pairs if code == carrier), "")


async def hear(carrier: str, reports: Sequence[CarrierReport]) -> int:
    """Record what a carrier reports; returns how many reports were about parcels it has.

    What is about no parcel of ours, or one that the carrier does not have yet, is left out.
    """
    actor = await _actor(carrier)
    codes = {report.tracking_code for report in reports}
    found = await Shipment.filter(carrier__iexact=carrier, tracking_code__in=codes)
    parcels = {parcel.tracking_code: parcel for parcel in found}
    heard = 0
    for report in reports:
        parcel = parcels.get(report.tracking_code)
        if parcel is None:
            log.info("%s reports %s of a parcel we do not know", carrier, report.code)
        else:
            heard += await _record(actor, carrier, parcel, report)
    return heard


async def _record(actor: Actor, carrier: str, parcel: Shipment, report: CarrierReport) -> bool:
    said = {
        "code": report.code,
        "occurred_at": report.occurred_at.astimezone(UTC),
        "place": report.place,
        "description": report.description,
    }
    status = status_of(carrier, report.code)
    try:
        if status is None:
            log.warning("%s reports %r of %s: unknown", carrier, report.code, parcel.number)
            await shipments.record_unknown(actor, parcel.id, **said)  # type: ignore[arg-type]
        else:
            await shipments.record_event(actor, parcel.id, status=status, **said)  # type: ignore[arg-type]
    except Refused as refusal:
        # One that cannot be taken must not keep the others from being.
        log.warning("%s reports %s of %s: %s", carrier, report.code, parcel.number, refusal)
        return False
    return True


async def _actor(carrier: str) -> Actor:
    """The carrier by its number, as whoever did it."""
    row = await Carrier.get_or_none(code=carrier.upper())
    return SYSTEM if row is None else replace(SYSTEM, label=row.number)
