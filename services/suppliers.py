"""Suppliers and who works there: create, update, archive."""

from typing import Any
from urllib.parse import urlsplit

from models import PurchaseOrder, PurchaseOrderStatus, Supplier, SupplierContact, SupplierItem
from models.errors import Blocked, Refused
from services import listing, records, scopes
from services.actors import Actor
from services.commit import announce, operation
from services.facts.suppliers import (
    SupplierArchived,
    SupplierContactArchived,
    SupplierContactCreated,
    SupplierContactUpdated,
    SupplierCreated,
    SupplierUpdated,
)
from services.inputs import Inputs
from services.records import Changes

_S = PurchaseOrderStatus
# Until then goods may still come, or have to be paid.
UNFINISHED = frozenset(_S) - {_S.RECEIVED, _S.CLOSED, _S.CANCELLED}
MOST_DAYS = 1_000

# How long each text may be, and what it is called in an input.
_TEXTS = {
    "line1": (200, "line1"),
    "city": (120, "city"),
    "region": (120, "region"),
    "postal_code": (20, "postalCode"),
    "country_code": (2, "countryCode"),
    "tax_id": (60, "taxId"),
    "payment_terms": (200, "paymentTerms"),
    "note": (500, "note"),
}


@operation
async def create(actor: Actor, *, code: str, name: str, currency: str, **details: Any) -> Supplier:
    """Enter a supplier. Everything they sell is paid in their currency."""
    given = {"code": code, "name": name, "currency": currency, **details}
    supplier = Supplier(**_supplier(given, currency.strip().upper()))
    await records.enter(supplier, unique="code")

    announce(actor, SupplierCreated(supplier_id=supplier.id))
    return supplier


@operation
async def update(actor: Actor, supplier_id: int, changes: Changes) -> Supplier:
    """Change a supplier's record. The currency stays while they sell anything in it."""
    supplier = await scopes.take(actor, Supplier, supplier_id)
    currency = (changes.get("currency") or supplier.currency).strip().upper()
    checked = _supplier(changes, currency)
    if currency != supplier.currency:
        await _refuse_another_currency(supplier, checked)
    await records.revise(supplier, checked, unique="code")

    announce(actor, SupplierUpdated(supplier_id=supplier.id))
    return supplier


@operation
async def archive(actor: Actor, supplier_id: int) -> Supplier:
    """Put a supplier away: nothing more is ordered of them. Refused while an order is under way."""
    supplier = await scopes.take(actor, Supplier, supplier_id)
    if await PurchaseOrder.filter(supplier_id=supplier.id, status__in=UNFINISHED).exists():
        message = f"{supplier.code} still has purchase orders to end."
        raise Refused(Blocked(message=message, path=("id",)))
    await records.archive(supplier)

    announce(actor, SupplierArchived(supplier_id=supplier.id))
    return supplier


@operation
async def create_contact(
    actor: Actor,
    supplier_id: int,
    *,
    name: str,
    duty: str = "",
    email: str | None = None,
    phone: str = "",
) -> SupplierContact:
    """Enter somebody who works at a supplier."""
    supplier = await scopes.take(actor, Supplier, supplier_id, "supplierId")
    records.refuse_archived(supplier, "supplierId")
    given = {"name": name, "duty": duty, "email": email, "phone": phone}
    contact = SupplierContact(supplier_id=supplier.id, **_contact(given))
    await records.enter(contact)

    announce(actor, SupplierContactCreated(supplier_id=supplier.id, supplier_contact_id=contact.id))
    return contact


@operation
async def update_contact(actor: Actor, contact_id: int, changes: Changes) -> SupplierContact:
    """Change the record of somebody who works at a supplier."""
    contact = await scopes.take(actor, SupplierContact, contact_id)
    await records.revise(contact, _contact(changes))

    announce(
        actor,
        SupplierContactUpdated(supplier_id=contact.supplier_id, supplier_contact_id=contact.id),
    )
    return contact


@operation
async def archive_contact(actor: Actor, contact_id: int) -> SupplierContact:
    """Put away the record of somebody who works at a supplier."""
    contact = await scopes.take(actor, SupplierContact, contact_id)
    await records.archive(contact)

    announce(
        actor,
        SupplierContactArchived(supplier_id=contact.supplier_id, supplier_contact_id=contact.id),
    )
    return contact


async def find_by_code(actor: Actor, code: str) -> Supplier | None:
    """The supplier with a code that the actor may see."""
    wanted = {"code": code.strip().upper()}
    return await listing.matching(scopes.visible(actor, Supplier), wanted).get_or_none()


async def _refuse_another_currency(supplier: Supplier, checked: Changes) -> None:
    """What has a price in the old currency would be ordered in the new one."""
    message = ""
    if await SupplierItem.filter(supplier_id=supplier.id, archived_at=None).exists():
        message = f"{supplier.code} sells in {supplier.currency}. Archive those items first."
    elif supplier.minimum and "minimum" not in checked:
        message = f"Give the least an order has to be worth in {checked['currency']} as well."
    if message:
        raise Refused(Blocked(message=message, path=("currency",)))


def _supplier(given: Changes, currency: str) -> Changes:
    inputs = Inputs()
    checked = dict(given)
    if "code" in given:
        # Measured in capitals, as some letters, such as ß, have more than one there.
        checked["code"] = inputs.text((given["code"] or "").upper(), "code", most=30)
    if "name" in given:
        checked["name"] = inputs.text(given["name"], "name", most=200)
    if "currency" in given:
        checked["currency"] = inputs.currency(given["currency"] or "", "currency")
    if given.get("email") is not None:
        checked["email"] = inputs.email(given["email"], "email")
    if "webhook_url" in given:
        checked["webhook_url"] = _url(inputs, given["webhook_url"])
    if "lead_days" in given:
        inputs.number(given["lead_days"], "leadDays", least=0, most=MOST_DAYS)
    if "inspect" in given and given["inspect"] is None:
        inputs.wrong("Say yes or no; this cannot be null.", "inspect")
    if "tolerance" in given:
        checked["tolerance"] = inputs.percent(given["tolerance"], "tolerance", least=0)
    if "minimum" in given:
        checked["minimum"] = _minimum(inputs, given["minimum"], currency)
    for field, (most, path) in _TEXTS.items():
        if field in given:
            checked[field] = inputs.text(given[field], path, least=0, most=most)
    if given.get("country_code"):
        checked["country_code"] = inputs.country(given["country_code"], "countryCode")
    inputs.refuse()
    return checked


def _minimum(inputs: Inputs, given: Any, currency: str) -> int:
    """An amount and its currency, in minor units; 0 for None."""
    if given is None:
        return 0
    minor, code = inputs.money(*given, "minimum")
    if code != currency:
        inputs.wrong(f"Give an amount in {currency}, the supplier's currency.", "minimum")
    return minor


def _url(inputs: Inputs, given: str | None) -> str:
    url = inputs.text(given, "webhookUrl", least=0, most=1000)
    try:
        parts = urlsplit(url)
        is_whole = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_whole = False
    if url and not is_whole:
        inputs.wrong("Give an address that begins with https:// or http://.", "webhookUrl")
    return url


def _contact(given: Changes) -> Changes:
    inputs = Inputs()
    checked = dict(given)
    for field, (least, most) in {"name": (1, 200), "duty": (0, 100), "phone": (0, 40)}.items():
        if field in given:
            checked[field] = inputs.text(given[field], field, least=least, most=most)
    if given.get("email") is not None:
        checked["email"] = inputs.email(given["email"], "email")
    inputs.refuse()
    return checked
