"""What levels need is proposed once, explained, kept up to date, and bought when accepted."""

from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest

from models import (
    Event,
    Level,
    Proposal,
    ProposalStatus,
    PurchaseOrder,
    PurchaseOrderLine,
    PurchaseOrderStatus,
    ReplenishmentMethod,
    ReplenishmentPolicy,
    Transfer,
    Urgency,
)
from services import (
    clockwork,
    proposals,
    replenishment,
    replenishment_policies,
)
from services.actors import SYSTEM
from services.clock import now
from tests.buying import sells, supplier_of
from tests.cast import BUYER, MANAGER, Shop, all_at_once, one_database, refused, refuses, told
from tests.planning import forecast_in, look, policy_of, proposal_in, read_news

_M, _S = ReplenishmentMethod, ProposalStatus


def said(row: Proposal) -> dict[str, int]:
    return {term["name"]: term["value"] for term in row.explanation}


async def open_ones() -> list[Proposal]:
    return await Proposal.filter(is_open=True).order_by("id")


class TestSetPolicy:
    async def test_replaces_what_was_said_before(self, shop):
        first = await policy_of(shop)
        second = await policy_of(shop, reorder_point=5, order_up_to=9)

        assert second.id == first.id
        assert (second.reorder_point, second.order_up_to) == (5, 9)
        assert await Event.filter(kind="ReplenishmentPolicySet").count() == 2

    async def test_has_the_level_looked_at(self, shop):
        row = await policy_of(shop)

        assert await replenishment.due(now(), 10) == [row.id]

    @one_database
    async def test_refuses_numbers_that_the_method_lacks_or_has_no_use_for(self, shop):
        async with refuses(("INVALID", ("orderUpTo",)), ("INVALID", ("coverDays",))):
            await policy_of(shop, reorder_point=5, cover_days=4)
        async with refuses(("INVALID", ("orderUpTo",))):
            await policy_of(shop, reorder_point=5, order_up_to=5)

    @one_database
    async def test_refuses_two_sources(self, shop):
        supplier = await supplier_of(shop)
        async with refuses(("INVALID", ("sourceId",))):
            await policy_of(shop, supplier_id=supplier.id, source_id=shop.south.id)
        async with refuses(("INVALID", ("sourceId",))):
            await policy_of(shop, source_id=shop.north.id)


class TestRemovePolicy:
    async def test_supersedes_what_was_proposed(self, shop):
        proposal = await proposal_in(shop)
        policy = await ReplenishmentPolicy.get(level_id=proposal.level_id)
        await replenishment_policies.remove_policy(SYSTEM, policy.id)
        await look()

        await proposal.refresh_from_db()
        assert proposal.status is _S.SUPERSEDED
        assert await open_ones() == []
        async with refuses(("BLOCKED", ("id",))):
            await replenishment_policies.remove_policy(SYSTEM, policy.id)


