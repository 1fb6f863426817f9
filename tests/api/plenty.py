"""A shop in which some of everything there is has happened."""

from models import Role
from services import people
from services.actors import SYSTEM
from tests import remedies
from tests.api.customers import pair_in
from tests.api.desk import seen_to
from tests.api.examples import (
    address_of,
    alert_in,
    credit_note_in,
    discount_in,
    hold_in,
    issue_in,
    landed,
    paid,
    price_in,
    recalled,
    tax_rate,
)
from tests.api.planning import plan
from tests.buying import asked_for
from tests.cast import Shop
from tests.counting import count_at
from tests.credit import granted
from tests.customers import buys
from tests.inbound import claim, transfer
from tests.returning import returned
from tests.warehouse import boxed, home, mispicked, wave_of


async def fill(shop: Shop, n: int = 1) -> Shop:
    """Enter one more of everything; the shops of a test are told apart by their `n`."""
    await shop.receive(shop.mug, shop.north, 100)
    await transfer(shop, "in_transit", mug=n)
    await claim(shop, "sent")
    await shop.ships()
    for enter in (address_of, hold_in, issue_in, discount_in, price_in, paid):
        await enter(shop)
    await credit_note_in(shop)
    await tax_rate()
    await recalled(shop)
    await shop.order("shipped", mug=n)
    await people.create_token(SYSTEM, Role.PICKER, name=f"Pia {shop.mug.sku}")
    await home(shop.shirt, shop.north)
    await wave_of(await shop.fulfillment("released"), started_by=SYSTEM)
    await boxed(shop)
    await mispicked(shop)
    await alert_in(shop)
    await shop.expect(shop.shirt, n)
    await shop.backorder(shirt=n)
    await asked_for(shop, units=n)
    await plan(shop)
    await asked_for(shop, sent_at=None)
    await landed(shop)
    await seen_to(shop)
    await count_at(shop, "posted")
    await buys(shop)
    await pair_in(shop)
    await shop.receive(shop.mug, shop.north, 10)
    await remedies.claim(shop, units=n)
    await remedies.exchange(shop)
    await returned(shop, "inspected")
    await granted(shop, n)
    return shop
