"""Claims: what we want from a supplier for a delivery that was not as ordered."""

from datetime import datetime

from tortoise import fields

from models.lifecycle import SUPPLIER_CLAIM_STEPS, Status, SupplierClaimStatus
from models.purchase_orders import PurchaseOrder
from models.receipts import ReceiptLine
from models.rows import Lifecycle
from models.suppliers import Supplier


class SupplierClaimKind(Status):
    SHORT = "short", "Units on the papers did not come."
    DAMAGED = "damaged", "Units came damaged."
    OVER = "over", "More units came than were ordered."
    WRONG = "wrong", "Something came that was not ordered."
    QUALITY = "quality", "Units did not pass inspection."


class Settlement(Status):
    CREDIT = "credit", "The supplier gives money back, or asks for less."
    REPLACEMENT = "replacement", "The supplier sends other units."
    NONE = "none", "The supplier gives nothing."


class SupplierClaim(Lifecycle):
    """About `units` of a line of a receipt, worth `amount` in minor units of `currency`, of which
    the supplier gave `settled_amount` back."""

    PREFIX = "CLM"
    STEPS = SUPPLIER_CLAIM_STEPS

    supplier: fields.ForeignKeyRelation[Supplier] = fields.ForeignKeyField(
        "models.Supplier", related_name=False, on_delete=fields.RESTRICT
    )
    supplier_id: int
    purchase_order: fields.ForeignKeyRelation[PurchaseOrder] = fields.ForeignKeyField(
        "models.PurchaseOrder", related_name=False, on_delete=fields.RESTRICT
    )
    purchase_order_id: int
    line: fields.ForeignKeyRelation[ReceiptLine] = fields.ForeignKeyField(
        "models.ReceiptLine", related_name=False, on_delete=fields.RESTRICT
    )
    line_id: int
    kind = fields.CharEnumField(SupplierClaimKind, max_length=20)
    status = fields.CharEnumField(
        SupplierClaimStatus, max_length=20, default=SupplierClaimStatus.OPEN
    )
    units = fields.IntField()
    amount = fields.BigIntField()
    currency = fields.CharField(max_length=3)
    note = fields.CharField(max_length=500, default="")
    settlement = fields.CharEnumField(Settlement, max_length=20, null=True)
    settled_amount = fields.BigIntField(null=True)
    reference = fields.CharField(max_length=100, default="")
    reason = fields.CharField(max_length=500, default="")
    sent_at: datetime | None = fields.DatetimeField(null=True)
    settled_at: datetime | None = fields.DatetimeField(null=True)
    dropped_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "supplier_claims"
        indexes = (
            ("supplier_id", "status", "id"),
            ("purchase_order_id", "id"),
            ("line_id", "kind"),
            ("status", "id"),
            ("kind", "id"),
        )

    def send(self, *, at: datetime) -> None:
        self.step_to(SupplierClaimStatus.SENT)
        self.sent_at = at

    def settle(self, how: Settlement, *, amount: int, at: datetime) -> None:
        self.step_to(SupplierClaimStatus.SETTLED)
        self.settlement, self.settled_amount, self.settled_at = how, amount, at

    def drop(self, *, reason: str, at: datetime) -> None:
        self.step_to(SupplierClaimStatus.DROPPED)
        self.reason, self.dropped_at = reason, at
