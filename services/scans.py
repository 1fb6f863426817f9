"""Scans: count what a scanner reads, unit by unit, and catch what is wrong before it is done."""

from collections.abc import Sequence
from functools import partial
from typing import Protocol

from models import (
    Fulfillment,
    FulfillmentLine,
    FulfillmentStatus,
    Lot,
    MispickKind,
    MispickStep,
    Order,
    OrderLine,
    Package,
    PackageLine,
    PackageStatus,
    Variant,
    Wave,
)
from models.errors import Blocked, NotFound, Refused, refuse_any
from models.rows import store_all
from models.statements import select, select_one
from services import bin_picks, mispicks, packages, pick_lists, scopes, waves
from services.actors import Actor
from services.commit import announce, operation
from services.facts.fulfillments import FulfillmentPackStarted, FulfillmentPickScanned
from services.facts.packages import PackageScanned
from services.inputs import Inputs
from services.mispicks import Mistake, Scan
from services.pick_lists import Item

_K = MispickKind


class Catch(Protocol):
    """Turns a mistake, made with a line where it is about one, into the refusal of the scan."""

    def __call__(self, mistake: Mistake, item: Item | None = None) -> Refused: ...


@operation
async def pick(actor: Actor, fulfillment_id: int, scan: Scan) -> Fulfillment:
    """Count units that a picker scans off their shelf. Refused with a MispickError, which is
    recorded, where they are not what is asked for, are too many or come from another bin."""
    work = await scopes.take(actor, Fulfillment, fulfillment_id)
    if not work.may_become(FulfillmentStatus.PICKED):
        raise Refused(work.wrong_status(FulfillmentStatus.PICKED))
    scan = _checked(scan)
    catch = partial(_caught_picking, actor, scan, [work], None)
    items = await pick_lists.items([work.id])
    await _pick(actor, [work], items, scan, catch)
    await work.store()
    return work


@operation
async def pick_wave(actor: Actor, wave_id: int, scan: Scan) -> Wave:
    """Count units that a picker scans off their shelf for the orders of a wave, those that wait
    longest first. Refused like a scan for one fulfillment."""
    wave, members = await waves.take(actor, wave_id)
    refuse_any(waves.reasons_not_to_scan(wave))
    scan = _checked(scan)
    work = [each for each in members if each.status is FulfillmentStatus.PICKING]
    catch = partial(_caught_picking, actor, scan, work, wave)
    items = await pick_lists.items(each.id for each in work)
    await _pick(actor, work, items, scan, catch)
    await wave.store()
    return wave


@operation
async def pack(actor: Actor, fulfillment_id: int, scan: Scan) -> Fulfillment:
    """Count units that a packer scans into a box. Refused with a MispickError, which is recorded,
    where they or the box belong elsewhere or more are scanned than were picked."""
    order, work = await scopes.take_part(actor, Fulfillment, fulfillment_id)
    refuse_any(packages.reasons_not_to_pack(work))
    scan = _checked(scan)
    catch = partial(_caught_packing, actor, scan, work)
    package = await _box(work, scan, catch)
    items = await _boxable(work, package, scan, catch)
    if work.status is FulfillmentStatus.PICKED:
        work.start_packing()
        announce(
            actor,
            FulfillmentPackStarted(
                order_id=order.id,
                customer_id=order.customer_id,
                location_id=work.location_id,
                fulfillment_id=work.id,
            ),
        )
    await _put_in(package, items, scan.quantity)
    await work.store()

    announce(
        actor,
        PackageScanned(
            order_id=order.id,
            customer_id=order.customer_id,
            package_id=package.id,
            sku=items[0].variant.sku,
            quantity=scan.quantity,
        ),
    )
    return work


def _checked(scan: Scan) -> Scan:
    inputs = Inputs()
    checked = Scan(
        barcode=inputs.text(scan.barcode, "barcode", most=100),
        quantity=inputs.number(scan.quantity, "quantity"),
        bin_code=_code(inputs, scan.bin_code and scan.bin_code.upper(), "binCode"),
        box=_code(inputs, scan.box, "box"),
        lot_code=_code(inputs, scan.lot_code, "lotCode"),
    )
    inputs.refuse()
    return checked


def _code(inputs: Inputs, code: str | None, path: str) -> str | None:
    return None if code is None else inputs.text(code, path, most=60)


