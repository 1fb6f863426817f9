"""What is wrong with an input, all of it at once, where it is, and what there is to know of it."""

import pytest

from services import catalog
from services.actors import SYSTEM
from tests.api.examples import (
    MUTATIONS,
    PRICE,
    at_north,
    draft,
    example,
    operation,
    takes,
)
from tests.cast import ADMIN, CLERK, MANAGER, everything

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

LONG = "x" * 20_000
REFERENCES = (
    "arrivalId",
    *("id", "orderId", "fulfillmentId", "productId", "customerId"),
    *("variantId", "locationId", "ownerId", "personId"),
    *("methodId", "carrierId"),
)


async def refusal(api, mutation, **input):
    """The problems of an input, which changes nothing."""
    before = await everything()
    problems = await api.refusal(ADMIN, mutation, **input)
    assert await everything() == before
    return problems


async def refused(api, mutation, **input):
    """The codes of the problems of an input, by where they are in it."""
    problems = await refusal(api, mutation, **input)
    assert all(problem["message"] and problem["path"][0] == "input" for problem in problems)
    return {".".join(problem["path"][1:]): problem["code"] for problem in problems}


def invalid(*paths):
    return dict.fromkeys(paths, "INVALID")


@on_sqlite
class TestReference:
    @pytest.mark.parametrize(
        ("mutation", "field"),
        [(name, field) for name in MUTATIONS for field in REFERENCES if takes(name, field)],
    )
    async def test_to_nothing_is_refused_where_it_is(self, api, shop, mutation, field):
        input = await example(mutation, shop)

        for given in ("", "EVT-1001", "💥", "ORD-999999999999999"):
            found = await refused(api, operation(mutation), **input | {field: given})

            assert found == {field: "NOT_FOUND"}


BACKWARDS = {"validFrom": "2026-02-01T00:00:00Z", "validUntil": "2026-01-01T00:00:00Z"}

# Inputs of which everything but the references is wrong, and where that is.
WRONG = {
    "ProductCreate": ({"name": " ", "description": LONG}, ["name", "description"]),
    "PriceListCreate": (
        {"name": "", "currency": "ZZZ", "priority": -1, **BACKWARDS},
        ["name", "currency", "priority", "validUntil"],
    ),
    "TaxRateCreate": (
        {"name": "", "countryCode": "XX", "region": LONG, "percent": "100.1", **BACKWARDS},
        ["name", "countryCode", "region", "percent", "validUntil"],
    ),
    "CustomerCreate": (
        {"name": LONG, "email": "nobody", "phone": ""},
        ["name", "email", "phone"],
    ),
    "LocationCreate": (
        {"code": "", "name": "", "kind": "STORE", "priority": -1},
        ["code", "name", "priority"],
    ),
}
LINE = ("quantity", "sku", "statedPrice")
CHANGED = {
    "productUpdate": ({"name": None, "description": None}, ["name", "description"]),
    "variantUpdate": (
        {"sku": "", "name": None, "barcode": "", "taxClass": None},
        ["sku", "name", "barcode", "taxClass"],
    ),
    "customerUpdate": ({"name": "", "email": "@", "phone": LONG}, ["name", "email", "phone"]),
    "locationUpdate": (
        {"code": None, "name": "", "kind": None, "priority": None, "latitude": 91.0}
        | {"longitude": -181.0, "city": LONG, "countryCode": "XX", "region": None},
        [
            *("code", "name", "kind", "priority", "latitude", "longitude"),
            *("city", "countryCode", "region"),
        ],
    ),
    "addressUpdate": (
        {"recipient": "", "line1": None, "city": LONG, "countryCode": "XX"},
        ["recipient", "line1", "city", "countryCode"],
    ),
    "priceListUpdate": (
        {"name": None, "priority": None, **BACKWARDS},
        ["name", "priority", "validUntil"],
    ),
    "priceSet": (
        {"fromQuantity": 0, "price": {"amount": "-1", "currency": "EUR"}},
        ["fromQuantity", "price.amount"],
    ),
    "taxRateUpdate": (
        {"name": None, "percent": "0.00001", **BACKWARDS},
        ["name", "percent", "validUntil"],
    ),
    "creditNoteIssue": (
        {"amount": {"amount": "0", "currency": "EUR"}, "reason": ""},
        ["amount.amount", "reason"],
    ),
    "orderDiscountAdd": ({"percent": "0", "reason": " "}, ["percent", "reason"]),
    "orderUpdate": ({"note": LONG}, ["note"]),
    "orderLineUpdate": ({"quantity": 0}, ["quantity"]),
    "orderHold": ({"reason": " "}, ["reason"]),
    "orderCancel": ({"reason": LONG}, ["reason"]),
    "orderLineAdd": ({"quantity": 0, "sku": LONG, "statedPrice": "-1"}, [*LINE]),
    "orderLineCancel": ({"quantity": 0, "reason": " "}, ["quantity", "reason"]),
    "orderDataIssueAccept": ({"note": LONG}, ["note"]),
    "orderFraudAccept": ({"note": " "}, ["note"]),
    "orderFraudReject": ({"note": LONG}, ["note"]),
    "exceptionResolve": ({"note": " "}, ["note"]),
    "orderPromiseRevise": ({"reason": ""}, ["reason"]),
    "carrierUpdate": (
        {"code": "", "name": None, "workingDays": [], "holidaysOf": "XX", "silenceHours": 0},
        ["code", "name", "workingDays", "holidaysOf", "silenceHours"],
    ),
    "shippingMethodUpdate": (
        {"code": "", "name": "", "serviceLevel": None, "cutOff": "25:00", "isDefault": None},
        ["code", "name", "serviceLevel", "cutOff", "isDefault"],
    ),
    "shippingZoneSet": (
        {
            "name": "",
            "countries": ["XX"],
            "regions": [""],
            "postalPrefixes": [LONG],
            "minDays": 5,
            "rates": [{"price": {"amount": "1.234", "currency": "EUR"}, "maxWeightGrams": 0}],
        },
        [
            *("name", "countries.0", "regions", "postalPrefixes", "maxDays"),
            *("rates.0.price", "rates.0.maxWeightGrams"),
        ],
    ),
    "locationCalendarSet": (
        {"timeZone": "Mars", "workingDays": [], "holidaysOf": "DE-XX"},
        ["timeZone", "workingDays", "holidaysOf"],
    ),
    "shipmentCreate": ({"carrier": "", "service": LONG}, ["carrier", "service"]),
    "shipmentLabel": ({"trackingCode": " "}, ["trackingCode"]),
    "shipmentEventRecord": (
        {"place": LONG, "description": LONG, "status": "LABELLED"},
        ["place", "description", "status"],
    ),
    "arrivalUpdate": (
        {"quantity": 0, "expectedAt": None, "reference": LONG, "reason": ""},
        ["quantity", "expectedAt", "reference", "reason"],
    ),
    "arrivalCancel": ({"reason": " "}, ["reason"]),
    "arrivalExpect": ({"quantity": 0, "reference": LONG}, ["quantity", "reference"]),
    "reservationExtend": ({"until": "2000-01-01T00:00:00Z"}, ["until"]),
    "reservationRelease": ({"reason": LONG}, ["reason"]),
    "stockReceive": ({"quantity": 0, "note": LONG}, ["quantity", "note"]),
    "stockAdjust": ({"change": 0, "note": ""}, ["change", "note"]),
    "reorderPointSet": ({"reorderPoint": -1}, ["reorderPoint"]),
}


