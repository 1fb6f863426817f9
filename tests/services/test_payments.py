from decimal import Decimal
from functools import partial

import pytest

from models import (
    ExceptionKind,
    Hold,
    Order,
    OrderChannel,
    OrderException,
    OrderStatus,
    Payment,
    PaymentEvent,
    PaymentEventKind,
    PaymentEventState,
    PaymentMethod,
    PaymentStatus,
)
from services import (
    chargebacks,
    checks,
    clockwork,
    fulfillments,
    orders,
    payment_terms,
    payments,
)
from services.actors import SYSTEM
from services.commit import operation
from services.payment_inputs import Said
from tests.cast import all_at_once, one_database, parcel, refused, refuses, told, work_on

K, S, P = PaymentEventKind, PaymentEventState, PaymentStatus
MUG = 1250


def eur(minor):
    return Decimal(minor) / 100, "EUR"


def failed(**given):
    return Said(outcome=S.FAILED, failure_code="declined", failure_message="Declined.", **given)


async def paid(shop, *, mug=2):
    """A placed order that is paid in cash, and the payment."""
    order = await shop.order("placed", mug=mug)
    payment = await payments.take(SYSTEM, order.id)
    return await Order.get(id=order.id), payment


async def state_of(order):
    """The payment status of an order and what it has authorized, captured and refunded."""
    row = await Order.get(id=order.id)
    return row.payment_status, row.authorized, row.captured, row.refunded


async def events_of(payment):
    rows = await PaymentEvent.filter(payment_id=payment.id).order_by("id")
    return [(row.kind, row.state, row.amount) for row in rows]


@operation
async def settle(actor, order):
    await payments.settle(actor, await Order.select_for_update().get(id=order.id))


async def clean():
    return [(result.name, result.examples) for result in await checks.run() if result.broken] == []


class TestAuthorize:
    async def test_sets_aside_what_is_owed(self, shop, clerk):
        order = await shop.order("placed", mug=2)

        payment = await payments.authorize(clerk, order.id, said=Said(reference="ch_1"))

        assert (payment.amount, payment.authorized, payment.reference) == (2 * MUG, 2 * MUG, "ch_1")
        assert payment.status is P.AUTHORIZED
        assert await state_of(order) == (P.AUTHORIZED, 2 * MUG, 0, 0)
        event = await told("PaymentAuthorized", by=clerk)
        assert event.order_id == order.id
        assert event.details == {"payment_id": payment.id, "amount": "25.00", "currency": "EUR"}
        assert (await told("OrderPaymentStatusChanged", by=clerk)).details == {
            "payment_status": "authorized"
        }

    async def test_may_be_spread_over_several_payments(self, shop):
        order = await shop.order("placed", mug=2)

        await payments.authorize(SYSTEM, order.id, amount=eur(1000))
        assert (await state_of(order))[0] is P.PENDING
        rest = await payments.authorize(SYSTEM, order.id, method=PaymentMethod.WALLET)

        assert rest.amount == 2 * MUG - 1000
        assert await state_of(order) == (P.AUTHORIZED, 2 * MUG, 0, 0)

    async def test_that_fails_is_recorded_and_tried_again_as_a_new_record(self, shop, clerk):
        order = await shop.order("placed")
        payment = await payments.authorize(clerk, order.id, said=failed())
        assert (await state_of(order))[0] is P.FAILED
        assert await OrderException.exists(kind=ExceptionKind.PAYMENT_FAILED, is_open=True)
        [event] = await PaymentEvent.filter(payment_id=payment.id)

        await payments.retry(clerk, payment.id, event_id=event.id)

        assert await events_of(payment) == [
            (K.AUTHORIZATION, S.FAILED, MUG),
            (K.AUTHORIZATION, S.SUCCEEDED, MUG),
        ]
        assert (await state_of(order))[0] is P.AUTHORIZED
        assert not await OrderException.exists(is_open=True)
        async with refuses(("NOT_FOUND", ("eventId",))):
            await payments.retry(clerk, payment.id, event_id=event.id)

    @one_database
    async def test_is_refused_beyond_what_is_owed(self, shop):
        order = await shop.order("placed")

        async with refuses(("AMOUNT_EXCEEDED", ("amount",))) as problems:
            await payments.authorize(SYSTEM, order.id, amount=eur(MUG + 1))
        await payments.authorize(SYSTEM, order.id)
        async with refuses(("BLOCKED", ("orderId",))):
            await payments.authorize(SYSTEM, order.id)

        assert problems[0].available == MUG

    @one_database
    async def test_is_refused_before_placing_and_after_the_end(self, shop):
        draft, gone = await shop.order(), await shop.order("placed")
        await orders.cancel(SYSTEM, gone.id, reason="No.")

        for order in (draft, gone):
            async with refuses(("BLOCKED", ("orderId",))):
                await payments.authorize(SYSTEM, order.id)

    @one_database
    async def test_refuses_what_makes_no_sense_all_at_once(self, shop):
        order = await shop.order("placed")

        async with refuses(("INVALID", ("amount", "currency")), ("INVALID", ("failureCode",))):
            await payments.authorize(
                SYSTEM, order.id, amount=(Decimal(1), "USD"), said=Said(failure_code="x")
            )


