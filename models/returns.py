"""Returns: what customers send back, what came of it, and what becomes of every unit."""

from datetime import datetime
from typing import Any

from tortoise import fields

from models.bins import Bin
from models.catalog import Variant
from models.lifecycle import RETURN_STEPS, ReturnStatus, Status
from models.locations import Location
from models.lots import Lot
from models.order_lines import OrderLine
from models.orders import Order
from models.rows import Lifecycle, Row


class ReturnReason(Status):
    CHANGED_MIND = "changed_mind", "The customer does not want it any more."
    WRONG_SIZE = "wrong_size", "It does not fit."
    NOT_AS_DESCRIBED = "not_as_described", "It is not what the customer expected."
    DEFECTIVE = "defective", "It does not work."
    DAMAGED = "damaged", "It arrived damaged."
    WRONG_ITEM = "wrong_item", "Something else was ordered."
    TOO_LATE = "too_late", "It came too late."
    OTHER = "other", "Some other reason."


class ReturnResolution(Status):
    REFUND = "refund", "The customer gets money back."
    EXCHANGE = "exchange", "The customer gets other goods."
    STORE_CREDIT = "store_credit", "The customer gets credit for later orders."
    REPAIR = "repair", "The customer gets the same goods back, repaired."
    NONE = "none", "The customer gets nothing."


class ReturnCondition(Status):
    NEW = "new", "Unused and in its package."
    OPENED = "opened", "Unused; its package was opened."
    USED = "used", "It was used."
    DAMAGED = "damaged", "It is damaged."
    DEFECTIVE = "defective", "It does not work."
    WRONG_ITEM = "wrong_item", "It is not what was to come back."


class Disposition(Status):
    RESTOCK = "restock", "To be sold again."
    QUARANTINE = "quarantine", "Put aside until somebody has judged it."
    REPAIR = "repair", "Put aside to be repaired."
    WRITE_OFF = "write_off", "Given up for good."
    RETURN_TO_SUPPLIER = "return_to_supplier", "Goes back to its supplier."
    RETURN_TO_CUSTOMER = "return_to_customer", "Goes back to the customer."
    MISSING = "missing", "Never came."


