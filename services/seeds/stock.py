"""The demo shop's stock, kept in memory: the same ledger and alerts as a living shop has."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models import Level, Movement, MovementReason, StockAlert, StockAlertKind
from services.actors import Actor
from services.alert_rules import DIRECT, Sight, Verdict, judge
from services.allocation import Supply
from services.facts.stock import (
    ReorderPointSet,
    StockAlertAcknowledged,
    StockAlertOpened,
    StockAlertResolved,
    StockMoved,
)
from services.ledger import Change
from services.seeds.rows import Rows


@dataclass(frozen=True, kw_only=True)
class Refill:
    """At how many available units a level is to be filled up, and with how many more."""

    at: int
    units: int


class Stock:
    """`priorities` are those of the locations, by id; `refills` go by level."""

    def __init__(
        self,
        rows: Rows,
        levels: Sequence[Level],
        priorities: Mapping[int, int],
        refills: Mapping[int, Refill],
    ) -> None:
        self._rows, self._priorities, self.refills = rows, priorities, refills
        self.levels = {level.id: level for level in levels}
        self.by_variant: dict[int, list[Level]] = defaultdict(list)
        for level in levels:
            self.by_variant[level.variant_id].append(level)
        self.alerts: dict[tuple[int, StockAlertKind], StockAlert] = {}
        # Levels that have fallen so far that they are to be filled up.
        self.low: set[int] = set()

    def available(self, variant_id: int) -> int:
        return sum(level.available for level in self.by_variant[variant_id])

    def supplies(self, variants: Iterable[int]) -> list[Supply]:
        """What can be promised, in the order of asking."""
        levels = [level for variant in variants for level in self.by_variant[variant]]
        levels.sort(key=lambda level: (self._priorities[level.location_id], level.id))
        return [
            Supply(
                level_id=level.id,
                location_id=level.location_id,
                variant_id=level.variant_id,
                available=level.available,
            )
            for level in levels
        ]

    def move(
        self,
        actor: Actor,
        reason: MovementReason,
        changes: Iterable[Change],
        *,
        order_id: int | None = None,
        arrival_id: int | None = None,
        return_id: int | None = None,
        note: str = "",
    ) -> None:
        """As services.ledger.move does: levels, movements, facts, alerts."""
        ordered = sorted(changes, key=lambda change: change.level_id)
        for change in ordered:
            level = self.levels[change.level_id]
            level.on_hand += change.on_hand
            level.reserved += change.reserved
            level.quarantined += change.quarantined
            self._rows.change(level)
            about = {"order_id": order_id, "arrival_id": arrival_id, "return_id": return_id}
            self._note(actor, reason, change, level, **about, note=note)
            if level.available <= self.refills[level.id].at:
                self.low.add(level.id)
        for change in ordered:
            self._follow(actor, self.levels[change.level_id], f"{reason.capitalize()}.")

    def set_reorder_point(self, actor: Actor, level: Level, reorder_point: int) -> None:
        level.reorder_point = reorder_point
        self._rows.change(level)
        about = {"variant_id": level.variant_id, "location_id": level.location_id}
        self._rows.tell(actor, ReorderPointSet(**about, reorder_point=reorder_point))
        self._follow(actor, level, "The reorder point was set.")

    def acknowledge(self, actor: Actor, alert: StockAlert) -> None:
        alert.acknowledge(by=actor.label, at=self._rows.at)
        self._rows.change(alert)
        self._tell(actor, StockAlertAcknowledged, alert)

    def _note(
        self,
        actor: Actor,
        reason: MovementReason,
        change: Change,
        level: Level,
        **about: Any,
    ) -> None:
        movement = self._rows.make(
            Movement,
            level_id=level.id,
            variant_id=level.variant_id,
            location_id=level.location_id,
            reason=reason,
            on_hand_change=change.on_hand,
            reserved_change=change.reserved,
            on_hand_after=level.on_hand,
            reserved_after=level.reserved,
            quarantined_change=change.quarantined,
            quarantined_after=level.quarantined,
            **about,
            actor=actor.label,
            at=self._rows.at,
        )
        self._rows.keep(movement)
        self._rows.tell(
            actor,
            StockMoved(
                variant_id=level.variant_id,
                location_id=level.location_id,
                reason=reason,
                on_hand_change=change.on_hand,
                reserved_change=change.reserved,
                on_hand=level.on_hand,
                reserved=level.reserved,
                quarantined_change=change.quarantined,
                quarantined=level.quarantined,
                available=level.available,
            ),
        )

    def _follow(self, actor: Actor, level: Level, cause: str) -> None:
        """As services.alerts.follow does."""
        sight = Sight.of(level)
        for kind in DIRECT:
            verdict = judge(kind, sight)
            alert = self.alerts.get((level.id, kind))
            if alert is None:
                if verdict.opens:
                    self._open(actor, level, kind, verdict, cause)
            elif verdict.is_over:
                alert.resolve(available=level.available, at=self._rows.at)
                self._rows.change(alert)
                self._rows.keep(self.alerts.pop((level.id, kind)))
                self._tell(actor, StockAlertResolved, alert)

    def _open(
        self, actor: Actor, level: Level, kind: StockAlertKind, verdict: Verdict, cause: str
    ) -> None:
        alert = self._rows.make(
            StockAlert,
            level_id=level.id,
            variant_id=level.variant_id,
            location_id=level.location_id,
            kind=kind,
            threshold=verdict.threshold,
            available=level.available,
            units=verdict.units,
            cause=cause,
        )
        self.alerts[level.id, kind] = alert
        self._tell(actor, StockAlertOpened, alert, units=alert.units, cause=cause)

    def _tell(
        self,
        actor: Actor,
        fact: type[StockAlertOpened | StockAlertAcknowledged | StockAlertResolved],
        alert: StockAlert,
        **details: Any,
    ) -> None:
        self._rows.tell(
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
