"""Stock alerts: opened and resolved by what happens to a level, answered by people."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from models import Level, StockAlert, StockAlertKind, StockAlertStatus
from models.errors import Problem, refuse_any
from models.statements import get, select
from services import scopes
from services.actors import SYSTEM, Actor
from services.alert_rules import DIRECT, Sight, Verdict, judge
from services.clock import now
from services.commit import announce, operation
from services.facts.stock import (
    StockAlertAcknowledged,
    StockAlertFact,
    StockAlertOpened,
    StockAlertResolved,
    StockAlertSnoozed,
    StockAlertWoken,
)
from services.inputs import Inputs

LONGEST_SNOOZE = timedelta(days=366)
CAUSE_LENGTH = 500


@operation
async def acknowledge(actor: Actor, alert_id: int) -> StockAlert:
    """Say that somebody has taken notice."""
    alert = await scopes.take(actor, StockAlert, alert_id)
    alert.acknowledge(by=actor.label, at=now())
    await alert.store()

    _announce(actor, StockAlertAcknowledged, alert)
    return alert


@operation
async def snooze(actor: Actor, alert_id: int, *, until: datetime) -> StockAlert:
    """Hear no more of an alert until some time within a year, when it is told of again if it is
    not over by then."""
    alert = await scopes.take(actor, StockAlert, alert_id)
    inputs = Inputs()
    inputs.moment(until, "until")
    inputs.refuse()
    if not now() < until <= now() + LONGEST_SNOOZE:
        inputs.wrong("Give a time within a year from now.", "until")
    refuse_any([*inputs.problems, *reasons_not_to_answer(alert)])
    alert.snoozed_until = until
    await alert.store()

    _announce(actor, StockAlertSnoozed, alert, until=until)
    return alert


async def sleeping(at: datetime, limit: int) -> list[int]:
    """Alerts that are to be told of again, those longest due first."""
    rows = StockAlert.filter(snoozed_until__lte=at).order_by("snoozed_until", "id").limit(limit)
    return await rows.values_list("id", flat=True)  # type: ignore[return-value]


@operation
async def wake(alert_id: int) -> None:
    """Tell of an alert again that was snoozed. Does nothing where that was put off meanwhile."""
    alert = await get(StockAlert, alert_id, locked=True)
    if alert.snoozed_until is not None and alert.snoozed_until <= now():
        alert.snoozed_until = None
        await alert.store()
        _announce(SYSTEM, StockAlertWoken, alert)


def reasons_not_to_answer(alert: StockAlert) -> list[Problem]:
    """Why nothing can be done about an alert any more."""
    if alert.status is not StockAlertStatus.RESOLVED:
        return []
    return [alert.wrong_status(StockAlertStatus.ACKNOWLEDGED)]


async def follow(actor: Actor, levels: Sequence[Level], cause: str = "") -> None:
    """Open and resolve the alerts of levels that have just changed, as far as the levels alone
    tell.

    The caller holds the rows of the levels, so no two callers judge one level at once.
    """
    opened = await open_of(levels, DIRECT)
    for level in levels:
        sight = Sight.of(level)
        for kind in DIRECT:
            verdict = judge(kind, sight)
            await settle(actor, level, kind, verdict, opened.get((level.id, kind)), cause)


async def open_of(
    levels: Iterable[Level], kinds: Iterable[StockAlertKind]
) -> Mapping[tuple[int, StockAlertKind], StockAlert]:
    """The open alerts of some kinds of levels."""
    wanted = set(kinds)
    return {
        (alert.level_id, alert.kind): alert
        # Locked, or somebody who acknowledges one meanwhile would be forgotten.
        for alert in await select(
            StockAlert, locked=True, level_id__in=[level.id for level in levels], is_open=True
        )
        if alert.kind in wanted
    }


async def settle(
    actor: Actor,
    level: Level,
    kind: StockAlertKind,
    verdict: Verdict,
    alert: StockAlert | None,
    cause: str,
) -> None:
    """Open an alert where there is reason and none is open, and end one that is over."""
    if alert is None:
        if verdict.opens:
            await _open(actor, level, kind, verdict, cause)
    elif verdict.is_over:
        alert.resolve(available=level.available, at=now())
        await alert.store()
        _announce(actor, StockAlertResolved, alert)


async def _open(
    actor: Actor, level: Level, kind: StockAlertKind, verdict: Verdict, cause: str
) -> None:
    alert = await StockAlert.create(
        level_id=level.id,
        variant_id=level.variant_id,
        location_id=level.location_id,
        kind=kind,
        threshold=verdict.threshold,
        available=level.available,
        units=verdict.units,
        cause=cause[:CAUSE_LENGTH],
    )
    _announce(actor, StockAlertOpened, alert, units=alert.units, cause=alert.cause)


def _announce(
    actor: Actor, fact: type[StockAlertFact], alert: StockAlert, **details: object
) -> None:
    announce(
        actor,
        fact(
            variant_id=alert.variant_id,
            location_id=alert.location_id,
            stock_alert_id=alert.id,
            alert_kind=alert.kind,
            available=alert.available,
            **details,
        ),
    )
