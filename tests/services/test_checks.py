"""That a lived-in shop adds up, and that every rule speaks when something does not."""

import asyncio
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from models import (
    Disposition,
    Forecast,
    FulfillmentLine,
    HoldKind,
    Invoice,
    Level,
    Lot,
    Order,
    PaymentEvent,
    PaymentEventState,
    PaymentProvider,
    ReplenishmentPolicy,
    Reservation,
    Role,
    Settlement,
    ShipmentStatus,
    StockAlert,
    Supplier,
    Tracking,
)
from services import (
    alert_rounds,
    alerts,
    arrivals,
    bin_moves,
    catalog,
    checks,
    clockwork,
    event_log,
    fulfillments,
    holds,
    inspections,
    invoices,
    lots,
    orders,
    payments,
    people,
    proposals,
    purchase_approvals,
    purchase_talks,
    recalls,
    receipts,
    replenishment_policies,
    requests,
    return_receiving,
    returns,
    shipments,
    shipping,
    stock,
    stock_states,
    supplier_claims,
    transfer_steps,
    transfers,
    waves,
)
from services.actors import SYSTEM
from services.clock import now
from services.inspections import Verdict
from services.lots import LotDraft
from services.payment_inputs import Said
from services.receiving import OverDelivery
from services.requests import Request
from services.return_receiving import Seen
from services.stock_states import Place
from services.transfer_steps import TransferUnits
from tests import credit, desk, inbound, remedies, returning
from tests.cast import HOME, STAGES, Shop, report
from tests.counting import count_at
from tests.damages import DAMAGES
from tests.inbound import transfer
from tests.planning import forecast_in, proposal_in, read_news
from tests.purchases import buy
from tests.returning import returned
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
    await _ripen(await Shop.open(north=ENOUGH))
    await _credit(shop)
    await _scan(await Shop.open(north=ENOUGH))
    await _transfer(await Shop.open(north=ENOUGH))
    await _deliver(await Shop.open())
    await _send_back(await Shop.open(north=ENOUGH))
    await _track(await Shop.open())
    await buy(await Shop.open())
    for stage in ("posted", "review", "open", "scanned"):
        await count_at(await Shop.open(), stage)
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
    await desk.attend(await Shop.open(north=ENOUGH))
    await _plan(await Shop.open())
    await remedies.make_good(await Shop.open())
    await credit.use(await Shop.open())
    await read_news()
    return shop


async def _plan(shop: Shop) -> None:
    """Proposals that are open, accepted and sent, accepted from another location, dismissed."""
    await forecast_in(shop)
    bought = await proposals.accept(SYSTEM, (await proposal_in(shop, location=shop.south)).id)
    await purchase_approvals.submit(SYSTEM, bought.purchase_order_id)
    await purchase_approvals.approve(SYSTEM, bought.purchase_order_id)
    await purchase_talks.send(SYSTEM, bought.purchase_order_id)
    await proposal_in(shop)
    brought = {"variant": shop.shirt, "source_id": shop.south.id}
    await proposals.accept(SYSTEM, (await proposal_in(shop, **brought)).id)
    refused = await proposal_in(shop, variant=shop.shirt, location=shop.south)
    await proposals.dismiss(SYSTEM, refused.id, reason="Out of fashion")
    policy = await ReplenishmentPolicy.get(level_id=refused.level_id)
    await replenishment_policies.remove_policy(SYSTEM, policy.id)


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
    row = await home(shop.mug, shop.north)
    place = Place(variant_id=shop.mug.id, location_id=shop.north.id)
    await bin_moves.move(SYSTEM, place, to_bin_id=row.id, quantity=ENOUGH)
    for verb in (stock_states.damage, stock_states.quarantine):
        await verb(SYSTEM, place, quantity=2, note="Water got in.")
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


async def _track(shop: Shop) -> None:
    """Lots that are free, set aside, sent, called back and empty, and serial numbers."""
    tea, phone = await shop.tracked(), await shop.tracked(Tracking.SERIAL)
    for code in ("KEPT", "CALLED BACK"):
        await shop.receive_lot(tea, shop.north, 5, code)
    await lots.create(SYSTEM, tea.id, LotDraft(code="EMPTY"))
    await shop.work_of(tea, 2, "shipped")
    await shop.place_of(tea, 2)
    recalled = await Lot.get(code="CALLED BACK")
    await recalls.start(SYSTEM, recalled.id, reason="Glass")
    at = {"variant_id": phone.id, "location_id": shop.north.id}
    await stock.receive(SYSTEM, **at, quantity=2, serials=["S1", "S2"])


