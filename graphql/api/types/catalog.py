"""What clients see of products and variants."""

from datetime import datetime

import models
from api.fields import batched, column, many, money, one
from api.nodes import Node, node
from api.scalars import Money
from api.types.arrivals import Availability
from api.types.sales import SalesVelocity, Turnover, turned_over
from api.types.stock import Level
from api.types.suppliers import SupplierItem
from services import availability, supplier_items, turnovers, velocities
from services.actors import Permission


@node(models.Product, "Something that is sold, in one or more variants.")
class Product(Node):
    name: str = column("What it is called.")
    description: str = column("What it is, in as many words as it takes.")
    archived_at: datetime | None = column("When it was taken out of the catalog.")
    variants: list["Variant"] = many(
        models.Variant, "product_id", "Its sizes, colors and forms, the archived ones too."
    )
    turnover: Turnover | None = turned_over(
        turnovers.of_products, "the stock of its variants in the shop's own currency"
    )


@node(models.Variant, "One form of a product: what is stocked and sold.")
class Variant(Node):
    product: Product = one(models.Product, "product_id", "What it is a form of.")
    sku: str = column("The stock keeping unit: names this variant among all of them.")
    name: str = column("What it is called.")
    barcode: str | None = column("What a scanner reads on it.")
    price: Money = money("price", "What one unit costs where no price list says otherwise.")
    tax_class: models.TaxClass = column("How it is taxed where it is sold.")
    backorderable: bool = column("Whether orders may wait for it where there is too little.")
    availability: Availability = batched(
        availability.of_variants, "What can be had of it, now and later."
    )
    weight_grams: int = column("What one unit weighs, in grams; 0 where that is not known.")
    tracking: models.Tracking = column("How its units are told apart.")
    rotation: models.Rotation = column("Which of its lots leaves first.")
    fresh_days: int = column("For how many days after delivery a lot of it has to keep.")
    storage: models.Storage = column("How it has to lie.")
    archived_at: datetime | None = column("When it was taken out of the catalog.")
    suppliers: list[SupplierItem] | None = batched(
        supplier_items.of_variants,
        "Who sells it, whom to ask first first; needs SUPPLIERS_READ.",
        needs=Permission.SUPPLIERS_READ,
    )
    levels: list[Level] | None = many(
        models.Level,
        "variant_id",
        "How much of it lies where; needs STOCK_READ.",
        needs=Permission.STOCK_READ,
    )
    turnover: Turnover | None = turned_over(turnovers.of_variants)
    velocity: SalesVelocity | None = batched(
        velocities.of_variants,
        "How fast it is asked for, at all locations together; needs KPIS_READ.",
        needs=Permission.KPIS_READ,
    )
