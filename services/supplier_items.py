"""What suppliers sell: under which name, at which prices, in which packs, how fast."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from models import Supplier, SupplierItem, Variant
from models.errors import NotFound, Problem, Refused
from models.rows import store_all
from models.statements import select, select_by_id
from services import records, scopes
from services.actors import Actor
from services.commit import announce, operation
from services.facts.suppliers import (
    SupplierItemArchived,
    SupplierItemCreated,
    SupplierItemFact,
    SupplierItemUpdated,
)
from services.inputs import MOST_SKU, Inputs, storable
from services.records import Changes
from services.suppliers import MOST_DAYS

MOST_BREAKS = 20
MOST_ITEMS = 500
MOST_RANK = 10_000
_COLUMNS = (
    *("sku", "currency", "breaks", "pack_size", "minimum", "lead_days", "rank", "archived_at"),
)


@dataclass(frozen=True, kw_only=True)
class PriceBreak:
    """What a unit costs when at least so many are bought at once."""

    quantity: int
    amount: Decimal
    currency: str


@operation
async def create(
    actor: Actor,
    supplier_id: int,
    variant_id: int,
    *,
    breaks: Sequence[PriceBreak],
    **details: Any,
) -> SupplierItem:
    """Say that a supplier sells a variant, and how. An item that was archived is taken up again.

    Of several prices the one of the largest quantity that is reached counts, for all units.
    """
    supplier = await _open(actor, supplier_id)
    variant = await scopes.find(actor, Variant, variant_id, "variantId")
    records.refuse_archived(variant, "variantId")
    inputs = Inputs()
    checked = _checked({"breaks": breaks, **details}, supplier.currency, inputs)
    inputs.refuse()
    known = await SupplierItem.get_or_none(supplier_id=supplier.id, variant_id=variant.id)
    if known is not None and known.archived_at is None:
        message = f"{supplier.code} sells {variant.sku} already; change {known.number}."
        raise Refused(Problem(code="TAKEN", message=message, path=("variantId",)))
    row = known or SupplierItem(supplier_id=supplier.id, variant_id=variant.id)
    _filled(row, checked, supplier)
    await (row.store() if known else row.save())

    _announce(actor, SupplierItemCreated, row)
    return row


@operation
async def update(actor: Actor, item_id: int, changes: Changes) -> SupplierItem:
    """Change how a supplier sells a variant. What is ordered keeps the price it was ordered at."""
    row = await scopes.take(actor, SupplierItem, item_id)
    inputs = Inputs()
    checked = _checked(changes, row.currency, inputs)
    inputs.refuse()
    await records.revise(row, checked)

    _announce(actor, SupplierItemUpdated, row)
    return row


@operation
async def archive(actor: Actor, item_id: int) -> SupplierItem:
    """Say that a supplier no longer sells a variant."""
    row = await scopes.take(actor, SupplierItem, item_id)
    await records.archive(row)

    _announce(actor, SupplierItemArchived, row)
    return row


@operation
async def bring_in(actor: Actor, supplier_id: int, *, items: Sequence[Changes]) -> Supplier:
    """Enter or change up to 500 items of a supplier at once, each by its variant's SKU; those that
    are not named stay as they are. All of them or none: every problem is told."""
    supplier = await _open(actor, supplier_id)
    inputs = Inputs()
    if not 1 <= len(items) <= MOST_ITEMS:
        inputs.wrong(f"Give 1 to {MOST_ITEMS} items; this has {len(items)}.", "items")
        inputs.refuse()
    variants = await _variants_of(items)
    wanted: dict[int, Changes] = {}
    met: set[str] = set()
    for n, each in enumerate(items):
        details = dict(each)
        sku = inputs.text(details.pop("variant_sku"), "items", n, "variantSku", most=MOST_SKU)
        checked = _checked(details, supplier.currency, inputs, "items", n)
        if sku in met:
            inputs.wrong(f"{sku} is in the list twice.", "items", n, "variantSku")
        elif sku not in variants and storable(sku, MOST_SKU):
            message = f"There is no variant {sku} that is sold."
            inputs.add(NotFound(message=message, path=("items", n, "variantSku")))
        elif sku in variants:
            wanted[variants[sku].id] = checked
        met.add(sku)
    inputs.refuse()
    await _keep_all(actor, supplier, wanted)
    return supplier


async def _keep_all(actor: Actor, supplier: Supplier, wanted: Mapping[int, Changes]) -> None:
    """Save items by their variants' ids, new ones and those that are known."""
    known = {row.variant_id: row for row in await select(SupplierItem, supplier_id=supplier.id)}
    opened = {id for id in wanted if id not in known or known[id].archived_at is not None}
    new = [
        _filled(SupplierItem(supplier_id=supplier.id, variant_id=id), checked, supplier)
        for id, checked in wanted.items()
        if id not in known
    ]
    await SupplierItem.bulk_create(new)
    changed = [
        _filled(known[id], checked, supplier) for id, checked in wanted.items() if id in known
    ]
    await store_all(changed, *_COLUMNS)
    for row in await select(SupplierItem, supplier_id=supplier.id):
        if row.variant_id in wanted:
            is_new = row.variant_id in opened
            _announce(actor, SupplierItemCreated if is_new else SupplierItemUpdated, row)