class TestEvaluate:
    async def test_proposes_what_is_needed_and_why(self, shop):
        row = await proposal_in(shop)

        assert row.quantity == 40
        assert said(row) == {"ORDER_UP_TO": 50, "ON_HAND": -10}
        assert (row.price, row.value, row.currency) == (500, 40 * 500, "EUR")
        assert row.supplier_id == (await supplier_of(shop)).id
        assert await Event.exists(kind="ProposalRaised", variant_id=shop.mug.id)

    async def test_proposes_once_until_the_need_changes_by_more_than_a_pack(self, shop, clock):
        row = await proposal_in(shop)
        await shop.order("placed", mug=1)
        clock.advance(minutes=1)
        await look()
        clock.advance(minutes=1)
        await look()
        assert [each.id for each in await open_ones()] == [row.id]
        await shop.order("placed", mug=3)
        clock.advance(minutes=1)
        await look()
        clock.advance(minutes=1)
        await look()

        [fresh] = await open_ones()
        await row.refresh_from_db()
        assert (row.status, row.reason) == (_S.SUPERSEDED, "44 are needed now.")
        assert fresh.quantity == 44
        assert said(fresh)["RESERVED"] == 4

    async def test_supersedes_a_proposal_whose_need_is_over(self, shop, clock):
        row = await proposal_in(shop)
        await shop.receive(shop.mug, shop.north, 30)
        await look()
        clock.advance(minutes=1)
        await look()

        await row.refresh_from_db()
        assert (row.status, row.reason) == (_S.SUPERSEDED, "The need is over.")

    async def test_counts_what_comes_and_who_waits(self, shop):
        await supplier_of(shop)
        await shop.backorder(mug=4)
        await shop.expect(shop.mug, 6)
        policy = await policy_of(shop)
        await replenishment.evaluate(policy.id)

        [row] = await open_ones()
        assert said(row) == {
            "ORDER_UP_TO": 50,
            "ON_HAND": -10,
            "RESERVED": 10,
            "BACKORDERED": 4,
            "ON_ORDER": -6,
        }
        assert row.urgency is Urgency.OUT

    async def test_counts_those_who_wait_at_one_level(self, shop):
        await supplier_of(shop)
        await shop.backorder(mug=4)
        for location in (shop.north, shop.south):
            await policy_of(shop, location=location)
        await look()

        assert [said(row).get("BACKORDERED", 0) for row in await open_ones()] == [4, 0]

    async def test_needs_more_where_more_is_expected_to_be_asked_for(self, shop, clock):
        await supplier_of(shop)
        await forecast_in(shop, mean=2, spread=1)
        policy = await policy_of(shop, method=_M.FORECAST, cover_days=10)
        await replenishment.evaluate(policy.id)

        [row] = await open_ones()
        assert said(row) == {
            "LEAD_TIME_DEMAND": 30,
            "SAFETY_STOCK": 14,
            "COVER": 20,
            "ON_HAND": -10,
        }
        assert row.run_out_at == now() + timedelta(days=5)
        assert row.urgency is Urgency.PRESSING

    async def test_rounds_to_the_suppliers_packs_and_stays_below_the_maximum(self, shop):
        supplier = await supplier_of(shop)
        await sells(supplier, shop.shirt, pack_size=12, minimum=20)
        level = await shop.level(shop.shirt, shop.north)
        await Level.filter(id=level.id).update(maximum=50)
        policy = await policy_of(shop, variant=shop.shirt)
        await replenishment.evaluate(policy.id)

        [row] = await open_ones()
        assert (row.quantity, row.pack_size) == (36, 12)
        assert said(row) == {"ORDER_UP_TO": 50, "ON_HAND": -10, "PACKS": 8, "MAXIMUM": -12}

    async def test_asks_the_supplier_that_the_policy_prefers(self, shop):
        await supplier_of(shop)
        other = await supplier_of(await Shop.open())
        await sells(other, shop.mug, rank=500, lead_days=3)
        row = await proposal_in(shop, supplier_id=other.id)

        assert (row.supplier_id, row.lead_days) == (other.id, 3)

    async def test_is_looked_at_again_by_the_clockwork_and_after_its_review(
        self, shop, clock, monkeypatch
    ):
        await supplier_of(shop)
        policy = await policy_of(shop, reorder_point=2, order_up_to=20, review_days=5)
        await look()
        assert await replenishment.due(now(), 10) == []
        await shop.order("placed", mug=8)
        await read_news()
        assert await replenishment.due(now() + replenishment.GATHER, 10) == [policy.id]
        clock.advance(minutes=1)
        await clockwork.tick()

        assert [row.quantity for row in await open_ones()] == [18]
        assert await replenishment.due(now() + timedelta(days=5, minutes=1), 10) == [policy.id]

    @pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
    async def test_proposes_once_however_many_look(self, shop):
        await supplier_of(shop)
        policy = await policy_of(shop)
        level = await Level.get(id=policy.level_id)

        outcomes = await all_at_once(
            [lambda: replenishment.evaluate(policy.id)] * 5
            + [lambda: replenishment.propose(SYSTEM, level)] * 5
        )

        assert refused(outcomes) == []
        assert await Proposal.all().count() == 1


class TestPropose:
    async def test_goes_by_what_is_set_for_the_level_where_there_is_no_policy(self, shop):
        await supplier_of(shop)
        level = await shop.level(shop.mug, shop.north)
        await Level.filter(id=level.id).update(reorder_point=10, target=25)

        row = await replenishment.propose(BUYER, level)

        assert row is not None
        assert said(row) == {"ORDER_UP_TO": 25, "ON_HAND": -10}

    async def test_gives_nothing_where_nothing_is_needed(self, shop):
        await policy_of(shop, reorder_point=2, order_up_to=20)

        assert await replenishment.propose(BUYER, await shop.level(shop.mug, shop.north)) is None


