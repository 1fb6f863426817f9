"""What happens to the demo shop's orders in the warehouse and on the way, step by step."""

from collections.abc import Iterator
from datetime import timedelta

from models import (
    CarrierEvent,
    ExceptionKind,
    Fulfillment,
    FulfillmentStatus,
    MovementReason,
    OrderStatus,
    Reservation,
    Role,
    Shipment,
    ShipmentLine,
    ShipmentStatus,
)
from services.actors import SYSTEM
from services.facts.fulfillments import (
    FulfillmentHandedOver,
    FulfillmentPacked,
    FulfillmentPackStarted,
    FulfillmentPicked,
    FulfillmentPickStarted,
    FulfillmentReleased,
)
from services.facts.orders import OrderStarted
from services.facts.shipments import (
    CarrierEventRecorded,
    ShipmentCreated,
    ShipmentDelivered,
    ShipmentLabelled,
    ShipmentProgressed,
    ShipmentShipped,
)
from services.ledger import Change
from services.seeds import claims, endings, exceptions, payments, picking, prices, returns
from services.seeds.catalog import CARRIERS, HUBS, tracking_code
from services.seeds.orders import Life, Shop, free, freed, plan, reserve, tell, tell_work

DESCRIPTIONS = {
    ShipmentStatus.IN_TRANSIT: "Sorted at the hub.",
    ShipmentStatus.OUT_FOR_DELIVERY: "On the delivery vehicle.",
    ShipmentStatus.DELIVERY_FAILED: "Nobody was at home.",
    ShipmentStatus.DELIVERED: "Handed to the recipient.",
    ShipmentStatus.RETURNING: "Not collected; on its way back.",
    ShipmentStatus.RETURNED_TO_SENDER: "Back at the sender.",
    ShipmentStatus.LOST: "The parcel cannot be found.",
    ShipmentStatus.DAMAGED: "Crushed in the sorting machine.",
}


def release(shop: Shop, life: Life) -> None:
    lead = shop.staff[Role.WAREHOUSE_LEAD]
    for work in _at(life, FulfillmentStatus.PENDING):
        work.release(at=shop.now)
        shop.rows.change(work)
        if life.order.status is OrderStatus.CONFIRMED:
            life.order.start()
            shop.rows.change(life.order)
            tell(shop, life, OrderStarted, lead)
        tell_work(shop, life, FulfillmentReleased, work, lead)


def pick_start(shop: Shop, life: Life) -> None:
    picker = shop.staff[Role.PICKER]
    for work in _at(life, FulfillmentStatus.RELEASED):
        work.start_picking(by=picker.label)
        shop.rows.change(work)
        tell_work(shop, life, FulfillmentPickStarted, work, picker)
        picking.scan_first(shop, life, work)
        picking.mistake(shop, life, work)


def pick(shop: Shop, life: Life) -> None:
    for work in _at(life, FulfillmentStatus.PICKING):
        _pick(shop, life, work, missing=0)


def pick_short(shop: Shop, life: Life) -> None:
    """One unit of the first line is not on its shelf, where there is another to pick instead."""
    for work in _at(life, FulfillmentStatus.PICKING):
        contents = life.contents[work.id]
        there = shop.stock.available(life.line(contents[0].line_id).variant_id)
        units = sum(each.quantity for each in contents)
        _pick(shop, life, work, missing=1 if units > 1 and there else 0)


def pack_start(shop: Shop, life: Life) -> None:
    picker = shop.staff[Role.PICKER]
    for work in _at(life, FulfillmentStatus.PICKED):
        work.start_packing()
        shop.rows.change(work)
        tell_work(shop, life, FulfillmentPackStarted, work, picker)
        picking.take_box(shop, life, work)


def pack(shop: Shop, life: Life) -> None:
    picker = shop.staff[Role.PICKER]
    for work in _at(life, FulfillmentStatus.PACKING):
        work.complete_packing(at=shop.now)
        picking.fill_box(shop, life, work, life.contents[work.id])
        for each in life.contents[work.id]:
            each.packed = each.picked
            line = life.line(each.line_id)
            line.pack(each.packed)
            shop.rows.change(each, line)
        shop.rows.change(work)
        tell_work(shop, life, FulfillmentPacked, work, picker)


def parcel(shop: Shop, life: Life) -> None:
    """Put what is packed into one labelled parcel per fulfillment."""
    picker = shop.staff[Role.PICKER]
    for work in _at(life, FulfillmentStatus.PACKED):
        box = life.boxes.get(work.id)
        carrier, service = _way(shop, life)
        row = shop.rows.make(
            Shipment,
            order_id=life.order.id,
            fulfillment_id=work.id,
            carrier=carrier,
            package_id=box.id if box else None,
            weight=box.weight if box else None,
            service=service,
        )
        life.parcels.append(row)
        life.boxed[row.id] = [
            shop.rows.make(
                ShipmentLine,
                shipment_id=row.id,
                fulfillment_line_id=each.id,
                line_id=each.line_id,
                quantity=each.packed,
            )
            for each in life.contents[work.id]
            if each.packed
        ]
        tell(shop, life, ShipmentCreated, picker, shipment_id=row.id)
        code = tracking_code(carrier, row.id)
        row.label(tracking_code=code)
        shop.rows.change(row)
        about = {"shipment_id": row.id, "tracking_code": code}
        tell(shop, life, ShipmentLabelled, picker, **about)


