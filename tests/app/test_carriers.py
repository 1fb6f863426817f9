"""What carriers tell by signed callbacks: in batches, late, again, out of order, or not at all."""

import json
from datetime import datetime, timedelta
from itertools import permutations

import pytest
from httpx import ASGITransport, AsyncClient
from starlette.applications import Starlette

from app import callbacks
from app.settings import Settings
from models import CarrierEvent, Order, OrderException, Shipment, ShipmentStatus
from models.shipments import CARRIER_STATUSES
from services import signatures
from services.actors import GUEST, SYSTEM
from services.carrier_codes import CODES, status_of
from services.signatures import HEADER
from tests.api.conftest import Api
from tests.cast import told

SECRET = "between us"
_S = ShipmentStatus


class Courier:
    """Somebody who speaks for a carrier."""

    def __init__(self, client, clock) -> None:
        self.client, self.clock = client, clock

    async def call(self, *events, carrier="DHL", secret=SECRET, age=0, **content):
        body = json.dumps({"events": list(events)} | content).encode()
        at = self.clock.time - timedelta(seconds=age)
        headers = {HEADER: signatures.sign(secret, body, at=at)}
        path = f"/callbacks/carriers/{carrier}"
        return await self.client.post(path, content=body, headers=headers)


@pytest.fixture
async def courier(clock, policy):
    policy(carrier_secrets=f"UPS=other, DHL={SECRET}")
    app = Starlette(routes=callbacks.routes(Settings(body_limit=5_000)))
    async with AsyncClient(transport=ASGITransport(app), base_url="http://waybill") as client:
        yield Courier(client, clock)


@pytest.fixture
async def parcel(shop, clock) -> Shipment:
    await shop.ships()
    return await shop.shipment("shipped")


def event(parcel: Shipment, code: str, *, hour: int = 1, **given):
    """What a carrier says of a parcel so many hours after it left."""
    at = (parcel.shipped_at + timedelta(hours=hour)).isoformat()
    return {"tracking_code": parcel.tracking_code, "code": code, "occurred_at": at} | given


async def now_at(parcel: Shipment) -> ShipmentStatus:
    return (await Shipment.get(id=parcel.id)).status


