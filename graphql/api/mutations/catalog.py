"""Mutations of products and variants."""

import strawberry

import models
from api.changes import Change, Payload, Step, given, mutation, optional
from api.context import Info
from api.fields import column
from api.nodes import decode
from api.scalars import MoneyInput
from api.types.catalog import Product, Variant
from services import catalog
from services.actors import Permission


@strawberry.type(description="What a mutation of a product answers.")
class ProductPayload(Payload):
    product: Product | None = column("The product as it is now; null when nothing was changed.")


@strawberry.type(description="What a mutation of a variant answers.")
class VariantPayload(Payload):
    variant: Variant | None = column("The variant as it is now; null when nothing was changed.")


@strawberry.input
class ProductCreateInput(Step):
    name: str = column("What it is called.")
    description: str = strawberry.field(default="", description="What it is.")


@strawberry.input
class ProductUpdateInput(Change):
    name: str | None = optional("What it is called.")
    description: str | None = optional("What it is.")


@strawberry.input
class ProductArchiveInput(Change):
    pass


@strawberry.input
class VariantCreateInput(Step):
    product_id: strawberry.ID = column("What it is a form of.")
    sku: str = column("Its stock keeping unit, unlike any other.")
    name: str = column("What it is called.")
    price: MoneyInput = column("What one unit costs.")
    barcode: str | None = strawberry.field(default=None, description="What a scanner reads on it.")
    tax_class: models.TaxClass = strawberry.field(
        default=models.TaxClass.STANDARD, description="How it is taxed where it is sold."
    )
    backorderable: bool = strawberry.field(
        default=False, description="Whether orders may wait for it where there is too little."
    )
    weight_grams: int = strawberry.field(
        default=0, description="What one unit weighs, in grams; 0 where that is not known."
    )
    tracking: models.Tracking = strawberry.field(
        default=models.Tracking.NONE, description="How its units are told apart."
    )
    rotation: models.Rotation = strawberry.field(
        default=models.Rotation.FEFO, description="Which of its lots leaves first."
    )
    fresh_days: int = strawberry.field(
        default=0, description="For how many days after delivery a lot has to keep."
    )
    storage: models.Storage = strawberry.field(
        default=models.Storage.AMBIENT, description="How it has to lie."
    )


@strawberry.input
class VariantUpdateInput(Change):
    sku: str | None = optional("Its stock keeping unit, unlike any other.")
    name: str | None = optional("What it is called.")
    price: MoneyInput | None = optional("What one unit costs from now on.")
    barcode: str | None = optional("What a scanner reads on it; null takes it off.")
    tax_class: models.TaxClass | None = optional("How it is taxed from now on.")
    backorderable: bool | None = optional("Whether orders may wait for it from now on.")
    weight_grams: int | None = optional("What one unit weighs, in grams.")
    tracking: models.Tracking | None = optional("How its units are told apart from now on.")
    rotation: models.Rotation | None = optional("Which of its lots leaves first from now on.")
    fresh_days: int | None = optional("For how many days after delivery a lot has to keep.")
    storage: models.Storage | None = optional("How it has to lie from now on.")


@strawberry.input
class VariantArchiveInput(Change):
    pass


_WRITE = Permission.CATALOG_WRITE


@strawberry.type
class CatalogMutations:
    @mutation(catalog.create_product, ProductPayload, _WRITE)
    async def product_create(self, info: Info, input: ProductCreateInput) -> models.Product:
        return await catalog.create_product(
            info.context.actor, name=input.name, description=input.description
        )

    @mutation(catalog.update_product, ProductPayload, _WRITE, changes=models.Product)
    async def product_update(self, info: Info, input: ProductUpdateInput) -> models.Product:
        return await catalog.update_product(
            info.context.actor,
            decode(models.Product, input.id),
            given(input, "name", "description"),
        )

    @mutation(catalog.archive_product, ProductPayload, _WRITE, changes=models.Product)
    async def product_archive(self, info: Info, input: ProductArchiveInput) -> models.Product:
        return await catalog.archive_product(info.context.actor, decode(models.Product, input.id))

    @mutation(catalog.create_variant, VariantPayload, _WRITE)
    async def variant_create(self, info: Info, input: VariantCreateInput) -> models.Variant:
        return await catalog.create_variant(
            info.context.actor,
            decode(models.Product, input.product_id),
            sku=input.sku,
            name=input.name,
            price=input.price.amount,
            currency=input.price.currency,
            barcode=input.barcode,
            tax_class=input.tax_class,
            backorderable=input.backorderable,
            weight_grams=input.weight_grams,
            tracking=input.tracking,
            rotation=input.rotation,
            fresh_days=input.fresh_days,
            storage=input.storage,
        )

    @mutation(catalog.update_variant, VariantPayload, _WRITE, changes=models.Variant)
    async def variant_update(self, info: Info, input: VariantUpdateInput) -> models.Variant:
        return await catalog.update_variant(
            info.context.actor,
            decode(models.Variant, input.id),
            given(
                *(input, "sku", "name", "barcode", "tax_class", "backorderable", "weight_grams"),
                *("tracking", "rotation", "fresh_days", "storage"),
            ),
            (input.price.amount, input.price.currency) if input.price else None,
        )

    @mutation(catalog.archive_variant, VariantPayload, _WRITE, changes=models.Variant)
    async def variant_archive(self, info: Info, input: VariantArchiveInput) -> models.Variant:
        return await catalog.archive_variant(info.context.actor, decode(models.Variant, input.id))
