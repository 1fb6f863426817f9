import pytest

from models import Order, OrderStatus
from services import orders, progress
from services.actors import SYSTEM
from services.progress import OrderFulfillmentStatus as Units
from services.progress import OrderStage
from tests.cast import STAGES, one_database, work_on, work_through

ENTRY, PROCESSING = OrderStage.ENTRY, OrderStage.PROCESSING
TRACKING, COMPLETION = OrderStage.TRACKING, OrderStage.COMPLETION

AT = {
    "draft": (Units.UNFULFILLED, ENTRY),
    "placed": (Units.ALLOCATED, ENTRY),
    "confirmed": (Units.ALLOCATED, PROCESSING),
    "released": (Units.ALLOCATED, PROCESSING),
    "picking": (Units.ALLOCATED, PROCESSING),
    "picked": (Units.PICKED, PROCESSING),
    "packing": (Units.PICKED, PROCESSING),
    "packed": (Units.PACKED, PROCESSING),
    "parcelled": (Units.PACKED, PROCESSING),
    "shipped": (Units.SHIPPED, TRACKING),
    "delivered": (Units.DELIVERED, COMPLETION),
}


async def of(order: Order) -> tuple[Units, OrderStage | None]:
    row = await Order.get(id=order.id)
    [units] = await progress.fulfillment_statuses(SYSTEM, [row])
    [stage] = await progress.stages(SYSTEM, [row])
    return units, stage


def test_of_every_stage_is_said_here():
    assert tuple(AT) == STAGES


@one_database
@pytest.mark.parametrize("stage", STAGES)
async def test_of_an_order_is_that_of_all_its_units(shop, stage):
    assert await of(await shop.order(stage, mug=12)) == AT[stage]


@pytest.mark.parametrize(
    ("stage", "units"),
    [
        ("picked", Units.PARTIALLY_PICKED),
        ("packed", Units.PARTIALLY_PACKED),
        ("shipped", Units.PARTIALLY_SHIPPED),
        ("delivered", Units.PARTIALLY_DELIVERED),
    ],
)
async def test_of_an_order_in_part_is_that_of_its_furthest_unit(shop, stage, units):
    order = await shop.order("confirmed", mug=12)

    await work_through((await work_on(order))[0], stage)

    assert await of(order) == (units, PROCESSING)


async def test_of_a_cancelled_order_is_none(shop):
    order = await shop.order("picked", mug=12)

    await orders.cancel(SYSTEM, order.id, reason="Enough.")

    assert await of(order) == (Units.UNFULFILLED, None)


async def test_of_an_empty_draft_is_that_nothing_is_done(shop):
    assert await of(await orders.create(SYSTEM, shop.draft())) == (Units.UNFULFILLED, ENTRY)


async def test_of_many_orders_is_each_its_own(shop):
    rows = [await shop.order(stage) for stage in ("shipped", "draft", "picked")]

    assert await progress.fulfillment_statuses(SYSTEM, rows) == [
        Units.SHIPPED,
        Units.UNFULFILLED,
        Units.PICKED,
    ]
    assert await progress.stages(SYSTEM, rows) == [TRACKING, ENTRY, PROCESSING]


async def test_of_every_status_is_known(shop):
    order = await shop.order("draft")
    without = set()
    for order.status in OrderStatus:
        [stage] = await progress.stages(SYSTEM, [order])
        without |= {order.status} if stage is None else set()

    assert without == {OrderStatus.CANCELLED, OrderStatus.EXPIRED}
