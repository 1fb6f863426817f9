"""Waves: put fulfillments of a location together, pick them in one walk, dissolve them again."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tortoise.functions import Sum

from models import (
    Fulfillment,
    FulfillmentLine,
    FulfillmentStatus,
    Location,
    Order,
    Wave,
    WaveStatus,
)
from models.errors import Blocked, Problem, Refused, refuse_any
from models.rows import store_all
from models.statements import select, select_by_id
from services import records, scopes
from services.actors import Actor
from services.clock import now
from services.commit import announce, operation
from services.facts.fulfillments import FulfillmentPickStarted
from services.facts.waves import (
    WaveCancelled,
    WaveCreated,
    WaveDone,
    WaveFulfillmentRemoved,
    WaveStarted,
)
from services.inputs import Inputs

MOST_IN_WAVE = 50

_F = FulfillmentStatus
UNPICKED = (_F.RELEASED, _F.PICKING)


@operation
async def create(
    actor: Actor,
    location_id: int,
    *,
    fulfillment_ids: Sequence[int] | None = None,
    size: int | None = None,
) -> Wave:
    """Put released fulfillments of a location together: those named, or so many of the most
    urgent, which are to be handed over first."""
    inputs = Inputs()
    if (fulfillment_ids is None) is (size is None):
        inputs.wrong("Give the fulfillments, or how many to take.", "fulfillmentIds")
    if size is not None:
        inputs.number(size, "size", most=MOST_IN_WAVE)
    if fulfillment_ids is not None and not 1 <= len(set(fulfillment_ids)) <= MOST_IN_WAVE:
        inputs.wrong(f"A wave has 1 to {MOST_IN_WAVE} fulfillments.", "fulfillmentIds")
    inputs.refuse()
    location = await scopes.find(actor, Location, location_id, "locationId")
    records.refuse_archived(location, "locationId")
    if fulfillment_ids is None:
        work = await _most_urgent(location, size or 0)
    else:
        work = await _named(actor, location, list(dict.fromkeys(fulfillment_ids)))
    wave = await Wave.create(location_id=location.id, actor=actor.label)
    for each in work:
        each.wave_id = wave.id
    await store_all(work, "wave_id")

    announce(actor, WaveCreated(location_id=location.id, wave_id=wave.id, fulfillments=len(work)))
    return wave


@operation
async def start(actor: Actor, wave_id: int) -> Wave:
    """Take a wave and start picking all of its fulfillments; of two pickers who try, one gets
    it."""
    wave, work = await take(actor, wave_id)
    wave.start(by=actor.label, at=now())
    await wave.store()
    waiting = [each for each in work if each.status is _F.RELEASED]
    for each in waiting:
        each.start_picking(by=actor.label)
    await store_all(waiting, "status", "picker")

    _announce(actor, WaveStarted, wave)
    customers = await _customers(waiting)
    for each in waiting:
        announce(
            actor,
            FulfillmentPickStarted(
                order_id=each.order_id,
                customer_id=customers[each.order_id],
                location_id=each.location_id,
                fulfillment_id=each.id,
            ),
        )
    return wave


@operation
async def remove(actor: Actor, wave_id: int, *, fulfillment_id: int) -> Wave:
    """Take a fulfillment that is not picked yet out of a wave, to be picked by itself.

    A wave with nothing left to pick is over.
    """
    wave, work = await take(actor, wave_id)
    refuse_any(reasons_not_to_change(wave))
    found = [each for each in work if each.id == fulfillment_id]
    if not found:
        raise Refused(scopes.not_found(Fulfillment, ("fulfillmentId",)))
    if found[0].status not in UNPICKED:
        message = f"{found[0].number} is {found[0].status}; it is not waiting to be picked."
        raise Refused(Blocked(message=message, path=("fulfillmentId",)))
    await _let_go(found)
    announce(
        actor,
        WaveFulfillmentRemoved(
            location_id=wave.location_id, wave_id=wave.id, fulfillment_id=fulfillment_id
        ),
    )
    await _finish(actor, wave, [each for each in work if each.id != fulfillment_id])
    return wave


@operation
async def cancel(actor: Actor, wave_id: int) -> Wave:
    """Dissolve a wave: each of its fulfillments goes on by itself, where it stands."""
    wave, work = await take(actor, wave_id)
    wave.cancel(at=now())
    await wave.store()
    await _let_go([each for each in work if each.status in UNPICKED])

    _announce(actor, WaveCancelled, wave)
    return wave


async def settle(actor: Actor, work: Iterable[Fulfillment]) -> None:
    """End the waves that have nothing left to pick, now that this work was picked or given up.

    The caller holds the orders of the work; waves are locked after orders and before levels.
    """
    ids = {each.wave_id for each in work if each.wave_id is not None}
    for wave in await select(Wave, locked=True, id__in=sorted(ids)):
        if wave.status in (WaveStatus.OPEN, WaveStatus.PICKING):
            await _finish(actor, wave, await select(Fulfillment, wave_id=wave.id))


async def take(actor: Actor, wave_id: int) -> tuple[Wave, list[Fulfillment]]:
    """A wave and its work, which nobody else can change until the operation is over."""
    # Its orders are locked before it, as who picks one of them ends the wave with the last.
    wave = await scopes.lock(await scopes.find(actor, Wave, wave_id))
    if wave is None:
        raise Refused(scopes.not_found(Wave, ("id",)))
    return wave, await select(Fulfillment, wave_id=wave.id)


def reasons_not_to_scan(wave: Wave) -> list[Problem]:
    return [] if wave.may_become(WaveStatus.DONE) else [wave.wrong_status(WaveStatus.DONE)]


def reasons_not_to_change(wave: Wave) -> list[Problem]:
    if wave.status in (WaveStatus.OPEN, WaveStatus.PICKING):
        return []
    return [Blocked(message=f"{wave.number} is {wave.status.spoken}.", path=("id",))]


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How many fulfillments and units a wave has, and how many of those are picked."""

    fulfillments: int
    fulfillments_picked: int
    units: int
    units_picked: int


