"""Papers: what stands on them, how they are drawn, and links that nobody can make up."""

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pypdfium2
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from models import Invoice, Order
from models.errors import Refused
from services import catalog, fulfillments, invoices, locations, papers, seals, shipments
from services.actors import SYSTEM
from services.papers import barcodes, fonts, html, links, pdf
from services.papers.links import Verdict
from services.papers.paper import Column, Entry, Paper, PaperKind, Party
from services.papers.warehouse import PICK_COLUMNS
from tests.cast import CLERK, MANAGER, PICKER, Shop, actor_for, one_database
from tests.warehouse import home, packed, pick, wave_of

K = PaperKind
AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script> {{ 7*7 }} \"'><img src=x> \x00\x07"
FOREIGN = ("Čech Łódź", "Ω Αθήνα", "漢字 東京", "Привет", "مرحبا", "한국 💥")


def sheet(**given: object) -> Paper:
    plain: dict[str, object] = {
        "kind": K.PICK_LIST,
        "number": "WAV-1003",
        "title": "Pick list",
        "code": "WAV-1003",
        "at": AT,
        "columns": PICK_COLUMNS,
        "rows": (("A-01-1", "Mug", "2000000000015", "2", "0"),),
    }
    return Paper(**plain | given)  # type: ignore[arg-type]


LABEL = sheet(
    kind=K.LABEL,
    code="JD0100000000000042",
    columns=(),
    rows=(),
    parties=(Party(title="To", lines=("Ada Berg", "Hafenstr. 7", "Hamburg", "Germany")),),
    facts=(Entry(label="Order", value="ORD-1042", strong=True),),
    is_small=True,
)


def pages(content: bytes) -> list[pypdfium2.PdfPage]:
    return list(pypdfium2.PdfDocument(io.BytesIO(content)))


def scanned(content: bytes) -> set[str]:
    """What a scanner reads on the printed pages."""
    pictures = [page.render(scale=200 / 72).to_pil() for page in pages(content)]
    return {code.text for picture in pictures for code in zxingcpp.read_barcodes(picture)}


def text_of(content: bytes) -> str:
    return "\n".join(page.get_textpage().get_text_bounded() for page in pages(content))


