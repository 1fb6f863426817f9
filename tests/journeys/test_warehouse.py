"""A wave through the warehouse, from its pick list to its parcels, and the papers it takes."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
import zxingcpp
from pypdfium2 import PdfDocument

from services import seals
from services.papers import links
from services.papers.paper import PaperKind
from tests.clients import Api
from tests.journeys.shop import Shop
from tests.servers import Server, Waybill

pytestmark = pytest.mark.timeout(600)

SECRET = "known to the servers and to this test"
SCANNED = "wave { progress { units unitsPicked } status }"
PAPERS = """query ($number: String!) {
  order(number: $number) { status papers { kind number pdfUrl htmlUrl } }
}"""


@pytest.fixture
def server(tmp_path, sqlite_url, servers) -> Server:
    return servers(Waybill(tmp_path, sqlite_url, secret=SECRET))


async def released(shop: Shop, quantity: int) -> tuple[str, str]:
    """A new order, and its work, which waits to be picked."""
    placed = (await shop.place(quantity))["order"]
    order = await shop.api.do(
        "orderConfirm", "order { number fulfillments { number } }", id=placed["id"]
    )
    [work] = order["fulfillments"]
    await shop.api.do("fulfillmentRelease", "fulfillment { id }", id=work["number"])
    return order["number"], work["number"]


async def test_a_wave_is_scanned_packed_sent_and_on_paper(server, monkeypatch):
    async with Api(server.url, server.token("admin")) as admin:
        shop = await Shop.open(admin, stock=10)
        await admin.do("variantUpdate", "variant { id }", id=shop.variant, barcode="4006381333931")
        shelf = await admin.do(
            "binCreate", "bin { id }", locationId=shop.location, code="A-01", position=1
        )
        await admin.do("levelBinSet", "level { id }", **shop.level, binId=shelf["id"])
        orders = [await released(shop, 2), await released(shop, 1)]
        wave = await admin.do("waveCreate", "wave { id number }", locationId=shop.location, size=5)
        await admin.do("waveStart", "wave { id }", id=wave["id"])

        item = {"id": wave["id"], "barcode": "4006381333931"}
        wrong = await admin.attempt("wavePickScan", SCANNED, **item, binCode="B-02")
        assert [each["code"] for each in wrong["userErrors"]] == ["MISPICK"]
        picked = await admin.do("wavePickScan", SCANNED, **item, binCode="A-01", quantity=3)
        assert picked["progress"] == {"units": 3, "unitsPicked": 3}
        for n, (_, work) in enumerate(orders):
            await pack(admin, work, f"BOX-{n}", units=2 - n)
        done = await admin.ask("{ waves { nodes { status } } mispicks { nodes { kind found } } }")
        assert done["waves"]["nodes"] == [{"status": "DONE"}]
        assert done["mispicks"]["nodes"] == [{"kind": "WRONG_BIN", "found": "B-02"}]

        number, work = orders[0]
        order = (await admin.ask(PAPERS, number=number))["order"]
        found = {paper["kind"]: paper for paper in order["papers"]}
        assert set(found) >= {"PICK_LIST", "PACKING_SLIP", "LABEL"}

    # From here on without a token.
    async with httpx.AsyncClient(base_url=server.url, timeout=60) as anybody:
        assert scanned(await anybody.get(found["LABEL"]["pdfUrl"])) == {"JD-BOX-0"}
        assert scanned(await anybody.get(found["PACKING_SLIP"]["pdfUrl"])) == {work}
        for paper in found.values():
            assert paper["number"] in (await anybody.get(paper["htmlUrl"])).text

        label, slip = found["LABEL"]["pdfUrl"], found["PACKING_SLIP"]["number"]
        forged = label.replace("/label/", "/packing-slip/").replace(found["LABEL"]["number"], slip)
        assert (await anybody.get(forged)).status_code == 403
        assert (await anybody.get(label.partition("?")[0])).status_code == 401
        assert (await anybody.get(expired(monkeypatch, slip))).status_code == 410
    checked = server.waybill.run("check")
    assert checked.returncode == 0, checked.stdout


async def pack(admin: Api, work: str, box: str, *, units: int) -> None:
    await admin.do("fulfillmentPickComplete", "fulfillment { id }", id=work)
    package = await admin.do("packageCreate", "package { id }", fulfillmentId=work, box=box)
    item = {"id": work, "barcode": "4006381333931", "box": box}
    await admin.do("fulfillmentPackScan", "fulfillment { id }", **item, quantity=units)
    await admin.do("packageClose", "package { id }", id=package["id"], weight=700 * units)
    await admin.do("fulfillmentPackComplete", "fulfillment { id }", id=work)
    parcel = await admin.do(
        "shipmentCreate",
        "shipment { weight }",
        fulfillmentId=work,
        carrier="DHL",
        trackingCode=f"JD-{box}",
        packageId=package["id"],
    )
    assert parcel["weight"] == 700 * units
    gone = await admin.do("fulfillmentHandOver", "fulfillment { status }", id=work)
    assert gone["status"] == "HANDED_OVER"


def scanned(answer: httpx.Response) -> set[str]:
    assert answer.status_code == 200, answer.text
    [page] = PdfDocument(answer.content)
    return {code.text for code in zxingcpp.read_barcodes(page.render(scale=200 / 72).to_pil())}


def expired(monkeypatch: pytest.MonkeyPatch, number: str) -> str:
    """A link as the server made it, yesterday."""
    monkeypatch.setattr(seals, "_secret", SECRET.encode())
    monkeypatch.setattr(seals, "now", lambda: datetime.now(UTC) - timedelta(days=1))
    return links.link(PaperKind.PACKING_SLIP, number, "").pdf_url
