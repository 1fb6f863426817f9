"""What suppliers have delivered, and how long the latest of it took: the ground of what is learned
of them."""

from datetime import datetime

from tortoise import fields
from tortoise.models import Model

from models.purchase_orders import PurchaseOrderLine
from models.suppliers import Supplier, SupplierItem


class SupplierDelivery(Model):
    """`units` of a line that came at once, `damaged` of them damaged.

    `late_days` is how long after the time that was confirmed for them or, without that, expected
    at that moment, negative before it. `lead_days` have passed since the order was sent at
    `sent_at`, of which the supplier had stated `stated_days`. `listed` is what the supplier's list
    said that a unit of such a line costs, empty where it said nothing.
    """

    id = fields.BigIntField(primary_key=True)
    supplier: fields.ForeignKeyRelation[Supplier] = fields.ForeignKeyField(
        "models.Supplier", related_name=False, on_delete=fields.RESTRICT
    )
    supplier_id: int
    line: fields.ForeignKeyRelation[PurchaseOrderLine] = fields.ForeignKeyField(
        "models.PurchaseOrderLine", related_name=False, on_delete=fields.RESTRICT
    )
    line_id: int
    units = fields.IntField()
    damaged = fields.IntField(default=0)
    late_days: float | None = fields.FloatField(null=True)
    lead_days = fields.FloatField()
    stated_days = fields.IntField()
    listed = fields.BigIntField(null=True)
    sent_at: datetime = fields.DatetimeField()
    at: datetime = fields.DatetimeField()

    class Meta:
        table = "supplier_deliveries"
        indexes = (("supplier_id", "sent_at"), ("line_id", "id"))


class LeadObservation(Model):
    """How many days some of a line took. `share` is which part of the line that was.

    Only the latest of each supplier item are kept, so to learn from them costs the same however
    long a supplier is known.
    """

    id = fields.BigIntField(primary_key=True)
    item: fields.ForeignKeyRelation[SupplierItem] = fields.ForeignKeyField(
        "models.SupplierItem", related_name=False, on_delete=fields.RESTRICT
    )
    item_id: int
    line_id = fields.BigIntField()
    days = fields.FloatField()
    share = fields.FloatField()

    class Meta:
        table = "lead_observations"
        indexes = (("item_id", "id"),)
