"""Who appears in the tests, the shop they work in, and how its orders come about."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, closing
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import asyncpg
import pytest
from tortoise import Tortoise
from tortoise.backends.base.client import TransactionalDBClient
from tortoise.connection import get_connection

from models import (
    Arrival,
    Carrier,
    Customer,
    Event,
    Fulfillment,
    Level,
    Location,
    LocationKind,
    Lot,
    MovementReason,
    Order,
    OrderChannel,
    OrderLine,
    Product,
    RateBand,
    Role,
    Rotation,
    ServiceLevel,
    Shipment,
    ShipmentStatus,
    ShippingMethod,
    ShippingZone,
    Tracking,
    Variant,
)
from models.errors import Path, Problem, Refused
from models.orders import PostalAddress
from services import arrivals, availability, fulfillments, ledger, orders, shipments, stock
from services.actors import ROLE_PERMISSIONS, SYSTEM, Actor
from services.commit import operation
from services.goods import LineDraft
from services.ledger import Change
from services.lots import LotDraft
from services.orders import Draft


def actor(role: Role, person_id: int) -> Actor:
    label = f"PER-{1000 + person_id}"
    return Actor(label=label, permissions=ROLE_PERMISSIONS[role], person_id=person_id)


CLERK = actor(Role.CLERK, 1)
PICKER = actor(Role.PICKER, 2)
OTHER_PICKER = actor(Role.PICKER, 3)
LEAD = actor(Role.WAREHOUSE_LEAD, 4)
MANAGER = actor(Role.MANAGER, 5)
ADMIN = actor(Role.ADMIN, 6)
BUYER = actor(Role.BUYER, 8)
OTHER_BUYER = actor(Role.BUYER, 9)


def actor_for(customer: Customer) -> Actor:
    permissions = ROLE_PERMISSIONS[Role.CUSTOMER]
    label = f"PER-{2000 + customer.id}"
    return Actor(label=label, permissions=permissions, person_id=7, customer_id=customer.id)


HOME = PostalAddress(
    recipient="Ada Berg",
    line1="Hafenstr. 7",
    city="Hamburg",
    postal_code="20457",
    country_code="DE",
)

# What an order goes through, in order; `Shop.order` takes one to any of these.
STAGES = (
    "draft",
    "placed",
    "confirmed",
    "released",
    "picking",
    "picked",
    "packing",
    "packed",
    "parcelled",
    "shipped",
    "delivered",
)

# The one that empties the database between tests, and is spared.
SWEEPER = "sweeper"
# What a failed test left open would keep its locks.
END_CONNECTIONS = f"""
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
    AND application_name <> '{SWEEPER}'
