"""Exchanges: other goods in place of those that come back."""

from datetime import datetime

from tortoise import fields

from models.lifecycle import Status
from models.orders import Order
from models.returns import Return
from models.rows import Row


class ExchangeMode(Status):
    ON_RECEIPT = "on_receipt", "The new goods wait until the old ones are back."
    ADVANCE = "advance", "The new goods go out at once."


class Exchange(Row):
    """Links a return to the order that brings the new goods. Of what comes back, `worth` so much in
    minor units of `currency`, a `credit` pays for that order, and the `rest` is given back on the
    order the goods were of; what the new order costs beyond is charged. Since `unsettled_at` the
    rest is due to be reckoned anew."""

    PREFIX = "XCH"

    returned: fields.ForeignKeyRelation[Return] = fields.ForeignKeyField(
        "models.Return", related_name=False, on_delete=fields.RESTRICT
    )
    returned_id: int
    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField(
        "models.Order", related_name=False, on_delete=fields.RESTRICT
    )
    order_id: int
    # The order that the returned goods were of.
    original_id = fields.BigIntField()
    customer_id = fields.BigIntField()
    mode = fields.CharEnumField(ExchangeMode, max_length=20)
    worth = fields.BigIntField(default=0)
    credit = fields.BigIntField(default=0)
    rest = fields.BigIntField(default=0)
    currency = fields.CharField(max_length=3)
    arranged_by = fields.CharField(max_length=60)
    unsettled_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "exchanges"
        unique_together = (("returned_id",), ("order_id",))
        indexes = (
            ("original_id", "id"),
            ("customer_id", "id"),
            ("mode", "id"),
            ("unsettled_at", "id"),
        )
