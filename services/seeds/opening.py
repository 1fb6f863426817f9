"""How the demo shop opens: its catalog, its people, its customers and its first stock."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from math import ceil
from random import Random

from models import (
    Address,
    Customer,
    Level,
    Location,
    MovementReason,
    Person,
    Product,
    Role,
    Variant,
)
from services.actors import ROLE_PERMISSIONS, SYSTEM, Actor
from services.facts.catalog import ProductCreated, VariantCreated
from services.facts.customers import AddressCreated, CustomerCreated
from services.facts.locations import LocationCreated
from services.ledger import Change
from services.seeds import catalog, lots, picking, planning, prices, shipping, suppliers
from services.seeds.catalog import CURRENCY, RANGES, SITES, STAFF, Article, Site
from services.seeds.orders import Shop
from services.seeds.rows import Rows
from services.seeds.stock import Refill, Stock
from services.seeds.waiting import BACKORDERABLE

FEWEST_CUSTOMERS = 30
ORDERS_PER_CUSTOMER = 15
# Units in an order, on average; a guess is enough to buy by.
UNITS_PER_ORDER = 3.3
# Days that a delivery of new units lasts for, and days before the end of it to ask for the next.
LASTS_DAYS = 10
AHEAD_DAYS = 4


def opened(
    rows: Rows,
    *,
    orders: int,
    days: float,
    dice: Random,
    people: Sequence[Person],
) -> tuple[Shop, list[int]]:
    """A shop in the days before its first order, stocked for so many orders in so many days, and
    the ids of its customers. `people` are those that are there already."""
    opening = rows.at
    rows.at = opening - timedelta(days=30)
    variants = _catalog(rows)
    places = _sites(rows)
    sites = {place.id: site for place, site in places}
    offers = shipping.opened(rows)
    rates, listed = prices.taxes(rows), prices.lists(rows, variants)
    customer_ids = _customers(rows, max(FEWEST_CUSTOMERS, orders // ORDERS_PER_CUSTOMER), opening)
    houses = suppliers.opened(rows)
    acting_for = {
        Role.CUSTOMER: {"customer_id": customer_ids[0]},
        Role.SUPPLIER: {"supplier_id": houses[0].id},
    }
    staff = _staff(rows, people, acting_for)
    articles = [article for range_ in RANGES for article in range_.articles]
    daily = orders / days * UNITS_PER_ORDER
    stock = _stock(rows, staff, daily, list(zip(variants, articles, strict=True)), sites)
    tracked = lots.opened(
        rows,
        staff[Role.PICKER],
        places[0][0],
        known=len(variants),
        until=opening + timedelta(days=days),
    )
    suppliers.sell(rows, houses, [*variants, *tracked])
    shop = Shop(
        rows=rows,
        stock=stock,
        dice=dice,
        staff=staff,
        variants={variant.id: variant for variant in variants},
        popularity=[article.popularity for article in articles],
        locations=[place for place, _ in places],
        offers=offers,
        rates=rates,
        prices=listed,
        houses=houses,
    )
    return shop, customer_ids


def _catalog(rows: Rows) -> list[Variant]:
    variants: list[Variant] = []
    for range_ in RANGES:
        product = rows.make(Product, name=range_.name, description=range_.description)
        rows.keep(product)
        rows.tell(SYSTEM, ProductCreated(product_id=product.id))
        for article in range_.articles:
            variant = rows.make(
                Variant,
                product_id=product.id,
                sku=article.sku,
                name=article.name,
                barcode=catalog.barcode(len(variants) + 1),
                price=article.price,
                weight_grams=range_.weight_grams,
                currency=CURRENCY,
                backorderable=len(variants) in BACKORDERABLE,
            )
            rows.keep(variant)
            rows.tell(SYSTEM, VariantCreated(variant_id=variant.id))
            variants.append(variant)
    return variants


def _sites(rows: Rows) -> list[tuple[Location, Site]]:
    sites = []
    for site in SITES:
        location = rows.make(
            Location,
            code=site.code,
            name=site.name,
            kind=site.kind,
            priority=site.priority,
            time_zone=site.time_zone,
            works_on=site.works_on,
            holidays_of=site.holidays_of,
            **vars(site.spot),
        )
        rows.keep(location)
        rows.tell(SYSTEM, LocationCreated(location_id=location.id))
        sites.append((location, site))
    return sites


def _customers(rows: Rows, number: int, opening: datetime) -> list[int]:
    """Entered one after the other in the weeks before the opening."""
    ids = []
    pause = timedelta(days=27) / number
    for n in range(number):
        rows.at += pause
        customer = rows.make(
            Customer,
            name=catalog.customer_name(n),
            email=catalog.customer_email(n),
            phone=catalog.customer_phone(n),
        )
        address = rows.make(Address, customer_id=customer.id, **asdict(catalog.customer_address(n)))
        rows.keep(customer, address)
        rows.tell(SYSTEM, CustomerCreated(customer_id=customer.id))
        rows.tell(SYSTEM, AddressCreated(customer_id=customer.id))
        ids.append(customer.id)
    return ids


def _staff(
    rows: Rows, people: Sequence[Person], acting_for: Mapping[Role, Mapping[str, int]]
) -> dict[Role, Actor]:
    """An actor for everybody of the staff; whoever was given a token before is there already."""
    known = {(each.name, each.role): each for each in people if each.role not in acting_for}
    staff = {}
    for role, name in STAFF.items():
        person = known.get((name, role))
        if person is None:
            person = rows.make(Person, name=name, role=role, **acting_for.get(role, {}))
            rows.keep(person)
        staff[role] = Actor(label=person.number, permissions=ROLE_PERMISSIONS[role])
    return staff


def _stock(
    rows: Rows,
    staff: Mapping[Role, Actor],
    daily: float,
    variants: Sequence[tuple[Variant, Article]],
    sites: Mapping[int, Site],
) -> Stock:
    """A first delivery of everything to everywhere, and how low each level may fall."""
    bought = sum(article.popularity for _, article in variants)
    lots = {}
    levels = []
    for location_id, site in sites.items():
        for n, (variant, article) in enumerate(variants):
            level = rows.make(Level, variant_id=variant.id, location_id=location_id)
            picking.home(rows, level, n)
            levels.append(level)
            units = daily * article.popularity / bought
            lots[level.id] = Refill(
                at=ceil((units * AHEAD_DAYS + 4) * site.share / 100),
                units=ceil((units * LASTS_DAYS + 10) * site.share / 100),
            )
    rows.keep(*levels)
    priorities = {location_id: site.priority for location_id, site in sites.items()}
    stock = Stock(rows, levels, priorities, lots)
    for level in levels:
        rows.at += timedelta(minutes=10)
        refill = lots[level.id]
        first = Change(level_id=level.id, on_hand=refill.at + refill.units)
        stock.move(staff[Role.PICKER], MovementReason.RECEIVED, [first], note="First delivery.")
        # In the store somebody looks at the shelf.
        if sites[level.location_id].share > 50:
            stock.set_reorder_point(staff[Role.BUYER], level, refill.at)
            planning.plan(rows, staff[Role.BUYER], level)
    return stock
