"""Promises: the dates a customer was given, each with its reason."""

from tortoise import fields

from models.orders import Order
from models.rows import Row
from models.shipping import ShippingMethod


class Promise(Row):
    """The last of an order is the one that counts, and the first the one it is judged by."""

    PREFIX = "PRM"

    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField(
        "models.Order", related_name=False, on_delete=fields.RESTRICT
    )
    order_id: int
    promised_at = fields.DatetimeField()
    dispatch_by = fields.DatetimeField(null=True)
    shipping_method: fields.ForeignKeyNullableRelation[ShippingMethod] = fields.ForeignKeyField(
        "models.ShippingMethod", related_name=False, null=True, on_delete=fields.RESTRICT
    )
    shipping_method_id: int | None
    reason = fields.CharField(max_length=500)
    actor = fields.CharField(max_length=60)
    made_at = fields.DatetimeField()

    class Meta:
        table = "promises"
        indexes = (("order_id", "id"),)
