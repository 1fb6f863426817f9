"""People and programs that may call, and the tokens they call with."""

from tortoise import fields

from models.customers import Customer
from models.lifecycle import Status
from models.rows import Row
from models.suppliers import Supplier


class Role(Status):
    CLERK = "clerk", "Takes and edits orders, keeps customers."
    SUPPORT = "support", "Helps customers with their orders."
    PICKER = "picker", "Picks, packs and ships."
    WAREHOUSE_LEAD = "warehouse_lead", "Runs a location: its work, its stock, its alerts."
    BUYER = "buyer", "Keeps the catalog stocked."
    ACCOUNTANT = "accountant", "Reads everything that costs or earns money."
    MANAGER = "manager", "Does all of the above."
    ADMIN = "admin", "Does everything, and says who may do what."
    CUSTOMER = "customer", "Sees and places their own orders."
    SUPPLIER = "supplier", "Sees and answers their own purchase orders."


class Person(Row):
    """Somebody or something that calls. A person with role customer acts for `customer`,
    one with role supplier for `supplier`."""

    PREFIX = "PER"

    name = fields.CharField(max_length=200)
    role = fields.CharEnumField(Role, max_length=20)
    customer: fields.ForeignKeyNullableRelation[Customer] = fields.ForeignKeyField(
        "models.Customer", related_name=False, null=True, on_delete=fields.RESTRICT
    )
    customer_id: int | None
    supplier: fields.ForeignKeyNullableRelation[Supplier] = fields.ForeignKeyField(
        "models.Supplier", related_name=False, null=True, on_delete=fields.RESTRICT
    )
    supplier_id: int | None
    username = fields.CharField(max_length=100, null=True, unique=True)
    # Who this is at an identity provider: its address and the subject there.
    subject = fields.CharField(max_length=500, null=True, unique=True)
    signed_in_at = fields.DatetimeField(null=True)
    deactivated_at = fields.DatetimeField(null=True)

    class Meta:
        table = "people"


class Token(Row):
    """A bearer credential, of which only the SHA-256 of its 256 random bits is kept."""

    PREFIX = "TOK"

    person: fields.ForeignKeyRelation[Person] = fields.ForeignKeyField(
        "models.Person", related_name=False, on_delete=fields.RESTRICT
    )
    person_id: int
    hash = fields.CharField(max_length=64, unique=True)
    label = fields.CharField(max_length=100, default="")
    # Given for a password, so a new password ends it.
    by_password = fields.BooleanField(default=False)
    expires_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)

    # Known to whoever has just made it, and to nobody else.
    secret: str = ""

    class Meta:
        table = "tokens"
        indexes = (
            ("person_id", "id"),
            ("revoked_at", "id"),
        )
