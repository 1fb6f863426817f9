"""What is announced of stock and its alerts."""

from dataclasses import dataclass

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
    on_hand: int
    reserved: int
    available: int


@dataclass(frozen=True, kw_only=True)
class ReorderPointSet(StockFact):
    """Somebody said at how many available units a level is low."""

    reorder_point: int | None


@dataclass(frozen=True, kw_only=True)
class StockAlertFact(StockFact):
    stock_alert_id: int
    alert_kind: StockAlertKind
    available: int


class StockAlertOpened(StockAlertFact):
    """A stock level fell to its threshold."""


class StockAlertAcknowledged(StockAlertFact):
    """Somebody took notice of a stock alert."""


class StockAlertResolved(StockAlertFact):
    """A stock level rose past its threshold and margin."""
