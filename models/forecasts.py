"""Demand as it was asked for day by day, and what is expected of it."""

from datetime import date, datetime

from tortoise import fields
from tortoise.models import Model

from models.lifecycle import Status
from models.rows import Row
from models.stock import Level


class DemandClass(Status):
    SMOOTH = "smooth", "Asked for on most days, in similar quantities."
    ERRATIC = "erratic", "Asked for on most days, in quantities that differ much."
    INTERMITTENT = "intermittent", "Asked for now and then, in similar quantities."
    LUMPY = "lumpy", "Asked for now and then, in quantities that differ much."
    UNKNOWN = "unknown", "Too little was asked for to tell."


class ForecastMethod(Status):
    MEAN = "mean", "The mean of all days, as there are too few for more."
    NAIVE = "naive", "Every week is like the last one."
    SMOOTHING = "smoothing", "Simple exponential smoothing."
    TREND = "trend", "Holt's method with a damped trend."
    SEASONAL = "seasonal", "Additive Holt-Winters with a week for a season."
    SBA = "sba", "Croston's method with the correction of Syntetos and Boylan."
    TSB = "tsb", "The method of Teunter, Syntetos and Babai."


class Forecast(Row):
    """What is expected to be asked for at a level, in units per day over the days to come.

    `spread` is the standard deviation of a day. `mase` is the error of such forecasts in the past,
    `naive_mase` that of expecting every week to be like the last one, both as shares of the
    error of the latter within the history, and `bias` how much too high they were, as a share of
    demand. It is computed again at `due_at`. Until the first time `computed_at` is empty.

    Demand is known from `began_on`. While nothing is available, `out_since` says since when.
    """

    PREFIX = "FOR"

    level: fields.OneToOneRelation[Level] = fields.OneToOneField(
        "models.Level", related_name=False, on_delete=fields.RESTRICT
    )
    level_id: int
    variant_id = fields.BigIntField()
    location_id = fields.BigIntField()
    demand_class = fields.CharEnumField(DemandClass, max_length=20, default=DemandClass.UNKNOWN)
    method = fields.CharEnumField(ForecastMethod, max_length=20, default=ForecastMethod.MEAN)
    mean = fields.FloatField(default=0.0)
    spread = fields.FloatField(default=0.0)
    horizon_days = fields.IntField(default=0)
    history_days = fields.IntField(default=0)
    mase: float | None = fields.FloatField(null=True)
    naive_mase: float | None = fields.FloatField(null=True)
    bias: float | None = fields.FloatField(null=True)
    computed_at: datetime | None = fields.DatetimeField(null=True)
    due_at: datetime | None = fields.DatetimeField(null=True)
    began_on: date = fields.DateField()
    out_since: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "forecasts"
        indexes = (
            ("due_at", "id"),
            ("variant_id", "id"),
            ("location_id", "id"),
            ("demand_class", "id"),
            ("mean", "id"),
        )

    def fall_due(self, at: datetime) -> None:
        """Have it computed at a time, unless that is to be done sooner anyway."""
        self.due_at = at if self.due_at is None else min(self.due_at, at)


class DemandDay(Model):
    """Units that were asked for of a level on a day of its location, and the share of that day,
    from 0 to 1, on which nothing was available there."""

    id = fields.BigIntField(primary_key=True)
    level: fields.ForeignKeyRelation[Level] = fields.ForeignKeyField(
        "models.Level", related_name=False, on_delete=fields.RESTRICT
    )
    level_id: int
    day: date = fields.DateField()
    units = fields.IntField(default=0)
    out = fields.FloatField(default=0.0)

    class Meta:
        table = "demand_days"
        unique_together = (("level_id", "day"),)
        indexes = (("day", "level_id"),)


class DemandAsk(Model):
    """What an order asked for of a level, as it was counted on a day."""

    id = fields.BigIntField(primary_key=True)
    order_id = fields.BigIntField()
    level_id = fields.BigIntField()
    day: date = fields.DateField()
    units = fields.IntField()

    class Meta:
        table = "demand_asks"
        unique_together = (("order_id", "level_id"),)
        indexes = (("level_id", "day"),)