async def _transfer(shop: Shop) -> None:
    """Transfers at every stage, one of them with a lot, one received in part, one with a loss."""
    for stage in inbound.STAGES:
        await transfer(shop, stage, mug=2, shirt=1)
    shop.shirt = await shop.tracked()
    await inbound.lot_at(shop.shirt, shop.south, 4, code="A")
    await transfer(shop, "in_transit", shirt=2, back=True)
    called_off = await transfer(shop, "allocated", mug=2)
    await transfers.cancel(SYSTEM, called_off.id, reason="Not needed.")
    for is_over in (False, True):
        row = await transfer(shop, "in_transit", mug=5)
        [line] = await inbound.lines_of(row)
        part = TransferUnits(line_id=line.id, quantity=2, damaged=1)
        await transfer_steps.receive(SYSTEM, row.id, units=[part])
        if is_over:
            await transfer_steps.close(SYSTEM, row.id, reason="Fell off the lorry.")


async def _send_back(shop: Shop) -> None:
    """Returns at every step, one declined, and one of which some were missing or sent back."""
    for step in returning.STEPS:
        await returned(shop, step)
    declined = await returned(shop)
    await returns.decline(SYSTEM, declined.id, reason="It was worn.")
    row = await returned(shop, "in_transit", mug=4, back=4)
    await return_receiving.scan(SYSTEM, row.id, Seen(code=shop.mug.sku, quantity=3))
    await return_receiving.complete(SYSTEM, row.id, reason="One was not in the box.")
    fates = (Disposition.WRITE_OFF, Disposition.RETURN_TO_CUSTOMER, Disposition.REPAIR)
    await returning.judge(row, *fates)
    await returned(shop)


async def _deliver(shop: Shop) -> None:
    """Deliveries: short, damaged, over, wrong, to be inspected, and opened in error; and claims at
    every stage."""
    await inbound.completed(shop)
    for step in (
        lambda row: supplier_claims.settle(SYSTEM, row.id, settlement=Settlement.CREDIT),
        lambda row: supplier_claims.drop(SYSTEM, row.id, reason="Found it."),
    ):
        await step(await inbound.claim(shop, "sent"))
    await inbound.claim(shop, "sent")
    row = await inbound.receipt(shop, mug=4)
    await Supplier.filter(id=row.supplier_id).update(inspect=True)
    await inbound.scan(row, shop.mug.sku, 6, over=OverDelivery.QUARANTINE)
    line = await inbound.receipt_line(row, shop.mug)
    for verdict, over in ((Verdict.GOOD, False), (Verdict.GOOD, True), (Verdict.RETURNED, False)):
        await inspections.inspect(
            SYSTEM, row.id, line_id=line.id, quantity=1, verdict=verdict, over=over
        )
    empty = await inbound.receipt(shop)
    await receipts.cancel(SYSTEM, empty.id, reason="Opened in error.")
    supplier_id = row.supplier_id
    await people.create_token(SYSTEM, Role.SUPPLIER, name="Sofia", supplier_id=supplier_id)


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


async def _ripen(shop: Shop) -> None:
    """A lot that ends soon and one that does not, and shirts that are asked for too much."""
    tea = await shop.tracked()
    for place, end in ((shop.north, now().date()), (shop.south, date(2150, 1, 1))):
        await shop.receive_lot(tea, place, 3, f"L-{place.code}", expires_on=end)
    level = await shop.level(shop.shirt, shop.south)
    await Forecast.filter(level_id=level.id).delete()
    await Forecast.create(
        level_id=level.id,
        variant_id=level.variant_id,
        location_id=level.location_id,
        mean=100.0,
        began_on=now().date(),
        computed_at=now(),
    )
    await Level.all().update(judge_at=now())
    while await alert_rounds.due(now(), 1):
        await alert_rounds.make(1)
    kinds = await StockAlert.filter(is_open=True).values_list("kind", flat=True)
    assert {"expiring", "projected_stockout"} <= set(kinds)


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
