"""Discounts that somebody gave on an order or on one of its lines, and why."""

from tortoise import fields

from models.order_lines import OrderLine
from models.orders import Order
from models.rows import Row


class Discount(Row):
    """Either a `rate` in millionths, 10 % being 100,000, or an `amount` in minor units."""

    PREFIX = "DSC"

    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField(
        "models.Order", related_name=False, on_delete=fields.RESTRICT
    )
    order_id: int
    line: fields.ForeignKeyNullableRelation[OrderLine] = fields.ForeignKeyField(
        "models.OrderLine", related_name=False, on_delete=fields.CASCADE, null=True
    )
    line_id: int | None
    rate = fields.IntField(null=True)
    amount = fields.BigIntField(null=True)
    currency = fields.CharField(max_length=3)
    reason = fields.CharField(max_length=500)
    actor = fields.CharField(max_length=60)

    class Meta:
        table = "discounts"
        indexes = (("order_id", "id"), ("line_id", "id"), ("actor", "id"))
