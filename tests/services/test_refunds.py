"""What is given for goods that come back, against the same worked out another way: in fractions,
unit by unit, from what was bought alone."""

from dataclasses import dataclass
from fractions import Fraction
from math import floor

from hypothesis import given, settings
from hypothesis import strategies as st

from services.amounts import Bill, Item, Reduction, Tax, reckon
from services.refunds import Back, Refund, RefundStepKind, Sale, ShippingShare, Sold, Terms
from services.refunds import reckon as give_back

RATES = st.sampled_from([0, 70_000, 88_750, 190_000, 250_000])
CENTS = st.integers(0, 3_000)


@st.composite
def reductions(draw: st.DrawFn) -> Reduction:
    if draw(st.booleans()):
        return Reduction(reason="Late", rate=draw(st.integers(0, 1_000_000)))
    return Reduction(reason="Late", amount=draw(CENTS))


@st.composite
def bills(draw: st.DrawFn) -> Bill:
    """An order as random as they come: discounts, rates, with tax in the prices or on top."""
    item = st.builds(
        Item,
        units=st.integers(1, 7),
        unit_price=CENTS,
        basis=st.just("its price"),
        reductions=st.lists(reductions(), max_size=2),
        tax=st.builds(Tax, name=st.just("VAT"), rate=RATES),
    )
    return Bill(
        currency="EUR",
        includes_tax=draw(st.booleans()),
        items=draw(st.lists(item, min_size=1, max_size=4)),
        reductions=draw(st.lists(reductions(), max_size=2)),
        shipping=draw(st.sampled_from([0, 490, 1_001])),
        shipping_tax=draw(st.builds(Tax, name=st.just("VAT"), rate=RATES)),
    )


@dataclass
class Ask:
    """Units of one line that come back with one return."""

    line: int
    units: int
    ours: bool


@st.composite
def plans(draw: st.DrawFn, bill: Bill) -> list[list[Ask]]:
    """Returns, one after the other, that together bring back no more than was bought."""
    left = [item.units for item in bill.items]
    returns: list[list[Ask]] = []
    for _ in range(draw(st.integers(1, 4))):
        asks = []
        for line in draw(st.permutations(range(len(left)))):
            units = draw(st.integers(0, left[line]))
            left[line] -= units
            if units:
                asks.append(Ask(line=line, units=units, ours=draw(st.booleans())))
        returns.append(asks)
    return returns


def sold(bill: Bill) -> Sale:
    """What the shop has written down of an order, as services.return_worth reads it."""
    account = reckon(bill)
    lines = {}
    for n, (item, charge) in enumerate(zip(bill.items, account.charges, strict=True)):
        steps = [step for step in account.steps if step.item == n]
        own = -sum(step.amount for step in steps if step.kind.name == "LINE_DISCOUNT")
        lines[n] = Sold(
            units=item.units,
            name=f"SKU-{n}",
            unit_price=item.unit_price,
            line_discount=own,
            order_discount=charge.discount - own,
            tax=0 if bill.includes_tax else charge.tax,
            contained=charge.tax if bill.includes_tax else 0,
        )
    return Sale(currency="EUR", lines=lines, shipping=account.shipping.total)


def after(sale: Sale, asks: list[Ask], refund: Refund) -> Sale:
    """The same order once a return of it was made good."""
    lines = dict(sale.lines)
    for ask, value in zip(asks, refund.values, strict=True):
        was = lines[ask.line]
        lines[ask.line] = Sold(
            **{
                **vars(was),
                "given_units": was.given_units + ask.units,
                "given": was.given + value,
            }
        )
    return Sale(currency=sale.currency, lines=lines, shipping=sale.shipping)


def nearest(exact: Fraction) -> int:
    """The nearest whole number, halves up."""
    return floor(exact + Fraction(1, 2))


class Ledger:
    """Gives back what each single unit cost, to the cent, by fractions of what was charged."""

    def __init__(self, bill: Bill, policy: ShippingShare, fee: Fraction) -> None:
        account = reckon(bill)
        self.policy, self.fee = policy, fee
        self.shipping = account.shipping.total
        self.worths = [
            self._units(item.units, item.unit_price, charge.discount, charge.total)
            for item, charge in zip(bill.items, account.charges, strict=True)
        ]
        self.total = sum(charge.total for charge in account.charges)
        self.taken = [0] * len(self.worths)

    @staticmethod
    def _units(count: int, price: int, discount: int, total: int) -> list[int]:
        """What each unit cost: what the first n did is rounded, and so is what n − 1 did."""
        tax = total - (count * price - discount)

        def first(n: int) -> int:
            part = Fraction(n, count)
            return n * price - nearest(discount * part) + nearest(tax * part)

        return [first(n) - first(n - 1) for n in range(1, count + 1)]

    def _shipping(self) -> int:
        if self.policy is ShippingShare.LAST:
            all_back = all(n == len(w) for n, w in zip(self.taken, self.worths, strict=True))
            return self.shipping if all_back else 0
        if self.policy is ShippingShare.PROPORTION and self.total:
            back = sum(sum(w[:n]) for n, w in zip(self.taken, self.worths, strict=True))
            return nearest(self.shipping * Fraction(back, self.total))
        return 0

    def take(self, asks: list[Ask]) -> int:
        before, given = self._shipping(), 0
        for ask in asks:
            start = self.taken[ask.line]
            self.taken[ask.line] += ask.units
            worth = sum(self.worths[ask.line][start : self.taken[ask.line]])
            given += worth - (0 if ask.ours else nearest(worth * self.fee))
        return given + (self._shipping() - before if asks else 0)


@settings(max_examples=150, deadline=None)
@given(data=st.data(), bill=bills(), policy=st.sampled_from(ShippingShare), fee=RATES)
def test_every_return_gives_what_its_units_cost(data, bill, policy, fee):
    sale, ledger = sold(bill), Ledger(bill, policy, Fraction(fee, 1_000_000))
    total, given_back = reckon(bill).total, 0
    for asks in data.draw(plans(bill)):
        backs = [Back(line_id=each.line, units=each.units, ours=each.ours) for each in asks]

        refund = give_back(sale, backs, Terms(shipping=policy, fee=fee))

        assert refund.amount == ledger.take(asks)
        assert refund.amount == sum(step.amount for step in refund.steps) >= 0
        assert not [step for step in refund.steps if step.kind is RefundStepKind.LIMIT]
        sale = after(sale, asks, refund)
        given_back += refund.amount
        assert given_back <= total
    if all(each.given_units == each.units for each in sale.lines.values()):
        assert sum(each.given for each in sale.lines.values()) == total - sale.shipping
        if not fee and policy is not ShippingShare.NEVER and ledger.total:
            assert given_back == total


def test_never_gives_more_than_a_line_has_come_to_cost():
    """Of three units one came back; then one was cancelled, and a discount of 10.00 is on two."""
    line = Sold(units=2, name="SKU", unit_price=1000, line_discount=1000, given_units=1, given=1000)
    sale = Sale(currency="EUR", lines={1: line})

    refund = give_back(sale, [Back(line_id=1, units=1)], Terms())

    assert (refund.amount, refund.values) == (0, [0])
    assert [(step.kind, step.amount) for step in refund.steps] == [
        (RefundStepKind.UNITS, 1000),
        (RefundStepKind.LINE_DISCOUNT, -500),
        (RefundStepKind.LIMIT, -500),
    ]