async def best_for(variant_ids: Iterable[int]) -> dict[int, list[SupplierItem]]:
    """Who sells each of these variants, whom to ask first first; of suppliers that are open."""
    found: dict[int, list[SupplierItem]] = {variant_id: [] for variant_id in variant_ids}
    rows = await select(SupplierItem, variant_id__in=list(found), archived_at=None)
    suppliers = await select_by_id(Supplier, {row.supplier_id for row in rows})
    for row in sorted(rows, key=lambda each: (each.rank, each.id)):
        if suppliers[row.supplier_id].archived_at is None:
            found[row.variant_id].append(row)
    return found


async def of_variants(actor: Actor, rows: Sequence[Variant]) -> list[list[SupplierItem]]:
    """Who sells each variant, whom to ask first first; as far as the actor may see."""
    found = await best_for([row.id for row in rows])
    return [
        [item for item in found[row.id] if actor.supplier_id in (None, item.supplier_id)]
        for row in rows
    ]


async def _open(actor: Actor, supplier_id: int) -> Supplier:
    # Locked, so that two who enter the same item at once wait for each other.
    supplier = await scopes.take(actor, Supplier, supplier_id, "supplierId")
    records.refuse_archived(supplier, "supplierId")
    return supplier


async def _variants_of(items: Sequence[Changes]) -> dict[str, Variant]:
    skus = {each["variant_sku"].strip() for each in items}
    wanted = [sku for sku in skus if storable(sku, MOST_SKU)]
    return {row.sku: row for row in await Variant.filter(sku__in=wanted, archived_at=None)}


def _filled(row: SupplierItem, checked: Changes, supplier: Supplier) -> SupplierItem:
    """An item, new or taken up again."""
    row.update_from_dict({**checked, "currency": supplier.currency, "archived_at": None})
    return row


def _checked(given: Changes, currency: str, inputs: Inputs, *path: str | int) -> Changes:
    checked = dict(given)
    if "sku" in given:
        checked["sku"] = inputs.text(given["sku"], *path, "sku", least=0, most=60)
    if "breaks" in given:
        checked["breaks"] = _breaks(given["breaks"], currency, inputs, *path, "priceBreaks")
    if "pack_size" in given:
        inputs.number(given["pack_size"], *path, "packSize")
    if "minimum" in given:
        inputs.number(given["minimum"], *path, "minimum")
    if given.get("lead_days") is not None:
        inputs.number(given["lead_days"], *path, "leadDays", least=0, most=MOST_DAYS)
    if "rank" in given:
        inputs.number(given["rank"], *path, "rank", least=0, most=MOST_RANK)
    return checked


def _breaks(
    given: Sequence[PriceBreak] | None, currency: str, inputs: Inputs, *path: str | int
) -> list[list[int]]:
    """Pairs of units and minor units, from the smallest quantity up."""
    if not given or len(given) > MOST_BREAKS:
        inputs.wrong(f"Give 1 to {MOST_BREAKS} prices.", *path)
        return []
    pairs = []
    for n, each in enumerate(given):
        least = inputs.number(each.quantity, *path, n, "quantity")
        price, code = inputs.money(each.amount, each.currency, *path, n, "price", least=1)
        if code != currency:
            inputs.wrong(f"Give the price in {currency}, the supplier's currency.", *path, n)
        pairs.append([least, price])
    pairs.sort()
    for (least, price), (more, beyond) in pairwise(pairs):
        if least == more:
            inputs.wrong(f"Give one price from {least} units on.", *path)
        elif beyond > price:
            inputs.wrong(f"From {more} units on a unit costs more than from {least}.", *path)
    return pairs


def _announce(actor: Actor, kind: type[SupplierItemFact], row: SupplierItem) -> None:
    announce(
        actor,
        kind(supplier_id=row.supplier_id, supplier_item_id=row.id, variant_id=row.variant_id),
    )
