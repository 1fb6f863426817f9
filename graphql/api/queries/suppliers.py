"""Questions about suppliers and what they sell."""

from typing import Annotated

import strawberry

import models
from api.connections import Connection, condition, listed
from api.context import Info
from api.nodes import decode
from api.permissions import Needs
from api.types.enums import publish
from api.types.suppliers import Supplier, SupplierItem
from models.lifecycle import Status
from services import scopes, suppliers
from services.actors import Permission


class SupplierSort(Status):
    NAME = "name", "By name."
    CODE = "code", "By code."
    NEWEST = "-id", "Latest entered first."
    OLDEST = "id", "Earliest entered first."


class SupplierItemSort(Status):
    NEWEST = "-id", "Latest entered first."
    OLDEST = "id", "Earliest entered first."
    SKU = "sku", "By what the supplier calls it."


publish(SupplierSort, "How suppliers are sorted.")
publish(SupplierItemSort, "How what suppliers sell is sorted.")


@strawberry.input(description="Which suppliers.")
class SupplierFilter:
    archived: bool | None = condition("archived_at__not_isnull", "Put away, or not.")
    currency: str | None = condition("currency__iexact", "Who are paid in this currency.")
    country_code: str | None = condition("country_code__iexact", "In this country.")


@strawberry.input(description="What suppliers sell, of all that they do.")
class SupplierItemFilter:
    archived: bool | None = condition("archived_at__not_isnull", "Put away, or not.")
    supplier_id: strawberry.ID | None = condition(
        "supplier_id", "Sold by this supplier.", of=models.Supplier
    )
    variant_id: strawberry.ID | None = condition(
        "variant_id", "Of this variant.", of=models.Variant
    )
    sku: str | None = condition("sku__iexact", "What the supplier calls exactly so.")


Code = Annotated[
    str, strawberry.argument(description="Its number, its id, or its code such as ACME.")
]


@strawberry.type
class SupplierQueries:
    suppliers: Connection[Supplier] = listed(
        models.Supplier,
        "Suppliers. Search looks into their codes, names, email addresses and cities.",
        filter=SupplierFilter,
        sort=SupplierSort,
        search=["code", "name", "email", "city"],
    )
    supplier_items: Connection[SupplierItem] = listed(
        models.SupplierItem,
        "What suppliers sell. Search looks into their names for it and ours, and their own names.",
        filter=SupplierItemFilter,
        sort=SupplierItemSort,
        search=["sku", "variant__sku", "variant__name", "supplier__name"],
    )

    @strawberry.field(
        description="One supplier by their number or code; null where there is none you may see.",
        extensions=[Needs(Permission.SUPPLIERS_READ)],
        graphql_type=Supplier | None,
    )
    async def supplier(self, info: Info, number: Code) -> models.Supplier | None:
        actor = info.context.actor
        found = await scopes.visible(actor, models.Supplier).get_or_none(
            id=decode(models.Supplier, number)
        )
        return found or await suppliers.find_by_code(actor, number)