class Return(Lifecycle):
    """Units of one order that come back to `location`.

    The goods, the decision and the money are separate: `status` follows the goods and the
    decision, and what the customer gets is `resolution`, worth `refund` in minor units of
    `currency`, whose `explanation` are steps that sum to it. `refunded_at` is when it was allowed
    on the order, and the money itself moves by the order's payments.
    """

    PREFIX = "RET"
    STEPS = RETURN_STEPS

    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField(
        "models.Order", related_name=False, on_delete=fields.RESTRICT
    )
    order_id: int
    customer_id = fields.BigIntField()
    location: fields.ForeignKeyRelation[Location] = fields.ForeignKeyField(
        "models.Location", related_name=False, on_delete=fields.RESTRICT
    )
    location_id: int
    status = fields.CharEnumField(ReturnStatus, max_length=20, default=ReturnStatus.REQUESTED)
    resolution = fields.CharEnumField(
        ReturnResolution, max_length=20, default=ReturnResolution.REFUND
    )
    requested_by = fields.CharField(max_length=60)
    note = fields.CharField(max_length=500, default="")
    # Why it was declined, given up, or closed without all of its units.
    reason = fields.CharField(max_length=500, default="")
    carrier = fields.CharField(max_length=60, default="")
    tracking_code = fields.CharField(max_length=120, null=True)
    currency = fields.CharField(max_length=3)
    refund = fields.BigIntField(null=True)
    explanation: list[dict[str, Any]] = fields.JSONField(default=list)
    refunded_at: datetime | None = fields.DatetimeField(null=True)
    # What of the refund became store credit, and what of it was for units that then did not come
    # or were rejected, which is for people to ask back.
    credited = fields.BigIntField(default=0)
    in_excess = fields.BigIntField(default=0)
    # Until when what was approved has to be sent.
    due_at: datetime | None = fields.DatetimeField(null=True)
    requested_at: datetime | None = fields.DatetimeField(null=True)
    decided_at: datetime | None = fields.DatetimeField(null=True)
    decided_by = fields.CharField(max_length=60, null=True)
    sent_at: datetime | None = fields.DatetimeField(null=True)
    received_at: datetime | None = fields.DatetimeField(null=True)
    inspected_at: datetime | None = fields.DatetimeField(null=True)
    resolved_at: datetime | None = fields.DatetimeField(null=True)
    closed_at: datetime | None = fields.DatetimeField(null=True)
    cancelled_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "returns"
        unique_together = (("carrier", "tracking_code"),)
        indexes = (
            ("order_id", "id"),
            ("customer_id", "id"),
            ("location_id", "status", "id"),
            ("status", "id"),
            ("created_at", "id"),
            ("resolution", "id"),
            ("due_at", "id"),
            ("tracking_code", "id"),
            ("status", "due_at"),
            ("status", "resolved_at"),
        )

    @property
    def is_given_up(self) -> bool:
        return self.status in (ReturnStatus.DECLINED, ReturnStatus.CANCELLED)

    @property
    def is_open(self) -> bool:
        """Whether it is not settled yet what becomes of it."""
        return not self.is_given_up and self.resolved_at is None

    def approve(self, *, by: str, due_at: datetime | None, at: datetime) -> None:
        self.step_to(ReturnStatus.APPROVED)
        self.decided_by, self.decided_at, self.due_at = by, at, due_at

    def decline(self, *, by: str, reason: str, at: datetime) -> None:
        self.step_to(ReturnStatus.DECLINED)
        self.decided_by, self.decided_at, self.reason = by, at, reason

    def cancel(self, *, reason: str, at: datetime) -> None:
        self.step_to(ReturnStatus.CANCELLED)
        self.reason, self.cancelled_at = reason, at

    def send(self, *, carrier: str, tracking_code: str | None, at: datetime) -> None:
        self.step_to(ReturnStatus.IN_TRANSIT)
        self.carrier, self.tracking_code, self.sent_at = carrier, tracking_code, at

    def begin_receiving(self) -> None:
        """Know that some of it has come."""
        if self.status is not ReturnStatus.PARTIALLY_RECEIVED:
            self.step_to(ReturnStatus.PARTIALLY_RECEIVED)

    def receive(self, *, reason: str, at: datetime) -> None:
        self.step_to(ReturnStatus.RECEIVED)
        self.received_at = at
        self.reason = reason or self.reason

    def inspect(self, *, at: datetime) -> None:
        self.step_to(ReturnStatus.INSPECTED)
        self.inspected_at = at

    def resolve(self, resolution: ReturnResolution, *, at: datetime) -> None:
        self.step_to(ReturnStatus.RESOLVED)
        self.resolution, self.resolved_at = resolution, at

    def close(self, *, at: datetime) -> None:
        self.step_to(ReturnStatus.CLOSED)
        self.closed_at = at


