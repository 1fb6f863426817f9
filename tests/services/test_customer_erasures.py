import json
from dataclasses import replace
from typing import Any

import orjson

from models import (
    CaseChannel,
    CaseKind,
    CaseStatus,
    Claim,
    ClaimKind,
    ClaimStatus,
    Customer,
    HoldKind,
    Order,
    Person,
    Return,
    ReturnLine,
    ReturnStatus,
    Role,
    ServiceCase,
    Survey,
    SurveySubject,
    Token,
)
from services import (
    case_messages,
    case_steps,
    cases,
    customer_erasures,
    customer_exports,
    customer_merges,
    customers,
    holds,
    orders,
    people,
)
from services.actors import SYSTEM
from services.clock import now
from tests.cast import (
    HOME,
    MANAGER,
    Shop,
    everything,
    lines_of,
    refuses,
    told,
    work_on,
    work_through,
)
from tests.customers import broken_rules, read_figures

# What is personal about the customer of these tests, in all that they and others have written.
PERSONAL = (
    *("Zwetlana", "Quuxholm", "zq@", "5550123", "Kiebitzweg", "Posemuckel", "90909"),
    *("NOTE-1", "CANCEL-2", "HOLD-3", "CASE-4", "BODY-5", "RETURN-6", "COMMENT-7", "SURVEY-8"),
    *("CLAIM-9", "zwetlana.q", "REPLY-10", "RESOLVED-11", "FORMER-12"),
)
PLACE = replace(
    HOME,
    recipient="Zwetlana Quuxholm",
    line1="Kiebitzweg 5",
    city="Posemuckel",
    postal_code="90909",
)
# Issued documents are kept as they were issued; nothing else is.
MAY_STAY = {("invoices", "content"), ("credit_notes", "content")}


async def lived(shop: Shop) -> Order:
    """A delivered order, a cancelled one, and something of all that is said after sales."""
    who = shop.customer
    await customers.update(
        SYSTEM,
        who.id,
        {"name": "Zwetlana Quuxholm", "email": "zq@example.com", "phone": "+49 5550123"},
    )
    former = await customers.create(SYSTEM, name="Zwetlana FORMER-12", email="zq@example.org")
    await customer_merges.merge(SYSTEM, former.id, who.id)
    await customers.create_address(SYSTEM, who.id, PLACE)
    given = {"shipping_address": PLACE, "billing_address": PLACE, "note": "NOTE-1"}
    order = await orders.place(SYSTEM, draft=shop.draft(mug=1, **given))
    await holds.hold(SYSTEM, order.id, kind=HoldKind.MANUAL, reason="HOLD-3")
    for hold in await holds.active(order):
        await holds.release(SYSTEM, hold.id)
    gone = await orders.place(SYSTEM, draft=shop.draft(shirt=1, **given))
    await orders.cancel(SYSTEM, gone.id, reason="CANCEL-2")
    await orders.confirm(SYSTEM, order.id)
    [work] = await work_on(order)
    await work_through(work, "delivered")
    await _after_sales(await Order.get(id=order.id), work.location_id)
    person = await people.create(
        SYSTEM,
        name="Zwetlana",
        role=Role.CUSTOMER,
        customer_id=who.id,
        username="zwetlana.q",
    )
    await people.give_token(SYSTEM, person.id, label="Zwetlana")
    return order


async def _after_sales(order: Order, location_id: int) -> None:
    about = {"order_id": order.id, "customer_id": order.customer_id}
    case = await cases.open(
        SYSTEM,
        kind=CaseKind.OTHER,
        subject="CASE-4",
        body="BODY-5",
        order_id=order.id,
        channel=CaseChannel.EMAIL,
    )
    await case_messages.reply(SYSTEM, case.id, body="REPLY-10")
    row = await Return.create(
        **about,
        location_id=location_id,
        requested_by="SYSTEM",
        note="RETURN-6",
        reason="RETURN-6",
        currency="EUR",
        status=ReturnStatus.DECLINED,
        decided_by="SYSTEM",
        decided_at=now(),
    )
    [line] = await lines_of(order)
    await ReturnLine.create(
        returned_id=row.id,
        line_id=line.id,
        variant_id=line.variant_id,
        quantity=1,
        reason="other",
        comment="COMMENT-7",
        photos=["https://example.com/Zwetlana.jpg"],
    )
    await Claim.create(
        **about,
        kind=ClaimKind.LOST,
        status=ClaimStatus.DECLINED,
        note="CLAIM-9",
        reason="CLAIM-9",
        currency="EUR",
        opened_by="SYSTEM",
        decided_by="SYSTEM",
        decided_at=now(),
    )
    await Survey.filter(order_id=order.id).delete()
    await Survey.create(
        **about,
        subject=SurveySubject.ORDER,
        asked_at=now(),
        expires_at=now(),
        comment="SURVEY-8",
    )


async def found() -> set[tuple[str, str]]:
    """The tables and columns in which anything personal stands."""
    return {
        (table, name)
        for table, rows in (await everything()).items()
        for row in rows
        for name, value in row.items()
        if any(text in _text(value) for text in PERSONAL)
    }


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        value = value.decode()
    return value if isinstance(value, str) else json.dumps(value, default=str)