class TestAccept:
    async def test_begins_a_purchase_order(self, shop):
        row = await proposals.accept(BUYER, (await proposal_in(shop)).id)

        order = await PurchaseOrder.get()
        line = await PurchaseOrderLine.get(purchase_order_id=order.id)
        assert row.status is _S.ACCEPTED
        assert row.purchase_order_id == order.id
        assert order.status is PurchaseOrderStatus.DRAFT
        assert (line.variant_id, line.quantity, line.price) == (shop.mug.id, 40, 500)
        event = await told("ProposalAccepted", by=BUYER)
        assert event.details["purchase_order_id"] == order.id

    async def test_joins_the_draft_there_is(self, shop, clock):
        supplier = await supplier_of(shop)
        await sells(supplier, shop.shirt)
        await proposals.accept(BUYER, (await proposal_in(shop)).id)
        await proposals.accept(
            BUYER, (await proposal_in(shop, reorder_point=60, order_up_to=91)).id
        )
        await proposals.accept(BUYER, (await proposal_in(shop, variant=shop.shirt)).id)

        order = await PurchaseOrder.get()
        lines = await PurchaseOrderLine.filter(purchase_order_id=order.id).order_by("id")
        assert [(line.variant_id, line.quantity) for line in lines] == [
            (shop.mug.id, 81),
            (shop.shirt.id, 40),
        ]
        assert order.total == sum(line.quantity * line.price for line in lines)

    async def test_begins_a_transfer_from_another_location(self, shop):
        row = await proposal_in(shop, source_id=shop.south.id)
        await proposals.accept(BUYER, row.id)

        transfer = await Transfer.get()
        assert (transfer.source_id, transfer.destination_id) == (shop.south.id, shop.north.id)
        assert await replenishment.propose(BUYER, await shop.level(shop.mug, shop.north)) is None

    async def test_is_refused_where_nobody_sells_it(self, shop):
        policy = await policy_of(shop, variant=shop.shirt)
        await replenishment.evaluate(policy.id)
        [row] = await open_ones()

        async with refuses(("BLOCKED", ("id",))):
            await proposals.accept(BUYER, row.id)

    async def test_is_refused_once_it_was_decided(self, shop):
        row = await proposal_in(shop)
        await proposals.accept(BUYER, row.id)

        async with refuses(("WRONG_STATUS", ("id",))):
            await proposals.accept(BUYER, row.id)
        async with refuses(("WRONG_STATUS", ("id",))):
            await proposals.dismiss(BUYER, row.id, reason="No")

    @pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
    async def test_is_done_by_one_of_two_buyers(self, shop):
        row = await proposal_in(shop)

        outcomes = await all_at_once(
            [
                lambda: proposals.accept(BUYER, row.id),
                lambda: proposals.accept(MANAGER, row.id),
                lambda: proposals.accept_all(BUYER, proposal_ids=[row.id]),
            ]
        )

        assert len(refused(outcomes)) == 2
        assert [line.quantity for line in await PurchaseOrderLine.all()] == [40]

    @pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
    async def test_puts_what_many_accept_at_once_on_one_draft(self, shop):
        supplier = await supplier_of(shop)
        await sells(supplier, shop.shirt)
        rows = [await proposal_in(shop), await proposal_in(shop, variant=shop.shirt)]

        await all_at_once([lambda row=row: proposals.accept(BUYER, row.id) for row in rows])

        assert await PurchaseOrder.all().count() == 1


class TestAcceptAll:
    async def test_groups_by_supplier_and_location(self, shop):
        supplier = await supplier_of(shop)
        await sells(supplier, shop.shirt)
        rows = [
            await proposal_in(shop),
            await proposal_in(shop, variant=shop.shirt),
            await proposal_in(shop, location=shop.south),
        ]

        first = await proposals.accept_all(BUYER, proposal_ids=[row.id for row in rows])

        [together] = await proposals.accepted_with(BUYER, [first])
        assert [row.id for row in together] == [row.id for row in rows]
        north, south = await PurchaseOrder.all().order_by("id")
        assert (north.location_id, south.location_id) == (shop.north.id, shop.south.id)
        assert [row.purchase_order_id for row in together] == [north.id, north.id, south.id]

    async def test_accepts_all_or_none(self, shop):
        good = await proposal_in(shop)
        policy = await policy_of(shop, variant=shop.shirt)
        await replenishment.evaluate(policy.id)
        bad = await Proposal.get(variant_id=shop.shirt.id)

        async with refuses(("BLOCKED", ("ids", 0, "id")), ("NOT_FOUND", ("ids", 2, "id"))):
            await proposals.accept_all(BUYER, proposal_ids=[bad.id, good.id, 999])
        async with refuses(("INVALID", ("ids",))):
            await proposals.accept_all(BUYER, proposal_ids=[good.id, good.id])


