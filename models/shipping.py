"""How parcels are sent: carriers, the methods they offer, and what they cost and take where."""

from dataclasses import dataclass
from datetime import time
from typing import Any

from tortoise import fields

from models.lifecycle import Status
from models.rows import Row


class Weekday(Status):
    MONDAY = "1", "The first day of the week."
    TUESDAY = "2", "The second."
    WEDNESDAY = "3", "The third."
    THURSDAY = "4", "The fourth."
    FRIDAY = "5", "The fifth."
    SATURDAY = "6", "The sixth."
    SUNDAY = "7", "The last."


class ServiceLevel(Status):
    STANDARD = "standard", "Takes the days it takes."
    EXPEDITED = "expedited", "Goes before the standard."
    TWO_DAY = "two_day", "Arrives two working days later."
    NEXT_DAY_AIR = "next_day_air", "Flies, and arrives on the next working day."
    SAME_DAY = "same_day", "Arrives on the day it leaves."


@dataclass(frozen=True, kw_only=True)
class RateBand:
    """What a parcel costs up to a weight, for orders from a value on, in minor units of
    `currency`; without a `max_weight_grams`, whatever it weighs."""

    price: int
    currency: str
    max_weight_grams: int | None = None
    min_order_value: int = 0

    def takes(self, *, weight_grams: int, value: int) -> bool:
        fits = self.max_weight_grams is None or weight_grams <= self.max_weight_grams
        return fits and value >= self.min_order_value


class Carrier(Row):
    """`works_on` are days of the week, Monday being 1, such as 12345, and `holidays_of` is a
    country or region, such as DE or DE-HH. One that has been silent about a parcel for
    `silence_hours` should be asked."""

    PREFIX = "CAR"

    code = fields.CharField(max_length=60, unique=True)
    name = fields.CharField(max_length=200)
    works_on = fields.CharField(max_length=7, default="12345")
    holidays_of = fields.CharField(max_length=10, default="")
    silence_hours = fields.IntField(default=48)

    class Meta:
        table = "carriers"

    @property
    def working_days(self) -> list[Weekday]:
        return [Weekday(day) for day in self.works_on]  # type: ignore[call-arg]


class ShippingMethod(Row):
    """Parcels that are ready by `cut_off` (HH:MM, by the location's clock) leave the same day."""

    PREFIX = "SHM"

    code = fields.CharField(max_length=40, unique=True)
    name = fields.CharField(max_length=200)
    carrier: fields.ForeignKeyRelation[Carrier] = fields.ForeignKeyField(
        "models.Carrier", related_name=False, on_delete=fields.RESTRICT
    )
    carrier_id: int
    service_level = fields.CharEnumField(ServiceLevel, max_length=20)
    cut_off = fields.CharField(max_length=5, default="15:00")
    is_default = fields.BooleanField(default=False)
    archived_at = fields.DatetimeField(null=True)

    class Meta:
        table = "shipping_methods"
        indexes = (("service_level", "id"), ("carrier_id", "id"), ("archived_at", "id"))

    @property
    def cut_off_time(self) -> time:
        return time.fromisoformat(self.cut_off)


class ShippingZone(Row):
    """Where a method goes: to postal codes that begin so, to regions, to countries, or, with none
    of them, to everywhere else. `rates` are its price bands."""

    PREFIX = "SHZ"

    method: fields.ForeignKeyRelation[ShippingMethod] = fields.ForeignKeyField(
        "models.ShippingMethod", related_name=False, on_delete=fields.RESTRICT
    )
    method_id: int
    name = fields.CharField(max_length=100)
    countries: list[str] = fields.JSONField(default=list)
    regions: list[str] = fields.JSONField(default=list)
    postal_prefixes: list[str] = fields.JSONField(default=list)
    min_days = fields.IntField()
    max_days = fields.IntField()
    rates: list[dict[str, Any]] = fields.JSONField(default=list)

    class Meta:
        table = "shipping_zones"
        unique_together = (("method_id", "name"),)

    @property
    def bands(self) -> list[RateBand]:
        return [RateBand(**band) for band in self.rates]
