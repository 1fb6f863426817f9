from functools import partial
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import (
    Event,
    Level,
    MovementReason,
    StockAlert,
    StockAlertKind,
    StockAlertStatus,
    Variant,
)
from models.errors import Refused
from services import alerts, ledger, orders, stock
from services.actors import SYSTEM
from services.commit import operation
from services.ledger import Change
from tests.cast import Shop, all_at_once, refuses, told

LOW, OUT = StockAlertKind.LOW_STOCK, StockAlertKind.OUT_OF_STOCK


async def adjust(shop: Shop, change: int, *, by=SYSTEM) -> Level:
    at = {"variant_id": shop.mug.id, "location_id": shop.north.id}
    return await stock.adjust(by, **at, change=change, note="Counted.")


async def alert_below(shop: Shop, point: int | None, *, by=SYSTEM) -> Level:
    at = {"variant_id": shop.mug.id, "location_id": shop.north.id}
    return await stock.set_reorder_point(by, **at, reorder_point=point)


async def open_kinds(shop: Shop) -> set[StockAlertKind]:
    rows = await StockAlert.filter(variant_id=shop.mug.id, is_open=True)
    return {row.kind for row in rows}


class TestFollow:
    async def test_opens_an_alert_at_the_reorder_point(self, shop, lead):
        await alert_below(shop, 4)

        await adjust(shop, -5)
        assert await open_kinds(shop) == set()
        await adjust(shop, -1, by=lead)

        alert = await StockAlert.get()
        assert (alert.kind, alert.status, alert.threshold, alert.available) == (
            LOW,
            StockAlertStatus.OPEN,
            4,
            4,
        )
        event = await told("StockAlertOpened", by=lead)
        assert (event.variant_id, event.location_id) == (shop.mug.id, shop.north.id)
        assert event.details == {
            "stock_alert_id": alert.id,
            "alert_kind": "low_stock",
            "available": 4,
            "units": 0,
            "cause": "Adjusted: Counted.",
        }

    async def test_opens_another_when_nothing_is_left(self, shop):
        await alert_below(shop, 4)

        await adjust(shop, -10)

        assert await open_kinds(shop) == {LOW, OUT}

    async def test_counts_what_is_reserved_as_gone(self, shop):
        await shop.order("placed", mug=10)

        assert await open_kinds(shop) == {OUT}

    async def test_opens_nothing_twice(self, shop):
        await alert_below(shop, 9)

        for _ in range(5):
            await adjust(shop, -1)

        assert await StockAlert.all().count() == 1

    @pytest.mark.parametrize(
        ("point", "resolves_at"), [(0, 2), (4, 6), (10, 12), (19, 21), (20, 23), (50, 56)]
    )
    async def test_resolves_past_the_threshold_and_its_margin(self, shop, point, resolves_at):
        await shop.receive(shop.mug, shop.north, 50)
        await adjust(shop, point - 60)
        await alert_below(shop, point)

        await adjust(shop, resolves_at - 1 - point)
        assert LOW in await open_kinds(shop)
        await adjust(shop, 1)
        assert LOW not in await open_kinds(shop)

    async def test_says_that_an_alert_is_over(self, shop, lead, clock):
        await alert_below(shop, 10)

        await adjust(shop, 20, by=lead)

        alert = await StockAlert.get()
        assert (alert.status, alert.resolved_at) == (StockAlertStatus.RESOLVED, clock.time)
        assert (alert.available, alert.is_open) == (30, None)
        event = await told("StockAlertResolved", by=lead)
        assert event.details["available"] == 30

    async def test_opens_a_new_one_after_the_last_is_over(self, shop):
        await alert_below(shop, 4)

        for change in (-8, 8, -8):
            await adjust(shop, change)

        assert await StockAlert.all().count() == 2
        assert await open_kinds(shop) == {LOW}

    async def test_judges_by_a_new_reorder_point_at_once(self, shop, lead):
        await alert_below(shop, 10, by=lead)

        assert (await told("StockAlertOpened", by=lead)).variant_id == shop.mug.id
        await alert_below(shop, None, by=lead)
        assert (await told("StockAlertResolved", by=lead)).variant_id == shop.mug.id

    async def test_resolves_when_an_order_is_cancelled(self, shop):
        order = await shop.order("placed", mug=10)

        await orders.cancel(SYSTEM, order.id, reason="Changed their mind.")

        assert await open_kinds(shop) == set()

    async def test_leaves_no_trace_of_what_was_refused(self, shop, clerk):
        await alert_below(shop, 9)

        async with refuses(("OUT_OF_STOCK", ())):
            await orders.place(clerk, draft=shop.draft(mug=9, shirt=16))

    async def test_opens_one_however_many_take_the_last_units(self, shop):
        await alert_below(shop, 9)

        await all_at_once([partial(shop.order, "placed", mug=1)] * 10)

        assert await StockAlert.filter(is_open=True, kind=LOW).count() == 1


