"""The lifecycles of what is sold, and of how it leaves."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any

from models import Fulfillment, Order, Package, Reservation, Shipment, ShipmentStatus, Wave
from services import (
    completion,
    fulfillments,
    orders,
    policies,
    reservation_terms,
    shipments,
    waves,
)
from services.actors import SYSTEM
from services.clock import now
from tests.api.lives import WHY, Build, Input, Life, Move, then
from tests.cast import Shop, report
from tests.warehouse import box_for, boxed, packed, wave_of


def order(stage: str) -> Build:
    return lambda shop: shop.order(stage)


async def risky(shop: Shop) -> Order:
    usual = policies.current()
    policies.apply(replace(usual, fraud_review_score=1))
    try:
        return await shop.order("placed")
    finally:
        policies.apply(usual)


async def unpaid(shop: Shop) -> Order:
    """Not paid in time."""
    row = await shop.order("placed")
    await Order.filter(id=row.id).update(payment_due_at=now())
    return await orders.expire(SYSTEM, row.id)


ORDERS = Life(
    rows=[
        *map(order, ("draft", "placed", "confirmed", "released", "delivered")),
        risky,
        then(order("delivered"), completion.close),
        then(order("placed"), orders.cancel, **WHY),
        unpaid,
    ],
    moves=[
        Move("orderPlace", "PLACED"),
        Move("orderConfirm", "CONFIRMED"),
        Move("orderCancel", "CANCELLED", WHY),
        Move("orderClose", "CLOSED"),
        # Only what waits for that decision can be rejected.
        Move(
            "orderFraudReject",
            "CANCELLED",
            {"note": "Stolen."},
            never="DRAFT CONFIRMED IN_PROGRESS",
        ),
    ],
    stays="orderUpdate orderSplit orderMerge orderHold orderInspect orderFraudAccept "
    "orderShippingMethodSet orderPromiseRevise orderReserve",
    by_itself={"PLACED": "EXPIRED", "CONFIRMED": "IN_PROGRESS", "IN_PROGRESS": "COMPLETED"},
)


def work(stage: str) -> Build:
    return lambda shop: shop.fulfillment(stage)


def with_box(stage: str) -> Build:
    async def build(shop: Shop) -> Fulfillment:
        row = await shop.fulfillment(stage)
        await box_for(row)
        return row

    return build


async def _into_box(shop: Shop, row: Fulfillment) -> Input:
    box = await Package.filter(fulfillment_id=row.id).first()
    return {"barcode": shop.mug.sku, "box": box.box if box else "BOX-0"}


FULFILLMENTS = Life(
    rows=[
        *map(work, ("confirmed", "released", "picking", "parcelled", "shipped")),
        with_box("picked"),
        with_box("packing"),
        then(work("packed"), fulfillments.cancel),
    ],
    moves=[
        Move("fulfillmentRelease", "RELEASED"),
        Move("fulfillmentPickStart", "PICKING"),
        Move("fulfillmentPickComplete", "PICKED"),
        Move("fulfillmentPackStart", "PACKING"),
        Move("fulfillmentPackScan", "PACKING", more=_into_box, keeps="PACKING"),
        Move("fulfillmentPackComplete", "PACKED"),
        Move("fulfillmentHandOver", "HANDED_OVER"),
        Move("fulfillmentCancel", "CANCELLED"),
    ],
    stays="fulfillmentPickScan fulfillmentPickLotSwap",
)


async def wave(shop: Shop, *verbs: Callable[..., Awaitable[Any]]) -> Wave:
    asked = await shop.fulfillment("released")
    row = await wave_of(asked)
    for verb in verbs:
        await verb(SYSTEM, asked.id if verb is fulfillments.pick_complete else row.id)
    return row


async def _of_wave(shop: Shop, _: Wave) -> Input:
    return {"barcode": shop.mug.sku}


async def _work_of_wave(_: Shop, row: Wave) -> Input:
    own = await Fulfillment.filter(wave_id=row.id).first() or await Fulfillment.first()
    return {"fulfillmentId": own.number if own else ""}


WAVES = Life(
    rows=[
        wave,
        lambda shop: wave(shop, waves.start),
        lambda shop: wave(shop, waves.start, fulfillments.pick_complete),
        lambda shop: wave(shop, waves.cancel),
    ],
    moves=[
        Move("waveStart", "PICKING"),
        Move("wavePickScan", "", more=_of_wave, keeps="PICKING"),
        # With the last of its fulfillments a wave is over.
        Move("waveFulfillmentRemove", "CANCELLED DONE", more=_work_of_wave),
        Move("waveCancel", "CANCELLED"),
    ],
)


async def _empty(shop: Shop) -> Package:
    return await box_for(await shop.fulfillment("picked"))


async def _voided(shop: Shop, build: Build) -> Package:
    box = await build(shop)
    await fulfillments.cancel(SYSTEM, box.fulfillment_id)
    return box


PACKAGES = Life(
    rows=[boxed, packed, lambda shop: _voided(shop, _empty), lambda shop: _voided(shop, packed)],
    moves=[Move("packageClose", "CLOSED", {"weight": 500})],
    by_itself={"OPEN": "VOIDED", "CLOSED": "VOIDED"},
)


async def parcel(shop: Shop, *reports: ShipmentStatus) -> Shipment:
    row = await shop.shipment("shipped")
    for hour, each in enumerate(reports):
        await report(row, each, hour=hour + 1)
    return row


async def _unsent(shop: Shop, code: str | None = None) -> Shipment:
    asked = await shop.fulfillment("packed")
    return await shipments.create(SYSTEM, asked.id, carrier="DHL", tracking_code=code)


async def _unlabelled_left(shop: Shop, verb: Callable[..., Awaitable[Any]]) -> Shipment:
    row = await _unsent(shop)
    await verb(SYSTEM, row.fulfillment_id)
    return row


async def _labelled_left(shop: Shop) -> Shipment:
    row = await shop.shipment("parcelled")
    await fulfillments.cancel(SYSTEM, row.fulfillment_id)
    return row


# What a carrier can report.
REPORTS = [each.name for each in ShipmentStatus][3:-1]
SHIPMENTS = Life(
    rows=[
        _unsent,
        lambda shop: shop.shipment("parcelled"),
        parcel,
        *(partial(lambda each, shop: parcel(shop, each), ShipmentStatus[name]) for name in REPORTS),
        lambda shop: _unlabelled_left(shop, fulfillments.hand_over),
        lambda shop: _unlabelled_left(shop, fulfillments.cancel),
        _labelled_left,
    ],
    moves=[
        Move("shipmentLabel", "LABELLED", {"trackingCode": "JD-EVERY"}),
        *(
            # A report that comes late, or again, is kept and moves nothing back.
            Move(
                "shipmentEventRecord",
                name,
                {"status": name, "occurredAt": "2026-01-04T12:00:00Z"},
                keeps=" ".join(["SHIPPED", *REPORTS]),
            )
            for name in REPORTS
        ),
    ],
    by_itself={"CREATED": "SHIPPED VOIDED", "LABELLED": "SHIPPED VOIDED"},
)


async def kept(shop: Shop, stage: str) -> Reservation:
    return await Reservation.get(order_id=(await shop.order(stage)).id)


async def run_out(shop: Shop) -> Reservation:
    row = await kept(shop, "placed")
    await Reservation.filter(id=row.id).update(expires_at=now())
    await reservation_terms.expire(row.order_id)
    return row


RESERVATIONS = Life(
    rows=[
        lambda shop: kept(shop, "placed"),
        lambda shop: kept(shop, "shipped"),
        then(lambda shop: kept(shop, "placed"), reservation_terms.release, **WHY),
        run_out,
    ],
    moves=[Move("reservationRelease", "RELEASED", WHY)],
    stays="reservationExtend",
    by_itself={"ACTIVE": "CONSUMED EXPIRED"},
)
