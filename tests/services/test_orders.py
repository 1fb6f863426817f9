from dataclasses import replace
from decimal import Decimal
from functools import partial

import pytest

from models import (
    Customer,
    Fulfillment,
    FulfillmentStatus,
    Hold,
    HoldKind,
    Level,
    Order,
    OrderChannel,
    OrderStatus,
    Reservation,
    ReservationStatus,
    Shipment,
    ShipmentStatus,
)
from services import catalog, customers, holds, orders
from services.actors import SYSTEM
from services.goods import LineDraft
from tests.books import assert_balanced
from tests.cast import (
    HOME,
    STAGES,
    Shop,
    actor_for,
    all_at_once,
    lines_of,
    one_database,
    refused,
    refuses,
    told,
    work_on,
)

CANCELLABLE = STAGES[: STAGES.index("shipped")]


# The stages of an order at which each verb is possible, and what it takes besides the order.
POSSIBLE = {
    orders.update: (STAGES[: STAGES.index("delivered")], {"changes": {"note": "Ring twice."}}),
    orders.place: (["draft"], {}),
    orders.confirm: (["placed"], {}),
    orders.cancel: (STAGES[: STAGES.index("delivered")], {"reason": "Changed their mind."}),
}


@one_database
@pytest.mark.parametrize("stage", STAGES)
async def test_an_order_refuses_every_step_that_is_not_its_next(shop, stage):
    order = await shop.order(stage)

    for verb, (stages, more) in POSSIBLE.items():
        if stage not in stages:
            async with refuses(("WRONG_STATUS", ("id",))):
                await verb(SYSTEM, order.id, **more)


async def reserved_at(shop: Shop) -> dict[int, int]:
    """Mugs reserved, by location."""
    levels = await Level.filter(variant_id=shop.mug.id)
    return {level.location_id: level.reserved for level in levels}


