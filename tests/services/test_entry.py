from dataclasses import replace
from decimal import Decimal

import pytest

from models import (
    Customer,
    DataIssue,
    DataIssueKind,
    Hold,
    HoldKind,
    Order,
    OrderChannel,
    OrderException,
    OrderStatus,
)
from models.orders import IMPORTED
from services import (
    addresses,
    catalog,
    customers,
    entry,
    fulfillments,
    holds,
    orders,
    substitutions,
)
from services.actors import SYSTEM
from services.goods import LineDraft
from tests.books import assert_balanced
from tests.cast import HOME, lines_of, one_database, refuses, told, work_on

K = DataIssueKind
WRONG_CODE = replace(HOME, postal_code="2045")


async def kinds(order, **where):
    return [each.kind for each in await DataIssue.filter(order_id=order.id, **where).order_by("id")]


async def active(order):
    return {each.kind: each for each in await Hold.filter(order_id=order.id, released_at=None)}


def imported(shop, *lines, **given):
    given = {"channel": OrderChannel.EDI, "source": "Globex"} | given
    return replace(shop.draft(mug=1, **given), lines=[*shop.draft(mug=1).lines, *lines])


class TestAddress:
    @pytest.mark.parametrize(
        ("given", "path", "kind"),
        [
            ({"postal_code": "2045"}, "postalCode", K.INVALID_POSTAL_CODE),
            ({"postal_code": ""}, "postalCode", K.INCOMPLETE_ADDRESS),
            ({"country_code": "GERMANY"}, "countryCode", K.UNKNOWN_COUNTRY),
            ({"line1": ""}, "line1", K.INCOMPLETE_ADDRESS),
            ({"recipient": ""}, "recipient", K.INCOMPLETE_ADDRESS),
            (
                {"country_code": "US", "region": "Bavaria", "postal_code": "90210"},
                "region",
                K.UNKNOWN_REGION,
            ),
            # A code that exists, but in another state.
            (
                {"country_code": "US", "region": "NY", "postal_code": "90210"},
                "postalCode",
                K.INVALID_POSTAL_CODE,
            ),
        ],
    )
    def test_says_what_does_not_fit_its_country(self, given, path, kind):
        [found] = addresses.findings(replace(HOME, **given))

        assert (found.path, found.kind) == (path, kind)

    @pytest.mark.parametrize(
        "given",
        [
            {},
            {"country_code": "GB", "city": "London", "postal_code": "sw1a 1aa"},
            {"country_code": "US", "region": "California", "postal_code": "90210"},
            {"country_code": "IE", "region": "Co. Cork", "postal_code": ""},
            {"country_code": "HK", "region": "Kowloon", "city": "Mong Kok", "postal_code": ""},
        ],
    )
    def test_finds_nothing_wrong_with_what_would_arrive(self, given):
        assert addresses.findings(replace(HOME, **given)) == ()


