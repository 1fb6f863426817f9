"""Products and variants: create, update, archive."""

from decimal import Decimal

from models import Product, TaxClass, Variant
from services import records, scopes
from services.actors import Actor
from services.commit import announce, operation
from services.facts.catalog import (
    ProductArchived,
    ProductCreated,
    ProductUpdated,
    VariantArchived,
    VariantCreated,
    VariantUpdated,
)
from services.inputs import Inputs
from services.records import Changes


@operation
async def create_product(actor: Actor, *, name: str, description: str = "") -> Product:
    product = Product(**_product({"name": name, "description": description}))
    await records.enter(product)

    announce(actor, ProductCreated(product_id=product.id))
    return product


@operation
async def update_product(actor: Actor, product_id: int, changes: Changes) -> Product:
    product = await scopes.take(actor, Product, product_id)
    await records.revise(product, _product(changes))

    announce(actor, ProductUpdated(product_id=product.id))
    return product


@operation
async def archive_product(actor: Actor, product_id: int) -> Product:
    product = await scopes.take(actor, Product, product_id)
    await records.archive(product)

    announce(actor, ProductArchived(product_id=product.id))
    return product


@operation
async def create_variant(
    actor: Actor,
    product_id: int,
    *,
    sku: str,
    name: str,
    price: Decimal,
    currency: str,
    barcode: str | None = None,
    tax_class: TaxClass = TaxClass.STANDARD,
    backorderable: bool = False,
    weight_grams: int = 0,
) -> Variant:
    product = await scopes.take(actor, Product, product_id, "productId")
    records.refuse_archived(product, "productId")
    entered: Changes = {
        "sku": sku,
        "name": name,
        "barcode": barcode,
        "tax_class": tax_class,
        "backorderable": backorderable,
        "weight_grams": weight_grams,
    }
    variant = Variant(product_id=product.id, **_variant(entered), **_price(price, currency))
    await records.enter(variant, unique="sku or barcode")

    announce(actor, VariantCreated(variant_id=variant.id))
    return variant


@operation
async def update_variant(
    actor: Actor, variant_id: int, changes: Changes, price: tuple[Decimal, str] | None
) -> Variant:
    """A new price is for orders entered from now on; those there are keep theirs."""
    variant = await scopes.take(actor, Variant, variant_id)
    priced = _price(*price) if price else {}
    await records.revise(variant, {**_variant(changes), **priced}, unique="sku or barcode")

    announce(actor, VariantUpdated(variant_id=variant.id))
    return variant


@operation
async def archive_variant(actor: Actor, variant_id: int) -> Variant:
    variant = await scopes.take(actor, Variant, variant_id)
    await records.archive(variant)

    announce(actor, VariantArchived(variant_id=variant.id))
    return variant


def _product(given: Changes) -> Changes:
    inputs = Inputs()
    checked = dict(given)
    if "name" in given:
        checked["name"] = inputs.text(given["name"], "name", most=200)
    if "description" in given:
        checked["description"] = inputs.text(
            given["description"], "description", least=0, most=10_000
        )
    inputs.refuse()
    return checked


def _variant(given: Changes) -> Changes:
    inputs = Inputs()
    checked = dict(given)
    if "weight_grams" in given:
        inputs.number(given["weight_grams"], "weightGrams", least=0, most=10_000_000)
    for field, most in (("sku", 60), ("name", 200)):
        if field in given:
            checked[field] = inputs.text(given[field], field, most=most)
    if given.get("barcode") is not None:
        checked["barcode"] = inputs.text(given["barcode"], "barcode", most=60)
    if "tax_class" in given and given["tax_class"] is None:
        inputs.wrong("Give a tax class; this cannot be null.", "taxClass")
    if "backorderable" in given and given["backorderable"] is None:
        inputs.wrong("Say true or false; this cannot be null.", "backorderable")
    inputs.refuse()
    return checked


def _price(amount: Decimal, currency: str) -> Changes:
    inputs = Inputs()
    minor, currency = inputs.money(amount, currency, "price")
    inputs.refuse()
    return {"price": minor, "currency": currency}
