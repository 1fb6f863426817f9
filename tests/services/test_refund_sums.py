"""Orders that come back and are exchanged bit by bit, against the same worked out in fractions
from what was agreed: to the cent on each order, and never more than was paid."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from models import (
    Disposition,
    Exchange,
    ExchangeMode,
    Order,
    Return,
    ReturnCondition,
    ReturnReason,
    ReturnResolution,
    ReturnUnit,
    ShippingMethod,
    StoreCredit,
    TaxClass,
    TaxRate,
    Variant,
)
from services import (
    clockwork,
    discounts,
    exchanges,
    orders,
    payments,
    return_inspections,
    return_receiving,
    returns,
    shipping,
)
from services.actors import SYSTEM
from services.goods import LineDraft
from services.refunds import ShippingShare
from services.return_inspections import Finding
from services.return_receiving import Seen
from services.returns import ReturnLineDraft
from tests.cast import HOME, Shop, lines_of, work_on, work_through
from tests.remedies import in_order
from tests.worths import Ask, Deal, Goods, Ledger, Off

CENTS = st.integers(0, 3_000)
OFFS = st.lists(
    st.integers(1, 100).map(lambda n: Fraction(n, 100)) | st.integers(1, 900), max_size=2
)
GOODS = st.builds(Goods, units=st.integers(1, 4), price=CENTS, off=OFFS)
DEALS = st.builds(
    Deal,
    goods=st.lists(GOODS, min_size=2, max_size=2),
    off=OFFS,
    shipping=st.sampled_from([0, 490]),
    tax=st.sampled_from([Fraction(0), Fraction(7, 100), Fraction(19, 100)]),
    includes_tax=st.booleans(),
)


@dataclass(frozen=True, kw_only=True)
class Swap:
    """Other goods in place of those that come back: so many units, all of them worth so much more
    or less than these by their price; and whether they are called off, kept, or come back too."""

    mode: ExchangeMode
    units: int
    price: Fraction
    then: str


@dataclass(frozen=True, kw_only=True)
class Round:
    """At most so many units of each line come back, of the first of them some not at all, or not
    as they should be."""

    units: tuple[int, ...]
    reason: ReturnReason
    missing: int = 0
    rejected: int = 0
    as_credit: bool = False
    swap: Swap | None = None


SWAPS = st.builds(
    Swap,
    mode=st.sampled_from(ExchangeMode),
    units=st.integers(1, 2),
    price=st.sampled_from([Fraction(1, 3), Fraction(1), Fraction(3, 2)]),
    then=st.sampled_from(["kept", "called off", "sent back"]),
)
ROUNDS = st.builds(
    Round,
    units=st.tuples(st.integers(0, 3), st.integers(0, 3)),
    reason=st.sampled_from([ReturnReason.CHANGED_MIND, ReturnReason.DEFECTIVE]),
    missing=st.sampled_from([0, 0, 0, 1]),
    rejected=st.sampled_from([0, 0, 1]),
    as_credit=st.booleans(),
    swap=st.none() | SWAPS,
)


class Trade:
    """An order, what came of it, and what both should come to."""

    def __init__(self, shop: Shop, deal: Deal, ledger: Ledger) -> None:
        self.shop, self.deal, self.ledger = shop, deal, ledger
        self.left = [each.units for each in deal.goods]
        # What was given for what came back; what of it in money or store credit, and in that.
        self.given, self.back, self.credit = 0, 0, 0

    async def open(self) -> None:
        """The order is placed, paid and brought."""
        shop, deal = self.shop, self.deal
        for variant, goods in zip((shop.mug, shop.shirt), deal.goods, strict=True):
            await Variant.filter(id=variant.id).update(price=goods.price)
        region = f"R{shop.product.id}"
        rate = int(deal.tax * 1_000_000)
        where = {"country_code": "DE", "region": region, "tax_class": TaxClass.STANDARD}
        await TaxRate.create(name="VAT", rate=rate, **where)
        mugs, shirts = (each.units for each in deal.goods)
        draft = replace(
            shop.draft(mug=mugs, shirt=shirts, shipping_address=replace(HOME, region=region)),
            prices_include_tax=deal.includes_tax,
        )
        self.order = await orders.create(SYSTEM, draft)
        lines = await lines_of(self.order)
        for line, goods in zip(lines, deal.goods, strict=True):
            await self._reduce(goods.off, line.id)
        await self._reduce(deal.off, None)
        if deal.shipping:
            method = await ShippingMethod.get(is_default=True)
            await shipping.choose(SYSTEM, self.order.id, method.id)
        await orders.place(SYSTEM, self.order.id)
        await bring(self.order)
        self.order = await Order.get(id=self.order.id)
        assert self.order.total == deal.total()
        assert [line.total for line in await lines_of(self.order)] == [
            each.total for each in deal.costs()
        ]

    async def _reduce(self, offs: Sequence[Off], line_id: int | None) -> None:
        for off in offs:
            is_part = isinstance(off, Fraction)
            how = (
                {"rate": Decimal(int(off * 100))}
                if is_part
                else {"amount": (Decimal(int(off)) / 100, "EUR")}
            )
            await discounts.give(SYSTEM, self.order.id, reason="Late", line_id=line_id, **how)

    async def ask(self, wish: Round) -> tuple[Round, Return] | None:
        """What there still is of it is asked to come back, and perhaps exchanged."""
        units = [min(pair) for pair in zip(wish.units, self.left, strict=True)]
        if not any(units):
            return None
        lines = [
            ReturnLineDraft(line_id=line.id, quantity=count, reason=wish.reason)
            for line, count in zip(await lines_of(self.order), units, strict=True)
            if count
        ]
        self.left = [left - count for left, count in zip(self.left, units, strict=True)]
        wanted = ReturnResolution.STORE_CREDIT if wish.as_credit else ReturnResolution.REFUND
        row = await returns.request(SYSTEM, self.order.id, lines=lines, resolution=wanted)
        await returns.approve(SYSTEM, row.id)
        if wish.swap is not None:
            await self._swap(row, wish.swap, self._asks(units, wish))
        return wish, row

    def _asks(self, units: Sequence[int], wish: Round) -> list[Ask]:
        is_ours = wish.reason is ReturnReason.DEFECTIVE
        return [Ask(line=n, units=each, ours=is_ours) for n, each in enumerate(units) if each]

    async def _swap(self, row: Return, swap: Swap, asks: list[Ask]) -> None:
        expected = self.ledger.worth(asks, with_shipping=False)
        price = int(expected * swap.price / swap.units)
        other = await Variant.create(
            product_id=self.shop.product.id,
            sku=f"SWAP-{row.id}",
            name="Something else",
            price=price,
            currency="EUR",
        )
        await self.shop.receive(other, self.shop.north, swap.units)
        wanted = [LineDraft(variant_id=other.id, quantity=swap.units)]

        exchange = await exchanges.arrange(SYSTEM, row.id, mode=swap.mode, lines=wanted)

        total = self.deal.taxed(swap.units * price)
        fresh = await Order.get(id=exchange.order_id)
        assert (fresh.total, exchange.worth, exchange.rest) == (total, expected, 0)
        assert fresh.price == total - min(expected, total)
        if swap.mode is ExchangeMode.ADVANCE and swap.then != "called off":
            await bring(fresh)

    async def come(self, wish: Round, row: Return) -> None:
        """It comes back, but for what is missing, and is judged and settled."""
        lines, asks = await returns.lines_of(row), []
        numbers = [line.id for line in await lines_of(self.order)]
        await returns.send(SYSTEM, row.id)
        for n, line in enumerate(lines):
            variant = await Variant.get(id=line.variant_id)
            came = line.quantity - (min(wish.missing, line.quantity) if n == 0 else 0)
            bad = min(wish.rejected, came) if n == 0 else 0
            at = numbers.index(line.line_id)
            self.left[at] += line.quantity - came
            asks.append(Ask(line=at, units=came - bad, ours=wish.reason is ReturnReason.DEFECTIVE))
            if came:
                seen = Seen(code=variant.sku, quantity=came)
                await return_receiving.scan(SYSTEM, row.id, seen)
        await return_receiving.complete(SYSTEM, row.id, reason="Not in the box.")
        await self._judge(row, lines[0].variant_id, wish.rejected)
        row = await returns.resolve(SYSTEM, row.id)

        worth = self.ledger.take(asks, with_shipping=wish.swap is None)
        assert row.refund == worth == sum(step["amount"] for step in row.explanation)
        self.given += worth
        if wish.swap is None:
            self.back += worth
            self.credit += worth if wish.as_credit else 0
            assert row.credited == (worth if wish.as_credit else 0)
        else:
            await self._settle(await Exchange.get(returned_id=row.id), wish.swap)

    async def _judge(self, row: Return, variant_id: int, rejected: int) -> None:
        for unit in await ReturnUnit.filter(returned_id=row.id, disposition=None):
            bad = min(rejected, unit.units) if unit.variant_id == variant_id else 0
            fates = ((bad, Disposition.RETURN_TO_CUSTOMER), (unit.units - bad, Disposition.RESTOCK))
            findings = [
                Finding(units=units, condition=ReturnCondition.OPENED, disposition=fate)
                for units, fate in fates
                if units
            ]
            await return_inspections.inspect(SYSTEM, row.id, unit.id, findings=findings)

    async def _settle(self, exchange: Exchange, swap: Swap) -> None:
        """What becomes of the other goods once the old ones are there."""
        fresh = await Order.get(id=exchange.order_id)
        own = 0
        if swap.then == "called off":
            await orders.cancel(SYSTEM, fresh.id, reason="Not wanted")
        elif swap.mode is ExchangeMode.ON_RECEIPT:
            await bring(fresh)
        if swap.then == "sent back":
            own = await self._send_back(fresh)
        await clockwork.tick()

        exchange = await Exchange.get(id=exchange.id)
        room = 0 if swap.then == "called off" else fresh.total - own
        credit = min(exchange.worth, room)
        assert (exchange.credit, exchange.rest) == (credit, exchange.worth - credit)
        assert exchange.unsettled_at is None
        self.back += exchange.rest
        assert await settled(fresh) == room - credit

    async def _send_back(self, fresh: Order) -> int:
        """All of the other goods come back as well, for money."""
        [line] = await lines_of(fresh)
        given = replace(self.deal, off=(), goods=[Goods(units=line.ordered, price=line.unit_price)])
        trade = Trade(self.shop, given, replace(self.ledger, costs=given.costs(), shipping=0))
        trade.order = fresh
        found = await trade.ask(Round(units=(line.ordered,), reason=ReturnReason.DEFECTIVE))
        assert found is not None
        await trade.come(*found)
        assert trade.given == fresh.total
        return trade.given

    async def assert_sums(self) -> None:
        total = self.deal.total()
        assert 0 <= self.back <= self.given <= total
        assert await settled(self.order) == total - self.back
        kept = await StoreCredit.filter(customer_id=self.order.customer_id)
        assert sum(each.balance for each in kept) == self.credit


async def bring(order: Order) -> None:
    """Whatever is owed of an order is paid, and all of it is brought."""
    order = await Order.get(id=order.id)
    if order.balance_due > 0:
        await payments.take(SYSTEM, order.id)
    await orders.confirm(SYSTEM, order.id)
    for work in await work_on(order):
        await work_through(work, "delivered")


async def settled(order: Order) -> int:
    """What an order costs once everything is paid that is still owed; which is what was paid for
    it less what is given back."""
    order = await Order.get(id=order.id)
    if order.balance_due > 0:
        await payments.take(SYSTEM, order.id)
        order = await Order.get(id=order.id)
    back = order.refunded - order.balance_due
    assert 0 <= back <= order.captured
    assert order.captured - back == order.price
    return order.price


@settings(max_examples=15)
@given(
    deal=DEALS,
    rounds=st.lists(ROUNDS, min_size=1, max_size=4),
    share=st.sampled_from(ShippingShare),
    fee=st.sampled_from([Fraction(0), Fraction(1, 8)]),
    together=st.booleans(),
)
async def test_orders_come_to_what_was_kept_of_them(
    database, policy, deal, rounds, share, fee, together
):
    policy(
        return_shipping=str(share),
        restocking_fee_percent=float(fee * 100),
        manager_discount_percent=100,
    )
    shop = await Shop.open(north=40, south=0)
    if not await ShippingMethod.exists():
        await shop.ships()
    costs, charge = deal.costs(), deal.taxed(deal.shipping)
    trade = Trade(shop, deal, Ledger(costs, charge, share, fee))
    await trade.open()
    batches = [rounds] if together else [[each] for each in rounds]
    for batch in batches:
        asked = [found for wish in batch if (found := await trade.ask(wish)) is not None]
        for found in reversed(asked):
            await trade.come(*found)

    await trade.assert_sums()
    await in_order()
