"""What the demo shop sells of which each lot, or each unit, is told apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from models import (
    Level,
    Location,
    Lot,
    Movement,
    MovementReason,
    Product,
    Quant,
    Tracking,
    Variant,
)
from services.actors import SYSTEM, Actor
from services.facts.catalog import ProductCreated, VariantCreated
from services.facts.lots import LotEntered
from services.facts.stock import StockMoved
from services.lots import attend_when
from services.seeds import catalog, picking
from services.seeds.catalog import CURRENCY
from services.seeds.rows import Rows


@dataclass(frozen=True, kw_only=True)
class Ware:
    """A product to be, in a single form; `lots` are their codes, units, and the days that each
    keeps after the seeded history ends, None for ever."""

    sku: str
    name: str
    description: str
    price: int
    weight_grams: int
    tracking: Tracking
    fresh_days: int
    lots: Sequence[tuple[str, int, int | None]]


WARES = (
    Ware(
        sku="HRC-250",
        name="Harbor Roast Coffee 250 g",
        description="Roasted on Mondays; good for as long as the bag says.",
        price=890,
        weight_grams=260,
        tracking=Tracking.LOT,
        fresh_days=7,
        lots=(("HRC-2407", 12, 12), ("HRC-2411", 24, 60), ("HRC-2415", 24, 120)),
    ),
    Ware(
        sku="TGP-STD",
        name="Trail GPS",
        description="Finds the way back; each with a serial number for its warranty.",
        price=18900,
        weight_grams=210,
        tracking=Tracking.SERIAL,
        fresh_days=0,
        lots=tuple((f"TGP-{10001 + n}", 1, None) for n in range(5)),
    ),
)


def opened(
    rows: Rows, actor: Actor, place: Location, *, known: int, until: datetime
) -> list[Variant]:
    """These wares, and their first delivery to one location; `known` variants are there already."""
    variants = []
    for n, ware in enumerate(WARES, start=known):
        product = rows.make(Product, name=ware.name, description=ware.description)
        rows.tell(SYSTEM, ProductCreated(product_id=product.id))
        variant = rows.make(
            Variant,
            product_id=product.id,
            sku=ware.sku,
            name=ware.name,
            barcode=catalog.barcode(n + 1),
            price=ware.price,
            weight_grams=ware.weight_grams,
            currency=CURRENCY,
            tracking=ware.tracking,
            fresh_days=ware.fresh_days,
        )
        rows.keep(product, variant)
        rows.tell(SYSTEM, VariantCreated(variant_id=variant.id))
        level = rows.make(Level, variant_id=variant.id, location_id=place.id)
        picking.home(rows, level, n)
        for code, units, keeps in ware.lots:
            expires_on = None if keeps is None else (until + timedelta(days=keeps)).date()
            _receive(rows, actor, level, _lot(rows, variant, code, expires_on), units)
        rows.keep(level)
        variants.append(variant)
    return variants


def _lot(rows: Rows, variant: Variant, code: str, expires_on: date | None) -> Lot:
    lot = rows.make(
        Lot, variant_id=variant.id, code=code, expires_on=expires_on, received_at=rows.at
    )
    lot.attend_at = attend_when(lot)
    rows.keep(lot)
    rows.tell(SYSTEM, LotEntered(variant_id=variant.id, lot_id=lot.id, code=code))
    return lot


def _receive(rows: Rows, actor: Actor, level: Level, lot: Lot, units: int) -> None:
    level.on_hand += units
    rows.change(level)
    rows.keep(
        rows.make(Quant, level_id=level.id, lot_id=lot.id, on_hand=units),
        rows.make(
            Movement,
            level_id=level.id,
            variant_id=level.variant_id,
            location_id=level.location_id,
            lot_id=lot.id,
            reason=MovementReason.RECEIVED,
            on_hand_change=units,
            on_hand_after=level.on_hand,
            reserved_after=0,
            note="First delivery.",
            actor=actor.label,
            at=rows.at,
        ),
    )
    rows.tell(
        actor,
        StockMoved(
            variant_id=level.variant_id,
            location_id=level.location_id,
            reason=MovementReason.RECEIVED,
            on_hand_change=units,
            reserved_change=0,
            on_hand=level.on_hand,
            reserved=0,
            available=level.on_hand,
        ),
    )
