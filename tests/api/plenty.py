"""A shop in which some of everything there is has happened."""

from models import Role
from services import people
from services.actors import SYSTEM
from tests.api.examples import (
    address_of,
    alert_in,
    credit_note_in,
    discount_in,
    hold_in,
    issue_in,
    paid,
    price_in,
    tax_rate,
)
from tests.cast import Shop
from tests.warehouse import boxed, home, mispicked, wave_of


async def fill(shop: Shop, n: int = 1) -> Shop:
    """Enter one more of everything; the shops of a test are told apart by their `n`."""
    await shop.receive(shop.mug, shop.north, 100)
    await shop.ships()
    for enter in (address_of, hold_in, issue_in, discount_in, price_in, paid):
        await enter(shop)
    await credit_note_in(shop)
    await tax_rate()
    await shop.order("shipped", mug=n)
    await people.create_token(SYSTEM, Role.PICKER, name=f"Pia {shop.mug.sku}")
    await home(shop.shirt, shop.north)
    await wave_of(await shop.fulfillment("released"), started_by=SYSTEM)
    await boxed(shop)
    await mispicked(shop)
    await alert_in(shop)
    await shop.expect(shop.shirt, n)
    await shop.backorder(shirt=n)
    return shop
