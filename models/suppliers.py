"""Suppliers: whom goods are bought from, what they sell, at which price and how fast."""

from datetime import datetime

from tortoise import fields

from models.catalog import Variant
from models.rows import Row


class Supplier(Row):
    """`lead_days` is the days from sending an order to its goods as the supplier states them, and
    `tolerance` how much more than ordered is taken in, in millionths of what was ordered.

    `minimum` is the least an order has to be worth, in minor units of `currency`. Of one whose
    goods we `inspect`, what comes lies in quarantine until somebody has.
    """

    PREFIX = "SUP"

    code = fields.CharField(max_length=30, unique=True)
    name = fields.CharField(max_length=200)
    currency = fields.CharField(max_length=3)
    email = fields.CharField(max_length=320, null=True)
    webhook_url = fields.CharField(max_length=1000, default="")
    line1 = fields.CharField(max_length=200, default="")
    city = fields.CharField(max_length=120, default="")
    region = fields.CharField(max_length=120, default="")
    postal_code = fields.CharField(max_length=20, default="")
    country_code = fields.CharField(max_length=2, default="")
    tax_id = fields.CharField(max_length=60, default="")
    payment_terms = fields.CharField(max_length=200, default="")
    lead_days = fields.IntField(default=14)
    minimum = fields.BigIntField(default=0)
    tolerance = fields.IntField(default=0)
    inspect = fields.BooleanField(default=False)
    note = fields.CharField(max_length=500, default="")
    archived_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "suppliers"
        indexes = (("name", "id"),)


class SupplierContact(Row):
    """Somebody who works at a supplier."""

    PREFIX = "SCO"

    supplier: fields.ForeignKeyRelation[Supplier] = fields.ForeignKeyField(
        "models.Supplier", related_name=False, on_delete=fields.RESTRICT
    )
    supplier_id: int
    name = fields.CharField(max_length=200)
    duty = fields.CharField(max_length=100, default="")
    email = fields.CharField(max_length=320, null=True)
    phone = fields.CharField(max_length=40, default="")
    archived_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "supplier_contacts"
        indexes = (("supplier_id", "id"),)


class SupplierItem(Row):
    """A variant as a supplier sells it: under their own `sku`, in packs of `pack_size` units, at
    least `minimum` units at once.

    `breaks` are prices per unit by the quantity from which they hold, as pairs of units and
    minor units of `currency`, from the smallest quantity up. Of the suppliers of a variant the
    one with the lowest `rank` is asked first. `lead_days` is its own, where it differs.
    """

    PREFIX = "SIT"

    supplier: fields.ForeignKeyRelation[Supplier] = fields.ForeignKeyField(
        "models.Supplier", related_name=False, on_delete=fields.RESTRICT
    )
    supplier_id: int
    variant: fields.ForeignKeyRelation[Variant] = fields.ForeignKeyField(
        "models.Variant", related_name=False, on_delete=fields.RESTRICT
    )
    variant_id: int
    sku = fields.CharField(max_length=60, default="")
    currency = fields.CharField(max_length=3)
    breaks: list[list[int]] = fields.JSONField()
    pack_size = fields.IntField(default=1)
    minimum = fields.IntField(default=1)
    lead_days = fields.IntField(null=True)
    rank = fields.IntField(default=100)
    archived_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "supplier_items"
        unique_together = (("supplier_id", "variant_id"),)
        indexes = (("variant_id", "rank", "id"), ("sku", "id"))

    def price_of(self, units: int) -> int:
        """What one unit costs when so many are bought at once."""
        prices = [price for least, price in self.breaks if least <= units]
        return prices[-1] if prices else self.breaks[0][1]
