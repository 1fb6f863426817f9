"""By what customers can be told to be the same: their traits, and the pairs that share some."""

from datetime import datetime

from tortoise import fields
from tortoise.models import Model

from models.customers import Customer
from models.lifecycle import Status
from models.rows import Row


class TraitKind(Status):
    EMAIL = "email", "The same mailbox, however its address is written."
    PHONE = "phone", "The same telephone number, however it is written."
    PLACE = "place", "The same name at the same postal code."


class CustomerTrait(Model):
    """A digest of something that hardly two customers share, so that an index finds who does."""

    id = fields.BigIntField(primary_key=True)
    customer_id = fields.BigIntField()
    kind = fields.CharEnumField(TraitKind, max_length=20)
    digest = fields.CharField(max_length=32)

    class Meta:
        table = "customer_traits"
        unique_together = (("customer_id", "kind", "digest"),)
        indexes = (("kind", "digest", "customer_id"),)


class CustomerDuplicate(Row):
    """A customer and one that was entered later and is likely the same, with the traits that say
    so. Somebody may have decided that they are two all the same."""

    PREFIX = "DUP"

    customer: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField(
        "models.Customer", related_name=False, on_delete=fields.RESTRICT
    )
    customer_id: int
    other: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField(
        "models.Customer", related_name=False, on_delete=fields.RESTRICT
    )
    other_id: int
    traits: list[str] = fields.JSONField(default=list)
    score = fields.IntField()
    dismissed_at: datetime | None = fields.DatetimeField(null=True)
    dismissed_by = fields.CharField(max_length=60, null=True)

    class Meta:
        table = "customer_duplicates"
        unique_together = (("customer_id", "other_id"),)
        indexes = (("other_id", "id"), ("score", "id"), ("dismissed_at", "id"))
