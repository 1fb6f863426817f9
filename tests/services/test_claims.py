"""Claims: opened by people and parcels, declined, replaced, refunded once, borne by others."""

from decimal import Decimal

import pytest

from models import (
    Claim,
    ClaimKind,
    ClaimRemedy,
    ClaimStatus,
    Event,
    Mispick,
    Order,
    OrderStatus,
    RecoveryStatus,
    Shipment,
    ShipmentStatus,
)
from models.errors import Refused
from services import (
    claim_recoveries,
    claim_remedies,
    claims,
    clockwork,
    fulfillments,
    orders,
    scans,
)
from services.actors import SYSTEM
from services.mispicks import Scan
from tests.cast import CLERK, MANAGER, actor_for, parcel, refuses, report, told, work_on
from tests.remedies import claim, in_order, line_of, lost, money_of, paid

EUR = "EUR"


class TestOpen:
    async def test_is_worth_what_was_paid(self, shop):
        order = await paid(shop, mug=3)
        line = await line_of(order)
        customer = actor_for(shop.customer)

        row = await claims.open(
            customer, order.id, kind=ClaimKind.DAMAGED, lines=[(line.id, 2)], note=" Cracked "
        )

        assert (row.value, row.status, row.note) == (2500, ClaimStatus.OPEN, "Cracked")
        sent = await Shipment.get(order_id=order.id)
        assert (row.shipment_id, row.carrier) == (sent.id, "DHL")
        assert (await told("ClaimOpened", by=customer)).details["units"] == 2

    async def test_refuses_units_twice_and_what_is_not_there(self, shop):
        order = await paid(shop, mug=3)
        line = await line_of(order)
        await claims.open(CLERK, order.id, kind=ClaimKind.MISSING, lines=[(line.id, 2)])

        async with refuses(
            ("INVALID", ("lines", 0, "units")), ("NOT_FOUND", ("lines", 1, "lineId"))
        ):
            wanted = [(line.id, 2), (0, 1)]
            await claims.open(CLERK, order.id, kind=ClaimKind.WRONG, lines=wanted)
        async with refuses(("NOT_FOUND", ("shipmentId",)), ("INVALID", ("lines",))):
            await claims.open(CLERK, order.id, kind=ClaimKind.WRONG, lines=[], shipment_id=10**9)

    async def test_is_linked_to_the_scan_that_went_wrong(self, shop):
        order = await shop.order("picking", mug=1)
        [work] = await work_on(order)
        with pytest.raises(Refused):
            await scans.pick(SYSTEM, work.id, Scan(barcode=shop.shirt.sku))
        for step in (fulfillments.pick_complete, fulfillments.pack_start):
            await step(SYSTEM, work.id)
        await fulfillments.pack_complete(SYSTEM, work.id)
        await parcel(work)
        await fulfillments.hand_over(SYSTEM, work.id)
        line = await line_of(order)

        row = await claims.open(CLERK, order.id, kind=ClaimKind.WRONG, lines=[(line.id, 1)])

        assert row.mispick_id == (await Mispick.get(order_id=order.id)).id


class TestParcels:
    async def test_a_lost_one_opens_a_claim_once(self, shop):
        order, row = await lost(shop)
        sent = await Shipment.get(order_id=order.id)
        await report(sent, ShipmentStatus.IN_TRANSIT, hour=13)
        await report(sent, ShipmentStatus.LOST, hour=14)

        [again] = await Claim.filter(order_id=order.id)
        assert (again.id, again.kind, again.value) == (row.id, ClaimKind.LOST, 2500)
        assert (row.shipment_id, row.carrier_event_id is not None) == (sent.id, True)

    async def test_what_is_made_good_is_written_off_and_ends_the_order(self, shop):
        order, row = await lost(shop)
        await claims.approve(MANAGER, row.id)
        await claim_remedies.refund(MANAGER, row.id)

        order = await Order.get(id=order.id)
        assert (order.status, order.allowance) == (OrderStatus.COMPLETED, 2500)
        assert (await line_of(order)).written_off == 2
        assert await money_of(order) == (0, 2500, 2500)
        await in_order()

    async def test_one_that_comes_after_all_is_told_of(self, shop):
        order, row = await lost(shop)
        await claims.approve(MANAGER, row.id)
        await claim_remedies.refund(MANAGER, row.id)
        await report(await Shipment.get(order_id=order.id), ShipmentStatus.DELIVERED, hour=20)

        row = await Claim.get(id=row.id)
        line = await line_of(order)
        assert row.arrived_at is not None
        assert (line.delivered, line.written_off) == (2, 0)
        assert await Event.filter(kind="ClaimGoodsArrived").count() == 1
        await in_order()


