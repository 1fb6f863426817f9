"""Replenishment: by which rule a level is filled up again, and what is proposed to buy for it."""

from datetime import datetime
from typing import Any

from tortoise import fields

from models.lifecycle import PROPOSAL_STEPS, ProposalStatus, Status
from models.locations import Location
from models.rows import Lifecycle, Row
from models.stock import Level
from models.suppliers import Supplier


class ReplenishmentMethod(Status):
    REORDER_POINT_QUANTITY = (
        "reorder_point_quantity",
        "At the reorder point a fixed quantity is bought, as often as it takes to be above it.",
    )
    MIN_MAX = "min_max", "At the reorder point it is filled up to a level."
    DAYS_OF_COVER = (
        "days_of_cover",
        "Before it falls below what is asked for until more can be there, it is filled up for "
        "some days more.",
    )
    FORECAST = (
        "forecast",
        "The same, with a safety stock for what is not known of demand and lead time.",
    )


class Urgency(Status):
    OUT = "out", "Nothing is left that is not spoken for."
    PRESSING = "pressing", "It will probably run out before more can be there."
    PLANNED = "planned", "More can be there before it runs out."


class ReplenishmentPolicy(Row):
    """How a level is replenished, from a supplier or, with a `source`, from another location.

    `service_level` is the share of replenishments, in millionths, that come before the stock is
    gone. A proposal worth no more than `auto_accept`, in minor units of `currency`, is accepted by
    itself. It is looked at again at `due_at`, which is empty once it is put away. `dismissed` is
    the quantity that a buyer decided against, which is not proposed again while the need is alike.
    """

    PREFIX = "RPL"

    level: fields.OneToOneRelation[Level] = fields.OneToOneField(
        "models.Level", related_name=False, on_delete=fields.RESTRICT
    )
    level_id: int
    variant_id = fields.BigIntField()
    location_id = fields.BigIntField()
    method = fields.CharEnumField(ReplenishmentMethod, max_length=30)
    reorder_point: int | None = fields.IntField(null=True)
    quantity: int | None = fields.IntField(null=True)
    order_up_to: int | None = fields.IntField(null=True)
    cover_days: int | None = fields.IntField(null=True)
    review_days = fields.IntField(default=1)
    service_level = fields.IntField(default=950_000)
    auto_accept: int | None = fields.BigIntField(null=True)
    currency = fields.CharField(max_length=3, default="")
    supplier: fields.ForeignKeyNullableRelation[Supplier] = fields.ForeignKeyField(
        "models.Supplier", related_name=False, null=True, on_delete=fields.RESTRICT
    )
    supplier_id: int | None
    source: fields.ForeignKeyNullableRelation[Location] = fields.ForeignKeyField(
        "models.Location", related_name=False, null=True, on_delete=fields.RESTRICT
    )
    source_id: int | None
    dismissed: int | None = fields.IntField(null=True)
    due_at: datetime | None = fields.DatetimeField(null=True)
    archived_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "replenishment_policies"
        indexes = (("due_at", "id"), ("variant_id", "id"), ("location_id", "id"))


class Proposal(Lifecycle):
    """That `quantity` units should be bought of a supplier, or come from another location.

    `explanation` lists what it is made of: numbers that sum up to the quantity, each with its name
    and a sentence. `price` is what a unit costs and `value` all of it, in minor units of
    `currency`. Without more it would run out at `run_out_at`, a year from now at the latest.
    `is_open` is empty once it is decided, so that the unique index lets one be open per level,
    and any number be over.
    """

    PREFIX = "PRP"
    STEPS = PROPOSAL_STEPS

    level: fields.ForeignKeyRelation[Level] = fields.ForeignKeyField(
        "models.Level", related_name=False, on_delete=fields.RESTRICT
    )
    level_id: int
    variant_id = fields.BigIntField()
    location_id = fields.BigIntField()
    supplier_id: int | None = fields.BigIntField(null=True)
    source_id: int | None = fields.BigIntField(null=True)
    status = fields.CharEnumField(ProposalStatus, max_length=20, default=ProposalStatus.OPEN)
    is_open = fields.BooleanField(null=True, default=True)
    quantity = fields.IntField()
    pack_size = fields.IntField(default=1)
    price: int | None = fields.BigIntField(null=True)
    value = fields.BigIntField(default=0)
    currency = fields.CharField(max_length=3, default="")
    lead_days = fields.FloatField(default=0.0)
    explanation: list[dict[str, Any]] = fields.JSONField(default=list)
    urgency = fields.CharEnumField(Urgency, max_length=20)
    run_out_at: datetime = fields.DatetimeField()
    is_automatic = fields.BooleanField(default=False)
    reason = fields.CharField(max_length=500, default="")
    decided_by = fields.CharField(max_length=60, null=True)
    decided_at: datetime | None = fields.DatetimeField(null=True)
    # Those that were accepted together name the first of them.
    accepted_with: int | None = fields.BigIntField(null=True)
    purchase_order_id: int | None = fields.BigIntField(null=True)
    transfer_id: int | None = fields.BigIntField(null=True)

    class Meta:
        table = "replenishment_proposals"
        unique_together = (("level_id", "is_open"),)
        indexes = (
            ("urgency", "id"),
            ("status", "id"),
            ("variant_id", "id"),
            ("location_id", "id"),
            ("supplier_id", "status", "id"),
            ("run_out_at", "id"),
            ("value", "id"),
            ("is_open", "is_automatic", "id"),
            ("purchase_order_id", "id"),
            ("accepted_with", "id"),
        )

    def accept(self, *, by: str, at: datetime) -> None:
        self._end(ProposalStatus.ACCEPTED, by, at)

    def dismiss(self, *, reason: str, by: str, at: datetime) -> None:
        self._end(ProposalStatus.DISMISSED, by, at)
        self.reason = reason

    def supersede(self, *, reason: str, by: str, at: datetime) -> None:
        self._end(ProposalStatus.SUPERSEDED, by, at)
        self.reason = reason

    def _end(self, status: ProposalStatus, by: str, at: datetime) -> None:
        self.step_to(status)
        self.is_open, self.decided_by, self.decided_at = None, by, at
