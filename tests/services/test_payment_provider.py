"""Payments by a provider over HTTP: a real one, which is asked, answers, and calls back."""

import asyncio

import pytest
from starlette.applications import Starlette

from app import callbacks
from app.settings import Settings
from models import (
    ExceptionKind,
    OrderException,
    Payment,
    PaymentDispatch,
    PaymentEvent,
    PaymentEventKind,
    PaymentEventState,
    PaymentProvider,
    PaymentStatus,
)
from services import clockwork, commit, orders, payment_dispatches, payments
from services.actors import SYSTEM
from services.payment_inputs import Said
from tests.bank import SECRET, Bank, serving, signed
from tests.cast import refuses
from tests.services.test_payments import clean, events_of, state_of

K, S, P = PaymentEventKind, PaymentEventState, PaymentStatus
HTTP = PaymentProvider.HTTP
MUG = 1250


@pytest.fixture
async def bank(database, policy):
    app = Starlette(routes=callbacks.routes(Settings(body_limit=10_000)))
    async with serving(app) as url:
        bank = Bank(f"{url}/callbacks/payments/http")
        await bank.open()
        policy(payment_provider_url=bank.url, payment_provider_secret=SECRET)
        yield bank
        await commit.finish_all()
        await bank.close()


async def tick():
    """Let everything happen that is due, to the end."""
    await clockwork.tick()
    await commit.finish_all()


async def requested(shop, *, mug=1):
    """An order and its payment, which the provider is to authorize."""
    order = await shop.order("placed", mug=mug)
    return order, await payments.authorize(SYSTEM, order.id, provider=HTTP)


async def authorized(shop, bank, *, mug=1):
    order, payment = await requested(shop, mug=mug)
    bank.how = "answer"
    await tick()
    return order, payment


