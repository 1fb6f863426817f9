"""What customers get for units that come back or never came, to the minor unit, and why: pure
calculation.

What was agreed for all units of a line is shared out among them by cumulative rounding: units
k + 1 to k + n of N get the part of k + n less that of k, each rounded half up. However many returns
there are, they sum to what the line cost and never to more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from models.lifecycle import Status
from services.amounts import WHOLE, half_up, percent
from services.money import spoken


class RefundStepKind(Status):
    UNITS = "units", "Units at the price they were sold for."
    LINE_DISCOUNT = "line_discount", "Their part of the discounts on their line."
    ORDER_DISCOUNT = "order_discount", "Their part of the discounts on the whole order."
    TAX = "tax", "Their tax: added to the price, or contained in it and so adding nothing."
    LIMIT = "limit", "What their line came to cost less since, and was given back before."
    SHIPPING = "shipping", "What is given back of the shipping charge."
    REPLACEMENT = "replacement", "What of the order that replaces them is not wanted."
    FEE = "fee", "What is kept for putting them back on the shelf."


class ShippingShare(Status):
    NEVER = "never", "The shipping charge is kept."
    LAST = "last", "It is given back with the last unit."
    PROPORTION = "proportion", "It is given back in proportion to the value."


@dataclass(frozen=True, kw_only=True)
class Sold:
    """What all units of a line cost, in minor units: their value, less discounts, with the tax
    that came on top; `contained` is tax that is in the price. Of them, `given_units` worth `given`
    were made good before."""

    units: int
    name: str
    unit_price: int
    line_discount: int = 0
    order_discount: int = 0
    tax: int = 0
    contained: int = 0
    given_units: int = 0
    given: int = 0

    @property
    def total(self) -> int:
        value = self.units * self.unit_price
        return value - self.line_discount - self.order_discount + self.tax


@dataclass(frozen=True, kw_only=True)
class Sale:
    """An order: what its lines cost, by id, and what shipping did."""

    currency: str
    lines: Mapping[int, Sold]
    shipping: int = 0


@dataclass(frozen=True, kw_only=True)
class Back:
    """Units of a line to be made good; `ours` where the fault is, and so no fee is kept."""

    line_id: int
    units: int
    ours: bool = False


@dataclass(frozen=True, kw_only=True)
class Terms:
    """The fee is in millionths of the value."""

    shipping: ShippingShare = ShippingShare.NEVER
    fee: int = 0


@dataclass(frozen=True, kw_only=True)
class RefundStep:
    """One rule applied: what it adds. `contained` is tax that is in the price."""

    kind: RefundStepKind
    description: str
    amount: int
    contained: int = 0


@dataclass(kw_only=True)
class Refund:
    """Every step on the way to an amount, and what the units of each part were sold for."""

    steps: list[RefundStep] = field(default_factory=list)
    values: list[int] = field(default_factory=list)

    @property
    def amount(self) -> int:
        return sum(step.amount for step in self.steps)


@dataclass(kw_only=True)
class _Given:
    """How far a line has been made good."""

    units: int
    value: int


def reckon(sale: Sale, backs: Sequence[Back], terms: Terms) -> Refund:
    """What is to be given for units, part by part, in their order."""
    refund = Refund()
    given = {
        line_id: _Given(units=sold.given_units, value=sold.given)
        for line_id, sold in sale.lines.items()
    }
    before = _shipping(sale, given, terms.shipping)
    fee = 0
    for back in backs:
        worth = _part(refund, sale, back, given[back.line_id])
        fee += 0 if back.ours else half_up(worth * terms.fee, WHOLE)
    shipping = _shipping(sale, given, terms.shipping) - before
    if backs and shipping > 0:
        _add(refund, RefundStepKind.SHIPPING, "Shipping", shipping)
    if fee:
        _add(refund, RefundStepKind.FEE, f"Restocking fee, {percent(terms.fee)}", -fee)
    return refund


def share(amount: int, first: int, last: int, units: int) -> int:
    """The part of an amount that units after the `first` up to the `last` of so many have."""
    return half_up(amount * last, units) - half_up(amount * first, units)


def _part(refund: Refund, sale: Sale, back: Back, given: _Given) -> int:
    """Add the steps of units of one line; says what they were sold for."""
    sold = sale.lines[back.line_id]
    if not back.units:
        refund.values.append(0)
        return 0
    first, last = given.units, min(given.units + back.units, sold.units)
    count = last - first
    value = count * sold.unit_price
    off = share(sold.line_discount + sold.order_discount, first, last, sold.units)
    # The parts of both discounts are taken of the part of their sum, lest one more minor unit is
    # taken off than there is.
    own = min(off, share(sold.line_discount, first, last, sold.units))
    tax = share(sold.tax, first, last, sold.units)
    at = f"{count} × {sold.name} at {spoken(sold.unit_price, sale.currency)}"
    _add(refund, RefundStepKind.UNITS, at, value)
    _add(refund, RefundStepKind.LINE_DISCOUNT, f"Discount on {sold.name}", -own)
    _add(refund, RefundStepKind.ORDER_DISCOUNT, f"Discount on the order, {sold.name}", own - off)
    contained = share(sold.contained, first, last, sold.units)
    _add(refund, RefundStepKind.TAX, f"Tax on {sold.name}", tax, contained)
    worth = value - off + tax
    # Units that were cancelled since have taken their part of what the line cost with them.
    limited = max(0, min(worth, sold.total - given.value))
    _add(refund, RefundStepKind.LIMIT, f"Given back before for {sold.name}", limited - worth)
    given.units, given.value = last, given.value + limited
    refund.values.append(limited)
    return limited


def _shipping(sale: Sale, given: Mapping[int, _Given], how: ShippingShare) -> int:
    """How much of the shipping charge belongs to what was made good so far."""
    if how is ShippingShare.LAST:
        whole = sum(sold.units for sold in sale.lines.values())
        return sale.shipping if sum(each.units for each in given.values()) >= whole else 0
    if how is ShippingShare.PROPORTION:
        whole = sum(sold.total for sold in sale.lines.values())
        value = min(whole, sum(each.value for each in given.values()))
        return half_up(sale.shipping * value, whole) if whole else 0
    return 0


def _add(
    refund: Refund, kind: RefundStepKind, description: str, amount: int, contained: int = 0
) -> None:
    if amount or contained:
        refund.steps.append(
            RefundStep(kind=kind, description=description, amount=amount, contained=contained)
        )
