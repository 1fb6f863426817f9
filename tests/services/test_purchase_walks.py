"""Purchase orders on random walks: whatever is asked, answered, changed, received or given up, what
is expected is what a model that only counts units says."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from models import (
    Arrival,
    ArrivalStatus,
    LandedCostKind,
    PurchaseOrder,
    PurchaseOrderStatus,
)
from models import database as databases
from models.errors import Refused
from services import (
    checks,
    landed_costs,
    purchase_approvals,
    purchase_delays,
    purchase_lines,
    purchase_orders,
    purchase_talks,
)
from services.actors import SYSTEM
from services.clock import now
from services.purchase_talks import Wish
from tests.cast import Shop
from tests.purchases import answer, bought, line_of, receive

_S = PurchaseOrderStatus
units_ = st.integers(0, 30)
days_ = st.integers(-2, 9)
which = st.booleans()


class Walk(RuleBasedStateMachine):
    runner: asyncio.Runner

    @initialize(step=st.sampled_from(["draft", "approved", "sent"]))
    def open(self, step: str) -> None:
        async def begin() -> None:
            self.shop = await Shop.open()
            self.order = await bought(self.shop, step, mug=10, shirt=5)
            # What is asked for of each, and what came of it.
            self.asked, self.came = [10, 5], [0, 0]
            self.is_over = False

        self.runner.run(begin())

    def ask(self, verb: Callable[[], Awaitable[Any]]) -> bool:
        """Whether it was done."""

        async def outcome() -> bool:
            try:
                await verb()
            except Refused:
                return False
            return True

        return self.runner.run(outcome())

    def line(self, second: bool) -> Any:
        variant = self.shop.shirt if second else self.shop.mug
        return self.runner.run(line_of(self.order, variant))

    @rule(second=which, units=units_)
    def draft(self, second: bool, units: int) -> None:
        line = self.line(second)
        changes = {"quantity": units, "price": Decimal(4)}
        if self.ask(lambda: purchase_lines.change(SYSTEM, line.id, changes)):
            self.asked[second] = units

    @rule()
    def take_the_next_step(self) -> None:
        for verb in (purchase_approvals.submit, purchase_approvals.approve, purchase_talks.send):
            if self.ask(lambda verb=verb: verb(SYSTEM, self.order.id)):
                return

    @rule(second=which, units=units_, days=days_)
    def confirm(self, second: bool, units: int, days: int) -> None:
        line, at = self.line(second), now() + timedelta(days=days)
        answers = [answer(line, units, at)]
        if self.ask(lambda: purchase_talks.acknowledge(SYSTEM, self.order.id, answers=answers)):
            self.asked[second] = units

    @rule(days=days_)
    def confirm_everything(self, days: int) -> None:
        at = now() + timedelta(days=days)
        self.ask(lambda: purchase_talks.acknowledge(SYSTEM, self.order.id, at=at))

    @rule(second=which, units=units_)
    def ask_for_something_else(self, second: bool, units: int) -> None:
        wishes = [Wish(line_id=self.line(second).id, units=units)]
        if self.ask(
            lambda: purchase_talks.change(SYSTEM, self.order.id, wishes=wishes, reason="So.")
        ):
            self.asked[second] = units

    @rule(second=which, units=st.integers(1, 12), damaged=st.integers(0, 2))
    def come(self, second: bool, units: int, damaged: int) -> None:
        variant = self.shop.shirt if second else self.shop.mug
        if self.ask(lambda: receive(self.order, variant, units, damaged=min(units, damaged))):
            self.came[second] += units

    @rule(amount=st.integers(1, 999))
    def cost_more(self, amount: int) -> None:
        given = {"kind": LandedCostKind.FREIGHT, "amount": Decimal(amount) / 100}
        self.ask(lambda: landed_costs.add(SYSTEM, self.order.id, **given))

    @rule()
    def be_looked_at(self) -> None:
        self.ask(lambda: purchase_delays.review(self.order.id))

    @rule(verb=st.sampled_from([purchase_orders.close, purchase_orders.cancel]))
    def end(self, verb: Any) -> None:
        if self.ask(lambda: verb(SYSTEM, self.order.id, reason="Enough.")):
            self.is_over = True

    @invariant()
    def what_is_expected_is_what_is_missing(self) -> None:
        async def compare() -> None:
            order = await PurchaseOrder.get(id=self.order.id)
            rows = await Arrival.filter(purchase_order_id=order.id, status=ArrivalStatus.EXPECTED)
            expected = sum(row.outstanding for row in rows)
            missing = sum(
                max(0, asked - came) for asked, came in zip(self.asked, self.came, strict=True)
            )
            is_asked = order.sent_at is not None and not self.is_over
            assert expected == (missing if is_asked else 0)
            assert (order.status in (_S.CLOSED, _S.CANCELLED)) == self.is_over
            assert (order.review_at is None) == (expected == 0)

        self.runner.run(compare())

    def teardown(self) -> None:
        broken = self.runner.run(checks.run())
        assert [(each.name, each.examples) for each in broken if each.broken] == []


@pytest.fixture
def runner(database_url: str) -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        runner.run(stack.enter_async_context(databases.opened(database_url)))
        yield runner
        runner.run(stack.aclose())


def test_what_is_expected_is_what_a_model_says_on_every_walk(runner):
    Walk.runner = runner

    run_state_machine_as_test(Walk, settings=settings(max_examples=12, stateful_step_count=20))
