"""Orders: what a customer agreed to buy, and what has become of every unit of it."""

from dataclasses import asdict, dataclass
from datetime import datetime
from secrets import token_urlsafe
from typing import Any

from tortoise import fields

from models.customers import Customer
from models.errors import Blocked, Refused
from models.fraud import FraudReview, FraudSignal
from models.lifecycle import ORDER_STEPS, OrderStatus, PaymentStatus, Status
from models.rows import Lifecycle
from models.shipping import ShippingMethod


class OrderChannel(Status):
    ONLINE = "online", "Entered by the customer or a storefront."
    IN_PERSON = "in_person", "Taken at a counter."
    PHONE = "phone", "Taken by telephone."
    MARKETPLACE = "marketplace", "Came from a marketplace."
    FILE = "file", "Came in a file."
    EDI = "edi", "Came by electronic data interchange."


# Nobody is there to ask when one of these is wrong, so it is taken as it is and cleared up later.
IMPORTED = {OrderChannel.MARKETPLACE, OrderChannel.FILE, OrderChannel.EDI}


class AllocationPolicy(Status):
    FEWEST_PARCELS = "fewest_parcels", "From as few locations as can send everything."
    NEAREST = "nearest", "From the locations nearest to where the order goes."
    HIGHEST_STOCK = "highest_stock", "From the locations that have most of what is wanted."


@dataclass(frozen=True, kw_only=True)
class PostalAddress:
    """Where goods go, as it was when the order was entered; degrees north and east, if known."""

    recipient: str
    line1: str
    line2: str = ""
    city: str
    region: str = ""
    postal_code: str = ""
    country_code: str
    latitude: float | None = None
    longitude: float | None = None


def new_tracking_token() -> str:
    return token_urlsafe(24)


