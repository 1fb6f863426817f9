"""What customers are worth: sums of their orders, month by month, and the segment they are in."""

from datetime import datetime

from tortoise import fields
from tortoise.models import Model

from models.customers import Customer
from models.lifecycle import Status
from models.rows import Row


class CustomerSegment(Status):
    CHAMPIONS = "champions", "Bought lately, often, and for much."
    LOYAL = "loyal", "Buy often, and did so not long ago."
    BIG_SPENDERS = "big_spenders", "Bought for much, and not long ago, though seldom."
    NEW = "new", "Bought lately, and seldom so far."
    PROMISING = "promising", "Bought not long ago, now and then."
    AT_RISK = "at_risk", "Bought often or for much, but not lately."
    HIBERNATING = "hibernating", "Bought seldom, and not lately."
    LOST = "lost", "Bought seldom and for little, longer ago than most."


class CustomerFigure(Row):
    """What a customer has ordered in one currency, of which all money is in minor units.

    `orders` are those that stand, without what was split off them, exchanges them or replaces
    them, whose `units` and money count all the same; `cancelled` are those that were given up.
    `spent` is what orders cost as they stand and `allowed` what was taken off them since;
    `returned` units came back. `recency`, `frequency` and `monetary` are fifths, 5 is best, which
    are told anew once a day; empty before the first time, and while no order stands.
    """

    PREFIX = "FIG"

    customer: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField(
        "models.Customer", related_name=False, on_delete=fields.RESTRICT
    )
    customer_id: int
    currency = fields.CharField(max_length=3)
    orders = fields.IntField(default=0)
    cancelled = fields.IntField(default=0)
    units = fields.BigIntField(default=0)
    returned = fields.BigIntField(default=0)
    spent = fields.BigIntField(default=0)
    allowed = fields.BigIntField(default=0)
    # Of all orders that were placed, whatever became of them.
    first_order_at: datetime = fields.DatetimeField()
    last_order_at: datetime = fields.DatetimeField()
    recency: int | None = fields.IntField(null=True)
    frequency: int | None = fields.IntField(null=True)
    monetary: int | None = fields.IntField(null=True)
    segment = fields.CharEnumField(CustomerSegment, max_length=20, null=True)

    class Meta:
        table = "customer_figures"
        unique_together = (("customer_id", "currency"),)
        indexes = (
            ("currency", "id"),
            ("segment", "id"),
            ("spent", "id"),
            ("orders", "id"),
            ("last_order_at", "id"),
        )


class CustomerMonth(Model):
    """The same for the orders that a customer placed in one month of UTC, such as 2026-01."""

    id = fields.BigIntField(primary_key=True)
    customer_id = fields.BigIntField()
    currency = fields.CharField(max_length=3)
    month = fields.CharField(max_length=7)
    orders = fields.IntField(default=0)
    units = fields.BigIntField(default=0)
    spent = fields.BigIntField(default=0)

    class Meta:
        table = "customer_months"
        unique_together = (("customer_id", "month", "currency"),)


class OrderShare(Model):
    """What one placed order has contributed to the figures of its customer, so that the difference
    can be told when it changes."""

    id = fields.BigIntField(primary_key=True)
    order_id = fields.BigIntField(unique=True)
    customer_id = fields.BigIntField()
    currency = fields.CharField(max_length=3)
    month = fields.CharField(max_length=7)
    placed_at: datetime = fields.DatetimeField()
    orders = fields.IntField()
    cancelled = fields.IntField()
    units = fields.BigIntField()
    returned = fields.BigIntField()
    spent = fields.BigIntField()
    allowed = fields.BigIntField()

    class Meta:
        table = "order_shares"
        indexes = (("customer_id", "currency", "placed_at"),)


class SegmentSum(Model):
    """How many customers are in a segment, and what they have bought in one currency, as it was at
    `told_at`."""

    id = fields.BigIntField(primary_key=True)
    currency = fields.CharField(max_length=3)
    segment = fields.CharEnumField(CustomerSegment, max_length=20)
    customers = fields.IntField()
    orders = fields.BigIntField()
    spent = fields.BigIntField()
    told_at: datetime = fields.DatetimeField()

    class Meta:
        table = "segment_sums"
        unique_together = (("currency", "segment"),)
        indexes = (("told_at",),)