class TestTake:
    async def test_is_paid_at_once_and_gives_change(self, shop, clerk):
        order = await shop.order("placed", mug=2)

        payment = await payments.take(clerk, order.id, tendered=eur(5000))

        assert (payment.tendered, payment.change) == (5000, 2500)
        assert await state_of(order) == (P.PAID, 0, 2 * MUG, 0)
        assert await events_of(payment) == [(K.CAPTURE, S.SUCCEEDED, 2 * MUG)]

    async def test_of_a_part_leaves_the_rest_owed(self, shop):
        order = await shop.order("placed", mug=2)

        await payments.take(SYSTEM, order.id, amount=eur(1000), method=PaymentMethod.CARD_PRESENT)

        assert (await state_of(order))[0] is P.PARTIALLY_PAID
        assert (await Order.get(id=order.id)).balance_due == 2 * MUG - 1000

    async def test_of_a_transfer_may_be_expected_and_be_too_much(self, shop, clerk):
        order = await shop.order("placed")
        transfer = {"method": PaymentMethod.BANK_TRANSFER, "amount": eur(MUG + 300)}

        payment = await payments.take(clerk, order.id, **transfer, said=Said(outcome=S.REQUESTED))
        assert (await state_of(order))[0] is P.PENDING
        [asked] = await PaymentEvent.filter(payment_id=payment.id)
        await payments.record_outcome(clerk, payment.id, event_id=asked.id)

        assert await state_of(order) == (P.OVERPAID, 0, MUG + 300, 0)
        assert (await Order.get(id=order.id)).balance_due == -300

    @one_database
    async def test_of_a_transfer_says_how_much_where_nothing_is_owed(self, shop):
        order, _ = await paid(shop)

        async with refuses(("BLOCKED", ("orderId",))):
            await payments.take(SYSTEM, order.id, method=PaymentMethod.BANK_TRANSFER)

    @one_database
    async def test_refuses_too_little_cash_and_change_for_cards(self, shop):
        order = await shop.order("placed")

        async with refuses(("INVALID", ("tendered",))):
            await payments.take(SYSTEM, order.id, tendered=eur(MUG - 1))
        async with refuses(("INVALID", ("tendered",))):
            card = PaymentMethod.CARD_PRESENT
            await payments.take(SYSTEM, order.id, method=card, tendered=eur(MUG))