class TestEntry:
    async def test_takes_an_imported_order_as_it_is(self, shop, clerk):
        lines = LineDraft(sku=" NO-SUCH ", quantity=3, stated_price=Decimal("9.99"))
        given = {"shipping_address": None, "external_reference": "PO-1"}

        order = await orders.create(clerk, imported(shop, lines, **given))

        assert await kinds(order) == [K.MISSING_ADDRESS, K.UNKNOWN_SKU]
        unknown = await DataIssue.get(kind=K.UNKNOWN_SKU)
        assert (unknown.sku, unknown.quantity, unknown.stated_price) == ("NO-SUCH", 3, 999)
        assert [line.sku for line in await lines_of(order)] == [shop.mug.sku]
        assert not await active(order)
        assert (order.source, order.keyed_by) == ("Globex", clerk.label)

    async def test_finds_a_variant_by_its_sku(self, shop, clerk):
        lines = [LineDraft(sku=shop.shirt.sku, quantity=2)]

        order = await orders.create(clerk, replace(shop.draft(), lines=lines))

        assert [(line.variant_id, line.ordered) for line in await lines_of(order)] == [
            (shop.shirt.id, 2)
        ]

    async def test_compares_what_the_source_says_with_our_price(self, shop, clerk):
        same = LineDraft(sku=shop.shirt.sku, quantity=1, stated_price=Decimal("20.00"))
        less = LineDraft(sku=shop.mug.sku, quantity=1, stated_price=Decimal("12.49"))

        order = await orders.create(clerk, imported(shop, same, less))

        [issue] = await DataIssue.filter(order_id=order.id)
        assert (issue.kind, issue.path) == (K.PRICE_MISMATCH, f"lines.{shop.mug.sku}")
        assert "12.49 EUR" in issue.message
        assert "12.50 EUR" in issue.message

    async def test_takes_what_is_no_longer_sold(self, shop, clerk):
        await catalog.archive_variant(SYSTEM, shop.mug.id)

        order = await orders.place(clerk, draft=imported(shop))

        assert await kinds(order) == [K.ARCHIVED_VARIANT]

    @one_database
    @pytest.mark.parametrize("channel", [each for each in OrderChannel if each not in IMPORTED])
    async def test_refuses_somebody_what_they_can_put_right_at_once(self, shop, clerk, channel):
        unknown = [LineDraft(sku="NO-SUCH", quantity=1)]

        async with refuses(("NOT_FOUND", ("lines", 0, "sku"))):
            await orders.create(clerk, replace(shop.draft(channel=channel), lines=unknown))
        nowhere = replace(HOME, city="", country_code="XX")
        async with refuses(
            ("INVALID", ("shippingAddress", "city")),
            ("INVALID", ("shippingAddress", "countryCode")),
        ):
            await orders.create(clerk, shop.draft(channel=channel, shipping_address=nowhere))

    @one_database
    async def test_refuses_an_imported_order_with_nothing_to_reserve(self, shop, clerk):
        unknown = [LineDraft(sku="NO-SUCH", quantity=1)]

        async with refuses(("BLOCKED", ("id",))):
            await orders.place(clerk, draft=replace(imported(shop), lines=unknown))

    @one_database
    @pytest.mark.parametrize("price", ["-1", "1e30"])
    async def test_refuses_a_price_that_cannot_be(self, shop, clerk, price):
        line = LineDraft(sku=shop.mug.sku, quantity=1, stated_price=Decimal(price))

        async with refuses(("INVALID", ("lines", 1, "statedPrice"))):
            await orders.create(clerk, imported(shop, line))

    async def test_refuses_a_reference_once_for_each_source(self, shop, clerk):
        given = {"external_reference": "PO-1"}
        await orders.create(clerk, imported(shop, **given))

        await orders.create(clerk, imported(shop, **given, source="Initech"))
        async with refuses(("TAKEN", ("externalReference",))):
            await orders.create(clerk, imported(shop, **given))


class TestInspect:
    async def test_holds_a_placed_order_once_for_each_kind(self, shop, clerk):
        await customers.update(SYSTEM, shop.customer.id, {"email": None})
        wanted = LineDraft(sku="NO-SUCH", quantity=3)

        order = await orders.place(clerk, draft=imported(shop, wanted, shipping_address=WRONG_CODE))

        assert order.status is OrderStatus.PLACED
        holds = await active(order)
        assert set(holds) == {HoldKind.ADDRESS, HoldKind.DATA_ISSUE}
        assert "2045" in holds[HoldKind.ADDRESS].reason
        assert shop.customer.number in holds[HoldKind.DATA_ISSUE].reason
        assert "NO-SUCH" in holds[HoldKind.DATA_ISSUE].reason
        assert await OrderException.filter(order_id=order.id, is_open=True).count() == 2
        await assert_balanced()

    async def test_holds_what_somebody_keyed_too(self, shop, clerk):
        order = await orders.place(clerk, draft=shop.draft(mug=1, shipping_address=WRONG_CODE))

        assert set(await active(order)) == {HoldKind.ADDRESS}
        await orders.confirm(clerk, order.id)
        [work] = await work_on(order)
        async with refuses(("ON_HOLD", ("id",))):
            await fulfillments.release(clerk, work.id)

    async def test_resolves_what_was_put_right(self, shop, clerk):
        order = await orders.create(clerk, shop.draft(mug=1, shipping_address=WRONG_CODE))
        assert await kinds(order, resolved_at=None) == [K.INVALID_POSTAL_CODE]

        await orders.update(clerk, order.id, {}, shipping_address=HOME)

        issue = await DataIssue.get(order_id=order.id)
        assert (issue.resolved_by, issue.accepted) == (clerk.label, False)
        assert (await told("DataIssueResolved", by=clerk)).order_id == order.id
        assert not await active(await orders.place(clerk, order.id))

    async def test_lets_an_order_go_when_its_customer_can_be_reached(self, shop, clerk):
        await customers.update(SYSTEM, shop.customer.id, {"email": None})
        order = await orders.place(clerk, draft=shop.draft(mug=1))
        assert set(await active(order)) == {HoldKind.DATA_ISSUE}

        await customers.update(clerk, shop.customer.id, {"phone": "+49 40 1"})

        assert not await active(order)
        assert not await OrderException.filter(order_id=order.id, is_open=True)

    async def test_says_a_thing_once_however_often_it_is_asked(self, shop, clerk):
        order = await orders.place(clerk, draft=shop.draft(mug=1, shipping_address=WRONG_CODE))

        for _ in range(2):
            await entry.inspect_again(clerk, order.id)

        assert len(await kinds(order)) == 1
        assert await Hold.filter(order_id=order.id).count() == 1