class TestCallback:
    async def test_records_a_batch_of_reports(self, courier, parcel):
        events = [event(parcel, "AA", place="Leipzig"), event(parcel, "PO", hour=20)]

        answer = await courier.call(*events)

        assert (answer.status_code, answer.json()) == (200, {"received": 2})
        assert await now_at(parcel) is _S.OUT_FOR_DELIVERY
        [first, _] = await CarrierEvent.filter(shipment_id=parcel.id).order_by("id")
        assert (first.code, first.status, first.place) == ("AA", _S.IN_TRANSIT, "Leipzig")

    @pytest.mark.parametrize("order", list(permutations(range(3))))
    async def test_comes_to_the_same_in_any_order_and_again(self, courier, parcel, order):
        events = [
            event(parcel, "AA"),
            event(parcel, "ZN", hour=20),
            event(parcel, "PO", hour=30),
        ]

        for n in (*order, *order):
            await courier.call(events[n])

        assert await now_at(parcel) is _S.OUT_FOR_DELIVERY
        assert await CarrierEvent.filter(shipment_id=parcel.id).count() == 3
        assert not await OrderException.filter(order_id=parcel.order_id, is_open=True)

    async def test_completes_the_order_and_is_not_taken_back_by_a_late_one(self, courier, parcel):
        await courier.call(event(parcel, "ZU", hour=30))
        await courier.call(event(parcel, "PO", hour=20))

        assert await now_at(parcel) is _S.DELIVERED
        assert (await Order.get(id=parcel.order_id)).status == "completed"

    @pytest.mark.parametrize(
        ("code", "kind"), [("ZN", "delivery_failed"), ("VL", "lost"), ("BV", "damaged")]
    )
    async def test_puts_what_went_wrong_into_the_queue(self, courier, parcel, code, kind):
        await courier.call(event(parcel, code, description="Nobody was at home."))

        row = await OrderException.get(order_id=parcel.order_id)
        assert row.kind == kind
        assert "Nobody was at home." in row.reason

    async def test_keeps_a_code_that_nobody_knows(self, courier, parcel, caplog):
        for _ in range(2):
            await courier.call(event(parcel, "Q7"), event(parcel, "AA", hour=2))

        row = await CarrierEvent.get(shipment_id=parcel.id, code="Q7")
        assert row.status is None
        assert await now_at(parcel) is _S.IN_TRANSIT
        assert (await told("CarrierEventUnknown", by=SYSTEM)).details["carrier_code"] == ("Q7")
        assert "'Q7'" in caplog.text

    async def test_does_not_tell_which_parcels_there_are(self, courier, parcel, shop):
        labelled = await shop.shipment("parcelled")
        stranger = event(parcel, "AA") | {"tracking_code": "NOBODYS"}
        waiting = event(parcel, "AA") | {"tracking_code": labelled.tracking_code}

        answers = [await courier.call(each) for each in (event(parcel, "AA"), stranger, waiting)]

        assert {(each.status_code, each.text) for each in answers} == {(200, '{"received":1}')}
        assert not await CarrierEvent.exists(shipment_id=labelled.id)

    async def test_of_one_carrier_says_nothing_of_the_parcels_of_another(self, courier, parcel):
        await courier.call(event(parcel, "D"), carrier="UPS", secret="other")

        assert await now_at(parcel) is _S.SHIPPED

    async def test_is_turned_away_unsigned_stale_or_from_nobody(self, courier, parcel):
        one = event(parcel, "AA")

        answers = [
            await courier.call(one, secret="guessed"),
            await courier.call(one, age=301),
            await courier.call(one, carrier="GLS"),
            await courier.client.post("/callbacks/carriers/DHL", json={"events": [one]}),
        ]

        assert [each.status_code for each in answers] == [401, 401, 404, 401]
        assert not await CarrierEvent.exists()

    async def test_is_refused_where_it_makes_no_sense(self, courier, parcel):
        one = event(parcel, "AA")
        answers = [
            await courier.call(),
            await courier.call(one | {"occurred_at": "yesterday"}),
            await courier.call(one | {"occurred_at": "2026-01-05T12:00:00"}),
            await courier.call(one | {"code": ""}),
            await courier.call(one | {"code": "\0"}),
            await courier.call(one, padding="x" * 6_000),
        ]

        assert [each.status_code for each in answers] == [400, 400, 400, 400, 400, 413]
        assert not await CarrierEvent.exists()


class TestCodes:
    def test_have_a_word_for_everything_a_carrier_can_report(self):
        for codes in CODES.values():
            assert set(codes.values()) == CARRIER_STATUSES

    def test_of_other_carriers_are_our_own_words(self):
        assert status_of("HERMES", "DELIVERED") is _S.DELIVERED
        assert status_of("HERMES", "SHIPPED") is None
        assert status_of("dhl", "ZU") is _S.DELIVERED


class TestLink:
    async def test_shows_the_promise_and_the_way_and_nobodys_name(self, courier, parcel, feed):
        order = await Order.get(id=parcel.order_id)
        await courier.call(event(parcel, "AA", place="Leipzig"))
        courier.clock.time = order.promised_at + timedelta(hours=1)

        shown = await Api().ask(GUEST, "TrackedOrder", token=order.tracking_token)
        [answer] = await Api().watch(GUEST, "OrderTracked", token=order.tracking_token)

        assert answer["data"]["orderTracked"]["tracked"] == shown
        assert datetime.fromisoformat(shown["promisedAt"]) == order.promised_at
        assert shown["isLate"] is True
        [sent] = shown["shipments"]
        assert [each["place"] for each in sent["events"]] == ["Leipzig"]
        text = json.dumps(answer)
        customer = await order.customer
        for secret in (customer.name, customer.email, order.keyed_by, order.tracking_token, "HLD-"):
            assert secret not in text