class TestCreate:
    async def test_begins_an_order(self, shop, clerk):
        draft = shop.draft(mug=2, shirt=1, note=" Ring twice. ", external_reference="W-1")

        order = await orders.create(clerk, draft)

        stored = await Order.get(id=order.id)
        assert (stored.status, stored.keyed_by) == (OrderStatus.DRAFT, clerk.label)
        assert (stored.total, stored.currency) == (2 * 1250 + 2000, "EUR")
        assert (stored.note, stored.external_reference) == ("Ring twice.", "W-1")
        assert stored.shipping_address == HOME
        assert [(line.sku, line.ordered) for line in await lines_of(order)] == [
            (shop.mug.sku, 2),
            (shop.shirt.sku, 1),
        ]
        event = await told("OrderDrafted", by=clerk)
        assert (event.order_id, event.customer_id) == (order.id, shop.customer.id)

    async def test_reserves_nothing_yet(self, shop, clerk):
        await orders.create(clerk, shop.draft(mug=2))

        assert await shop.available(shop.mug) == 15

    async def test_may_be_empty_at_first(self, shop, clerk):
        order = await orders.create(clerk, shop.draft(shipping_address=None))

        assert (order.total, order.shipping_address) == (0, None)

    async def test_takes_an_address_from_the_book(self, shop, clerk):
        address = await customers.create_address(SYSTEM, shop.customer.id, HOME)

        draft = shop.draft(mug=1, shipping_address=None, address_id=address.id)
        order = await orders.create(clerk, draft)

        assert (await Order.get(id=order.id)).shipping_address == HOME

    @one_database
    @pytest.mark.parametrize(
        ("given", "path"),
        [
            ({"note": "x" * 1001}, ("note",)),
            ({"external_reference": " "}, ("externalReference",)),
            ({"external_reference": "x" * 101}, ("externalReference",)),
            (
                {"shipping_address": replace(HOME, country_code="XX")},
                ("shippingAddress", "countryCode"),
            ),
            ({"address_id": 1}, ("addressId",)),
            ({"lines": [LineDraft(variant_id=1, quantity=0)]}, ("lines", 0, "quantity")),
            ({"lines": [LineDraft(variant_id=1, quantity=1)] * 501}, ("lines",)),
        ],
    )
    async def test_refuses_what_cannot_be(self, shop, clerk, given, path):
        async with refuses(("INVALID", path)):
            await orders.create(clerk, replace(shop.draft(mug=1), **given))

    async def test_says_everything_that_is_wrong_with_its_lines_at_once(self, shop, clerk):
        await catalog.archive_variant(SYSTEM, shop.shirt.id)
        wrong = [
            LineDraft(variant_id=shop.mug.id, quantity=0),
            LineDraft(variant_id=999, quantity=1),
            LineDraft(variant_id=shop.shirt.id, quantity=1),
        ]

        async with refuses(
            ("INVALID", ("lines", 0, "quantity")),
            ("NOT_FOUND", ("lines", 1, "variantId")),
            ("INVALID", ("lines", 2, "variantId")),
        ):
            await orders.create(clerk, replace(shop.draft(), lines=wrong))

    async def test_refuses_several_currencies(self, shop, clerk):
        cap = await catalog.create_variant(
            SYSTEM, shop.product.id, sku="CAP", name="Cap", price=Decimal(500), currency="JPY"
        )
        mixed = [LineDraft(variant_id=each, quantity=1) for each in (shop.mug.id, cap.id)]

        async with refuses(("BLOCKED", ("lines",))):
            await orders.create(clerk, replace(shop.draft(), lines=mixed))

    async def test_refuses_a_total_beyond_counting(self, shop, clerk):
        await catalog.update_variant(SYSTEM, shop.mug.id, {}, (Decimal("1e13"), "EUR"))

        async with refuses(("INVALID", ("lines",))):
            await orders.create(clerk, shop.draft(mug=1_000_000))

    async def test_refuses_a_reference_its_channel_has_had(self, shop, clerk):
        await orders.create(SYSTEM, shop.draft(mug=1, external_reference="W-1"))

        async with refuses(("TAKEN", ("externalReference",))):
            await orders.create(clerk, shop.draft(mug=1, external_reference="W-1"))

    async def test_takes_a_reference_that_another_channel_has_had(self, shop, clerk):
        await orders.create(SYSTEM, shop.draft(mug=1, external_reference="W-1"))

        edi = shop.draft(mug=1, external_reference="W-1", channel=OrderChannel.EDI)
        assert (await orders.create(clerk, edi)).external_reference == "W-1"

    async def test_refuses_a_customer_who_is_not_there(self, shop, clerk):
        async with refuses(("NOT_FOUND", ("customerId",))):
            await orders.create(clerk, replace(shop.draft(mug=1), customer_id=999))

    async def test_refuses_an_archived_customer(self, shop, clerk):
        await customers.archive(SYSTEM, shop.customer.id)

        async with refuses(("BLOCKED", ("customerId",))):
            await orders.create(clerk, shop.draft(mug=1))

    async def test_refuses_a_customer_who_orders_for_another(self, shop, clerk):
        stranger = actor_for(await Customer.create(name="Eva"))

        async with refuses(("NOT_FOUND", ("customerId",))):
            await orders.create(stranger, shop.draft(mug=1))

    async def test_refuses_the_address_of_another(self, shop, clerk):
        stranger = await Customer.create(name="Eva")
        theirs = await customers.create_address(SYSTEM, stranger.id, HOME)

        async with refuses(("NOT_FOUND", ("addressId",))):
            draft = shop.draft(mug=1, shipping_address=None, address_id=theirs.id)
            await orders.create(clerk, draft)

    async def test_refuses_an_archived_address(self, shop, clerk):
        address = await customers.create_address(SYSTEM, shop.customer.id, HOME)
        await customers.archive_address(SYSTEM, address.id)

        async with refuses(("BLOCKED", ("addressId",))):
            draft = shop.draft(mug=1, shipping_address=None, address_id=address.id)
            await orders.create(clerk, draft)


