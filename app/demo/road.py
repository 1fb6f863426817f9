"""The road: carriers report what becomes of each parcel, which is not always what was hoped for."""

from app.demo.shop import Desk, Shop, trying
from models import Shipment, ShipmentStatus
from services import shipments
from services.actors import SYSTEM
from services.clock import now
from services.seeds.catalog import HUBS

_S = ShipmentStatus
# What a carrier reports next, and how often of a hundred times.
NEXT: dict[ShipmentStatus, dict[ShipmentStatus, int]] = {
    _S.SHIPPED: {_S.IN_TRANSIT: 100},
    _S.IN_TRANSIT: {_S.IN_TRANSIT: 35, _S.OUT_FOR_DELIVERY: 63, _S.LOST: 1, _S.DAMAGED: 1},
    _S.OUT_FOR_DELIVERY: {_S.DELIVERED: 93, _S.DELIVERY_FAILED: 7},
    _S.DELIVERY_FAILED: {_S.OUT_FOR_DELIVERY: 85, _S.RETURNING: 15},
    _S.RETURNING: {_S.RETURNED_TO_SENDER: 100},
}
# Of a hundred parcels, how many are heard of at each look; the rest are late or their carrier is
# silent.
HEARD_OF = 0.25


async def drive(shop: Shop) -> None:
    on_the_road = await Shipment.filter(status__in=[*NEXT]).order_by("updated_at").limit(200)
    for parcel in on_the_road:
        if shop.happens(HEARD_OF):
            possible = NEXT[parcel.status]
            [status] = shop.dice.choices([*possible], [*possible.values()])
            async with trying():
                await shipments.record_event(
                    SYSTEM,
                    parcel.id,
                    status=status,
                    occurred_at=now(),
                    place=shop.dice.choice(HUBS),
                )


DESKS = (Desk(name="carriers", minutes=60, work=drive),)
