"""Packages: boxes on the packing table, and what was scanned into each."""

from datetime import datetime

from tortoise import fields

from models.fulfillments import Fulfillment, FulfillmentLine
from models.lifecycle import PACKAGE_STEPS, PackageStatus
from models.orders import Order
from models.rows import Lifecycle, Row


class Package(Lifecycle):
    """`box` is the code a scanner reads on it. `in_use` is empty once it is voided, so that the
    unique index lets a box be used again then. `weight` is in grams."""

    PREFIX = "PKG"
    STEPS = PACKAGE_STEPS

    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField(
        "models.Order", related_name=False, on_delete=fields.RESTRICT
    )
    order_id: int
    fulfillment: fields.ForeignKeyRelation[Fulfillment] = fields.ForeignKeyField(
        "models.Fulfillment", related_name=False, on_delete=fields.RESTRICT
    )
    fulfillment_id: int
    status = fields.CharEnumField(PackageStatus, max_length=20, default=PackageStatus.OPEN)
    box = fields.CharField(max_length=60)
    in_use = fields.BooleanField(null=True, default=True)
    material = fields.CharField(max_length=60, default="")
    weight = fields.IntField(null=True)
    actor = fields.CharField(max_length=60)
    closed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "packages"
        unique_together = (("box", "in_use"),)
        indexes = (("order_id", "id"), ("fulfillment_id", "id"), ("status", "id"))

    def close(self, *, at: datetime) -> None:
        self.step_to(PackageStatus.CLOSED)
        self.closed_at = at

    def void(self) -> None:
        self.step_to(PackageStatus.VOIDED)
        self.in_use = None


class PackageLine(Row):
    """Units of a fulfillment line that were scanned into a package."""

    PREFIX = "PLN"

    package: fields.ForeignKeyRelation[Package] = fields.ForeignKeyField(
        "models.Package", related_name=False, on_delete=fields.RESTRICT
    )
    package_id: int
    fulfillment_line: fields.ForeignKeyRelation[FulfillmentLine] = fields.ForeignKeyField(
        "models.FulfillmentLine", related_name=False, on_delete=fields.RESTRICT
    )
    fulfillment_line_id: int
    line_id = fields.BigIntField()
    quantity = fields.IntField()

    class Meta:
        table = "package_lines"
        unique_together = (("package_id", "fulfillment_line_id"),)
        indexes = (("fulfillment_line_id", "id"),)
