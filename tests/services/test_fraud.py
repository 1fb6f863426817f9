from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import FraudLevel, FraudReview, Hold, HoldKind, Order, OrderException, OrderStatus
from services import customers, fraud, fraud_reviews, holds, orders
from services.actors import SYSTEM
from services.fraud import Case
from tests.books import assert_balanced
from tests.cast import HOME, Shop, all_at_once, refused, refuses, told

PLAIN = Case(total=2_500, currency="EUR", large=100_000, past_orders=3, typical=2_500)
ABROAD = replace(HOME, country_code="FR", postal_code="29200", city="Brest")


@pytest.fixture
def watchful(policy):
    policy(fraud_review_score=30)


def codes(case):
    return [signal.code for signal in fraud.score(case)[1]]


class TestScore:
    def test_of_an_ordinary_order_is_nothing(self):
        assert fraud.score(PLAIN) == (0, [])

    @pytest.mark.parametrize(
        ("what", "code"),
        [
            ({"chargebacks": 1}, "CHARGEBACKS"),
            ({"email": "x@Mailinator.com"}, "DISPOSABLE_EMAIL"),
            ({"bill_country": "FR", "ship_country": "DE"}, "ADDRESS_MISMATCH"),
            ({"orders_lately": 3}, "VELOCITY_CUSTOMER"),
            ({"others_lately": 1}, "VELOCITY_ADDRESS"),
            ({"total": 100_000, "typical": 90_000}, "LARGE_AMOUNT"),
            ({"total": 10_001}, "UNUSUAL_AMOUNT"),
            ({"most_units": 10, "most_sku": "MUG"}, "MANY_UNITS"),
            ({"past_orders": 0}, "NEW_CUSTOMER"),
        ],
    )
    def test_says_which_rule_speaks_against_an_order(self, what, code):
        [signal] = fraud.score(replace(PLAIN, **what))[1]

        assert signal.code == code
        assert signal.points > 0
        assert signal.explanation.endswith(".")

    def test_has_no_rule_that_never_speaks(self):
        worst = replace(
            PLAIN,
            total=10**6,
            chargebacks=1,
            email="x@yopmail.com",
            bill_country="FR",
            orders_lately=9,
            others_lately=9,
            most_units=99,
        )

        assert len(codes(worst)) == len(fraud.RULES) - 1
        assert fraud.score(worst)[0] == 100

    @given(
        st.integers(0, 10**9),
        st.integers(0, 50),
        st.integers(0, 50),
        st.integers(0, 9),
        st.integers(0, 99),
    )
    def test_only_grows_with_what_speaks_against_it(self, total, lately, others, taken, units):
        case = replace(
            PLAIN,
            total=total,
            orders_lately=lately,
            others_lately=others,
            chargebacks=taken,
            most_units=units,
        )
        worse = replace(
            case, orders_lately=lately + 1, others_lately=others + 1, chargebacks=taken + 1
        )

        assert 0 <= fraud.score(case)[0] <= fraud.score(worse)[0] <= 100
        assert FraudLevel.of(fraud.score(case)[0])

    def test_is_told_in_the_order_of_its_weight(self):
        points = [
            each.points for each in fraud.score(replace(PLAIN, chargebacks=1, total=10**6))[1]
        ]

        assert points == sorted(points, reverse=True)


