"""Waves: fulfillments of one location that are picked together, in one walk."""

from datetime import datetime

from tortoise import fields

from models.lifecycle import WAVE_STEPS, WaveStatus
from models.locations import Location
from models.rows import Lifecycle


class Wave(Lifecycle):
    PREFIX = "WAV"
    STEPS = WAVE_STEPS

    location: fields.ForeignKeyRelation[Location] = fields.ForeignKeyField(
        "models.Location", related_name=False, on_delete=fields.RESTRICT
    )
    location_id: int
    status = fields.CharEnumField(WaveStatus, max_length=20, default=WaveStatus.OPEN)
    actor = fields.CharField(max_length=60)
    picker = fields.CharField(max_length=60, null=True)
    started_at = fields.DatetimeField(null=True)
    done_at = fields.DatetimeField(null=True)
    cancelled_at = fields.DatetimeField(null=True)

    class Meta:
        table = "waves"
        indexes = (("location_id", "id"), ("status", "id"), ("picker", "id"))

    def start(self, *, by: str, at: datetime) -> None:
        self.step_to(WaveStatus.PICKING)
        self.picker, self.started_at = by, at

    def finish(self, *, at: datetime) -> None:
        self.step_to(WaveStatus.DONE)
        self.done_at = at

    def cancel(self, *, at: datetime) -> None:
        self.step_to(WaveStatus.CANCELLED)
        self.cancelled_at = at
