"""Stock counts: what is to be counted, each scan of it, and where the ledger was wrong."""

from datetime import datetime
from typing import Any

from tortoise import fields
from tortoise.models import Model

from models.bins import Bin
from models.catalog import Variant
from models.lifecycle import (
    STOCK_COUNT_STEPS,
    VARIANCE_STEPS,
    Status,
    StockCountStatus,
    VarianceStatus,
)
from models.locations import Location
from models.lots import Lot
from models.rows import Lifecycle, Row
from models.stock import Level, ValueClass


class CountScope(Status):
    LOCATION = "location", "Everything at the location."
    BINS = "bins", "What lies in some of its bins."
    VARIANTS = "variants", "Some variants, wherever they lie there."
    VALUE_CLASS = "value_class", "What is of one value class."
    CYCLE = "cycle", "What is due by the schedule of its value class."


class Meanwhile(Status):
    """Where units were that moved between two scans of what lies in one place."""

    COUNTED = "counted", "They were among those counted before, or were counted before they came."
    UNCOUNTED = "uncounted", "They had not been counted, or are part of this scan."


class VarianceCause(Status):
    THEFT = "theft", "Somebody took them."
    UNRECORDED_DAMAGE = "unrecorded_damage", "They broke, and nobody wrote it down."
    MISPICK = "mispick", "Another item was taken in place of the one that was asked for."
    MISPLACED = "misplaced", "They lie somewhere else."
    RECEIVING_ERROR = "receiving_error", "Other units came than were written down."
    DATA_ENTRY = "data_entry", "Somebody typed a wrong number."
    SUPPLIER_SHORT = "supplier_short", "The supplier sent fewer than they said."
    FOUND = "found", "They were thought lost, or nobody knew of them."
    UNEXPLAINED = "unexplained", "Nobody knows."


class StockCount(Lifecycle):
    """Of one location. `bin_ids`, `variant_ids` and `value_class` say what of it, as `scope` asks,
    and `cycle_on` is the day a scheduled one was made for. `is_blind` keeps what the ledger expects
    from everybody until all is counted. `reverses_id` is the count that this one undoes. People
    are named by their numbers. `rescheduled_at` is when what it has counted was put to its next
    turn.
    """

    PREFIX = "CNT"
    STEPS = STOCK_COUNT_STEPS

    location: fields.ForeignKeyRelation[Location] = fields.ForeignKeyField(
        "models.Location", related_name=False, on_delete=fields.RESTRICT
    )
    location_id: int
    status = fields.CharEnumField(StockCountStatus, max_length=20, default=StockCountStatus.DRAFT)
    scope = fields.CharEnumField(CountScope, max_length=20)
    bin_ids: list[int] = fields.JSONField(default=list)
    variant_ids: list[int] = fields.JSONField(default=list)
    value_class = fields.CharEnumField(ValueClass, max_length=1, null=True)
    is_blind = fields.BooleanField(default=True)
    due_at: datetime | None = fields.DatetimeField(null=True)
    cycle_on = fields.DateField(null=True)
    note = fields.CharField(max_length=500, default="")
    actor = fields.CharField(max_length=60)
    lines_total = fields.IntField(default=0)
    lines_counted = fields.IntField(default=0)
    opened_at: datetime | None = fields.DatetimeField(null=True)
    counted_at: datetime | None = fields.DatetimeField(null=True)
    approved_at: datetime | None = fields.DatetimeField(null=True)
    approved_by = fields.CharField(max_length=60, null=True)
    posted_at: datetime | None = fields.DatetimeField(null=True)
    posted_by = fields.CharField(max_length=60, null=True)
    cancelled_at: datetime | None = fields.DatetimeField(null=True)
    reverses_id = fields.BigIntField(null=True, unique=True)
    rescheduled_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "stock_counts"
        # Of two workers who make the scheduled count of a location and day, one does.
        unique_together = (("location_id", "cycle_on"),)
        indexes = (
            ("scope", "id"),
            ("cycle_on", "id"),
            ("location_id", "status", "id"),
            ("status", "id"),
            ("status", "rescheduled_at"),
        )

    def open(self, *, at: datetime) -> None:
        self.step_to(StockCountStatus.OPEN)
        self.opened_at = self.opened_at or at

    def complete(self, *, at: datetime) -> None:
        self.step_to(StockCountStatus.COUNTED)
        self.counted_at = at

    def review(self) -> None:
        self.step_to(StockCountStatus.REVIEW)

    def recount(self) -> None:
        self.step_to(StockCountStatus.OPEN)
        self.counted_at = None

    def approve(self, *, by: str, at: datetime) -> None:
        self.step_to(StockCountStatus.APPROVED)
        self.approved_by, self.approved_at = by, at

    def post(self, *, by: str, at: datetime) -> None:
        self.step_to(StockCountStatus.POSTED)
        self.posted_by, self.posted_at = by, at

    def cancel(self, *, at: datetime) -> None:
        self.step_to(StockCountStatus.CANCELLED)
        self.cancelled_at = at

    @property
    def is_under_way(self) -> bool:
        """Whether others have to leave alone what it counts."""
        return self.status in UNDER_WAY

    @property
    def shows_expected(self) -> bool:
        """Whether what the ledger expects may be seen by now."""
        hidden = {StockCountStatus.DRAFT, StockCountStatus.OPEN, StockCountStatus.CANCELLED}
        return not self.is_blind or self.status not in hidden