class TestDismiss:
    async def test_is_not_proposed_again_while_the_need_is_alike(self, shop, clock):
        row = await proposal_in(shop)
        await proposals.dismiss(BUYER, row.id, reason="End of the season")
        await shop.order("placed", mug=1)
        for _ in range(2):
            clock.advance(minutes=1)
            await look()
        assert await open_ones() == []
        await shop.order("placed", mug=3)
        for _ in range(2):
            clock.advance(minutes=1)
            await look()

        assert [each.quantity for each in await open_ones()] == [44]
        event = await told("ProposalDismissed", by=BUYER)
        assert event.details["reason"] == "End of the season"

    async def test_is_proposed_again_once_somebody_asks(self, shop):
        row = await proposal_in(shop)
        await proposals.dismiss(BUYER, row.id, reason="No")

        again = await replenishment.propose(BUYER, await shop.level(shop.mug, shop.north))

        assert again is not None

    async def test_needs_a_reason(self, shop):
        row = await proposal_in(shop)

        async with refuses(("INVALID", ("reason",))):
            await proposals.dismiss(BUYER, row.id, reason=" ")


class TestAcceptAutomatically:
    @pytest.mark.parametrize(("limit", "orders"), [(Decimal(200), 1), (Decimal("199.99"), 0)])
    async def test_goes_by_the_limit_of_the_policy(self, shop, limit, orders):
        await proposal_in(shop, auto_accept=limit)

        await clockwork.tick()

        assert await PurchaseOrder.all().count() == orders


class TestWalks:
    """Random stock, policies and needs, bought and received until nothing is needed."""

    @pytest.mark.parametrize("seed", range(12))
    @one_database
    async def test_nothing_is_needed_once_everything_came(self, shop, seed, clock):
        dice = Random(seed)
        supplier = await supplier_of(shop)
        await sells(
            supplier, shop.shirt, pack_size=dice.choice([1, 6, 10]), minimum=dice.choice([1, 25])
        )
        await forecast_in(shop, mean=dice.uniform(0, 6), spread=dice.uniform(0, 4))
        levels = []
        for variant in (shop.mug, shop.shirt):
            for location in (shop.north, shop.south):
                policy = await policy_of(
                    shop, variant=variant, location=location, **_any_plan(dice)
                )
                maximum = dice.choice([None, dice.randint(20, 90)])
                await Level.filter(id=policy.level_id).update(
                    maximum=maximum, safety_stock=dice.choice([None, dice.randint(0, 20)])
                )
                levels.append(policy.level_id)
        if dice.random() < 0.5:
            await shop.backorder(mug=dice.randint(1, 9))
        else:
            await shop.order("placed", mug=dice.randint(1, 12), shirt=dice.randint(1, 12))
        clock.advance(minutes=1)
        await look()
        for row in await open_ones():
            assert sum(said(row).values()) == row.quantity
            assert row.quantity % row.pack_size == 0
            await proposals.accept(BUYER, row.id)
        clock.advance(minutes=1)
        await look()
        assert await open_ones() == []
        for line in await PurchaseOrderLine.all().prefetch_related("purchase_order"):
            level = await Level.get(
                variant_id=line.variant_id, location_id=line.purchase_order.location_id
            )
            await PurchaseOrderLine.filter(id=line.id).update(received=line.quantity)
            await shop.receive(await level.variant, await level.location, line.quantity)
        for _ in range(2):
            clock.advance(minutes=1)
            await look()

        assert await open_ones() == []


def _any_plan(dice: Random) -> dict:
    point = dice.randint(0, 20)
    return dice.choice(
        [
            {
                "method": _M.REORDER_POINT_QUANTITY,
                "reorder_point": point,
                "quantity": dice.randint(1, 30),
            },
            {"method": _M.MIN_MAX, "reorder_point": point, "order_up_to": point + 20},
            {"method": _M.DAYS_OF_COVER, "cover_days": dice.randint(1, 30)},
            {"method": _M.FORECAST, "cover_days": dice.randint(1, 30)},
        ]
    )
