"""Locations: the warehouses and stores where stock lies."""

from tortoise import fields

from models.lifecycle import Status
from models.rows import Row


class LocationKind(Status):
    WAREHOUSE = "warehouse", "Keeps stock and ships it."
    STORE = "store", "Sells over the counter and may ship as well."


class Location(Row):
    """`priority` orders locations when stock is reserved: the lowest is asked first."""

    PREFIX = "LOC"

    code = fields.CharField(max_length=20, unique=True)
    name = fields.CharField(max_length=200)
    kind = fields.CharEnumField(LocationKind, max_length=20)
    priority = fields.IntField(default=100)
    archived_at = fields.DatetimeField(null=True)

    class Meta:
        table = "locations"
