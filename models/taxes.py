"""Tax rates: what is added to, or contained in, a price where the goods go."""

from datetime import datetime

from tortoise import fields

from models.catalog import TaxClass
from models.rows import Row


class TaxRate(Row):
    """`rate` is in millionths: 19 % is 190,000. A rate of a region takes the place of its
    country's. It is valid from `valid_from` until just before `valid_until`."""

    PREFIX = "TAX"

    name = fields.CharField(max_length=80)
    country_code = fields.CharField(max_length=2)
    region = fields.CharField(max_length=120, default="")
    tax_class = fields.CharEnumField(TaxClass, max_length=20)
    rate = fields.IntField()
    valid_from = fields.DatetimeField(null=True)
    valid_until = fields.DatetimeField(null=True)
    archived_at = fields.DatetimeField(null=True)

    class Meta:
        table = "tax_rates"
        indexes = (("country_code", "id"), ("tax_class", "id"), ("name", "id"))

    def is_valid_at(self, moment: datetime) -> bool:
        # What was in force when an order was placed stays so, though put away since.
        ends = [each for each in (self.valid_until, self.archived_at) if each is not None]
        return (self.valid_from is None or self.valid_from <= moment) and all(
            moment < end for end in ends
        )
