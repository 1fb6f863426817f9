"""What orders cost, and what of them that comes back is worth: worked out in fractions, from what
was agreed alone, and with nothing of what the shop reckons with."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

from services.refunds import ShippingShare

# A part of the value, or so many minor units.
Off = Fraction | int


@dataclass
class Ask:
    """Units of one line that come back with one return."""

    line: int
    units: int
    ours: bool


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What so many units of a line cost, and what of it was taken off."""

    units: int
    price: int
    off: int
    total: int


@dataclass(frozen=True, kw_only=True)
class Goods:
    """Units of one line at a price, with what is taken off, one after the other."""

    units: int
    price: int
    off: Sequence[Off] = ()


@dataclass(frozen=True, kw_only=True)
class Deal:
    """What an order is agreed on: its goods, what is taken off all of them, what bringing them
    costs, and its tax, which is in the prices or comes on top."""

    goods: Sequence[Goods]
    off: Sequence[Off] = ()
    shipping: int = 0
    tax: Fraction = Fraction(0)
    includes_tax: bool = True

    def costs(self) -> list[Cost]:
        """What each line comes to."""
        lefts = [each.units * each.price for each in self.goods]
        for n, each in enumerate(self.goods):
            for off in each.off:
                lefts[n] -= _taken(off, lefts[n])
        for off in self.off:
            lefts = [
                a - b for a, b in zip(lefts, dealt(_taken(off, sum(lefts)), lefts), strict=True)
            ]
        return [
            Cost(
                units=each.units,
                price=each.price,
                off=each.units * each.price - left,
                total=self.taxed(left),
            )
            for each, left in zip(self.goods, lefts, strict=True)
        ]

    def taxed(self, net: int) -> int:
        return net if self.includes_tax else net + nearest(net * self.tax)

    def total(self) -> int:
        return sum(each.total for each in self.costs()) + self.taxed(self.shipping)


@dataclass
class Ledger:
    """Gives back what each single unit cost, to the cent, by fractions of what was charged."""

    costs: Sequence[Cost]
    shipping: int = 0
    policy: ShippingShare = ShippingShare.NEVER
    fee: Fraction = Fraction(0)
    taken: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.worths = [list(_units(each)) for each in self.costs]
        self.total = sum(each.total for each in self.costs)
        self.taken = [0] * len(self.costs)

    def worth(self, asks: Iterable[Ask], *, with_shipping: bool = True) -> int:
        """What units would be given for as the next ones."""
        before = list(self.taken)
        given = self.take(asks, with_shipping=with_shipping)
        self.taken = before
        return given

    def take(self, asks: Iterable[Ask], *, with_shipping: bool = True) -> int:
        before, given, asked = self._shipping(), 0, list(asks)
        for ask in asked:
            start = self.taken[ask.line]
            self.taken[ask.line] += ask.units
            worth = sum(self.worths[ask.line][start : self.taken[ask.line]])
            given += worth - (0 if ask.ours else nearest(worth * self.fee))
        return given + (self._shipping() - before if asked and with_shipping else 0)

    def _shipping(self) -> int:
        if self.policy is ShippingShare.LAST:
            all_back = all(n == len(w) for n, w in zip(self.taken, self.worths, strict=True))
            return self.shipping if all_back else 0
        if self.policy is ShippingShare.PROPORTION and self.total:
            back = sum(sum(w[:n]) for n, w in zip(self.taken, self.worths, strict=True))
            return nearest(self.shipping * Fraction(back, self.total))
        return 0


def nearest(exact: Fraction) -> int:
    """The nearest whole number, halves up."""
    return floor(exact + Fraction(1, 2))


def dealt(amount: int, over: Sequence[int]) -> list[int]:
    """An amount in proportion: rounded down, and the rest to those who lost most by that."""
    if not any(over):
        return [0] * len(over)
    exact = [Fraction(amount * each, sum(over)) for each in over]
    parts = [floor(each) for each in exact]
    losers = sorted(range(len(over)), key=lambda n: parts[n] - exact[n])
    for n in losers[: amount - sum(parts)]:
        parts[n] += 1
    return parts


def _taken(off: Off, value: int) -> int:
    return min(value, nearest(value * off) if isinstance(off, Fraction) else off)


def _units(cost: Cost) -> Iterable[int]:
    """What each unit cost: what the first n did is rounded, and so is what n − 1 did."""
    tax = cost.total - (cost.units * cost.price - cost.off)

    def first(n: int) -> int:
        part = Fraction(n, cost.units)
        return n * cost.price - nearest(cost.off * part) + nearest(tax * part)

    return (first(n) - first(n - 1) for n in range(1, cost.units + 1))
