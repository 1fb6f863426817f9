"""Data issues: what is missing or wrong in an order as it was entered."""

from tortoise import fields

from models.holds import HoldKind
from models.lifecycle import Status
from models.orders import Order
from models.rows import Row


class DataIssueKind(Status):
    MISSING_ADDRESS = "missing_address", "There is no address to send it to."
    INCOMPLETE_ADDRESS = "incomplete_address", "The address lacks what its country needs."
    UNKNOWN_COUNTRY = "unknown_country", "There is no such country."
    UNKNOWN_REGION = "unknown_region", "The country has no such state or province."
    UNKNOWN_CITY = "unknown_city", "The region has no such town."
    INVALID_POSTAL_CODE = "invalid_postal_code", "No such postal code is possible there."
    MISSING_CONTACT = "missing_contact", "There is no way to write to or call the customer."
    UNKNOWN_SKU = "unknown_sku", "Nothing is sold under this stock keeping unit."
    ARCHIVED_VARIANT = "archived_variant", "What is ordered is no longer sold."
    PRICE_MISMATCH = "price_mismatch", "The source of the order states another price than ours."

    @property
    def hold(self) -> HoldKind:
        """What holds a placed order while this is open."""
        return HoldKind.ADDRESS if self in OF_ADDRESSES else HoldKind.DATA_ISSUE


OF_ADDRESSES = {
    DataIssueKind.MISSING_ADDRESS,
    DataIssueKind.INCOMPLETE_ADDRESS,
    DataIssueKind.UNKNOWN_COUNTRY,
    DataIssueKind.UNKNOWN_REGION,
    DataIssueKind.UNKNOWN_CITY,
    DataIssueKind.INVALID_POSTAL_CODE,
}


class DataIssue(Row):
    """Open until `resolved_at` is set. `path` says where in the order it is. With an unknown SKU
    it keeps what was asked for: `quantity` units at `stated_price`."""

    PREFIX = "ISS"

    order: fields.ForeignKeyRelation[Order] = fields.ForeignKeyField(
        "models.Order", related_name=False, on_delete=fields.RESTRICT
    )
    order_id: int
    kind = fields.CharEnumField(DataIssueKind, max_length=30)
    path = fields.CharField(max_length=100)
    message = fields.CharField(max_length=500)
    sku = fields.CharField(max_length=60, default="")
    quantity = fields.IntField(null=True)
    stated_price = fields.BigIntField(null=True)
    resolved_at = fields.DatetimeField(null=True)
    resolved_by = fields.CharField(max_length=60, null=True)
    accepted = fields.BooleanField(default=False)
    resolution = fields.CharField(max_length=500, default="")

    class Meta:
        table = "data_issues"
        indexes = (
            ("order_id", "id"),
            ("kind", "id"),
            ("resolved_at", "id"),
            ("sku", "resolved_at"),
        )