async def _pick(
    actor: Actor, work: Sequence[Fulfillment], items: Sequence[Item], scan: Scan, catch: Catch
) -> None:
    wanted = await _wanted(items, scan, catch)
    open_units = sum(item.work.quantity - item.work.picked for item in wanted)
    _refuse_wrong_bin(wanted[0], scan, catch)
    if open_units == 0:
        raise catch(_already_picked(wanted), wanted[0])
    if scan.quantity > open_units:
        raise catch(_too_many(wanted[0], open_units, scan.quantity, "to be picked"), wanted[0])
    dealt = _deal([(item, item.work.quantity - item.work.picked) for item in wanted], scan.quantity)
    for item, units in dealt:
        item.work.picked += units
        item.line.pick(units)
    await _count(dealt, "picked", "reserved", "picked")
    gone = [bin_picks.taken(item.line.order_id, item.work, units) for item, units in dealt]
    await bin_picks.take_out(actor, filter(None, gone), bin_code=scan.bin_code)
    owner = {each.id: each for each in work}
    customers = dict(
        await Order.filter(id__in=[item.line.order_id for item, _ in dealt]).values_list(
            "id", "customer_id"
        )
    )
    for item, units in dealt:
        each = owner[item.work.fulfillment_id]
        announce(
            actor,
            FulfillmentPickScanned(
                order_id=each.order_id,
                customer_id=customers[each.order_id],
                location_id=each.location_id,
                fulfillment_id=each.id,
                sku=item.variant.sku,
                quantity=units,
            ),
        )


async def _wanted(items: Sequence[Item], scan: Scan, catch: Catch) -> list[Item]:
    """The lines that ask for what was scanned."""
    named = [item for item in items if scan.barcode in item.codes]
    if named and scan.lot_code is None:
        return named
    if wanted := _of_lot(named or items, scan):
        return wanted
    if mistake := await _wrong_lot(named, items, scan):
        raise catch(mistake, named[0] if named else None)
    variant = await Variant.filter(barcode=scan.barcode).first()
    found = variant.sku if variant else scan.barcode
    left = sorted({item.variant.sku for item in items if item.work.picked < item.work.quantity})
    message = f"{found} is not asked for here. Put it back."
    raise catch(Mistake(kind=_K.WRONG_ITEM, expected=", ".join(left), found=found, message=message))


def _of_lot(items: Sequence[Item], scan: Scan) -> list[Item]:
    """The lines that ask for the lot, or the unit with the serial number, that was scanned."""
    code = scan.lot_code or scan.barcode
    return [item for item in items if item.lot is not None and item.lot.code == code]


async def _wrong_lot(named: Sequence[Item], items: Sequence[Item], scan: Scan) -> Mistake | None:
    """Of what is asked for, but of another lot than was set aside."""
    code = scan.lot_code or scan.barcode
    variants = {item.variant.id for item in named or items}
    known = await Lot.filter(code=code, variant_id__in=variants).first()
    if known is None and not named:
        return None
    asked = [
        item for item in named or items if known is None or known.variant_id == item.variant.id
    ]
    expected = sorted({item.lot.code for item in asked if item.lot is not None})
    sku = asked[0].variant.sku
    message = f"{code} is not the lot of {sku} that is set aside here. Put it back, or swap lots."
    return Mistake(
        kind=_K.WRONG_LOT,
        expected=", ".join(expected),
        found=code,
        message=message,
        path="barcode" if scan.lot_code is None else "lotCode",
    )


def _refuse_wrong_bin(item: Item, scan: Scan, catch: Catch) -> None:
    if scan.bin_code is None or item.bin is None or scan.bin_code == item.bin.code:
        return
    message = f"{item.variant.sku} lies in {item.bin.code}, not in {scan.bin_code}."
    raise catch(
        Mistake(
            kind=_K.WRONG_BIN,
            expected=item.bin.code,
            found=scan.bin_code,
            message=message,
            path="binCode",
        ),
        item,
    )


def _already_picked(wanted: Sequence[Item]) -> Mistake:
    units = sum(item.work.quantity for item in wanted)
    sku = wanted[0].variant.sku
    message = f"All {units} units of {sku} have been picked. Put this back."
    return Mistake(kind=_K.ALREADY_PICKED, expected="0", found=sku, message=message)


def _too_many(item: Item, left: int, found: int, what: str) -> Mistake:
    message = f"{left} units of {item.variant.sku} are left {what}; {found} were scanned."
    return Mistake(
        kind=_K.WRONG_QUANTITY,
        expected=str(left),
        found=str(found),
        message=message,
        path="quantity",
    )


