"""Questions about products and variants."""

import strawberry

import models
from api.connections import Connection, condition, listed
from api.types.catalog import Product, Variant
from api.types.enums import publish
from models.lifecycle import Status


class ProductSort(Status):
    NEWEST = "-id", "Latest entered first."
    OLDEST = "id", "Earliest entered first."
    NAME = "name", "By name."


publish(ProductSort, "How products are sorted.")


class VariantSort(Status):
    NEWEST = "-id", "Latest entered first."
    OLDEST = "id", "Earliest entered first."
    NAME = "name", "By name."
    SKU = "sku", "By stock keeping unit."


publish(VariantSort, "How variants are sorted.")


@strawberry.input(description="Which products.")
class ProductFilter:
    archived: bool | None = condition(
        "archived_at__not_isnull", "Taken out of the catalog, or not."
    )


@strawberry.input(description="Which variants.")
class VariantFilter:
    archived: bool | None = condition(
        "archived_at__not_isnull", "Taken out of the catalog, or not."
    )
    product_id: strawberry.ID | None = condition(
        "product_id", "Of this product.", of=models.Product
    )
    sku: str | None = condition("sku", "With exactly this stock keeping unit.")
    barcode: str | None = condition("barcode", "With exactly this barcode.")


@strawberry.type
class CatalogQueries:
    products: Connection[Product] = listed(
        models.Product,
        "Products. Search looks into their names.",
        filter=ProductFilter,
        sort=ProductSort,
        search=["name"],
    )
    variants: Connection[Variant] = listed(
        models.Variant,
        "Variants. Search looks into their names, stock keeping units and barcodes.",
        filter=VariantFilter,
        sort=VariantSort,
        search=["name", "sku", "barcode"],
    )
