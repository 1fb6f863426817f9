"""A supplier is late, and the customer who waits for the goods sees the new date come in."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.clients import Api, line
from tests.journeys.conftest import Town
from tests.journeys.shop import Shop

# Several processes on a busy machine take their time.
pytestmark = pytest.mark.timeout(600)

TRACKED = """subscription ($token: String) {
  orderTracked(token: $token) { tracked { promisedAt } }
}"""
EVENTS = """subscription {
  events(filter: { kinds: [PROMISE_CHANGED, PURCHASE_ORDER_ACKNOWLEDGED] }) {
    kind ... on PromiseChanged { order { number } promisedAt promisedBefore }
  }
}"""


def in_days(days: int) -> str:
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=days)
    return at.isoformat().replace("+00:00", "Z")


SOON, LATE = in_days(10), in_days(60)


async def ships(admin: Api) -> None:
    """The shop offers a way to send things."""
    dhl = {"code": "DHL", "name": "DHL", "workingDays": ["MONDAY", "FRIDAY"]}
    carrier = await admin.do("carrierCreate", "carrier { id }", **dhl)
    names = {"code": "STD", "name": "Standard", "serviceLevel": "STANDARD", "isDefault": True}
    method = await admin.do(
        "shippingMethodCreate", "shippingMethod { id }", carrierId=carrier["id"], **names
    )
    rates = [{"price": {"amount": "4.90", "currency": "EUR"}}]
    await admin.do(
        "shippingZoneSet",
        "shippingMethod { id }",
        methodId=method["id"],
        name="Everywhere",
        minDays=1,
        maxDays=2,
        rates=rates,
    )


async def bought(admin: Api, shop: Shop) -> str:
    """A purchase order that its supplier has."""
    supplier = await admin.do(
        "supplierCreate", "supplier { id }", code="ACME", name="Acme", currency="EUR"
    )
    lines = [{"variantId": shop.variant, "quantity": 10, "price": "5.00"}]
    where = {"supplierId": supplier["id"], "locationId": shop.location}
    order = await admin.do("purchaseOrderCreate", "purchaseOrder { id }", lines=lines, **where)
    for step in ("Submit", "Approve"):
        await admin.do(f"purchaseOrder{step}", "purchaseOrder { status }", id=order["id"])
    await admin.do("purchaseOrderSend", "purchaseOrder { id }", id=order["id"], channel="HAND")
    found: str = order["id"]
    return found


async def test_a_delay_reaches_whoever_waits_for_the_goods(town: Town):
    token = town.here.token("admin")
    async with (
        Api(town.there.url, token) as admin,
        line(town.here.url, token) as staff,
        line(town.here.url) as customer,
    ):
        await ships(admin)
        shop = await Shop.open(admin)
        await admin.do("variantUpdate", "variant { id }", id=shop.variant, backorderable=True)
        purchase = await bought(admin, shop)
        answer = {"id": purchase, "expectedAt": SOON}
        await admin.do("purchaseOrderAcknowledge", "purchaseOrder { status }", **answer)
        order = await admin.do(
            "orderPlace",
            "order { number trackingToken promisedAt }",
            order=shop.draft(4),
            allowBackorder=True,
        )
        log = await staff.watch(EVENTS)
        tracked = await customer.watch(TRACKED, token=order["trackingToken"])
        first = await anext(tracked)

        rehearsed = await admin.do(
            "purchaseOrderAcknowledge",
            "purchaseOrder { impact { units lines { expectedBefore expectedAt isMissed } } }",
            id=purchase,
            expectedAt=LATE,
            dryRun=True,
        )
        await admin.do(
            "purchaseOrderAcknowledge", "purchaseOrder { id }", id=purchase, expectedAt=LATE
        )
        seen = await tracked.until(lambda each: each["tracked"]["promisedAt"] >= LATE)
        told = await log.until(lambda each: each["kind"] == "PROMISE_CHANGED")

    assert first["tracked"]["promisedAt"] == order["promisedAt"] < LATE
    assert rehearsed["impact"] == {
        "units": 4,
        "lines": [{"expectedBefore": SOON, "expectedAt": LATE, "isMissed": True}],
    }
    assert told[-1]["order"] == {"number": order["number"]}
    assert told[-1]["promisedBefore"] == order["promisedAt"]
    assert told[-1]["promisedAt"] == seen[-1]["tracked"]["promisedAt"]
    assert town.adds_up()
