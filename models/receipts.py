"""Receipts: deliveries against purchase orders, scanned in unit by unit."""

from datetime import datetime

from tortoise import fields

from models.bins import Bin
from models.catalog import Variant
from models.lifecycle import RECEIPT_STEPS, ReceiptStatus, Status
from models.locations import Location
from models.lots import Lot
from models.purchase_orders import PurchaseOrder, PurchaseOrderLine
from models.rows import Lifecycle, Row
from models.suppliers import Supplier


class Condition(Status):
    GOOD = "good", "In good order."
    DAMAGED = "damaged", "Damaged when it came."


class ScanResult(Status):
    ACCEPTED = "accepted", "Taken into stock."
    INSPECTION = "inspection", "Taken into quarantine, to be inspected."
    DAMAGED = "damaged", "Taken into stock as damaged."
    OVER = "over", "More than was ordered, taken into quarantine."
    WRONG = "wrong", "Not ordered, and not taken into stock."
    REFUSED = "refused", "Refused: nothing was changed."


class Receipt(Lifecycle):
    """One delivery of a purchase order. `reference` is what its papers go by."""

    PREFIX = "REC"
    STEPS = RECEIPT_STEPS

    purchase_order: fields.ForeignKeyRelation[PurchaseOrder] = fields.ForeignKeyField(
        "models.PurchaseOrder", related_name=False, on_delete=fields.RESTRICT
    )
    purchase_order_id: int
    supplier: fields.ForeignKeyRelation[Supplier] = fields.ForeignKeyField(
        "models.Supplier", related_name=False, on_delete=fields.RESTRICT
    )
    supplier_id: int
    location: fields.ForeignKeyRelation[Location] = fields.ForeignKeyField(
        "models.Location", related_name=False, on_delete=fields.RESTRICT
    )
    location_id: int
    status = fields.CharEnumField(ReceiptStatus, max_length=20, default=ReceiptStatus.OPEN)
    reference = fields.CharField(max_length=100, default="")
    reason = fields.CharField(max_length=500, default="")
    opened_by = fields.CharField(max_length=60)
    completed_by = fields.CharField(max_length=60, null=True)
    completed_at: datetime | None = fields.DatetimeField(null=True)
    cancelled_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "receipts"
        indexes = (
            ("created_at", "id"),
            ("purchase_order_id", "id"),
            ("supplier_id", "status", "id"),
            ("location_id", "status", "id"),
            ("status", "id"),
        )

    def complete(self, *, by: str, at: datetime) -> None:
        self.step_to(ReceiptStatus.COMPLETED)
        self.completed_by, self.completed_at = by, at

    def cancel(self, *, reason: str, at: datetime) -> None:
        self.step_to(ReceiptStatus.CANCELLED)
        self.reason, self.cancelled_at = reason, at


class ReceiptLine(Row):
    """What came of one line of the purchase order, or of a variant that was not ordered.

    `ordered` units were asked for when the delivery came, for `promised_at`. `accepted` are those
    taken in good order, `damaged` those taken that were not; `over` came beyond what was ordered,
    and lie apart; `wrong` were not ordered and were not taken; `short` did not come, though the
    papers say so. `inspecting` of those accepted still lie in quarantine, as do `held` of those
    over; `rejected` of those accepted turned out not to be good.
    """

    PREFIX = "RLN"

    receipt: fields.ForeignKeyRelation[Receipt] = fields.ForeignKeyField(
        "models.Receipt", related_name=False, on_delete=fields.RESTRICT
    )
    receipt_id: int
    purchase_order_line: fields.ForeignKeyNullableRelation[PurchaseOrderLine] = (
        fields.ForeignKeyField(
            "models.PurchaseOrderLine", related_name=False, null=True, on_delete=fields.RESTRICT
        )
    )
    purchase_order_line_id: int | None
    variant: fields.ForeignKeyRelation[Variant] = fields.ForeignKeyField(
        "models.Variant", related_name=False, on_delete=fields.RESTRICT
    )
    variant_id: int
    ordered = fields.IntField(default=0)
    promised_at: datetime | None = fields.DatetimeField(null=True)
    accepted = fields.IntField(default=0)
    damaged = fields.IntField(default=0)
    over = fields.IntField(default=0)
    wrong = fields.IntField(default=0)
    short = fields.IntField(default=0)
    inspecting = fields.IntField(default=0)
    held = fields.IntField(default=0)
    rejected = fields.IntField(default=0)
    received_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "receipt_lines"
        indexes = (
            ("receipt_id", "id"),
            ("purchase_order_line_id", "id"),
            ("variant_id", "id"),
        )

    @property
    def taken(self) -> int:
        """Units that were taken into stock, in whatever state."""
        return self.accepted + self.damaged + self.over

    @property
    def is_untouched(self) -> bool:
        return not (self.taken or self.wrong)

    def count(self, result: ScanResult, units: int, *, at: datetime) -> None:
        """Count units that came, by what became of them."""
        if result is ScanResult.INSPECTION:
            self.accepted += units
            self.inspecting += units
        elif result is ScanResult.OVER:
            self.over += units
            self.held += units
        else:
            setattr(self, result, getattr(self, result) + units)
        self.received_at = at


class ReceiptScan(Row):
    """What somebody scanned and what became of it, also where it was refused.

    `request` is a digest of the request, so one that is refused twice is recorded once.
    """

    PREFIX = "RSC"

    receipt: fields.ForeignKeyRelation[Receipt] = fields.ForeignKeyField(
        "models.Receipt", related_name=False, on_delete=fields.RESTRICT
    )
    receipt_id: int
    line: fields.ForeignKeyNullableRelation[ReceiptLine] = fields.ForeignKeyField(
        "models.ReceiptLine", related_name=False, null=True, on_delete=fields.RESTRICT
    )
    line_id: int | None
    lot: fields.ForeignKeyNullableRelation[Lot] = fields.ForeignKeyField(
        "models.Lot", related_name=False, null=True, on_delete=fields.RESTRICT
    )
    lot_id: int | None
    bin: fields.ForeignKeyNullableRelation[Bin] = fields.ForeignKeyField(
        "models.Bin", related_name=False, null=True, on_delete=fields.RESTRICT
    )
    bin_id: int | None
    code = fields.CharField(max_length=100)
    quantity = fields.IntField()
    condition = fields.CharEnumField(Condition, max_length=20)
    result = fields.CharEnumField(ScanResult, max_length=20)
    message = fields.CharField(max_length=500, default="")
    actor = fields.CharField(max_length=60)
    request = fields.CharField(max_length=64, null=True, unique=True)

    class Meta:
        table = "receipt_scans"
        indexes = (("receipt_id", "id"), ("line_id", "id"), ("lot_id", "id"))
