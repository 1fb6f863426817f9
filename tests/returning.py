"""How returns come about in the tests."""

from typing import Any

from models import (
    Disposition,
    Order,
    Return,
    ReturnCondition,
    ReturnReason,
    ReturnUnit,
    Variant,
)
from services import return_inspections, return_receiving, returns
from services.actors import SYSTEM
from services.return_inspections import Finding
from services.return_receiving import Seen
from services.returns import ReturnLineDraft
from tests.cast import Shop, lines_of

# What a return goes through, in order; `returned` takes one to any of these.
STEPS = (
    "requested",
    "approved",
    "in_transit",
    "scanned",
    "received",
    "inspected",
    "resolved",
    "closed",
)


async def drafts(order: Order, *units: int, **given: Any) -> list[ReturnLineDraft]:
    """So many units of each line of an order, in their order."""
    how = {"reason": ReturnReason.CHANGED_MIND} | given
    lines = await lines_of(order)
    pairs = zip(lines, units, strict=False)
    return [ReturnLineDraft(line_id=line.id, quantity=n, **how) for line, n in pairs if n]


async def requested(
    order: Order,
    *units: int,
    reason: ReturnReason = ReturnReason.CHANGED_MIND,
    comment: str = "",
    **given: Any,
) -> Return:
    lines = await drafts(order, *units, reason=reason, comment=comment)
    return await returns.request(SYSTEM, order.id, lines=lines, **given)


async def returned(shop: Shop, step: str = "requested", *, mug: int = 2, back: int = 2) -> Return:
    """A return of so many mugs of a delivered order, taken to one of STEPS; half of what came is
    sold again."""
    order = await shop.order("delivered", mug=mug)
    row = await requested(order, back)
    return await take(row, step, shop.mug)


async def take(row: Return, step: str, variant: Variant, *, since: str = "requested") -> Return:
    """Take a return that was asked for, or has come as far as `since`, of one variant, to one of
    STEPS."""
    [line] = await returns.lines_of(row)
    whole = Seen(code=variant.sku, quantity=line.quantity, condition=ReturnCondition.OPENED)
    verbs = {
        "approved": lambda: returns.approve(SYSTEM, row.id),
        "in_transit": lambda: returns.send(
            SYSTEM, row.id, carrier="DHL", tracking_code=f"RT{row.id:06}"
        ),
        "scanned": lambda: return_receiving.scan(SYSTEM, row.id, whole),
        "received": lambda: return_receiving.complete(SYSTEM, row.id),
        "inspected": lambda: judge(row, Disposition.RESTOCK),
        "resolved": lambda: returns.resolve(SYSTEM, row.id),
        "closed": lambda: returns.close(SYSTEM, row.id),
    }
    for name, verb in verbs.items():
        if STEPS.index(since) < STEPS.index(name) <= STEPS.index(step):
            row = await verb()
    return row


async def unit_of(row: Return, **where: Any) -> ReturnUnit:
    return await ReturnUnit.get(returned_id=row.id, **where)


async def judge(row: Return, *dispositions: Disposition) -> Return:
    """Let one unit each of what waits have these fates, and all others the last of them."""
    unit = await unit_of(row, disposition=None)
    left = [1] * (len(dispositions) - 1)
    left.append(unit.units - len(left))
    findings = [
        Finding(units=n, condition=ReturnCondition.OPENED, disposition=each)
        for n, each in zip(left, dispositions, strict=True)
    ]
    return await return_inspections.inspect(SYSTEM, row.id, unit.id, findings=findings)
