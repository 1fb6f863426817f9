import asyncio

import pytest
from tortoise.connection import get_connection

from models import Address, Customer, CustomerDuplicate, CustomerFigure, Event, Order, Person, Role
from services import (
    customer_duplicates,
    customer_merges,
    customers,
    event_log,
    orders,
    people,
    timeline,
)
from services.actors import SYSTEM
from services.clock import now
from services.commit import operation
from services.live import Interest
from services.watching import may_see
from tests.cast import CLERK, HOME, Shop, actor_for, refuses
from tests.customers import broken_rules, read_figures


async def look() -> list[CustomerDuplicate]:
    """The pairs there are once all news of customers is read."""
    await event_log.take_in()
    while await customer_duplicates.due(now(), 1):
        await customer_duplicates.read_on(0)
    return await CustomerDuplicate.all().order_by("id")


async def entered(name: str, **given: str) -> Customer:
    row = await customers.create(SYSTEM, name=name, **given)
    await customers.create_address(SYSTEM, row.id, HOME)
    return row


class TestMerge:
    async def test_moves_everything_and_counts_it_once(self, shop, sent):
        """Whoever was merged into the one before is found by them as well; figures are the sums."""
        other = await Shop.open()
        kept, gone, older = other.customer, shop.customer, await Customer.create(name="A. Berg")
        await Customer.filter(id=kept.id).update(email=None)
        await Customer.filter(id=gone.id).update(phone="+49 40 1")
        await customers.create_address(SYSTEM, gone.id, HOME)
        placed = [await shop.order("placed", mug=2) for _ in range(2)]
        await other.order("placed", mug=1)
        ada = await people.create(
            SYSTEM, name="Ada", role=Role.CUSTOMER, customer_id=gone.id, username="ada"
        )
        await customer_merges.merge(SYSTEM, older.id, gone.id)
        await read_figures()
        sent.count = 0
        await customer_merges.merge(SYSTEM, gone.id, kept.id)
        few = sent.count

        left = await Customer.get(id=gone.id)
        assert (left.merged_into_id, left.archived_at is not None) == (kept.id, True)
        assert (await Customer.get(id=older.id)).merged_into_id == kept.id
        now_kept = await Customer.get(id=kept.id)
        assert (now_kept.email, now_kept.phone) == (gone.email, "+49 40 1")
        for kind in customer_merges.referring():
            assert not await kind.filter(customer_id=gone.id).exists(), kind
        assert await Order.filter(customer_id=kept.id).count() == 3
        assert await Address.filter(customer_id=kept.id).count() == 1
        assert (await Person.get(id=ada.id)).customer_id == kept.id
        row = await CustomerFigure.get(customer_id=kept.id)
        assert (row.orders, row.units, row.spent) == (3, 5, 6250)
        assert row.first_order_at == placed[0].placed_at
        assert not await CustomerFigure.filter(customer_id=gone.id).exists()
        assert await broken_rules() == []
        await self._tells_of_both(now_kept, gone, placed[0])
        assert few <= 60

        before = await Event.all().count()
        again = await customer_merges.merge(SYSTEM, gone.id, kept.id)
        assert (again.version, await Event.all().count()) == (now_kept.version, before)

    async def _tells_of_both(self, kept: Customer, gone: Customer, order: Order) -> None:
        await event_log.take_in()
        former = await customer_merges.former_ids(kept.id)
        old = await Event.filter(kind="OrderPlaced", order_id=order.id).first()
        assert old.customer_id == gone.id
        assert not may_see(actor_for(kept), old)
        assert may_see(actor_for(kept), old, former)
        interest = Interest(customer_id=kept.id, former_ids=former)
        assert interest.meets(old)
        assert await Event.filter(**interest.where(), id=old.id).exists()
        [page] = await timeline.of_customers(SYSTEM, [kept], first=100, after=None)
        [length] = await timeline.lengths_of_customers(SYSTEM, [kept])
        assert old.id in {event.id for event in page.rows}
        assert [event.position for event in page.rows] == sorted(
            event.position for event in page.rows
        )
        assert len(page.rows) == length

    async def test_is_refused_where_it_makes_no_sense(self, shop, customer_actor):
        kept, third = shop.customer, await Customer.create(name="Eva")
        gone = await Customer.create(name="Ada")
        away = await Customer.create(name="Bea", archived_at=now())
        erased = await Customer.create(name="Erased", archived_at=now(), erased_at=now())
        await customer_merges.merge(SYSTEM, gone.id, kept.id)

        async with refuses(("INVALID", ("intoId",))):
            await customer_merges.merge(SYSTEM, kept.id, kept.id)
        async with refuses(("BLOCKED", ("fromId",))) as problems:
            await customer_merges.merge(SYSTEM, gone.id, third.id)
        assert kept.number in problems[0].message
        async with refuses(("BLOCKED", ("intoId",))):
            await customer_merges.merge(SYSTEM, third.id, gone.id)
        async with refuses(("BLOCKED", ("intoId",))):
            await customer_merges.merge(SYSTEM, third.id, away.id)
        async with refuses(("BLOCKED", ("fromId",))):
            await customer_merges.merge(SYSTEM, erased.id, kept.id)
        async with refuses(("NOT_FOUND", ("fromId",))):
            await customer_merges.merge(customer_actor, third.id, kept.id)
        for row in (kept, third):
            await Person.create(name=row.name, role=Role.CUSTOMER, customer_id=row.id)
        async with refuses(("BLOCKED", ("fromId",))):
            await customer_merges.merge(SYSTEM, third.id, kept.id)
        await Person.filter(customer_id=third.id).update(deactivated_at=now())
        await customer_merges.merge(SYSTEM, third.id, kept.id)


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
class TestOrdersOfThatMoment:
    """SQLite has a single writer."""

    async def test_are_refused_when_they_come_too_late(self, shop):
        kept = await Customer.create(name="Eva")
        merged, go_on = asyncio.Event(), asyncio.Event()

        @operation
        async def merge():
            await customer_merges.merge(SYSTEM, shop.customer.id, kept.id)
            merged.set()
            await go_on.wait()

        merging = asyncio.create_task(merge())
        await merged.wait()
        ordering = asyncio.create_task(orders.place(SYSTEM, draft=shop.draft(mug=1)))
        await somebody_waits()
        go_on.set()
        await merging

        async with refuses(("BLOCKED", ("order", "customerId"))):
            await ordering
        assert await Order.all().count() == 0

    async def test_move_when_they_came_before(self, shop):
        kept = await Customer.create(name="Eva")
        placed, go_on = asyncio.Event(), asyncio.Event()

        @operation
        async def place():
            order = await orders.place(SYSTEM, draft=shop.draft(mug=1))
            placed.set()
            await go_on.wait()
            return order

        ordering = asyncio.create_task(place())
        await placed.wait()
        merging = asyncio.create_task(customer_merges.merge(SYSTEM, shop.customer.id, kept.id))
        await somebody_waits()
        go_on.set()
        order = await ordering
        await merging

        assert (await Order.get(id=order.id)).customer_id == kept.id


