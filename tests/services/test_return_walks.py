"""Returns on random walks: whatever comes back, late, broken, unannounced or not at all, and
however often people change their minds about it, the shelves and the books add up."""

from collections import Counter
from contextlib import suppress
from dataclasses import replace
from random import Random
from typing import Any

from models import (
    Disposition,
    Lot,
    Order,
    Return,
    ReturnCondition,
    ReturnReason,
    ReturnResolution,
    ReturnStatus,
    ReturnUnit,
    Tracking,
)
from models.errors import Refused
from services import (
    clockwork,
    orders,
    payments,
    recalls,
    return_inspections,
    return_receiving,
    returns,
    stock,
)
from services.actors import SYSTEM
from services.goods import LineDraft
from services.return_inspections import Finding
from services.return_receiving import Seen, Unexpected
from services.returns import ReturnLineDraft
from tests.books import assert_balanced
from tests.cast import LEAD, MANAGER, Shop, lines_of, work_on, work_through
from tests.remedies import in_order
from tests.warehouse import bin_at

_S = ReturnStatus
ON_THE_WAY = (_S.IN_TRANSIT, _S.PARTIALLY_RECEIVED)
WALKS, STEPS = 2, 80


class Walk:
    """A shop whose customers send back mugs, tea of two lots, and phones with serial numbers."""

    def __init__(self, shop: Shop, dice: Random, clock: Any) -> None:
        self.shop, self.dice, self.clock = shop, dice, clock
        self.done: Counter[str] = Counter()
        whose = {"customer_id": shop.customer.id}
        self.ours: dict[Any, dict[str, Any]] = {
            Order: whose,
            Return: whose,
            ReturnUnit: {"returned__customer_id": shop.customer.id},
            Lot: {"variant__product_id": shop.product.id},
        }
        self.verbs = {
            # What there has to be plenty of for the rest to make sense comes up more often.
            **dict.fromkeys((self.request, self.approve, self.send), 3.0),
            **dict.fromkeys((self.scan, self.judge), 8.0),
            **dict.fromkeys((self.complete, self.revise, self.resolve), 3.0),
            **dict.fromkeys((self.sell, self.decline, self.cancel, self.close), 1.0),
            **dict.fromkeys((self.adjust, self.call_back, self.wait), 0.5),
        }

    async def open(self) -> None:
        self.tea = await self.shop.tracked()
        self.phone = await self.shop.tracked(Tracking.SERIAL)
        self.shelf = await bin_at(self.shop.north)
        for code in ("A", "B"):
            await self.shop.receive_lot(self.tea, self.shop.north, 8, code)
        at = {"variant_id": self.phone.id, "location_id": self.shop.north.id}
        await stock.receive(SYSTEM, **at, quantity=2, serials=["S1", "S2"])
        await self.deliver(mug=3, tea=4, phone=1)
        await self.deliver(mug=2, tea=6)

    async def step(self) -> None:
        """Let dice ask for something, which is done or refused; where there is nothing that it
        could be asked of, they are thrown again."""
        while True:
            [verb] = self.dice.choices(list(self.verbs), list(self.verbs.values()))
            with suppress(LookupError):
                try:
                    await verb()
                except Refused:
                    return
                self.done[verb.__name__] += 1
                await assert_balanced()
                await in_order()
                return

    async def deliver(self, **units: int) -> None:
        """Sell goods, have most of them paid for, and bring them."""
        known = {"mug": self.shop.mug, "tea": self.tea, "phone": self.phone}
        lines = [LineDraft(variant_id=known[k].id, quantity=n) for k, n in units.items() if n]
        draft = replace(self.shop.draft(), lines=lines)
        order = await orders.place(SYSTEM, draft=draft)
        if self.dice.random() < 0.8:
            await payments.take(SYSTEM, order.id)
        await orders.confirm(SYSTEM, order.id)
        for work in await work_on(order):
            await work_through(work, "delivered")

    async def sell(self) -> None:
        await self.deliver(**{each: self.dice.randint(0, 2) for each in ("mug", "tea")})

    async def request(self) -> None:
        order = await self.one_of(Order)
        lines = [
            ReturnLineDraft(
                line_id=line.id,
                quantity=self.dice.randint(1, line.delivered),
                reason=self.dice.choice(list(ReturnReason)),
            )
            for line in await lines_of(order)
            if self.dice.random() < 0.7
        ]
        wanted = self.dice.choice((*(ReturnResolution.REFUND,) * 5, *ReturnResolution))
        await returns.request(SYSTEM, order.id, lines=lines, resolution=wanted)

    async def approve(self) -> None:
        await returns.approve(MANAGER, (await self.row(_S.REQUESTED)).id)

    async def decline(self) -> None:
        await returns.decline(MANAGER, (await self.row(_S.REQUESTED)).id, reason="It was worn.")

    async def cancel(self) -> None:
        await returns.cancel(SYSTEM, (await self.row(_S.REQUESTED, _S.APPROVED)).id)

    async def send(self) -> None:
        code = self.dice.choice((None, None, "R1", "R2"))
        row = await self.row(_S.APPROVED)
        await returns.send(SYSTEM, row.id, carrier="DHL", tracking_code=code)

    async def scan(self) -> None:
        row = await self.row(*ON_THE_WAY)
        asked = [line.variant_id for line in await returns.lines_of(row)] * 3
        known = {each.id: each for each in (self.shop.mug, self.tea, self.phone, self.shop.shirt)}
        variant = known[self.dice.choice((*asked, *known))]
        codes = {self.tea.id: ("A", "A", "B", "NEW"), self.phone.id: ("S1", "S2", "S9")}
        lot = self.dice.choice(codes.get(variant.id, (None,)))
        seen = Seen(
            code=variant.sku,
            quantity=1 if variant is self.phone else self.dice.randint(1, 2),
            lot=lot,
            bin_id=self.dice.choice((None, self.shelf.id)),
            condition=self.dice.choice((None, *ReturnCondition)),
            unexpected=self.dice.choice(list(Unexpected)),
        )
        await return_receiving.scan(LEAD, row.id, seen)

    async def complete(self) -> None:
        reason = self.dice.choice(("", "The box was open.", "The box was open."))
        await return_receiving.complete(LEAD, (await self.row(*ON_THE_WAY)).id, reason=reason)

    async def judge(self) -> None:
        unit = await self.one_of(ReturnUnit, disposition=None)
        findings, left = [], unit.units
        while left:
            units = self.dice.randint(1, left)
            findings.append(Finding(units=units, **self.verdict()))
            left -= units if self.dice.random() < 0.8 else left
        await return_inspections.inspect(LEAD, unit.returned_id, unit.id, findings=findings)

    async def revise(self) -> None:
        unit = await self.one_of(
            ReturnUnit, disposition__not_isnull=True, returned__status__not=_S.CLOSED
        )
        await return_inspections.revise(
            LEAD,
            unit.returned_id,
            unit.id,
            units=self.dice.choice((None, 1)),
            lot=self.dice.choice((None, "A", "S1")),
            **self.verdict(),
        )

    async def resolve(self) -> None:
        wanted = self.dice.choice((*(None,) * 5, *ReturnResolution))
        await returns.resolve(MANAGER, (await self.row(_S.INSPECTED)).id, resolution=wanted)

    async def close(self) -> None:
        await returns.close(MANAGER, (await self.row(_S.RESOLVED)).id)

    async def adjust(self) -> None:
        """Mugs are found, or most of them are gone."""
        at = {"variant_id": self.shop.mug.id, "location_id": self.shop.north.id}
        await stock.adjust(SYSTEM, **at, change=self.dice.choice((-9, 1)), note="Counted.")

    async def call_back(self) -> None:
        lot = await self.one_of(Lot, variant_id=self.tea.id)
        verb = recalls.start if lot.recalled_at is None else recalls.end
        await verb(SYSTEM, lot.id, **({"reason": "Glass"} if verb is recalls.start else {}))

    async def wait(self) -> None:
        self.clock.advance(hours=self.dice.choice((1, 24, 24 * 5)))
        await clockwork.tick()

    def verdict(self) -> dict[str, Any]:
        return {
            "condition": self.dice.choice(list(ReturnCondition)),
            "disposition": self.dice.choice((Disposition.RESTOCK, *Disposition)),
        }

    async def row(self, *statuses: ReturnStatus) -> Return:
        """A return for which it is most likely time."""
        anyhow = self.dice.random() < 0.1
        return await self.one_of(Return, **({} if anyhow else {"status__in": statuses}))

    async def one_of(self, kind: Any, **where: Any) -> Any:
        rows = await kind.filter(**where, **self.ours[kind]).order_by("id")
        return self.dice.choice(rows)


async def test_walks_of_returns_end_with_books_that_add_up(database, clock):
    done: Counter[str] = Counter()
    for seed in range(WALKS):
        walk = Walk(await Shop.open(), Random(seed), clock)
        await walk.open()
        for _ in range(STEPS):
            await walk.step()
        done += walk.done
    assert set(done) == {verb.__name__ for verb in walk.verbs}
