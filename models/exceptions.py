"""Exceptions: what keeps an order from going its way and waits for somebody to see to it."""

from datetime import datetime

from tortoise import fields

from models.lifecycle import Status
from models.orders import Order
from models.rows import Row


class ExceptionKind(Status):
    ON_HOLD = "on_hold", "Somebody asked to wait."
    PAYMENT = "payment", "It is held until the money is there."
    FRAUD_REVIEW = "fraud_review", "It is held until somebody has looked at the risk."
    ADDRESS = "address", "It is held until the address is cleared up."
    OUT_OF_STOCK = "out_of_stock", "It is held because units are missing."
    DATA_ISSUE = "data_issue", "It is held because something entered is missing or wrong."
    POSSIBLE_DUPLICATE = "possible_duplicate", "It is held because it looks like another order."
    AWAITING_RETURN = "awaiting_return", "It is held until the goods it replaces are back."
    LATE = "late", "The promised date has passed and the customer does not have everything."
    DELAY_PREDICTED = "delay_predicted", "It will probably miss its promised date."
    BACKORDERED = "backordered", "Units of it wait for stock."
    SHORT_PICK = "short_pick", "Units were not where they should have been."
    DELIVERY_FAILED = "delivery_failed", "A carrier tried to deliver in vain."
    LOST = "lost", "A carrier cannot find a parcel."
    DAMAGED = "damaged", "A carrier reports a parcel damaged beyond delivery."
    RETURNED_TO_SENDER = "returned_to_sender", "A parcel is on its way back, or came back."
    CARRIER_SILENT = "carrier_silent", "A carrier has reported nothing for longer than it should."
    PAYMENT_FAILED = "payment_failed", "Money could not be taken or given back."
    EXPIRED = "expired", "Units that somebody has been handed to pick have expired."
    RECALLED = "recalled", "Units that were sent are of a lot that was called back."
    DISPUTED = "disputed", "The customer's bank has taken money back."


class OrderException(Row):
    """`is_open` is empty once it is resolved, so that the unique index lets one be open per order
    and kind, and any number be over. `owner` and `resolved_by` are the numbers of people."""

    PREFIX = "EXC"

    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField(
        "models.Order", related_name=False, on_delete=fields.RESTRICT
    )
    order_id: int
    kind = fields.CharEnumField(ExceptionKind, max_length=20)
    reason = fields.CharField(max_length=500)
    owner = fields.CharField(max_length=60, null=True)
    is_open = fields.BooleanField(null=True, default=True)
    opened_at = fields.DatetimeField()
    due_at = fields.DatetimeField()
    resolved_at = fields.DatetimeField(null=True)
    resolved_by = fields.CharField(max_length=60, null=True)
    note = fields.CharField(max_length=500, default="")

    class Meta:
        table = "order_exceptions"
        unique_together = (("order_id", "kind", "is_open"),)
        indexes = (
            ("resolved_at", "id"),
            ("is_open", "due_at", "id"),
            ("kind", "is_open", "due_at", "id"),
            ("owner", "is_open", "due_at", "id"),
            ("due_at", "id"),
        )

    def resolve(self, *, by: str, note: str, at: datetime) -> None:
        self.is_open, self.resolved_at, self.resolved_by, self.note = None, at, by, note
