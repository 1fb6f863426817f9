"""Destinations: where an order is to go, as it is kept with the order."""

from dataclasses import asdict, dataclass
from typing import Any

from models import Address, Customer, OrderChannel
from models.errors import Problem, Refused
from models.orders import IMPORTED, PostalAddress
from services import records, scopes
from services.actors import Actor
from services.customers import checked_address


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where goods go: `address_id`, one of the customer's book, or `shipping_address`."""

    address_id: int | None = None
    shipping_address: PostalAddress | None = None


async def of(
    actor: Actor, customer: Customer, channel: OrderChannel, given: Place
) -> dict[str, Any] | None:
    if given.address_id is not None and given.shipping_address is not None:
        message = "Give an addressId or a shippingAddress, not both."
        raise Refused(Problem(message=message, path=("addressId",)))
    if given.shipping_address is not None:
        return _address(channel, given.shipping_address, "shippingAddress")
    if given.address_id is None:
        return None
    row = await scopes.find(actor, Address, given.address_id, "addressId")
    if row.customer_id != customer.id:
        raise Refused(scopes.not_found(Address, ("addressId",)))
    records.refuse_archived(row, "addressId")
    return {name: getattr(row, name) for name in PostalAddress.__dataclass_fields__}


def billing(channel: OrderChannel, address: PostalAddress | None) -> dict[str, Any] | None:
    return None if address is None else _address(channel, address, "billingAddress")


def _address(channel: OrderChannel, address: PostalAddress, path: str) -> dict[str, Any]:
    """An address as it is kept; an imported one may lack anything."""
    return dict(checked_address(asdict(address), path, lenient=channel in IMPORTED))
