"""Invoices and credit notes: what they say, that they are numbered without gaps, and never too
much."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from models import (
    CreditNote,
    Customer,
    Invoice,
    Order,
    OrderChannel,
    PaymentEvent,
    PaymentEventState,
    TaxClass,
)
from models.errors import Refused
from models.invoices import digest
from services import catalog, discounts, invoices, orders, payments, pricing, taxes
from services.actors import SYSTEM
from services.amounts import half_up
from services.commit import operation
from services.documents import Paper, Taxed, credit_content, sums
from services.payment_inputs import Said
from services.policies import Policy
from tests.cast import (
    all_at_once,
    lines_of,
    one_database,
    refused,
    refuses,
    told,
    work_on,
    work_through,
)

follow, credit = operation(invoices.follow), operation(invoices.credit)


async def vat():
    for name, tax_class, percent in (
        ("VAT", TaxClass.STANDARD, 19),
        ("VAT", TaxClass.REDUCED, 7),
    ):
        await taxes.create(
            SYSTEM, name=name, country_code="DE", tax_class=tax_class, percent=Decimal(percent)
        )


async def invoice_of(order):
    return await Invoice.get(order_id=order.id)


@operation
async def lose(order, *, line=0, units=1):
    """Some units of a line are given up after all."""
    order = await Order.select_for_update().get(id=order.id)
    lines = await lines_of(order)
    lines[line].cancelled += units
    await pricing.reprice(order, lines, "cancelled")
    await follow(SYSTEM, order)
    return order


@operation
async def gain(order, *, line=0, units=1):
    order = await Order.select_for_update().get(id=order.id)
    lines = await lines_of(order)
    lines[line].cancelled -= units
    await pricing.reprice(order, lines, "cancelled")


class TestIssue:
    async def test_says_all_there_is_to_say(self, shop, manager, clock, policy):
        policy(seller_name="Fjord & Sons", seller_tax_id="DE123456789")
        await vat()
        await catalog.update_variant(SYSTEM, shop.mug.id, {"tax_class": TaxClass.REDUCED}, None)
        order = await shop.order("placed", mug=2, shirt=1)

        invoice = await invoices.issue(manager, order.id)

        content = invoice.content
        assert (invoice.number, invoice.total, invoice.tax_total) == ("INV-000001", 4500, 483)
        assert (content["number"], content["issuedOn"]) == ("INV-000001", "2026-01-05")
        assert content["seller"]["name"] == "Fjord & Sons"
        assert content["buyer"]["name"] == shop.customer.name
        assert content["buyer"]["address"]["city"] == "Hamburg"
        assert content["lines"][0] | {"line": ""} == {
            "line": "",
            "sku": shop.mug.sku,
            "name": "Mug",
            "quantity": 2,
            "unitPrice": "12.50",
            "discount": "0.00",
            "net": "23.36",
            "taxName": "VAT",
            "taxPercent": "7",
            "tax": "1.64",
            "total": "25.00",
        }
        assert content["taxes"] == [
            {"name": "VAT", "percent": "7", "net": "23.36", "tax": "1.64", "total": "25.00"},
            {"name": "VAT", "percent": "19", "net": "16.81", "tax": "3.19", "total": "20.00"},
        ]
        assert (content["net"], content["tax"], content["total"]) == ("40.17", "4.83", "45.00")
        assert (await invoice_of(order)).content_hash == digest(content)
        event = await told("InvoiceIssued", by=manager)
        assert event.order_id == order.id
        assert event.details == {"invoice_id": 1, "invoice_total": 4500}

    async def test_happens_by_itself_when_the_carrier_first_takes_goods(self, shop):
        order = await shop.order("confirmed", mug=12)
        first, second = await work_on(order)

        await work_through(first, "shipped")
        invoice = await invoice_of(order)
        await work_through(second, "shipped")

        assert invoice.total == order.total
        assert await Invoice.all().count() == 1

    async def test_does_not_happen_by_itself_where_the_policy_says_so(self, shop, policy):
        policy(invoice_at_shipment=False)

        await shop.order("shipped")

        assert await Invoice.all().count() == 0

    @one_database
    async def test_is_refused_for_a_draft_and_when_all_is_invoiced(self, shop, manager):
        draft, shipped = await shop.order(), await shop.order("shipped")

        for order in (draft, shipped):
            async with refuses(("BLOCKED", ("orderId",))):
                await invoices.issue(manager, order.id)

    @one_database
    async def test_asks_for_what_was_added_since(self, shop, manager):
        order = await shop.order("placed", mug=1, shirt=1)
        await invoices.issue(manager, order.id)
        order = await Order.get(id=order.id)
        lines = await lines_of(order)
        lines[1].ordered += 2
        await pricing.reprice(order, lines, "ordered")

        more = await invoices.issue(manager, order.id)

        [line] = more.content["lines"]
        assert (line["quantity"], line["total"], more.total) == (2, "40.00", 4000)

    @one_database
    async def test_asks_again_for_what_was_credited_and_came_back(self, shop, manager):
        await vat()
        order = await shop.order("placed", mug=3)
        await invoices.issue(manager, order.id)
        await lose(order, units=2)
        await gain(order, units=1)

        again = await invoices.issue(manager, order.id)

        assert (again.total, again.tax_total) == (1250, 200)
        assert again.content["lines"][0]["name"] == f"Change of {order.number}"


class TestFollow:
    @one_database
    async def test_credits_what_the_order_lost_once(self, shop, manager):
        await vat()
        order = await shop.order("placed", mug=3)
        invoice = await invoices.issue(manager, order.id)

        order = await lose(order)
        await follow(SYSTEM, order)

        note = await CreditNote.get(order_id=order.id)
        assert (note.number, note.invoice_id, note.goodwill) == ("CRN-000001", invoice.id, False)
        assert (note.total, note.tax_total, note.content["invoice"]) == (1250, 200, "INV-000001")
        assert note.content["taxes"][0]["net"] == "10.50"

    @one_database
    async def test_credits_all_of_an_order_that_is_given_up(self, shop, manager):
        await vat()
        order = await shop.order("placed", mug=1, shirt=2)
        invoice = await invoices.issue(manager, order.id)

        await orders.cancel(SYSTEM, order.id, reason="Enough")
        await follow(SYSTEM, await Order.get(id=order.id))

        note = await CreditNote.get(order_id=order.id)
        assert (note.total, note.tax_total) == (invoice.total, invoice.tax_total)

    @one_database
    async def test_leaves_goodwill_out_of_account(self, shop, manager):
        order = await shop.order("placed", mug=3)
        await invoices.issue(manager, order.id)
        await credit(SYSTEM, order, 500, "It was late")
        order = await Order.get(id=order.id)
        await follow(SYSTEM, order)
        async with refuses(("BLOCKED", ("orderId",))):
            await invoices.issue(manager, order.id)

        await lose(order, units=3)

        assert [row.total for row in await CreditNote.all().order_by("id")] == [500, 3250]


class TestPayments:
    @one_database
    async def test_credit_what_is_given_back_and_no_more(self, shop, manager):
        order = await shop.order("placed", mug=4)
        paid = await payments.take(SYSTEM, order.id)
        await invoices.issue(manager, order.id)

        await discounts.give(manager, order.id, reason="Late", amount=(Decimal(10), "EUR"))
        notes = await CreditNote.filter(order_id=order.id).order_by("id")
        assert [(row.total, row.goodwill) for row in notes] == [(1000, False)]
        waiting = await PaymentEvent.get(payment_id=paid.id, kind="refund", state="requested")
        done = Said(outcome=PaymentEventState.SUCCEEDED)
        await payments.record_outcome(SYSTEM, paid.id, event_id=waiting.id, said=done)
        await payments.refund(SYSTEM, paid.id, amount=(Decimal(5), "EUR"), reason="Scratched")

        notes = await CreditNote.filter(order_id=order.id).order_by("id")
        assert [(row.total, row.goodwill) for row in notes] == [(1000, False), (500, True)]
        assert notes[1].reason == "Scratched"


class TestCredit:
    @one_database
    async def test_takes_the_latest_invoice_first_and_no_more_than_there_is(self, shop, manager):
        order = await shop.order("placed", mug=1)
        await invoices.issue(manager, order.id)
        order = await Order.get(id=order.id)
        [line] = await lines_of(order)
        line.ordered = 2
        await pricing.reprice(order, [line], "ordered")
        await invoices.issue(manager, order.id)

        await credit(SYSTEM, order, 2000, "It was late")
        await credit(SYSTEM, order, 2000, "It was very late")

        rows = await CreditNote.all().order_by("id")
        assert [(row.invoice_id, row.total) for row in rows] == [(2, 1250), (1, 750), (1, 500)]

    @one_database
    async def test_is_refused_beyond_what_is_left(self, shop, manager):
        invoice = await invoice_of(await shop.order("shipped", mug=2))
        give = partial(invoices.issue_credit, manager, invoice.id, reason="Scratched")
        await give(amount=(Decimal(20), "EUR"))

        async with refuses(("INVALID", ("amount", "amount"))):
            await give(amount=(Decimal("5.01"), "EUR"))
        async with refuses(("INVALID", ("amount", "currency"))):
            await give(amount=(Decimal(5), "USD"))
        await give()
        async with refuses(("BLOCKED", ("invoiceId",))):
            await give()

    async def test_never_gives_more_than_was_invoiced_however_many_try(self, shop, manager):
        invoice = await invoice_of(await shop.order("shipped", mug=1))
        give = partial(
            invoices.issue_credit, manager, invoice.id, reason="x", amount=(Decimal(4), "EUR")
        )

        outcomes = await all_at_once([give] * 8)

        assert len(refused(outcomes)) == 5
        assert sum(row.total for row in await CreditNote.all()) == 1200


class TestNumbers:
    async def test_have_no_gaps_where_twenty_are_issued_at_once_and_some_fail(self, shop, manager):
        await shop.receive(shop.mug, shop.north, 50)
        placed = [await shop.order("placed") for _ in range(20)]

        @operation
        async def fail(order_id):
            await invoices.issue(manager, order_id)
            await asyncio.sleep(0.01)
            raise Refused

        verbs = [partial(invoices.issue, manager, order.id) for order in placed]
        verbs[1::4] = [partial(fail, order.id) for order in placed[1::4]]
        outcomes = await all_at_once(verbs)

        assert len(refused(outcomes)) == 5
        assert await Invoice.all().order_by("id").values_list("id", flat=True) == [*range(1, 16)]


groups = st.lists(
    st.tuples(st.integers(1, 10_000), st.sampled_from([0, 70_000, 190_000, 200_000])),
    min_size=1,
    max_size=4,
    unique_by=lambda group: group[1],
)


def credited(invoice, notes, amount):
    """The next credit note on an invoice."""
    paper = Paper(
        order=Order(id=1, currency="EUR", channel=OrderChannel.PHONE),
        customer=Customer(id=1, name="Ada"),
        policy=Policy(),
        issued_at=datetime(2026, 1, 5, tzinfo=UTC),
    )
    about = {"invoice": invoice, "earlier": notes, "amount": amount, "reason": "Late"}
    return CreditNote(id=1, content=credit_content("CRN-000001", paper, **about))


class TestCreditContent:
    @given(groups, st.lists(st.integers(1, 10_000), max_size=5))
    def test_leaves_nothing_of_an_invoice_however_it_is_parted(self, groups, parts):
        taxed = {
            ("VAT", rate): Taxed(total=total, tax=half_up(total * rate, 1_000_000 + rate))
            for total, rate in groups
        }
        total = sum(group.total for group in taxed.values())
        invoice = Invoice(id=1, currency="EUR", total=total, content=sums(taxed, "EUR"))
        notes = []

        left = total
        for part in [*parts, total]:
            amount = min(part, left)
            if amount:
                notes.append(credited(invoice, notes, amount))
                left -= amount

        for name in ("total", "tax", "net"):
            assert sum(Decimal(note.content[name]) for note in notes) == Decimal(
                invoice.content[name]
            )
            assert all(Decimal(note.content[name]) >= 0 for note in notes)
