"""What is given for goods that come back, against the same worked out another way: in fractions,
unit by unit, from what was bought alone."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from services.amounts import Bill, Item, Reduction, Tax, reckon
from services.refunds import Back, Refund, RefundStepKind, Sale, ShippingShare, Sold, Terms
from services.refunds import reckon as give_back
from tests.worths import Ask, Cost, Ledger

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


def ledger_of(bill: Bill, policy: ShippingShare, fee: int) -> Ledger:
    account = reckon(bill)
    costs = [
        Cost(units=item.units, price=item.unit_price, off=charge.discount, total=charge.total)
        for item, charge in zip(bill.items, account.charges, strict=True)
    ]
    return Ledger(costs, account.shipping.total, policy, Fraction(fee, 1_000_000))


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


@settings(max_examples=150, deadline=None)
@given(data=st.data(), bill=bills(), policy=st.sampled_from(ShippingShare), fee=RATES)
def test_every_return_gives_what_its_units_cost(data, bill, policy, fee):
    sale, ledger = sold(bill), ledger_of(bill, policy, fee)
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