class Order(Lifecycle):
    """Money is in minor units of `currency`. Where it goes is copied from the address book, so
    that a later change there does not rewrite what was agreed. `allocations` tells of the
    last times its units were taken from locations, and why from these.

    Always: total = sum of the lines' totals + shipping_total, tax_total = sum of their tax +
    shipping_tax, and the amounts of `price_steps` sum to the total.
    """

    PREFIX = "ORD"
    STEPS = ORDER_STEPS

    customer: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField(
        "models.Customer", related_name=False, on_delete=fields.RESTRICT
    )
    customer_id: int
    channel = fields.CharEnumField(OrderChannel, max_length=20)
    # Which marketplace or partner it came from; empty where the channel says it all.
    source = fields.CharField(max_length=60, default="")
    external_reference = fields.CharField(max_length=100, null=True)
    keyed_by = fields.CharField(max_length=60)
    status = fields.CharEnumField(OrderStatus, max_length=20, default=OrderStatus.DRAFT)
    currency = fields.CharField(max_length=3)
    prices_include_tax = fields.BooleanField(default=True)
    subtotal = fields.BigIntField(default=0)
    discount_total = fields.BigIntField(default=0)
    shipping_total = fields.BigIntField(default=0)
    shipping_tax = fields.BigIntField(default=0)
    tax_total = fields.BigIntField(default=0)
    total = fields.BigIntField(default=0)
    # What returns, claims and exchanges have taken off the total.
    allowance = fields.BigIntField(default=0)
    price_steps: list[dict[str, Any]] = fields.JSONField(default=list)
    ship_to: dict[str, Any] | None = fields.JSONField(null=True)
    bill_to: dict[str, Any] | None = fields.JSONField(null=True)
    allocation_policy = fields.CharEnumField(AllocationPolicy, max_length=20, null=True)
    allocations: list[dict[str, Any]] | None = fields.JSONField(null=True)
    note = fields.CharField(max_length=1000, default="")
    tracking_token = fields.CharField(max_length=40, unique=True, default=new_tracking_token)
    shipping_method: fields.ForeignKeyNullableRelation[ShippingMethod] = fields.ForeignKeyField(
        "models.ShippingMethod", related_name=False, null=True, on_delete=fields.RESTRICT
    )
    shipping_method_id: int | None
    shipping_price = fields.BigIntField(default=0)
    promised_at = fields.DatetimeField(null=True)
    first_promised_at = fields.DatetimeField(null=True)
    dispatch_by = fields.DatetimeField(null=True)
    # When its prospects are to be looked at again; empty while there is nothing to look for.
    evaluate_at = fields.DatetimeField(null=True)
    placed_at = fields.DatetimeField(null=True)
    confirmed_at = fields.DatetimeField(null=True)
    completed_at = fields.DatetimeField(null=True)
    closed_at = fields.DatetimeField(null=True)
    cancelled_at = fields.DatetimeField(null=True)
    cancel_reason = fields.CharField(max_length=500, default="")
    cancelled_by_customer = fields.BooleanField(default=False)
    # The order it was split from, and the one it was merged into.
    split_from_id = fields.BigIntField(null=True)
    merged_into_id = fields.BigIntField(null=True)
    # The order whose goods it exchanges or replaces.
    origin_id = fields.BigIntField(null=True)
    # Digests of what is ordered and of where it goes, so that the same is found by an index.
    goods_digest = fields.CharField(max_length=32, default="")
    place_digest = fields.CharField(max_length=32, default="")
    fraud_score = fields.IntField(null=True)
    fraud_review = fields.CharEnumField(FraudReview, max_length=20, null=True)
    fraud_signals: list[dict[str, Any]] = fields.JSONField(default=list)
    fraud_decided_by = fields.CharField(max_length=60, null=True)
    fraud_note = fields.CharField(max_length=500, default="")
    payment_status = fields.CharEnumField(PaymentStatus, max_length=20, default=PaymentStatus.NONE)
    authorized = fields.BigIntField(default=0)
    captured = fields.BigIntField(default=0)
    refunded = fields.BigIntField(default=0)
    courtesy = fields.BigIntField(default=0)
    payment_due_at = fields.DatetimeField(null=True)
    expired_at = fields.DatetimeField(null=True)

    class Meta:
        table = "orders"
        unique_together = (("channel", "source", "external_reference"),)
        indexes = (
            ("payment_due_at", "id"),
            ("created_at", "id"),
            ("customer_id", "id"),
            ("status", "id"),
            ("channel", "id"),
            ("placed_at", "id"),
            ("total", "id"),
            ("updated_at", "id"),
            ("source", "id"),
            ("external_reference", "id"),
            ("split_from_id", "id"),
            ("merged_into_id", "id"),
            ("origin_id", "id"),
            ("fraud_review", "id"),
            ("customer_id", "goods_digest", "placed_at"),
            ("place_digest", "placed_at"),
            ("payment_status", "id"),
            ("status", "payment_due_at"),
            ("status", "completed_at"),
            ("promised_at", "id"),
            ("dispatch_by", "id"),
            ("evaluate_at", "id"),
            ("shipping_method_id", "id"),
        )

    @property
    def is_given_up(self) -> bool:
        return self.status in (OrderStatus.CANCELLED, OrderStatus.EXPIRED)

    @property
    def shipping_address(self) -> PostalAddress | None:
        return PostalAddress(**self.ship_to) if self.ship_to else None

    @property
    def billing_address(self) -> PostalAddress | None:
        return PostalAddress(**self.bill_to) if self.bill_to else None

    def place(self, *, at: datetime) -> None:
        self.step_to(OrderStatus.PLACED)
        self.placed_at = at

    def look_again(self, *, at: datetime) -> None:
        """Let its prospects be looked at then, where they are at all."""
        if self.evaluate_at is not None:
            self.evaluate_at = at

    def confirm(self, *, at: datetime) -> None:
        self.step_to(OrderStatus.CONFIRMED)
        self.confirmed_at = at

    def start(self) -> None:
        self.step_to(OrderStatus.IN_PROGRESS)

    def complete(self, *, at: datetime) -> None:
        self.step_to(OrderStatus.COMPLETED)
        self.completed_at, self.evaluate_at = at, None

    def close(self, *, at: datetime) -> None:
        self.step_to(OrderStatus.CLOSED)
        self.closed_at = at

    def cancel(self, *, reason: str, at: datetime, by_customer: bool = False) -> None:
        self.step_to(OrderStatus.CANCELLED)
        self.cancelled_by_customer = by_customer
        self.cancel_reason, self.cancelled_at, self.evaluate_at = reason, at, None

    def assess(self, *, score: int, signals: list[FraudSignal], review: bool) -> None:
        """Keep how risky it looks; from then on a person decides where it has to be reviewed."""
        self.fraud_score = score
        self.fraud_signals = [asdict(signal) for signal in signals]
        self.fraud_review = FraudReview.PENDING if review else FraudReview.CLEARED

    def accept_risk(self, *, by: str, note: str) -> None:
        self._decide(FraudReview.ACCEPTED, by, note)

    def reject_risk(self, *, by: str, note: str) -> None:
        self._decide(FraudReview.REJECTED, by, note)

    def drop_review(self, *, by: str) -> None:
        """Nobody has to decide any more about an order that was given up."""
        if self.fraud_review is FraudReview.PENDING:
            self._decide(FraudReview.DROPPED, by, "")

    def _decide(self, decision: FraudReview, by: str, note: str) -> None:
        if self.fraud_review is not FraudReview.PENDING:
            message = f"{self.number} does not wait for a fraud review."
            raise Refused(Blocked(message=message, path=("id",)))
        self.fraud_review, self.fraud_decided_by, self.fraud_note = decision, by, note

    def expire(self, *, at: datetime) -> None:
        self.step_to(OrderStatus.EXPIRED)
        self.expired_at, self.evaluate_at = at, None

    @property
    def price(self) -> int:
        """What it costs as it stands: its total, less what was allowed since. Nothing before it is
        placed, nor once it is given up."""
        costs_nothing = {OrderStatus.DRAFT, OrderStatus.CANCELLED, OrderStatus.EXPIRED}
        return 0 if self.status in costs_nothing else max(0, self.total - self.allowance)

    @property
    def balance_due(self) -> int:
        """What is not paid yet; below zero, what is to be given back. What was given back out of
        courtesy does not have to be paid anew."""
        kept: int = self.captured - self.refunded
        due: int = max(self.price - kept - self.courtesy, -kept)
        return due
