"""Locations: the warehouses and stores where stock lies."""

from datetime import datetime

from tortoise import fields

from models.lifecycle import Status
from models.rows import Row
from models.shipping import Weekday


class LocationKind(Status):
    WAREHOUSE = "warehouse", "Keeps stock and ships it."
    STORE = "store", "Sells over the counter and may ship as well."


class Location(Row):
    """`priority` orders locations when stock is reserved: the lowest is asked first. Where one
    stands, in degrees and by its address, says how far it is from whoever buys.

    Its calendar is in its `time_zone`: `works_on` are days of the week, Monday being 1, such as
    12345, and `holidays_of` is a country or region, such as DE or DE-HH."""

    PREFIX = "LOC"

    code = fields.CharField(max_length=20, unique=True)
    name = fields.CharField(max_length=200)
    kind = fields.CharEnumField(LocationKind, max_length=20)
    priority = fields.IntField(default=100)
    line1 = fields.CharField(max_length=200, default="")
    city = fields.CharField(max_length=120, default="")
    region = fields.CharField(max_length=120, default="")
    postal_code = fields.CharField(max_length=20, default="")
    country_code = fields.CharField(max_length=2, default="")
    latitude = fields.FloatField(null=True)
    longitude = fields.FloatField(null=True)
    time_zone = fields.CharField(max_length=40, default="UTC")
    works_on = fields.CharField(max_length=7, default="12345")
    holidays_of = fields.CharField(max_length=10, default="")
    archived_at = fields.DatetimeField(null=True)
    # When its levels were last told apart by how much is used of them.
    classified_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "locations"

    @property
    def working_days(self) -> list[Weekday]:
        return [Weekday(day) for day in self.works_on]  # type: ignore[call-arg]