class TestReplace:
    async def test_costs_nothing_and_what_is_given_up_is_refunded(self, shop):
        row = await claim(shop, "approved", units=2)
        row = await claim_remedies.replace(MANAGER, row.id)
        fresh = await Order.get(id=row.replacement_id)

        assert (row.status, row.remedy) == (ClaimStatus.SETTLED, ClaimRemedy.REPLACE)
        assert (fresh.origin_id, fresh.total, fresh.price) == (row.order_id, 2500, 0)
        original = await Order.get(id=row.order_id)
        assert original.allowance == 0
        await in_order()

        await orders.cancel(CLERK, fresh.id, reason="Not wanted any more")
        await clockwork.tick()

        assert await money_of(original) == (1250, 3750, 2500)
        assert (await Claim.get(id=row.id)).refund == 2500
        await in_order()

    async def test_refuses_what_is_not_approved_and_the_other_remedy(self, shop):
        row = await claim(shop)
        async with refuses(("WRONG_STATUS", ("id",))):
            await claim_remedies.replace(MANAGER, row.id)
        await claims.approve(MANAGER, row.id)
        await claim_remedies.refund(MANAGER, row.id)
        async with refuses(("WRONG_STATUS", ("id",))):
            await claim_remedies.replace(MANAGER, row.id)
        async with refuses(("WRONG_STATUS", ("id",))):
            await claim_remedies.refund(MANAGER, row.id)


class TestDecline:
    async def test_lets_its_units_be_claimed_again(self, shop):
        row = await claim(shop, units=3)
        await claims.decline(MANAGER, row.id, reason="It was not wrapped")

        order = await Order.get(id=row.order_id)
        line = await line_of(order)
        again = await claims.open(CLERK, order.id, kind=ClaimKind.DAMAGED, lines=[(line.id, 3)])
        assert again.value == 3750
        async with refuses(("WRONG_STATUS", ("id",))):
            await claims.approve(MANAGER, row.id)


class TestRecovery:
    async def test_is_asked_of_the_carrier_and_then_of_somebody_else(self, shop):
        row = await claim(shop, "approved")
        eur = (Decimal("12.50"), EUR)
        row = await claim_recoveries.request(MANAGER, row.id, amount=eur, reference="DHL-9")
        assert (row.carrier, row.asked, row.recovery) == ("DHL", 1250, RecoveryStatus.REQUESTED)
        await claim_recoveries.refuse(MANAGER, row.id)
        await claim_recoveries.request(MANAGER, row.id, amount=eur, carrier="UPS")

        row = await claim_recoveries.settle(MANAGER, row.id, amount=(Decimal(10), EUR))

        assert (row.recovery, row.recovered) == (RecoveryStatus.RECOVERED, 1000)
        assert (await told("ClaimRecovered", by=MANAGER)).details["amount"] == "10.00"

    async def test_refuses_what_makes_no_sense(self, shop):
        row, eur = await claim(shop), (Decimal("12.50"), EUR)
        async with refuses(("BLOCKED", ("id",))):
            await claim_recoveries.request(MANAGER, row.id, amount=eur)
        async with refuses(("BLOCKED", ("id",))):
            await claim_recoveries.settle(MANAGER, row.id)
        await claims.approve(MANAGER, row.id)
        async with refuses(("INVALID", ("amount", "currency"))):
            await claim_recoveries.request(MANAGER, row.id, amount=(Decimal(1), "USD"))
        await claim_recoveries.request(MANAGER, row.id, amount=eur)
        async with refuses(("AMOUNT_EXCEEDED", ("amount",))):
            await claim_recoveries.settle(MANAGER, row.id, amount=(Decimal(13), EUR))
        async with refuses(("BLOCKED", ("id",))):
            await claim_recoveries.request(MANAGER, row.id, amount=eur)
