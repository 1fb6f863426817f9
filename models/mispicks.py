"""Mispicks: what a scanner caught before it went wrong."""

from tortoise import fields

from models.fulfillments import Fulfillment
from models.lifecycle import Status
from models.locations import Location
from models.orders import Order
from models.rows import Row
from models.waves import Wave


class MispickKind(Status):
    WRONG_ITEM = "wrong_item", "The item scanned is not one that was asked for."
    WRONG_QUANTITY = "wrong_quantity", "More units were scanned than were asked for."
    WRONG_BIN = "wrong_bin", "The item was taken from another bin than its own."
    WRONG_BOX = "wrong_box", "The box belongs to other work, or the unit lies in another box."
    WRONG_LOT = (
        "wrong_lot",
        "The unit is of another lot, or has another serial number, than set aside.",
    )
    ALREADY_PICKED = "already_picked", "Every unit that was asked for had been picked before."


class MispickStep(Status):
    PICKING = "picking", "While units were collected from the shelves."
    PACKING = "packing", "While units were put into boxes."


class Mispick(Row):
    """A scan that was refused, kept as it was. One of a wave that fits none of its orders has no
    fulfillment. `request` is a digest of the request, so one sent again is recorded once."""

    PREFIX = "MIS"

    order: fields.ForeignKeyNullableRelation[Order] = fields.ForeignKeyField(
        "models.Order", related_name=False, null=True, on_delete=fields.RESTRICT
    )
    order_id: int | None
    fulfillment: fields.ForeignKeyNullableRelation[Fulfillment] = fields.ForeignKeyField(
        "models.Fulfillment", related_name=False, null=True, on_delete=fields.RESTRICT
    )
    fulfillment_id: int | None
    wave: fields.ForeignKeyNullableRelation[Wave] = fields.ForeignKeyField(
        "models.Wave", related_name=False, null=True, on_delete=fields.RESTRICT
    )
    wave_id: int | None
    location: fields.ForeignKeyRelation[Location] = fields.ForeignKeyField(
        "models.Location", related_name=False, on_delete=fields.RESTRICT
    )
    location_id: int
    fulfillment_line_id = fields.BigIntField(null=True)
    kind = fields.CharEnumField(MispickKind, max_length=20)
    step = fields.CharEnumField(MispickStep, max_length=20)
    barcode = fields.CharField(max_length=100)
    quantity = fields.IntField()
    bin_code = fields.CharField(max_length=100, null=True)
    lot_code = fields.CharField(max_length=100, null=True)
    box = fields.CharField(max_length=100, null=True)
    expected = fields.CharField(max_length=300)
    found = fields.CharField(max_length=300)
    picker = fields.CharField(max_length=60)
    request = fields.CharField(max_length=64, null=True, unique=True)

    class Meta:
        table = "mispicks"
        indexes = (
            ("step", "id"),
            ("order_id", "id"),
            ("fulfillment_id", "id"),
            ("wave_id", "id"),
            ("location_id", "id"),
            ("picker", "id"),
            ("kind", "id"),
            ("created_at", "id"),
        )
