"""Store credit on random walks: whatever is given, spent, given up and sent back, there is as much
of it as a model says that knows nothing of payments."""

from dataclasses import dataclass
from random import Random
from typing import Any

from models import Order, Payment, PaymentProvider, Return, ReturnResolution, StoreCredit
from models.errors import Refused
from services import orders, payments, store_credits
from tests.cast import CLERK, MANAGER, Shop, work_on, work_through
from tests.credit import balance_of, eur, granted, spent
from tests.remedies import in_order
from tests.returning import requested, take

MUG = 1250


@dataclass
class Bought:
    """An order of so many mugs: what of it is set aside and captured of store credit, and how much
    cash came in for it that did not go back."""

    order: Order
    mugs: int
    held: int
    kept: int = 0
    cash: int = 0
    payment_id: int = 0


class Walk:
    """A customer of a shop with a model of what they have, by dice."""

    def __init__(self, shop: Shop, seed: int) -> None:
        self.shop, self.dice = shop, Random(seed)
        self.balance = 0
        self.open: list[Bought] = []
        self.sent: list[Bought] = []
        self.refusals = 0

    async def step(self) -> None:
        verbs = (
            *(self.grant, self.revoke, self.buy, self.buy, self.receive, self.receive),
            *(self.void, self.capture, self.refund, self.cancel, self.send_back, self.send_back),
        )
        await self.dice.choice(verbs)()
        assert await balance_of(self.shop.customer) == self.balance

    def some(self, most: int = 3000) -> int:
        return self.dice.randint(1, most)

    async def expect(self, is_possible: bool, verb: Any) -> Any:
        """Whether a verb works is what the model says."""
        try:
            found = await verb
        except Refused:
            found = None
            self.refusals += 1
        assert (found is not None) is is_possible
        return found

    async def grant(self) -> None:
        units = self.some()
        await granted(self.shop, units)
        self.balance += units

    async def revoke(self) -> None:
        account = await StoreCredit.get_or_none(customer_id=self.shop.customer.id)
        units, row_id = self.some(), account.id if account else 0
        about = {"amount": eur(units), "reason": "By mistake."}
        verb = store_credits.revoke(MANAGER, row_id, **about)
        if await self.expect(units <= self.balance, verb):
            self.balance -= units

    async def buy(self) -> None:
        mugs = self.dice.randint(1, 3)
        order = await self.shop.order("placed", mug=mugs)
        units = self.some() if self.dice.random() < 0.5 else None
        wanted = min(self.balance, mugs * MUG) if units is None else units
        possible = 0 < wanted <= min(self.balance, mugs * MUG)
        payment = await self.expect(possible, spent(order, units))
        held = wanted if payment else 0
        self.balance -= held
        row = Bought(order=order, mugs=mugs, held=held, payment_id=payment.id if payment else 0)
        self.open.append(row)

    async def void(self) -> None:
        if row := self.one(self.open):
            units = self.some(1000)
            verb = payments.void(CLERK, row.payment_id, amount=eur(units))
            if await self.expect(units <= row.held, verb):
                row.held -= units
                self.balance += units

    async def capture(self) -> None:
        if row := self.one(self.open):
            units = self.some(1000)
            verb = payments.capture(CLERK, row.payment_id, amount=eur(units))
            if await self.expect(units <= row.held, verb):
                row.held -= units
                row.kept += units

    async def refund(self) -> None:
        """Out of courtesy, so the order is not to be paid anew for that."""
        if row := self.one(self.open):
            units = self.some(500)
            verb = payments.refund(MANAGER, row.payment_id, amount=eur(units))
            if await self.expect(units <= row.kept, verb):
                row.kept -= units
                self.balance += units

    async def cancel(self) -> None:
        if row := self.one(self.open):
            await orders.cancel(CLERK, row.order.id, reason="Not wanted")
            self.open.remove(row)
            self.balance += row.held + row.kept

    async def receive(self) -> None:
        """The rest is paid in cash, and everything is delivered, which captures what is held."""
        if row := self.one(self.open):
            order = await Order.get(id=row.order.id)
            rest = order.balance_due - row.held
            if rest:
                await payments.take(CLERK, order.id, amount=eur(rest))
            await orders.confirm(CLERK, order.id)
            for work in await work_on(order):
                await work_through(work, "delivered")
            self.open.remove(row)
            self.sent.append(row)
            row.cash, row.kept, row.held = rest, row.kept + row.held, 0

    async def send_back(self) -> None:
        if row := self.one(self.sent):
            mugs = self.dice.randint(1, row.mugs)
            wanted = self.dice.choice((ReturnResolution.REFUND, ReturnResolution.STORE_CREDIT))
            before = row.kept + row.cash
            asked = await requested(row.order, mugs, resolution=wanted)
            back = await take(asked, "resolved", self.shop.mug)
            row.mugs -= mugs
            # What was given back out of courtesy before is not given back again.
            worth = min(mugs * MUG, before)
            cash = min(worth, row.cash)
            row.cash -= cash
            row.kept -= worth - cash
            became = worth if wanted is ReturnResolution.STORE_CREDIT else 0
            assert (await Return.get(id=back.id)).credited == became
            self.balance += became or worth - cash
            if not row.mugs:
                self.sent.remove(row)

    def one(self, rows: list[Bought]) -> Bought | None:
        return self.dice.choice(rows) if rows else None


async def test_there_is_as_much_as_the_model_says(database):
    refusals = 0
    for seed in range(4):
        shop = await Shop.open(north=200)
        walk = Walk(shop, seed)
        for _ in range(25):
            await walk.step()
        refusals += walk.refusals
        ours = {"order__customer_id": shop.customer.id, "provider": PaymentProvider.STORE_CREDIT}
        held = [row.held + row.kept for row in (*walk.open, *walk.sent)]
        rows = await Payment.filter(
            **ours, order_id__in=[row.order.id for row in (*walk.open, *walk.sent)]
        )
        assert sum(row.authorized + row.captured - row.refunded for row in rows) == sum(held)
    assert refusals > 5
    await in_order()
