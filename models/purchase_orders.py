"""Purchase orders: what we have asked a supplier for, from its draft to its end."""

from collections.abc import Sequence
from datetime import datetime

from tortoise import fields

from models.catalog import Variant
from models.lifecycle import PURCHASE_ORDER_STEPS, PurchaseOrderStatus
from models.locations import Location
from models.rows import Lifecycle, Row
from models.suppliers import Supplier

_S = PurchaseOrderStatus
# The supplier has it, and something of it may still come.
UNDER_WAY = frozenset({_S.SENT, _S.ACKNOWLEDGED, _S.PARTIALLY_RECEIVED})
ENDED = frozenset({_S.CLOSED, _S.CANCELLED})


class PurchaseOrder(Lifecycle):
    """Goods of one supplier for one location.

    `total` is the worth of what is asked for, `landed` what it costs besides, such as freight and
    customs, both in minor units of `currency`, of which one is worth `rate` millionths of the
    shop's own.

    `due_at` is the earliest time that is confirmed or, before that, expected for what is still to
    come, `expected_at` when all of it should be there. It is late once `due_at` has passed.
    `review_at` is when to look again whether something has not come, and empty where nothing is
    to come. `answered_at` is when the supplier answered first. `problem` says why the supplier
    could not be told.
    """

    PREFIX = "PUR"
    STEPS = PURCHASE_ORDER_STEPS

    supplier: fields.ForeignKeyRelation[Supplier] = fields.ForeignKeyField(
        "models.Supplier", related_name=False, on_delete=fields.RESTRICT
    )
    supplier_id: int
    location: fields.ForeignKeyRelation[Location] = fields.ForeignKeyField(
        "models.Location", related_name=False, on_delete=fields.RESTRICT
    )
    location_id: int
    status = fields.CharEnumField(
        PurchaseOrderStatus, max_length=20, default=PurchaseOrderStatus.DRAFT
    )
    currency = fields.CharField(max_length=3)
    rate = fields.BigIntField(null=True)
    total = fields.BigIntField(default=0)
    landed = fields.BigIntField(default=0)
    reference = fields.CharField(max_length=100, default="")
    supplier_reference = fields.CharField(max_length=100, default="")
    note = fields.CharField(max_length=500, default="")
    reason = fields.CharField(max_length=500, default="")
    problem = fields.CharField(max_length=500, default="")
    expected_at: datetime | None = fields.DatetimeField(null=True)
    due_at: datetime | None = fields.DatetimeField(null=True)
    review_at: datetime | None = fields.DatetimeField(null=True)
    late_since: datetime | None = fields.DatetimeField(null=True)
    drafted_by = fields.CharField(max_length=60)
    approved_by = fields.CharField(max_length=60, null=True)
    submitted_at: datetime | None = fields.DatetimeField(null=True)
    approved_at: datetime | None = fields.DatetimeField(null=True)
    sent_at: datetime | None = fields.DatetimeField(null=True)
    answered_at: datetime | None = fields.DatetimeField(null=True)
    acknowledged_at: datetime | None = fields.DatetimeField(null=True)
    received_at: datetime | None = fields.DatetimeField(null=True)
    closed_at: datetime | None = fields.DatetimeField(null=True)
    cancelled_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "purchase_orders"
        indexes = (
            ("supplier_id", "status", "id"),
            ("supplier_id", "sent_at", "id"),
            ("location_id", "status", "id"),
            ("status", "due_at", "id"),
            ("due_at", "id"),
            ("review_at", "id"),
            ("late_since", "id"),
            ("total", "id"),
            ("created_at", "id"),
        )

    @property
    def is_under_way(self) -> bool:
        """Whether its supplier has it and something of it may still come."""
        return self.status in UNDER_WAY

    def submit(self, *, at: datetime) -> None:
        self.step_to(_S.SUBMITTED)
        self.submitted_at, self.reason = at, ""

    def approve(self, by: str, *, at: datetime) -> None:
        self.step_to(_S.APPROVED)
        self.approved_by, self.approved_at = by, at

    def reject(self, *, reason: str) -> None:
        self.step_to(_S.DRAFT)
        self.submitted_at, self.reason = None, reason

    def send(self, *, at: datetime) -> None:
        self.step_to(_S.SENT)
        self.sent_at = at

    def acknowledge(self, lines: Sequence["PurchaseOrderLine"], *, at: datetime) -> None:
        """The supplier has answered; it counts as acknowledged once no line waits for that."""
        self.answered_at = self.answered_at or at
        if any(line.outstanding and line.confirmed is None for line in lines):
            return
        self.acknowledged_at = at
        if self.status is _S.SENT:
            self.step_to(_S.ACKNOWLEDGED)

    def change(self, *, reason: str) -> None:
        """Something else is asked for, so the supplier has to answer anew."""
        if self.status is _S.ACKNOWLEDGED:
            self.step_to(_S.SENT)
        self.acknowledged_at, self.reason = None, reason

    def come(self, lines: Sequence["PurchaseOrderLine"], *, at: datetime) -> None:
        """Some of it has come, or nothing more of it is asked for."""
        if not any(line.received for line in lines):
            return
        missing = any(line.outstanding for line in lines)
        wanted = _S.PARTIALLY_RECEIVED if missing else _S.RECEIVED
        if self.status is not wanted:
            self.step_to(wanted)
        self.received_at = None if missing else self.received_at or at

    def close(self, *, reason: str, at: datetime) -> None:
        self.step_to(_S.CLOSED)
        self.closed_at, self.reason = at, reason or self.reason

    def cancel(self, *, reason: str, at: datetime) -> None:
        self.step_to(_S.CANCELLED)
        self.cancelled_at, self.reason = at, reason