class TestAccept:
    async def test_leaves_it_as_it_is_and_lets_the_order_go(self, shop, clerk):
        order = await orders.place(clerk, draft=shop.draft(mug=1, shipping_address=WRONG_CODE))
        issue = await DataIssue.get(order_id=order.id)

        await entry.accept(clerk, issue.id, note="The driver knows it.")
        await entry.inspect_again(clerk, order.id)

        issue = await DataIssue.get(order_id=order.id)
        assert (issue.accepted, issue.resolution) == (True, "The driver knows it.")
        assert not await active(order)

    async def test_refuses_what_is_resolved_already(self, shop, clerk):
        order = await orders.create(clerk, shop.draft(mug=1, shipping_address=WRONG_CODE))
        issue = await DataIssue.get(order_id=order.id)
        await entry.accept(clerk, issue.id, note="Fine.")

        async with refuses(("BLOCKED", ("id",))):
            await entry.accept(clerk, issue.id, note="Fine.")

    async def test_is_what_releasing_its_hold_means(self, shop, clerk):
        order = await orders.place(clerk, draft=shop.draft(mug=1, shipping_address=WRONG_CODE))

        await holds.release(clerk, (await active(order))[HoldKind.ADDRESS].id)
        await entry.inspect_again(clerk, order.id)

        assert (await DataIssue.get(order_id=order.id)).accepted
        assert not await active(order)

    async def test_leaves_a_hold_that_somebody_put_there(self, shop, clerk):
        order = await orders.place(clerk, draft=shop.draft(mug=1, shipping_address=WRONG_CODE))
        await holds.hold(clerk, order.id, kind=HoldKind.ADDRESS, reason="Which door?")

        await entry.accept(clerk, (await DataIssue.get()).id, note="Fine.")

        assert [each.reason for each in (await active(order)).values()] == ["Which door?"]


class TestSubstitute:
    async def test_makes_a_line_and_lets_the_order_go(self, shop, clerk):
        wanted = LineDraft(sku="NO-SUCH", quantity=3, stated_price=Decimal("20.00"))
        order = await orders.place(clerk, draft=imported(shop, wanted))
        issue = await DataIssue.get(order_id=order.id)

        await substitutions.substitute(clerk, issue.id, variant_id=shop.shirt.id)

        _, line = await lines_of(order)
        assert (line.sku, line.reserved, line.stated_price) == (shop.shirt.sku, 3, 2000)
        assert (await DataIssue.get(order_id=order.id)).resolved_by == clerk.label
        assert not await active(order)
        await assert_balanced()

    async def test_refuses_another_fault_and_what_is_resolved(self, shop, clerk):
        order = await orders.create(clerk, shop.draft(mug=1, shipping_address=WRONG_CODE))
        issue = await DataIssue.get(order_id=order.id)

        for _ in range(2):
            async with refuses(("BLOCKED", ("id",))):
                await substitutions.substitute(clerk, issue.id, variant_id=shop.shirt.id)
            issue.resolved_at, issue.resolved_by = issue.created_at, clerk.label
            await issue.save()


async def test_a_customer_without_a_name_for_it_is_reached_over_the_counter(shop, clerk):
    nobody = await Customer.create(name="Walk-in")
    draft = shop.draft(mug=1, channel=OrderChannel.IN_PERSON, shipping_address=None)

    order = await orders.place(clerk, draft=replace(draft, customer_id=nobody.id))

    assert await Order.exists(id=order.id)
    assert await kinds(order) == []
