"""Landed costs: what a purchase order costs besides its goods."""

from tortoise import fields

from models.lifecycle import Status
from models.purchase_orders import PurchaseOrder
from models.rows import Row


class LandedCostKind(Status):
    FREIGHT = "freight", "Carriage to us."
    CUSTOMS = "customs", "Duties and what clearing them costs."
    INSURANCE = "insurance", "Insurance on the way."
    HANDLING = "handling", "Unloading, packing, inspection."
    OTHER = "other", "Anything else; the note says what."


class LandedCost(Row):
    """An amount in minor units of the order's currency, dealt out to its lines by their value."""

    PREFIX = "LCO"

    purchase_order: fields.ForeignKeyRelation[PurchaseOrder] = fields.ForeignKeyField(
        "models.PurchaseOrder", related_name=False, on_delete=fields.RESTRICT
    )
    purchase_order_id: int
    kind = fields.CharEnumField(LandedCostKind, max_length=20)
    amount = fields.BigIntField()
    currency = fields.CharField(max_length=3)
    note = fields.CharField(max_length=500, default="")
    actor = fields.CharField(max_length=60)

    class Meta:
        table = "landed_costs"
        indexes = (("purchase_order_id", "id"),)