@on_sqlite
class TestValue:
    @pytest.mark.parametrize("mutation", WRONG)
    async def test_is_refused_beside_every_other_wrong_one(self, api, database, mutation):
        input, paths = WRONG[mutation]

        assert await refused(api, mutation, **input) == invalid(*paths)

    @pytest.mark.parametrize("mutation", CHANGED)
    async def test_is_refused_in_a_change_too(self, api, shop, mutation):
        wrong, paths = CHANGED[mutation]
        input = await example(mutation, shop) | wrong

        assert await refused(api, operation(mutation), **input) == invalid(*paths)

    async def test_in_an_address_is_named_by_its_place(self, api, shop):
        nowhere = {"recipient": "", "line1": "", "city": "", "countryCode": "ZZ"}
        wrong = [f"{{}}.{name}" for name in nowhere]
        customer = {"customerId": shop.customer.number}

        created = await refused(api, "AddressCreate", **customer, address=nowhere)
        ordered = await refused(api, "OrderCreate", **draft(shop) | {"shippingAddress": nowhere})

        assert ordered == invalid(*(each.format("shippingAddress") for each in wrong))
        assert created == invalid(*(each.format("address") for each in wrong))

    async def test_of_a_sku_that_nobody_knows_is_said(self, api, shop):
        unknown = [{"sku": "NO-SUCH", "quantity": 1}]

        found = await refused(api, "OrderCreate", **draft(shop) | {"lines": unknown})
        added = await refused(
            api, "OrderLineAdd", orderId=(await shop.order()).number, quantity=1, sku="NO-SUCH"
        )

        assert found == {"lines.0.sku": "NOT_FOUND"}
        assert added == {"sku": "NOT_FOUND"}

    async def test_of_who_is_to_clear_a_hold_up_is_somebody(self, api, shop):
        input = await example("orderHoldAssign", shop)

        found = await refused(api, "OrderHoldAssign", **input | {"ownerId": "PER-9999"})

        assert found == {"ownerId": "NOT_FOUND"}

    async def test_in_a_line_is_named_by_its_place(self, api, shop):
        await catalog.archive_variant(SYSTEM, shop.shirt.id)
        order = draft(shop) | {
            "lines": [
                {"variantId": shop.mug.number, "quantity": 0},
                {"variantId": "VAR-1", "quantity": 1},
                {"variantId": shop.shirt.number, "quantity": 1_000_001},
            ]
        }
        expected = {
            "lines.0.quantity": "INVALID",
            "lines.1.variantId": "NOT_FOUND",
            "lines.2.quantity": "INVALID",
            "lines.2.variantId": "INVALID",
        }

        assert await refused(api, "OrderCreate", **order) == expected
        assert await refused(api, "OrderPlace", order=order) == {
            f"order.{path}": code for path, code in expected.items()
        }

    async def test_in_what_was_picked_is_named_by_its_place(self, api, shop):
        input = await example("fulfillmentPickComplete", shop)
        lines = [{"lineId": "FLN-9999", "quantity": 1}, *input["lines"]]
        lines[1]["quantity"] = 3

        found = await refused(api, "FulfillmentPickComplete", **input | {"lines": lines})

        assert found == {"lines.0.lineId": "NOT_FOUND", "lines.1.quantity": "INVALID"}

    async def test_given_twice_for_a_line_is_added_up(self, api, shop):
        input = await example("fulfillmentPickComplete", shop)
        [line] = input["lines"]
        input["lines"] = [line | {"quantity": 1}, line | {"quantity": 1}]

        picked = await api.do(MANAGER, "FulfillmentPickComplete", **input)

        assert [each["picked"] for each in picked["lines"]] == [2]

    @pytest.mark.parametrize("code", ["", "   ", "x" * 61])
    async def test_of_a_new_variant_is_checked_like_a_changed_one(self, api, shop, code):
        given = {"productId": shop.product.number, "sku": code, "name": "", "barcode": code}

        found = await refused(api, "VariantCreate", **given, price=PRICE)

        assert found == invalid("sku", "name", "barcode")


