"""Customers and their addresses: create, update, archive."""

from dataclasses import asdict

from models import Address, Customer
from models.orders import PostalAddress
from services import entry, records, scopes
from services.actors import Actor
from services.commit import announce, operation
from services.facts.customers import (
    AddressArchived,
    AddressCreated,
    AddressUpdated,
    CustomerArchived,
    CustomerCreated,
    CustomerUpdated,
)
from services.inputs import Inputs
from services.records import Changes

_LENGTHS = {
    "recipient": (1, 200),
    "line1": (1, 200),
    "line2": (0, 200),
    "city": (1, 120),
    "region": (0, 120),
    "postal_code": (0, 20),
}


@operation
async def create(
    actor: Actor, *, name: str, email: str | None = None, phone: str | None = None
) -> Customer:
    customer = Customer(**_customer({"name": name, "email": email, "phone": phone}))
    await records.enter(customer, unique="email")

    announce(actor, CustomerCreated(customer_id=customer.id))
    return customer


@operation
async def update(actor: Actor, customer_id: int, changes: Changes) -> Customer:
    customer = await scopes.take(actor, Customer, customer_id)
    await records.revise(customer, _customer(changes), unique="email")
    await entry.inspect_orders_of(actor, customer)

    announce(actor, CustomerUpdated(customer_id=customer.id))
    return customer


@operation
async def archive(actor: Actor, customer_id: int) -> Customer:
    customer = await scopes.take(actor, Customer, customer_id)
    await records.archive(customer)

    announce(actor, CustomerArchived(customer_id=customer.id))
    return customer


@operation
async def create_address(actor: Actor, customer_id: int, address: PostalAddress) -> Address:
    customer = await scopes.take(actor, Customer, customer_id, "customerId")
    records.refuse_archived(customer, "customerId")
    row = Address(customer_id=customer.id, **checked_address(asdict(address), "address"))
    await records.enter(row)

    announce(actor, AddressCreated(customer_id=customer.id))
    return row


@operation
async def update_address(actor: Actor, address_id: int, changes: Changes) -> Address:
    """Orders entered before keep the address as it was."""
    row = await scopes.take(actor, Address, address_id)
    await records.revise(row, checked_address(changes))

    announce(actor, AddressUpdated(customer_id=row.customer_id))
    return row


@operation
async def archive_address(actor: Actor, address_id: int) -> Address:
    row = await scopes.take(actor, Address, address_id)
    await records.archive(row)

    announce(actor, AddressArchived(customer_id=row.customer_id))
    return row


def checked_address(given: Changes, *path: str, lenient: bool = False) -> Changes:
    """An address, or a change of one, with everything wrong with it refused at once; of a
    `lenient` one only what cannot be kept."""
    inputs = Inputs()
    checked = dict(given)
    for field, (least, most) in _LENGTHS.items():
        if field in given:
            least = 0 if lenient else least
            checked[field] = inputs.text(given[field], *path, _camel(field), least=least, most=most)
    if lenient:
        country = inputs.text(given["country_code"], *path, "countryCode", least=0, most=60)
        checked["country_code"] = country.upper()
    elif "country_code" in given:
        checked["country_code"] = inputs.country(given["country_code"], *path, "countryCode")
    inputs.degrees(given, *path)
    inputs.refuse()
    return checked


def _customer(given: Changes) -> Changes:
    inputs = Inputs()
    checked = dict(given)
    if "name" in given:
        checked["name"] = inputs.text(given["name"], "name", most=200)
    if given.get("email") is not None:
        checked["email"] = inputs.email(given["email"], "email")
    if given.get("phone") is not None:
        checked["phone"] = inputs.text(given["phone"], "phone", most=40)
    inputs.refuse()
    return checked


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)