UNDER_WAY = frozenset(
    {
        StockCountStatus.OPEN,
        StockCountStatus.COUNTED,
        StockCountStatus.REVIEW,
        StockCountStatus.APPROVED,
    }
)


class CountLine(Row):
    """Good units of a level in one bin, of one lot, to be counted. Without a level it is a bin
    that should be empty and is to be looked at.

    `counted` is what lay there at the last scan, when the ledger said `expected` and `watermark`
    was its newest movement of the level. A recount begins a new `round`, and `is_found` is what
    nobody expected. `open_key` names the place while the count is under way, so that only one can
    count it at a time.
    """

    PREFIX = "CNL"

    count: fields.ForeignKeyRelation[StockCount] = fields.ForeignKeyField(
        "models.StockCount", related_name=False, on_delete=fields.RESTRICT
    )
    count_id: int
    level: fields.ForeignKeyNullableRelation[Level] = fields.ForeignKeyField(
        "models.Level", related_name=False, null=True, on_delete=fields.RESTRICT
    )
    level_id: int | None
    variant: fields.ForeignKeyNullableRelation[Variant] = fields.ForeignKeyField(
        "models.Variant", related_name=False, null=True, on_delete=fields.RESTRICT
    )
    variant_id: int | None
    bin: fields.ForeignKeyNullableRelation[Bin] = fields.ForeignKeyField(
        "models.Bin", related_name=False, null=True, on_delete=fields.RESTRICT
    )
    bin_id: int | None
    lot: fields.ForeignKeyNullableRelation[Lot] = fields.ForeignKeyField(
        "models.Lot", related_name=False, null=True, on_delete=fields.RESTRICT
    )
    lot_id: int | None
    counted: int | None = fields.IntField(null=True)
    expected: int | None = fields.IntField(null=True)
    watermark = fields.BigIntField(default=0)
    round = fields.IntField(default=1)
    is_found = fields.BooleanField(default=False)
    counted_at: datetime | None = fields.DatetimeField(null=True)
    open_key = fields.CharField(max_length=80, null=True, unique=True)

    class Meta:
        table = "stock_count_lines"
        indexes = (
            ("variant_id", "id"),
            ("bin_id", "id"),
            ("counted", "id"),
            ("is_found", "id"),
            ("count_id", "id"),
            ("count_id", "bin_id", "id"),
            ("level_id", "id"),
        )

    @property
    def is_counted(self) -> bool:
        return self.counted is not None

    @property
    def difference(self) -> int | None:
        """Units that lay there beyond what the ledger said; below zero, that were missing. None for
        a bin that should be empty."""
        if self.level_id is None or self.counted is None or self.expected is None:
            return None
        return self.counted - self.expected

    def count_units(self, *, counted: int, expected: int, watermark: int, at: datetime) -> None:
        self.counted, self.expected, self.watermark = counted, expected, watermark
        self.counted_at = at

    def look_at(self, *, at: datetime) -> None:
        """Somebody has seen that the bin is empty, or what lies in it."""
        self.counted, self.counted_at = 0, at

    def count_again(self) -> None:
        """Forget what was counted; its scans stay as they were."""
        self.counted = self.expected = self.counted_at = None
        self.round += 1


