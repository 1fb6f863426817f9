"""Random walks of goods that come in: deliveries, transfers and lots, while orders go on."""

from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule, run_state_machine_as_test

from models import (
    Condition,
    Lot,
    PurchaseOrder,
    Receipt,
    ReceiptLine,
    Supplier,
    Tracking,
    Transfer,
    TransferLine,
    TransferStatus,
    Variant,
)
from services import (
    inspections,
    purchase_approvals,
    purchase_orders,
    purchase_talks,
    receipts,
    transfer_steps,
    transfers,
)
from services.actors import SYSTEM
from services.inspections import Verdict
from services.lots import LotDraft
from services.purchase_lines import PurchaseLineDraft
from services.receipts import Short
from services.receiving import OverDelivery, WrongItem
from services.transfer_steps import TransferUnits
from services.transfers import TransferLineDraft
from tests import inbound
from tests.buying import supplier_of
from tests.services.test_walks import Walk, few, runner, some

__all__ = ["runner"]

_T = TransferStatus
items = st.integers(0, 2)
STEPS = {
    _T.DRAFT: transfer_steps.allocate,
    _T.ALLOCATED: transfer_steps.send,
    _T.IN_TRANSIT: transfer_steps.receive,
}


class InboundWalk(Walk):
    """Mugs and shirts, and tea, which has lots. Deliveries come to the north."""

    @initialize()
    def begin(self) -> None:
        async def enter() -> None:
            for kind in (PurchaseOrder, Receipt, ReceiptLine, Transfer, TransferLine):
                last = await kind.all().order_by("-id").first().values_list("id", flat=True)
                self.before[kind] = last or 0
            self.supplier = await supplier_of(self.shop)
            self.tea = await Variant.create(
                product_id=self.shop.product.id,
                sku=f"TEA-{self.shop.mug.sku}",
                name="Tea",
                price=900,
                currency="EUR",
                tracking=Tracking.LOT,
            )

        self.open()
        self.runner.run(enter())

    def open(self) -> None:
        """The shop is opened before what comes to it."""
        Walk.open(self)

    def variant(self, n: int) -> Variant:
        return (self.shop.mug, self.shop.shirt, self.tea)[n]

    @rule(units=st.lists(few, min_size=3, max_size=3), tolerance=st.sampled_from([0, 500_000]))
    def buy(self, units: list[int], tolerance: int) -> None:
        async def order() -> None:
            await Supplier.filter(id=self.supplier.id).update(tolerance=tolerance)
            lines = [
                PurchaseLineDraft(variant_id=self.variant(n).id, quantity=count, price=Decimal(5))
                for n, count in enumerate(units)
                if count
            ]
            row = await purchase_orders.draft(SYSTEM, self.supplier.id, self.shop.north.id, lines)
            for verb in (purchase_approvals.submit, purchase_approvals.approve):
                await verb(SYSTEM, row.id)
            await purchase_talks.send(SYSTEM, row.id)
            await receipts.open(SYSTEM, row.id)

        self.ask(order)

    @rule(n=some)
    def open_another(self, n: int) -> None:
        if order := self.one_of(PurchaseOrder, n):
            self.ask(lambda: receipts.open(SYSTEM, order.id))

    @rule(
        n=some,
        item=items,
        units=st.integers(1, 5),
        condition=st.sampled_from(Condition),
        over=st.sampled_from(OverDelivery),
        wrong=st.sampled_from(WrongItem),
        lot=st.sampled_from(["A", "B", None]),
        inspect=st.booleans(),
    )
    def scan_in(self, n: int, item: int, units: int, inspect: bool, lot: Any, **how: Any) -> None:
        async def scan(row: Receipt) -> None:
            await Supplier.filter(id=self.supplier.id).update(inspect=inspect)
            draft = lot and LotDraft(code=lot, expires_on=date(2130, 1, 1))
            await inbound.scan(row, self.variant(item).sku, units, lot=draft, **how)

        if row := self.one_of(Receipt, n):
            self.ask(lambda: scan(row))

    @rule(n=some, units=few, final=st.booleans())
    def complete(self, n: int, units: int, final: bool) -> None:
        async def finish(row: Receipt) -> None:
            line = await ReceiptLine.filter(receipt_id=row.id).first()
            assert line is not None
            short = Short(line_id=line.id, quantity=units, final=final)
            await receipts.complete(SYSTEM, row.id, shorts=[short] if units else [])

        if row := self.one_of(Receipt, n):
            self.ask(lambda: finish(row))

    @rule(n=some)
    def open_in_error(self, n: int) -> None:
        if row := self.one_of(Receipt, n):
            self.ask(lambda: receipts.cancel(SYSTEM, row.id, reason="In error."))

    @rule(n=some, units=st.integers(1, 4), verdict=st.sampled_from(Verdict), lot=st.booleans())
    def inspect(self, n: int, units: int, verdict: Verdict, lot: bool) -> None:
        async def judge(line: ReceiptLine) -> None:
            over = not line.inspecting
            which = await Lot.filter(variant_id=line.variant_id).first() if lot else None
            await inspections.inspect(
                SYSTEM,
                line.receipt_id,
                line_id=line.id,
                quantity=min(units, line.held if over else line.inspecting),
                verdict=verdict,
                over=over,
                **({"lot_id": which.id} if which else {}),
            )

        for where in ({"inspecting__gt": 0}, {"held__gt": 0}):
            if line := self.one_of(ReceiptLine, n, **where):
                self.ask(partial(judge, line))

    @rule(n=some)
    def close_order(self, n: int) -> None:
        if order := self.one_of(PurchaseOrder, n):
            self.ask(lambda: purchase_orders.close(SYSTEM, order.id, reason="Enough."))

    @rule(units=st.lists(few, min_size=3, max_size=3), back=st.booleans(), steps=st.integers(0, 3))
    def transfer(self, units: list[int], back: bool, steps: int) -> None:
        ends = (self.shop.north.id, self.shop.south.id)
        lines = [
            TransferLineDraft(variant_id=self.variant(n).id, quantity=count)
            for n, count in enumerate(units)
            if count
        ]
        source, destination = reversed(ends) if back else ends
        row = self.ask(
            lambda: transfers.create(
                SYSTEM, source_id=source, destination_id=destination, lines=lines
            )
        )
        for step in list(STEPS.values())[:steps]:
            self.ask(partial(step, SYSTEM, row.id))

    @rule(n=some)
    def go_on(self, n: int) -> None:
        if row := self.one_of(Transfer, n, status__in=list(STEPS)):
            self.ask(lambda: STEPS[row.status](SYSTEM, row.id))

    @rule(n=some, good=few, damaged=st.integers(0, 1))
    def receive_some(self, n: int, good: int, damaged: int) -> None:
        if line := self.one_of(TransferLine, n, sent__gt=0):
            units = [TransferUnits(line_id=line.id, quantity=good, damaged=damaged)]
            self.ask(lambda: transfer_steps.receive(SYSTEM, line.transfer_id, units=units))

    @rule(n=some, verb=st.sampled_from([transfers.cancel, transfer_steps.close]))
    def give_up(self, n: int, verb: Any) -> None:
        if row := self.one_of(Transfer, n):
            self.ask(lambda: verb(SYSTEM, row.id, reason="Lost."))


def test_everything_adds_up_on_every_walk_of_what_comes_in(runner):
    InboundWalk.runner = runner

    run_state_machine_as_test(
        InboundWalk, settings=settings(max_examples=10, stateful_step_count=40)
    )
