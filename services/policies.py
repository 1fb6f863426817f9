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

    transfer_days: float = 2
    """How long goods are reckoned to travel from one location to another, where nobody says."""

    inspect_receipts: bool = False
    """Whether everything that suppliers deliver is inspected before it can be sold."""
    expiry_alert_days: int = 30
    """How long before they expire lots in stock are told of."""

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

    return_refund: Literal["approved", "received", "inspected"] = "inspected"
    """When what is returned is made good: once it is approved, has come, or was inspected."""

    return_shipping: Literal["never", "last", "proportion"] = "last"
    """Whether the shipping charge is given back: never, with the last unit, or in proportion."""

    restocking_fee_percent: float = 0
    """How much of its value is kept of what comes back for no fault of ours."""

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
    """How long a signed link to a paper is good for at least; twice as long at most."""
    sign_in_hours: int = 12
    """How long somebody who has given their password stays signed in."""

    report_link_minutes: int = 15
    """How long a link to a report is good for at least; twice as long at most."""

    reports_at_once: int = 4
    """How many reports one process writes at a time."""

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

    time_zone: str = "UTC"
    """Where the shop's days begin and end, which key figures are counted by."""

    return_days: int | None = 30
    """For how long after it was delivered something may be sent back; None for ever, 0 for never.
    Then completed orders are closed."""

    return_auto_approve: bool = False
    """Whether returns that are not our fault are approved by themselves."""

    return_send_days: int | None = 14
    """Within how many days an approved return has to be sent, before it lapses; None for any."""

    return_close_days: int | None = 7
    """How long after it was resolved a return is closed; None for never by itself."""

    return_location: str = ""
    """The code of the location that returns go to; empty for where the goods came from."""

    home_currency: str = "EUR"
    """The shop's own currency, which the limits of purchases are in."""

    auto_approval_limit: int = 0
    """Below this worth, in minor units, a purchase order approves itself; 0 for never."""

    self_approval_limit: int = 100_000
    """Up to this worth, in minor units, whoever drafted a purchase order may approve it."""

    buyer_approval_limit: int = 1_000_000
    """Up to this worth, in minor units, a buyer may approve a purchase order."""

    manager_approval_limit: int | None = None
    """Up to this worth, in minor units, a manager may approve a purchase order; None for any."""

    supplier_grace_days: int = 1
    """How much later than promised goods may come and still be on time on a scorecard."""

    supplier_answer_days: int = 2
    """Within how many days a supplier should answer an order."""

    overdue_days: int = 3
    """How much longer goods are reckoned to take once they have not come when they should."""

    count_approval_limit: int = 50_000
    """Up to which value of what differs, in minor units, somebody who counted may approve it."""

    cycle_days_a: int = 30
    """After how many days what is of value class A is counted again; 0 for never."""

    cycle_days_b: int = 90
    """The same for value class B."""

    cycle_days_c: int = 365
    """The same for value class C."""

    cycle_lines: int = 200
    """How many places one scheduled count has at most."""

    mail_backend: Literal["console", "file", "smtp"] = "console"
    """What becomes of mail: written to the log, kept as files in a folder, or sent."""

    mail_folder: str = "data/mail"
    """Where mail is kept as files."""

    mail_from: str = "orders@waybill.example"
    """Whom our mail comes from."""

    smtp_url: str = field(default="", repr=False)
    """The server that sends mail, such as smtp://user:password@host:587, or smtps://host."""

    smtp_timeout_seconds: float = 20.0
    """How long to wait for that server."""

    supplier_secrets: str = field(default="", repr=False)
    """What signs orders posted to the systems of suppliers, by their codes: ACME=one,NORD=two."""

    supplier_timeout_seconds: float = 10.0
    """How long to wait for the system of a supplier."""

    desk_days: str = "12345"
    """On which days of the week the service desk is open, Monday being 1."""

    desk_opens: str = "09:00"
    """When it opens, by the clock of `desk_zone`."""

    desk_closes: str = "17:00"
    """When it closes; no later than it opens means on the next day."""

    desk_zone: str = "UTC"
    """The time zone it is in."""

    desk_holidays_of: str = ""
    """The country or region whose holidays it keeps, such as DE-HH; empty for none."""

    case_response_hours_low: float = 16
    """Opening hours within which a service case of low priority is answered first."""

    case_response_hours_normal: float = 8
    """The same for normal priority."""

    case_response_hours_high: float = 4
    """The same for high priority."""

    case_response_hours_urgent: float = 1
    """The same for urgent ones."""

    case_resolve_hours_low: float = 80
    """Opening hours within which a service case of low priority is resolved."""

    case_resolve_hours_normal: float = 40
    """The same for normal priority."""

    case_resolve_hours_high: float = 16
    """The same for high priority."""

    case_resolve_hours_urgent: float = 8
    """The same for urgent ones."""

    case_reopen_days: int = 14
    """For how long after a case is resolved what its customer writes opens it again."""

    case_close_days: int | None = 7
    """How long after it is resolved a case closes by itself; None for never."""

    cases_of_exceptions: bool = True
    """Whether exceptions that customers feel open service cases."""

    survey_days: int = 30
    """How long customers may answer how content they are; 0 to ask nobody."""

    slow_operation_seconds: float | None = 1.0
    """How long an operation may take before the log tells of it; None for any time."""


_policy = Policy()


def current() -> Policy:
    return _policy


def apply(policy: Policy) -> None:
    """Do things so from now on, in this process."""
    global _policy
    _policy = policy