class TestAssess:
    async def test_keeps_what_it_saw_and_holds_the_order(self, shop, clerk, watchful):
        draft = shop.draft(mug=12, billing_address=ABROAD)

        order = await orders.place(clerk, draft=draft)

        stored = await Order.get(id=order.id)
        assert (stored.fraud_score, stored.fraud_review) == (50, FraudReview.PENDING)
        assert [each["code"] for each in stored.fraud_signals] == [
            "ADDRESS_MISMATCH",
            "MANY_UNITS",
            "NEW_CUSTOMER",
        ]
        [hold] = await Hold.filter(order_id=order.id)
        assert (hold.kind, hold.automatic) == (HoldKind.FRAUD_REVIEW, True)
        assert await OrderException.exists(order_id=order.id, kind="fraud_review", is_open=True)
        assert (await told("OrderFraudFlagged", by=clerk)).details == {"fraud_score": 50}

    async def test_clears_what_is_below_the_threshold(self, shop, clerk, watchful):
        order = await orders.place(clerk, draft=shop.draft(mug=1))

        assert (order.fraud_score, order.fraud_review) == (10, FraudReview.CLEARED)
        assert not await Hold.exists(order_id=order.id)

    async def test_knows_the_customer_and_the_door(self, shop, clerk, policy):
        policy(fraud_review_score=100)
        await customers.update(SYSTEM, shop.customer.id, {"email": "ada@mailinator.com"})
        other = await Shop.open()
        await other.order("placed")
        for _ in range(3):
            await shop.order("placed")

        order = await orders.place(clerk, draft=shop.draft(mug=5))

        assert {each["code"] for each in order.fraud_signals} == {
            "DISPOSABLE_EMAIL",
            "VELOCITY_CUSTOMER",
            "VELOCITY_ADDRESS",
            "UNUSUAL_AMOUNT",
        }

    async def test_is_left_out_where_the_shop_does_not_want_it(self, shop, clerk, policy):
        policy(fraud_review_score=0)

        order = await orders.place(clerk, draft=shop.draft(mug=12, billing_address=ABROAD))

        assert (order.fraud_score, order.fraud_review) == (None, None)


class TestReview:
    async def test_lets_an_order_go_on(self, shop, clerk, manager, watchful):
        order = await orders.place(clerk, draft=shop.draft(mug=12, billing_address=ABROAD))

        order = await fraud_reviews.accept(manager, order.id, note="Known from the fair.")

        assert (order.fraud_review, order.fraud_decided_by) == ("accepted", manager.label)
        assert not await Hold.exists(order_id=order.id, released_at=None)
        assert not await OrderException.exists(order_id=order.id, is_open=True)
        assert (await told("OrderFraudAccepted", by=manager)).order_id == order.id

    async def test_gives_an_order_up(self, shop, clerk, manager, watchful):
        order = await orders.place(clerk, draft=shop.draft(mug=12, billing_address=ABROAD))

        order = await fraud_reviews.reject(manager, order.id, note="Stolen card.")

        assert (order.status, order.fraud_review) == (OrderStatus.CANCELLED, "rejected")
        assert "Stolen card." in order.cancel_reason
        assert await shop.available(shop.mug) == 15
        assert not await Hold.exists(order_id=order.id, released_at=None)
        await assert_balanced()

    async def test_is_over_when_its_hold_is_released(self, shop, clerk, watchful):
        order = await orders.place(clerk, draft=shop.draft(mug=12, billing_address=ABROAD))

        await holds.release(clerk, (await Hold.get(order_id=order.id)).id)

        assert (await Order.get(id=order.id)).fraud_review is FraudReview.ACCEPTED

    async def test_is_dropped_with_its_order(self, shop, clerk, watchful):
        order = await orders.place(clerk, draft=shop.draft(mug=12, billing_address=ABROAD))

        await orders.cancel(clerk, order.id, reason="Changed their mind")

        assert (await Order.get(id=order.id)).fraud_review is FraudReview.DROPPED

    async def test_refuses_what_does_not_wait_for_one(self, shop, manager):
        order = await shop.order("placed")

        for verb in (fraud_reviews.accept, fraud_reviews.reject):
            async with refuses(("INVALID", ("note",)), ("BLOCKED", ("id",))):
                await verb(manager, order.id, note=" ")

    async def test_is_decided_once_however_many_try(self, shop, clerk, manager, watchful):
        order = await orders.place(clerk, draft=shop.draft(mug=12, billing_address=ABROAD))

        outcomes = await all_at_once(
            partial(verb, manager, order.id, note="Decided.")
            for verb in (fraud_reviews.accept, fraud_reviews.reject) * 2
        )

        assert len(refused(outcomes)) == 3
        await assert_balanced()
