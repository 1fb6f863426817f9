"""Claims: what customers did not get as they should have, and who bears the cost."""

from datetime import datetime
from typing import Any

from tortoise import fields

from models.lifecycle import CLAIM_STEPS, ClaimStatus, Status
from models.mispicks import Mispick
from models.order_lines import OrderLine
from models.orders import Order
from models.rows import Lifecycle, Row
from models.shipments import CarrierEvent, Shipment
from models.suppliers import Supplier


class ClaimKind(Status):
    LOST = "lost", "A parcel never came."
    DAMAGED = "damaged", "Units came damaged."
    WRONG = "wrong", "Something else came than was ordered."
    MISSING = "missing", "Units were not in the parcel."


class ClaimRemedy(Status):
    REPLACE = "replace", "The customer gets the same goods once more."
    REFUND = "refund", "The customer gets money back."


class RecoveryStatus(Status):
    NONE = "none", "Nobody was asked to bear the cost."
    REQUESTED = "requested", "A carrier or a supplier was asked to bear it."
    RECOVERED = "recovered", "They have borne it, or a part of it."
    REFUSED = "refused", "They bear nothing."


class Claim(Lifecycle):
    """About units of one order. `shipment`, `carrier_event` and `mispick` are what caused it, as
    far as that is known. Money is in minor units of `currency`. `value` is what its units were sold
    for and `refund` what was given back for them, whose `explanation` are steps that sum to it. Of
    the order that replaces them, which cost its `worth`, a `credit` is not charged. A carrier or a
    supplier was `asked` to bear so much and has borne what was `recovered`. Units that were claimed
    as lost and came after all did so at `arrived_at`, which is for people to clear up.
    """

    PREFIX = "CCL"
    STEPS = CLAIM_STEPS

    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField(
        "models.Order", related_name=False, on_delete=fields.RESTRICT
    )
    order_id: int
    customer_id = fields.BigIntField()
    shipment: fields.ForeignKeyNullableRelation[Shipment] = fields.ForeignKeyField(
        "models.Shipment", related_name=False, null=True, on_delete=fields.RESTRICT
    )
    shipment_id: int | None
    carrier_event: fields.ForeignKeyNullableRelation[CarrierEvent] = fields.ForeignKeyField(
        "models.CarrierEvent", related_name=False, null=True, on_delete=fields.RESTRICT
    )
    carrier_event_id: int | None
    mispick: fields.ForeignKeyNullableRelation[Mispick] = fields.ForeignKeyField(
        "models.Mispick", related_name=False, null=True, on_delete=fields.RESTRICT
    )
    mispick_id: int | None
    kind = fields.CharEnumField(ClaimKind, max_length=20)
    status = fields.CharEnumField(ClaimStatus, max_length=20, default=ClaimStatus.OPEN)
    remedy = fields.CharEnumField(ClaimRemedy, max_length=20, null=True)
    note = fields.CharField(max_length=500, default="")
    reason = fields.CharField(max_length=500, default="")
    currency = fields.CharField(max_length=3)
    value = fields.BigIntField(default=0)
    refund = fields.BigIntField(default=0)
    worth = fields.BigIntField(default=0)
    credit = fields.BigIntField(default=0)
    explanation: list[dict[str, Any]] = fields.JSONField(default=list)
    opened_by = fields.CharField(max_length=60)
    decided_by = fields.CharField(max_length=60, null=True)
    decided_at: datetime | None = fields.DatetimeField(null=True)
    settled_at: datetime | None = fields.DatetimeField(null=True)
    # The order that replaces what was lost.
    replacement_id = fields.BigIntField(null=True)
    # Since when it is due to reckon anew what of the replacement has to be refunded instead.
    unsettled_at: datetime | None = fields.DatetimeField(null=True)
    arrived_at: datetime | None = fields.DatetimeField(null=True)
    recovery = fields.CharEnumField(RecoveryStatus, max_length=20, default=RecoveryStatus.NONE)
    carrier = fields.CharField(max_length=60, default="")
    supplier: fields.ForeignKeyNullableRelation[Supplier] = fields.ForeignKeyField(
        "models.Supplier", related_name=False, null=True, on_delete=fields.RESTRICT
    )
    supplier_id: int | None
    recovery_reference = fields.CharField(max_length=100, default="")
    asked = fields.BigIntField(null=True)
    recovered = fields.BigIntField(null=True)
    recovery_asked_at: datetime | None = fields.DatetimeField(null=True)
    recovery_ended_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "claims"
        indexes = (
            ("order_id", "id"),
            ("customer_id", "id"),
            ("shipment_id", "kind"),
            ("status", "id"),
            ("kind", "id"),
            ("recovery", "id"),
            ("replacement_id",),
            ("supplier_id", "id"),
            ("carrier", "id"),
            ("unsettled_at", "id"),
            ("created_at", "id"),
        )

    def approve(self, *, by: str, at: datetime) -> None:
        self.step_to(ClaimStatus.APPROVED)
        self.decided_by, self.decided_at = by, at

    def decline(self, *, reason: str, by: str, at: datetime) -> None:
        self.step_to(ClaimStatus.DECLINED)
        self.reason, self.decided_by, self.decided_at = reason, by, at

    def settle(self, remedy: ClaimRemedy, *, value: int, at: datetime) -> None:
        self.step_to(ClaimStatus.SETTLED)
        self.remedy, self.value, self.settled_at = remedy, value, at

    def ask_back(
        self, amount: int, *, carrier: str, supplier_id: int | None, reference: str, at: datetime
    ) -> None:
        """Ask a carrier or a supplier to bear the cost; another one where the first refused."""
        self.recovery, self.asked, self.recovery_asked_at = RecoveryStatus.REQUESTED, amount, at
        self.carrier, self.supplier_id, self.recovery_reference = carrier, supplier_id, reference
        self.recovery_ended_at = None

    def recover(self, amount: int, *, at: datetime) -> None:
        self.recovery, self.recovered, self.recovery_ended_at = RecoveryStatus.RECOVERED, amount, at

    def go_without(self, *, at: datetime) -> None:
        self.recovery, self.recovery_ended_at = RecoveryStatus.REFUSED, at


class ClaimLine(Row):
    """Units of an order line that a claim is about. `value` is what they were sold for, in minor
    units of the order's currency, once they are made good; `written_off` of them will never
    come."""

    PREFIX = "CLL"

    claim: fields.ForeignKeyRelation[Claim] = fields.ForeignKeyField(
        "models.Claim", related_name=False, on_delete=fields.RESTRICT
    )
    claim_id: int
    line: fields.ForeignKeyRelation[OrderLine] = fields.ForeignKeyField(
        "models.OrderLine", related_name=False, on_delete=fields.RESTRICT
    )
    line_id: int
    units = fields.IntField()
    value = fields.BigIntField(default=0)
    written_off = fields.IntField(default=0)

    class Meta:
        table = "claim_lines"
        indexes = (("claim_id", "id"), ("line_id", "id"))
