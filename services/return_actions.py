"""What can be done with a return, or with what was delivered, and what stands in the way."""

from collections import defaultdict
from collections.abc import Sequence

from models import Claim, Order, Return, ReturnStatus, ReturnUnit
from models.statements import select
from services import (
    completion,
    return_eligibility,
    return_inspections,
    return_receiving,
    returns,
)
from services.actors import Actor, Permission
from services.offers import Action, action, offered, step
from services.return_eligibility import Returnable

_P, _S = Permission, ReturnStatus


def of_order(
    row: Order, returnable: Sequence[Returnable], unsettled: Sequence[Return | Claim]
) -> list[Action]:
    """What can be done with an order once its goods have arrived."""
    not_to_request = return_eligibility.reasons_not_to_request(row, returnable)
    not_to_close = completion.reasons_not_to_close(row, unsettled)
    return [
        action("returnRequest", _P.RETURNS_REQUEST, not_to_request),
        action("orderClose", _P.ORDERS_CONFIRM, not_to_close),
    ]


async def of_returns(actor: Actor, rows: Sequence[Return]) -> list[list[Action]]:
    units: dict[int, list[ReturnUnit]] = defaultdict(list)
    for each in await select(ReturnUnit, returned_id__in=[row.id for row in rows]):
        units[each.returned_id].append(each)
    ask, decide, take_in = _P.RETURNS_REQUEST, _P.RETURNS_DECIDE, _P.RETURNS_RECEIVE
    return [
        offered(
            actor,
            action("returnApprove", decide, step(row, _S.APPROVED)),
            action("returnDecline", decide, step(row, _S.DECLINED)),
            action("returnCancel", ask, returns.reasons_not_to_cancel(row)),
            action("returnSend", ask, step(row, _S.IN_TRANSIT)),
            action("returnReceiveScan", take_in, return_receiving.reasons_not_to_scan(row)),
            action("returnReceiveComplete", take_in, return_receiving.reasons_not_to_complete(row)),
            action(
                "returnInspect",
                take_in,
                return_inspections.reasons_not_to_inspect(row, units[row.id]),
            ),
            action(
                "returnRevise",
                take_in,
                return_inspections.reasons_not_to_revise(row, units[row.id]),
            ),
            action("returnResolve", decide, step(row, _S.RESOLVED)),
            action("returnClose", decide, step(row, _S.CLOSED)),
        )
        for row in rows
    ]


async def of_tracked_returns(actor: Actor, rows: Sequence[Return]) -> list[list[Action]]:
    """What can be done with each return by whoever has the tracking token of its order, which is
    all that it takes."""
    ask = _P.RETURNS_REQUEST
    return [
        [
            action("trackedReturnCancel", ask, returns.reasons_not_to_cancel(row)),
            action("trackedReturnSend", ask, step(row, _S.IN_TRANSIT)),
        ]
        for row in rows
    ]
