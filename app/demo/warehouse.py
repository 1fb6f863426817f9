"""The warehouse: work is released, picked and packed by scan with the odd mistake, handed over."""

from datetime import timedelta
from typing import Any

from app.demo.shop import Desk, Shop, trying
from models import (
    Arrival,
    ArrivalStatus,
    Fulfillment,
    FulfillmentStatus,
    Role,
    StockAlert,
    StockAlertStatus,
    Tracking,
)
from services import (
    alerts,
    arrivals,
    fulfillments,
    packages,
    pick_lists,
    scans,
    shipments,
    stock,
)
from services.alert_answers import HELPED
from services.clock import now
from services.lots import LotDraft
from services.mispicks import Scan
from services.pick_lists import Item
from services.seeds.catalog import CARRIERS, tracking_code

AT_ONCE = 8
REFILL = 60


async def release(shop: Shop) -> None:
    """The lead hands out what is planned and not held."""
    for work in await _next(FulfillmentStatus.PENDING):
        async with trying():
            await fulfillments.release(shop.staff[Role.WAREHOUSE_LEAD], work.id)


async def pick(shop: Shop) -> None:
    """A picker takes what has waited longest and collects it; now and then it is the wrong thing,
    and now and then something is not on its shelf."""
    picker = shop.staff[Role.PICKER]
    for work in await _next(FulfillmentStatus.RELEASED, most=2):
        async with trying():
            await fulfillments.pick_start(picker, work.id)
            for item in await pick_lists.items([work.id]):
                await shop.pause(1)
                await _pick(shop, work, item)
            await fulfillments.pick_complete(picker, work.id)


async def _pick(shop: Shop, work: Fulfillment, item: Item) -> None:
    picker = shop.staff[Role.PICKER]
    bin_code = item.bin.code if item.bin is not None else None
    if shop.happens(0.03):
        async with trying():
            wrong = shop.dice.choice(shop.variants)
            await scans.pick(picker, work.id, Scan(barcode=wrong.sku, bin_code=bin_code))
    units = item.work.quantity - (1 if shop.happens(0.02) else 0)
    if units:
        code = item.variant.barcode or item.variant.sku
        await scans.pick(picker, work.id, Scan(barcode=code, quantity=units, bin_code=bin_code))


async def pack(shop: Shop) -> None:
    """What is picked goes into one box, which is weighed, closed and labelled."""
    picker = shop.staff[Role.PICKER]
    for work in await _next(FulfillmentStatus.PICKED, most=3):
        async with trying():
            box = await packages.create(picker, work.id, box=f"BOX-{work.id}", material="carton M")
            for item in await pick_lists.items([work.id]):
                if item.work.picked:
                    scan = Scan(barcode=item.variant.sku, quantity=item.work.picked, box=box.box)
                    await scans.pack(picker, work.id, scan)
            await packages.close(picker, box.id, weight=shop.dice.randrange(200, 4000))
            await fulfillments.pack_complete(picker, work.id)
            carrier = shop.dice.choice([*CARRIERS])
            await shipments.create(
                picker,
                work.id,
                carrier=carrier,
                service=CARRIERS[carrier],
                tracking_code=tracking_code(carrier, work.id),
                package_id=box.id,
            )


async def hand_over(shop: Shop) -> None:
    """The carriers come for what is packed."""
    for work in await _next(FulfillmentStatus.PACKED, most=50):
        async with trying():
            await fulfillments.hand_over(shop.staff[Role.PICKER], work.id)


async def order_more(shop: Shop) -> None:
    """The buyer takes notice of what runs low and has more sent."""
    buyer = shop.staff[Role.BUYER]
    low = StockAlert.filter(status=StockAlertStatus.OPEN, kind__in=list(HELPED))
    for alert in await low.order_by("id").limit(20):
        async with trying():
            await alerts.acknowledge(buyer, alert.id)
            at = {"variant_id": alert.variant_id, "location_id": alert.location_id}
            if not await Arrival.exists(**at, status=ArrivalStatus.EXPECTED):
                due = now() + timedelta(hours=shop.dice.uniform(4, 30))
                await arrivals.expect(buyer, **at, quantity=REFILL, expected_at=due)


async def receive(shop: Shop) -> None:
    """What should have come by now mostly has."""
    due = Arrival.filter(status=ArrivalStatus.EXPECTED, expected_at__lte=now())
    for arrival in await due.order_by("expected_at").limit(20):
        if shop.happens(0.7):
            async with trying():
                units = arrival.quantity - arrival.arrived
                await stock.receive(
                    shop.staff[Role.WAREHOUSE_LEAD],
                    variant_id=arrival.variant_id,
                    location_id=arrival.location_id,
                    quantity=units,
                    arrival_id=arrival.id,
                    **_lots(shop, arrival, units),
                )


def _lots(shop: Shop, arrival: Arrival, units: int) -> dict[str, Any]:
    """What stands on units that come in, where they have lots or serial numbers."""
    variant = next(each for each in shop.variants if each.id == arrival.variant_id)
    if variant.tracking is Tracking.LOT:
        keeps = (now() + timedelta(days=90)).date()
        return {"lot": LotDraft(code=f"{variant.sku}-{arrival.id}", expires_on=keeps)}
    if variant.tracking is Tracking.SERIAL:
        return {"serials": [f"{variant.sku}-{arrival.id}-{n}" for n in range(units)]}
    return {}


async def _next(status: FulfillmentStatus, *, most: int = AT_ONCE) -> list[Fulfillment]:
    return await Fulfillment.filter(status=status).order_by("id").limit(most)


DESKS = (
    Desk(name="lead", minutes=12, work=release),
    Desk(name="picker", minutes=6, work=pick),
    Desk(name="other picker", minutes=6, work=pick),
    Desk(name="packer", minutes=6, work=pack),
    Desk(name="dock", minutes=120, work=hand_over),
    Desk(name="buyer", minutes=60, work=order_more),
    Desk(name="goods in", minutes=60, work=receive),
)
