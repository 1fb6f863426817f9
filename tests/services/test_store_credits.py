"""Store credit: given and taken back, paid with, and what returns become; never less than none."""

from decimal import Decimal
from functools import partial

import orjson
import pytest

from models import (
    Customer,
    Order,
    OrderStatus,
    Payment,
    PaymentEvent,
    PaymentMethod,
    PaymentProvider,
    PaymentStatus,
    Return,
    ReturnResolution,
    StoreCredit,
    StoreCreditMovement,
    StoreCreditReason,
)
from models.errors import AmountExceeded
from services import (
    chargebacks,
    customer_erasures,
    customer_exports,
    customer_merges,
    order_lines,
    orders,
    payments,
    returns,
    store_credits,
)
from services.actors import SYSTEM
from services.clock import now
from services.payment_inputs import Said
from tests.cast import (
    CLERK,
    MANAGER,
    Shop,
    all_at_once,
    lines_of,
    refused,
    refuses,
    told,
    work_on,
    work_through,
)
from tests.credit import BY_CREDIT, balance_of, credited, eur, granted, spent, use
from tests.remedies import in_order, money_of, paid
from tests.returning import requested, take

R = StoreCreditReason
on_postgres = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def moved(**where) -> list[tuple[StoreCreditReason, int, int]]:
    """Why and by how much store credit moved, and what it was then."""
    rows = await StoreCreditMovement.filter(**where).order_by("id")
    return [(row.reason, row.amount, row.balance) for row in rows]


@on_sqlite
class TestGrant:
    async def test_opens_an_account_in_each_currency(self, shop):
        who = shop.customer.id
        given = partial(store_credits.grant, MANAGER, who)
        account = await given(amount=eur(1500), reason=" It was late. ")
        again = await given(amount=eur(500), reason="And once more.")
        await given(amount=(Decimal(900), "JPY"), reason="From far away.")

        assert again.id == account.id
        assert await balance_of(shop.customer) == again.balance == 2000
        assert await balance_of(shop.customer, "JPY") == 900
        first, second, _ = await StoreCreditMovement.all().order_by("id")
        assert (first.reason, first.amount, first.note) == (R.GRANT, 1500, "It was late.")
        assert (second.balance, second.actor) == (2000, MANAGER.label)
        await in_order()

    async def test_announces_what_there_is(self, shop):
        account = await store_credits.grant(
            MANAGER, shop.customer.id, amount=eur(1500), reason="Late."
        )

        event = await told("StoreCreditMoved", by=MANAGER)
        assert (event.customer_id, event.order_id) == (shop.customer.id, None)
        assert event.details == {
            "store_credit_id": account.id,
            "credit_reason": "grant",
            "amount": "15.00",
            "balance": "15.00",
            "currency": "EUR",
        }

    async def test_refuses_what_makes_no_sense(self, shop):
        give = partial(store_credits.grant, MANAGER)
        async with refuses(("INVALID", ("amount", "amount")), ("INVALID", ("reason",))):
            await give(shop.customer.id, amount=eur(0), reason=" ")
        async with refuses(("NOT_FOUND", ("customerId",))):
            await give(0, amount=eur(1), reason="Late.")
        await granted(shop, 10**15)
        async with refuses(("BLOCKED", ("amount",))):
            await give(shop.customer.id, amount=eur(1), reason="Late.")
        await Customer.filter(id=shop.customer.id).update(archived_at=now())
        async with refuses(("BLOCKED", ("customerId",))):
            await give(shop.customer.id, amount=eur(1), reason="Late.")


class TestRevoke:
    @on_sqlite
    async def test_takes_a_part_and_then_the_rest(self, shop):
        account = await granted(shop, 2000)
        take_back = partial(store_credits.revoke, MANAGER, account.id)

        left = await take_back(amount=eur(500), reason="By mistake.")
        empty = await take_back(reason="All of it.")

        assert (left.balance, empty.balance) == (1500, 0)
        assert await moved() == [
            (R.GRANT, 2000, 2000),
            (R.REVOKE, -500, 1500),
            (R.REVOKE, -1500, 0),
        ]
        await in_order()

    @on_sqlite
    async def test_never_takes_more_than_there_is(self, shop):
        account = await granted(shop, 2000)
        take_back = partial(store_credits.revoke, MANAGER, account.id, reason="By mistake.")

        async with refuses(("AMOUNT_EXCEEDED", ("amount",))) as problems:
            await take_back(amount=eur(2001))
        [problem] = problems
        assert isinstance(problem, AmountExceeded)
        assert (problem.available, problem.currency) == (2000, "EUR")
        async with refuses(("INVALID", ("amount", "currency"))):
            await take_back(amount=(Decimal(1), "USD"))
        await take_back()
        async with refuses(("AMOUNT_EXCEEDED", ("amount",))):
            await take_back()
        assert await balance_of(shop.customer) == 0

    @on_postgres
    async def test_is_taken_once_by_many_at_once(self, shop):
        """The account opens once for all who give, and holds what they gave together."""
        give = partial(store_credits.grant, CLERK, shop.customer.id, amount=eur(100), reason="Late")
        given = await all_at_once([give] * 5)
        [account] = await StoreCredit.all()
        take_back = partial(store_credits.revoke, MANAGER, account.id, amount=eur(300), reason="No")

        taken = await all_at_once([take_back] * 4)

        assert refused(given) == []
        assert len(refused(taken)) == 3
        assert await balance_of(shop.customer) == 200
        await in_order()


