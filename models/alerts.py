"""Stock alerts: a level that needs somebody's attention, from its opening to its end."""

from datetime import datetime

from tortoise import fields

from models.lifecycle import STOCK_ALERT_STEPS, Status, StockAlertStatus
from models.rows import Lifecycle
from models.stock import Level


class StockAlertKind(Status):
    LOW_STOCK = "low_stock", "No more units are available than the reorder point."
    OUT_OF_STOCK = "out_of_stock", "No unit is available."
    OVERSTOCK = "overstock", "More units lie there than the maximum."
    EXPIRING = "expiring", "Units lie there that expire soon, or have expired."
    PROJECTED_STOCKOUT = (
        "projected_stockout",
        "More will probably be asked for until more could be there than there is by then.",
    )


class StockAlert(Lifecycle):
    """Opened and resolved by movements and the time. `is_open` is empty once it is resolved, so
    that the unique index lets one alert be open per level and kind, and any number be over.

    `threshold` is in units, and of lots that expire in days. `units` are how many too few, too
    many, or about to expire when it opened, and `cause` says why it did.
    """

    PREFIX = "ALR"
    STEPS = STOCK_ALERT_STEPS

    level: fields.ForeignKeyRelation[Level] = fields.ForeignKeyField(
        "models.Level", related_name=False, on_delete=fields.RESTRICT
    )
    level_id: int
    variant_id = fields.BigIntField()
    location_id = fields.BigIntField()
    kind = fields.CharEnumField(StockAlertKind, max_length=20)
    status = fields.CharEnumField(StockAlertStatus, max_length=20, default=StockAlertStatus.OPEN)
    is_open = fields.BooleanField(null=True, default=True)
    threshold = fields.IntField()
    available = fields.IntField()
    units = fields.IntField(default=0)
    cause = fields.CharField(max_length=500, default="")
    snoozed_until: datetime | None = fields.DatetimeField(null=True)
    proposal_id: int | None = fields.BigIntField(null=True)
    acknowledged_at = fields.DatetimeField(null=True)
    acknowledged_by = fields.CharField(max_length=60, null=True)
    resolved_at = fields.DatetimeField(null=True)

    class Meta:
        table = "stock_alerts"
        unique_together = (("level_id", "kind", "is_open"),)
        indexes = (
            ("kind", "id"),
            ("created_at", "id"),
            ("snoozed_until", "id"),
            ("status", "id"),
            ("variant_id", "id"),
            ("location_id", "id"),
        )

    def acknowledge(self, *, by: str, at: datetime) -> None:
        self.step_to(StockAlertStatus.ACKNOWLEDGED)
        self.acknowledged_by, self.acknowledged_at = by, at

    def resolve(self, *, available: int, at: datetime) -> None:
        self.step_to(StockAlertStatus.RESOLVED)
        self.available, self.resolved_at, self.is_open = available, at, None
        self.snoozed_until = None
