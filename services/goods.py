"""Goods: what the lines of an order are to be about, checked and looked up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from models import Order, OrderLine, Variant
from models.errors import Blocked, Refused
from services import scopes
from services.actors import Actor
from services.inputs import MOST_SKU, Inputs, storable
from services.money import MOST_MINOR_UNITS, rounded_to_minor_units

MOST_LINES = 500
# What ISO 4217 calls no currency.
NO_CURRENCY = "XXX"


@dataclass(frozen=True, kw_only=True)
class LineDraft:
    """A line to be: what is bought by its id, or by its `sku`. `stated_price` is what the source
    of the order says a unit costs."""

    quantity: int
    variant_id: int | None = None
    sku: str = ""
    stated_price: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Goods:
    """New lines with the variants they name, by id; and those whose SKU nobody knows."""

    drafts: Sequence[LineDraft]
    variants: Mapping[int, Variant]
    unknown: Sequence[LineDraft] = ()


async def goods_of(actor: Actor, drafts: Sequence[LineDraft], *, imported: bool) -> Goods:
    """What new lines are about; everything wrong with them is refused at once.

    An imported order may name what nobody knows and what is no longer sold.
    """
    inputs = Inputs()
    if len(drafts) > MOST_LINES:
        inputs.wrong(f"An order has at most {MOST_LINES} lines.", "lines")
        inputs.refuse()
    drafts = await _named(actor, drafts)
    known = [draft.variant_id for draft in drafts if draft.variant_id is not None]
    variants = await scopes.find_all(actor, Variant, known)
    for n, draft in enumerate(drafts):
        check(inputs, draft, "lines", n)
        variant = variants.get(draft.variant_id or 0)
        if variant is None:
            if not (imported and draft.sku and draft.variant_id is None):
                path = "sku" if draft.sku and draft.variant_id is None else "variantId"
                inputs.add(scopes.not_found(Variant, ("lines", n, path)))
        elif variant.archived_at is not None and not imported:
            inputs.wrong(f"{variant.sku} is no longer sold.", "lines", n, "variantId")
    inputs.refuse()
    return Goods(
        drafts=[draft for draft in drafts if draft.variant_id is not None],
        variants=variants,
        unknown=[draft for draft in drafts if draft.variant_id is None],
    )


def check(inputs: Inputs, draft: LineDraft, *path: str | int) -> None:
    """What can be wrong with a new line in itself."""
    inputs.number(draft.quantity, *path, "quantity")
    inputs.text(draft.sku, *path, "sku", least=0, most=MOST_SKU)
    price = draft.stated_price
    if price is not None and not 0 <= price <= MOST_MINOR_UNITS // 1000:
        inputs.wrong("Give a price from 0 to a thousand billion.", *path, "statedPrice")


def stated(draft: LineDraft, currency: str) -> int | None:
    """What the source says a unit costs, in minor units; digits beyond those are rounded away."""
    price = draft.stated_price
    return None if price is None else rounded_to_minor_units(price, currency)


async def _named(actor: Actor, drafts: Sequence[LineDraft]) -> list[LineDraft]:
    """Lines that are given by a SKU, by its variant's id where there is one."""
    skus = {draft.sku.strip() for draft in drafts if draft.variant_id is None and draft.sku}
    if not skus:
        return list(drafts)
    wanted = [sku for sku in skus if storable(sku, MOST_SKU)]
    known = await scopes.visible(actor, Variant).filter(sku__in=wanted)
    ids = {variant.sku: variant.id for variant in known}
    return [
        draft
        if draft.variant_id is not None
        else replace(draft, variant_id=ids.get(draft.sku.strip()))
        for draft in drafts
    ]


async def variant_of(actor: Actor, draft: LineDraft) -> Variant:
    [named] = await _named(actor, [draft])
    path = "variantId" if draft.variant_id is not None or not draft.sku else "sku"
    return await scopes.find(actor, Variant, named.variant_id or 0, path)


def common_currency(variants: Mapping[int, Variant]) -> str:
    """The one currency of an order's variants; an order without lines gets it with its first."""
    currencies = {variant.currency for variant in variants.values()}
    if len(currencies) > 1:
        message = "Its variants have prices in several currencies. Say which one the order is in."
        raise Refused(Blocked(message=message, path=("lines",)))
    return currencies.pop() if currencies else NO_CURRENCY


def written(
    order: Order, drafts: Sequence[LineDraft], variants: Mapping[int, Variant]
) -> list[OrderLine]:
    return [OrderLine(**agreed(order, draft, variants[draft.variant_id or 0])) for draft in drafts]


def agreed(order: Order, draft: LineDraft, variant: Variant) -> dict[str, Any]:
    """What a new line says, its name as it is now; a later change leaves it alone."""
    return {
        "order_id": order.id,
        "variant_id": variant.id,
        "sku": variant.sku,
        "name": variant.name,
        "tax_class": variant.tax_class,
        "currency": order.currency,
        "stated_price": stated(draft, order.currency),
        "ordered": draft.quantity,
    }
