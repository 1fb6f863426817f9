"""What orders come to, beside the same sums done differently."""

from fractions import Fraction
from math import floor

from babel.numbers import get_currency_precision
from hypothesis import given
from hypothesis import strategies as st

from services.amounts import WHOLE, Bill, Item, Reduction, Tax, half_up, percent, reckon, spread

CURRENCIES = ("JPY", "EUR", "KWD")

rates = st.one_of(st.integers(0, WHOLE), st.sampled_from([50_000, 100_000, 333_333]))
reductions = st.lists(
    st.one_of(
        rates.map(lambda rate: Reduction(reason="Loyal", rate=rate)),
        st.integers(0, 50_000).map(lambda amount: Reduction(reason="Late", amount=amount)),
    ),
    max_size=3,
)
taxes = st.none() | st.integers(1, 300_000).map(lambda rate: Tax(name="VAT", rate=rate))
items = st.builds(
    Item,
    units=st.integers(0, 2_000),
    unit_price=st.integers(0, 10_000_000),
    basis=st.just("list"),
    reductions=reductions,
    tax=taxes,
)
bills = st.builds(
    Bill,
    currency=st.sampled_from(CURRENCIES),
    includes_tax=st.booleans(),
    items=st.lists(items, max_size=6),
    reductions=reductions,
    shipping=st.integers(0, 5_000),
    shipping_tax=taxes,
)


class Paper:
    """The sums as a clerk would do them on paper, in fractions of the currency's own unit."""

    def __init__(self, bill):
        self.cent = Fraction(1, 10 ** get_currency_precision(bill.currency))
        self.bill = bill
        lefts = [self.line(item) for item in bill.items]
        for reduction in bill.reductions:
            lefts = self.share(lefts, self.off(sum(lefts, Fraction()), reduction))
        taxes = [self.tax(left, item.tax) for left, item in zip(lefts, bill.items, strict=True)]
        shipping = bill.shipping * self.cent
        taxes.append(self.tax(shipping, bill.shipping_tax))
        self.taxes = sum(taxes, Fraction())
        self.total = sum(lefts, shipping) + (0 if bill.includes_tax else self.taxes)

    def line(self, item):
        left = item.units * item.unit_price * self.cent
        for reduction in item.reductions:
            left -= self.off(left, reduction)
        return left

    def off(self, value, reduction):
        if reduction.amount is not None:
            return min(value, reduction.amount * self.cent)
        return self.rounded(value * Fraction(reduction.rate, WHOLE))

    def share(self, lefts, off):
        """Hand the discount out cent by cent, each to whom most is owed."""
        whole = sum(lefts, Fraction())
        owed = [off * left / whole if whole else Fraction() for left in lefts]
        given = [floor(part / self.cent) * self.cent for part in owed]
        while sum(given, Fraction()) < off:
            gaps = [part - got for part, got in zip(owed, given, strict=True)]
            given[gaps.index(max(gaps))] += self.cent
        return [left - got for left, got in zip(lefts, given, strict=True)]

    def tax(self, left, tax):
        rate = Fraction(tax.rate, WHOLE) if tax else Fraction()
        return self.rounded(left - left / (1 + rate) if self.bill.includes_tax else left * rate)

    def rounded(self, amount):
        return floor(amount / self.cent + Fraction(1, 2)) * self.cent


class TestReckon:
    @given(bills)
    def test_comes_to_what_it_does_on_paper(self, bill):
        account, paper = reckon(bill), Paper(bill)

        assert account.total * paper.cent == paper.total
        assert account.tax * paper.cent == paper.taxes

    @given(bills)
    def test_explains_every_line_and_the_total(self, bill):
        account = reckon(bill)

        for n, charge in enumerate([*account.charges, account.shipping]):
            item = n if n < len(account.charges) else None
            steps = [step for step in account.steps if step.item == item]
            added = sum(step.amount for step in steps if step.kind.name == "TAX")
            assert sum(step.amount for step in steps) == charge.total
            assert sum(step.contained for step in steps) + added == charge.tax
        assert sum(step.amount for step in account.steps) == account.total
        assert account.total == sum(each.total for each in account.charges) + account.shipping.total

    @given(bills)
    def test_is_never_negative(self, bill):
        account = reckon(bill)

        for charge in [*account.charges, account.shipping]:
            assert 0 <= charge.left <= charge.value
            assert min(charge.tax, charge.total, charge.discount) >= 0

    def test_takes_each_discount_off_what_the_ones_before_have_left(self):
        tenth = Reduction(reason="Loyal", rate=100_000)
        item = Item(units=1, unit_price=1_000, basis="list", reductions=[tenth, tenth])

        account = reckon(Bill(currency="EUR", includes_tax=True, items=[item], reductions=[tenth]))

        assert [step.amount for step in account.steps] == [1_000, -100, -90, -81]
        assert account.steps[1].description == "10 % off: Loyal"


class TestSpread:
    @given(st.integers(0, 10**9), st.lists(st.integers(0, 10**9), max_size=9))
    def test_leaves_nothing_over_and_takes_no_more_than_there_is(self, amount, weights):
        amount = min(amount, sum(weights))

        parts = spread(amount, weights)

        assert sum(parts) == amount
        assert all(0 <= part <= weight for part, weight in zip(parts, weights, strict=True))

    def test_gives_the_odd_unit_to_whom_most_was_cut_off(self):
        assert spread(100, [1, 1, 1]) == [34, 33, 33]
        assert spread(10, [10, 25, 65]) == [1, 3, 6]


def test_half_is_rounded_up():
    assert [half_up(n, 10) for n in (4, 5, 14, 15, 25)] == [0, 1, 1, 2, 3]


def test_percents_are_said_as_short_as_they_are():
    assert [percent(rate) for rate in (190_000, 88_750, 1, 0)] == [
        "19 %",
        "8.875 %",
        "0.0001 %",
        "0 %",
    ]