"""

# For what is decided before the database is asked, which is the same on every kind.
one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

_numbers = count(1)


@dataclass(kw_only=True)
class Shop:
    """A small shop. Everything in it has a name of its own, so a database can hold several."""

    product: Product
    mug: Variant
    shirt: Variant
    north: Location
    south: Location
    customer: Customer

    @classmethod
    @operation
    async def open(cls, *, north: int = 10, south: int = 5) -> "Shop":
        """A shop with so many mugs, and so many shirts, at each location."""
        n = next(_numbers)
        product = await Product.create(name=f"Souvenir {n}")
        shop = cls(
            product=product,
            mug=await _variant(product, f"MUG-{n}", "Mug", 1250),
            shirt=await _variant(product, f"SHIRT-{n}", "Shirt", 2000),
            north=await _location(f"NORTH-{n}", priority=1),
            south=await _location(f"SOUTH-{n}", priority=2),
            customer=await Customer.create(name="Ada Berg", email=f"ada{n}@example.com"),
        )
        await shop._stock({shop.north.id: north, shop.south.id: south})
        return shop

    async def _stock(self, units: dict[int, int]) -> None:
        levels = [
            await Level.create(variant_id=variant.id, location_id=location_id)
            for location_id, quantity in units.items()
            for variant in (self.mug, self.shirt)
            if quantity
        ]
        changes = [Change(level_id=row.id, on_hand=units[row.location_id]) for row in levels]
        await ledger.move(SYSTEM, MovementReason.RECEIVED, changes)

    async def receive(self, variant: Variant, location: Location, quantity: int) -> None:
        at = {"variant_id": variant.id, "location_id": location.id}
        await stock.receive(SYSTEM, **at, quantity=quantity)

    async def tracked(
        self, tracking: Tracking = Tracking.LOT, *, rotation: Rotation = Rotation.FEFO, **given: Any
    ) -> Variant:
        """Tea, of which each lot is told apart; the next shop's has another name."""
        variant = await _variant(self.product, f"TEA-{next(_numbers)}", "Tea", 700)
        variant.update_from_dict({"tracking": tracking, "rotation": rotation} | given)
        await variant.save()
        return variant

    async def work_of(self, variant: Variant, units: int, stage: str) -> Fulfillment:
        """The first fulfillment of an order of a variant, taken to one of STAGES."""
        order = await self.place_of(variant, units)
        await orders.confirm(SYSTEM, order.id)
        for each in await work_on(order):
            await work_through(each, stage)
        return (await work_on(order))[0]

    async def receive_lot(
        self,
        variant: Variant,
        location: Location,
        quantity: int,
        code: str,
        *,
        expires_on: date | None = None,
    ) -> Lot:
        await stock.receive(
            SYSTEM,
            variant_id=variant.id,
            location_id=location.id,
            quantity=quantity,
            lot=LotDraft(code=code, expires_on=expires_on),
        )
        return await Lot.get(variant_id=variant.id, code=code)

    async def place_of(self, variant: Variant, units: int, **given: Any) -> Order:
        """A placed order of so many units of a variant."""
        lines = [LineDraft(variant_id=variant.id, quantity=units)]
        draft = replace(self.draft(mug=1), lines=lines)
        return await orders.place(SYSTEM, draft=draft, **given)

    async def expect(self, variant: Variant, quantity: int, *, day: int = 20) -> Arrival:
        """So many units should come to the north on that day of January."""
        return await arrivals.expect(
            SYSTEM,
            variant_id=variant.id,
            location_id=self.north.id,
            quantity=quantity,
            expected_at=datetime(2026, 1, day, 8, tzinfo=UTC),
        )

    async def backorder(self, *, mug: int = 0, shirt: int = 0, **given: Any) -> Order:
        """An order of so many units more than there are, placed all the same."""
        wanted = {self.mug.id: mug, self.shirt.id: shirt}
        await Variant.filter(id__in=[v for v in wanted if wanted[v]]).update(backorderable=True)
        short = {"mug": self.mug, "shirt": self.shirt}
        units = {"mug": mug, "shirt": shirt}
        more = {name: n + await self.spare(short[name]) for name, n in units.items() if n}
        draft = self.draft(**more, **given)
        return await orders.place(SYSTEM, draft=draft, allow_backorder=True)

    async def spare(self, variant: Variant) -> int:
        """Units that a new order can have."""
        [found] = await availability.of_variants(SYSTEM, [variant])
        return found.available

    async def level(self, variant: Variant, location: Location) -> Level:
        return await Level.get(variant_id=variant.id, location_id=location.id)

    async def available(self, variant: Variant) -> int:
        return sum(level.available for level in await Level.filter(variant_id=variant.id))

    async def ships(self) -> tuple[ShippingMethod, ShippingMethod]:
        """Offers a standard method, which is the default, and one that flies overnight."""
        n = next(_numbers)
        carrier = await Carrier.create(code=f"DHL-{n}", name="DHL", works_on="123456")
        await Location.filter(id__in=[self.north.id, self.south.id]).update(
            time_zone="Europe/Berlin", holidays_of="DE-HH"
        )
        methods = []
        for code, level, days, price in (
            (f"STD-{n}", ServiceLevel.STANDARD, 3, 490),
            (f"AIR-{n}", ServiceLevel.NEXT_DAY_AIR, 1, 2490),
        ):
            given = {"code": code, "name": code.title(), "service_level": level}
            method = await ShippingMethod.create(
                carrier_id=carrier.id, is_default=not methods, **given
            )
            await ShippingZone.create(
                method_id=method.id,
                name="Everywhere",
                min_days=1,
                max_days=days,
                rates=[asdict(RateBand(price=price, currency="EUR"))],
            )
            methods.append(method)
        return methods[0], methods[1]

    def draft(self, *, mug: int = 0, shirt: int = 0, **given: Any) -> Draft:
        """What an order of so many mugs and shirts is entered with."""
        wanted = {self.mug.id: mug, self.shirt.id: shirt}
        lines = [LineDraft(variant_id=v, quantity=units) for v, units in wanted.items() if units]
        given = {"shipping_address": HOME, "channel": OrderChannel.ONLINE} | given
        return Draft(customer_id=self.customer.id, lines=lines, **given)

    async def order(self, stage: str = "draft", *, mug: int = 0, shirt: int = 0) -> Order:
        """An order, of one mug unless told otherwise, taken to one of STAGES."""
        if not mug and not shirt:
            mug = 1
        order = await orders.create(SYSTEM, self.draft(mug=mug, shirt=shirt))
        reached = STAGES.index(stage)
        if reached >= STAGES.index("placed"):
            await orders.place(SYSTEM, order.id)
        if reached >= STAGES.index("confirmed"):
            await orders.confirm(SYSTEM, order.id)
        for fulfillment in await work_on(order):
            await work_through(fulfillment, stage)
        return await Order.get(id=order.id)

    async def fulfillment(self, stage: str, *, mug: int = 0, shirt: int = 0) -> Fulfillment:
        """The first fulfillment of a new order, taken to one of STAGES."""
        order = await self.order(stage, mug=mug, shirt=shirt)
        return (await work_on(order))[0]

    async def shipment(self, stage: str = "parcelled", *, mug: int = 0, shirt: int = 0) -> Shipment:
        """The only parcel of a new order, taken to one of STAGES."""
        order = await self.order(stage, mug=mug, shirt=shirt)
        return await Shipment.get(order_id=order.id)


