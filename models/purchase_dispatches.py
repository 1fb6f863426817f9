"""What is to be told to suppliers, by which way, and whether they have got it."""

from datetime import datetime

from tortoise import fields

from models.lifecycle import Status
from models.purchase_orders import PurchaseOrder
from models.rows import Row


class PurchaseChannel(Status):
    EMAIL = "email", "By email to the supplier's address, with the order as PDF."
    WEBHOOK = "webhook", "By a signed HTTP request to the supplier's system."
    HAND = "hand", "By somebody, outside of this system."


class PurchaseMessage(Status):
    ORDER = "order", "The order."
    CHANGE = "change", "That it is changed, and what it is now."
    CANCELLATION = "cancellation", "That it, or the rest of it, is no longer wanted."


class PurchaseDispatch(Row):
    """Something a supplier is to be told about an order, and when to try next.

    It is over once `due_at` is empty: `delivered_at` says when it was taken, else it was given up.
    """

    PREFIX = "PUD"

    purchase_order: fields.ForeignKeyRelation[PurchaseOrder] = fields.ForeignKeyField(
        "models.PurchaseOrder", related_name=False, on_delete=fields.RESTRICT
    )
    purchase_order_id: int
    channel = fields.CharEnumField(PurchaseChannel, max_length=20)
    message = fields.CharEnumField(PurchaseMessage, max_length=20)
    address = fields.CharField(max_length=1000, default="")
    attempts = fields.IntField(default=0)
    due_at: datetime | None = fields.DatetimeField(null=True)
    delivered_at: datetime | None = fields.DatetimeField(null=True)
    trouble = fields.CharField(max_length=500, default="")

    class Meta:
        table = "purchase_dispatches"
        indexes = (("due_at", "id"), ("purchase_order_id", "id"))

    def wait(self, *, until: datetime | None, trouble: str) -> None:
        self.due_at, self.trouble = until, trouble[:500]

    def deliver(self, *, at: datetime) -> None:
        self.due_at, self.delivered_at, self.trouble = None, at, ""
