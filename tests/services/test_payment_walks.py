"""Payments on random walks: whatever is asked, fails, is tried again or comes in late, the sums are
those of a model that knows nothing of how they are kept."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from models import (
    Order,
    Payment,
    PaymentEvent,
    PaymentEventKind,
    PaymentEventState,
    PaymentMethod,
    PaymentProvider,
)
from models import database as databases
from models.errors import Refused
from services import chargebacks, checks, orders, payments
from services.actors import SYSTEM
from services.commit import operation
from services.payment_inputs import Said
from services.payment_reports import hear
from services.providers import Report
from tests.cast import Shop

K, S = PaymentEventKind, PaymentEventState
some = st.integers(0, 9)
amounts = st.none() | st.integers(1, 4000)
outcomes = st.sampled_from([None, S.FAILED, S.REQUESTED])


@dataclass
class Purse:
    """What a payment holds, by the simplest book-keeping there is: money is moved from one place
    to another as it happens, and nothing else is remembered."""

    at_bank: int = 0
    ours: int = 0
    theirs_again: int = 0
    in_dispute: int = 0
    takes: bool = False

    def move(self, kind: PaymentEventKind, amount: int) -> None:
        if kind is K.AUTHORIZATION:
            self.at_bank += amount
        elif kind is K.CAPTURE:
            self.at_bank -= 0 if self.takes else amount
            self.ours += amount
        elif kind is K.VOID:
            self.at_bank -= amount
        elif kind is K.REFUND:
            self.theirs_again += amount
        elif kind is K.CHARGEBACK:
            self.in_dispute += amount
        else:
            self.in_dispute -= amount


@dataclass
class Wallet:
    purses: dict[int, Purse] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)


class Walk(RuleBasedStateMachine):
    runner: asyncio.Runner

    def ask(self, verb: Callable[[], Awaitable[Any]]) -> Any:
        async def outcome() -> Any:
            try:
                return await verb()
            except Refused:
                return None

        return self.runner.run(outcome())

    @initialize(units=st.integers(1, 3))
    def open(self, units: int) -> None:
        async def begin() -> None:
            shop = await Shop.open(north=20)
            self.order = await shop.order("placed", mug=units)
            self.wallet = Wallet()

        self.runner.run(begin())

    def payment(self, n: int, **where: Any) -> Payment | None:
        async def pick() -> Payment | None:
            rows = await Payment.filter(order_id=self.order.id, **where).order_by("id")
            return rows[n % len(rows)] if rows else None

        return self.runner.run(pick())

    def event(self, n: int, **where: Any) -> PaymentEvent | None:
        async def pick() -> PaymentEvent | None:
            about = {"payment__order_id": self.order.id, **where}
            rows = await PaymentEvent.filter(**about).order_by("id")
            return rows[n % len(rows)] if rows else None

        return self.runner.run(pick())

    @rule(amount=amounts, outcome=outcomes, is_http=st.booleans())
    def authorize(self, amount: int | None, outcome: PaymentEventState, is_http: bool) -> None:
        given = {"amount": _eur(amount), "said": Said(outcome=None if is_http else outcome)}
        if is_http:
            given["provider"] = PaymentProvider.HTTP
        self.ask(lambda: payments.authorize(SYSTEM, self.order.id, **given))

    @rule(amount=amounts, outcome=outcomes, is_transfer=st.booleans())
    def take(self, amount: int | None, outcome: PaymentEventState, is_transfer: bool) -> None:
        method = PaymentMethod.BANK_TRANSFER if is_transfer else PaymentMethod.CASH
        given = {"amount": _eur(amount), "method": method, "said": Said(outcome=outcome)}
        self.ask(lambda: payments.take(SYSTEM, self.order.id, **given))

    @rule(
        n=some,
        amount=amounts,
        outcome=outcomes,
        verb=st.sampled_from([payments.capture, payments.void, payments.refund]),
    )
    def act(self, n: int, amount: int | None, outcome: PaymentEventState, verb: Any) -> None:
        if payment := self.payment(n):
            is_http = payment.provider is PaymentProvider.HTTP
            said = Said(outcome=None if is_http else outcome)
            self.ask(lambda: verb(SYSTEM, payment.id, amount=_eur(amount), said=said))

    @rule(n=some, amount=amounts, verb=st.sampled_from([chargebacks.record, chargebacks.reverse]))
    def dispute(self, n: int, amount: int | None, verb: Any) -> None:
        if payment := self.payment(n):
            self.ask(lambda: verb(SYSTEM, payment.id, amount=_eur(amount)))

    @rule(n=some)
    def retry(self, n: int) -> None:
        if event := self.event(n, state=S.FAILED):
            self.ask(lambda: payments.retry(SYSTEM, event.payment_id, event_id=event.id))

    @rule(n=some, works=st.booleans())
    def say_what_came_of_it(self, n: int, works: bool) -> None:
        if event := self.event(n, state=S.REQUESTED, provider=PaymentProvider.MANUAL):
            about = {"event_id": event.id, "said": Said(outcome=None if works else S.FAILED)}
            self.ask(lambda: payments.record_outcome(SYSTEM, event.payment_id, **about))

    @rule(
        n=some,
        part=st.sampled_from([1, 1, 2]),
        state=st.sampled_from(["SUCCEEDED", "SUCCEEDED", "FAILED"]),
        repeated=st.integers(1, 2),
    )
    def call_back(self, n: int, part: int, state: Any, repeated: int) -> None:
        """The provider answers any request at any time, and perhaps once more."""
        if event := self.event(n, state=S.REQUESTED, provider=PaymentProvider.HTTP):
            report = Report(
                id=f"evt-{event.id}-{state}",
                request=event.number,
                kind=event.kind.name,
                state=state,
                amount=Decimal(-(-event.amount // part)) / 100,
                currency="EUR",
            )
            for _ in range(repeated):
                self.ask(lambda: hear(PaymentProvider.HTTP, report))

    @rule(
        n=some,
        kind=st.sampled_from(["CHARGEBACK", "CHARGEBACK_REVERSAL", "CAPTURE", "VOID"]),
        amount=st.integers(1, 4000),
    )
    def tell(self, n: int, kind: Any, amount: int) -> None:
        """The provider tells what nobody asked for."""
        if payment := self.payment(n, provider=PaymentProvider.HTTP):
            report = Report(
                id=f"told-{payment.id}-{kind}-{amount}",
                payment=payment.number,
                kind=kind,
                state="SUCCEEDED",
                amount=Decimal(amount) / 100,
                currency="EUR",
            )
            self.ask(lambda: hear(PaymentProvider.HTTP, report))

    @rule()
    def settle(self) -> None:
        async def again() -> None:
            before = await PaymentEvent.all().count()
            await _settle(self.order.id)
            after = await PaymentEvent.all().count()
            await _settle(self.order.id)
            assert await PaymentEvent.all().count() == after >= before

        self.ask(again)

    @precondition(lambda self: self.runner.run(_takings(self.order.id)) > 2)
    @rule()
    def cancel(self) -> None:
        self.ask(lambda: orders.cancel(SYSTEM, self.order.id, reason="Enough."))

    @invariant()
    def sums_are_those_of_the_model(self) -> None:
        async def compare() -> None:
            rows = await Payment.filter(order_id=self.order.id)
            await _follow(self.wallet, self.order.id)
            held = {
                row.id: (row.authorized, row.captured, row.refunded, row.disputed) for row in rows
            }
            assert held == {
                id: (max(0, p.at_bank), p.ours, p.theirs_again, max(0, p.in_dispute))
                for id, p in self.wallet.purses.items()
            }
            order = await Order.get(id=self.order.id)
            totals = [sum(each[n] for each in held.values()) for n in range(3)]
            assert [order.authorized, order.captured, order.refunded] == totals
            assert order.refunded <= order.captured

        self.runner.run(compare())

    def teardown(self) -> None:
        broken = self.runner.run(checks.run())
        assert [(each.name, each.examples) for each in broken if each.broken] == []


async def _follow(wallet: Wallet, order_id: int) -> None:
    """Move in the model what has happened since the last look."""
    for event in await PaymentEvent.filter(payment__order_id=order_id).order_by("id"):
        purse = wallet.purses.setdefault(
            event.payment_id, Purse(takes=event.kind is PaymentEventKind.CAPTURE)
        )
        if event.id not in wallet.seen and event.state is S.SUCCEEDED:
            purse.move(event.kind, event.amount)
        wallet.seen.add(event.id)


@operation
async def _settle(order_id: int) -> None:
    await payments.settle(SYSTEM, await Order.select_for_update().get(id=order_id))


async def _takings(order_id: int) -> int:
    return await PaymentEvent.filter(payment__order_id=order_id).count()


def _eur(minor: int | None) -> tuple[Decimal, str] | None:
    return None if minor is None else (Decimal(minor) / 100, "EUR")


@pytest.fixture
def runner(database_url: str) -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        runner.run(stack.enter_async_context(databases.opened(database_url)))
        yield runner
        runner.run(stack.aclose())


def test_sums_are_those_of_a_model_on_every_walk(runner):
    Walk.runner = runner

    run_state_machine_as_test(Walk, settings=settings(max_examples=10, stateful_step_count=20))