async def somebody_waits():
    """Until a statement waits for what somebody else has locked."""
    async with asyncio.timeout(10):
        while True:
            waiting = await get_connection("default").execute_query_dict(
                "SELECT 1 FROM pg_stat_activity "
                "WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if waiting:
                return
            await asyncio.sleep(0.01)


class TestDuplicates:
    async def test_are_found_by_mailbox_telephone_and_place(self, database):
        ada = await entered("Ada Bérg", email="ada.berg@gmail.com", phone="+49 40 123456")
        same = await entered("berg, ADA", email="adaberg+shop@gmail.com", phone="040/123456")
        await entered("Eva Lund", email="ada.berg@example.com", phone="123456")

        [pair] = await look()
        assert (pair.customer_id, pair.other_id, pair.score) == (ada.id, same.id, 100)
        assert pair.traits == ["email", "phone", "place"]
        await customers.update(SYSTEM, same.id, {"phone": None})
        [pair] = await look()
        assert (pair.traits, pair.score) == (["email", "place"], 90)
        await customer_duplicates.dismiss(SYSTEM, pair.id)
        async with refuses(("BLOCKED", ("id",))):
            await customer_duplicates.dismiss(SYSTEM, pair.id)
        await customers.update(SYSTEM, ada.id, {"name": "Ada Berg"})
        [pair] = await look()
        assert pair.dismissed_by == "SYSTEM"
        await customers.update(SYSTEM, same.id, {"phone": "004940123456"})
        [pair] = await look()
        assert pair.dismissed_by is None
        async with refuses(("NOT_FOUND", ("id",))):
            await customer_duplicates.dismiss(CLERK, pair.id)

        await customer_merges.merge(SYSTEM, same.id, ada.id)
        assert await look() == []

    async def test_are_no_more_than_somebody_can_go_through(self, database, monkeypatch):
        monkeypatch.setattr(customer_duplicates, "MOST_PER_CUSTOMER", 2)
        for _ in range(5):
            await customers.create(SYSTEM, name="Desk", phone="000 000 000")

        assert len(await look()) <= 2 * 5
        last = await customers.create(SYSTEM, name="Desk", phone="000000000")
        assert len([pair for pair in await look() if pair.other_id == last.id]) == 2
