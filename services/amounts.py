"""What an order costs, to the minor unit, and why: pure calculation.

Everything is counted in whole minor units of one currency; how many decimals those are is for
Babel to say (services.money). Where a rule gives a part of a unit it is rounded half up, line by
line: the commercial rounding of DIN 1333, which tax offices of the European Union accept for each
line of an invoice. Nothing is rounded twice, so the lines add up to the total as they are printed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from models.lifecycle import Status
from services.money import spoken

# Rates of tax and of discounts are whole numbers of millionths: 19 % is 190,000.
WHOLE = 1_000_000


class StepKind(Status):
    PRICE = "price", "Units at their price."
    LINE_DISCOUNT = "line_discount", "A discount on one line."
    ORDER_DISCOUNT = "order_discount", "A line's share of a discount on the whole order."
    TAX = "tax", "Tax: added to the price, or contained in it and so adding nothing."
    SHIPPING = "shipping", "What is charged for shipping."


@dataclass(frozen=True, kw_only=True)
class Reduction:
    """A discount of a part of the value, in millionths, or of an amount, and what it is for."""

    reason: str
    rate: int | None = None
    amount: int | None = None

    def of(self, value: int) -> int:
        """How much it takes off a value; never more than that."""
        wanted = half_up(value * (self.rate or 0), WHOLE) if self.amount is None else self.amount
        return min(wanted, value)


@dataclass(frozen=True, kw_only=True)
class Tax:
    name: str
    rate: int


@dataclass(frozen=True, kw_only=True)
class Item:
    """Units of a line at a price, and why that is its price."""

    units: int
    unit_price: int
    basis: str
    reductions: Sequence[Reduction] = ()
    tax: Tax | None = None


@dataclass(frozen=True, kw_only=True)
class Bill:
    """What there is to pay for. Prices and the shipping charge contain tax, or it comes on top."""

    currency: str
    includes_tax: bool
    items: Sequence[Item]
    reductions: Sequence[Reduction] = ()
    shipping: int = 0
    shipping_tax: Tax | None = None


@dataclass(frozen=True, kw_only=True)
class Step:
    """One rule applied: what it adds to the total. `contained` is tax that is in the price, `rate`
    that of a tax and `name` what it is called; `item` counts from 0, and is None for what is not of
    one line."""

    kind: StepKind
    item: int | None
    description: str
    amount: int
    contained: int = 0
    rate: int = 0
    name: str = ""


@dataclass(kw_only=True)
class Charge:
    """What one line comes to: `left` is its value once discounts are off."""

    value: int
    left: int
    tax: int = 0
    total: int = 0

    @property
    def discount(self) -> int:
        return self.value - self.left


@dataclass(kw_only=True)
class Account:
    """What an order comes to, and every step on the way."""

    charges: list[Charge] = field(default_factory=list)
    shipping: Charge
    steps: list[Step] = field(default_factory=list)

    @property
    def subtotal(self) -> int:
        return sum(charge.value for charge in self.charges)

    @property
    def discount(self) -> int:
        return sum(charge.discount for charge in self.charges)

    @property
    def tax(self) -> int:
        return sum(charge.tax for charge in self.charges) + self.shipping.tax

    @property
    def total(self) -> int:
        return sum(charge.total for charge in self.charges) + self.shipping.total


def reckon(bill: Bill) -> Account:
    """Price, then the lines' own discounts, then those of the order, then shipping, then tax.

    Each discount is taken off what the ones before it have left.
    """
    account = Account(shipping=Charge(value=bill.shipping, left=bill.shipping))
    for n, item in enumerate(bill.items):
        _charge(account, bill, n, item)
    for reduction in bill.reductions:
        _reduce_all(account, reduction)
    if bill.shipping:
        account.steps.append(
            Step(kind=StepKind.SHIPPING, item=None, description="Shipping", amount=bill.shipping)
        )
    for n, (charge, item) in enumerate(zip(account.charges, bill.items, strict=True)):
        _tax(account, charge, item.tax, includes=bill.includes_tax, item=n)
    _tax(account, account.shipping, bill.shipping_tax, includes=bill.includes_tax, item=None)
    return account


def half_up(numerator: int, denominator: int) -> int:
    """A quotient of numbers that are not negative, rounded to the nearest whole, halves up."""
    return (2 * numerator + denominator) // (2 * denominator)


def tax_on(value: int, rate: int, *, included: bool) -> int:
    return half_up(value * rate, WHOLE + rate if included else WHOLE)


def spread(amount: int, over: Sequence[int]) -> list[int]:
    """Parts of an amount in proportion to weights, summing to it exactly.

    By the largest remainder: each gets its part rounded down, and the units that are left go one
    by one to where most was cut off, the first of equals first. No part exceeds its weight unless
    the amount exceeds them all.
    """
    whole = sum(over)
    if not whole:
        return [0] * len(over)
    parts = [amount * weight // whole for weight in over]
    cut_off = [amount * weight % whole for weight in over]
    left = amount - sum(parts)
    for n in sorted(range(len(over)), key=lambda n: -cut_off[n])[:left]:
        parts[n] += 1
    return parts


def percent(rate: int) -> str:
    """190,000 millionths are 19 %, 88,750 are 8.875 %."""
    text = f"{rate / 10_000:.4f}".rstrip("0").rstrip(".")
    return f"{text} %"


def summed(steps: Iterable[Step]) -> int:
    return sum(step.amount for step in steps)


def _charge(account: Account, bill: Bill, n: int, item: Item) -> None:
    value = item.units * item.unit_price
    charge = Charge(value=value, left=value)
    account.charges.append(charge)
    description = f"{item.units} × {spoken(item.unit_price, bill.currency)}: {item.basis}"
    account.steps.append(Step(kind=StepKind.PRICE, item=n, description=description, amount=value))
    for reduction in item.reductions:
        _take_off(account, n, StepKind.LINE_DISCOUNT, reduction, reduction.of(charge.left))


def _reduce_all(account: Account, reduction: Reduction) -> None:
    lefts = [charge.left for charge in account.charges]
    for n, part in enumerate(spread(reduction.of(sum(lefts)), lefts)):
        _take_off(account, n, StepKind.ORDER_DISCOUNT, reduction, part)


def _take_off(account: Account, n: int, kind: StepKind, reduction: Reduction, part: int) -> None:
    if part:
        account.charges[n].left -= part
        how = f"{percent(reduction.rate)} off: " if reduction.rate is not None else ""
        step = Step(kind=kind, item=n, description=f"{how}{reduction.reason}", amount=-part)
        account.steps.append(step)


def _tax(
    account: Account, charge: Charge, tax: Tax | None, *, includes: bool, item: int | None
) -> None:
    charge.total = charge.left
    if tax is None or not charge.left:
        return
    charge.tax = tax_on(charge.left, tax.rate, included=includes)
    added = 0 if includes else charge.tax
    charge.total += added
    account.steps.append(
        Step(
            kind=StepKind.TAX,
            item=item,
            description=f"{tax.name}, {percent(tax.rate)}",
            amount=added,
            contained=charge.tax - added,
            rate=tax.rate,
            name=tax.name,
        )
    )