class TestPay:
    async def test_sets_aside_what_is_owed_or_what_there_is(self, shop):
        account = await granted(shop, 2000)
        orders_ = [await shop.order("placed", mug=1) for _ in range(2)]

        first, second = [await spent(order) for order in orders_]

        assert (first.authorized, first.status) == (1250, PaymentStatus.AUTHORIZED)
        assert (second.authorized, second.reference) == (750, account.number)
        assert await balance_of(shop.customer) == 0
        rest = await payments.authorize(SYSTEM, orders_[1].id)
        assert rest.amount == 500
        order = await Order.get(id=orders_[1].id)
        assert (order.payment_status, order.balance_due) == (PaymentStatus.AUTHORIZED, 1250)
        assert await moved(order_id=order.id) == [(R.PAYMENT, -750, 0)]
        await in_order()

    @on_sqlite
    async def test_comes_back_as_far_as_it_is_given_up_or_given_back(self, shop):
        await granted(shop, 2000)
        order = await shop.order("placed", mug=1)
        payment = await spent(order)

        await payments.void(SYSTEM, payment.id, amount=eur(250))
        assert await balance_of(shop.customer) == 1000
        await payments.capture(SYSTEM, payment.id, amount=eur(800))
        assert await balance_of(shop.customer) == 1000
        await payments.refund(SYSTEM, payment.id, amount=eur(300), reason="A scratch.")
        await orders.cancel(SYSTEM, order.id, reason="Not wanted.")

        assert await balance_of(shop.customer) == 2000
        stored = await Payment.get(id=payment.id)
        assert (stored.authorized, stored.captured, stored.refunded) == (0, 800, 800)
        events = await PaymentEvent.filter(payment_id=payment.id, state="succeeded")
        assert {each.provider for each in events} == {PaymentProvider.STORE_CREDIT}
        await in_order()

    @on_sqlite
    async def test_comes_back_for_lines_that_are_cancelled(self, shop):
        await granted(shop, 2500)
        order = await shop.order("placed", mug=2)
        await spent(order)
        [line] = await lines_of(order)

        await order_lines.cancel(SYSTEM, line.id, quantity=1, reason="One is enough.")

        assert await balance_of(shop.customer) == 1250
        assert (await Order.get(id=order.id)).payment_status is PaymentStatus.AUTHORIZED
        await in_order()

    @on_sqlite
    async def test_says_how_much_there_is_where_it_is_not_enough(self, shop):
        order = await shop.order("placed", mug=2)
        async with refuses(("AMOUNT_EXCEEDED", ("amount",))) as nothing:
            await spent(order)
        await granted(shop, 2000)
        async with refuses(("AMOUNT_EXCEEDED", ("amount",))) as too_little:
            await spent(order, 2001)
        async with refuses(("AMOUNT_EXCEEDED", ("amount",))):
            await spent(order, 2501)

        assert [each.available for each in (*nothing, *too_little)] == [0, 2000]
        assert "20.00 EUR" in too_little[0].message
        assert not await Payment.all().exists()
        assert await balance_of(shop.customer) == 2000

    @on_sqlite
    async def test_is_a_method_and_a_provider_and_goes_by_no_other_name(self, shop):
        await granted(shop, 2000)
        order = await shop.order("placed", mug=1)
        authorize = partial(payments.authorize, SYSTEM, order.id)

        async with refuses(("INVALID", ("method",))):
            await authorize(provider=PaymentProvider.STORE_CREDIT)
        async with refuses(("INVALID", ("method",))):
            await authorize(method=PaymentMethod.STORE_CREDIT)
        async with refuses(("INVALID", ("method",))):
            await payments.take(SYSTEM, order.id, method=PaymentMethod.STORE_CREDIT)
        async with refuses(("INVALID", ("reference",))):
            await authorize(said=Said(reference="X"), **BY_CREDIT)
        payment = await spent(order)
        await payments.capture(SYSTEM, payment.id)
        for verb in (chargebacks.record, chargebacks.reverse):
            async with refuses(("BLOCKED", ("id",))):
                await verb(SYSTEM, payment.id)

    @on_postgres
    async def test_two_orders_race_for_the_same_credit(self, shop):
        await granted(shop, 1250)
        orders_ = [await shop.order("placed", mug=1) for _ in range(4)]

        outcomes = await all_at_once([partial(spent, order, 1250) for order in orders_])

        assert [each.problems[0].available for each in refused(outcomes)] == [0] * 3
        assert await balance_of(shop.customer) == 0
        assert await Payment.all().count() == 1
        await in_order()

    @on_postgres
    async def test_is_spent_and_given_back_at_once(self, shop):
        """Orders that are cancelled, paid and captured for one customer never wait in a circle."""
        await granted(shop, 5000)
        orders_ = [await shop.order("placed", mug=1) for _ in range(6)]
        for order in orders_[:3]:
            await spent(order)

        verbs = [partial(orders.cancel, CLERK, order.id, reason="No") for order in orders_[:3]]
        verbs += [partial(spent, order, 400) for order in orders_[3:]]
        outcomes = await all_at_once(verbs)

        assert refused(outcomes) == []
        assert await balance_of(shop.customer) == 3800
        await in_order()


