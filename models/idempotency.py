"""Idempotency records: what was already done for a key, so that it is done once."""

from tortoise import fields
from tortoise.models import Model


class IdempotencyRecord(Model):
    """The answer to one key of one actor: which row the mutation returned."""

    id = fields.BigIntField(primary_key=True)
    actor = fields.CharField(max_length=60)
    key = fields.CharField(max_length=200)
    fingerprint = fields.CharField(max_length=64)
    row_type = fields.CharField(max_length=40, default="")
    row_id = fields.BigIntField(default=0)
    at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "idempotency_records"
        unique_together = (("actor", "key"),)