class TestCapture:
    async def test_may_be_done_in_parts(self, shop):
        order = await shop.order("placed", mug=2)
        payment = await payments.authorize(SYSTEM, order.id)

        await payments.capture(SYSTEM, payment.id, amount=eur(1000))
        assert await state_of(order) == (P.PARTIALLY_PAID, 1500, 1000, 0)
        await payments.capture(SYSTEM, payment.id)

        assert await state_of(order) == (P.PAID, 0, 2500, 0)
        async with refuses(("BLOCKED", ("id",))):
            await payments.capture(SYSTEM, payment.id)

    async def test_happens_at_once_where_that_is_the_policy(self, shop, policy):
        policy(capture="placement")
        order = await shop.order("placed")

        await payments.authorize(SYSTEM, order.id)

        assert await state_of(order) == (P.PAID, 0, MUG, 0)

    async def test_happens_as_each_parcel_leaves_by_the_worth_of_its_units(self, shop):
        # Ten mugs are in the north and five in the south.
        order = await shop.order("placed", mug=12)
        await payments.authorize(SYSTEM, order.id)
        await orders.confirm(SYSTEM, order.id)
        captured = []
        for work in await work_on(order):
            for step in ("release", "pick_start", "pick_complete", "pack_start", "pack_complete"):
                await getattr(fulfillments, step)(SYSTEM, work.id)
            await parcel(work)
            await fulfillments.hand_over(SYSTEM, work.id)
            captured.append((await state_of(order))[1:3])

        assert len(captured) == 2
        assert captured[0] == (12 * MUG - captured[0][1], captured[0][1])
        assert 0 < captured[0][1] < 12 * MUG
        assert captured[1] == (0, 12 * MUG)
        assert await clean()


class TestVoid:
    async def test_gives_up_what_is_authorized(self, shop):
        order = await shop.order("placed")
        payment = await payments.authorize(SYSTEM, order.id)

        await payments.void(SYSTEM, payment.id)

        assert await state_of(order) == (P.VOIDED, 0, 0, 0)
        async with refuses(("BLOCKED", ("id",))):
            await payments.void(SYSTEM, payment.id)


class TestRefund:
    async def test_of_a_part_is_a_courtesy_that_is_not_owed_anew(self, shop):
        order, payment = await paid(shop)

        await payments.refund(SYSTEM, payment.id, amount=eur(500), reason="A scratch.")

        assert await state_of(order) == (P.PARTIALLY_REFUNDED, 0, 2500, 500)
        assert (await Order.get(id=order.id)).balance_due == 0

    async def test_of_everything_leaves_nothing(self, shop):
        order, payment = await paid(shop)

        await payments.refund(SYSTEM, payment.id)

        assert await state_of(order) == (P.REFUNDED, 0, 2500, 2500)
        async with refuses(("BLOCKED", ("id",))):
            await payments.refund(SYSTEM, payment.id)

    async def test_is_never_more_than_was_captured_whatever_is_under_way(self, shop):
        _, payment = await paid(shop)
        await payments.refund(SYSTEM, payment.id, amount=eur(2000), said=Said(outcome=S.REQUESTED))

        async with refuses(("AMOUNT_EXCEEDED", ("amount",))) as problems:
            await payments.refund(SYSTEM, payment.id, amount=eur(501))

        assert problems[0].available == 500

    async def test_that_failed_is_tried_again_by_who_may_refund(self, shop, clerk, manager):
        order, payment = await paid(shop)
        await payments.refund(manager, payment.id, said=failed())
        event = await PaymentEvent.get(payment_id=payment.id, state=S.FAILED)

        async with refuses(("BLOCKED", ("eventId",))):
            await payments.retry(clerk, payment.id, event_id=event.id)
        await payments.retry(manager, payment.id, event_id=event.id)

        assert (await state_of(order))[0] is P.REFUNDED

    @pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
    async def test_asked_for_by_twenty_at_once_is_never_too_much(self, shop):
        order, payment = await paid(shop)
        refund = partial(payments.refund, SYSTEM, payment.id, amount=eur(600))

        outcomes = await all_at_once([refund] * 20)

        assert len(refused(outcomes)) == 16
        assert await state_of(order) == (P.PARTIALLY_REFUNDED, 0, 2500, 2400)
        assert await clean()


