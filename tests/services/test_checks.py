"""That a lived-in shop adds up, and that every rule speaks when something does not."""

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from models import (
    FulfillmentLine,
    HoldKind,
    Invoice,
    Order,
    PaymentEvent,
    PaymentEventState,
    PaymentProvider,
    Reservation,
    Role,
    ShipmentStatus,
    StockAlert,
)
from services import (
    alerts,
    arrivals,
    catalog,
    checks,
    clockwork,
    event_log,
    fulfillments,
    holds,
    invoices,
    orders,
    payments,
    people,
    requests,
    shipments,
    shipping,
    stock,
    waves,
)
from services.actors import SYSTEM
from services.clock import now
from services.payment_inputs import Said
from services.requests import Request
from tests.cast import HOME, STAGES, Shop, report
from tests.damages import DAMAGES
from tests.warehouse import boxed, home, mispicked, packed, pick, wave_of

ENOUGH = 200


@pytest.fixture
async def lived_in(database: str) -> Shop:
    """A shop with an order at every stage, and with everything else that can happen to one."""
    shop = await Shop.open(north=ENOUGH, south=5)
    _, air = await shop.ships()
    for stage in STAGES:
        await shop.order(stage, mug=2, shirt=1)
    flown = await shop.order("placed")
    await shipping.choose(SYSTEM, flown.id, air.id)
    await _give_up(shop)
    await _go_astray(shop)
    await _run_low(shop)
    await _credit(shop)
    await _scan(await Shop.open(north=ENOUGH))
    await orders.place(
        SYSTEM, draft=shop.draft(mug=1, shipping_address=replace(HOME, postal_code="1"))
    )
    await _run_out(shop)
    held = await shop.order("confirmed")
    await holds.hold(SYSTEM, held.id, kind=HoldKind.MANUAL, reason="The customer is away.")
    await _pay(await Shop.open())
    await people.create_token(SYSTEM, Role.CLERK, name="Clara")
    await people.create_token(SYSTEM, Role.CUSTOMER, name="Ada", customer_id=shop.customer.id)
    await requests.carry_out(SYSTEM, Request(fingerprint="f", key="k"), shop.order)
    await event_log.take_in()
    return shop


async def _give_up(shop: Shop) -> None:
    for stage in ("draft", "placed", "confirmed", "picked", "parcelled"):
        order = await shop.order(stage)
        await holds.hold(SYSTEM, order.id, kind=HoldKind.MANUAL, reason="They may cancel.")
        await orders.cancel(SYSTEM, order.id, reason="The customer changed their mind.")
    work = await shop.fulfillment("parcelled")
    await fulfillments.cancel(SYSTEM, work.id)


async def _go_astray(shop: Shop) -> None:
    # More than the north has, so it comes from both; and one unit of it is not found.
    order = await shop.order("picking", mug=ENOUGH - 20)
    [line, *_] = await FulfillmentLine.filter(fulfillment__order_id=order.id).order_by("id")
    await fulfillments.pick_complete(
        SYSTEM, line.fulfillment_id, picked={line.id: line.quantity - 1}
    )
    for ending in (ShipmentStatus.LOST, ShipmentStatus.RETURNED_TO_SENDER):
        parcel = await shop.shipment("shipped", shirt=1)
        await report(parcel, ShipmentStatus.DELIVERY_FAILED, hour=1)
        await report(parcel, ending, hour=2)


async def _scan(shop: Shop) -> None:
    """Bins, waves, boxes and a mispick."""
    await home(shop.mug, shop.north)
    await wave_of(await shop.fulfillment("released"))
    await wave_of(await shop.fulfillment("released"), started_by=SYSTEM)
    picked = await shop.fulfillment("released")
    await wave_of(picked, started_by=SYSTEM)
    await fulfillments.pick_complete(SYSTEM, picked.id)
    dissolved = await wave_of(await shop.fulfillment("released"))
    await waves.cancel(SYSTEM, dissolved.id)
    await pick(SYSTEM, await shop.fulfillment("picking", mug=3), shop.mug, 2)
    await boxed(shop)
    sent = await packed(shop, mug=2)
    await shipments.create(SYSTEM, sent.fulfillment_id, carrier="DHL", package_id=sent.id)
    given_up = await boxed(shop)
    await fulfillments.cancel(SYSTEM, given_up.fulfillment_id)
    await mispicked(shop)


async def _pay(shop: Shop) -> None:
    """Cash that is asked back in part, a provider that was asked, a failure, and an expiry."""
    orders_ = [await shop.order("placed", mug=2) for _ in range(5)]
    cash = await payments.take(SYSTEM, orders_[0].id)
    money = (Decimal(5), "EUR")
    await payments.refund(SYSTEM, cash.id, amount=money)
    await payments.refund(
        SYSTEM, cash.id, amount=money, said=Said(outcome=PaymentEventState.REQUESTED)
    )
    card = await payments.authorize(SYSTEM, orders_[1].id)
    await payments.capture(SYSTEM, card.id, amount=money)
    await payments.authorize(SYSTEM, orders_[2].id, provider=PaymentProvider.HTTP)
    failed = Said(outcome=PaymentEventState.FAILED)
    tried = await payments.authorize(SYSTEM, orders_[3].id, said=failed)
    event = await PaymentEvent.get(payment_id=tried.id)
    await payments.retry(SYSTEM, tried.id, event_id=event.id, said=failed)
    await Order.filter(id=orders_[4].id).update(payment_due_at=now())
    await orders.expire(SYSTEM, orders_[4].id)


