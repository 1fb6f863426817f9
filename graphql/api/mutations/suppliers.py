"""Mutations of suppliers, of who works there and of what they sell."""

from decimal import Decimal
from typing import Any

import strawberry

import models
from api.changes import Change, Payload, Step, given, mutation, optional
from api.context import Info
from api.fields import column
from api.nodes import decode
from api.scalars import MoneyInput
from api.types.suppliers import Supplier, SupplierContact, SupplierItem
from services import supplier_items, suppliers
from services.actors import Permission


@strawberry.type(description="What a mutation of a supplier answers.")
class SupplierPayload(Payload):
    supplier: Supplier | None = column("The supplier as it is now; null when nothing was changed.")


@strawberry.type(description="What a mutation of somebody who works at a supplier answers.")
class SupplierContactPayload(Payload):
    supplier_contact: SupplierContact | None = column(
        "Their record as it is now; null when nothing was changed."
    )


@strawberry.type(description="What a mutation of something that a supplier sells answers.")
class SupplierItemPayload(Payload):
    supplier_item: SupplierItem | None = column("It as it is now; null when nothing was changed.")


@strawberry.input
class SupplierCreateInput(Step):
    code: str = column("A short name, such as ACME, unlike any other.")
    name: str = column("What they are called.")
    currency: str = column("What they are paid in, such as EUR.")
    email: str | None = optional("Where orders are sent to.")
    webhook_url: str | None = optional("Where orders are posted to.")
    line1: str | None = optional("Street and house.")
    city: str | None = optional("Town or city.")
    region: str | None = optional("State or province.")
    postal_code: str | None = optional("Postal code.")
    country_code: str | None = optional("Two letters of ISO 3166-1, such as DE.")
    tax_id: str | None = optional("What they are known by to the tax office.")
    payment_terms: str | None = optional("When and how they are paid.")
    lead_days: int | None = optional("Days from sending an order to its goods; 14 where left out.")
    minimum: MoneyInput | None = optional("The least an order has to be worth.")
    tolerance: Decimal | None = optional("How many percent more than ordered are taken in.")
    inspect: bool | None = optional("Whether what comes is inspected before it can be sold.")
    note: str | None = optional("What we note of them; they do not see it.")


@strawberry.input
class SupplierUpdateInput(Change):
    code: str | None = optional("A short name, such as ACME, unlike any other.")
    name: str | None = optional("What they are called.")
    currency: str | None = optional("What they are paid in, as long as they sell nothing.")
    email: str | None = optional("Where orders are sent to; null for nowhere.")
    webhook_url: str | None = optional("Where orders are posted to; empty for nowhere.")
    line1: str | None = optional("Street and house.")
    city: str | None = optional("Town or city.")
    region: str | None = optional("State or province.")
    postal_code: str | None = optional("Postal code.")
    country_code: str | None = optional("Two letters of ISO 3166-1; empty if unknown.")
    tax_id: str | None = optional("What they are known by to the tax office.")
    payment_terms: str | None = optional("When and how they are paid.")
    lead_days: int | None = optional("Days from sending an order to its goods.")
    minimum: MoneyInput | None = optional("The least an order has to be worth; null for nothing.")
    tolerance: Decimal | None = optional("How many percent more than ordered are taken in.")
    inspect: bool | None = optional("Whether what comes is inspected before it can be sold.")
    note: str | None = optional("What we note of them; they do not see it.")


@strawberry.input
class SupplierArchiveInput(Change):
    pass


@strawberry.input
class SupplierContactCreateInput(Step):
    supplier_id: strawberry.ID = column("Where they work.")
    name: str = column("What they are called.")
    duty: str = strawberry.field(default="", description="What they do there.")
    email: str | None = strawberry.field(default=None, description="Where to write to.")
    phone: str = strawberry.field(default="", description="Where to call.")


@strawberry.input
class SupplierContactUpdateInput(Change):
    name: str | None = optional("What they are called.")
    duty: str | None = optional("What they do there.")
    email: str | None = optional("Where to write to; null takes it off.")
    phone: str | None = optional("Where to call.")


@strawberry.input
class SupplierContactArchiveInput(Change):
    pass


@strawberry.input(description="What a unit costs from some quantity on.")
class PriceBreakInput:
    quantity: int = column("The least units at once that it holds for.")
    price: MoneyInput = column("What one unit costs.")


@strawberry.input
class SupplierItemCreateInput(Step):
    supplier_id: strawberry.ID = column("Who sells it.")
    variant_id: strawberry.ID = column("What it is.")
    sku: str | None = optional("What the supplier calls it.")
    price_breaks: list[PriceBreakInput] = column("What it costs: 1 to 20 prices by quantity.")
    pack_size: int | None = optional("In packs of so many units; 1 where left out.")
    minimum: int | None = optional("The least units that are bought at once; 1 where left out.")
    lead_days: int | None = optional("Days until it comes, where they are not the supplier's.")
    rank: int | None = optional("The lowest is asked first; 100 where left out.")


@strawberry.input
class SupplierItemUpdateInput(Change):
    sku: str | None = optional("What the supplier calls it.")
    price_breaks: list[PriceBreakInput] | None = optional("What it costs; all prices anew.")
    pack_size: int | None = optional("It is bought in multiples of so many units.")
    minimum: int | None = optional("The least units that are bought at once.")
    lead_days: int | None = optional("Days until it comes; null for the supplier's.")
    rank: int | None = optional("Of several suppliers the lowest is asked first.")


