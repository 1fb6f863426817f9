"""Invoices and credit notes: what the customer was asked to pay, as it was said then.

They are numbered without gaps and are never changed: `content` is the whole document, and
`content_hash` its SHA-256, which proves it.
"""

from datetime import datetime
from hashlib import sha256
from typing import Any, ClassVar

import orjson
from tortoise import fields
from tortoise.models import Model

from models.orders import Order
from models.rows import Row


class Counter(Model):
    """The number that was given out last. Its row is locked by whoever takes the next one, so a
    number whose document was not kept is given out again."""

    id = fields.IntField(primary_key=True, generated=False)
    # Not unique beside the id: of two who make the row at once, one would meet the wrong index.
    name = fields.CharField(max_length=40)
    value = fields.BigIntField(default=0)

    class Meta:
        table = "counters"


class Document(Row):
    """Its id is its number, and is given by the counter whose id is COUNTER."""

    COUNTER: ClassVar[int]

    id = fields.BigIntField(primary_key=True, generated=False)
    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField(
        "models.Order", related_name=False, on_delete=fields.RESTRICT
    )
    order_id: int
    currency = fields.CharField(max_length=3)
    total = fields.BigIntField()
    tax_total = fields.BigIntField()
    content: dict[str, Any] = fields.JSONField()
    content_hash = fields.CharField(max_length=64)
    issued_at: datetime = fields.DatetimeField()

    class Meta:
        abstract = True

    @classmethod
    def number_of(cls, row_id: int) -> str:
        """The number that stands on it, such as INV-000042."""
        return f"{cls.PREFIX}-{row_id:06}"

    @classmethod
    def id_of(cls, number: str) -> int | None:
        prefix, _, digits = number.strip().upper().partition("-")
        if prefix != cls.PREFIX or not (digits.isascii() and digits.isdigit()):
            return None
        return int(digits) if len(digits) < 16 else None


class Invoice(Document):
    """What the customer has to pay for an order, or for what was added to it since."""

    PREFIX = "INV"
    COUNTER = 1

    class Meta:
        table = "invoices"
        indexes = (("order_id", "id"), ("issued_at", "id"), ("total", "id"))


class CreditNote(Document):
    """What the customer need not pay of an invoice after all. `goodwill` is what was given back
    though the order is worth as much as before."""

    PREFIX = "CRN"
    COUNTER = 2

    invoice: fields.ForeignKeyRelation[Invoice] = fields.ForeignKeyField(
        "models.Invoice", related_name=False, on_delete=fields.RESTRICT
    )
    invoice_id: int
    reason = fields.CharField(max_length=500)
    goodwill = fields.BooleanField(default=False)

    class Meta:
        table = "credit_notes"
        indexes = (
            ("order_id", "id"),
            ("invoice_id", "id"),
            ("issued_at", "id"),
            ("total", "id"),
        )


def digest(content: Any) -> str:
    """SHA-256 of a document, as JSON with sorted keys and no spaces, in UTF-8."""
    return sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
