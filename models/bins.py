"""Bins: the shelves and compartments of a location, in the order in which a picker passes them."""

from tortoise import fields

from models.catalog import Storage
from models.locations import Location
from models.rows import Row


class Bin(Row):
    """`position` is the place of a bin on the walk through its location. Its code is also what a
    scanner reads on it. Goods lie only where it is `storage` as they need it."""

    PREFIX = "BIN"

    location: fields.ForeignKeyRelation[Location] = fields.ForeignKeyField(
        "models.Location", related_name=False, on_delete=fields.RESTRICT
    )
    location_id: int
    code = fields.CharField(max_length=30)
    position = fields.IntField()
    storage = fields.CharEnumField(Storage, max_length=10, default=Storage.AMBIENT)
    archived_at = fields.DatetimeField(null=True)

    class Meta:
        table = "bins"
        unique_together = (("location_id", "code"),)
        indexes = (("location_id", "position", "id"), ("code", "id"), ("position", "id"))