class TestRequest:
    async def test_is_sent_by_the_clockwork_and_answered(self, shop, bank):
        order, payment = await requested(shop)
        assert (await state_of(order))[0] is P.PENDING
        assert bank.asked == []

        await tick()
        await tick()

        [question] = bank.asked
        assert (question["payment"], question["order"]) == (payment.number, order.number)
        assert (question["amount"], question["currency"]) == ("12.50", "EUR")
        assert (await state_of(order))[0] is P.AUTHORIZED
        assert (await Payment.get(id=payment.id)).reference == "ch_1"
        assert await clean()

    async def test_that_is_declined_fails_and_is_tried_again_as_another(self, shop, bank):
        bank.outcome = "FAILED"
        order, payment = await requested(shop)
        await tick()
        assert (await state_of(order))[0] is P.FAILED
        failed = await PaymentEvent.get(payment_id=payment.id, state=S.FAILED)
        assert (failed.failure_code, failed.failure_message) == ("declined", "Declined.")

        bank.outcome = "SUCCEEDED"
        await payments.retry(SYSTEM, payment.id, event_id=failed.id)
        await tick()

        assert (await state_of(order))[0] is P.AUTHORIZED
        assert len({question["id"] for question in bank.asked}) == 2
        assert await clean()

    async def test_that_is_turned_down_has_failed(self, shop, bank):
        bank.how = "turned down"
        order, payment = await requested(shop)

        await tick()

        failed = await PaymentEvent.get(payment_id=payment.id, state=S.FAILED)
        assert (failed.failure_code, failed.failure_message) == ("HTTP_422", "No such card")
        assert (await state_of(order))[0] is P.FAILED

    @pytest.mark.parametrize("trouble", ["broken", "closed"])
    async def test_is_sent_until_the_provider_is_back(self, shop, bank, clock, policy, trouble):
        policy(callback_tolerance_seconds=1e12)
        order, _ = await requested(shop)
        if trouble == "closed":
            await bank.close()
        bank.how = "broken"
        for attempt in range(1, 6):
            await tick()
            await tick()
            row = await PaymentDispatch.get()
            assert (row.attempts, bool(row.trouble)) == (attempt, True)
            assert row.due_at - clock.time == payment_dispatches.pause(attempt)
            clock.time = row.due_at
        failed = await OrderException.get(order_id=order.id, kind=ExceptionKind.PAYMENT_FAILED)
        assert "5 times" in failed.reason
        assert (await state_of(order))[0] is P.PENDING

        if trouble == "closed":
            await bank.open()
        bank.how = "answer"
        await tick()

        assert (await state_of(order))[0] is P.AUTHORIZED
        assert bank.moved == [("AUTHORIZATION", "12.50")]
        assert not await OrderException.exists(is_open=True)
        assert await clean()

    async def test_is_asked_again_when_the_callback_was_lost(self, shop, bank, clock):
        bank.how = "later"
        order, _ = await requested(shop)
        await tick()
        await tick()
        assert len(bank.asked) == 1

        bank.how = "answer"
        clock.advance(hours=1)
        await tick()

        assert (await state_of(order))[0] is P.AUTHORIZED
        assert len(bank.moved) == 1

    async def test_of_two_workers_at_once_is_sent_by_one(self, shop, bank):
        made = [await requested(shop) for _ in range(3)]
        ids = await payment_dispatches.due((await PaymentDispatch.all().last()).due_at, 10)

        await asyncio.gather(*(payment_dispatches.send(each) for each in [*ids, *ids, *ids]))
        await commit.finish_all()

        assert len(bank.asked) == len(made)
        assert [(await state_of(order))[0] for order, _ in made] == [P.AUTHORIZED] * 3
        assert await clean()

    async def test_captures_at_hand_over_and_refunds_what_is_cancelled(self, shop, bank, policy):
        policy(capture="placement")
        order, payment = await authorized(shop, bank)
        await tick()
        assert (await state_of(order))[0] is P.PAID

        await orders.cancel(SYSTEM, order.id, reason="No.")
        await tick()

        assert bank.moved == [
            ("AUTHORIZATION", "12.50"),
            ("CAPTURE", "12.50"),
            ("REFUND", "12.50"),
        ]
        assert await state_of(order) == (P.REFUNDED, 0, MUG, MUG)
        assert (await events_of(payment))[-1] == (K.REFUND, S.SUCCEEDED, MUG)
        assert await clean()

    async def test_is_refused_an_outcome_that_somebody_makes_up(self, shop, bank):
        order = await shop.order("placed")
        said = Said(outcome=S.SUCCEEDED)

        async with refuses(("INVALID", ("outcome",))):
            await payments.authorize(SYSTEM, order.id, provider=HTTP, said=said)


