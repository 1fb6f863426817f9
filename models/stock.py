"""Stock levels, and the ledger of movements they always equal."""

from tortoise import fields
from tortoise.models import Model

from models.bins import Bin
from models.catalog import Variant
from models.lifecycle import Status
from models.locations import Location
from models.rows import Row


class MovementReason(Status):
    RECEIVED = "received", "Units came in."
    ADJUSTED = "adjusted", "Somebody corrected what lies on the shelf."
    RESERVED = "reserved", "Units were set aside for an order."
    RELEASED = "released", "Units set aside became free again."
    SHIPPED = "shipped", "Units left with the carrier."


class Level(Row):
    """How many units of a variant lie at a location, and how many of those are spoken for. The
    bin is where a picker finds them."""

    PREFIX = "LVL"

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
    reorder_point = fields.IntField(null=True)

    class Meta:
        table = "stock_levels"
        unique_together = (("variant_id", "location_id"),)
        indexes = (("location_id", "id"), ("on_hand", "id"), ("bin_id", "id"))

    @property
    def available(self) -> int:
        """Units that can still be promised: on hand less reserved."""
        return self.on_hand - self.reserved


class Movement(Model):
    """One change of one level: who, why, when, and what the level was afterwards."""

    id = fields.BigIntField(primary_key=True)
    level: fields.ForeignKeyRelation[Level] = fields.ForeignKeyField(
        "models.Level", related_name=False, on_delete=fields.RESTRICT
    )
    level_id: int
    variant_id = fields.BigIntField()
    location_id = fields.BigIntField()
    reason = fields.CharEnumField(MovementReason, max_length=20)
    on_hand_change = fields.IntField(default=0)
    reserved_change = fields.IntField(default=0)
    on_hand_after = fields.IntField()
    reserved_after = fields.IntField()
    order_id = fields.BigIntField(null=True)
    arrival_id = fields.BigIntField(null=True)
    note = fields.CharField(max_length=500, default="")
    actor = fields.CharField(max_length=60)
    at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "stock_movements"
        indexes = (
            ("level_id", "id"),
            ("variant_id", "id"),
            ("location_id", "id"),
            ("order_id", "id"),
        )