class TestUpdate:
    async def test_changes_a_draft(self, shop, clerk):
        order = await shop.order("draft")
        elsewhere = replace(HOME, city="Kiel")

        await orders.update(clerk, order.id, {"note": "Ring twice."}, shipping_address=elsewhere)

        stored = await Order.get(id=order.id)
        assert (stored.note, stored.shipping_address) == ("Ring twice.", elsewhere)
        assert stored.version == order.version + 1
        event = await told("OrderUpdated", by=clerk)
        assert (event.order_id, event.customer_id) == (order.id, shop.customer.id)

    async def test_leaves_alone_what_is_not_given(self, shop, clerk):
        order = await orders.create(SYSTEM, shop.draft(mug=1, note="Ring twice."))

        await orders.update(clerk, order.id, {})

        stored = await Order.get(id=order.id)
        assert (stored.note, stored.shipping_address) == ("Ring twice.", HOME)

    @one_database
    @pytest.mark.parametrize("note", ["x" * 1001, None])
    async def test_refuses_a_note_that_does_not_fit(self, shop, clerk, note):
        order = await shop.order("draft")

        async with refuses(("INVALID", ("note",))):
            await orders.update(clerk, order.id, {"note": note})


class TestPlace:
    async def test_reserves_every_unit(self, shop, clerk, clock):
        order = await shop.order("draft", mug=2, shirt=1)

        placed = await orders.place(clerk, order.id)

        assert (placed.status, placed.placed_at) == (OrderStatus.PLACED, clock.time)
        assert [line.reserved for line in await lines_of(order)] == [2, 1]
        assert await shop.available(shop.mug) == 13
        assert await shop.available(shop.shirt) == 14
        event = await told("OrderPlaced", by=clerk)
        assert (event.order_id, event.customer_id) == (order.id, shop.customer.id)
        await assert_balanced()

    async def test_takes_them_from_the_location_that_is_asked_first(self, shop, clerk):
        await orders.place(clerk, (await shop.order("draft", mug=10)).id)

        assert await reserved_at(shop) == {shop.north.id: 10, shop.south.id: 0}

    async def test_takes_them_from_several_where_one_has_too_few(self, shop, clerk):
        order = await shop.order("draft", mug=12)

        await orders.place(clerk, order.id)

        assert await reserved_at(shop) == {shop.north.id: 10, shop.south.id: 2}
        kept = await Reservation.filter(order_id=order.id).order_by("id")
        assert [(row.location_id, row.quantity) for row in kept] == [
            (shop.north.id, 10),
            (shop.south.id, 2),
        ]
        await assert_balanced()

    async def test_counts_a_variant_once_however_many_lines_want_it(self, shop, clerk):
        halves = [LineDraft(variant_id=shop.mug.id, quantity=8)] * 2
        order = await orders.create(SYSTEM, replace(shop.draft(), lines=halves))

        async with refuses(("OUT_OF_STOCK", ())) as problems:
            await orders.place(clerk, order.id)
        assert (problems[0].requested, problems[0].available) == (16, 15)

    async def test_needs_no_address_over_the_counter(self, shop, clerk):
        draft = shop.draft(mug=1, shipping_address=None, channel=OrderChannel.IN_PERSON)

        order = await orders.place(clerk, draft=draft)

        assert order.status is OrderStatus.PLACED

    async def test_enters_and_places_in_one_step(self, shop, clerk):
        order = await orders.place(clerk, draft=shop.draft(mug=2))

        assert order.status is OrderStatus.PLACED
        assert (await told("OrderDrafted", by=clerk)).order_id == order.id
        assert (await told("OrderPlaced", by=clerk)).order_id == order.id

    async def test_leaves_no_draft_behind_when_it_cannot_be_placed(self, shop, clerk):
        async with refuses(("OUT_OF_STOCK", ())):
            await orders.place(clerk, draft=shop.draft(mug=16))

    async def test_says_everything_that_is_out_of_stock_at_once(self, shop, clerk):
        order = await shop.order("draft", mug=16, shirt=17)

        async with refuses(("OUT_OF_STOCK", ()), ("OUT_OF_STOCK", ())) as problems:
            await orders.place(clerk, order.id)
        assert [(each.variant_id, each.requested, each.available) for each in problems] == [
            (shop.mug.id, 16, 15),
            (shop.shirt.id, 17, 15),
        ]

    async def test_says_everything_that_is_missing_at_once(self, shop, clerk):
        order = await orders.create(SYSTEM, shop.draft(shipping_address=None))

        async with refuses(("BLOCKED", ("id",)), ("BLOCKED", ("id",))):
            await orders.place(clerk, order.id)

    async def test_refuses_what_is_no_longer_sold(self, shop, clerk):
        order = await shop.order("draft", mug=1)
        await catalog.archive_variant(SYSTEM, shop.mug.id)

        async with refuses(("BLOCKED", ("id",))):
            await orders.place(clerk, order.id)

    async def test_refuses_neither_and_both(self, shop, clerk):
        order = await shop.order("draft")

        async with refuses(("INVALID", ("id",))):
            await orders.place(clerk)
        async with refuses(("INVALID", ("id",))):
            await orders.place(clerk, order.id, draft=shop.draft(mug=1))

    async def test_refuses_a_customer_who_places_anothers(self, shop):
        order = await shop.order("draft")
        stranger = actor_for(await Customer.create(name="Eva"))

        async with refuses(("NOT_FOUND", ("id",))):
            await orders.place(stranger, order.id)

    async def test_happens_once_however_many_try(self, shop, clerk):
        order = await shop.order("draft", mug=2)

        outcomes = await all_at_once([partial(orders.place, clerk, order.id)] * 10)

        assert len(refused(outcomes)) == 9
        assert await shop.available(shop.mug) == 13
        await assert_balanced()

    async def test_sells_exactly_what_there_is_to_hundreds_at_once(self, database, clerk):
        shop = await Shop.open(north=30, south=25)
        draft = shop.draft(mug=1)

        outcomes = await all_at_once(lambda: orders.place(clerk, draft=draft) for _ in range(300))

        lost = refused(outcomes)
        assert len(outcomes) - len(lost) == 55
        assert {each.problems[0].code for each in lost} == {"OUT_OF_STOCK"}
        assert await Order.all().count() == 55
        assert await reserved_at(shop) == {shop.north.id: 30, shop.south.id: 25}
        await assert_balanced()

    async def test_never_waits_in_a_circle_for_an_order_of_the_same_things(self, shop, clerk):
        """Orders that want the same two variants, half of them the other way round."""
        there = [LineDraft(variant_id=each.id, quantity=1) for each in (shop.mug, shop.shirt)]
        drafts = [replace(shop.draft(), lines=lines) for lines in (there, there[::-1])] * 12

        outcomes = await all_at_once(partial(orders.place, clerk, draft=each) for each in drafts)

        assert len(refused(outcomes)) == 24 - 15
        await assert_balanced()


