"""Fraud: how risky an order looks, rule by rule. Pure calculation: nothing is read or written."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from models.fraud import FraudSignal
from services.money import spoken

# Domains whose mailboxes anybody can open without a name, and which last for minutes.
DISPOSABLE = frozenset(
    {
        *("10minutemail.com", "discard.email", "getnada.com", "guerrillamail.com"),
        *("mailinator.com", "maildrop.cc", "mintemail.com", "mohmal.com", "moakt.com"),
        *("sharklasers.com", "spamgourmet.com", "temp-mail.org", "tempmail.com"),
        *("throwawaymail.com", "trashmail.com", "yopmail.com"),
    }
)
MOST_POINTS = 100
MANY_UNITS = 10
MANY_ORDERS = 3
ENOUGH_HISTORY = 3
FAR_ABOVE = 4


@dataclass(frozen=True, kw_only=True)
class Case:
    """What is known of an order that is being placed. Money is in minor units of `currency`.

    `typical` is the mean of the customer's earlier orders; `orders_lately` are theirs, and
    `others_lately` those of other customers to the same door, of the last 24 hours.
    """

    total: int
    currency: str
    large: int
    most_units: int = 0
    most_sku: str = ""
    ship_country: str = ""
    bill_country: str = ""
    email: str = ""
    past_orders: int = 0
    typical: int = 0
    orders_lately: int = 0
    others_lately: int = 0
    chargebacks: int = 0


Rule = Callable[[Case], FraudSignal | None]


def score(case: Case) -> tuple[int, list[FraudSignal]]:
    """How much speaks against an order, of 100 points, and each rule that does, worst first."""
    signals = [signal for rule in RULES if (signal := rule(case)) is not None]
    signals.sort(key=lambda signal: -signal.points)
    return min(MOST_POINTS, sum(signal.points for signal in signals)), signals


def chargebacks(case: Case) -> FraudSignal | None:
    if not case.chargebacks:
        return None
    return _signal(
        "CHARGEBACKS", 50, f"The customer's bank took money back {case.chargebacks} times before."
    )


def disposable_email(case: Case) -> FraudSignal | None:
    domain = case.email.rpartition("@")[2].lower()
    if domain not in DISPOSABLE:
        return None
    return _signal("DISPOSABLE_EMAIL", 35, f"Mailboxes at {domain} last for minutes.")


def address_mismatch(case: Case) -> FraudSignal | None:
    if not case.bill_country or case.bill_country == case.ship_country:
        return None
    return _signal(
        "ADDRESS_MISMATCH",
        25,
        f"The bill goes to {case.bill_country}, the goods go to {case.ship_country or 'nobody'}.",
    )


def velocity(case: Case) -> FraudSignal | None:
    if case.orders_lately < MANY_ORDERS:
        return None
    points = min(35, 15 + 5 * (case.orders_lately - MANY_ORDERS))
    sentence = f"The customer placed {case.orders_lately} other orders within 24 hours."
    return _signal("VELOCITY_CUSTOMER", points, sentence)


def crowded_door(case: Case) -> FraudSignal | None:
    if not case.others_lately:
        return None
    points = min(30, 10 + 5 * case.others_lately)
    sentence = f"Others had {case.others_lately} orders sent to the same door within 24 hours."
    return _signal("VELOCITY_ADDRESS", points, sentence)


def large_amount(case: Case) -> FraudSignal | None:
    if case.total < case.large:
        return None
    amount, limit = spoken(case.total, case.currency), spoken(case.large, case.currency)
    return _signal("LARGE_AMOUNT", 20, f"It costs {amount}, and {limit} is a lot for this shop.")


def unusual_amount(case: Case) -> FraudSignal | None:
    if case.past_orders < ENOUGH_HISTORY or case.total <= FAR_ABOVE * case.typical:
        return None
    amount, usual = spoken(case.total, case.currency), spoken(case.typical, case.currency)
    sentence = f"It costs {amount}; the customer's orders before cost {usual} on average."
    return _signal("UNUSUAL_AMOUNT", 20, sentence)


def many_units(case: Case) -> FraudSignal | None:
    if case.most_units < MANY_UNITS:
        return None
    return _signal("MANY_UNITS", 15, f"It wants {case.most_units} units of {case.most_sku}.")


def new_customer(case: Case) -> FraudSignal | None:
    if case.past_orders:
        return None
    return _signal("NEW_CUSTOMER", 10, "The customer has not ordered before.")


RULES: Sequence[Rule] = (
    chargebacks,
    disposable_email,
    address_mismatch,
    velocity,
    crowded_door,
    large_amount,
    unusual_amount,
    many_units,
    new_customer,
)


def _signal(code: str, points: int, explanation: str) -> FraudSignal:
    return FraudSignal(code=code, points=points, explanation=explanation)
