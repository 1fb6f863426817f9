"""Stock levels, and the ledger of movements they always equal."""

from datetime import datetime
from typing import ClassVar

from tortoise import fields
from tortoise.models import Model

from models.bins import Bin
from models.catalog import Variant
from models.lifecycle import Status
from models.locations import Location
from models.lots import Lot
from models.rows import Row


class MovementReason(Status):
    RECEIVED = "received", "Units came in."
    ADJUSTED = "adjusted", "Somebody corrected what lies on the shelf."
    RESERVED = "reserved", "Units were set aside."
    RELEASED = "released", "Units set aside became free again."
    SHIPPED = "shipped", "Units left with the carrier."
    MOVED = "moved", "Units went from one bin to another, or to nowhere in particular."
    DAMAGED = "damaged", "Good units were found damaged."
    QUARANTINED = "quarantined", "Units were put aside until somebody has judged them."
    RESTORED = "restored", "Damaged or quarantined units were found to be good."
    WRITTEN_OFF = "written_off", "Units were given up for good."
    COUNTED = "counted", "A count was posted."
    SENT = "sent", "Units left for another location."
    TRANSFERRED = "transferred", "Units came from another location."
    RETURNED = "returned", "Units came back from a customer."
    RETURNED_TO_CUSTOMER = "returned_to_customer", "Units went back to the customer they came from."
    RETURNED_TO_SUPPLIER = "returned_to_supplier", "Units went back to their supplier."


class StockState(Status):
    """The value is the column that counts units in the state."""

    GOOD = "on_hand", "Units that can be sold, as far as they are not reserved."
    DAMAGED = "damaged", "Units that are damaged."
    QUARANTINED = "quarantined", "Units that nobody has judged yet."


class ValueClass(Status):
    """How much of the yearly turnover of a location a level stands for."""

    A = "a", "The few levels that make up the first 80% of what is used in a year, by cost."
    B = "b", "Those that make up the next 15%."
    C = "c", "All the others."


class Level(Row):
    """How many units of a variant lie at a location, and how many of those are spoken for.

    `on_hand` are good units; damaged ones and those in quarantine lie there too, and nobody can
    have them. The bin is where a picker finds the good ones; `in_bins` is true once some were
    ever put into one, so that the others cost nothing to look for. What alerts need beside the
    counts is looked at when `judge_at` has come, which is empty while there is nothing to see.
    """

    PREFIX = "LVL"
    DERIVED: ClassVar = {**Row.DERIVED, "available": ("on_hand", "reserved")}

    variant: fields.ForeignKeyRelation[Variant] = fields.ForeignKeyField(
        "models.Variant", related_name=False, on_delete=fields.RESTRICT
    )
    variant_id: int
    location: fields.ForeignKeyRelation[Location] = fields.ForeignKeyField(
        "models.Location", related_name=False, on_delete=fields.RESTRICT
    )
    location_id: int
    bin: fields.ForeignKeyNullableRelation[Bin] = fields.ForeignKeyField(
        "models.Bin", related_name=False, null=True, on_delete=fields.RESTRICT
    )
    bin_id: int | None
    on_hand = fields.IntField(default=0)
    reserved = fields.IntField(default=0)
    damaged = fields.IntField(default=0)
    quarantined = fields.IntField(default=0)
    in_bins = fields.BooleanField(default=False)
    reorder_point = fields.IntField(null=True)
    safety_stock = fields.IntField(null=True)
    target = fields.IntField(null=True)
    maximum = fields.IntField(null=True)
    # What was used of it in a year, by cost; when that was reckoned; when it is to be counted.
    value_class = fields.CharEnumField(ValueClass, max_length=1, null=True)
    usage_value = fields.BigIntField(default=0)
    valued_at: datetime | None = fields.DatetimeField(null=True)
    count_due_at: datetime | None = fields.DatetimeField(null=True)
    judge_at: datetime | None = fields.DatetimeField(null=True)
    judged_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "stock_levels"
        unique_together = (("variant_id", "location_id"),)
        indexes = (
            ("location_id", "id"),
            ("on_hand", "id"),
            ("bin_id", "id"),
            ("location_id", "valued_at"),
            ("location_id", "count_due_at"),
            ("judge_at", "id"),
        )

    @property
    def available(self) -> int:
        """Units that can still be promised: on hand less reserved."""
        return self.on_hand - self.reserved


class Quant(Model):
    """Those units of a level that lie in one bin and are of one lot.

    Without a bin they lie nowhere in particular, such as on the way to a parcel. A level is the
    sum of its quants.
    """

    id = fields.BigIntField(primary_key=True)
    level: fields.ForeignKeyRelation[Level] = fields.ForeignKeyField(
        "models.Level", related_name=False, on_delete=fields.RESTRICT
    )
    level_id: int
    bin: fields.ForeignKeyNullableRelation[Bin] = fields.ForeignKeyField(
        "models.Bin", related_name=False, null=True, on_delete=fields.RESTRICT
    )
    bin_id: int | None
    lot: fields.ForeignKeyNullableRelation[Lot] = fields.ForeignKeyField(
        "models.Lot", related_name=False, null=True, on_delete=fields.RESTRICT
    )
    lot_id: int | None
    on_hand = fields.IntField(default=0)
    damaged = fields.IntField(default=0)
    quarantined = fields.IntField(default=0)

    class Meta:
        table = "stock_quants"
        # Without a bin or a lot, the lock on the level keeps a quant from being made twice.
        unique_together = (("level_id", "bin_id", "lot_id"),)
        indexes = (("bin_id", "id"), ("lot_id", "id"))


class Movement(Model):
    """One change of one quant, or of what a level has set aside: who, why, when, and what the
    level was afterwards."""

    id = fields.BigIntField(primary_key=True)
    level: fields.ForeignKeyRelation[Level] = fields.ForeignKeyField(
        "models.Level", related_name=False, on_delete=fields.RESTRICT
    )
    level_id: int
    variant_id = fields.BigIntField()
    location_id = fields.BigIntField()
    bin_id = fields.BigIntField(null=True)
    lot_id = fields.BigIntField(null=True)
    reason = fields.CharEnumField(MovementReason, max_length=20)
    on_hand_change = fields.IntField(default=0)
    reserved_change = fields.IntField(default=0)
    damaged_change = fields.IntField(default=0)
    quarantined_change = fields.IntField(default=0)
    on_hand_after = fields.IntField()
    reserved_after = fields.IntField()
    damaged_after = fields.IntField(default=0)
    quarantined_after = fields.IntField(default=0)
    order_id = fields.BigIntField(null=True)
    arrival_id = fields.BigIntField(null=True)
    transfer_id = fields.BigIntField(null=True)
    receipt_id = fields.BigIntField(null=True)
    count_id = fields.BigIntField(null=True)
    return_id = fields.BigIntField(null=True)
    note = fields.CharField(max_length=500, default="")
    actor = fields.CharField(max_length=60)
    at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "stock_movements"
        indexes = (
            ("reason", "id"),
            ("at", "id"),
            ("level_id", "id"),
            ("level_id", "at", "id"),
            ("variant_id", "id"),
            ("location_id", "id"),
            ("order_id", "id"),
            ("bin_id", "id"),
            ("lot_id", "id"),
            ("actor", "id"),
            ("transfer_id", "id"),
            ("receipt_id", "id"),
            ("count_id", "id"),
            ("return_id", "id"),
        )
