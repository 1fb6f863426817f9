"""Tax rates: create, update and archive them."""

from datetime import datetime
from decimal import Decimal

from models import TaxClass, TaxRate
from services import records, scopes
from services.actors import Actor
from services.commit import announce, operation
from services.facts.prices import TaxRateArchived, TaxRateCreated, TaxRateUpdated
from services.inputs import Inputs
from services.records import Changes


@operation
async def create(
    actor: Actor,
    *,
    name: str,
    country_code: str,
    region: str = "",
    tax_class: TaxClass,
    percent: Decimal,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
) -> TaxRate:
    """Say how a class of goods is taxed in a country, or in a region of it, where its rate takes
    the place of the country's. Of several the one that came into force last counts. Shipping is
    taxed as the class STANDARD."""
    inputs = Inputs()
    country = inputs.country(country_code, "countryCode")
    region = inputs.text(region, "region", least=0, most=120)
    entered: Changes = {
        "name": name,
        "percent": percent,
        "valid_from": valid_from,
        "valid_until": valid_until,
    }
    checked = _rate(entered, inputs)
    row = await TaxRate.create(country_code=country, region=region, tax_class=tax_class, **checked)

    announce(actor, TaxRateCreated(tax_rate_id=row.id))
    return row


@operation
async def update(actor: Actor, tax_rate_id: int, changes: Changes) -> TaxRate:
    """Correct a tax rate, or end it. Orders keep the tax they have until something about them
    changes; for a new rate from some day on end this one and create another."""
    row = await scopes.take(actor, TaxRate, tax_rate_id)
    kept = {"valid_from": row.valid_from, "valid_until": row.valid_until}
    await records.revise(row, _rate({**kept, **changes}, Inputs()))

    announce(actor, TaxRateUpdated(tax_rate_id=row.id))
    return row


@operation
async def archive(actor: Actor, tax_rate_id: int) -> TaxRate:
    """Put a tax rate away: orders that are placed from now on are not taxed by it."""
    row = await scopes.take(actor, TaxRate, tax_rate_id)
    await records.archive(row)

    announce(actor, TaxRateArchived(tax_rate_id=row.id))
    return row


def _rate(given: Changes, inputs: Inputs) -> Changes:
    checked = dict(given)
    if "name" in given:
        checked["name"] = inputs.text(given["name"], "name", most=80)
    if "percent" in given:
        checked["rate"] = inputs.percent(checked.pop("percent"), "percent", least=0)
    inputs.period(given.get("valid_from"), given.get("valid_until"), "validUntil")
    inputs.refuse()
    return checked
