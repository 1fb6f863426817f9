"""Levels of the tests that are replenished, and what is proposed for them."""

from datetime import date
from decimal import Decimal
from typing import Any

from models import Forecast, Location, Proposal, ReplenishmentMethod, ReplenishmentPolicy, Variant
from services import demand, event_log, replenishment, replenishment_policies
from services.actors import SYSTEM
from services.clock import now
from tests.buying import supplier_of
from tests.cast import Shop


async def policy_of(
    shop: Shop,
    *,
    variant: Variant | None = None,
    location: Location | None = None,
    method: ReplenishmentMethod = ReplenishmentMethod.MIN_MAX,
    auto_accept: Decimal | None = None,
    supplier_id: int | None = None,
    source_id: int | None = None,
    review_days: int = 1,
    **numbers: int,
) -> ReplenishmentPolicy:
    """Mugs of the north are filled up to 50 when there are 10, unless told otherwise."""
    return await replenishment_policies.set_policy(
        SYSTEM,
        (variant or shop.mug).id,
        (location or shop.north).id,
        method=method,
        numbers=numbers or {"reorder_point": 10, "order_up_to": 50},
        review_days=review_days,
        auto_accept=None if auto_accept is None else (auto_accept, "EUR"),
        supplier_id=supplier_id,
        source_id=source_id,
    )


async def proposal_in(shop: Shop, **given: Any) -> Proposal:
    """Forty mugs for the north, of the shop's supplier."""
    await supplier_of(shop)
    policy = await policy_of(shop, **given)
    await replenishment.evaluate(policy.id)
    return await Proposal.get(level_id=policy.level_id, is_open=True)


async def forecast_in(shop: Shop, *, mean: float = 2.0, spread: float = 1.0) -> Forecast:
    """What is expected to be asked for of mugs in the north."""
    level = await shop.level(shop.mug, shop.north)
    row = await Forecast.get_or_none(level_id=level.id) or Forecast(
        level_id=level.id, variant_id=level.variant_id, location_id=level.location_id
    )
    row.update_from_dict(
        {"mean": mean, "spread": spread, "computed_at": now(), "began_on": date(2026, 1, 1)}
    )
    row.update_from_dict({"mase": 0.8, "naive_mase": 1.0, "bias": 0.0})
    await row.save()
    return row


async def read_news() -> None:
    """Let the readers of the log read everything that has happened."""
    await event_log.take_in()
    for _ in await demand.due(now(), 100):
        await demand.read_on(0)
    for _ in await replenishment.unread(now(), 100):
        await replenishment.read_on(0)


async def look() -> None:
    """Look at every level that is due."""
    await read_news()
    while due := await replenishment.due(now(), 100):
        for each in due:
            await replenishment.evaluate(each)
