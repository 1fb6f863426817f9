import asyncio
import sqlite3
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import pytest

from models import Customer, Event, IdempotencyRecord
from models import database as databases
from models.errors import Problem, Refused
from services import commit, customers, event_log, orders, requests
from services.actors import SYSTEM
from services.commit import announce, operation, rehearsal
from services.facts.customers import CustomerCreated
from services.requests import Request
from tests.cast import all_at_once, drop_connections, everything, told

# Turns of the loop after which a caller hangs up: while a transaction begins, and later.
TURNS = [0, 1, 2, 3, 5, 8, 13, 40]


class CaughtFire(Exception):
    pass


@operation
async def enter(name: str) -> Customer:
    return await customers.create(SYSTEM, name=name)


@operation
async def enter_two(one: str, other: str) -> None:
    await enter(one)
    await enter(other)


@operation
async def enter_and_fail(name: str) -> None:
    await enter(name)
    raise CaughtFire


async def names() -> list[str]:
    return await Customer.all().order_by("id").values_list("name", flat=True)


async def hang_up(work: Callable[[], Coroutine[Any, Any, Any]], after: int) -> None:
    """Begin something, and cancel whoever waits for it that many turns of the loop later."""
    caller = asyncio.create_task(work())
    for _ in range(after):
        await asyncio.sleep(0)
    caller.cancel()
    await asyncio.gather(caller, return_exceptions=True)


class TestOperation:
    async def test_keeps_what_was_done_and_what_was_announced(self, database, clerk):
        await customers.create(clerk, name="Ada")

        assert await names() == ["Ada"]
        assert (await told("CustomerCreated", by=clerk)).position is None

    async def test_undoes_everything_when_it_fails(self, database):
        before = await everything()

        with pytest.raises(CaughtFire):
            await enter_and_fail("Ada")

        assert await everything() == before

    async def test_joins_the_operation_it_is_called_in(self, database):
        @operation
        async def outer() -> None:
            await enter_two("Ada", "Eva")
            raise CaughtFire

        with pytest.raises(CaughtFire):
            await outer()

        assert await names() == []
        assert not await Event.exists()

    async def test_announces_what_inner_operations_did_in_their_order(self, database):
        await enter_two("Ada", "Eva")

        told = await Event.all().order_by("id").values_list("customer_id", flat=True)
        assert told == await Customer.all().order_by("id").values_list("id", flat=True)

    @pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
    async def test_is_not_seen_by_others_before_it_is_over(self, database):
        entered = asyncio.Event()

        async def look() -> list[str]:
            await entered.wait()
            return await names()

        other = asyncio.create_task(look())

        @operation
        async def outer() -> None:
            await enter("Ada")
            entered.set()
            assert await other == []

        await outer()
        assert await names() == ["Ada"]

    async def test_leaves_no_mark_on_who_called_it(self, database):
        await enter("Ada")

        with pytest.raises(RuntimeError):
            announce(SYSTEM, CustomerCreated(customer_id=1))

    async def test_does_not_mix_what_others_announce_at_the_same_time(self, database):
        verbs = [partial(enter, f"Ada {n}") for n in range(20)]

        await all_at_once(verbs)

        announced = await Event.all().values_list("customer_id", flat=True)
        assert sorted(announced) == sorted(await Customer.all().values_list("id", flat=True))

    @pytest.mark.parametrize("after", TURNS)
    async def test_is_finished_or_undone_when_its_caller_hangs_up(self, database, after):
        await hang_up(partial(enter_two, "Ada", "Eva"), after)
        await commit.finish_all()

        assert await names() in ([], ["Ada", "Eva"])
        assert await Event.all().count() == len(await names())

    @pytest.mark.parametrize("after", TURNS)
    async def test_does_not_hold_up_the_next_when_its_caller_hangs_up(self, database, after):
        await all_at_once([partial(hang_up, partial(enter, "Ada"), after)] * 12)

        async with asyncio.timeout(5):
            await enter("Eva")

        assert (await names()).count("Eva") == 1

    async def test_of_a_caller_who_is_gone_is_waited_for_at_the_end(self, database):
        await hang_up(partial(enter, "Ada"), 1)

        await commit.finish_all()

        assert await names() == ["Ada"]

    async def test_of_a_caller_who_is_gone_may_fail_unheard(self, database):
        await hang_up(partial(enter_and_fail, "Ada"), 1)

        await commit.finish_all()

        assert await names() == []

    async def test_works_again_after_another_process_kept_the_lock_too_long(
        self, sqlite_url, monkeypatch
    ):
        monkeypatch.setattr(databases, "BUSY_TIMEOUT_MS", 20)
        path = sqlite_url.removeprefix("sqlite://")
        other = sqlite3.connect(path, isolation_level=None)
        async with databases.opened(sqlite_url):
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(Exception, match="locked"):
                await enter("Ada")
            other.execute("ROLLBACK")

            async with asyncio.timeout(5):
                await enter("Eva")
            assert await names() == ["Eva"]
        other.close()

    async def test_works_again_after_the_server_dropped_its_connections(self, postgres_url):
        async with databases.opened(postgres_url, connections=1):
            for _ in range(3):
                await enter("Ada")
                await drop_connections(postgres_url)
                await asyncio.gather(enter("Lost"), return_exceptions=True)

                async with asyncio.timeout(5):
                    await enter("Eva")
            assert (await names()).count("Eva") == 3


