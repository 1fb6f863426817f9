"""The shop that everything is measured in."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from models import (
    Customer,
    Level,
    Location,
    LocationKind,
    MovementReason,
    Order,
    OrderChannel,
    Product,
    Role,
    Variant,
)
from models.orders import PostalAddress
from services import ledger, orders, people
from services.actors import SYSTEM
from services.commit import operation
from services.goods import LineDraft
from services.inputs import MOST_UNITS
from services.ledger import Change
from services.orders import Draft

VARIANTS = 24
# Many, each at home somewhere else: who orders much in a day is looked into.
CUSTOMERS = 5_000
LINES = 3
LISTED = 50


def address(n: int) -> PostalAddress:
    return PostalAddress(
        recipient=f"Customer {n}",
        line1=f"Hafenstr. {n}",
        city="Hamburg",
        postal_code="20457",
        country_code="DE",
    )


@dataclass(frozen=True, kw_only=True)
class Shop:
    """Two locations that never run out, customers, and one with a token who may do everything."""

    customers: list[int]
    variants: list[int]
    token: str
    numbers: Iterator[int] = field(default_factory=count)

    def draft(self) -> Draft:
        """The next order: of another customer, and of other variants, than the one before."""
        n = next(self.numbers)
        chosen = [self.variants[(n * LINES + each) % VARIANTS] for each in range(LINES)]
        return Draft(
            customer_id=self.customers[n % CUSTOMERS],
            channel=OrderChannel.ONLINE,
            lines=[LineDraft(variant_id=variant, quantity=2) for variant in chosen],
            shipping_address=address(n),
        )

    async def place(self) -> Order:
        return await orders.place(SYSTEM, draft=self.draft())


async def opened() -> Shop:
    """A shop in an empty database, with a page of orders to list."""
    token = await people.create_token(SYSTEM, Role.ADMIN, name="Bench")
    shop = Shop(
        customers=await _customers(),
        variants=await _stocked(),
        token=token,
    )
    for _ in range(LISTED + 1):
        await shop.place()
    return shop


async def _customers() -> list[int]:
    await Customer.bulk_create(
        [Customer(name=f"Customer {n}", email=f"c{n}@example.com") for n in range(CUSTOMERS)]
    )
    return [customer.id for customer in await Customer.all().order_by("id")]


@operation
async def _stocked() -> list[int]:
    product = await Product.create(name="Souvenir")
    variants = [
        await Variant.create(
            product_id=product.id, sku=f"S-{n}", name=f"Souvenir {n}", price=1250, currency="EUR"
        )
        for n in range(VARIANTS)
    ]
    locations = [
        await Location.create(code=code, name=code, kind=LocationKind.WAREHOUSE, priority=n)
        for n, code in enumerate(("NORTH", "SOUTH"))
    ]
    levels = [
        await Level.create(variant_id=variant.id, location_id=location.id, reorder_point=100)
        for location in locations
        for variant in variants
    ]
    received = [Change(level_id=level.id, on_hand=MOST_UNITS) for level in levels]
    await ledger.move(SYSTEM, MovementReason.RECEIVED, received)
    return [variant.id for variant in variants]
