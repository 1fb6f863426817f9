"""Price lists: what variants cost in a currency, on a channel, for a while, from a quantity on."""

from datetime import datetime

from tortoise import fields

from models.catalog import Variant
from models.orders import OrderChannel
from models.rows import Row


class PriceList(Row):
    """Prices for orders of one currency that count tax as the list does, and of one channel where
    it has one. It is valid from `valid_from` until just before `valid_until`."""

    PREFIX = "PLS"

    name = fields.CharField(max_length=120)
    currency = fields.CharField(max_length=3)
    channel = fields.CharEnumField(OrderChannel, max_length=20, null=True)
    # Of two lists that have a price the one with the lowest number wins, then the newest.
    priority = fields.IntField(default=100)
    prices_include_tax = fields.BooleanField(default=True)
    valid_from = fields.DatetimeField(null=True)
    valid_until = fields.DatetimeField(null=True)
    archived_at = fields.DatetimeField(null=True)

    class Meta:
        table = "price_lists"
        indexes = (("name", "id"), ("priority", "id"))

    def is_valid_at(self, moment: datetime) -> bool:
        return self.archived_at is None and is_within(self.valid_from, self.valid_until, moment)


class Price(Row):
    """What one unit costs from a quantity on, in minor units of the list's currency."""

    PREFIX = "PRI"

    price_list: fields.ForeignKeyRelation[PriceList] = fields.ForeignKeyField(
        "models.PriceList", related_name=False, on_delete=fields.RESTRICT
    )
    price_list_id: int
    variant: fields.ForeignKeyRelation[Variant] = fields.ForeignKeyField(
        "models.Variant", related_name=False, on_delete=fields.RESTRICT
    )
    variant_id: int
    from_quantity = fields.IntField(default=1)
    price = fields.BigIntField()
    currency = fields.CharField(max_length=3)

    class Meta:
        table = "prices"
        unique_together = (("price_list_id", "variant_id", "from_quantity"),)
        indexes = (("variant_id", "currency", "id"), ("price_list_id", "id"))


def is_within(since: datetime | None, until: datetime | None, moment: datetime) -> bool:
    return (since is None or since <= moment) and (until is None or moment < until)