class TestChargeback:
    async def test_holds_the_order_until_it_is_reversed(self, shop, manager):
        order, payment = await paid(shop)

        await chargebacks.record(manager, payment.id, reason="Not recognized.")

        assert (await state_of(order))[0] is P.DISPUTED
        assert await Hold.exists(order_id=order.id, released_at=None)
        kinds = await OrderException.filter(is_open=True).values_list("kind", flat=True)
        assert set(kinds) == {ExceptionKind.PAYMENT, ExceptionKind.DISPUTED}
        assert await clean()

        await chargebacks.reverse(manager, payment.id)

        assert (await state_of(order))[0] is P.PAID
        assert not await Hold.exists(order_id=order.id, released_at=None)
        assert not await OrderException.exists(is_open=True)

    async def test_is_not_given_back_once_more(self, shop, manager):
        _, payment = await paid(shop)
        await chargebacks.record(manager, payment.id)

        async with refuses(("BLOCKED", ("id",))):
            await payments.refund(manager, payment.id)
        async with refuses(("BLOCKED", ("id",))):
            await chargebacks.record(manager, payment.id)


class TestSettle:
    async def test_gives_up_what_was_authorized_for_a_cancelled_order(self, shop):
        order = await shop.order("placed")
        await payments.authorize(SYSTEM, order.id)

        await orders.cancel(SYSTEM, order.id, reason="No.")

        assert await state_of(order) == (P.VOIDED, 0, 0, 0)

    async def test_asks_for_what_was_paid_to_be_given_back_exactly_once(self, shop, clerk):
        order, payment = await paid(shop)

        await orders.cancel(clerk, order.id, reason="No.")
        await settle(clerk, order)

        assert await events_of(payment) == [
            (K.CAPTURE, S.SUCCEEDED, 2500),
            (K.REFUND, S.REQUESTED, 2500),
        ]
        assert (await state_of(order))[0] is P.OVERPAID
        asked = await PaymentEvent.get(payment_id=payment.id, state=S.REQUESTED)
        async with refuses(("BLOCKED", ("eventId",))):
            await payments.record_outcome(clerk, payment.id, event_id=asked.id)
        await payments.record_outcome(SYSTEM, payment.id, event_id=asked.id)
        assert await state_of(order) == (P.REFUNDED, 0, 2500, 2500)
        assert await clean()

    @pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
    async def test_agrees_with_a_capture_at_the_same_moment(self, shop):
        made = [await shop.order("placed") for _ in range(6)]
        rows = [await payments.authorize(SYSTEM, order.id) for order in made]
        cancel = [partial(orders.cancel, SYSTEM, order.id, reason="No.") for order in made]

        capture = [partial(payments.capture, SYSTEM, payment.id) for payment in rows]
        await all_at_once([verb for pair in zip(cancel, capture, strict=True) for verb in pair])

        for payment in await Payment.all():
            # Either nothing was captured, or all of that is to be given back.
            assert payment.status in (P.VOIDED, P.PAID)
            back = await PaymentEvent.filter(payment_id=payment.id, kind=K.REFUND).count()
            assert back == (payment.status is P.PAID)
        assert await clean()


