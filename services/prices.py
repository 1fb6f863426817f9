"""Price lists: create, update, archive them, and set what things cost in them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from models import OrderChannel, Price, PriceList, Variant
from models.errors import Blocked, Refused
from services import policies, pricing, records, scopes
from services.actors import Actor
from services.clock import now
from services.commit import announce, operation
from services.facts.prices import (
    PriceListArchived,
    PriceListCreated,
    PriceListUpdated,
    PriceRemoved,
    PriceSet,
)
from services.inputs import Inputs
from services.pricing import Book, Terms
from services.records import Changes

HIGHEST_PRIORITY_NUMBER = 10_000


@dataclass(frozen=True, kw_only=True)
class Quote:
    """What a variant costs, in minor units, and by which price; its own where that is None."""

    variant: Variant
    quantity: int
    currency: str
    unit_price: int
    rule: str
    price: Price | None

    @property
    def total(self) -> int:
        return self.unit_price * self.quantity


@operation
async def create(
    actor: Actor,
    *,
    name: str,
    currency: str,
    channel: OrderChannel | None = None,
    priority: int = 100,
    prices_include_tax: bool | None = None,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
) -> PriceList:
    """Begin a price list. It applies to orders in its currency that count tax as it does, from
    its channel or, without one, from all. Of the lists that have a price for a line the one with
    the lowest priority wins, then the newest."""
    inputs = Inputs()
    currency = inputs.currency(currency, "currency")
    entered: Changes = {
        "name": name,
        "channel": channel,
        "priority": priority,
        "valid_from": valid_from,
        "valid_until": valid_until,
    }
    checked = _list(entered, inputs)
    includes = policies.current().prices_include_tax
    row = PriceList(
        currency=currency,
        prices_include_tax=includes if prices_include_tax is None else prices_include_tax,
        **checked,
    )
    await row.save()

    announce(actor, PriceListCreated(price_list_id=row.id))
    return row


@operation
async def update(actor: Actor, price_list_id: int, changes: Changes) -> PriceList:
    """Change a price list. Orders that are placed keep the prices they have."""
    row = await scopes.take(actor, PriceList, price_list_id)
    kept = {"valid_from": row.valid_from, "valid_until": row.valid_until}
    checked = _list({**kept, **changes}, Inputs())
    await records.revise(row, checked)

    announce(actor, PriceListUpdated(price_list_id=row.id))
    return row


@operation
async def archive(actor: Actor, price_list_id: int) -> PriceList:
    """Put a price list away: nothing is priced by it any more."""
    row = await scopes.take(actor, PriceList, price_list_id)
    await records.archive(row)

    announce(actor, PriceListArchived(price_list_id=row.id))
    return row


@operation
async def set_price(
    actor: Actor,
    price_list_id: int,
    variant_id: int,
    *,
    price: Decimal,
    currency: str,
    from_quantity: int = 1,
) -> Price:
    """Say what one unit of a variant costs on a price list, from a quantity on. A price that is
    there for the same quantity is replaced."""
    inputs = Inputs()
    inputs.number(from_quantity, "fromQuantity")
    minor, currency = inputs.money(price, currency, "price")
    inputs.refuse()
    price_list = await scopes.take(actor, PriceList, price_list_id, "priceListId")
    records.refuse_archived(price_list, "priceListId")
    if currency != price_list.currency:
        message = f"{price_list.number} is in {price_list.currency}."
        raise Refused(Blocked(message=message, path=("price", "currency")))
    variant = await scopes.find(actor, Variant, variant_id, "variantId")
    key = {"price_list_id": price_list.id, "variant_id": variant.id, "from_quantity": from_quantity}
    row = await Price.get_or_none(**key)
    if row is None:
        row = await Price.create(**key, price=minor, currency=currency)
    else:
        row.price = minor
        await row.store()

    announce(
        actor,
        PriceSet(
            price_list_id=price_list.id,
            variant_id=variant.id,
            from_quantity=from_quantity,
            minor_units=minor,
        ),
    )
    return row


@operation
async def remove_price(actor: Actor, price_id: int) -> PriceList:
    """Take a price off its list."""
    row = await scopes.find(actor, Price, price_id)
    price_list = await scopes.take(actor, PriceList, row.price_list_id)
    row = await scopes.find(actor, Price, price_id)
    await row.delete()
    await price_list.store()

    announce(
        actor,
        PriceRemoved(
            price_list_id=price_list.id,
            variant_id=row.variant_id,
            from_quantity=row.from_quantity,
        ),
    )
    return price_list


async def quote(
    actor: Actor,
    variant_id: int,
    *,
    quantity: int,
    channel: OrderChannel,
    currency: str | None = None,
    prices_include_tax: bool | None = None,
    at: datetime | None = None,
) -> Quote | None:
    """What a variant would cost in an order, and which price says so; None where it has none."""
    inputs = Inputs()
    inputs.number(quantity, "quantity")
    if currency is not None:
        currency = inputs.currency(currency, "currency")
    inputs.refuse()
    variant = await scopes.find(actor, Variant, variant_id, "variantId")
    includes = policies.current().prices_include_tax
    terms = Terms(
        currency=currency or variant.currency,
        channel=channel,
        includes_tax=includes if prices_include_tax is None else prices_include_tax,
    )
    book = Book(at=at or now(), prices=await pricing.candidates([variant.id], terms.currency))
    found = pricing.agreed_price(variant, quantity, terms, book)
    if found is None:
        return None
    return Quote(
        variant=variant,
        quantity=quantity,
        currency=terms.currency,
        unit_price=found.unit_price,
        rule=found.basis,
        price=found.price,
    )


def _list(given: Changes, inputs: Inputs) -> Changes:
    checked = dict(given)
    if "name" in given:
        checked["name"] = inputs.text(given["name"], "name", most=120)
    if "priority" in given:
        inputs.number(given["priority"], "priority", least=0, most=HIGHEST_PRIORITY_NUMBER)
    inputs.period(given.get("valid_from"), given.get("valid_until"), "validUntil")
    inputs.refuse()
    return checked
