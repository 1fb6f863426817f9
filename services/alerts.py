"""Stock alerts: opened and resolved by what happens to a level, acknowledged by people."""

from collections.abc import Sequence

from models import Level, StockAlert, StockAlertKind
from models.statements import select
from services import scopes
from services.actors import Actor
from services.clock import now
from services.commit import announce, operation
from services.facts.stock import StockAlertAcknowledged, StockAlertOpened, StockAlertResolved


@operation
async def acknowledge(actor: Actor, alert_id: int) -> StockAlert:
    """Say that somebody has taken notice."""
    alert = await scopes.take(actor, StockAlert, alert_id)
    alert.acknowledge(by=actor.label, at=now())
    await alert.store()

    _announce(actor, StockAlertAcknowledged, alert)
    return alert


async def follow(actor: Actor, levels: Sequence[Level]) -> None:
    """Open and resolve the alerts of levels that have just changed.

    The caller holds the rows of the levels, so no two callers judge one level at once.
    """
    open_alerts = {
        (alert.level_id, alert.kind): alert
        # Locked, or somebody who acknowledges one meanwhile would be forgotten.
        for alert in await select(
            StockAlert, locked=True, level_id__in=[level.id for level in levels], is_open=True
        )
    }
    for level in levels:
        for kind in StockAlertKind:
            threshold = threshold_of(level, kind)
            alert = open_alerts.get((level.id, kind))
            if alert is None:
                if threshold is not None and level.available <= threshold:
                    await _open(actor, level, kind, threshold)
            elif is_over(level, threshold):
                alert.resolve(available=level.available, at=now())
                await alert.store()
                _announce(actor, StockAlertResolved, alert)


def margin(threshold: int) -> int:
    """How far above its threshold a level must rise to end an alert: a tenth of it, at least one
    unit, so that a level which trembles around its threshold alerts once."""
    return max(1, threshold // 10)


def threshold_of(level: Level, kind: StockAlertKind) -> int | None:
    """At how many available units a level alerts; None where it never does."""
    return 0 if kind is StockAlertKind.OUT_OF_STOCK else level.reorder_point


def is_over(level: Level, threshold: int | None) -> bool:
    """Whether a level no longer gives reason for an open alert."""
    return threshold is None or level.available > threshold + margin(threshold)


async def _open(actor: Actor, level: Level, kind: StockAlertKind, threshold: int) -> None:
    alert = await StockAlert.create(
        level_id=level.id,
        variant_id=level.variant_id,
        location_id=level.location_id,
        kind=kind,
        threshold=threshold,
        available=level.available,
    )
    _announce(actor, StockAlertOpened, alert)


def _announce(
    actor: Actor,
    fact: type[StockAlertOpened | StockAlertAcknowledged | StockAlertResolved],
    alert: StockAlert,
) -> None:
    announce(
        actor,
        fact(
            variant_id=alert.variant_id,
            location_id=alert.location_id,
            stock_alert_id=alert.id,
            alert_kind=alert.kind,
            available=alert.available,
        ),
    )
