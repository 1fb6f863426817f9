"""Key figures: a journal of what each order adds to them, and the sums it comes to."""

from datetime import date

from tortoise import fields
from tortoise.models import Model

from models.lifecycle import Status


class KpiName(Status):
    ORDER_ACCURACY = "order_accuracy", "Delivered orders with nothing wrong in them."
    FULFILMENT_RATE = "fulfilment_rate", "Orders that were fulfilled, of those that should be."
    CYCLE_TIME = "cycle_time", "How long it takes from placing an order to its delivery."
    ON_TIME = "on_time", "Orders delivered by what was promised first."
    BACKORDER_RATE = "backorder_rate", "Orders of which units had to wait for stock."
    RETURN_RATE = "return_rate", "Delivered units that came back."
    SATISFACTION = "satisfaction", "How content customers say they are."
    RESPONSE_RATE = "response_rate", "Customers who answered when they were asked."
    PERFECT_ORDER = "perfect_order", "Orders delivered on time, in full, and with nothing wrong."
    STOCK_TURNOVER = "stock_turnover", "How often a year stock is turned over."


class KpiDimension(Status):
    """By what the orders of a figure are told apart, beside their channel."""

    ALL = "all", "Not told apart."
    LOCATION = "location", "By the locations that worked for the order."
    SUPPLIER = "supplier", "By the suppliers its goods are bought from."
    PICKER = "picker", "By who picked for it."
    VARIANT = "variant", "By what was ordered; in figures that count units."
    REASON = "reason", "By why units came back; in the return rate."


class KpiEntry(Model):
    """One change of what an order adds to a figure. Entries are only ever added: what turns out
    to be otherwise is taken back by one that says minus. `position` is how far the event log had
    been read when it became known, `day` the one it belongs to, and `bucket` where a duration
    lies on a logarithmic scale, 0 for what is none.

    Entries about stock are those of a level instead of an order.
    """

    id = fields.BigIntField(primary_key=True)
    position = fields.BigIntField()
    kpi = fields.CharField(max_length=30)
    order_id = fields.BigIntField(null=True)
    level_id = fields.BigIntField(null=True)
    day: date = fields.DateField()
    channel = fields.CharField(max_length=20, default="")
    dimension = fields.CharEnumField(KpiDimension, max_length=20)
    dimension_key = fields.CharField(max_length=100, default="")
    bucket = fields.IntField(default=0)
    numerator = fields.BigIntField(default=0)
    denominator = fields.BigIntField(default=0)

    class Meta:
        table = "kpi_entries"
        indexes = (
            ("order_id", "kpi"),
            ("level_id", "id"),
            ("kpi", "dimension", "dimension_key", "channel", "day", "order_id"),
            ("kpi", "dimension", "dimension_key", "position"),
        )


class KpiCell(Model):
    """What the entries of a figure for one day, channel, key and bucket sum to."""

    id = fields.BigIntField(primary_key=True)
    kpi = fields.CharField(max_length=30)
    day: date = fields.DateField()
    channel = fields.CharField(max_length=20, default="")
    dimension = fields.CharEnumField(KpiDimension, max_length=20)
    dimension_key = fields.CharField(max_length=100, default="")
    bucket = fields.IntField(default=0)
    numerator = fields.BigIntField(default=0)
    denominator = fields.BigIntField(default=0)

    class Meta:
        table = "kpi_cells"
        unique_together = (("kpi", "dimension", "dimension_key", "channel", "day", "bucket"),)
        # All keys of a few days beside each other.
        indexes = (("kpi", "dimension", "day"),)


class KpiSource(Model):
    """Whom the goods of a line were bought from when the line was first read: of the suppliers of
    its variant the one that is asked first, or nobody. Who that is later changes no figure."""

    id = fields.BigIntField(primary_key=True)
    line_id = fields.BigIntField(unique=True)
    order_id = fields.BigIntField()
    supplier_id = fields.BigIntField(null=True)

    class Meta:
        table = "kpi_sources"
        indexes = (("order_id", "id"),)


class KpiLevel(Model):
    """What a level of stock was worth when it was read last, in minor units of the shop's own
    currency, and up to which position of the event log that was."""

    id = fields.BigIntField(primary_key=True)
    level_id = fields.BigIntField(unique=True)
    worth = fields.BigIntField(default=0)
    position = fields.BigIntField(default=0)

    class Meta:
        table = "kpi_levels"
