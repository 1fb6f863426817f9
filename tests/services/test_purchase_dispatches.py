"""Purchase orders on their way to suppliers: to a real mail server, and a real HTTP server."""

import json
from email import message_from_bytes
from email import policy as mail_policy
from functools import partial

import pytest

from models import Event, PurchaseDispatch, PurchaseOrder
from services import clockwork, commit, purchase_dispatches, purchase_orders, purchase_talks
from services.actors import SYSTEM
from services.purchase_talks import Wish
from tests.buying import supplier_of
from tests.cast import all_at_once, one_database, refuses, told
from tests.post import SECRET, desk, post_office
from tests.purchases import bought, line_of


@pytest.fixture
async def office(database, policy):
    async with post_office() as office:
        policy(mail_backend="smtp", smtp_url=office.url, mail_from="buy@shop.example")
        yield office
        await commit.finish_all()


@pytest.fixture
async def system(database, policy, shop):
    async with desk() as system:
        supplier = await supplier_of(shop)
        supplier.webhook_url = system.url
        await supplier.save()
        policy(supplier_secrets=f"OTHER=x, {supplier.code}={SECRET}")
        yield system
        await commit.finish_all()


async def tick():
    """Let everything happen that is due, to the end."""
    await clockwork.tick()
    await commit.finish_all()


async def only(order) -> PurchaseDispatch:
    return await PurchaseDispatch.get(purchase_order_id=order.id)


class TestEmail:
    async def test_brings_the_order_as_a_document(self, shop, office, clock):
        order = await bought(shop, "sent")
        assert office.mails == []

        await tick()
        await tick()

        [mail] = office.mails
        assert (mail["To"], mail["Subject"]) == (
            "acme@example.com",
            f"Purchase order {order.number}",
        )
        assert mail["From"].addresses[0].addr_spec == "buy@shop.example"
        [document] = mail.iter_attachments()
        assert document.get_filename() == f"{order.number}.pdf"
        assert document.get_content().startswith(b"%PDF-")
        dispatch = await only(order)
        assert (dispatch.due_at, dispatch.delivered_at) == (None, clock.time)
        event = await told("PurchaseOrderDelivered", by=SYSTEM)
        assert event.supplier_id == order.supplier_id

    async def test_is_tried_until_it_is_taken(self, shop, office, clock):
        office.is_full = True
        order = await bought(shop, "sent")

        for _ in range(purchase_dispatches.TOO_OFTEN):
            await tick()
            clock.advance(hours=1)

        dispatch = await only(order)
        assert dispatch.attempts == purchase_dispatches.TOO_OFTEN
        assert "452" in dispatch.trouble
        order = await PurchaseOrder.get(id=order.id)
        assert "452" in order.problem
        event = await told("PurchaseOrderUndelivered", by=SYSTEM)
        assert event.supplier_id is None
        office.is_full = False
        await tick()
        assert len(office.mails) == 1
        assert (await PurchaseOrder.get(id=order.id)).problem == ""

    async def test_waits_for_a_server_that_is_away(self, shop, policy, clock):
        policy(mail_backend="smtp", smtp_url="smtp://127.0.0.1:9")
        order = await bought(shop, "sent")

        await tick()

        dispatch = await only(order)
        assert "ConnectionRefusedError" in dispatch.trouble
        assert dispatch.due_at > clock.time

    async def test_goes_once_however_many_send_it(self, shop, office):
        order = await bought(shop, "sent")
        dispatch = await only(order)

        await all_at_once([partial(purchase_dispatches.send, dispatch.id)] * 5)
        await commit.finish_all()

        assert len(office.mails) == 1

    async def test_tells_what_has_changed_and_what_is_no_longer_wanted(self, shop, office):
        order = await bought(shop, "sent")
        await tick()
        line = await line_of(order, shop.mug)
        wish = Wish(line_id=line.id, units=20)
        await purchase_talks.change(SYSTEM, order.id, wishes=[wish], reason="More.")
        await tick()
        await purchase_orders.cancel(SYSTEM, order.id, reason="None.")
        await tick()

        assert [mail["Subject"].partition(":")[0] for mail in office.mails] == [
            f"Purchase order {order.number}",
            "Changed",
            "No longer wanted",
        ]
        assert "Reason: More." in office.mails[1].get_body().get_content()

    @one_database
    async def test_is_kept_as_a_file_where_there_is_no_server(self, shop, policy, tmp_path):
        policy(mail_backend="file", mail_folder=str(tmp_path / "mail"))
        order = await bought(shop, "sent")

        await tick()

        [path] = (tmp_path / "mail").iterdir()
        mail = message_from_bytes(path.read_bytes(), policy=mail_policy.default)
        assert mail["Subject"] == f"Purchase order {order.number}"

    @one_database
    async def test_never_says_a_password_over_an_open_line(self, shop, policy):
        policy(mail_backend="smtp", smtp_url="smtp://me:secret@")
        order = await bought(shop, "sent")

        await tick()

        assert "WAYBILL_SMTP_URL" in (await only(order)).trouble


class TestWebhook:
    async def test_brings_the_order_signed(self, shop, system):
        order = await bought(shop, "sent")

        await tick()

        [(key, taken)] = system.taken.items()
        assert (key, taken["id"], taken["message"]) == ("PUD-1001", "PUD-1001", "ORDER")
        [line] = taken["order"]["lines"]
        assert (line["sku"], line["units"], line["price"]) == (shop.mug.sku, 10, "5.00")
        assert (await only(order)).delivered_at is not None

    async def test_is_tried_again(self, shop, system, clock):
        system.is_broken = True
        order = await bought(shop, "sent")
        await tick()
        assert (await only(order)).trouble.endswith("answered 500.")
        system.is_broken = False
        clock.advance(minutes=1)

        await tick()

        assert json.dumps(system.taken).count(order.number) == 1

    @one_database
    async def test_needs_a_secret(self, shop, system, policy):
        policy(supplier_secrets="")
        order = await bought(shop, "sent")

        await tick()

        assert "secret" in (await only(order)).trouble
        assert system.taken == {}


class TestTellAgain:
    async def test_by_hand_settles_what_could_not_be_delivered(self, shop, buyer, clock):
        order = await bought(shop, "sent")
        order.problem = "Told 5 times in vain."
        await order.save()
        assert await Event.filter(kind="PurchaseOrderDelivered").count() == 0

        order = await purchase_dispatches.tell_again(
            buyer, order.id, channel=purchase_dispatches.PurchaseChannel.HAND
        )

        assert order.problem == ""
        first, last = await PurchaseDispatch.filter(purchase_order_id=order.id).order_by("id")
        assert (first.due_at, last.delivered_at) == (None, clock.time)
        await told("PurchaseOrderDelivered", by=buyer)

    @one_database
    async def test_refuses_what_was_never_sent(self, shop, buyer):
        order = await bought(shop, "approved")

        async with refuses(("BLOCKED", ("id",))):
            await purchase_dispatches.tell_again(buyer, order.id)
