"""How many units of a level are needed, and why just so many. Pure calculation.

What counts is the inventory position: what is there, less what is spoken for, plus what is coming
(Silver, Pyke and Peterson (1998), "Inventory Management and Production Planning and Scheduling",
3rd edition, chapter 7, whose (s, nQ), (s, S) and (R, s, S) systems the methods are). Every number
becomes a term of the explanation, and the terms sum up to the quantity.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil

from models import ReplenishmentMethod as Method
from services.forecasting import safety_stock

# Where somebody sets an absurd service level, its safety stock is still a number.
MOST_UNITS = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Position:
    """Units at a level and on their way there; the drafts of purchase orders count as ordered."""

    on_hand: int = 0
    reserved: int = 0
    backordered: int = 0
    on_order: int = 0
    in_transfer: int = 0

    @property
    def free(self) -> int:
        """What is there and not spoken for."""
        return self.on_hand - self.reserved - self.backordered

    @property
    def units(self) -> int:
        return self.free + self.on_order + self.in_transfer


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The numbers of a method, and those of the level. The service level is a share."""

    method: Method
    reorder_point: int = 0
    quantity: int = 1
    order_up_to: int = 0
    cover_days: int = 0
    review_days: int = 1
    service_level: float = 0.95
    safety_stock: int = 0
    maximum: int | None = None


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """Demand per day and the lead time in days, each with its standard deviation."""

    mean: float = 0.0
    spread: float = 0.0
    lead_days: float = 0.0
    lead_spread_days: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Packing:
    size: int = 1
    minimum: int = 1

    @property
    def least(self) -> int:
        """The fewest units in whole packs that can be bought at once."""
        return self.whole(max(1, self.minimum))

    def whole(self, units: int) -> int:
        return -(-units // self.size) * self.size


@dataclass(frozen=True, kw_only=True)
class Term:
    """A number that a quantity is made of."""

    name: str
    value: int
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Need:
    quantity: int
    terms: Sequence[Term] = field(default=())


NOTHING = Need(quantity=0)


def needed(plan: Plan, position: Position, outlook: Outlook, packing: Packing) -> Need:
    """What should be bought now, in whole packs and never beyond the maximum; nothing as long as
    the position is above the point of ordering."""
    point, goal = _goals(plan, outlook)
    if position.units > point:
        return NOTHING
    terms = [*goal, *_there(position)]
    if plan.method is Method.REORDER_POINT_QUANTITY:
        terms.append(_lots(plan, sum(term.value for term in terms)))
    if (wanted := sum(term.value for term in terms)) <= 0:
        return NOTHING
    terms += _rounding(wanted, packing)
    terms += _capping(sum(term.value for term in terms), plan, position, packing)
    quantity = sum(term.value for term in terms)
    return (
        Need(quantity=quantity, terms=[each for each in terms if each.value])
        if quantity
        else (NOTHING)
    )


def _goals(plan: Plan, outlook: Outlook) -> tuple[int, list[Term]]:
    """At which position to order, and up to which."""
    method = plan.method
    if method is Method.REORDER_POINT_QUANTITY:
        sentence = f"It is reordered at {plan.reorder_point} units."
        return plan.reorder_point, [
            Term(name="REORDER_POINT", value=plan.reorder_point, sentence=sentence)
        ]
    if method is Method.MIN_MAX:
        sentence = f"At {plan.reorder_point} units it is filled up to {plan.order_up_to}."
        return plan.reorder_point, [
            Term(name="ORDER_UP_TO", value=plan.order_up_to, sentence=sentence)
        ]
    terms = [_exposed(plan, outlook), _safety(plan, outlook)]
    point = sum(term.value for term in terms)
    days = plan.cover_days
    cover = Term(
        name="COVER",
        value=ceil(outlook.mean * days),
        sentence=f"It should last for {days} days more, at {outlook.mean:.2f} units a day.",
    )
    return point, [*terms, cover]


def _exposed(plan: Plan, outlook: Outlook) -> Term:
    days = outlook.lead_days + plan.review_days
    return Term(
        name="LEAD_TIME_DEMAND",
        value=ceil(outlook.mean * days),
        sentence=f"So many are asked for until more can be there: {outlook.mean:.2f} a day for "
        f"{outlook.lead_days:.1f} days of lead time and {plan.review_days} until the next look.",
    )


def _safety(plan: Plan, outlook: Outlook) -> Term:
    """What somebody set for the level, or what its service level asks for, if that is more."""
    reckoned = 0
    if plan.method is Method.FORECAST:
        reckoned = ceil(
            safety_stock(
                service_level=plan.service_level,
                mean=outlook.mean,
                spread=outlook.spread,
                lead_days=outlook.lead_days + plan.review_days,
                lead_spread_days=outlook.lead_spread_days,
            )
        )
    sentence = f"A safety stock of {plan.safety_stock} is set for the level."
    if reckoned > plan.safety_stock:
        sentence = (
            f"So that {plan.service_level:.1%} of all times it lasts until more is there, where a "
            f"day varies by {outlook.spread:.2f} units and the lead time by "
            f"{outlook.lead_spread_days:.1f} days."
        )
    value = min(MOST_UNITS, max(plan.safety_stock, reckoned))
    return Term(name="SAFETY_STOCK", value=value, sentence=sentence)


def _there(position: Position) -> list[Term]:
    return [
        Term(name="ON_HAND", value=-position.on_hand, sentence="They lie there."),
        Term(name="RESERVED", value=position.reserved, sentence="They are set aside for orders."),
        Term(name="BACKORDERED", value=position.backordered, sentence="Orders wait for them."),
        Term(name="ON_ORDER", value=-position.on_order, sentence="They are ordered already."),
        Term(
            name="IN_TRANSFER",
            value=-position.in_transfer,
            sentence="They are to come from other locations.",
        ),
    ]


def _lots(plan: Plan, short: int) -> Term:
    """From what is missing to as many whole quantities as it takes to be above the point."""
    times = -(-(short + 1) // plan.quantity)
    return Term(
        name="QUANTITY",
        value=times * plan.quantity - short,
        sentence=f"It is bought in quantities of {plan.quantity}, {times} of which are above the "
        "reorder point.",
    )


def _rounding(wanted: int, packing: Packing) -> list[Term]:
    least = max(0, packing.minimum - wanted)
    packs = packing.whole(wanted + least) - wanted - least
    return [
        Term(
            name="MINIMUM", value=least, sentence=f"No fewer than {packing.minimum} can be bought."
        ),
        Term(name="PACKS", value=packs, sentence=f"They come in packs of {packing.size}."),
    ]


def _capping(wanted: int, plan: Plan, position: Position, packing: Packing) -> list[Term]:
    """Down to what there may be, in whole packs; to nothing where fewer cannot be bought."""
    if plan.maximum is None or wanted <= plan.maximum - position.units:
        return []
    allowed = max(0, plan.maximum - position.units) // packing.size * packing.size
    allowed = allowed if allowed >= packing.least else 0
    return [
        Term(
            name="MAXIMUM",
            value=allowed - wanted,
            sentence=f"No more than {plan.maximum} are to be there or on their way.",
        )
    ]