class TestCallback:
    async def test_before_the_answer_counts_once(self, shop, bank):
        bank.how = "first"
        order, payment = await requested(shop)

        await tick()

        assert (await state_of(order))[0] is P.AUTHORIZED
        assert len(await events_of(payment)) == 2
        assert await clean()

    async def test_repeated_at_once_and_later_counts_once(self, shop, bank):
        bank.how = "later"
        order, payment = await requested(shop)
        await tick()
        [report] = bank.reports.values()

        answers = await asyncio.gather(*(bank.call_back(report) for _ in range(8)))
        again = await bank.call_back(report)

        assert [answer.status_code for answer in [*answers, again]] == [200] * 9
        assert sum(answer.json()["recorded"] for answer in answers) == 1
        assert again.json() == {"payment": payment.number, "recorded": False}
        assert await state_of(order) == (P.AUTHORIZED, MUG, 0, 0)
        assert await clean()

    async def test_never_moves_money_back(self, shop, bank):
        order, payment = await authorized(shop, bank)
        [question] = bank.asked
        bank.outcome = "FAILED"

        late = await bank.call_back(bank.report(question, id="evt-late"))

        assert (late.status_code, late.json()["recorded"]) == (200, False)
        assert (await state_of(order))[0] is P.AUTHORIZED
        assert len(await events_of(payment)) == 2

    async def test_in_reversed_order_comes_to_the_same(self, shop, bank, policy):
        policy(capture="placement")
        order, payment = await authorized(shop, bank)
        bank.how = "later"
        await tick()
        [_, capture] = bank.reports.values()
        about = {"payment": payment.number, "amount": "12.50", "currency": "EUR"}
        bare = about | {"state": "SUCCEEDED"}
        told = [
            capture,
            bare | {"id": "evt-cb", "kind": "CHARGEBACK"},
            bare | {"id": "evt-rev", "kind": "CHARGEBACK_REVERSAL"},
        ]

        for report in reversed(told):
            assert (await bank.call_back(report)).json()["recorded"] is True
            assert await clean()

        assert await state_of(order) == (P.PAID, 0, MUG, 0)
        assert (await Payment.get(id=payment.id)).disputed == 0

    async def test_of_a_chargeback_finds_the_payment_by_its_reference(self, shop, bank, policy):
        policy(capture="placement")
        order, _ = await authorized(shop, bank)
        await tick()
        about = {"reference": "ch_1", "amount": "12.50", "currency": "EUR"}

        answer = await bank.call_back(
            about | {"id": "evt-9", "kind": "CHARGEBACK", "state": "SUCCEEDED"}
        )

        assert answer.json()["recorded"] is True
        assert (await state_of(order))[0] is P.DISPUTED

    async def test_that_comes_after_the_order_was_given_up_is_undone(self, shop, bank):
        bank.how = "later"
        order, _ = await requested(shop)
        await tick()
        await orders.cancel(SYSTEM, order.id, reason="No.")
        [report] = bank.reports.values()

        await bank.call_back(report)
        bank.how = "answer"
        await tick()

        assert await state_of(order) == (P.VOIDED, 0, 0, 0)
        assert bank.moved[-1] == ("VOID", "12.50")
        assert await clean()

    @pytest.mark.parametrize(
        ("other", "status", "code"),
        [
            ({"request": "PEV-9999"}, 404, "NOT_FOUND"),
            ({"request": "💥"}, 404, "NOT_FOUND"),
            ({"request": None}, 404, "NOT_FOUND"),
            ({"request": None, "payment": "PAY-9999"}, 404, "NOT_FOUND"),
            ({"kind": "REFUND"}, 422, "MISMATCH"),
            ({"currency": "USD"}, 422, "MISMATCH"),
            ({"amount": "12.51"}, 422, "MISMATCH"),
            ({"amount": "0"}, 422, "MISMATCH"),
            ({"request": None, "payment": "PAY-1001"}, 422, "MISMATCH"),
            ({"state": "MAYBE"}, 400, "BAD_REQUEST"),
            ({"amount": "a lot"}, 400, "BAD_REQUEST"),
            ({"id": "\0"}, 400, "BAD_REQUEST"),
        ],
    )
    @pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
    async def test_that_makes_no_sense_is_refused(self, shop, bank, other, status, code):
        bank.how = "later"
        await requested(shop)
        await tick()
        [report] = bank.reports.values()
        about = {"reference": None} if "request" in other else {}

        answer = await bank.call_back(report | about | other)

        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
        assert answer.json()["error"]["message"]
        assert await PaymentEvent.all().count() == 1

    @pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
    async def test_of_nobody_we_know_is_turned_away(self, shop, bank, policy):
        order, _ = await requested(shop)
        bank.how = "later"
        await tick()
        [report] = bank.reports.values()
        body = b'{"id": 1}'
        wrong = [
            signed(body, secret="another"),
            signed(b"{}"),
            signed(body, at=0),
            "t=now,v1=0",
            "t=1",
            "nonsense",
        ]

        for signature in wrong:
            answer = await bank.call_back(body, signature=signature)
            assert (answer.status_code, answer.json()["error"]["code"]) == (401, "UNAUTHENTICATED")
        for body, status in ((b"{", 400), (b"[]", 400), (b"x" * 10_001, 413)):
            assert (await bank.call_back(body)).status_code == status
        policy(payment_provider_secret="")
        assert (await bank.call_back(report)).status_code == 404
        bank.callback_url = bank.callback_url.replace("/http", "/manual")
        assert (await bank.call_back(report)).status_code == 404
        assert (await state_of(order))[0] is P.PENDING
