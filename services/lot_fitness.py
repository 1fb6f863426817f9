"""Whether units may leave: none of a lot that has expired or was called back."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from models import Fulfillment, FulfillmentLine, Lot, Reservation
from models.errors import Blocked, Problem, refuse_any
from models.statements import select
from services.clock import now


async def refuse_unfit(rows: Sequence[Reservation]) -> None:
    """Refuse to let units of reservations leave, unless all their lots are good today. Whoever
    calls one of the lots back meanwhile waits, and then finds that its units have left."""
    lots = {row.lot_id for row in rows if row.lot_id is not None}
    if lots:
        refuse_any(reasons_not_to_send(await select(Lot, locked=True, id__in=sorted(lots))))


def reasons_not_to_send(lots: Sequence[Lot]) -> list[Problem]:
    problems: list[Problem] = []
    for lot in lots:
        if not lot.is_good(now().date()):
            why = "was called back" if lot.recalled_at else f"was good until {lot.expires_on}"
            message = f"Lot {lot.code} {why}. Cancel this work, and take its units out."
            problems.append(Blocked(message=message, path=("id",)))
    return problems


async def of_fulfillments(rows: Sequence[Fulfillment]) -> dict[int, list[Lot]]:
    """The lots that each fulfillment is to send, in one query."""
    found: dict[int, dict[int, Lot]] = defaultdict(dict)
    lines: list[Any] = await FulfillmentLine.filter(
        fulfillment_id__in=[row.id for row in rows], reservation__lot_id__not_isnull=True
    ).select_related("reservation__lot")
    for line in lines:
        found[line.fulfillment_id][line.reservation.lot.id] = line.reservation.lot
    return {row.id: list(found[row.id].values()) for row in rows}
