"""Store credit: what customers have with the shop to pay later orders with, and how it moved."""

from tortoise import fields

from models.lifecycle import Status
from models.rows import Row


class StoreCreditReason(Status):
    GRANT = "grant", "Somebody gave it."
    REVOKE = "revoke", "Somebody took it back."
    RETURN = "return", "A return was made good by it."
    PAYMENT = "payment", "An order is paid with it."
    PAYMENT_BACK = "payment_back", "An order that was paid with it does not take it any more."
    MERGE = "merge", "Two customers turned out to be one."


class StoreCredit(Row):
    """What a customer has with the shop in one currency, in minor units: never less than nothing,
    and always the sum of its movements.

    The customer is not locked with it: orders that are paid with it lock no customers.
    """

    PREFIX = "CRD"

    customer_id = fields.BigIntField()
    currency = fields.CharField(max_length=3)
    balance = fields.BigIntField(default=0)

    class Meta:
        table = "store_credits"
        unique_together = (("customer_id", "currency"),)
        indexes = (("currency", "id"), ("balance", "id"))


class StoreCreditMovement(Row):
    """One change of a store credit by a signed `amount`: who, why, when, and what the `balance` was
    afterwards. It is never changed.

    What moved with a payment names its event, and what made a return good that as well.
    """

    PREFIX = "CRM"

    store_credit: fields.ForeignKeyRelation[StoreCredit] = fields.ForeignKeyField(
        "models.StoreCredit", related_name=False, on_delete=fields.RESTRICT
    )
    store_credit_id: int
    reason = fields.CharEnumField(StoreCreditReason, max_length=20)
    amount = fields.BigIntField()
    balance = fields.BigIntField()
    currency = fields.CharField(max_length=3)
    payment_event_id: int | None = fields.BigIntField(null=True, unique=True)
    order_id: int | None = fields.BigIntField(null=True)
    returned_id: int | None = fields.BigIntField(null=True)
    note = fields.CharField(max_length=500, default="")
    actor = fields.CharField(max_length=60)
    happened_at = fields.DatetimeField()

    class Meta:
        table = "store_credit_movements"
        indexes = (
            ("store_credit_id", "id"),
            ("reason", "id"),
            ("order_id", "id"),
            ("returned_id", "id"),
            ("happened_at", "id"),
        )
