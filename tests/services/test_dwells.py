"""How long stages took and how much came back: from the journal, and from the rows by hand."""

from collections import defaultdict
from datetime import timedelta
from random import Random
from statistics import mean

import pytest

from models import (
    CaseChannel,
    CaseKind,
    Fulfillment,
    Order,
    OrderLine,
    Return,
    ReturnLine,
    ReturnReason,
    ServiceCase,
    Shipment,
)
from services import cases, dwells, return_rates
from services.actors import SYSTEM
from services.clock import now
from services.dwells import ERROR, DwellBy
from services.queues import Stage
from services.return_rates import Period, ReturnRateBy
from tests.cast import CLERK, STAGES, Shop
from tests.reporting import read_figures

_G, _B = Stage, ReturnRateBy


async def stays() -> dict[tuple[Stage, int | None], list[float]]:
    """All stays that are over, from the rows."""
    found = defaultdict(list)

    def stay(stage, since, until, place=None):
        if since is not None and until is not None:
            seconds = max(0.0, (until - since).total_seconds())
            found[stage, None].append(seconds)
            if place is not None:
                found[stage, place].append(seconds)

    for order in await Order.filter(placed_at__isnull=False):
        stay(_G.ENTRY, order.placed_at, order.confirmed_at)
    for work in await Fulfillment.all():
        times = (work.created_at, work.released_at, work.picked_at, work.packed_at)
        stages = (_G.WAITING, _G.PICKING, _G.PACKING, _G.HANDOVER)
        ends = (*times[1:], work.handed_over_at)
        for stage, since, until in zip(stages, times, ends, strict=True):
            stay(stage, since, until, work.location_id)
    for parcel in await Shipment.all().prefetch_related("fulfillment"):
        place = parcel.fulfillment.location_id
        stay(_G.TRANSIT, parcel.shipped_at, parcel.delivered_at, place)
    for back in await Return.all():
        place = back.location_id
        stay(_G.RETURN_RECEIPT, back.requested_at, back.received_at, place)
        stay(_G.RETURN_INSPECTION, back.received_at, back.inspected_at, place)
    return found


async def lived(shop: Shop, seed: int) -> None:
    """Orders at every stage, each stage of which took a while of its own."""
    chance = Random(seed)
    for n in range(12):
        order = await shop.order(STAGES[-1 - n % 4], mug=1, shirt=n % 2)
        at = order.placed_at
        at += timedelta(seconds=chance.randint(5, 200_000))
        await Order.filter(id=order.id).update(confirmed_at=at)
        for work in await Fulfillment.filter(order_id=order.id):
            for name in ("released_at", "picked_at", "packed_at", "handed_over_at"):
                at += timedelta(seconds=chance.randint(5, 200_000))
                if getattr(work, name) is not None:
                    await Fulfillment.filter(id=work.id).update(**{name: at})


async def sent_back(shop: Shop, order: Order, units: int, reason: ReturnReason) -> Return:
    """Units of the first line of an order that came back, as rows of a return have it."""
    line = await OrderLine.filter(order_id=order.id).order_by("id").first()
    await OrderLine.filter(id=line.id).update(return_requested=units, return_received=units)
    at = now()
    back = await Return.create(
        order_id=order.id, customer_id=shop.customer.id, location_id=shop.south.id,
        requested_by="SYSTEM", currency="EUR", requested_at=at,
        received_at=at + timedelta(hours=30), inspected_at=at + timedelta(hours=31),
    )  # fmt: skip
    await ReturnLine.create(
        returned_id=back.id, line_id=line.id, variant_id=line.variant_id, reason=reason,
        quantity=units, received=units,
    )  # fmt: skip
    return back


