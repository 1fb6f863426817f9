"""Products, and their variants: what is stocked and sold."""

from tortoise import fields

from models.lifecycle import Status
from models.rows import Row


class TaxClass(Status):
    STANDARD = "standard", "Taxed at the ordinary rate of a place."
    REDUCED = "reduced", "Taxed at the reduced rate, as food and books often are."
    SUPER_REDUCED = "super_reduced", "Taxed at the lowest rate, where a place has a second."
    ZERO = "zero", "Not taxed anywhere."


class Product(Row):
    PREFIX = "PRD"

    name = fields.CharField(max_length=200)
    description = fields.TextField(default="")
    archived_at = fields.DatetimeField(null=True)

    class Meta:
        table = "products"
        indexes = (("name", "id"),)


class Variant(Row):
    """One size, color or form of a product. `price` is in minor units of `currency`, and a weight
    of 0 is not known."""

    PREFIX = "VAR"

    product: fields.ForeignKeyRelation[Product] = fields.ForeignKeyField(
        "models.Product", related_name=False, on_delete=fields.RESTRICT
    )
    product_id: int
    sku = fields.CharField(max_length=60, unique=True)
    name = fields.CharField(max_length=200)
    barcode = fields.CharField(max_length=60, null=True, unique=True)
    price = fields.BigIntField()
    currency = fields.CharField(max_length=3)
    tax_class = fields.CharEnumField(TaxClass, max_length=20, default=TaxClass.STANDARD)
    backorderable = fields.BooleanField(default=False)
    weight_grams = fields.IntField(default=0)
    archived_at = fields.DatetimeField(null=True)

    class Meta:
        table = "variants"
        indexes = (("product_id", "id"), ("name", "id"))
