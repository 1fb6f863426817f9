from functools import partial

import pytest

from models import Customer, Fulfillment, IdempotencyRecord, Order, OrderLine, OrderStatus
from services import customers, fulfillments, order_lines, orders, requests
from services.requests import Answer, Request
from tests.cast import all_at_once, refused, refuses


def keyed(key: str, fingerprint: str = "of the input") -> Request:
    return Request(key=key, fingerprint=fingerprint)


def expecting(version: int, kind: type, row_id: int) -> Request:
    return Request(fingerprint="", subject=(kind, row_id), expected_version=version)


class TestIdempotencyKey:
    async def test_lets_a_verb_act_once(self, database, clerk):
        enter = partial(customers.create, clerk, name="Ada")

        first = await requests.carry_out(clerk, keyed("k-1"), enter)
        again = await requests.carry_out(clerk, keyed("k-1"), enter)

        assert (first.replayed, again.replayed) == (False, True)
        assert (first.row, await Customer.all()) == (again.row, [again.row])

    async def test_lets_a_verb_act_once_however_many_ask_at_once(self, database, clerk):
        enter = partial(customers.create, clerk, name="Ada")

        answers = await all_at_once(
            partial(requests.carry_out, clerk, keyed("k-1"), enter) for _ in range(20)
        )

        assert sorted(answer.replayed for answer in answers) == [False, *[True] * 19]
        assert {answer.row.id for answer in answers} == {(await Customer.get()).id}

    async def test_answers_with_the_record_as_it_is_now(self, database, clerk):
        enter = partial(customers.create, clerk, name="Ada")
        first = await requests.carry_out(clerk, keyed("k-1"), enter)

        await customers.update(clerk, first.row.id, {"name": "Ada Berg"})

        again = await requests.carry_out(clerk, keyed("k-1"), enter)
        assert again.row.name == "Ada Berg"

    async def test_refuses_another_input(self, database, clerk):
        enter = partial(customers.create, clerk, name="Ada")
        await requests.carry_out(clerk, keyed("k-1", "one"), enter)

        async with refuses(("IDEMPOTENCY_MISMATCH", ("idempotencyKey",))):
            await requests.carry_out(clerk, keyed("k-1", "other"), enter)

    async def test_is_each_actors_own(self, database, clerk, lead):
        for actor in (clerk, lead):
            enter = partial(customers.create, actor, name="Ada")
            assert not (await requests.carry_out(actor, keyed("k-1"), enter)).replayed

        assert await Customer.all().count() == 2

    async def test_is_free_again_when_the_verb_was_refused(self, database, clerk):
        async with refuses(("INVALID", ("name",))):
            await requests.carry_out(clerk, keyed("k-1"), partial(customers.create, clerk, name=""))

        right = partial(customers.create, clerk, name="Ada")
        assert not (await requests.carry_out(clerk, keyed("k-1", "other"), right)).replayed

    @pytest.mark.parametrize("key", ["", "x" * 201, "a\0b"])
    async def test_refuses_a_key_that_cannot_be_kept(self, database, clerk, key):
        async with refuses(("INVALID", ("idempotencyKey",))):
            await requests.carry_out(clerk, keyed(key), partial(customers.create, clerk, name="A"))

    async def test_is_not_needed(self, database, clerk):
        enter = partial(customers.create, clerk, name="Ada")

        for _ in range(2):
            await requests.carry_out(clerk, Request(fingerprint=""), enter)

        assert await Customer.all().count() == 2
        assert not await IdempotencyRecord.exists()


class TestExpectedVersion:
    async def test_lets_the_version_pass_that_was_seen(self, shop, clerk):
        request = expecting(shop.customer.version, Customer, shop.customer.id)

        answer = await requests.carry_out(
            clerk, request, partial(customers.update, clerk, shop.customer.id, {"name": "Eva"})
        )

        assert isinstance(answer, Answer)
        assert (answer.row.name, answer.row.version) == ("Eva", shop.customer.version + 1)

    async def test_refuses_any_other(self, shop, clerk):
        request = expecting(7, Customer, shop.customer.id)

        async with refuses(("VERSION_CONFLICT", ("expectedVersion",))) as problems:
            await requests.carry_out(
                clerk, request, partial(customers.update, clerk, shop.customer.id, {"name": "Eva"})
            )
        assert (problems[0].expected, problems[0].actual) == (7, 1)

    async def test_lets_one_of_many_pass_who_saw_the_same(self, shop, clerk):
        async def rename(name: str) -> Answer:
            request = expecting(1, Customer, shop.customer.id)
            change = partial(customers.update, clerk, shop.customer.id, {"name": name})
            return await requests.carry_out(clerk, request, change)

        outcomes = await all_at_once(partial(rename, f"Ada {n}") for n in range(10))

        passed = [each.row.name for each in outcomes if isinstance(each, Answer)]
        assert passed == [(await Customer.get(id=shop.customer.id)).name]
        assert all(each.problems[0].code == "VERSION_CONFLICT" for each in refused(outcomes))

    async def test_does_not_tell_a_version_to_those_who_may_not_see_the_record(
        self, shop, customer_actor
    ):
        stranger = await Customer.create(name="Eva")
        rename = partial(customers.update, customer_actor, stranger.id, {"name": "Mine"})

        async with refuses(("NOT_FOUND", ("id",))):
            await requests.carry_out(customer_actor, expecting(7, Customer, stranger.id), rename)

    @pytest.mark.parametrize("kind", [Fulfillment, OrderLine])
    async def test_of_a_part_never_waits_in_a_circle_for_its_order(self, shop, clerk, kind):
        # One who cancels holds the order and wants its parts, so nobody may do it the other way.
        for _ in range(5):
            order = await shop.order("released" if kind is Fulfillment else "draft")
            part = await kind.get(order_id=order.id)
            change = (
                partial(fulfillments.pick_start, clerk, part.id)
                if kind is Fulfillment
                else partial(order_lines.update, clerk, part.id, quantity=2)
            )
            request = expecting(part.version, kind, part.id)

            await all_at_once(
                [
                    partial(requests.carry_out, clerk, request, change),
                    partial(orders.cancel, clerk, order.id, reason="Changed their mind."),
                ]
            )

            assert (await Order.get(id=order.id)).status is OrderStatus.CANCELLED