@on_sqlite
class TestTaken:
    async def test_is_said_of_what_another_record_has(self, api, shop):
        known = {"email": shop.customer.email.upper()}
        for mutation, input in (
            ("CustomerCreate", {"name": "Bea"} | known),
            ("LocationCreate", {"code": shop.north.code, "name": "North", "kind": "STORE"}),
            (
                "VariantCreate",
                {
                    "productId": shop.product.number,
                    "sku": shop.mug.sku,
                    "name": "Mug",
                    "price": PRICE,
                },
            ),
        ):
            assert list((await refused(api, mutation, **input)).values()) == ["TAKEN"]


class TestKind:
    """Problems that carry more than where they are."""

    async def test_out_of_stock_says_of_what_and_how_much_there_is(self, api, shop):
        lines = [
            {"variantId": shop.mug.number, "quantity": 16},
            {"variantId": shop.shirt.number, "quantity": 20},
        ]

        problems = await refusal(api, "OrderPlace", order=draft(shop) | {"lines": lines})

        assert [
            (each["__typename"], each["variant"]["sku"], each["requested"], each["available"])
            for each in problems
        ] == [
            ("OutOfStockError", shop.mug.sku, 16, 15),
            ("OutOfStockError", shop.shirt.sku, 20, 15),
        ]
        assert all(each["path"][0] == "input" for each in problems)

    async def test_wrong_status_says_what_is_allowed(self, api, shop):
        order = await shop.order("placed")

        [problem] = await refusal(api, "OrderPlace", id=order.number)

        assert problem["__typename"] == "WrongStatusError"
        assert (problem["current"], problem["wanted"]) == ("PLACED", "PLACED")
        assert problem["allowed"] == ["CONFIRMED", "CANCELLED", "EXPIRED"]
        assert problem["path"] == ["input", "id"]

    @on_sqlite
    async def test_blocked_says_what_has_to_happen_first(self, api, shop):
        work = await shop.fulfillment("confirmed")
        hold = {"kind": "FRAUD_REVIEW", "reason": "Who is this?"}
        await api.do(MANAGER, "OrderHold", id=f"ORD-{1000 + work.order_id}", **hold)

        [problem] = await refusal(api, "FulfillmentRelease", id=work.number)

        assert (problem["__typename"], problem["code"]) == ("BlockedError", "ON_HOLD")
        assert "Who is this?" in problem["message"]

    @on_sqlite
    async def test_discount_limit_says_how_much_somebody_may_give(self, api, shop):
        input = await example("orderDiscountAdd", shop) | {"percent": "12.5"}

        [problem] = (await api.ask(CLERK, "OrderDiscountAdd", input=input))["userErrors"]

        assert (problem["__typename"], problem["code"]) == ("DiscountLimitError", "DISCOUNT_LIMIT")
        assert (problem["limitPercent"], problem["wantedPercent"]) == ("10", "12.52")
        assert problem["path"] == ["input", "percent"]

    @on_sqlite
    async def test_either_of_two_is_asked_for(self, api, shop):
        order = await shop.order()

        assert await refused(api, "OrderPlace") == {"id": "INVALID"}
        both = {"id": order.number, "order": draft(shop)}
        assert await refused(api, "OrderPlace", **both) == {"id": "INVALID"}

    @on_sqlite
    async def test_stock_that_is_reserved_is_not_taken_away(self, api, shop):
        await shop.order("placed", mug=8)

        found = await refused(api, "StockAdjust", **at_north(shop), change=-3, note="Gone")

        assert found == {"change": "BLOCKED"}