async def _credit(shop: Shop) -> None:
    invoice = await Invoice.filter(order__customer_id=shop.customer.id).order_by("id").first()
    await invoices.issue_credit(SYSTEM, invoice.id, reason="It was late.")


async def _run_low(shop: Shop) -> None:
    levels = {"variant_id": shop.shirt.id, "location_id": shop.south.id}
    await stock.adjust(SYSTEM, **levels, change=-5, note="Water got in.")
    await alerts.acknowledge(SYSTEM, (await StockAlert.get(is_open=True, **levels)).id)
    await stock.receive(SYSTEM, **levels, quantity=5)
    await stock.set_reorder_point(SYSTEM, **levels, reorder_point=10)
    await stock.adjust(SYSTEM, **levels, change=-5, note="Water got in again.")


async def _run_out(shop: Shop) -> None:
    """More shirts are ordered than there are, some come, and a reservation runs out."""
    await catalog.update_variant(SYSTEM, shop.shirt.id, {"backorderable": True}, None)
    for _ in range(2):
        draft = shop.draft(shirt=2 * ENOUGH)
        await orders.place(SYSTEM, draft=draft, allow_backorder=True)
    coming = await shop.expect(shop.shirt, 5)
    here = {"variant_id": shop.shirt.id, "location_id": shop.north.id}
    await stock.receive(SYSTEM, **here, quantity=3, arrival_id=coming.id)
    await arrivals.cancel(SYSTEM, (await shop.expect(shop.mug, 1)).id, reason="Sold out.")
    placed = await shop.order("placed")
    await Reservation.filter(order_id=placed.id).update(expires_at=placed.created_at)
    await clockwork.tick()


class TestRun:
    async def test_finds_nothing_wrong_with_a_new_database(self, database):
        assert [result for result in await checks.run() if result.broken] == []

    async def test_finds_nothing_wrong_with_a_lived_in_shop(self, lived_in):
        assert [result for result in await checks.run() if result.broken] == []

    async def test_finds_nothing_wrong_while_people_work(self, database):
        shop = await Shop.open(north=ENOUGH)
        at_work = asyncio.gather(*(_work(shop) for _ in range(4)))

        runs = 0
        while not at_work.done():
            assert [result for result in await checks.run() if result.broken] == []
            runs += 1

        await at_work
        assert runs > 1

    async def test_speaks_of_what_is_damaged_and_of_nothing_else(self, lived_in):
        spoke = [await _rules_that_speak_of(damage) for damage, _ in DAMAGES]

        wrong = [
            (damage, names, expected)
            for names, (damage, expected) in zip(spoke, DAMAGES, strict=True)
            if names != expected
        ]

        assert wrong == []

    def test_has_a_damage_for_every_rule(self):
        known = [rule.name for rule in checks.RULES]

        assert len(set(known)) == len(known)
        assert set(known) == set().union(*(expected for _, expected in DAMAGES))

    async def test_counts_what_is_broken_and_tells_of_a_few(self, shop):
        for _ in range(checks.EXAMPLES + 1):
            await shop.order("draft")

        await get_connection("default").execute_query("UPDATE orders SET total = total + 1")

        [result, _] = [result for result in await checks.run() if result.broken]
        assert result.name == "order-total"
        assert result.broken == checks.EXAMPLES + 1
        assert len(result.examples) == checks.EXAMPLES
        assert (
            result.examples[0]
            == "ORD-1001 totals 1251 minor units; its lines sum to 1250, with shipping."
        )

    async def test_leaves_out_what_the_log_no_longer_keeps(self, shop):
        await event_log.take_in()

        await get_connection("default").execute_query("DELETE FROM events WHERE position < 5")

        assert [result for result in await checks.run() if result.broken] == []

    async def test_leaves_out_what_the_log_has_not_placed_yet(self, shop):
        await event_log.take_in()

        await shop.order("placed")

        assert [result for result in await checks.run() if result.broken] == []


class TestSnapshot:
    async def test_stays_as_it_is_and_keeps_nobody_from_writing(self, shop):
        async with checks.snapshot() as ask:
            [before] = [tuple(row) for row in await ask("SELECT COUNT(*) FROM orders")]
            await shop.order("draft")
            [after] = [tuple(row) for row in await ask("SELECT COUNT(*) FROM orders")]

        assert after == before

    async def test_can_only_be_read(self, database):
        with pytest.raises(Exception, match=r"read-?only"):
            async with checks.snapshot() as ask:
                await ask("DELETE FROM orders")


async def _work(shop: Shop) -> None:
    for stage in ("delivered", "picked", "placed"):
        order = await shop.order(stage, mug=1, shirt=1)
        await event_log.take_in()
    await orders.cancel(SYSTEM, order.id, reason="The customer changed their mind.")


class _Undone(Exception):
    pass


async def _rules_that_speak_of(damage: str) -> set[str]:
    """The names of the rules that are broken by a damage, which is undone again."""
    try:
        async with in_transaction() as connection:
            for statement in damage.split("; "):
                await connection.execute_query(statement)
            results = await checks.prove(connection.execute_query_dict)
            raise _Undone
    except _Undone:
        return {result.name for result in results if result.broken}
