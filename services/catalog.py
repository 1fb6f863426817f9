"""Products and variants: create, update, archive."""

from decimal import Decimal

from models import (
    Level,
    Product,
    Quant,
    Rotation,
    Storage,
    TaxClass,
    Tracking,
    TransferLine,
    TransferStatus,
    Variant,
)
from models.errors import Blocked, Problem, refuse_any
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
from services.inputs import MOST_SKU, Inputs
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
    tracking: Tracking = Tracking.NONE,
    rotation: Rotation = Rotation.FEFO,
    fresh_days: int = 0,
    storage: Storage = Storage.AMBIENT,
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
        "tracking": tracking,
        "rotation": rotation,
        "fresh_days": fresh_days,
        "storage": storage,
    }
    variant = Variant(product_id=product.id, **_variant(entered), **_price(price, currency))
    await records.enter(variant, unique="sku or barcode")

    announce(actor, VariantCreated(variant_id=variant.id))
    return variant


@operation
async def update_variant(
    actor: Actor, variant_id: int, changes: Changes, price: tuple[Decimal, str] | None
) -> Variant:
    """A new price is for orders entered from now on; those there are keep theirs. How its units
    are told apart can only change while there are none, and how they have to lie while they
    lie in no bin."""
    variant = await scopes.take(actor, Variant, variant_id)
    priced = _price(*price) if price else {}
    checked = _variant(changes)
    if checked.get("tracking", variant.tracking) is not variant.tracking:
        refuse_any(await _reasons_not_to_track_anew(variant))
    if checked.get("storage", variant.storage) is not variant.storage:
        refuse_any(await _reasons_not_to_store_otherwise(variant))
    await records.revise(variant, {**checked, **priced}, unique="sku or barcode")

    announce(actor, VariantUpdated(variant_id=variant.id))
    return variant


@operation
async def archive_variant(actor: Actor, variant_id: int) -> Variant:
    variant = await scopes.take(actor, Variant, variant_id)
    await records.archive(variant)

    announce(actor, VariantArchived(variant_id=variant.id))
    return variant


async def _reasons_not_to_track_anew(variant: Variant) -> list[Problem]:
    # Whoever receives units locks their level first, and then looks how they are tracked.
    levels = await Level.filter(variant_id=variant.id).select_for_update().order_by("id")
    units = sum(level.on_hand + level.damaged + level.quarantined for level in levels)
    under_way = await TransferLine.filter(
        variant_id=variant.id, transfer__status=TransferStatus.IN_TRANSIT
    ).exists()
    if not units and not under_way:
        return []
    message = f"There is stock of {variant.sku}. How it is tracked can change when there is none."
    return [Blocked(message=message, path=("tracking",))]


async def _reasons_not_to_store_otherwise(variant: Variant) -> list[Problem]:
    # Whoever puts units into a bin locks their level first, and then looks how they have to lie.
    levels = await Level.filter(variant_id=variant.id).select_for_update().order_by("id")
    ids = [level.id for level in levels]
    in_bins = await Quant.filter(level_id__in=ids, bin_id__isnull=False).exists()
    if not in_bins and all(level.bin_id is None for level in levels):
        return []
    message = f"{variant.sku} lies in bins. How it has to lie can change when it is in none."
    return [Blocked(message=message, path=("storage",))]


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
    if "fresh_days" in given:
        inputs.number(given["fresh_days"], "freshDays", least=0, most=3_650)
    for field, most in (("sku", MOST_SKU), ("name", 200)):
        if field in given:
            checked[field] = inputs.text(given[field], field, most=most)
    if given.get("barcode") is not None:
        checked["barcode"] = inputs.text(given["barcode"], "barcode", most=60)
    if "tax_class" in given and given["tax_class"] is None:
        inputs.wrong("Give a tax class; this cannot be null.", "taxClass")
    for field in ("tracking", "rotation", "storage"):
        if field in given and given[field] is None:
            inputs.wrong(f"Give a {field}; this cannot be null.", field)
    if "backorderable" in given and given["backorderable"] is None:
        inputs.wrong("Say true or false; this cannot be null.", "backorderable")
    inputs.refuse()
    return checked


def _price(amount: Decimal, currency: str) -> Changes:
    inputs = Inputs()
    minor, currency = inputs.money(amount, currency, "price")
    inputs.refuse()
    return {"price": minor, "currency": currency}
