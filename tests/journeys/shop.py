"""A small shop that is opened and worked through the API alone."""

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any

from tests.clients import Api

HOME = {
    "recipient": "Ada Berg",
    "line1": "Hafenstr. 7",
    "city": "Hamburg",
    "postalCode": "20457",
    "countryCode": "DE",
}

# What happens to a variant's stock; and the same, 100 kB an event.
MOVED = """subscription ($after: String, $variant: ID) {
  events(after: $after, filter: { variantId: $variant, kinds: [STOCK_MOVED] }) {
    cursor kind ... on StockMoved { onHand }
  }
}"""

MUCH = " ".join(f"a{n}: product {{ description }}" for n in range(20))
LARGE = MOVED.replace("onHand", f"onHand variant {{ {MUCH} }}")

_numbers = count(1)


@dataclass(kw_only=True)
class Shop:
    """One variant at one location, and one customer."""

    api: Api
    variant: str
    location: str
    customer: str

    @classmethod
    async def open(cls, api: Api, *, stock: int = 0) -> "Shop":
        n = next(_numbers)
        product = await api.do(
            "productCreate", "product { id }", name=f"Souvenir {n}", description="Long. " * 800
        )
        variant = await api.do(
            "variantCreate",
            "variant { id }",
            productId=product["id"],
            sku=f"MUG-{n}",
            name="Mug",
            price={"amount": "12.50", "currency": "EUR"},
        )
        location = await api.do(
            "locationCreate", "location { id }", code=f"NORTH-{n}", name="North", kind="WAREHOUSE"
        )
        customer = await api.do(
            "customerCreate", "customer { id }", name="Ada Berg", email=f"ada{n}@example.com"
        )
        shop = cls(api=api, variant=variant["id"], location=location["id"], customer=customer["id"])
        if stock:
            await shop.receive(stock)
        return shop

    @property
    def level(self) -> dict[str, str]:
        return {"variantId": self.variant, "locationId": self.location}

    async def receive(self, quantity: int, api: Api | None = None) -> dict[str, Any]:
        return await (api or self.api).do(
            "stockReceive", "level { onHand available }", **self.level, quantity=quantity
        )

    def draft(self, quantity: int = 1) -> dict[str, Any]:
        """What an order is entered with."""
        return {
            "customerId": self.customer,
            "channel": "ONLINE",
            "shippingAddress": HOME,
            "lines": [{"variantId": self.variant, "quantity": quantity}] if quantity else [],
        }

    async def place(self, quantity: int = 1, api: Api | None = None) -> dict[str, Any]:
        """The payload of placing a new order, whether it worked or not."""
        return await (api or self.api).attempt(
            "orderPlace", "order { id status }", order=self.draft(quantity)
        )

    async def released(self) -> str:
        """The fulfillment of a new order, ready to be picked."""
        placed = await self.place()
        order = await self.api.do(
            "orderConfirm", "order { fulfillments { id } }", id=placed["order"]["id"]
        )
        [work] = order["fulfillments"]
        await self.api.do("fulfillmentRelease", "fulfillment { id }", id=work["id"])
        return str(work["id"])

    async def fulfill(self, order_id: str) -> None:
        """Everything from confirming a placed order to its delivery."""
        api = self.api
        order = await api.do("orderConfirm", "order { fulfillments { id } }", id=order_id)
        [work] = order["fulfillments"]
        for step in ("Release", "PickStart", "PickComplete", "PackStart", "PackComplete"):
            await api.do(f"fulfillment{step}", "fulfillment { id }", id=work["id"])
        parcel = await api.do(
            "shipmentCreate",
            "shipment { id }",
            fulfillmentId=work["id"],
            carrier="DHL",
            trackingCode=f"JD{next(_numbers):06}",
        )
        await api.do("fulfillmentHandOver", "fulfillment { id }", id=work["id"])
        for status in ("IN_TRANSIT", "DELIVERED"):
            at = datetime.now(UTC).isoformat()
            await api.do(
                "shipmentEventRecord",
                "shipment { id }",
                id=parcel["id"],
                status=status,
                occurredAt=at,
            )