async def work_on(order: Order) -> list[Fulfillment]:
    return await Fulfillment.filter(order_id=order.id).order_by("id")


async def work_through(fulfillment: Fulfillment, stage: str) -> None:
    """Take planned work to one of STAGES, in one parcel."""
    work = {
        "released": lambda: fulfillments.release(SYSTEM, fulfillment.id),
        "picking": lambda: fulfillments.pick_start(SYSTEM, fulfillment.id),
        "picked": lambda: fulfillments.pick_complete(SYSTEM, fulfillment.id),
        "packing": lambda: fulfillments.pack_start(SYSTEM, fulfillment.id),
        "packed": lambda: fulfillments.pack_complete(SYSTEM, fulfillment.id),
        "parcelled": lambda: parcel(fulfillment),
        "shipped": lambda: fulfillments.hand_over(SYSTEM, fulfillment.id),
        "delivered": lambda: deliver(fulfillment),
    }
    for name, step in work.items():
        if STAGES.index(name) <= STAGES.index(stage):
            await step()


async def parcel(fulfillment: Fulfillment) -> Shipment:
    code = f"JD{next(_numbers):06}"
    return await shipments.create(SYSTEM, fulfillment.id, carrier="DHL", tracking_code=code)


async def deliver(fulfillment: Fulfillment) -> None:
    for each in await Shipment.filter(fulfillment_id=fulfillment.id):
        await report(each, ShipmentStatus.DELIVERED)


async def report(shipment: Shipment, status: ShipmentStatus, *, hour: int = 12) -> Shipment:
    """The carrier reports a status, that many hours into the day after New Year."""
    at = datetime(2026, 1, 2, tzinfo=UTC) + timedelta(hours=hour)
    return await shipments.record_event(SYSTEM, shipment.id, status=status, occurred_at=at)


async def lines_of(order: Order) -> list[OrderLine]:
    return await OrderLine.filter(order_id=order.id).order_by("id")


async def told(kind: str, *, by: Actor) -> Event:
    """The one event of a kind that somebody caused."""
    return await Event.get(kind=kind, actor=by.label)


async def everything() -> dict[str, Any]:
    """Every row of every table, to tell whether anything changed."""
    tables = [model._meta.db_table for model in Tortoise.apps["models"].values()]
    database, every = get_connection("default"), "SELECT * FROM {} ORDER BY id"
    if database.capabilities.dialect == "postgres":
        # In one round trip, as hundreds of tests ask this twice.
        rows = (f"(SELECT json_agg(t ORDER BY id) FROM {t} AS t) AS {t}" for t in tables)
        [found] = await database.execute_query_dict(f"SELECT {', '.join(rows)}")
        return {table: json.loads(rows or "[]") for table, rows in found.items()}
    if isinstance(database, TransactionalDBClient):
        # What is not committed yet is seen by nobody else.
        return {table: await database.execute_query_dict(every.format(table)) for table in tables}
    with closing(sqlite3.connect(database.filename)) as reader:
        reader.row_factory = sqlite3.Row
        return {table: [*map(dict, reader.execute(every.format(table)))] for table in tables}


@asynccontextmanager
async def refuses(*problems: tuple[str, Path]) -> AsyncIterator[list[Problem]]:
    """What is done inside is refused for exactly these reasons (code, path), and changes nothing.

    The list that it gives holds the problems afterwards.
    """
    before = await everything()
    found: list[Problem] = []
    with pytest.raises(Refused) as caught:
        yield found
    found.extend(caught.value.problems)

    assert [(problem.code, problem.path) for problem in found] == list(problems)
    assert await everything() == before


async def all_at_once(verbs: Iterable[Callable[[], Awaitable[Any]]]) -> list[Any]:
    """What each of them gave, or the refusal it met; anything else is a bug and is raised."""

    async def outcome(verb: Callable[[], Awaitable[Any]]) -> Any:
        try:
            return await verb()
        except Refused as refusal:
            return refusal

    await _connect_everybody()
    return await asyncio.gather(*(outcome(verb) for verb in verbs))


async def _connect_everybody() -> None:
    """Else the first is done while the others still wait for the pool to connect them."""
    database = get_connection("default")
    if database.capabilities.dialect == "postgres":
        await asyncio.gather(*(database.execute_query("SELECT pg_sleep(0.01)") for _ in range(10)))


def refused(outcomes: list[Any]) -> list[Refused]:
    return [each for each in outcomes if isinstance(each, Refused)]


async def drop_connections(postgres_url: str) -> None:
    """End everybody's connection to a database, as a restart of the server would."""
    connection = await asyncpg.connect(postgres_url)
    try:
        await connection.execute(END_CONNECTIONS)
    finally:
        await connection.close()


async def _variant(product: Product, sku: str, name: str, price: int) -> Variant:
    return await Variant.create(
        product_id=product.id, sku=sku, name=name, price=price, currency="EUR"
    )


async def _location(code: str, *, priority: int) -> Location:
    kind = LocationKind.WAREHOUSE
    return await Location.create(code=code, name=code.title(), kind=kind, priority=priority)
