"""How the shop wants things done: its policies, with the defaults of a small shop.

Each is a setting of the environment, WAYBILL_ and its name.
"""

from dataclasses import dataclass, field
from typing import Literal

from models import AllocationPolicy


@dataclass(frozen=True, kw_only=True)
class Policy:
    """Durations are in the unit their name ends in."""

    handling_minutes: int = 240
    """How long it takes to make goods ready to leave, when a date is promised."""

    delay_threshold: float = 0.5
    """How likely a delay has to be to be predicted, from 0 to 1."""

    evaluation_minutes: int = 30
    """After how long at the latest an order's prospects are looked at again."""

    restock_days: int = 14
    """How long stock that nobody has announced is reckoned to take to come."""

    clockwork: bool = True
    """Whether `serve` does what falls due by itself; else `waybill worker` has to run."""

    page_limit: int = 100
    """How many rows a page of a list has at most."""

    duplicate_hours: int = 24
    """How long the same goods for the same customer are a possible duplicate; 0 for never."""
    fraud_review_score: int = 60
    """The score of 1 to 100 from which an order is reviewed before it goes to fulfillment; 0 to
    score nothing."""
    fraud_large_amount: int = 100_000
    """An order's total in minor units that is a lot for this shop, whoever the customer is."""

    prices_include_tax: bool = True
    """Whether prices and shipping charges of an order contain tax, where it is not said."""

    home_country: str = ""
    """The country whose tax is on what is sold over the counter; empty for no tax there."""

    home_region: str = ""
    """The region of it, where that has rates of its own."""

    clerk_discount_percent: float = 10
    """How much of an order, or of a line, a clerk may take off in all."""

    manager_discount_percent: float = 50
    """How much of an order, or of a line, a manager may take off in all."""
    capture: Literal["shipment", "placement"] = "shipment"
    """When authorized money is captured: as parcels are handed over, or at once."""

    payment_required: bool = False
    """Whether an order waits, on a PAYMENT hold, until its whole price is paid or authorized."""

    payment_due_hours: float | None = None
    """How long after its placement an order may stay unpaid before it expires; None for ever."""

    auto_confirm: bool = False
    """Whether placed orders are confirmed by themselves once they are covered and not held."""

    payment_provider_url: str = ""
    """Where the HTTP payment provider takes requests."""

    payment_provider_secret: str = field(default="", repr=False)
    """Signs what we ask the provider and what it tells us; without it, it is not there."""

    payment_provider_timeout_seconds: float = 5.0
    """How long to wait for the provider's answer before asking again later."""

    carrier_secrets: str = ""
    """The secrets with which carriers sign their callbacks, such as DHL=one,UPS=another."""

    callback_tolerance_seconds: float = 300.0
    """How old the signature of a callback may be."""

    allocation: AllocationPolicy = AllocationPolicy.FEWEST_PARCELS
    """Which locations units come from, where an order does not say."""

    reservation_hours: int | None = 72
    """How long a placed order keeps its units before it is confirmed; None for ever."""

    paper_link_minutes: int = 60
    """How long a signed link to a paper is good for."""
    sign_in_hours: int = 12
    """How long somebody who has given their password stays signed in."""

    free_sign_in_attempts: int = 5
    """How often a name may fail to sign in before it has to wait, twice as long each time."""

    longest_sign_in_wait_seconds: int = 300
    """How long it has to wait at most."""

    log_retention_days: int | None = None
    """How long events stay in the log; None for ever. Whoever comes back later is told to read
    afresh, and timelines begin where the log does."""

    idempotency_days: int | None = 30
    """How long an idempotency key is known again; None for ever."""

    ended_token_days: int | None = 90
    """How long a token that has expired or was revoked is still listed; None for ever."""
    invoice_at_shipment: bool = True
    """Whether an order is invoiced by itself when the carrier takes the first goods of it."""

    seller_name: str = "Waybill"
    """Who stands on invoices as the seller."""

    seller_address: str = ""
    """Where the seller is, in as many lines as it takes."""

    seller_tax_id: str = ""
    """The number the seller's tax office knows them by."""

    seller_email: str = ""
    """Where to write to about an invoice."""

    slow_operation_seconds: float | None = 1.0
    """How long an operation may take before the log tells of it; None for any time."""


_policy = Policy()


def current() -> Policy:
    return _policy


def apply(policy: Policy) -> None:
    """Do things so from now on, in this process."""
    global _policy
    _policy = policy