class CountScan(Model):
    """Somebody counted units, and nobody changes that. They were all that lay there, if
    `is_absolute`, or come to those counted before, of which `meanwhile` says what became when
    units moved in between. `balance` is what the ledger said, and `counted` what the line has
    since."""

    id = fields.BigIntField(primary_key=True)
    count_id = fields.BigIntField()
    line: fields.ForeignKeyRelation[CountLine] = fields.ForeignKeyField(
        "models.CountLine", related_name=False, on_delete=fields.RESTRICT
    )
    line_id: int
    round = fields.IntField()
    quantity = fields.IntField()
    is_absolute = fields.BooleanField(default=False)
    meanwhile = fields.CharEnumField(Meanwhile, max_length=10, null=True)
    balance = fields.IntField()
    counted = fields.IntField()
    actor = fields.CharField(max_length=60)
    at = fields.DatetimeField()

    class Meta:
        table = "stock_count_scans"
        indexes = (("line_id", "id"), ("count_id", "actor"), ("count_id", "id"))


class Variance(Lifecycle):
    """Units by which the ledger was wrong about one line: too few where `quantity` is above zero.

    `value` is what they cost us, in minor units of `currency`. `expected` is what the ledger said
    at the last scan, and what has been corrected since, up to the movement `watermark`.
    `corrected` of them somebody put right after that and before the posting, so that `posted` were
    left. `is_current` is empty once a recount has taken its place.
    """

    PREFIX = "VRN"
    STEPS = VARIANCE_STEPS

    count: fields.ForeignKeyRelation[StockCount] = fields.ForeignKeyField(
        "models.StockCount", related_name=False, on_delete=fields.RESTRICT
    )
    count_id: int
    line: fields.ForeignKeyRelation[CountLine] = fields.ForeignKeyField(
        "models.CountLine", related_name=False, on_delete=fields.RESTRICT
    )
    line_id: int
    level: fields.ForeignKeyRelation[Level] = fields.ForeignKeyField(
        "models.Level", related_name=False, on_delete=fields.RESTRICT
    )
    level_id: int
    location_id = fields.BigIntField()
    variant_id = fields.BigIntField()
    bin_id = fields.BigIntField(null=True)
    lot_id = fields.BigIntField(null=True)
    status = fields.CharEnumField(VarianceStatus, max_length=20, default=VarianceStatus.OPEN)
    is_current = fields.BooleanField(null=True, default=True)
    expected = fields.IntField()
    counted = fields.IntField()
    quantity = fields.IntField()
    value = fields.BigIntField()
    currency = fields.CharField(max_length=3)
    watermark = fields.BigIntField(default=0)
    seen_at = fields.DatetimeField()
    cause = fields.CharEnumField(VarianceCause, max_length=20, null=True)
    note = fields.CharField(max_length=500, default="")
    explained_by = fields.CharField(max_length=60, null=True)
    accepted_by = fields.CharField(max_length=60, null=True)
    corrected = fields.IntField(default=0)
    posted: int | None = fields.IntField(null=True)

    class Meta:
        table = "stock_variances"
        unique_together = (("line_id", "is_current"),)
        indexes = (
            ("cause", "id"),
            ("is_current", "id"),
            ("count_id", "id"),
            ("location_id", "id"),
            ("variant_id", "id"),
            ("level_id", "id"),
            ("status", "id"),
        )

    def investigate(self) -> None:
        self.step_to(VarianceStatus.INVESTIGATING)

    def explain(self, *, cause: VarianceCause, note: str, by: str) -> None:
        self.step_to(VarianceStatus.EXPLAINED)
        self.cause, self.note, self.explained_by = cause, note, by

    def accept(self, *, by: str) -> None:
        self.step_to(VarianceStatus.ACCEPTED)
        self.accepted_by = by

    def post(self, *, corrected: int) -> None:
        """Note what is left of it after what others have put right since the scan."""
        self.corrected = corrected
        self.posted = self.quantity - corrected

    def opposite(self, **of: Any) -> "Variance":
        """What undoes it, once it is posted."""
        copied = ("level_id", "location_id", "variant_id", "bin_id", "lot_id", "currency")
        values = {name: getattr(self, name) for name in copied}
        units = -(self.posted or 0)
        value = self.value * units // self.quantity
        return Variance(**values, quantity=units, value=value, **of)
