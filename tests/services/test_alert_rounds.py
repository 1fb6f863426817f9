"""What alerts need beside the counts: lots that end, and stock that will not last."""

from datetime import date, timedelta

import pytest

from models import Event, Forecast, Level, StockAlert, StockAlertKind, StockAlertStatus
from services import (
    alert_answers,
    alert_rounds,
    alerts,
    arrivals,
    checks,
    clockwork,
    event_log,
    lots,
    stock,
    stock_outlooks,
    stock_settings,
)
from services.actors import SYSTEM
from services.stock_outlooks import lasting
from tests.cast import one_database, refuses, told

K = StockAlertKind


async def asked_for(shop, per_day: float, variant=None) -> Level:
    """So many of a variant are asked for in the north each day, as a forecast says."""
    level = await shop.level(variant or shop.mug, shop.north)
    about = {"variant_id": level.variant_id, "location_id": level.location_id}
    await Forecast.filter(level_id=level.id).delete()
    at = level.updated_at
    await Forecast.create(
        level_id=level.id, **about, mean=per_day, began_on=at.date(), computed_at=at
    )
    await Level.filter(id=level.id).update(judge_at=at)
    return level


async def look(clock) -> None:
    """Whatever is due by now."""
    await event_log.take_in()
    clock.advance(seconds=11)
    while await alert_rounds.unread(clock.time, 1):
        await alert_rounds.read_on(1)
    while await alert_rounds.due(clock.time, 1):
        await alert_rounds.make(1)


async def kinds(*, is_open: bool = True) -> set[StockAlertKind]:
    rows = StockAlert.filter(is_open=True) if is_open else StockAlert.all()
    return {row.kind for row in await rows}


class TestProjectedStockout:
    async def test_opens_where_more_is_asked_for_than_comes_in_time(self, clock, shop, policy):
        policy(restock_days=14)
        await asked_for(shop, 1.0)

        await look(clock)

        alert = await StockAlert.get()
        assert (alert.kind, alert.threshold, alert.available, alert.units) == (
            K.PROJECTED_STOCKOUT,
            14,
            10,
            4,
        )
        assert alert.cause == (
            "14 units will probably be asked for within 14 days; 10 are available and 0 should "
            "come by then."
        )
        event = await told("StockAlertOpened", by=SYSTEM)
        assert event.details["units"] == 4
        assert [result for result in await checks.run() if result.broken] == []

    @pytest.mark.parametrize(("units", "is_open"), [(3, True), (4, False), (5, False)])
    async def test_counts_what_comes_in_time(self, clock, shop, policy, units, is_open):
        policy(restock_days=15)
        await asked_for(shop, 14 / 15)
        await shop.expect(shop.mug, units, day=20)

        await look(clock)

        assert (K.PROJECTED_STOCKOUT in await kinds()) is is_open

    async def test_does_not_count_what_comes_too_late(self, clock, shop, policy):
        policy(restock_days=14)
        await asked_for(shop, 1.0)
        await shop.expect(shop.mug, 50, day=25)

        await look(clock)

        assert await kinds() == {K.PROJECTED_STOCKOUT}

    async def test_is_over_past_the_margin_as_soon_as_more_is_announced(self, clock, shop, policy):
        policy(restock_days=20)
        await asked_for(shop, 1.0)
        await look(clock)

        coming = await shop.expect(shop.mug, 11, day=10)
        await look(clock)
        assert await kinds() == {K.PROJECTED_STOCKOUT}
        await arrivals.update(SYSTEM, coming.id, {"quantity": 12}, reason="More")
        await look(clock)
        assert await kinds() == set()

    async def test_opens_as_days_go_by(self, clock, shop, policy):
        policy(restock_days=10)
        await asked_for(shop, 1.0)
        await look(clock)
        assert await kinds() == set()

        await stock.adjust(
            SYSTEM,
            variant_id=shop.mug.id,
            location_id=shop.north.id,
            change=-1,
            note="Broken",
        )
        assert await kinds() == set()
        await look(clock)
        assert await kinds() == {K.PROJECTED_STOCKOUT}

    async def test_reckons_with_what_the_supplier_takes(self, clock, shop, policy):
        policy(restock_days=5)
        level = await asked_for(shop, 1.0)

        [outlook] = await stock_outlooks.of_levels(SYSTEM, [level])

        assert (outlook.lead_days, outlook.wanted, outlook.days_of_cover) == (5.0, 5, 10.0)
        assert outlook.runs_out_on == clock.time.date() + timedelta(days=10)


