"""The papers of the warehouse: pick lists, packing slips and labels."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from models import (
    Fulfillment,
    FulfillmentLine,
    Location,
    Lot,
    Order,
    OrderLine,
    Package,
    Shipment,
    ShipmentLine,
    ShipmentStatus,
    Wave,
)
from services import pick_lists
from services.actors import Actor
from services.clock import now
from services.papers import addresses
from services.papers.paper import Column, Entry, Paper, PaperKind, Party
from services.pick_lists import PickListLine

PICK_COLUMNS = (
    Column(title="Bin", width=8, is_code=True),
    Column(title="Item", width=13),
    Column(title="Barcode", width=10, is_code=True),
    Column(title="Units", width=3, is_number=True, strong=True),
    Column(title="Picked", width=3, is_number=True),
)
SLIP_COLUMNS = (
    Column(title="Item", width=7),
    Column(title="SKU", width=4),
    Column(title="Ordered", width=2, is_number=True),
    Column(title="Enclosed", width=2, is_number=True, strong=True),
)


async def pick_lists_of(actor: Actor, rows: Sequence[Fulfillment]) -> list[Paper]:
    """A pick list for each fulfillment."""
    lists = await pick_lists.of_fulfillments(actor, rows)
    places = await _locations(rows)
    orders = await _orders(rows)
    return [
        _pick_list(
            row.number,
            lines,
            (
                Entry(label="Order", value=orders[row.order_id].number),
                Entry(label="Location", value=places[row.location_id].name),
                Entry(label="Picker", value=row.picker or "–"),
            ),
        )
        for row, lines in zip(rows, lists, strict=True)
    ]


async def pick_lists_of_waves(actor: Actor, rows: Sequence[Wave]) -> list[Paper]:
    """A pick list for each wave, merged over its orders."""
    lists = await pick_lists.of_waves(actor, rows)
    places = await _locations(rows)
    return [
        _pick_list(
            row.number,
            lines,
            (
                Entry(label="Location", value=places[row.location_id].name),
                Entry(label="Orders", value=str(_orders_in(lines))),
                Entry(label="Picker", value=row.picker or "–"),
            ),
        )
        for row, lines in zip(rows, lists, strict=True)
    ]


async def packing_slips_of(actor: Actor, rows: Sequence[Fulfillment]) -> list[Paper]:
    """A packing slip for each fulfillment: what is enclosed of what was ordered, and no prices."""
    ids = [row.id for row in rows]
    work: dict[int, list[FulfillmentLine]] = defaultdict(list)
    for each in (
        await FulfillmentLine.filter(fulfillment_id__in=ids)
        .select_related("reservation__lot")
        .order_by("id")
    ):
        work[each.fulfillment_id].append(each)
    line_ids = {each.line_id for lines in work.values() for each in lines}
    lines = await OrderLine.in_bulk(sorted(line_ids), "id")
    orders, places = await _orders(rows), await _locations(rows)
    return [
        Paper(
            kind=PaperKind.PACKING_SLIP,
            number=row.number,
            title="Packing slip",
            code=row.number,
            at=row.packed_at or now(),
            parties=(
                _recipient(orders[row.order_id]),
                _sender(places[row.location_id]),
            ),
            facts=(
                Entry(label="Order", value=orders[row.order_id].number, strong=True),
                Entry(label="Placed", value=_day(orders[row.order_id])),
            ),
            columns=SLIP_COLUMNS,
            rows=tuple(_enclosed(row, work[row.id], lines)),
            notes=(orders[row.order_id].note,) if orders[row.order_id].note else (),
        )
        for row in rows
    ]


async def labels_of(actor: Actor, rows: Sequence[Shipment]) -> list[Paper]:
    """A label for each parcel: where it goes and what its carrier calls it."""
    orders = await _orders(rows)
    work = await Fulfillment.in_bulk(sorted({row.fulfillment_id for row in rows}), "id")
    places = await _locations(work.values())
    boxes = await Package.in_bulk(sorted({row.package_id for row in rows if row.package_id}), "id")
    units = await _units(rows)
    siblings = await _siblings(rows)
    return [
        Paper(
            kind=PaperKind.LABEL,
            number=row.number,
            title=" ".join(part for part in (row.carrier, row.service) if part),
            code=row.tracking_code or row.number,
            at=row.created_at,
            parties=(
                _recipient(orders[row.order_id]),
                _sender(places[work[row.fulfillment_id].location_id]),
            ),
            facts=(
                Entry(label="Order", value=orders[row.order_id].number, strong=True),
                Entry(
                    label="Parcel",
                    value=f"{siblings[row.fulfillment_id].index(row.id) + 1} of "
                    f"{len(siblings[row.fulfillment_id])}"
                    if row.id in siblings[row.fulfillment_id]
                    else "voided",
                ),
                Entry(label="Units", value=str(units[row.id])),
                Entry(label="Weight", value=f"{row.weight / 1000:.3f} kg" if row.weight else "–"),
                *((Entry(label="Box", value=boxes[row.package_id].box),) if row.package_id else ()),
            ),
            is_small=True,
        )
        for row in rows
    ]


def _pick_list(number: str, lines: Sequence[PickListLine], facts: tuple[Entry, ...]) -> Paper:
    return Paper(
        kind=PaperKind.PICK_LIST,
        number=number,
        title="Pick list",
        code=number,
        at=now(),
        facts=facts,
        columns=PICK_COLUMNS,
        rows=tuple(
            (
                line.bin.code if line.bin else "",
                f"{line.name}\n{line.sku}{_lot(line.lot)}",
                line.barcode or line.sku,
                str(line.quantity),
                str(line.picked),
            )
            for line in lines
        ),
        totals=(
            Entry(label="Units", value=str(sum(line.quantity for line in lines)), strong=True),
        ),
    )


def _lot(lot: Lot | None) -> str:
    if lot is None:
        return ""
    return f"\nLot {lot.code}" + (f", until {lot.expires_on}" if lot.expires_on else "")


def _orders_in(lines: Iterable[PickListLine]) -> int:
    return len({each.fulfillment_id for line in lines for each in line.lines})


def _enclosed(
    work: Fulfillment, contents: Iterable[FulfillmentLine], lines: dict[int, OrderLine]
) -> Iterable[tuple[str, ...]]:
    """What is in the parcel, or is to be as far as anybody knows yet."""
    for each in contents:
        units = each.quantity if work.picked_at is None else each.picked
        if units:
            line = lines[each.line_id]
            name = f"{line.name}{_lot(each.reservation.lot)}"
            yield name, line.sku, str(line.remaining), str(units)


def _recipient(order: Order) -> Party:
    return Party(title="To", lines=addresses.lines(order.ship_to))


def _sender(location: Location) -> Party:
    return Party(title="From", lines=addresses.of_location(location))


def _day(order: Order) -> str:
    return f"{order.placed_at:%Y-%m-%d}" if order.placed_at else "–"


async def _locations(rows: Iterable[Fulfillment | Wave]) -> dict[int, Location]:
    return await Location.in_bulk(sorted({row.location_id for row in rows}), "id")


async def _orders(rows: Iterable[Fulfillment | Shipment]) -> dict[int, Order]:
    return await Order.in_bulk(sorted({row.order_id for row in rows}), "id")


async def _units(rows: Iterable[Shipment]) -> dict[int, int]:
    units: dict[int, int] = defaultdict(int)
    for each in await ShipmentLine.filter(shipment_id__in=[row.id for row in rows]):
        units[each.shipment_id] += each.quantity
    return units


async def _siblings(rows: Iterable[Shipment]) -> dict[int, list[int]]:
    """The parcels of each fulfillment that is sent with one of these."""
    found: dict[int, list[int]] = defaultdict(list)
    ids = sorted({row.fulfillment_id for row in rows})
    parcels = Shipment.filter(fulfillment_id__in=ids).exclude(status=ShipmentStatus.VOIDED)
    for each in await parcels.order_by("id"):
        found[each.fulfillment_id].append(each.id)
    return found
