"""Holds: reasons why an order may not go to fulfillment yet."""

from tortoise import fields

from models.lifecycle import Status
from models.orders import Order
from models.rows import Row


class HoldKind(Status):
    PAYMENT = "payment", "The money is not there yet."
    FRAUD_REVIEW = "fraud_review", "Somebody has to look at the risk first."
    ADDRESS = "address", "The address has to be cleared up."
    OUT_OF_STOCK = "out_of_stock", "Units are missing."
    DATA_ISSUE = "data_issue", "Something entered is missing or wrong."
    POSSIBLE_DUPLICATE = "possible_duplicate", "It looks like an order we already have."
    AWAITING_RETURN = "awaiting_return", "The goods it replaces have to come back first."
    MANUAL = "manual", "Somebody asked to wait."


class Hold(Row):
    """Active until `released_at` is set. `actor`, `owner` and `released_by` name people. An
    automatic one is released by itself when its reason is gone."""

    PREFIX = "HLD"

    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField(
        "models.Order", related_name=False, on_delete=fields.RESTRICT
    )
    order_id: int
    kind = fields.CharEnumField(HoldKind, max_length=20)
    reason = fields.CharField(max_length=500, default="")
    due_at = fields.DatetimeField(null=True)
    actor = fields.CharField(max_length=60)
    owner = fields.CharField(max_length=60, null=True)
    automatic = fields.BooleanField(default=False)
    released_at = fields.DatetimeField(null=True)
    released_by = fields.CharField(max_length=60, null=True)

    class Meta:
        table = "order_holds"
        indexes = (
            ("due_at", "id"),
            ("order_id", "id"),
            ("kind", "id"),
            ("owner", "id"),
            ("released_at", "due_at"),
        )