class ReturnLine(Row):
    """Units of an order line that are to come back, and why: `quantity` were asked for, of which
    `received` came and `missing` never did; `rejected` of those that came are not made good.
    `made_good` units are, and `value` is what those were sold for, in minor units of the order's
    currency."""

    PREFIX = "RTL"

    returned: fields.ForeignKeyRelation[Return] = fields.ForeignKeyField(
        "models.Return", related_name=False, on_delete=fields.RESTRICT
    )
    returned_id: int
    line: fields.ForeignKeyRelation[OrderLine] = fields.ForeignKeyField(
        "models.OrderLine", related_name=False, on_delete=fields.RESTRICT
    )
    line_id: int
    variant: fields.ForeignKeyRelation[Variant] = fields.ForeignKeyField(
        "models.Variant", related_name=False, on_delete=fields.RESTRICT
    )
    variant_id: int
    reason = fields.CharEnumField(ReturnReason, max_length=20)
    comment = fields.CharField(max_length=500, default="")
    photos: list[str] = fields.JSONField(default=list)
    quantity = fields.IntField()
    received = fields.IntField(default=0)
    missing = fields.IntField(default=0)
    rejected = fields.IntField(default=0)
    made_good = fields.IntField(default=0)
    value = fields.BigIntField(default=0)

    class Meta:
        table = "return_lines"
        indexes = (
            ("returned_id", "id"),
            ("line_id", "id"),
            ("variant_id", "id"),
            ("reason", "id"),
        )

    @property
    def outstanding(self) -> int:
        """Units that are still to come."""
        return self.quantity - self.received - self.missing

    def receive(self, units: int) -> None:
        self.received += units

    def miss(self, units: int) -> None:
        """Give up units that did not come."""
        self.missing += units

    def find(self, units: int) -> None:
        """Units came after all that were given up; fewer than nothing never came after all."""
        self.missing -= units
        self.received += units

    def reject(self, units: int) -> None:
        """Do not make good for units; fewer than nothing makes good for them after all."""
        self.rejected += units


class ReturnUnit(Row):
    """Units that came back together, of one lot where it has lots, and what becomes of them.

    Without a line nobody had asked for them. They lie in quarantine until somebody decides; what
    was decided can be decided anew.
    """

    PREFIX = "RTU"

    returned: fields.ForeignKeyRelation[Return] = fields.ForeignKeyField(
        "models.Return", related_name=False, on_delete=fields.RESTRICT
    )
    returned_id: int
    line: fields.ForeignKeyNullableRelation[ReturnLine] = fields.ForeignKeyField(
        "models.ReturnLine", related_name=False, null=True, on_delete=fields.RESTRICT
    )
    line_id: int | None
    variant: fields.ForeignKeyRelation[Variant] = fields.ForeignKeyField(
        "models.Variant", related_name=False, on_delete=fields.RESTRICT
    )
    variant_id: int
    lot: fields.ForeignKeyNullableRelation[Lot] = fields.ForeignKeyField(
        "models.Lot", related_name=False, null=True, on_delete=fields.RESTRICT
    )
    lot_id: int | None
    bin: fields.ForeignKeyNullableRelation[Bin] = fields.ForeignKeyField(
        "models.Bin", related_name=False, null=True, on_delete=fields.RESTRICT
    )
    bin_id: int | None
    units = fields.IntField()
    condition = fields.CharEnumField(ReturnCondition, max_length=20, null=True)
    disposition = fields.CharEnumField(Disposition, max_length=20, null=True)
    photos: list[str] = fields.JSONField(default=list)
    note = fields.CharField(max_length=500, default="")
    received_by = fields.CharField(max_length=60)
    received_at = fields.DatetimeField()
    inspected_by = fields.CharField(max_length=60, null=True)
    inspected_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "return_units"
        indexes = (
            ("returned_id", "id"),
            ("line_id", "id"),
            ("variant_id", "id"),
            ("lot_id", "id"),
            ("disposition", "id"),
        )

    @property
    def has_come(self) -> bool:
        return self.disposition is not Disposition.MISSING

    @property
    def is_with_us(self) -> bool:
        """Whether it came and did not go back to the customer."""
        return self.disposition not in (Disposition.MISSING, Disposition.RETURN_TO_CUSTOMER)

    def split(self, units: int) -> "ReturnUnit":
        """So many of these units, to be told apart from the others from now on."""
        self.units -= units
        columns = self._meta.db_fields - {"id", "units", "version", "created_at", "updated_at"}
        kept = {name: getattr(self, name) for name in columns}
        return ReturnUnit(**kept, units=units)

    def inspect(
        self,
        *,
        condition: ReturnCondition,
        disposition: Disposition,
        photos: list[str],
        note: str,
        by: str,
        at: datetime,
    ) -> None:
        self.condition, self.disposition = condition, disposition
        self.photos, self.note = photos, note
        self.inspected_by, self.inspected_at = by, at
