"""Payments: each means by which an order is paid, and what became of it, event by event."""

from datetime import datetime

from tortoise import fields
from tortoise.models import Model

from models.lifecycle import PaymentStatus, Status
from models.orders import Order
from models.rows import Row


class PaymentMethod(Status):
    CARD = "card", "A card that is not present, such as online or by telephone."
    CARD_PRESENT = "card_present", "A card at the counter."
    CASH = "cash", "Notes and coins."
    BANK_TRANSFER = "bank_transfer", "The customer sends it from their bank."
    DIRECT_DEBIT = "direct_debit", "Taken from the customer's bank account."
    WALLET = "wallet", "A digital wallet."
    STORE_CREDIT = "store_credit", "What the customer has with the shop."
    OTHER = "other", "Some other way."


class PaymentProvider(Status):
    MANUAL = "manual", "People say what happened."
    HTTP = "http", "A payment provider that is asked over HTTP and calls back."
    STORE_CREDIT = "store_credit", "The shop itself, from and into the customer's store credit."


class PaymentEventKind(Status):
    AUTHORIZATION = "authorization", "Money is set aside for us."
    CAPTURE = "capture", "Money comes to us."
    REFUND = "refund", "Money goes back to the customer."
    VOID = "void", "Money that was set aside is given up."
    CHARGEBACK = "chargeback", "The customer's bank takes money back."
    CHARGEBACK_REVERSAL = "chargeback_reversal", "Money that was taken back comes to us again."


class PaymentEventState(Status):
    REQUESTED = "requested", "Asked for; the outcome is not known yet."
    SUCCEEDED = "succeeded", "It happened."
    FAILED = "failed", "It did not happen."


class Payment(Row):
    """One means of payment of one order. Money is in minor units of `currency`.

    The sums and the status are derived from its events. `authorized` is what is set aside and
    neither captured nor given up.
    """

    PREFIX = "PAY"

    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField(
        "models.Order", related_name=False, on_delete=fields.RESTRICT
    )
    order_id: int
    method = fields.CharEnumField(PaymentMethod, max_length=20)
    provider = fields.CharEnumField(PaymentProvider, max_length=20)
    amount = fields.BigIntField()
    currency = fields.CharField(max_length=3)
    reference = fields.CharField(max_length=200, null=True)
    tendered = fields.BigIntField(null=True)
    status = fields.CharEnumField(PaymentStatus, max_length=20, default=PaymentStatus.NONE)
    authorized = fields.BigIntField(default=0)
    captured = fields.BigIntField(default=0)
    refunded = fields.BigIntField(default=0)
    disputed = fields.BigIntField(default=0)

    class Meta:
        table = "payments"
        indexes = (
            ("reference", "id"),
            ("created_at", "id"),
            ("order_id", "id"),
            ("status", "id"),
            ("method", "id"),
            ("provider", "reference"),
            ("amount", "id"),
            ("updated_at", "id"),
        )

    def follow(
        self,
        status: PaymentStatus,
        *,
        authorized: int,
        captured: int,
        refunded: int,
        disputed: int,
    ) -> None:
        """Take the status and the sums that its events together give."""
        self.status = status
        self.authorized, self.captured = authorized, captured
        self.refunded, self.disputed = refunded, disputed

    @property
    def change(self) -> int | None:
        """What the customer got back of the cash they gave."""
        return None if self.tendered is None else self.tendered - self.amount


class PaymentEvent(Row):
    """Something that was asked for, or that happened, to a payment. It is never changed.

    An outcome `answers` its request; an outcome without one was never asked for here. A request
    that tries again `retries` the event that failed. `courtesy` is the part of a refund that was
    not owed to the customer. `outside_id` is the provider's own name for what it told. The
    `provider` is that of the payment, but for a refund that becomes store credit.
    """

    PREFIX = "PEV"

    payment: fields.ForeignKeyRelation[Payment] = fields.ForeignKeyField(
        "models.Payment", related_name=False, on_delete=fields.RESTRICT
    )
    payment_id: int
    kind = fields.CharEnumField(PaymentEventKind, max_length=20)
    state = fields.CharEnumField(PaymentEventState, max_length=20)
    amount = fields.BigIntField()
    courtesy = fields.BigIntField(default=0)
    currency = fields.CharField(max_length=3)
    answers_id = fields.BigIntField(null=True, unique=True)
    retries_id = fields.BigIntField(null=True, unique=True)
    provider = fields.CharEnumField(PaymentProvider, max_length=20)
    outside_id = fields.CharField(max_length=200, null=True)
    reference = fields.CharField(max_length=200, null=True)
    failure_code = fields.CharField(max_length=100, default="")
    failure_message = fields.CharField(max_length=500, default="")
    reason = fields.CharField(max_length=500, default="")
    actor = fields.CharField(max_length=60)
    happened_at = fields.DatetimeField()

    class Meta:
        table = "payment_events"
        unique_together = (("provider", "outside_id"),)
        indexes = (
            ("kind", "id"),
            ("state", "id"),
            ("happened_at", "id"),
            ("payment_id", "id"),
        )


class PaymentDispatch(Model):
    """What is to be asked of a provider over the network, and when next.

    It is over once `due_at` is empty.
    """

    id = fields.BigIntField(primary_key=True)
    event: fields.ForeignKeyRelation[PaymentEvent] = fields.OneToOneField(
        "models.PaymentEvent", related_name=False, on_delete=fields.RESTRICT
    )
    event_id: int
    attempts = fields.IntField(default=0)
    due_at = fields.DatetimeField(null=True)
    trouble = fields.CharField(max_length=500, default="")

    class Meta:
        table = "payment_dispatches"
        indexes = (("due_at", "id"),)

    def wait(self, *, until: datetime | None, trouble: str = "") -> None:
        self.due_at, self.trouble = until, trouble[:500]