async def progress(actor: Actor, rows: Sequence[Wave]) -> list[Progress]:
    """How far each wave has come; what was cancelled is left out."""
    work = await Fulfillment.filter(wave_id__in=[row.id for row in rows]).exclude(
        status=_F.CANCELLED
    )
    wave_of = {each.id: each.wave_id for each in work}
    sums = (
        await FulfillmentLine.filter(fulfillment_id__in=list(wave_of))
        .group_by("fulfillment_id")
        .annotate(units=Sum("quantity"), picked=Sum("picked"))
        .values("fulfillment_id", "units", "picked")
    )
    asked: Counter[int | None] = Counter()
    picked: Counter[int | None] = Counter()
    for each in sums:
        asked[wave_of[each["fulfillment_id"]]] += int(each["units"])
        picked[wave_of[each["fulfillment_id"]]] += int(each["picked"])
    members = Counter(wave_of.values())
    done = Counter(each.wave_id for each in work if each.status not in UNPICKED)
    return [
        Progress(
            fulfillments=members[row.id],
            fulfillments_picked=done[row.id],
            units=asked[row.id],
            units_picked=picked[row.id],
        )
        for row in rows
    ]


async def _most_urgent(location: Location, size: int) -> list[Fulfillment]:
    seen = (
        await Fulfillment.filter(location_id=location.id, status=_F.RELEASED, wave_id=None)
        .order_by("dispatch_by", "id")
        .limit(size)
    )
    await _lock_orders(seen)
    ids = [each.id for each in seen]
    work = await select(Fulfillment, id__in=ids, status=_F.RELEASED, wave_id=None)
    if not work:
        message = f"No released fulfillment waits at {location.code}. Release some first."
        raise Refused(Blocked(message=message, path=("locationId",)))
    return work


async def _named(actor: Actor, location: Location, ids: Sequence[int]) -> list[Fulfillment]:
    inputs = Inputs()
    seen = await scopes.find_all(actor, Fulfillment, ids)
    await _lock_orders(seen.values())
    work = await select_by_id(Fulfillment, list(seen))
    for n, fulfillment_id in enumerate(ids):
        each = work.get(fulfillment_id)
        if each is None:
            inputs.add(scopes.not_found(Fulfillment, ("fulfillmentIds", n)))
        elif each.location_id != location.id:
            message = f"{each.number} is work of another location."
            inputs.wrong(message, "fulfillmentIds", n)
        elif each.status is not _F.RELEASED or each.wave_id is not None:
            message = f"{each.number} is {each.status.spoken}, or in a wave already."
            inputs.add(Blocked(message=message, path=("fulfillmentIds", n)))
    inputs.refuse()
    return [work[each] for each in sorted(work)]


async def _lock_orders(work: Iterable[Fulfillment]) -> None:
    ids = {each.order_id for each in work}
    await select(Order, locked=True, id__in=sorted(ids))


async def _let_go(work: Sequence[Fulfillment]) -> None:
    for each in work:
        each.wave_id = None
    await store_all(work, "wave_id")


async def _finish(actor: Actor, wave: Wave, work: Iterable[Fulfillment]) -> None:
    """End a wave that has nothing left to pick; it is cancelled where nothing was."""
    if any(each.status in UNPICKED for each in work):
        return
    if wave.status is WaveStatus.PICKING:
        wave.finish(at=now())
        _announce(actor, WaveDone, wave)
    else:
        wave.cancel(at=now())
        _announce(actor, WaveCancelled, wave)
    await wave.store()


async def _customers(work: Iterable[Fulfillment]) -> dict[int, int]:
    ids = {each.order_id for each in work}
    return dict(await Order.filter(id__in=sorted(ids)).values_list("id", "customer_id"))


def _announce(actor: Actor, fact: type[WaveStarted | WaveDone | WaveCancelled], wave: Wave) -> None:
    announce(actor, fact(location_id=wave.location_id, wave_id=wave.id))