class TestExpiring:
    @pytest.mark.parametrize(("days", "is_open"), [(29, True), (30, True), (31, False), (0, True)])
    async def test_opens_within_the_days_of_the_policy(self, clock, shop, days, is_open):
        tea = await shop.tracked()
        end = clock.time.date() + timedelta(days=days)
        await shop.receive_lot(tea, shop.north, 3, "L-1", expires_on=end)

        await look(clock)

        assert (K.EXPIRING in await kinds()) is is_open

    async def test_opens_on_the_day(self, clock, shop):
        tea = await shop.tracked()
        end = clock.time.date() + timedelta(days=32)
        await shop.receive_lot(tea, shop.north, 3, "L-1", expires_on=end)
        await look(clock)
        level = await shop.level(tea, shop.north)
        assert level.judge_at.date() == clock.time.date() + timedelta(days=2)

        clock.advance(days=2)
        await look(clock)

        alert = await StockAlert.get()
        assert (alert.kind, alert.units, alert.threshold) == (K.EXPIRING, 3, 30)
        assert alert.cause == f"3 units, of lot L-1 first, expire from {end}."

    async def test_is_over_once_the_units_are_gone(self, clock, shop):
        tea = await shop.tracked()
        lot = await shop.receive_lot(tea, shop.north, 3, "L-1", expires_on=date(2026, 1, 9))
        await look(clock)

        await shop.receive_lot(tea, shop.north, 3, "L-2", expires_on=date(2027, 1, 9))
        await look(clock)
        assert await kinds() == {K.EXPIRING}
        await lots.update(SYSTEM, lot.id, {"expires_on": date(2026, 2, 6)})
        await look(clock)
        assert await kinds() == {K.EXPIRING}
        await lots.update(SYSTEM, lot.id, {"expires_on": date(2026, 2, 8)})
        await look(clock)
        assert await kinds() == set()
        assert [result for result in await checks.run() if result.broken] == []


class TestOverstock:
    async def test_opens_above_the_maximum_and_ends_below_its_margin(self, shop, lead):
        at = {"variant_id": shop.mug.id, "location_id": shop.north.id}
        await stock_settings.set_level(lead, **at, settings={"maximum": 20})

        for change, is_open in ((10, False), (1, True), (-2, True), (-1, False), (2, False)):
            await stock.adjust(lead, **at, change=change, note="Counted.")
            assert (K.OVERSTOCK in await kinds()) is is_open


class TestSetLevel:
    async def test_says_how_it_is_kept(self, shop, lead):
        at = {"variant_id": shop.mug.id, "location_id": shop.north.id}
        settings = {"safety_stock": 2, "reorder_point": 5, "target": 20, "maximum": 30}

        await stock_settings.set_level(lead, **at, settings=settings)
        level = await stock_settings.set_level(lead, **at, settings={"target": None})

        assert (level.safety_stock, level.reorder_point, level.target, level.maximum) == (
            2,
            5,
            None,
            30,
        )
        event = await Event.filter(kind="StockLevelSet", actor=lead.label).order_by("-id").first()
        assert event.details == settings | {"target": None}

    @one_database
    @pytest.mark.parametrize(
        ("settings", "path"),
        [
            ({"reorder_point": 5, "maximum": 4}, "maximum"),
            ({"safety_stock": 5, "reorder_point": 4}, "reorderPoint"),
            ({"reorder_point": 5, "target": 4}, "target"),
            ({"target": 5, "maximum": 4}, "maximum"),
            ({"target": -1}, "target"),
            ({"maximum": 1_000_001}, "maximum"),
        ],
    )
    async def test_refuses_what_cannot_be_at_once(self, shop, lead, settings, path):
        at = {"variant_id": shop.mug.id, "location_id": shop.north.id}

        async with refuses(("INVALID", (path,))):
            await stock_settings.set_level(lead, **at, settings=settings)

    async def test_refuses_another_version_than_was_seen(self, shop, lead):
        at = {"variant_id": shop.mug.id, "location_id": shop.north.id}

        async with refuses(("VERSION_CONFLICT", ("expectedVersion",))):
            await stock_settings.set_level(lead, **at, settings={"target": 3}, expected_version=99)