class TestAnnounce:
    async def test_refuses_outside_an_operation(self, database):
        with pytest.raises(RuntimeError, match="inside an @operation"):
            announce(SYSTEM, CustomerCreated(customer_id=1))

        assert not await Event.exists()


class TestRehearsal:
    async def test_shows_the_outcome_and_undoes_it(self, shop, clerk):
        before = await everything()

        async with rehearsal():
            order = await orders.place(clerk, draft=shop.draft(mug=2))
            assert order.total == 2500
            assert await shop.available(shop.mug) == 13

        assert await everything() == before

    async def test_lets_a_key_be_used_afterwards(self, database, clerk):
        request = Request(key="k", fingerprint="f")
        create = partial(customers.create, clerk, name="Ada")

        async with rehearsal():
            await requests.carry_out(clerk, request, create)

        assert not await IdempotencyRecord.exists()
        assert not (await requests.carry_out(clerk, request, create)).replayed

    async def test_passes_on_what_goes_wrong(self, database):
        with pytest.raises(CaughtFire):
            async with rehearsal():
                await enter_and_fail("Ada")

        assert await names() == []

    async def test_does_not_mix_with_what_others_really_do(self, database):
        async def rehearse() -> None:
            async with rehearsal():
                await enter("Nobody")

        await all_at_once([rehearse, partial(enter, "Ada")] * 8)

        assert await names() == ["Ada"] * 8
        assert await Event.all().count() == 8

    @pytest.mark.parametrize("after", TURNS)
    async def test_does_not_hold_up_the_next_when_its_caller_hangs_up(self, database, after):
        async def rehearse() -> None:
            async with rehearsal():
                await enter("Nobody")

        await all_at_once([partial(hang_up, rehearse, after)] * 12)

        async with asyncio.timeout(5):
            await enter("Ada")
        assert await names() == ["Ada"]


class TestTakeIn:
    @pytest.mark.parametrize("after", TURNS)
    async def test_does_not_hold_up_the_next_when_it_is_cancelled(self, database, after):
        await all_at_once([partial(hang_up, event_log.take_in, after)] * 12)

        async with asyncio.timeout(5):
            await enter("Ada")
            await event_log.take_in()
        assert await event_log.last_position() == 1


@operation
async def be_refused(name: str) -> None:
    await enter(name)
    commit.even_if_refused(lambda: enter("noted"))
    raise Refused(Problem(message="No."))


class TestEvenIfRefused:
    async def test_is_done_when_the_operation_is_refused(self, database):
        with pytest.raises(Refused):
            await be_refused("Ada")

        assert await names() == ["noted"]

    async def test_is_done_for_an_operation_inside_another(self, database):
        with pytest.raises(Refused):
            await operation(be_refused)("Ada")

        assert await names() == ["noted"]

    async def test_is_not_done_when_the_operation_commits(self, database):
        @operation
        async def succeed() -> None:
            commit.even_if_refused(lambda: enter("noted"))

        await succeed()

        assert await names() == []

    async def test_is_not_done_in_a_rehearsal(self, database):
        with pytest.raises(Refused):
            async with rehearsal():
                await be_refused("Ada")

        assert await names() == []
