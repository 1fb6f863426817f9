"""What is announced of stock and its alerts."""

from dataclasses import dataclass
from datetime import datetime

from models import MovementReason, StockAlertKind
from services.actors import Permission
from services.facts.fact import Fact


@dataclass(frozen=True, kw_only=True)
class StockFact(Fact):
    NEEDS = Permission.STOCK_READ

    variant_id: int
    location_id: int


@dataclass(frozen=True, kw_only=True)
class StockMoved(StockFact):
    """A stock level changed; the counts are what it was afterwards."""

    reason: MovementReason
    on_hand_change: int
    reserved_change: int
    damaged_change: int = 0
    quarantined_change: int = 0
    on_hand: int
    reserved: int
    damaged: int = 0
    quarantined: int = 0
    available: int


@dataclass(frozen=True, kw_only=True)
class ReorderPointSet(StockFact):
    """Somebody said at how many available units a level is low."""

    reorder_point: int | None


@dataclass(frozen=True, kw_only=True)
class StockLevelSet(StockFact):
    """Somebody said how a stock level is to be kept."""

    reorder_point: int | None
    safety_stock: int | None
    target: int | None
    maximum: int | None


@dataclass(frozen=True, kw_only=True)
class StockAlertFact(StockFact):
    stock_alert_id: int
    alert_kind: StockAlertKind
    available: int


@dataclass(frozen=True, kw_only=True)
class StockAlertOpened(StockAlertFact):
    """A stock level gives reason for an alert; `units` are how many too few, too many, or about
    to expire."""

    units: int = 0
    cause: str = ""


class StockAlertAcknowledged(StockAlertFact):
    """Somebody took notice of a stock alert."""


@dataclass(frozen=True, kw_only=True)
class StockAlertSnoozed(StockAlertFact):
    """Somebody wants to hear no more of a stock alert until some time."""

    until: datetime


class StockAlertWoken(StockAlertFact):
    """A stock alert that was snoozed is told of again."""


@dataclass(frozen=True, kw_only=True)
class StockAlertAccepted(StockAlertFact):
    """Somebody has had a replenishment proposed because of a stock alert."""

    proposal_id: int


class StockAlertResolved(StockAlertFact):
    """A stock level has passed its threshold and margin."""
