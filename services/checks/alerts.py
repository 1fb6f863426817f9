"""What must hold of stock alerts: there are those there is reason for, and no others."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from models import StockAlertKind, StockAlertStatus
from services.checks.rules import Rule

_K = StockAlertKind

_STATUS_RULES = (
    Rule(
        name="alert-status",
        description="An alert is marked as open until it is resolved.",
        says="{alert_id} is {status}, but is not marked as such.",
        broken=f"""
            SELECT id AS alert_id, status FROM stock_alerts
            WHERE (status = '{StockAlertStatus.RESOLVED}') <> (is_open IS NULL)
               OR (status = '{StockAlertStatus.RESOLVED}') <> (resolved_at IS NOT NULL)
               OR is_open = FALSE
        """,
    ),
    Rule(
        name="alert-single",
        description="A level has at most one open alert of a kind.",
        says="{level_id} has {open_alerts} open alerts of kind {kind}.",
        broken=f"""
            SELECT level_id, kind, COUNT(*) AS open_alerts FROM stock_alerts
            WHERE status <> '{StockAlertStatus.RESOLVED}'
            GROUP BY level_id, kind HAVING COUNT(*) > 1
        """,
    ),
)

# Mirrors services.alert_rules: where a level gives reason for an alert, and where no longer.
# Integers, so the division rounds down as it does there.
_WATCHED = f"""
    SELECT id, available, kind, available <= threshold AS opens,
           threshold IS NULL OR available > threshold + margin AS is_over
    FROM (
      SELECT id, on_hand - reserved AS available, '{_K.OUT_OF_STOCK}' AS kind,
             0 AS threshold, 1 AS margin
      FROM stock_levels
      UNION ALL
      SELECT id, on_hand - reserved, '{_K.LOW_STOCK}', reorder_point,
             CASE WHEN reorder_point >= 10 THEN reorder_point / 10 ELSE 1 END
      FROM stock_levels
    ) AS few
    UNION ALL
    SELECT id, on_hand, '{_K.OVERSTOCK}', on_hand > maximum,
           maximum IS NULL OR on_hand <= CASE WHEN maximum >= 20 THEN maximum - maximum / 10
                                              WHEN maximum >= 1 THEN maximum - 1 ELSE 0 END
    FROM stock_levels
"""

# What time and forecasts tell is looked at on rounds, and so are levels that changed since.
_LOOKED_AT = "level.judged_at > level.updated_at"


def _ends_soon(row: Mapping[str, Any]) -> bool:
    """Whether what lies there ends as soon as an open alert says, or has not ended without one."""
    judged, end = row["judged_at"], row["first_end"]
    judged = datetime.fromisoformat(judged) if isinstance(judged, str) else judged
    end = date.fromisoformat(end[:10]) if isinstance(end, str) else end
    today = judged.astimezone(ZoneInfo(row["time_zone"])).date()
    days = row["threshold"]
    if days is None:
        return end is None or end >= today
    return end is not None and end <= today + timedelta(days=days + max(1, days // 10))


_WATCH_RULES = (
    Rule(
        name="alert-over",
        description="An open alert is about a level that has not passed its margin.",
        says="{alert_id} ({kind}) is open, but {level_id} has {available} units.",
        broken=f"""
            SELECT alert.id AS alert_id, alert.kind, alert.level_id, level.available
            FROM stock_alerts AS alert
            JOIN ({_WATCHED}) AS level ON level.id = alert.level_id AND level.kind = alert.kind
            WHERE alert.status <> '{StockAlertStatus.RESOLVED}' AND level.is_over
        """,
    ),
    Rule(
        name="alert-missing",
        description="A level that gives reason for an alert has an open one.",
        says="{level_id} has {available} units and no open alert of kind {kind}.",
        broken=f"""
            SELECT level.id AS level_id, level.kind, level.available
            FROM ({_WATCHED}) AS level
            LEFT JOIN stock_alerts AS alert ON alert.level_id = level.id
              AND alert.kind = level.kind AND alert.status <> '{StockAlertStatus.RESOLVED}'
            WHERE level.opens AND alert.id IS NULL
        """,
    ),
    Rule(
        name="alert-expiring",
        description="Where lots end soon there was an alert when that was last looked at, and "
        "nowhere else.",
        says="The first lot at {level_id} ends on {first_end}; the alert about it: {alert_id}.",
        key="level_key",
        holds=_ends_soon,
        broken=f"""
            SELECT level.id AS level_key, level.id AS level_id, level.judged_at,
                   location.time_zone, alert.id AS alert_id, alert.threshold,
                   MIN(lot.expires_on) AS first_end
            FROM stock_levels AS level
            JOIN locations AS location ON location.id = level.location_id
            LEFT JOIN stock_quants AS quant ON quant.level_id = level.id AND quant.on_hand > 0
            LEFT JOIN lots AS lot ON lot.id = quant.lot_id
            LEFT JOIN stock_alerts AS alert ON alert.level_id = level.id
              AND alert.kind = '{_K.EXPIRING}' AND alert.status <> '{StockAlertStatus.RESOLVED}'
            WHERE {_LOOKED_AT} AND (alert.id IS NOT NULL OR lot.expires_on IS NOT NULL)
            GROUP BY level.id, level.judged_at, location.time_zone, alert.id, alert.threshold
            HAVING MAX(lot.updated_at) IS NULL OR MAX(lot.updated_at) <= level.judged_at
        """,
    ),
    Rule(
        name="alert-projected",
        description="Stock that is to run out is asked for.",
        says="{alert_id} is open, but nothing is expected to be asked for at {level_id}.",
        broken=f"""
            SELECT alert.id AS alert_id, level.id AS level_id
            FROM stock_alerts AS alert
            JOIN stock_levels AS level ON level.id = alert.level_id
            LEFT JOIN forecasts AS forecast ON forecast.level_id = level.id
            WHERE alert.kind = '{_K.PROJECTED_STOCKOUT}'
              AND alert.status <> '{StockAlertStatus.RESOLVED}' AND {_LOOKED_AT}
              AND (forecast.id IS NULL OR forecast.mean <= 0)
              AND (forecast.id IS NULL OR forecast.updated_at <= level.judged_at)
        """,
    ),
)

RULES = (*_STATUS_RULES, *_WATCH_RULES)
