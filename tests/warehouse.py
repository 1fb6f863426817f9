"""What stands in the warehouse of the tests: bins, waves, boxes, and scanners."""

from contextlib import suppress
from itertools import count

from models import (
    Bin,
    Fulfillment,
    FulfillmentLine,
    Level,
    Location,
    Mispick,
    Package,
    Variant,
    Wave,
)
from models.errors import Refused
from services import bins, fulfillments, packages, scans, waves
from services.actors import SYSTEM, Actor
from services.mispicks import Scan
from tests.cast import Shop

_numbers = count(1)


async def bin_at(location: Location, *, position: int = 1, code: str | None = None) -> Bin:
    code = code or f"A-{next(_numbers)}"
    return await bins.create(SYSTEM, location.id, code=code, position=position)


async def home(variant: Variant, location: Location, **given: object) -> Bin:
    """A new bin, in which the units of a variant lie."""
    row = await bin_at(location, **given)  # type: ignore[arg-type]
    await bins.set_home(SYSTEM, variant_id=variant.id, location_id=location.id, bin_id=row.id)
    return row


async def wave_of(*work: Fulfillment, started_by: Actor | None = None) -> Wave:
    ids = [each.id for each in work]
    wave = await waves.create(SYSTEM, work[0].location_id, fulfillment_ids=ids)
    return wave if started_by is None else await waves.start(started_by, wave.id)


async def box_for(work: Fulfillment) -> Package:
    return await packages.create(SYSTEM, work.id, box=f"BOX-{next(_numbers)}", material="Carton")


async def pick(
    actor: Actor, work: Fulfillment, variant: Variant, units: int = 1, bin_code: str | None = None
) -> Fulfillment:
    scan = Scan(barcode=variant.sku, quantity=units, bin_code=bin_code)
    return await scans.pick(actor, work.id, scan)


async def pack(
    actor: Actor, work: Fulfillment, variant: Variant, box: str, units: int = 1
) -> Fulfillment:
    return await scans.pack(actor, work.id, Scan(barcode=variant.sku, quantity=units, box=box))


async def boxed(shop: Shop, *, mug: int = 1) -> Package:
    """A box with mugs scanned into it, all there are of a new order."""
    work = await shop.fulfillment("picked", mug=mug)
    box = await box_for(work)
    await pack(SYSTEM, work, shop.mug, box.box, mug)
    return await Package.get(id=box.id)


async def packed(shop: Shop, *, mug: int = 1) -> Package:
    """A closed box of packed work."""
    box = await boxed(shop, mug=mug)
    await packages.close(SYSTEM, box.id, weight=500 * mug)
    await fulfillments.pack_complete(SYSTEM, box.fulfillment_id)
    return await Package.get(id=box.id)


async def mispicked(shop: Shop, actor: Actor = SYSTEM) -> Mispick:
    """Somebody takes a shirt where mugs are asked for."""
    work = await shop.fulfillment("picking", mug=1)
    with suppress(Refused):
        await pick(actor, work, shop.shirt)
    return await Mispick.get(fulfillment_id=work.id)


async def counts(work: Fulfillment) -> list[tuple[int, int, int]]:
    """The units asked for, picked and packed on each line."""
    rows = await FulfillmentLine.filter(fulfillment_id=work.id).order_by("id")
    return [(row.quantity, row.picked, row.packed) for row in rows]


async def level_of(variant: Variant, location: Location) -> Level:
    return await Level.get(variant_id=variant.id, location_id=location.id)
