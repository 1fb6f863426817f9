"""Mispicks: refuse a wrong scan and record it all the same; count what was recorded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from tortoise.functions import Count

from models import Fulfillment, FulfillmentLine, Mispick, MispickKind, MispickStep, Order, Wave
from models.errors import Mispick as Caught
from models.errors import Refused
from services import requests, scopes
from services.actors import Actor
from services.commit import announce, even_if_refused, operation
from services.facts.mispicks import MispickRecorded

MOST_SHOWN = 300


@dataclass(frozen=True, kw_only=True)
class Scan:
    """What a scanner read: an item's barcode, stock keeping unit, lot code or serial number, so
    many units of it, and the bin it was taken from or the box it is put into; or the code of the
    lot beside that of the item."""

    barcode: str
    quantity: int = 1
    bin_code: str | None = None
    box: str | None = None
    lot_code: str | None = None


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """What is wrong with a scan, in codes or counts, and in words."""

    kind: MispickKind
    expected: str
    found: str
    message: str
    path: str = "barcode"


def caught(
    actor: Actor,
    scan: Scan,
    mistake: Mistake,
    *,
    location_id: int,
    step: MispickStep,
    work: Fulfillment | None,
    line: FulfillmentLine | None = None,
    wave: Wave | None = None,
) -> Refused:
    """The refusal of a scan, which is recorded even so."""
    row = Mispick(
        order_id=work.order_id if work else None,
        fulfillment_id=work.id if work else None,
        fulfillment_line_id=line.id if line else None,
        wave_id=wave.id if wave else None,
        location_id=location_id,
        kind=mistake.kind,
        step=step,
        barcode=scan.barcode,
        quantity=scan.quantity,
        bin_code=scan.bin_code,
        lot_code=scan.lot_code,
        box=scan.box,
        expected=mistake.expected[:MOST_SHOWN],
        found=mistake.found[:MOST_SHOWN],
        picker=actor.label,
        request=requests.current(),
    )
    even_if_refused(partial(_record, actor, row))
    return Refused(
        Caught(
            message=mistake.message,
            path=(mistake.path,),
            kind=mistake.kind,
            expected=row.expected,
            found=row.found,
        )
    )


@operation
async def _record(actor: Actor, row: Mispick) -> None:
    order = None
    if row.order_id is not None:
        # Whoever sends the same scan again meanwhile waits here, and finds it recorded.
        order = await Order.select_for_update().get(id=row.order_id)
    if row.request is not None and await Mispick.exists(request=row.request):
        return
    await row.save()

    announce(
        actor,
        MispickRecorded(
            location_id=row.location_id,
            order_id=row.order_id,
            customer_id=order.customer_id if order else None,
            fulfillment_id=row.fulfillment_id,
            mispick_id=row.id,
            mispick_kind=row.kind,
        ),
    )


async def of_fulfillments(actor: Actor, rows: Sequence[Fulfillment]) -> list[int]:
    """How many mispicks were recorded on each fulfillment."""
    found = (
        await Mispick.filter(fulfillment_id__in=[row.id for row in rows])
        .group_by("fulfillment_id")
        .annotate(caught=Count("id"))
        .values("fulfillment_id", "caught")
    )
    counts = {row["fulfillment_id"]: row["caught"] for row in found}
    return [counts.get(row.id, 0) for row in rows]


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How many mispicks of a kind a picker made."""

    picker: str
    kind: MispickKind
    mispicks: int


async def by_picker(
    actor: Actor,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    location_id: int | None = None,
) -> list[Tally]:
    """The mispicks of each picker by kind, in a period and at a location if these are given."""
    asked = {"created_at__gte": since, "created_at__lt": until, "location_id": location_id}
    conditions = {name: value for name, value in asked.items() if value is not None}
    found = (
        await scopes.visible(actor, Mispick)
        .filter(**conditions)
        .group_by("picker", "kind")
        .annotate(mispicks=Count("id"))
        .order_by("picker", "kind")
        .values("picker", "kind", "mispicks")
    )
    return [
        Tally(picker=row["picker"], kind=row["kind"], mispicks=row["mispicks"]) for row in found
    ]