class TestExpiry:
    async def test_gives_back_the_stock_of_what_was_not_paid_in_time(self, shop, policy, clock):
        policy(payment_due_hours=48)
        order = await shop.order("placed", mug=3)
        assert (order.payment_due_at - order.placed_at).total_seconds() == 48 * 3600

        await clockwork.tick()
        assert (await Order.get(id=order.id)).status is OrderStatus.PLACED
        clock.advance(hours=48)
        await clockwork.tick()
        assert await payment_terms.overdue(clock.time, 1) == []

        row = await Order.get(id=order.id)
        assert (row.status, row.expired_at) == (OrderStatus.EXPIRED, clock.time)
        assert await shop.available(shop.mug) == 15
        assert (await told("OrderExpired", by=SYSTEM)).order_id == order.id
        assert await clean()

    async def test_spares_what_is_authorized(self, shop, policy, clock):
        policy(payment_due_hours=48)
        order = await shop.order("placed")
        await payments.authorize(SYSTEM, order.id)
        clock.advance(hours=49)

        assert await payment_terms.overdue(clock.time, 1) == []
        await clockwork.tick()
        assert (await Order.get(id=order.id)).status is OrderStatus.PLACED
        async with refuses(("BLOCKED", ("id",))):
            await orders.expire(SYSTEM, order.id)

    async def test_does_not_wait_for_what_was_merely_asked_for_and_gives_it_back(
        self, shop, policy, clock, clerk
    ):
        policy(payment_due_hours=48)
        order = await shop.order("placed")
        transfer = {"method": PaymentMethod.BANK_TRANSFER, "said": Said(outcome=S.REQUESTED)}
        payment = await payments.take(clerk, order.id, **transfer)
        clock.advance(hours=49)
        await clockwork.tick()
        assert (await Order.get(id=order.id)).status is OrderStatus.EXPIRED
        [asked] = await PaymentEvent.filter(payment_id=payment.id)

        await payments.record_outcome(clerk, payment.id, event_id=asked.id)

        assert await state_of(order) == (P.OVERPAID, 0, MUG, 0)
        assert (await events_of(payment))[-1] == (K.REFUND, S.REQUESTED, MUG)
        assert await clean()

    async def test_comes_at_once_at_the_counter_and_never_to_companies(self, shop, policy):
        policy(payment_due_hours=48)

        counter = await orders.place(
            SYSTEM, draft=shop.draft(mug=1, channel=OrderChannel.IN_PERSON)
        )
        company = await orders.place(SYSTEM, draft=shop.draft(mug=1, channel=OrderChannel.EDI))

        assert (counter.payment_due_at - counter.placed_at).total_seconds() == 15 * 60
        assert company.payment_due_at is None

    @pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
    async def test_and_payment_at_the_same_moment_agree(self, shop, policy, clock):
        policy(payment_due_hours=48)
        made = [await shop.order("placed") for _ in range(6)]
        clock.advance(hours=48)
        expire = [partial(orders.expire, SYSTEM, order.id) for order in made]
        pay = [partial(payments.take, SYSTEM, order.id) for order in made]

        outcomes = await all_at_once([v for pair in zip(expire, pay, strict=True) for v in pair])

        assert len(refused(outcomes)) == 6
        for order in await Order.all():
            ended = order.status is OrderStatus.EXPIRED
            assert order.payment_status is (P.NONE if ended else P.PAID)
        assert await clean()


class TestPolicy:
    async def test_lets_an_order_wait_until_it_is_covered(self, shop, policy):
        policy(payment_required=True)
        order = await shop.order("placed", mug=2)
        [hold] = await Hold.filter(order_id=order.id)

        await payments.authorize(SYSTEM, order.id, amount=eur(1000))
        assert (await Hold.get(id=hold.id)).released_at is None
        await payments.authorize(SYSTEM, order.id)

        assert (await Hold.get(id=hold.id)).released_at is not None
        assert not await OrderException.exists(is_open=True)
        assert await clean()

    async def test_lets_it_wait_again_when_what_covered_it_is_given_up(self, shop, policy):
        policy(payment_required=True)
        order = await shop.order("placed")
        payment = await payments.authorize(SYSTEM, order.id)

        await payments.void(SYSTEM, payment.id)

        assert await Hold.filter(order_id=order.id, released_at=None).count() == 1

    async def test_confirms_what_is_covered_and_not_held(self, shop, policy):
        policy(auto_confirm=True, payment_required=True)
        order, unpaid = await shop.order("placed"), await shop.order("placed")
        await clockwork.tick()
        assert await Order.filter(status=OrderStatus.PLACED).count() == 2

        await payments.authorize(SYSTEM, order.id)
        await clockwork.tick()

        assert (await Order.get(id=order.id)).status is OrderStatus.CONFIRMED
        assert (await Order.get(id=unpaid.id)).status is OrderStatus.PLACED