@strawberry.input
class SupplierItemArchiveInput(Change):
    pass


@strawberry.input(description="An item of a list; what is left out stays, or is as for a new one.")
class SupplierItemLine:
    variant_sku: str = column("What it is, by our own stock keeping unit.")
    sku: str | None = optional("What the supplier calls it.")
    price_breaks: list[PriceBreakInput] = column("What it costs: 1 to 20 prices by quantity.")
    pack_size: int | None = optional("It is bought in multiples of so many units.")
    minimum: int | None = optional("The least units that are bought at once.")
    lead_days: int | None = optional("Days until it comes; null for the supplier's.")
    rank: int | None = optional("Of several suppliers the lowest is asked first.")


@strawberry.input
class SupplierItemsImportInput(Step):
    supplier_id: strawberry.ID = column("Who sells them.")
    items: list[SupplierItemLine] = column("1 to 500 of them, each variant once.")


_WRITE = Permission.SUPPLIERS_WRITE
_DETAILS = (
    *("email", "webhook_url", "line1", "city", "region", "postal_code", "country_code"),
    *("tax_id", "payment_terms", "lead_days", "minimum", "tolerance", "inspect", "note"),
)
_ITEM = ("sku", "price_breaks", "pack_size", "minimum", "lead_days", "rank")


def _supplier(input: Any, *names: str) -> dict[str, Any]:
    values = given(input, *names)
    if values.get("minimum") is not None:
        values["minimum"] = (values["minimum"].amount, values["minimum"].currency)
    return values


def _item(input: Any) -> dict[str, Any]:
    values = given(input, *_ITEM)
    if "price_breaks" in values:
        values["breaks"] = [
            supplier_items.PriceBreak(
                quantity=each.quantity, amount=each.price.amount, currency=each.price.currency
            )
            for each in values.pop("price_breaks") or ()
        ]
    return values


@strawberry.type
class SupplierMutations:
    @mutation(suppliers.create, SupplierPayload, _WRITE)
    async def supplier_create(self, info: Info, input: SupplierCreateInput) -> models.Supplier:
        return await suppliers.create(
            info.context.actor,
            code=input.code,
            name=input.name,
            currency=input.currency,
            **_supplier(input, *_DETAILS),
        )

    @mutation(suppliers.update, SupplierPayload, _WRITE, changes=models.Supplier)
    async def supplier_update(self, info: Info, input: SupplierUpdateInput) -> models.Supplier:
        return await suppliers.update(
            info.context.actor,
            decode(models.Supplier, input.id),
            _supplier(input, "code", "name", "currency", *_DETAILS),
        )

    @mutation(suppliers.archive, SupplierPayload, _WRITE, changes=models.Supplier)
    async def supplier_archive(self, info: Info, input: SupplierArchiveInput) -> models.Supplier:
        return await suppliers.archive(info.context.actor, decode(models.Supplier, input.id))

    @mutation(suppliers.create_contact, SupplierContactPayload, _WRITE)
    async def supplier_contact_create(
        self, info: Info, input: SupplierContactCreateInput
    ) -> models.SupplierContact:
        return await suppliers.create_contact(
            info.context.actor,
            decode(models.Supplier, input.supplier_id),
            name=input.name,
            duty=input.duty,
            email=input.email,
            phone=input.phone,
        )

    @mutation(
        suppliers.update_contact, SupplierContactPayload, _WRITE, changes=models.SupplierContact
    )
    async def supplier_contact_update(
        self, info: Info, input: SupplierContactUpdateInput
    ) -> models.SupplierContact:
        return await suppliers.update_contact(
            info.context.actor,
            decode(models.SupplierContact, input.id),
            given(input, "name", "duty", "email", "phone"),
        )

    @mutation(
        suppliers.archive_contact, SupplierContactPayload, _WRITE, changes=models.SupplierContact
    )
    async def supplier_contact_archive(
        self, info: Info, input: SupplierContactArchiveInput
    ) -> models.SupplierContact:
        return await suppliers.archive_contact(
            info.context.actor, decode(models.SupplierContact, input.id)
        )

    @mutation(supplier_items.create, SupplierItemPayload, _WRITE)
    async def supplier_item_create(
        self, info: Info, input: SupplierItemCreateInput
    ) -> models.SupplierItem:
        return await supplier_items.create(
            info.context.actor,
            decode(models.Supplier, input.supplier_id),
            decode(models.Variant, input.variant_id),
            **_item(input),
        )

    @mutation(supplier_items.update, SupplierItemPayload, _WRITE, changes=models.SupplierItem)
    async def supplier_item_update(
        self, info: Info, input: SupplierItemUpdateInput
    ) -> models.SupplierItem:
        return await supplier_items.update(
            info.context.actor, decode(models.SupplierItem, input.id), _item(input)
        )

    @mutation(supplier_items.archive, SupplierItemPayload, _WRITE, changes=models.SupplierItem)
    async def supplier_item_archive(
        self, info: Info, input: SupplierItemArchiveInput
    ) -> models.SupplierItem:
        return await supplier_items.archive(
            info.context.actor, decode(models.SupplierItem, input.id)
        )

    @mutation(supplier_items.bring_in, SupplierPayload, _WRITE)
    async def supplier_items_import(
        self, info: Info, input: SupplierItemsImportInput
    ) -> models.Supplier:
        items = [{"variant_sku": each.variant_sku} | _item(each) for each in input.items]
        return await supplier_items.bring_in(
            info.context.actor, decode(models.Supplier, input.supplier_id), items=items
        )
