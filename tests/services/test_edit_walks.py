"""Orders on random walks on which they are edited, split, merged and paid as well."""

from dataclasses import replace
from functools import partial

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from models import Order, OrderLine
from services import merges, order_lines, orders, payments, splits
from services.actors import SYSTEM
from services.goods import LineDraft
from tests.cast import HOME
from tests.services.test_walks import Walk, few, runner, some

__all__ = ["runner"]


class EditWalk(Walk):
    """All that happens to orders otherwise goes on meanwhile."""

    def line(self, n: int) -> OrderLine | None:
        async def pick() -> OrderLine | None:
            rows = await OrderLine.filter(order_id__gt=self.before[Order]).order_by("id")
            return rows[n % len(rows)] if rows else None

        return self.runner.run(pick())

    @rule(n=some, units=few, shirt=st.booleans(), wait=st.booleans())
    def add_line(self, n: int, units: int, shirt: bool, wait: bool) -> None:
        variant = self.shop.shirt if shirt else self.shop.mug
        draft = LineDraft(variant_id=variant.id, quantity=units)
        if order := self.one_of(Order, n):
            add = partial(order_lines.add, SYSTEM, order.id, draft, allow_backorder=wait)
            self.ask(add)

    @rule(n=some, units=st.integers(0, 9), wait=st.booleans())
    def update_line(self, n: int, units: int, wait: bool) -> None:
        if line := self.line(n):
            more = {"quantity": units, "allow_backorder": wait}
            self.ask(lambda: order_lines.update(SYSTEM, line.id, **more))

    @rule(n=some)
    def remove_line(self, n: int) -> None:
        if line := self.line(n):
            self.ask(lambda: order_lines.remove(SYSTEM, line.id))

    @rule(n=some, units=few)
    def cancel_units(self, n: int, units: int) -> None:
        if line := self.line(n):
            self.ask(lambda: order_lines.cancel(SYSTEM, line.id, quantity=units, reason="Fewer."))

    @rule(n=some, units=st.lists(few, min_size=1, max_size=3))
    def split(self, n: int, units: list[int]) -> None:
        async def divide(order: int) -> None:
            ids = await OrderLine.filter(order_id=order).order_by("id").values_list("id", flat=True)
            # An order may have fewer lines than that.
            some = {line: count for line, count in zip(ids, units, strict=False) if count}
            await splits.split(SYSTEM, order, units=some)

        if order := self.one_of(Order, n):
            self.ask(lambda: divide(order.id))

    @rule(n=some, other=some)
    def merge(self, n: int, other: int) -> None:
        order, taken = self.one_of(Order, n), self.one_of(Order, other)
        if order and taken:
            self.ask(lambda: merges.merge(SYSTEM, order.id, taken.id))

    @rule(n=some, known=st.booleans())
    def redirect(self, n: int, known: bool) -> None:
        """Now and then to an address that holds the order until it goes elsewhere."""
        place = HOME if known else replace(HOME, postal_code="1")
        if order := self.one_of(Order, n):
            self.ask(lambda: orders.update(SYSTEM, order.id, {}, shipping_address=place))

    @rule(n=some)
    def pay(self, n: int) -> None:
        if order := self.one_of(Order, n):
            self.ask(lambda: payments.take(SYSTEM, order.id))


def test_everything_adds_up_on_every_walk_with_edits(runner):
    EditWalk.runner = runner

    run_state_machine_as_test(EditWalk, settings=settings(max_examples=8, stateful_step_count=25))