def _way(shop: Shop, life: Life) -> tuple[str, str]:
    """The carrier and the service that an order was promised for, or any of them."""
    carrier = shop.dice.choice(list(CARRIERS))
    for offer in shop.offers:
        if life.method is not None and offer.method.id == life.method.id:
            return offer.carrier.code, offer.method.name
    return carrier, CARRIERS[carrier]


def hand_over(shop: Shop, life: Life) -> None:
    picker = shop.staff[Role.PICKER]
    for work in _at(life, FulfillmentStatus.PACKED):
        work.hand_over(at=shop.now)
        shop.rows.change(work)
        packed = [each for each in life.contents[work.id] if each.packed]
        for each in packed:
            line = life.line(each.line_id)
            line.ship(each.packed)
            shop.rows.change(line)
        left = {each.reservation_id for each in packed}
        gone = [row for row in life.reservations if row.id in left]
        changes = freed(gone, gone=True)
        shop.stock.move(picker, MovementReason.SHIPPED, changes, order_id=life.order.id)
        for row in gone:
            row.consume()
        shop.rows.change(*gone)
        tell_work(shop, life, FulfillmentHandedOver, work, picker)
        for each_parcel in life.parcels:
            if each_parcel.fulfillment_id == work.id:
                each_parcel.ship(at=shop.now)
                shop.rows.change(each_parcel)
                about = {"shipment_id": each_parcel.id}
                tell(shop, life, ShipmentShipped, picker, **about)
        payments.collect(shop, life, picker)
        prices.invoice(shop, life)


def report(status: ShipmentStatus, shop: Shop, life: Life) -> None:
    """The carrier reports this of every parcel that is on its way."""
    for row in life.parcels:
        if row.shipped_at is not None and row.may_become(status):
            _report(status, shop, life, row)


def _report(status: ShipmentStatus, shop: Shop, life: Life, parcel: Shipment) -> None:
    at_home = status in {ShipmentStatus.DELIVERED, ShipmentStatus.DELIVERY_FAILED}
    home = (life.order.ship_to or {}).get("city", "")
    event = shop.rows.make(
        CarrierEvent,
        shipment_id=parcel.id,
        status=status,
        occurred_at=shop.now - timedelta(minutes=shop.dice.randint(1, 20)),
        place=home if at_home else shop.dice.choice(HUBS),
        description=DESCRIPTIONS[status],
        received_at=shop.now,
    )
    reports = life.reports[parcel.id]
    reports.append(event)
    told = {
        "shipment_status": status,
        "occurred_at": event.occurred_at,
        "place": event.place,
    }
    about = {"shipment_id": parcel.id}
    tell(shop, life, CarrierEventRecorded, SYSTEM, **about, **told)
    before = parcel.status
    if not parcel.follow(reports):
        return
    shop.rows.change(parcel)
    exceptions.follow_parcel(shop, life, parcel, before, event.description)
    claims.follow_parcel(shop, life, parcel, event)
    if parcel.status is ShipmentStatus.DELIVERED:
        tell(shop, life, ShipmentDelivered, SYSTEM, **about)
        _receive(shop, life, parcel)
    else:
        tell(shop, life, ShipmentProgressed, SYSTEM, **about, shipment_status=parcel.status)


def _receive(shop: Shop, life: Life, parcel: Shipment) -> None:
    for each in life.boxed[parcel.id]:
        line = life.line(each.line_id)
        line.deliver(each.quantity)
        shop.rows.change(line)
    returns.follow_delivery(shop, life)
    endings.complete(shop, life)


def _pick(shop: Shop, life: Life, work: Fulfillment, *, missing: int) -> None:
    picker = shop.staff[Role.PICKER]
    contents = life.contents[work.id]
    work.complete_picking(at=shop.now)
    for n, each in enumerate(contents):
        scanned, each.picked = each.picked, each.quantity - (missing if n == 0 else 0)
        line = life.line(each.line_id)
        line.pick(each.picked - scanned)
        shop.rows.change(each, line)
    shop.rows.change(work)
    units = {"units_picked": sum(each.picked for each in contents), "units_missing": missing}
    tell_work(shop, life, FulfillmentPicked, work, picker, **units)
    if missing:
        reason = f"{missing} units of {work.number} were not found."
        exceptions.open(shop, life, ExceptionKind.SHORT_PICK, reason, actor=picker)
        _replace(shop, life, work)


def _replace(shop: Shop, life: Life, work: Fulfillment) -> None:
    """Reserve the units that were not found elsewhere and plan their way anew."""
    picker, first = shop.staff[Role.PICKER], life.contents[work.id][0]
    row = next(row for row in life.reservations if row.id == first.reservation_id)
    loose = row
    if first.picked:
        loose = shop.rows.make(
            Reservation,
            line_id=row.line_id,
            order_id=row.order_id,
            level_id=row.level_id,
            location_id=row.location_id,
            quantity=first.quantity - first.picked,
        )
        life.reservations.append(loose)
        row.quantity = first.picked
        shop.rows.change(row)
    free(shop, life, [loose], picker)
    lost = Change(level_id=loose.level_id, on_hand=-loose.quantity)
    note = f"Not found when picking {work.number}."
    shop.stock.move(picker, MovementReason.ADJUSTED, [lost], note=note)
    wanted = [(life.line(loose.line_id), loose.quantity)]
    reserve(shop, life, wanted, actor=picker, avoid=work.location_id)
    plan(shop, life)


def _at(life: Life, status: FulfillmentStatus) -> Iterator[Fulfillment]:
    return (work for work in list(life.work) if work.status is status)