class TestAcknowledge:
    async def test_says_who_has_taken_notice(self, shop, lead, clock):
        await alert_below(shop, 10)
        alert = await StockAlert.get()

        await alerts.acknowledge(lead, alert.id)

        stored = await StockAlert.get()
        assert stored.status is StockAlertStatus.ACKNOWLEDGED
        assert (stored.acknowledged_by, stored.acknowledged_at) == (lead.label, clock.time)
        event = await told("StockAlertAcknowledged", by=lead)
        assert (event.variant_id, event.location_id) == (shop.mug.id, shop.north.id)
        assert event.details["stock_alert_id"] == alert.id

    async def test_leaves_the_alert_open_until_stock_comes(self, shop, lead):
        await alert_below(shop, 10)
        alert = await alerts.acknowledge(lead, (await StockAlert.get()).id)

        await adjust(shop, -1)
        assert await open_kinds(shop) == {LOW}
        await adjust(shop, 20)

        stored = await StockAlert.get()
        assert (stored.id, stored.status) == (alert.id, StockAlertStatus.RESOLVED)
        assert stored.acknowledged_by == lead.label

    async def test_refuses_to_do_it_twice(self, shop, lead):
        await alert_below(shop, 10)
        alert = await alerts.acknowledge(lead, (await StockAlert.get()).id)

        async with refuses(("WRONG_STATUS", ("id",))):
            await alerts.acknowledge(lead, alert.id)

    async def test_refuses_an_alert_that_is_over(self, shop, lead):
        await alert_below(shop, 10)
        await adjust(shop, 20)

        async with refuses(("WRONG_STATUS", ("id",))):
            await alerts.acknowledge(lead, (await StockAlert.get()).id)

    async def test_refuses_an_alert_that_is_not_there(self, shop, lead):
        async with refuses(("NOT_FOUND", ("id",))):
            await alerts.acknowledge(lead, 999)

    async def test_is_not_forgotten_when_stock_comes_at_the_same_moment(self, shop, lead):
        for _ in range(5):
            await alert_below(shop, 10)
            alert = await StockAlert.get(is_open=True)

            notice, _ = await all_at_once(
                [partial(alerts.acknowledge, lead, alert.id), partial(adjust, shop, 20)]
            )

            noticed = not isinstance(notice, Refused)
            assert (await StockAlert.get(id=alert.id)).acknowledged_by == (
                lead.label if noticed else None
            )
            await alert_below(shop, None)
            await adjust(shop, -20)


class Oracle:
    """What the alerts of one level must be, worked out on paper from its availability alone."""

    def __init__(self, point: int | None = None) -> None:
        self.point = point
        self.open: set[str] = set()
        self.said: list[tuple[str, str, int]] = []

    def see(self, available: int) -> None:
        for kind, threshold in (("low_stock", self.point), ("out_of_stock", 0)):
            if kind not in self.open:
                if threshold is not None and available <= threshold:
                    self.open.add(kind)
                    self.said.append(("StockAlertOpened", kind, available))
            elif threshold is None or available >= self._safe(threshold):
                self.open.remove(kind)
                self.said.append(("StockAlertResolved", kind, available))

    @staticmethod
    def _safe(threshold: int) -> int:
        """The first count that is past the threshold and a margin of ten percent, at least one."""
        whole_tenths = threshold // 10
        return threshold + (whole_tenths if whole_tenths > 1 else 1) + 1


WALKS = st.lists(
    st.one_of(
        st.tuples(st.just("adjust"), st.integers(-15, 25)),
        st.tuples(st.just("plan"), st.none() | st.integers(0, 30)),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=25)
@given(walk=WALKS)
async def test_a_level_alerts_as_the_oracle_says_when_its_reorder_point_moves_too(database, walk):
    shop = await Shop.open(north=10, south=0)
    oracle, available = Oracle(), 10
    for step, value in walk:
        if step == "plan":
            oracle.point = value
            await alert_below(shop, value)
        elif value == 0 or available + value < 0:
            continue
        else:
            available += value
            await adjust(shop, value)
        oracle.see(available)

    [level] = await Level.filter(variant_id=shop.mug.id)
    assert (await said_about([level]))[shop.mug.id] == oracle.said


async def test_a_thousand_levels_alert_as_the_oracle_says(shop):
    chance = Random(7)
    levels = await many_levels(shop, 1_000, chance)
    oracles = {level.variant_id: Oracle(level.reorder_point) for level in levels}
    for _ in range(8):
        steps = [(level, step_of(level, chance)) for level in levels]
        await move({level.id: change for level, change in steps if change})
        for level, change in steps:
            level.on_hand += change
            if change:
                oracles[level.variant_id].see(level.on_hand)

    said = await said_about(levels)
    wrong = {each: said[each] for each in oracles if said[each] != oracles[each].said}
    assert not wrong
    assert sum(len(each) for each in said.values()) > 1_000


async def many_levels(shop: Shop, count: int, chance: Random) -> list[Level]:
    """New variants with nothing of any in the north, each to be reordered at its own point."""
    await Variant.bulk_create(
        Variant(product_id=shop.product.id, sku=f"V-{n}", name="V", price=1, currency="EUR")
        for n in range(count)
    )
    await Level.bulk_create(
        Level(
            variant_id=variant_id,
            location_id=shop.north.id,
            reorder_point=chance.choice([None, 0, 3, 10, 25]),
        )
        for variant_id in await Variant.filter(name="V").order_by("id").values_list("id", flat=True)
    )
    return await Level.filter(variant__name="V").order_by("id")


def step_of(level: Level, chance: Random) -> int:
    return max(-level.on_hand, chance.choice([-20, -9, -4, -1, 0, 1, 2, 5, 11, 30]))


@operation
async def move(changes: dict[int, int]) -> None:
    moved = [Change(level_id=level_id, on_hand=change) for level_id, change in changes.items()]
    await ledger.move(SYSTEM, MovementReason.ADJUSTED, moved)


async def said_about(levels: list[Level]) -> dict[int, list[tuple[str, str, int]]]:
    """The kind of event, the kind of alert and what was available, in order, by variant."""
    said: dict[int, list[tuple[str, str, int]]] = {level.variant_id: [] for level in levels}
    kinds = ["StockAlertOpened", "StockAlertResolved"]
    for row in await Event.filter(kind__in=kinds).order_by("id"):
        if row.variant_id in said:
            told = (row.kind, row.details["alert_kind"], row.details["available"])
            said[row.variant_id].append(told)
    return said