async def _box(work: Fulfillment, scan: Scan, catch: Catch) -> Package:
    """The box of this work that was scanned."""
    package = await select_one(Package, box=scan.box, in_use=True)
    if package is None:
        message = f"No box {scan.box} is in use. Create a package for it first."
        raise Refused(NotFound(message=message, path=("box",)))
    if package.fulfillment_id != work.id:
        mine = ", ".join(each.box for each in await packages.of(work))
        message = f"Box {package.box} is for other work. Take one of this."
        raise catch(
            Mistake(
                kind=_K.WRONG_BOX, expected=mine, found=package.box, message=message, path="box"
            )
        )
    if package.status is not PackageStatus.OPEN:
        message = f"Box {package.box} is {package.status.spoken}. Take another one."
        raise Refused(Blocked(message=message, path=("box",)))
    return package


async def _boxable(work: Fulfillment, package: Package, scan: Scan, catch: Catch) -> list[Item]:
    """The lines whose picked units the scan may put into the box."""
    picked = [item for item in await pick_lists.items([work.id]) if item.work.picked]
    wanted = await _wanted(picked, scan, catch)
    left = sum(item.work.picked - item.work.packed for item in wanted)
    if left == 0:
        elsewhere = await _boxes_with(wanted)
        if package.box not in elsewhere:
            raise catch(_packed_elsewhere(wanted[0], elsewhere, package), wanted[0])
    if scan.quantity > left:
        raise catch(_too_many(wanted[0], left, scan.quantity, "to be packed"), wanted[0])
    return wanted


def _packed_elsewhere(item: Item, boxes: Sequence[str], package: Package) -> Mistake:
    there = ", ".join(boxes)
    message = f"Every unit of {item.variant.sku} is in box {there}. Take this out again."
    return Mistake(
        kind=_K.WRONG_BOX, expected=there, found=package.box, message=message, path="box"
    )


async def _boxes_with(items: Sequence[Item]) -> list[str]:
    rows = await PackageLine.filter(
        fulfillment_line_id__in=[item.work.id for item in items], package__in_use=True
    ).select_related("package")
    return sorted({row.package.box for row in rows})


async def _put_in(package: Package, items: Sequence[Item], quantity: int) -> None:
    dealt = _deal([(item, item.work.picked - item.work.packed) for item in items], quantity)
    held = {
        row.fulfillment_line_id: row for row in await select(PackageLine, package_id=package.id)
    }
    for item, units in dealt:
        item.work.packed += units
        item.line.pack(units)
        row = held.get(item.work.id) or PackageLine(
            package_id=package.id,
            fulfillment_line_id=item.work.id,
            line_id=item.work.line_id,
            quantity=0,
        )
        row.quantity += units
        await row.save() if row.pk is None else await row.store()
    await _count(dealt, "packed", "packed")


def _deal(offers: Sequence[tuple[Item, int]], units: int) -> list[tuple[Item, int]]:
    """Units dealt out to the lines that have room for them, the first ones first."""
    dealt = []
    for item, room in offers:
        if taken := min(room, units):
            dealt.append((item, taken))
            units -= taken
    return dealt


async def _count(dealt: Sequence[tuple[Item, int]], counted: str, *changed: str) -> None:
    work: list[FulfillmentLine] = [item.work for item, _ in dealt]
    # Two lines of a fulfillment may be of one order line.
    lines: dict[int, OrderLine] = {item.line.id: item.line for item, _ in dealt}
    await store_all(work, counted)
    await store_all(list(lines.values()), *changed)


def _caught_picking(
    actor: Actor,
    scan: Scan,
    work: Sequence[Fulfillment],
    wave: Wave | None,
    mistake: Mistake,
    item: Item | None = None,
) -> Refused:
    owner = {each.id: each for each in work}
    # What fits no order of a wave is nobody's mistake but the wave's.
    alone = work[0] if wave is None else None
    return mispicks.caught(
        actor,
        scan,
        mistake,
        location_id=wave.location_id if wave else work[0].location_id,
        step=MispickStep.PICKING,
        work=owner[item.work.fulfillment_id] if item else alone,
        line=item.work if item else None,
        wave=wave,
    )


def _caught_packing(
    actor: Actor, scan: Scan, work: Fulfillment, mistake: Mistake, item: Item | None = None
) -> Refused:
    return mispicks.caught(
        actor,
        scan,
        mistake,
        location_id=work.location_id,
        step=MispickStep.PACKING,
        work=work,
        line=item.work if item else None,
    )