class TestFind:
    async def test_lists_what_to_pick_in_walking_order(self, shop):
        await home(shop.shirt, shop.north, position=1, code="A-01")
        await home(shop.mug, shop.north, position=2, code="A-02")
        await catalog.update_variant(SYSTEM, shop.mug.id, {"barcode": "4006381333931"}, None)
        work = await shop.fulfillment("released", mug=2, shirt=1)

        paper = await papers.find(PICKER, K.PICK_LIST, work.number)

        assert paper.rows == (
            ("A-01", f"Shirt\n{shop.shirt.sku}", shop.shirt.sku, "1", "0"),
            ("A-02", f"Mug\n{shop.mug.sku}", "4006381333931", "2", "0"),
        )
        assert Entry(label="Units", value="3", strong=True) in paper.totals

    async def test_merges_the_orders_of_a_wave(self, shop):
        wave = await wave_of(*[await shop.fulfillment("released", mug=2) for _ in range(3)])

        paper = await papers.find(PICKER, K.PICK_LIST, wave.number)

        assert [(row[1].split("\n")[0], row[3]) for row in paper.rows] == [("Mug", "6")]
        assert Entry(label="Orders", value="3") in paper.facts

    async def test_slips_in_what_is_enclosed_and_no_price(self, shop):
        box = await packed(shop, mug=2)
        number = f"FUL-{1000 + box.fulfillment_id}"

        paper = await papers.find(CLERK, K.PACKING_SLIP, number)

        assert paper.rows == (("Mug", shop.mug.sku, "2", "2"),)
        assert paper.parties[0].lines == ("Ada Berg", "Hafenstr. 7", "20457 Hamburg", "Germany")
        assert "12.5" not in str(paper.rows) + str(paper.totals)

    async def test_slips_in_nothing_that_was_not_found(self, shop):
        work = await shop.fulfillment("picking", mug=3, shirt=1)
        await pick(PICKER, work, shop.mug, 2)
        await fulfillments.pick_complete(PICKER, work.id)

        paper = await papers.find(CLERK, K.PACKING_SLIP, work.number)

        assert paper.rows == (("Mug", shop.mug.sku, "3", "2"),)

    async def test_says_where_a_parcel_comes_from(self, shop):
        given = {"line1": "Kai 3", "postal_code": "20457", "city": "Hamburg", "country_code": "DE"}
        await locations.update(SYSTEM, shop.north.id, given)
        parcel = await shop.shipment()

        paper = await papers.find(PICKER, K.LABEL, parcel.number)

        _, sender = paper.parties
        assert sender.lines == (shop.north.name, "Kai 3", "20457 Hamburg", "Germany")

    async def test_labels_a_parcel_with_what_its_carrier_calls_it(self, shop):
        box = await packed(shop, mug=2)
        parcel = await shipments.create(
            SYSTEM, box.fulfillment_id, carrier="DHL", service="Parcel", tracking_code="JD42"
        )

        paper = await papers.find(PICKER, K.LABEL, parcel.number)

        facts = {entry.label: entry.value for entry in paper.facts}
        assert (paper.title, paper.code) == ("DHL Parcel", "JD42")
        assert facts["Weight"] == "1.000 kg"
        assert (facts["Parcel"], facts["Box"], facts["Units"]) == ("1 of 1", box.box, "2")

    async def test_repeats_an_invoice_word_for_word(self, shop):
        order = await shop.order("delivered", mug=2, shirt=1)
        [invoice] = await Invoice.filter(order_id=order.id)
        await catalog.update_variant(SYSTEM, shop.mug.id, {"name": "Cup"}, None)

        paper = await papers.find(MANAGER, K.INVOICE, invoice.number)

        assert [row[0].split("\n")[0] for row in paper.rows] == ["Mug", "Shirt"]
        assert [row[-1] for row in paper.rows] == [row["total"] for row in invoice.content["lines"]]
        assert paper.totals[-1] == Entry(
            label="Total", value=f"{invoice.content['total']} EUR", strong=True
        )
        assert f"SHA-256 {invoice.content_hash}" in paper.notes
        assert scanned(pdf.render(paper)) == {invoice.number}

    async def test_credits_what_was_credited(self, shop):
        order = await shop.order("delivered", mug=2)
        invoice = await Invoice.get(order_id=order.id)
        note = await invoices.issue_credit(MANAGER, invoice.id, reason="A scratch.")

        paper = await papers.find(MANAGER, K.CREDIT_NOTE, note.number)

        facts = {entry.label: entry.value for entry in paper.facts}
        assert (facts["Invoice"], facts["Reason"]) == (invoice.number, "A scratch.")
        assert paper.totals[-1].value == f"{invoice.content['total']} EUR"
        assert scanned(pdf.render(paper)) == {note.number}

    @one_database
    async def test_refuses_who_may_not_see_what_it_is_about(self, shop):
        work = await shop.fulfillment("released")
        stranger = actor_for((await Shop.open()).customer)
        owner = actor_for(shop.customer)

        assert await papers.find(owner, K.PACKING_SLIP, work.number)
        for actor, kind, number in (
            (owner, K.PICK_LIST, work.number),
            (stranger, K.PACKING_SLIP, work.number),
            (PICKER, K.PACKING_SLIP, "FUL-9999"),
            (PICKER, K.LABEL, work.number),
        ):
            with pytest.raises(Refused):
                await papers.find(actor, kind, number)


@one_database
async def test_an_order_offers_the_papers_its_reader_may_see(shop):
    order = await shop.order("shipped")

    [staff] = await papers.of_orders(PICKER, [order])
    [own] = await papers.of_orders(actor_for(shop.customer), [await Order.get(id=order.id)])

    kinds = {link.kind for link in staff}
    assert kinds >= {K.PICK_LIST, K.PACKING_SLIP, K.LABEL}
    assert kinds - {link.kind for link in own} == {K.PICK_LIST}
    for link, paper in zip(staff, await papers.contents(SYSTEM, staff), strict=True):
        assert (paper.kind, paper.number) == (link.kind, link.number)


class TestLink:
    def test_is_good_until_it_expires(self, clock):
        link = links.link(K.LABEL, "SHP-1001", "Label")
        assert checked(link.pdf_url) is checked(link.html_url) is Verdict.GOOD

        clock.advance(minutes=89, seconds=59)
        assert checked(link.pdf_url) is Verdict.GOOD
        clock.advance(seconds=1)
        assert checked(link.pdf_url) is Verdict.EXPIRED
        assert link.expires_at == AT.replace(month=1, day=5, hour=11)

    def test_is_the_same_for_whoever_asks_again_and_never_lives_shorter_than_it_is_to(self, clock):
        given = [links.link(K.LABEL, "SHP-1001", "Label")]
        for _ in range(60):
            at = clock.advance(minutes=1)
            given.append(links.link(K.LABEL, "SHP-1001", "Label"))
            assert timedelta(hours=1) <= given[-1].expires_at - at <= timedelta(hours=2)

        assert len({link.pdf_url for link in given}) == 2

    @pytest.mark.parametrize(
        ("kind", "number", "later", "cut"),
        [
            (K.INVOICE, "SHP-1001", 0, None),
            (K.LABEL, "SHP-1002", 0, None),
            (K.LABEL, "SHP-1001", 3600, None),
            (K.LABEL, "SHP-1001", 0, -1),
        ],
    )
    def test_is_of_one_paper_and_one_moment(self, clock, kind, number, later, cut):
        expires, signature = signed(links.link(K.LABEL, "SHP-1001", "Label").pdf_url)

        assert links.check(kind, number, str(expires + later), signature[:cut]) is Verdict.FORGED

    @given(st.text(), st.text())
    def test_cannot_be_made_up(self, expires, signature):
        assert links.check(K.LABEL, "SHP-1001", expires, signature) is Verdict.FORGED

    def test_is_forged_under_another_secret(self, clock, monkeypatch):
        link = links.link(K.LABEL, "SHP-1001", "Label")
        clock.advance(days=1)

        monkeypatch.setattr(seals, "_secret", seals._secret)
        seals.use("another secret, also long")

        assert checked(link.pdf_url) is Verdict.FORGED