class PurchaseOrderLine(Row):
    """`quantity` units of a variant are ordered at `price` each, in minor units of the order's
    currency. `confirmed` of them the supplier has promised for `confirmed_at`; None is no answer.

    Of what came, `received` units are good or damaged ones of this line, `damaged` those of
    them that were damaged. `cancelled` are no longer asked for, or will not be delivered.
    `landed` is its part of what the order costs besides its goods.
    """

    PREFIX = "PUL"

    purchase_order: fields.ForeignKeyRelation[PurchaseOrder] = fields.ForeignKeyField(
        "models.PurchaseOrder", related_name=False, on_delete=fields.RESTRICT
    )
    purchase_order_id: int
    variant: fields.ForeignKeyRelation[Variant] = fields.ForeignKeyField(
        "models.Variant", related_name=False, on_delete=fields.RESTRICT
    )
    variant_id: int
    sku = fields.CharField(max_length=60)
    supplier_sku = fields.CharField(max_length=60, default="")
    name = fields.CharField(max_length=200)
    quantity = fields.IntField()
    price = fields.BigIntField()
    currency = fields.CharField(max_length=3)
    landed = fields.BigIntField(default=0)
    confirmed = fields.IntField(null=True)
    expected_at: datetime | None = fields.DatetimeField(null=True)
    confirmed_at: datetime | None = fields.DatetimeField(null=True)
    received = fields.IntField(default=0)
    damaged = fields.IntField(default=0)
    cancelled = fields.IntField(default=0)

    class Meta:
        table = "purchase_order_lines"
        indexes = (("purchase_order_id", "id"), ("variant_id", "id"))

    @property
    def outstanding(self) -> int:
        """Units that are still to come."""
        return max(0, self.quantity - self.cancelled - self.received)

    @property
    def total(self) -> int:
        """What the units that are asked for are worth."""
        worth: int = self.price * (self.quantity - self.cancelled)
        return worth

    @property
    def due_at(self) -> datetime | None:
        """When it has to be there not to be late."""
        return self.confirmed_at or self.expected_at

    def ask(self, units: int) -> None:
        """Ask for so many units in all; the supplier has to say anew whether and when they come."""
        if units <= self.received:
            self.cancelled = self.quantity - self.received
        else:
            self.quantity, self.cancelled = units, 0
        self.confirmed = self.confirmed_at = None

    def confirm(self, units: int, *, at: datetime | None) -> None:
        """The supplier delivers so many in all, the rest of them then, and no more of it."""
        self.confirmed, self.cancelled = units, self.quantity - units
        self.confirmed_at = at

    def receive(self, units: int, *, damaged: int) -> None:
        """Units came, more than were asked for too; some of them damaged."""
        self.received += units
        self.damaged += damaged
        # What comes although it was given up is no longer missing.
        self.cancelled = max(0, min(self.cancelled, self.quantity - self.received))

    def give_up(self) -> None:
        """Ask for nothing more of it."""
        self.cancelled += self.outstanding