async def test_dwell_times_are_those_of_the_rows(shop):
    await lived(shop, 7)
    order = await shop.order("delivered", mug=1)
    await sent_back(shop, order, 1, ReturnReason.DEFECTIVE)
    await read_figures()
    whole = {
        "since": now().date() - timedelta(days=400),
        "until": now().date() + timedelta(days=90),
    }

    every = await dwells.read(SYSTEM, **whole)
    placed = await dwells.read(SYSTEM, **whole, by=DwellBy.LOCATION)
    north = await dwells.read(SYSTEM, **whole, location_id=shop.north.id)
    online = await dwells.read(SYSTEM, **whole, by=DwellBy.CHANNEL)

    wanted = await stays()
    assert {(each.stage, each.location_id) for each in [*every, *placed]} == set(wanted)
    for each in [*every, *placed]:
        values = sorted(wanted[each.stage, each.location_id])
        assert each.stays == len(values)
        assert abs(each.mean - mean(values)) <= 0.5 + 1e-3
        for found, rank in ((each.p50, 0.5), (each.p90, 0.9)):
            true = max(1.0, values[int(rank * (len(values) - 1))])
            assert abs(found - true) <= ERROR * true + 1e-3
    own = [each for each in placed if each.location_id == shop.north.id]
    assert own == north
    assert [each.stays for each in online] == [each.stays for each in every]
    assert {each.channel for each in online} == {"online"}
    assert await dwells.read(SYSTEM, since=whole["since"], until=whole["since"]) == []


async def test_cases_about_no_order_count_where_nothing_is_told_apart(shop, clock):
    customer = shop.customer.id
    about = {"kind": CaseKind.OTHER, "subject": "Open?", "channel": CaseChannel.PHONE}
    row = await cases.open(CLERK, customer_id=customer, **about)
    opened = row.opened_at
    answered, resolved = opened + timedelta(minutes=10), opened + timedelta(hours=30)
    times = {"first_responded_at": answered, "resolved_at": resolved}
    await ServiceCase.filter(id=row.id).update(**times)

    both = await dwells.read(SYSTEM, until=resolved.date())
    first = await dwells.read(SYSTEM, until=opened.date())
    online = await dwells.read(SYSTEM, until=resolved.date(), by=DwellBy.CHANNEL)

    assert [(each.stage, each.stays, each.mean) for each in both] == [
        (_G.CASE_RESPONSE, 1, 600.0),
        (_G.CASE_RESOLUTION, 1, 29 * 3600 + 50 * 60),
    ]
    assert both[0].p50 == pytest.approx(600, rel=ERROR)
    assert first == both[:1]
    assert online == []


async def test_return_rates_are_those_of_the_lines(shop):
    for units, reason in ((2, "DEFECTIVE"), (1, "DAMAGED"), (0, None)):
        order = await shop.order("delivered", mug=2, shirt=1)
        if reason:
            await sent_back(shop, order, units, ReturnReason[reason])
    await read_figures()
    period = Period.of(now().date() - timedelta(days=400), now().date() + timedelta(days=1))

    found = {by: await return_rates.read(SYSTEM, by, period) for by in ReturnRateBy}

    def rates(by):
        return [(each.key, each.returned, each.delivered) for each in found[by]]

    assert rates(_B.VARIANT) == [(str(shop.mug.id), 3, 6), (str(shop.shirt.id), 0, 3)]
    assert rates(_B.REASON) == [("defective", 2, 9), ("damaged", 1, 9)]
    assert rates(_B.LOCATION) == [(str(shop.north.id), 3, 9)]
    assert rates(_B.SUPPLIER) == []
    assert found[_B.VARIANT][0].rate == 0.5
    second = await return_rates.read(SYSTEM, _B.VARIANT, period, most=1, below=1)
    assert [each.key for each in second] == [str(shop.shirt.id)]
    [worst, other] = await return_rates.orders(SYSTEM, found[_B.VARIANT][0])
    assert (worst.returned, worst.delivered, other.returned) == (2, 2, 1)
    [broken] = await return_rates.orders(SYSTEM, found[_B.REASON][0])
    assert (broken.order_id, broken.returned) == (worst.order_id, 2)
    assert await return_rates.orders(SYSTEM, found[_B.VARIANT][1]) == []
