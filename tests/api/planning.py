"""An input that works for every mutation of replenishment, and what lists of it are filtered by."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from models import ForecastMethod, Proposal, ReplenishmentMethod, Row
from models.forecasts import DemandClass
from services import proposals, replenishment_policies
from services.actors import SYSTEM
from services.clock import now
from tests.buying import supplier_of
from tests.cast import Shop
from tests.planning import forecast_in, policy_of, proposal_in

Input = dict[str, Any]


async def _set(shop: Shop) -> Input:
    supplier = await supplier_of(shop)
    return {
        "variantId": shop.mug.number,
        "locationId": shop.north.number,
        "method": "FORECAST",
        "coverDays": 14,
        "reviewDays": 7,
        "serviceLevel": "97.5",
        "autoAccept": {"amount": "100.00", "currency": "EUR"},
        "supplierId": supplier.number,
    }


async def _on(row: Awaitable[Row], **rest: Any) -> Input:
    return {"id": (await row).number} | rest


async def _accept_all(shop: Shop) -> Input:
    return {"ids": [(await proposal_in(shop)).number]}


PLANNING: dict[str, Callable[[Shop], Awaitable[Input]]] = {
    "replenishmentPolicySet": _set,
    "replenishmentPolicyRemove": lambda shop: _on(policy_of(shop)),
    "proposalAccept": lambda shop: _on(proposal_in(shop)),
    "proposalsAccept": _accept_all,
    "proposalDismiss": lambda shop: _on(proposal_in(shop), reason="End of the season"),
}


async def plan(shop: Shop) -> None:
    """A forecast, a policy and what it proposes."""
    await forecast_in(shop)
    level = await shop.level(shop.mug, shop.north)
    await proposal_in(shop, reorder_point=level.on_hand + 100, order_up_to=level.on_hand + 150)


async def differ(shop: Shop, other: Shop) -> None:
    """Forecasts, policies and proposals that differ in everything a list can be filtered by."""
    for each in (shop, other):
        await plan(each)
    forecast = await forecast_in(other, mean=0.5)
    forecast.demand_class, forecast.method = DemandClass.LUMPY, ForecastMethod.TSB
    await forecast.save()
    policy = await policy_of(
        other,
        method=ReplenishmentMethod.DAYS_OF_COVER,
        cover_days=3,
        supplier_id=(await supplier_of(other)).id,
    )
    row = await Proposal.get(level_id=policy.level_id)
    await proposals.dismiss(SYSTEM, row.id, reason="Enough")
    await Proposal.filter(is_open=True).update(urgency="planned")
    await Proposal.filter(id=row.id).update(
        urgency="out", run_out_at=now() - timedelta(days=900), value=Decimal(1)
    )
    await replenishment_policies.remove_policy(SYSTEM, policy.id)


def _is_of(attribute: str, wanted: Callable[[Any], Any]) -> Callable[[Any, Any], bool]:
    return lambda w, row: getattr(row, attribute) == wanted(w).id


_PLACED: dict[str, Any] = {
    "variantId": (lambda w: w.other.mug.number, _is_of("variant_id", lambda w: w.other.mug)),
    "locationId": (lambda w: w.other.north.number, _is_of("location_id", lambda w: w.other.north)),
}
FILTERS: dict[str, dict[str, Any]] = {
    "forecasts": {
        **_PLACED,
        "demandClass": (lambda w: ["LUMPY"], lambda w, row: row.demand_class == "lumpy"),
        "method": (lambda w: ["TSB"], lambda w, row: row.method == "tsb"),
    },
    "proposals": {
        **_PLACED,
        "supplierId": (lambda w: w.supplier.number, _is_of("supplier_id", lambda w: w.supplier)),
        "status": (lambda w: ["DISMISSED"], lambda w, row: row.status == "dismissed"),
        "urgency": (lambda w: ["OUT"], lambda w, row: row.urgency == "out"),
        "runsOutBefore": (
            lambda w: (now() - timedelta(days=800)).isoformat(),
            lambda w, row: row.status == "dismissed",
        ),
    },
    "replenishmentPolicies": {
        **_PLACED,
        "supplierId": (
            lambda w: w.other_supplier.number,
            _is_of("supplier_id", lambda w: w.other_supplier),
        ),
        "method": (lambda w: ["DAYS_OF_COVER"], lambda w, row: row.method == "days_of_cover"),
        "removed": (lambda w: True, lambda w, row: row.archived_at is not None),
    },
}
SEARCHES = [
    (name, "mug-", lambda w, row: True)
    for name in ("forecasts", "proposals", "replenishmentPolicies")
]
