"""Key figures: what the journal comes to is what the rows come to, whenever it is read."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random

import pytest

from models import (
    Claim,
    ClaimKind,
    KpiEntry,
    KpiName,
    LogCursor,
    Mispick,
    MispickKind,
    MispickStep,
    Order,
    OrderChannel,
    OrderLine,
    OrderStatus,
    Shipment,
    ShipmentStatus,
    Supplier,
    SupplierItem,
    Survey,
    SurveyStatus,
    SurveySubject,
    Variant,
)
from models.lifecycle import ClaimStatus
from services import event_log, orders, shipments
from services.actors import SYSTEM
from services.commit import announce, operation
from services.facts.orders import OrderUpdated
from services.kpis import buckets, drill_downs, figures, reader
from services.kpis.definitions import DEFINITIONS
from services.kpis.figures import KpiStep, Question
from services.kpis.measures import MEASURES
from tests.cast import (
    MANAGER,
    PICKER,
    actor_for,
    one_database,
    refuses,
    work_on,
    work_through,
)
from tests.figures import YEAR, broken, read, told, value


@operation
async def happens(row, order_id: int, customer_id: int, **changes) -> None:
    """Something is stored, and the order it is about is heard of."""
    for name, change in changes.items():
        setattr(row, name, change)
    await row.save()
    announce(SYSTEM, OrderUpdated(order_id=order_id, customer_id=customer_id))


class Life:
    """A shop whose orders go their ways at random: straight on, back, wrong, late, corrected."""

    def __init__(self, shop, dice: Random) -> None:
        self.shop, self.dice, self.ids = shop, dice, []

    async def step(self) -> None:
        verbs = [self.place, self.place, self.cancel, self.come_late, *[self.go_on] * 4]
        await self.dice.choice(
            [*verbs, self.mispick, self.claim, self.decide, self.send_back, self.ask, self.answer]
        )()

    async def place(self) -> None:
        channel = self.dice.choice([OrderChannel.ONLINE, OrderChannel.PHONE])
        draft = self.shop.draft(mug=self.dice.randint(1, 4), channel=channel)
        order = await orders.place(SYSTEM, draft=draft)
        self.ids.append(order.id)

    async def go_on(self) -> None:
        order = await self.one(OrderStatus.PLACED, OrderStatus.CONFIRMED)
        if order is None:
            return
        if order.status is OrderStatus.PLACED:
            await orders.confirm(SYSTEM, order.id)
        for work in await work_on(order):
            if work.released_at is None:
                await work_through(work, self.dice.choice(["packed", *["delivered"] * 4]))

    async def cancel(self) -> None:
        order = await self.one(OrderStatus.PLACED, OrderStatus.CONFIRMED)
        if order is not None:
            by = self.dice.choice([MANAGER, actor_for(self.shop.customer)])
            await orders.cancel(by, order.id, reason="Not wanted.")

    async def come_late(self) -> None:
        """The carrier corrects when it was there."""
        parcels = await Shipment.filter(status=ShipmentStatus.DELIVERED)
        if parcels:
            row = self.dice.choice(parcels)
            at = row.delivered_at + timedelta(hours=self.dice.choice([-30, 5, 50]))
            order = await Order.get(id=row.order_id)
            await happens(row, order.id, order.customer_id, delivered_at=at)

    async def mispick(self) -> None:
        order = await self.one(OrderStatus.IN_PROGRESS)
        if order is not None:
            row = Mispick(
                order_id=order.id,
                location_id=self.shop.north.id,
                kind=MispickKind.WRONG_ITEM,
                step=MispickStep.PICKING,
                barcode="1",
                quantity=1,
                expected="1",
                found="2",
                picker=PICKER.label,
            )
            await happens(row, order.id, order.customer_id)

    async def claim(self) -> None:
        order = await self.one(OrderStatus.COMPLETED)
        if order is not None:
            kind = self.dice.choice([*ClaimKind])
            row = Claim(
                order_id=order.id,
                customer_id=order.customer_id,
                kind=kind,
                currency="EUR",
                opened_by="PER-1",
            )
            await happens(row, order.id, order.customer_id)

    async def decide(self) -> None:
        rows = await Claim.all()
        if rows:
            row = self.dice.choice(rows)
            status = self.dice.choice([ClaimStatus.DECLINED, ClaimStatus.APPROVED])
            await happens(row, row.order_id, row.customer_id, status=status)

    async def send_back(self) -> None:
        order = await self.one(OrderStatus.COMPLETED)
        if order is not None:
            line = await OrderLine.get(order_id=order.id)
            units = self.dice.randint(0, line.delivered)
            rejected = self.dice.randint(0, units)
            await happens(
                line,
                order.id,
                order.customer_id,
                return_requested=units,
                return_received=units - rejected,
                return_rejected=rejected,
            )

    async def ask(self) -> None:
        order = await self.one(OrderStatus.COMPLETED)
        if order is None or await Survey.exists(order_id=order.id):
            return
        row = Survey(
            order_id=order.id,
            customer_id=order.customer_id,
            subject=SurveySubject.ORDER,
            asked_at=order.completed_at,
            expires_at=order.completed_at,
        )
        await happens(row, order.id, order.customer_id)

    async def answer(self) -> None:
        rows = await Survey.all()
        if rows:
            row = self.dice.choice(rows)
            await happens(
                row,
                row.order_id,
                row.customer_id,
                status=SurveyStatus.ANSWERED,
                answered_at=row.asked_at,
                score=self.dice.randint(1, 5),
            )

    async def one(self, *statuses: OrderStatus) -> Order | None:
        found = await Order.filter(id__in=self.ids, status__in=list(statuses)).order_by("id")
        return self.dice.choice(found) if found else None


class TestReader:
    @pytest.mark.parametrize("seed", [5])
    async def test_comes_to_what_the_rows_come_to_and_stays_true_at_each_position(
        self, shop, clock, seed
    ):
        await shop.receive(shop.mug, shop.north, 200)
        dice = Random(seed)
        life = Life(shop, dice)
        asked = [
            Question(**YEAR),
            Question(**YEAR, channel=OrderChannel.PHONE),
            Question(**YEAR, location_id=shop.north.id),
        ]
        was = []
        for n in range(120):
            clock.advance(hours=dice.choice([1, 5, 20]))
            await life.step()
            if n % 5 == 4:
                await event_log.take_in()
                await reader.read_on(0)
                position = (await LogCursor.get(reader=reader.READER)).position
                was.append((position, [await told(each) for each in asked]))
        await read()

        assert await broken() == []
        for position, answers in was:
            again = [await told(Question(**vars(each) | {"at": str(position)})) for each in asked]
            assert again == answers, position
        await self._assert_counted(life)
        # Nothing changes by being read again, from the first event on.
        entries = await KpiEntry.all().count()
        await LogCursor.filter(reader=reader.READER).update(position=0)
        await read()
        assert await KpiEntry.all().count() == entries
        await self._assert_sums(asked)

    async def _assert_counted(self, life: Life) -> None:
        """Some figures, counted anew without any of the code that keeps them."""
        rows = await Order.filter(id__in=life.ids)
        done = [row for row in rows if row.status == "completed"]
        given_up = [row for row in rows if row.status == "cancelled"]
        ours = [row for row in given_up if not row.cancelled_by_customer]
        assert len(done) > 3
        assert len(given_up) > len(ours) > 0
        assert await value(KpiName.FULFILMENT_RATE) == (len(done), len(done) + len(ours))
        wrong = {row.order_id for row in await Mispick.all()}
        wrong |= {
            row.order_id
            for row in await Claim.all()
            if row.kind in ("wrong", "missing") and row.status != "declined"
        }
        accurate = [row for row in done if row.id not in wrong]
        assert 0 < len(accurate) < len(done)
        assert await value(KpiName.ORDER_ACCURACY) == (len(accurate), len(done))
        lines = await OrderLine.filter(order_id__in=[row.id for row in done])
        back = sum(line.return_received + line.return_rejected for line in lines)
        assert await value(KpiName.RETURN_RATE) == (back, sum(line.delivered for line in lines))
        scores = [row.score for row in await Survey.filter(score__not_isnull=True)]
        assert await value(KpiName.SATISFACTION) == (sum(scores), len(scores))
        assert await value(KpiName.RESPONSE_RATE) == (len(scores), await Survey.all().count())
        placed = await Order.filter(id__in=life.ids, placed_at__not_isnull=True).count()
        assert (await value(KpiName.BACKORDER_RATE))[1] == placed

    async def _assert_sums(self, asked: list[Question]) -> None:
        """The orders behind each figure sum to it, page by page, and so do its series."""
        for question in asked:
            for figure in await figures.figures(MANAGER, None, question):
                shares, after = [], None
                while True:
                    page = await drill_downs.orders(figure, first=3, after=after)
                    shares += page.rows
                    if not page.has_next:
                        break
                    after = page.cursor(page.rows[-1])
                assert all(one.day <= other.day for one, other in pairwise(shares))
                assert len(shares) == await drill_downs.count(figure)
                assert sum(each.numerator for each in shares) == figure.now.numerator
                assert sum(each.denominator for each in shares) == figure.now.denominator
                for step in KpiStep:
                    parts = figures.series(figure, step)
                    assert sum(each.numerator for each in parts) == figure.now.numerator
                    assert parts[0].since == YEAR["since"]
                    assert parts[-1].until == YEAR["until"]

    async def test_tells_orders_apart_by_who_had_a_part_in_them(self, shop):
        supplier = await Supplier.create(name="Ton GmbH", code="TON", currency="EUR")
        await SupplierItem.create(
            supplier_id=supplier.id, variant_id=shop.mug.id, currency="EUR", breaks=[[1, 500]]
        )
        # Eleven mugs come from two locations.
        both, north = await shop.order("packed", mug=11), await shop.order("placed", shirt=1)
        await read()
        by_supplier = await value(KpiName.BACKORDER_RATE, supplier_id=supplier.id)
        south = await value(KpiName.BACKORDER_RATE, location_id=shop.south.id)
        all_of_them = await value(KpiName.BACKORDER_RATE)
        picker = (await work_on(both))[0].picker

        assert (by_supplier, south, all_of_them) == ((0, 1), (0, 1), (0, 2))
        assert await value(KpiName.BACKORDER_RATE, picker=picker) == (0, 1)
        assert await value(KpiName.BACKORDER_RATE, picker="PER-' OR 1") == (0, 0)
        # Whom they are bought from later changes nothing, though the order is read again.
        await SupplierItem.all().delete()
        await happens(north, both.id, shop.customer.id)
        await read()
        assert await value(KpiName.BACKORDER_RATE, supplier_id=supplier.id) == by_supplier

    @one_database
    async def test_reads_orders_that_were_there_before_a_figure_was(self, shop, monkeypatch):
        monkeypatch.setattr(reader, "ORDERS_AT_ONCE", 2)
        monkeypatch.setattr(reader, "MEASURES", MEASURES[:2])
        monkeypatch.setattr("services.kpis.measures.MEASURES", MEASURES[:2])
        for _ in range(5):
            await shop.order("delivered")
        await read()
        assert await value(KpiName.ON_TIME) == (0, 0)
        before = await value(KpiName.ORDER_ACCURACY)
        position = (await LogCursor.get(reader=reader.READER)).position
        monkeypatch.undo()
        monkeypatch.setattr(reader, "ORDERS_AT_ONCE", 2)

        await read()

        assert (await value(KpiName.RETURN_RATE))[1] == 5
        assert await value(KpiName.RETURN_RATE, at=str(position)) == (0, 0)
        assert await value(KpiName.ORDER_ACCURACY) == before
        assert await broken() == []

    @one_database
    async def test_asks_as_much_for_many_orders_as_for_one(self, shop, monkeypatch):
        await shop.receive(shop.mug, shop.north, 200)
        asked = []
        ask = reader.stories.ask

        async def counted(sql: str):
            asked.append(sql)
            return await ask(sql)

        monkeypatch.setattr("services.kpis.stories.ask", counted)
        monkeypatch.setattr("services.kpis.figures.ask", counted)
        costs = []
        for count in (1, 9):
            for _ in range(count):
                await shop.order("delivered")
            await event_log.take_in()
            asked.clear()
            await reader.read_on(0)
            reading = len(asked)
            asked.clear()
            await figures.figures(MANAGER, None, Question(**YEAR))
            costs.append((reading, len(asked)))

        assert costs[0] == costs[1]
        assert max(costs[0]) < 20


class TestTurnover:
    async def test_is_what_shipped_goods_cost_by_what_stock_is_worth(self, clock, shop):
        await Variant.filter(id=shop.mug.id).update(cost=300)
        begun = clock.now(None).date()
        await shop.receive(shop.mug, shop.north, 10)
        await event_log.take_in()
        await reader.read_on(0)
        clock.advance(days=3)
        await shop.order("shipped", mug=4)
        await event_log.take_in()
        await reader.read_on(0)

        # 25 mugs for three days, and 21 on the fourth.
        question = Question(since=begun, until=begun + timedelta(days=3))
        [figure] = await figures.figures(MANAGER, [KpiName.STOCK_TURNOVER], question)
        worth = Decimal(300 * (25 * 3 + 21)) / 4
        assert (figure.now.numerator, figure.now.denominator) == (1200, worth)
        assert figure.now.value == (1200 / worth * 365 / 4).quantize(Decimal("0.000001"))
        later = Question(since=begun + timedelta(days=3), until=begun + timedelta(days=3))
        [figure] = await figures.figures(MANAGER, [KpiName.STOCK_TURNOVER], later)
        assert figure.now.denominator == 300 * 21
        # Read from the beginning once more, nothing is shipped twice.
        await LogCursor.filter(reader=reader.READER).update(position=0)
        await read()
        assert (await value(KpiName.STOCK_TURNOVER, location_id=shop.south.id))[0] == 0
        assert (await value(KpiName.STOCK_TURNOVER))[0] == 1200
        assert await broken() == []


class TestFigures:
    async def test_are_compared_with_the_period_before(self, shop, clock):
        for hours in (30, 80):
            order = await shop.order("shipped")
            row = await Shipment.get(order_id=order.id)
            at = order.placed_at + timedelta(hours=hours)
            await shipments.record_event(
                SYSTEM, row.id, status=ShipmentStatus.DELIVERED, occurred_at=at
            )
        await read()
        # Placed on the fifth at half past nine: there on the sixth and on the eighth.
        question = Question(since=date(2026, 1, 7), until=date(2026, 1, 8))
        [figure] = await figures.figures(MANAGER, [KpiName.CYCLE_TIME], question)

        assert (figure.before.value, figure.now.value) == (30 * 3600, 80 * 3600)
        assert figure.change == 50 * 3600
        assert figure.now.p50 == figure.now.p90
        assert abs(figure.now.p50 - 80 * 3600) <= Decimal(80 * 3600 * 2) / 100
        assert [each.value for each in figures.series(figure, KpiStep.DAY)] == [None, 80 * 3600]

    @one_database
    async def test_refuse_what_makes_no_sense(self, shop):
        async with refuses(("INVALID", ("from",)), ("INVALID", ("picker",))):
            await told(
                Question(since=date(2020, 1, 1), location_id=shop.north.id, picker=PICKER.label)
            )
        async with refuses(("INVALID", ("from",))):
            await told(Question(since=date(1, 1, 1)))
        async with refuses(("NOT_FOUND", ("locationId",))):
            await told(Question(location_id=0))
        async with refuses(("NOT_FOUND", ("supplierId",))):
            await told(Question(supplier_id=0))
        async with refuses(("CURSOR_LOST", ("at",))):
            await told(Question(at="123456789"))
        async with refuses(("INVALID", ("at",))):
            await told(Question(at="soon"))

    def test_are_all_defined(self):
        assert set(DEFINITIONS) == set(KpiName)


class TestBuckets:
    def test_stand_for_what_lies_in_them_to_two_percent(self):
        dice = Random(7)
        for _ in range(2_000):
            seconds = 10 ** dice.uniform(0, 8)
            assert abs(buckets.seconds_of(buckets.bucket_of(seconds)) / seconds - 1) <= 0.0201

    def test_tell_quantiles_of_their_counts(self):
        times = sorted(Random(3).lognormvariate(11, 1) for _ in range(999))
        counts: dict[int, int] = {}
        for each in times:
            bucket = buckets.bucket_of(each)
            counts[bucket] = counts.get(bucket, 0) + 1

        for part in (0.5, 0.9):
            found = buckets.quantile(counts, part)
            assert found == pytest.approx(times[int(part * 998)], rel=0.0201)
        assert buckets.quantile({}, 0.5) is None