class TestConfirm:
    async def test_plans_the_work_of_every_location(self, shop, clerk, clock):
        order = await shop.order("placed", mug=12, shirt=1)

        confirmed = await orders.confirm(clerk, order.id)

        assert (confirmed.status, confirmed.confirmed_at) == (OrderStatus.CONFIRMED, clock.time)
        work = await work_on(order)
        assert [(each.location_id, each.status) for each in work] == [
            (shop.north.id, FulfillmentStatus.PENDING),
            (shop.south.id, FulfillmentStatus.PENDING),
        ]
        event = await told("OrderConfirmed", by=clerk)
        assert (event.order_id, event.customer_id) == (order.id, shop.customer.id)
        await assert_balanced()

    async def test_goes_on_while_the_order_is_held(self, shop, clerk):
        order = await shop.order("placed")
        await holds.hold(SYSTEM, order.id, kind=HoldKind.PAYMENT, reason="Unpaid.")

        assert (await orders.confirm(clerk, order.id)).status is OrderStatus.CONFIRMED


class TestCancel:
    @pytest.mark.parametrize("stage", CANCELLABLE)
    async def test_makes_every_unit_available_again(self, shop, clerk, clock, stage):
        order = await shop.order(stage, mug=12, shirt=1)

        cancelled = await orders.cancel(clerk, order.id, reason=" Changed their mind. ")

        assert (cancelled.status, cancelled.cancelled_at) == (OrderStatus.CANCELLED, clock.time)
        assert cancelled.cancel_reason == "Changed their mind."
        assert (await shop.available(shop.mug), await shop.available(shop.shirt)) == (15, 15)
        assert [line.cancelled for line in await lines_of(order)] == [12, 1]
        event = await told("OrderCancelled", by=clerk)
        assert (event.order_id, event.customer_id) == (order.id, shop.customer.id)
        assert event.details == {"cancel_reason": "Changed their mind."}
        await assert_balanced()

    async def test_gives_up_its_work_and_its_parcels(self, shop, clerk):
        order = await shop.order("parcelled", mug=12)

        await orders.cancel(clerk, order.id, reason="Changed their mind.")

        statuses = {each.status for each in await Fulfillment.filter(order_id=order.id)}
        assert statuses == {FulfillmentStatus.CANCELLED}
        parcels = {each.status for each in await Shipment.filter(order_id=order.id)}
        assert parcels == {ShipmentStatus.VOIDED}
        kept = {each.status for each in await Reservation.filter(order_id=order.id)}
        assert kept == {ReservationStatus.RELEASED}

    async def test_may_be_done_while_the_order_is_held_and_ends_that(self, shop, clerk):
        order = await shop.order("confirmed")
        await holds.hold(SYSTEM, order.id, kind=HoldKind.FRAUD_REVIEW, reason="Odd.")

        await orders.cancel(clerk, order.id, reason="Fraud.")

        assert (await Hold.get(order_id=order.id)).released_by == clerk.label

    @one_database
    @pytest.mark.parametrize("reason", ["", " ", "x" * 501])
    async def test_refuses_to_go_without_a_reason(self, shop, clerk, reason):
        order = await shop.order("placed")

        async with refuses(("INVALID", ("reason",))):
            await orders.cancel(clerk, order.id, reason=reason)

    async def test_refuses_an_order_that_has_shipped(self, shop, clerk):
        order = await shop.order("shipped", mug=12)

        async with refuses(("BLOCKED", ("id",))):
            await orders.cancel(clerk, order.id, reason="Changed their mind.")

    async def test_refuses_an_order_that_has_shipped_in_part(self, shop, clerk):
        order = await shop.order("parcelled", mug=12)
        await orders.fulfillments.hand_over(SYSTEM, (await work_on(order))[0].id)

        async with refuses(("BLOCKED", ("id",))):
            await orders.cancel(clerk, order.id, reason="Changed their mind.")

    async def test_refuses_to_do_it_twice(self, shop, clerk):
        order = await shop.order("placed")
        await orders.cancel(clerk, order.id, reason="Changed their mind.")

        async with refuses(("WRONG_STATUS", ("id",))):
            await orders.cancel(clerk, order.id, reason="Changed their mind.")

    async def test_gives_units_back_once_however_many_try(self, shop, clerk):
        order = await shop.order("picked", mug=12)

        cancel = partial(orders.cancel, clerk, order.id, reason="Changed their mind.")
        outcomes = await all_at_once([cancel] * 5)

        assert len(refused(outcomes)) == 4
        assert await shop.available(shop.mug) == 15
        await assert_balanced()
