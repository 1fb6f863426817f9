"""Papers through the API, and over HTTP with a token, by a signed link, and not otherwise."""

import asyncio
from datetime import timedelta

import pytest

from models import Order, Role
from services import people, seals
from services.actors import SYSTEM
from services.papers import links
from services.papers.paper import PaperKind
from tests.cast import Shop
from tests.purchases import bought
from tests.warehouse import home


async def token(role: Role, **given: object) -> dict[str, str]:
    secret = await people.create_token(SYSTEM, role, name=role.title(), **given)
    return {"Authorization": f"Bearer {secret}"}


@pytest.fixture
async def work(http):
    shop = await Shop.open()
    await home(shop.mug, shop.north, code="A-01")
    return await shop.fulfillment("picking", mug=2)


class TestToken:
    async def test_opens_papers_in_both_forms(self, http, work):
        picker = await token(Role.PICKER)

        page = await http.get(f"/papers/pick-list/{work.number}.html", headers=picker)
        sheet = await http.get(f"/papers/pick-list/{work.number.lower()}.pdf", headers=picker)

        assert page.status_code == sheet.status_code == 200
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert "A-01" in page.text
        assert sheet.headers["content-type"] == "application/pdf"
        assert sheet.content.startswith(b"%PDF-")
        assert sheet.headers["content-disposition"] == f'inline; filename="{work.number}.pdf"'
        for answer in (page, sheet):
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "no-store" in answer.headers["cache-control"]
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy

    async def test_is_needed_where_there_is_no_link(self, http, work):
        path = f"/papers/pick-list/{work.number}.html"

        for headers in ({}, {"Authorization": "Bearer wrong"}):
            answer = await http.get(path, headers=headers)
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"] == "Bearer"

    async def test_opens_what_its_holder_may_see_and_nothing_else(self, http, work):
        other = await Shop.open()
        stranger = await token(Role.CUSTOMER, customer_id=other.customer.id)
        ours, theirs = await bought(other), await bought(await Shop.open())
        draft = await bought(other, "draft")
        supplier = await token(Role.SUPPLIER, supplier_id=ours.supplier_id)
        number = work.number

        for headers, path, status in (
            (stranger, f"pick-list/{number}.pdf", 403),
            (stranger, f"packing-slip/{number}.pdf", 404),
            (supplier, f"packing-slip/{number}.pdf", 403),
            (supplier, f"purchase-order/{ours.number}.html", 200),
            (supplier, f"purchase-order/{theirs.number}.html", 404),
            (supplier, f"purchase-order/{draft.number}.html", 404),
        ):
            assert (await http.get(f"/papers/{path}", headers=headers)).status_code == status

    @pytest.mark.parametrize(
        "path",
        [
            "pick-list/FUL-9999.pdf",
            "pick-list/FUL-1001.exe",
            "pick-list/FUL-1001",
            "pick-list/SHP-1001.pdf",
            "poster/FUL-1001.pdf",
            "pick-list/..%2F..%2Fetc%2Fpasswd.pdf",
            "pick-list/FUL-99999999999999999999.pdf",
            "label/FUL-%D9%A1%D9%A0%D9%A0%D9%A1.html",
        ],
    )
    async def test_finds_no_paper_that_is_not_there(self, http, work, path):
        answer = await http.get(f"/papers/{path}", headers=await token(Role.MANAGER))

        assert answer.status_code == 404


class TestLink:
    async def test_needs_no_token(self, http, work):
        link = links.link(PaperKind.PICK_LIST, work.number, "")

        for url in (link.pdf_url, link.html_url):
            assert (await http.get(url)).status_code == 200

    async def test_is_refused_when_it_was_changed(self, http, work):
        url = links.link(PaperKind.PACKING_SLIP, work.number, "").pdf_url

        for forged in (
            url.replace("packing-slip", "pick-list"),
            url.replace(work.number, "FUL-1002"),
            url.replace("expires=", "expires=9"),
            url[:-1],
            url.replace("signature=", "signature=A"),
            f"/papers/pick-list/{work.number}.pdf?signature=é",
        ):
            assert (await http.get(forged)).status_code == 403

    async def test_is_gone_once_it_has_expired(self, http, work, monkeypatch):
        monkeypatch.setattr(seals, "now", lambda: work.created_at - timedelta(days=1))
        url = links.link(PaperKind.PICK_LIST, work.number, "").html_url
        monkeypatch.undo()

        answer = await http.get(url, headers=await token(Role.MANAGER))

        assert (answer.status_code, "expired" in answer.text) == (410, True)

    async def test_leads_nowhere_when_its_paper_is_not_there(self, http, work):
        link = links.link(PaperKind.PICK_LIST, "FUL-9999", "")

        assert (await http.get(link.pdf_url)).status_code == 404


class TestPapers:
    async def test_of_an_order_come_with_links_that_open(self, http, work):
        headers = await token(Role.MANAGER)
        document = (
            "{ orders { nodes { papers { kind number title pdfUrl htmlUrl expiresAt "
            "content { title code rows parties { lines } } } } } }"
        )

        answer = await http.post("/graphql", json={"query": document}, headers=headers)

        [order] = answer.json()["data"]["orders"]["nodes"]
        pick, slip = order["papers"]
        assert (pick["kind"], slip["kind"]) == ("PICK_LIST", "PACKING_SLIP")
        assert pick["content"]["code"] == pick["number"] == work.number
        assert pick["content"]["rows"][0][0] == "A-01"
        for url in (pick["pdfUrl"], slip["htmlUrl"]):
            assert (await http.get(url)).status_code == 200

    async def test_are_for_a_customer_those_without_the_warehouse(self, http, work):
        order = await Order.get(id=work.order_id)
        headers = await token(Role.CUSTOMER, customer_id=order.customer_id)
        document = "{ orders { nodes { papers { kind } } } }"

        answer = await http.post("/graphql", json={"query": document}, headers=headers)

        assert answer.json()["data"]["orders"]["nodes"] == [{"papers": [{"kind": "PACKING_SLIP"}]}]


async def test_drawing_keeps_nobody_else_waiting(http, work):
    """The loop goes on turning while a paper is drawn."""
    url = links.link(PaperKind.PICK_LIST, work.number, "").pdf_url
    drawing = asyncio.gather(*(http.get(url) for _ in range(3)))
    turns = 0
    while not drawing.done():
        await asyncio.sleep(0)
        turns += 1

    assert {answer.status_code for answer in await drawing} == {200}
    assert turns > 100
