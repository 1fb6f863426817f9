"""Orders: what a customer agreed to buy, and what has become of every unit of it."""

from dataclasses import asdict, dataclass
from datetime import datetime
from secrets import token_urlsafe
from typing import Any

from tortoise import fields

from models.catalog import TaxClass, Variant
from models.customers import Customer
from models.errors import Blocked, Refused
from models.fraud import FraudReview, FraudSignal
from models.lifecycle import ORDER_STEPS, OrderStatus, PaymentStatus, Status
from models.rows import Lifecycle, Row
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


# Places in the queue for stock from here on are those of lines that have stepped out of it.
OUTSIDE = "9"


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
    cancelled_at = fields.DatetimeField(null=True)
    cancel_reason = fields.CharField(max_length=500, default="")
    # The order it was split from, and the one it was merged into.
    split_from_id = fields.BigIntField(null=True)
    merged_into_id = fields.BigIntField(null=True)
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
            ("fraud_review", "id"),
            ("customer_id", "goods_digest", "placed_at"),
            ("place_digest", "placed_at"),
            ("payment_status", "id"),
            ("status", "payment_due_at"),
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

    def cancel(self, *, reason: str, at: datetime) -> None:
        self.step_to(OrderStatus.CANCELLED)
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
        """What it costs as it stands; nothing before it is placed, nor once it is given up."""
        costs_nothing = {OrderStatus.DRAFT, OrderStatus.CANCELLED, OrderStatus.EXPIRED}
        return 0 if self.status in costs_nothing else self.total

    @property
    def balance_due(self) -> int:
        """What is not paid yet; below zero, what is to be given back. What was given back out of
        courtesy does not have to be paid anew."""
        kept: int = self.captured - self.refunded
        due: int = max(self.price - kept - self.courtesy, -kept)
        return due