class TestReturn:
    async def test_becomes_credit_and_no_money_goes_back(self, shop):
        row = await credited(shop, mug=2, back=1)

        assert (row.refund, row.credited) == (1250, 1250)
        order = await Order.get(id=row.order_id)
        assert (order.allowance, order.refunded, order.balance_due) == (1250, 1250, 0)
        assert order.payment_status is PaymentStatus.PARTIALLY_REFUNDED
        [event] = await PaymentEvent.filter(kind="refund")
        account = await StoreCredit.get(customer_id=shop.customer.id)
        assert (event.provider, event.reference) == (PaymentProvider.STORE_CREDIT, account.number)
        assert (await Payment.get(id=event.payment_id)).reference is None
        [movement] = await StoreCreditMovement.all()
        about = (movement.payment_event_id, movement.order_id, movement.returned_id)
        assert about == (event.id, order.id, row.id)
        assert await moved() == [(R.RETURN, 1250, 1250)]
        await in_order()

    @on_sqlite
    async def test_is_given_once_whatever_comes_after(self, shop, policy):
        policy(return_refund="approved")
        order = await paid(shop, mug=2)
        row = await requested(order, 2, resolution=ReturnResolution.STORE_CREDIT)
        row = await take(row, "approved", shop.mug)
        assert await balance_of(shop.customer) == 2500

        await take(row, "resolved", shop.mug, since="approved")

        assert await balance_of(shop.customer) == 2500
        assert (await Return.get(id=row.id)).credited == 2500
        await in_order()

    @on_sqlite
    async def test_becomes_credit_only_as_far_as_it_was_paid(self, shop):
        order = await shop.order("delivered", mug=2)
        await payments.take(SYSTEM, order.id, amount=eur(2000))
        row = await requested(order, 1, resolution=ReturnResolution.STORE_CREDIT)

        row = await take(row, "resolved", shop.mug)

        assert (row.refund, row.credited) == (1250, 750)
        assert await money_of(order) == (1250, 2000, 0)
        await in_order()

    @on_sqlite
    async def test_becomes_no_more_credit_than_it_is_worth(self, shop):
        """What somebody had paid too much goes back the way it came."""
        order = await shop.order("delivered", mug=1)
        transfer = {"method": PaymentMethod.BANK_TRANSFER, "amount": eur(2000)}
        payment = await payments.take(SYSTEM, order.id, **transfer)
        row = await requested(order, 1, resolution=ReturnResolution.STORE_CREDIT)

        row = await take(row, "resolved", shop.mug)

        assert (row.refund, row.credited) == (1250, 1250)
        [asked] = await PaymentEvent.filter(payment_id=payment.id, state="requested")
        assert (asked.amount, asked.provider) == (750, PaymentProvider.MANUAL)
        await in_order()

    @on_sqlite
    async def test_of_what_was_not_paid_becomes_none(self, shop):
        order = await shop.order("delivered", mug=2)
        row = await requested(order, 2, resolution=ReturnResolution.STORE_CREDIT)

        row = await take(row, "resolved", shop.mug)

        assert (row.refund, row.credited) == (2500, 0)
        assert not await StoreCredit.all().exists()
        await in_order()

    @on_sqlite
    async def test_gives_what_was_paid_with_credit_back_into_it(self, shop):
        await granted(shop, 1000)
        order = await shop.order("placed", mug=2)
        await spent(order)
        await payments.take(SYSTEM, order.id)
        await orders.confirm(SYSTEM, order.id)
        [work] = await work_on(order)
        await work_through(work, "delivered")
        assert await balance_of(shop.customer) == 0

        # Cash goes back first, as it came last.
        row = await requested(order, 2)
        row = await take(row, "resolved", shop.mug)

        assert (row.refund, row.credited) == (2500, 0)
        assert await balance_of(shop.customer) == 1000
        assert await moved(order_id=order.id) == [
            (R.PAYMENT, -1000, 0),
            (R.PAYMENT_BACK, 1000, 1000),
        ]
        await in_order()

    @on_sqlite
    async def test_is_refused_who_orders_no_more(self, shop):
        order = await paid(shop, mug=1)
        wanted = ReturnResolution.STORE_CREDIT
        row = await take(await requested(order, 1, resolution=wanted), "inspected", shop.mug)
        await Customer.filter(id=shop.customer.id).update(archived_at=now())

        async with refuses(("BLOCKED", ("resolution",))):
            await returns.resolve(SYSTEM, row.id)
        await returns.resolve(SYSTEM, row.id, resolution=ReturnResolution.REFUND)
        another = await paid(await Shop.open(), mug=1)
        await Customer.filter(id=another.customer_id).update(archived_at=now())
        async with refuses(("BLOCKED", ("resolution",))):
            await requested(another, 1, resolution=wanted)

    @on_postgres
    async def test_is_credited_once_by_two_clerks(self, shop):
        order = await paid(shop, mug=2)
        wanted = ReturnResolution.STORE_CREDIT
        row = await take(await requested(order, 2, resolution=wanted), "inspected", shop.mug)

        outcomes = await all_at_once(
            [partial(returns.resolve, each, row.id) for each in (CLERK, MANAGER)]
        )

        assert len(refused(outcomes)) == 1
        assert await balance_of(shop.customer) == 2500
        await in_order()