async def exported(customer: Customer) -> dict[str, Any]:
    return orjson.loads(b"".join([piece async for piece in customer_exports.written(customer.id)]))


async def settle(customer: Customer) -> None:
    """End what is open, so that the customer may be erased."""
    for case in await ServiceCase.filter(customer_id=customer.id):
        if case.may_become(CaseStatus.IN_PROGRESS):
            await case_steps.start(SYSTEM, case.id)
        await case_steps.resolve(SYSTEM, case.id, resolution="RESOLVED-11")


class TestErase:
    async def test_leaves_nothing_personal_but_issued_documents(self, shop):
        order = await lived(shop)
        await settle(shop.customer)
        await read_figures()
        assert await broken_rules() == []
        before = await everything()
        places = await found()
        assert {table for table, _ in places} >= {
            *("customers", "addresses", "orders", "order_holds", "case_messages", "returns"),
            *("return_lines", "claims", "surveys", "events", "people", "tokens", "invoices"),
        }
        assert MAY_STAY & places

        await customer_erasures.erase(MANAGER, shop.customer.id, reason="They asked by letter")

        assert await found() == MAY_STAY & places
        after = await everything()
        for table in ("invoices", "credit_notes", "payments", "order_lines", "stock_movements"):
            kept = {"version"}
            assert _without(after[table], kept) == _without(before[table], kept), table
        log = ("id", "kind", "order_id", "position", "actor")
        assert [[row[name] for name in log] for row in before["events"]] == [
            [row[name] for name in log] for row in after["events"][: len(before["events"])]
        ]
        stored = await Order.get(id=order.id)
        assert (stored.total, stored.ship_to["country_code"]) == (order.total, "DE")
        assert stored.tracking_token != order.tracking_token
        await self._can_do_nothing_more(shop)
        assert await broken_rules() == []
        erased = await told("CustomerErased", by=MANAGER)
        assert erased.details == {"erase_reason": "They asked by letter"}

    async def _can_do_nothing_more(self, shop: Shop) -> None:
        stored = await Customer.get(id=shop.customer.id)
        assert (stored.name, stored.email, stored.erased_at is not None) == ("Erased", None, True)
        assert all(each.deactivated_at for each in await Person.filter(customer_id=stored.id))
        assert not await Token.filter(person__customer_id=stored.id, revoked_at=None).exists()
        async with refuses(("BLOCKED", ("id",))):
            await customers.update(SYSTEM, stored.id, {"name": "Zwetlana"})
        async with refuses(("BLOCKED", ("id",))):
            await customer_erasures.erase(SYSTEM, stored.id, reason="Again")

    async def test_waits_for_what_is_open_and_for_money(self, shop, customer_actor):
        who = shop.customer
        order = await shop.order("delivered")
        await shop.order("placed")
        given = {"kind": CaseKind.OTHER, "channel": CaseChannel.EMAIL}
        case = await cases.open(SYSTEM, subject="Hm", customer_id=who.id, **given)
        await Order.filter(id=order.id).update(payment_status="disputed")
        async with refuses(*[("BLOCKED", ("id",))] * 3) as problems:
            await customer_erasures.erase(SYSTEM, who.id, reason="They asked")
        assert [case.number in each.message for each in problems] == [False, True, False]
        assert order.number in problems[2].message
        other = await Customer.create(name="Eva")
        async with refuses(("NOT_FOUND", ("id",))):
            await customer_erasures.erase(customer_actor, other.id, reason="They asked")
        async with refuses(("INVALID", ("reason",))):
            await customer_erasures.erase(SYSTEM, who.id, reason=" ")


class TestExport:
    async def test_tells_all_that_is_kept_and_no_secret(self, shop, monkeypatch):
        monkeypatch.setattr(customer_exports, "PAGE", 2)
        other = await Shop.open()
        theirs = await other.order("placed")
        order = await lived(shop)
        await customer_exports.export(MANAGER, shop.customer.id)

        told_of = await exported(shop.customer)
        text = orjson.dumps(told_of).decode()
        assert all(each in text for each in PERSONAL if each != "RESOLVED-11")
        assert (await Order.get(id=order.id)).tracking_token not in text
        assert [each["number"] for each in told_of["orders"]] == [
            each.number for each in await Order.filter(customer_id=shop.customer.id).order_by("id")
        ]
        assert theirs.number not in text
        assert len(told_of["order_lines"]) == 2
        assert [each["email"] for each in told_of["formerly"]] == ["zq@example.org"]
        assert await told("CustomerExported", by=MANAGER)
        link = customer_exports.link(shop.customer)
        query = dict(each.split("=") for each in link.url.partition("?")[2].split("&"))
        assert customer_exports.is_good(shop.customer.number, **query)
        assert not customer_exports.is_good(other.customer.number, **query)
        assert not customer_exports.is_good(shop.customer.number, "1", query["signature"])
        assert not customer_exports.is_good(shop.customer.number, "x", query["signature"])


def _without(rows: list[dict[str, Any]], names: set[str]) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name not in names} for row in rows]