class OrderLine(Row):
    """One variant of an order, and the ledger of its units.

    Always: delivered ≤ shipped ≤ packed ≤ picked ≤ ordered − cancelled, and from placing on
    reserved + backordered + picked = ordered − cancelled.
    Money is in minor units of `currency`. `unit_price` was agreed for `agreed_for` units, where
    `price_basis` says; `discount` and `tax` are those of all remaining units, and `total` is
    what the customer pays for them.
    `unit_price` is in minor units of `currency`. A line with backordered units has its place in
    the queue for stock by its `queue_key`; they should come by `expected_at`.
    """

    PREFIX = "LIN"

    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField(
        "models.Order", related_name=False, on_delete=fields.RESTRICT
    )
    order_id: int
    variant: fields.ForeignKeyRelation[Variant] = fields.ForeignKeyField(
        "models.Variant", related_name=False, on_delete=fields.RESTRICT
    )
    variant_id: int
    sku = fields.CharField(max_length=60)
    name = fields.CharField(max_length=200)
    tax_class = fields.CharEnumField(TaxClass, max_length=20, default=TaxClass.STANDARD)
    unit_price = fields.BigIntField(default=0)
    agreed_for = fields.IntField(default=0)
    price_basis = fields.CharField(max_length=200, default="")
    discount = fields.BigIntField(default=0)
    tax = fields.BigIntField(default=0)
    total = fields.BigIntField(default=0)
    currency = fields.CharField(max_length=3)
    # What the source of the order says a unit costs.
    stated_price = fields.BigIntField(null=True)
    ordered = fields.IntField()
    cancelled = fields.IntField(default=0)
    # Of the cancelled units those that live on in another order.
    moved = fields.IntField(default=0)
    reserved = fields.IntField(default=0)
    backordered = fields.IntField(default=0)
    picked = fields.IntField(default=0)
    packed = fields.IntField(default=0)
    shipped = fields.IntField(default=0)
    delivered = fields.IntField(default=0)
    return_requested = fields.IntField(default=0)
    return_received = fields.IntField(default=0)
    return_rejected = fields.IntField(default=0)
    written_off = fields.IntField(default=0)
    waiting_since = fields.DatetimeField(null=True)
    queue_key = fields.CharField(max_length=60, null=True)
    expected_at = fields.DatetimeField(null=True)

    class Meta:
        table = "order_lines"
        indexes = (
            ("order_id", "id"),
            ("variant_id", "id"),
            ("variant_id", "queue_key"),
            ("queue_key", "id"),
        )

    @property
    def remaining(self) -> int:
        return self.ordered - self.cancelled

    @property
    def is_queued(self) -> bool:
        """Whether units of it wait in the queue for stock."""
        return self.queue_key is not None and self.queue_key < OUTSIDE

    @property
    def stepped_out(self) -> bool:
        """Whether units of it wait, but not in the queue."""
        return self.queue_key is not None and self.queue_key >= OUTSIDE

    def reserve(self, units: int) -> None:
        self.reserved += units
        self._balance()

    def pick(self, units: int) -> None:
        self.reserved -= units
        self.picked += units
        self._balance()

    def pack(self, units: int) -> None:
        self.packed += units
        self._balance()

    def ship(self, units: int) -> None:
        self.shipped += units
        self._balance()

    def deliver(self, units: int) -> None:
        self.delivered += units
        self._balance()

    def put_back(self, *, picked: int, packed: int) -> None:
        """Undo picking and packing of units that have not left the building."""
        self.picked -= picked
        self.packed -= packed
        self.reserved += picked
        self._balance()

    def backorder(self, units: int, *, queue_key: str, at: datetime) -> None:
        """Let units that were reserved, or were to be, wait for stock."""
        self.reserved -= units
        self.backordered += units
        self.queue_key, self.waiting_since = queue_key, self.waiting_since or at
        self.stop_waiting()
        self._balance()

    def allocate(self, units: int) -> None:
        """Reserve units that were waiting for stock."""
        self.backordered -= units
        self.reserved += units
        self.stop_waiting()
        self._balance()

    def cancel(self) -> None:
        """Give up every unit; what was picked has been put back before."""
        self.cancelled, self.reserved, self.backordered = self.ordered, 0, 0
        self.stop_waiting()
        self._balance()

    def give_back(self, units: int, *, backordered: int = 0) -> None:
        """Ask for fewer units, none of which is picked."""
        self.ordered -= units
        self._let_go(units, backordered)

    def cancel_units(self, units: int, *, backordered: int = 0, moved: bool = False) -> None:
        """Give up some units, none of which is picked; `moved` ones live on in another order."""
        self.cancelled += units
        self.moved += units if moved else 0
        self._let_go(units, backordered)

    def _let_go(self, units: int, backordered: int) -> None:
        self.backordered -= backordered
        self.reserved -= units - backordered
        self.stop_waiting()
        self._balance()

    def stop_waiting(self) -> None:
        """Leave the queue, where no unit is waiting any more."""
        if not self.backordered:
            self.queue_key = self.waiting_since = self.expected_at = None

    def broken_rules(self) -> list[str]:
        """The rules of the line ledger that do not hold; none, unless there is a bug."""
        chain = (self.delivered, self.shipped, self.packed, self.picked, self.remaining)
        spoken_for = self.reserved + self.backordered + self.picked
        returned = self.return_received + self.return_rejected
        rules = {
            "no count is negative": min(*chain, self.reserved, self.backordered) >= 0,
            "delivered ≤ shipped ≤ packed ≤ picked ≤ ordered − cancelled": sorted(chain)
            == list(chain),
            "reserved + backordered + picked is ordered − cancelled or nothing": spoken_for
            in (0, self.remaining),
            "returned ≤ requested ≤ delivered": returned <= self.return_requested <= self.delivered,
        }
        return [rule for rule, holds in rules.items() if not holds]

    def _balance(self) -> None:
        if broken := self.broken_rules():
            raise RuntimeError(f"Line {self.number} breaks its ledger: {'; '.join(broken)}.")
