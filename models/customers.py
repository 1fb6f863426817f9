"""Customers, and the addresses they have goods sent to."""

from datetime import datetime

from tortoise import fields

from models.rows import Row


class Customer(Row):
    """One that turned out to be another as well was merged into it, and one whose personal data was
    erased has none; both are archived for good."""

    PREFIX = "CUS"

    name = fields.CharField(max_length=200)
    email = fields.CharField(max_length=254, null=True, unique=True)
    phone = fields.CharField(max_length=40, null=True)
    archived_at = fields.DatetimeField(null=True)
    merged_into_id: int | None = fields.BigIntField(null=True)
    erased_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "customers"
        indexes = (("name", "id"), ("merged_into_id", "id"))


class Address(Row):
    PREFIX = "ADR"

    customer: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField(
        "models.Customer", related_name=False, on_delete=fields.RESTRICT
    )
    customer_id: int
    recipient = fields.CharField(max_length=200)
    line1 = fields.CharField(max_length=200)
    line2 = fields.CharField(max_length=200, default="")
    city = fields.CharField(max_length=120)
    region = fields.CharField(max_length=120, default="")
    postal_code = fields.CharField(max_length=20, default="")
    country_code = fields.CharField(max_length=2)
    latitude = fields.FloatField(null=True)
    longitude = fields.FloatField(null=True)
    archived_at = fields.DatetimeField(null=True)

    class Meta:
        table = "addresses"
        indexes = (("customer_id", "id"),)