async def low(shop, **settings: int) -> StockAlert:
    at = {"variant_id": shop.mug.id, "location_id": shop.north.id}
    await stock_settings.set_level(SYSTEM, **at, settings={"reorder_point": 10} | settings)
    return await StockAlert.get()


class TestSnooze:
    async def test_tells_of_it_again_when_the_time_has_come(self, clock, shop, lead):
        alert = await low(shop)
        until = clock.time + timedelta(days=2)

        snoozed = await alerts.snooze(lead, alert.id, until=until)
        assert (snoozed.snoozed_until, snoozed.status) == (until, StockAlertStatus.OPEN)
        assert (await told("StockAlertSnoozed", by=lead)).details["until"] == until.isoformat()
        clock.advance(days=1)
        await clockwork.tick()
        assert (await StockAlert.get()).snoozed_until == until
        clock.advance(days=1)
        await clockwork.tick()

        assert (await StockAlert.get(id=alert.id)).snoozed_until is None
        assert (await told("StockAlertWoken", by=SYSTEM)).details["stock_alert_id"] == alert.id

    async def test_is_put_off_once_more(self, clock, shop, lead):
        alert = await low(shop)
        for days in (1, 3):
            until = clock.time + timedelta(days=days)
            await alerts.snooze(lead, alert.id, until=until)
        clock.advance(days=1)

        await alerts.wake(alert.id)

        assert (await StockAlert.get(id=alert.id)).snoozed_until == until

    async def test_ends_with_the_alert(self, clock, shop, lead):
        alert = await low(shop)
        await alerts.snooze(lead, alert.id, until=clock.time + timedelta(days=2))

        await shop.receive(shop.mug, shop.north, 9)

        assert (await StockAlert.get(id=alert.id)).snoozed_until is None
        async with refuses(("WRONG_STATUS", ("id",))):
            await alerts.snooze(lead, alert.id, until=clock.time + timedelta(days=2))

    async def test_refuses_a_time_that_is_past_or_too_far(self, clock, shop, lead):
        alert = await low(shop)

        for days in (0, -1, 400):
            async with refuses(("INVALID", ("until",))):
                await alerts.snooze(lead, alert.id, until=clock.time + timedelta(days=days))


class TestAccept:
    async def test_has_what_is_needed_proposed(self, shop, lead):
        alert = await low(shop, target=30)

        accepted = await alert_answers.accept(lead, alert.id)

        assert accepted.proposal_id is not None
        assert (accepted.status, accepted.acknowledged_by) == (
            StockAlertStatus.ACKNOWLEDGED,
            lead.label,
        )
        event = await told("StockAlertAccepted", by=lead)
        assert event.details["proposal_id"] == accepted.proposal_id

    async def test_refuses_what_needs_nothing(self, shop, lead):
        alert = await low(shop, target=30)
        await shop.expect(shop.mug, 100)

        async with refuses(("BLOCKED", ("id",))):
            await alert_answers.accept(lead, alert.id)

    async def test_refuses_an_alert_that_more_units_do_not_help_against(self, shop, lead):
        at = {"variant_id": shop.mug.id, "location_id": shop.north.id}
        await stock_settings.set_level(lead, **at, settings={"maximum": 5})

        async with refuses(("BLOCKED", ("id",))):
            await alert_answers.accept(lead, (await StockAlert.get()).id)

    async def test_refuses_an_alert_that_is_over(self, shop, lead):
        alert = await low(shop, target=30)
        await shop.receive(shop.mug, shop.north, 9)

        async with refuses(("WRONG_STATUS", ("id",))):
            await alert_answers.accept(lead, alert.id)


class TestLasting:
    @pytest.mark.parametrize(
        ("units", "per_day", "arriving", "days"),
        [
            (10, 0.0, [], None),
            (10, 2.0, [], 5.0),
            (10, 2.0, [(4, 2)], 6.0),
            (10, 2.0, [(5, 2)], 6.0),
            (10, 2.0, [(6, 2)], 5.0),
            (10, 2.0, [(4, 10), (11, 100)], 10.0),
            (-3, 2.0, [(0, 4)], 2.0),
            (10_000, 0.1, [], None),
        ],
    )
    def test_is_until_nothing_is_left(self, units, per_day, arriving, days):
        assert lasting(units, per_day, arriving) == days
