"""Products, and their variants: what is stocked and sold."""

from tortoise import fields
from tortoise.connection import get_connection

from models.lifecycle import Status
from models.rows import Row


class TaxClass(Status):
    STANDARD = "standard", "Taxed at the ordinary rate of a place."
    REDUCED = "reduced", "Taxed at the reduced rate, as food and books often are."
    SUPER_REDUCED = "super_reduced", "Taxed at the lowest rate, where a place has a second."
    ZERO = "zero", "Not taxed anywhere."


class Tracking(Status):
    NONE = "none", "Its units are not told apart."
    LOT = "lot", "Its units are told apart by the lot they were made in."
    SERIAL = "serial", "Each unit has a serial number of its own."


class Rotation(Status):
    FEFO = "fefo", "What expires first leaves first."
    FIFO = "fifo", "What came first leaves first."


class Storage(Status):
    AMBIENT = "ambient", "At the temperature of the room."
    CHILLED = "chilled", "Between 2 and 8 °C."
    FROZEN = "frozen", "At -18 °C or colder."
    HAZARDOUS = "hazardous", "Where dangerous goods may be kept."


class Product(Row):
    PREFIX = "PRD"

    name = fields.CharField(max_length=200)
    description = fields.TextField(default="")
    archived_at = fields.DatetimeField(null=True)

    class Meta:
        table = "products"
        indexes = (("name", "id"),)


class Variant(Row):
    """One size, color or form of a product.

    `price` and `cost` are in minor units of `currency`; a weight of 0 is not known. `cost` is what
    a unit cost us, on average, landed. A lot is sent out only if it keeps for `fresh_days` after
    it should be delivered.
    """

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
    tracking = fields.CharEnumField(Tracking, max_length=10, default=Tracking.NONE)
    rotation = fields.CharEnumField(Rotation, max_length=10, default=Rotation.FEFO)
    storage = fields.CharEnumField(Storage, max_length=10, default=Storage.AMBIENT)
    fresh_days = fields.IntField(default=0)
    cost = fields.BigIntField(null=True)
    archived_at = fields.DatetimeField(null=True)

    class Meta:
        table = "variants"
        indexes = (("product_id", "id"), ("name", "id"))

    @classmethod
    async def mix_cost(cls, variant_id: int, *, had: int, units: int, value: int) -> None:
        """Let units of a value in all, that come to those we had, change what one costs.

        The moving weighted average of IAS 2.25-27: (had × cost + value) ÷ (had + units), halves
        up. Of what was there before its cost was known, the newcomers' is the best guess. One
        statement reads and writes it, so of two who bring the same thing at once both count.
        """
        guess = f"({2 * value + units:d} / {max(2 * units, 1):d})"
        known = f"COALESCE(cost, {guess})" if units else "cost"
        await get_connection("default").execute_query(
            f"UPDATE {cls._meta.db_table} SET version = version + 1, cost = "
            f"(2 * {had:d} * {known} + {2 * value + had + units:d}) / {2 * (had + units):d} "
            f"WHERE id = {variant_id:d}"
        )