def signed(url: str) -> tuple[int, str]:
    query = dict(part.split("=", 1) for part in url.partition("?")[2].split("&"))
    return int(query["expires"]), query["signature"]


def checked(url: str) -> Verdict:
    expires, signature = signed(url)
    return links.check(K.LABEL, "SHP-1001", str(expires), signature)


class TestPdf:
    def test_is_read_by_a_scanner(self):
        assert scanned(pdf.render(sheet())) == {"WAV-1003", "A-01-1", "2000000000015"}
        assert scanned(pdf.render(LABEL)) == {"JD0100000000000042"}

    def test_has_a_page_as_large_as_its_kind(self):
        [page] = pages(pdf.render(LABEL))
        assert [round(side / 72 * 25.4) for side in page.get_size()] == [100, 150]

    def test_goes_on_to_further_pages_under_the_same_heading(self):
        rows = tuple((f"A-{n:02}", f"Mug {n}", "", "1", "0") for n in range(60))

        content = pdf.render(sheet(rows=rows))

        assert len(pages(content)) > 2
        text = text_of(content)
        assert all(f"Mug {n}" in text for n in range(60))
        assert text.count("Picked") == len(pages(content))

    def test_prints_the_scripts_it_has_fonts_for(self):
        paper = replace(LABEL, parties=(Party(title="To", lines=FOREIGN),))

        text = text_of(pdf.render(paper))

        for line in FOREIGN[:4]:
            assert line in text
        # What no font has is seen to be missing.
        assert fonts.UNKNOWN * 2 in text

    def test_stays_on_one_label_whatever_is_on_it(self):
        paper = replace(LABEL, parties=(Party(title="To", lines=("Long " * 40,) * 5),))

        content = pdf.render(paper)

        assert len(pages(content)) == 1
        assert scanned(content) == {LABEL.code}

    @pytest.mark.parametrize("code", ["", "x" * 120, "ärger", "漢字"])
    def test_prints_a_code_that_cannot_be_bars_as_text(self, code):
        assert scanned(pdf.render(replace(LABEL, code=code))) == set()

    def test_takes_hostile_text_for_text(self):
        paper = sheet(title=HOSTILE, notes=(HOSTILE,), rows=((HOSTILE,) * 5,))

        assert "<script>" in text_of(pdf.render(paper))


class TestHtml:
    def test_escapes_every_text(self):
        bad = Entry(label=HOSTILE, value=HOSTILE)
        paper = Paper(
            kind=K.PACKING_SLIP,
            number=HOSTILE,
            title=HOSTILE,
            code=HOSTILE,
            at=AT,
            parties=(Party(title=HOSTILE, lines=(HOSTILE,)),),
            facts=(bad,),
            columns=(Column(title=HOSTILE), Column(title=HOSTILE, is_code=True)),
            rows=((HOSTILE, HOSTILE),),
            totals=(bad,),
            notes=(HOSTILE,),
        )

        page = html.render(paper).decode()

        assert "<script" not in page
        assert "<img" not in page
        assert page.count("&lt;script&gt;") >= 12

    def test_draws_the_same_bars(self):
        page = html.render(sheet()).decode()

        assert page.count("<svg") == 3
        left, wide = barcodes.bars("WAV-1003")[0]
        assert f'<rect x="{left + barcodes.QUIET}" width="{wide}"' in page

    def test_needs_nothing_from_elsewhere(self):
        page = html.render(sheet()).decode()

        assert not any(word in page for word in ("http", "src=", "href=", "url(", "<script"))


class TestBars:
    @given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=40))
    def test_end_where_they_are_said_to(self, text):
        bars = barcodes.bars(text)

        assert all(wide >= 1 for _, wide in bars)
        assert all(a[0] + a[1] < b[0] for a, b in pairwise(bars))
        assert barcodes.width(text) == sum(bars[-1])


def test_a_link_lives_as_long_as_the_policy_says(policy, clock):
    policy(paper_link_minutes=5)

    assert links.link(K.LABEL, "SHP-1001", "").expires_at == clock.time + timedelta(minutes=10)