class TestCustomer:
    async def test_takes_along_what_the_other_had(self, shop):
        other = await Shop.open()
        await use(shop)
        await granted(other, 300)
        await granted(shop, 700, "USD")
        had = await balance_of(shop.customer)

        await customer_merges.merge(SYSTEM, shop.customer.id, other.customer.id)

        assert await balance_of(other.customer) == had + 300
        assert await balance_of(other.customer, "USD") == 700
        assert [await balance_of(shop.customer, each) for each in ("EUR", "USD")] == [0, 0]
        order = await Order.filter(
            customer_id=other.customer.id, status=OrderStatus.PLACED, authorized__gt=0
        ).get()
        await orders.cancel(SYSTEM, order.id, reason="Not wanted.")
        assert await balance_of(other.customer) > had + 300
        await in_order()

    @on_postgres
    async def test_leaves_nothing_behind_that_is_given_meanwhile(self, shop):
        """Who is merged at the moment has it afterwards as another, or does not get it at all."""
        others = [(await Shop.open()).customer for _ in range(4)]
        await granted(shop, 1000)
        verbs = [
            partial(customer_merges.merge, SYSTEM, each.id, shop.customer.id) for each in others
        ]
        verbs += [
            partial(store_credits.grant, CLERK, each.id, amount=eur(100), reason="Late")
            for each in (*others, shop.customer)
        ]

        outcomes = await all_at_once(verbs)

        given = len(outcomes) - len(others) - len(refused(outcomes))
        assert await balance_of(shop.customer) == 1000 + 100 * given
        assert [await balance_of(each) for each in others] == [0] * 4
        await in_order()

    @on_sqlite
    async def test_is_told_what_moved_and_whoever_they_were_as_well(self, shop):
        other = await Shop.open()
        await granted(shop, reason="SORRY-1")
        await granted(other, reason="SORRY-2")
        await customer_merges.merge(SYSTEM, shop.customer.id, other.customer.id)

        pieces = [each async for each in customer_exports.written(other.customer.id)]

        told_of = orjson.loads(b"".join(pieces))
        assert [each["balance"] for each in told_of["store_credits"]] == [0, 4000]
        notes = [each["note"] for each in told_of["store_credit_movements"]]
        assert {"SORRY-1", "SORRY-2"} < set(notes)

    @on_sqlite
    async def test_is_erased_once_nothing_is_left(self, shop):
        other = await Shop.open()
        await granted(shop, reason="SECRET-1")
        await customer_merges.merge(SYSTEM, shop.customer.id, other.customer.id)
        account = await StoreCredit.get(customer_id=other.customer.id)
        async with refuses(("BLOCKED", ("id",))) as problems:
            await customer_erasures.erase(MANAGER, other.customer.id, reason="They asked.")
        assert account.number in problems[0].message
        await store_credits.revoke(MANAGER, account.id, reason="SECRET-2")
        before = await moved()

        await customer_erasures.erase(MANAGER, other.customer.id, reason="They asked.")

        assert await moved() == before
        assert {each.note for each in await StoreCreditMovement.all()} == {""}
        await in_order()
