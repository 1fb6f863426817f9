"""Inspections: judge the units of a delivery that lie in quarantine."""

from collections.abc import Sequence

from models import (
    MovementReason,
    PurchaseOrder,
    PurchaseOrderLine,
    Receipt,
    ReceiptLine,
    StockState,
    SupplierClaimKind,
)
from models.errors import Blocked, Problem, Refused, refuse_any
from models.lifecycle import Status
from models.statements import get
from services import ledger, purchase_orders, receipts, scopes, stock_states, supplier_claims
from services.actors import Actor
from services.clock import now
from services.commit import operation
from services.facts.receipts import ReceiptInspected
from services.inputs import Inputs
from services.ledger import ANY, Change, NotEnough
from services.stock import level_of
from services.stock_states import Place

MOST_NOTE = 500
_Q = StockState.QUARANTINED


class Verdict(Status):
    GOOD = "good", "Good, and to be sold."
    DAMAGED = "damaged", "Kept, as damaged."
    WRITTEN_OFF = "written_off", "Given up for good."
    RETURNED = "returned", "Sent back to the supplier."


# Why stock moves, and what it is then, if it is still there.
_MOVES = {
    Verdict.GOOD: (MovementReason.RESTORED, "on_hand"),
    Verdict.DAMAGED: (MovementReason.DAMAGED, "damaged"),
    Verdict.WRITTEN_OFF: (MovementReason.WRITTEN_OFF, None),
    Verdict.RETURNED: (MovementReason.RETURNED_TO_SUPPLIER, None),
}


@operation
async def inspect(
    actor: Actor,
    receipt_id: int,
    *,
    line_id: int,
    quantity: int,
    verdict: Verdict,
    over: bool = False,
    lot_id: int | None = ANY,
    note: str = "",
) -> Receipt:
    """Say what is to become of units in quarantine: of those that wait for inspection or, with
    `over`, of those that are more than was ordered. What does not pass inspection is claimed from
    the supplier; what is kept though it was not ordered counts as bought."""
    order, row = await receipts.take(actor, receipt_id)
    lines = await receipts.lines_of(row)
    refuse_any(reasons_not_to_inspect(row, lines))
    line = next((each for each in lines if each.id == line_id), None)
    if line is None:
        raise Refused(scopes.not_found(ReceiptLine, ("lineId",)))
    inputs = Inputs()
    inputs.number(quantity, "quantity")
    note = inputs.text(note, "note", least=0, most=MOST_NOTE)
    if quantity > (waiting := line.held if over else line.inspecting):
        message = f"{waiting} such units of {line.number} wait in quarantine."
        inputs.add(Blocked(message=message, path=("quantity",)))
    inputs.refuse()
    passed = verdict is Verdict.GOOD
    await _judge(actor, order, line, quantity, passed=passed, over=over)
    await line.store()
    await _move(actor, row, line, quantity, verdict, lot_id, note)
    await row.store()

    receipts.told(
        actor, ReceiptInspected, row, variant_id=line.variant_id, units=quantity, passed=passed
    )
    return row


def reasons_not_to_inspect(row: Receipt, lines: Sequence[ReceiptLine]) -> list[Problem]:
    if any(line.inspecting or line.held for line in lines):
        return []
    message = f"Nothing of {row.number} waits in quarantine."
    return [Blocked(message=message, path=("id",))]


async def _judge(
    actor: Actor,
    order: PurchaseOrder,
    line: ReceiptLine,
    units: int,
    *,
    passed: bool,
    over: bool,
) -> None:
    bought = line.purchase_order_line_id
    if over:
        line.held -= units
        if passed and bought is not None:
            line.over, line.accepted = line.over - units, line.accepted + units
            await purchase_orders.receive_units(actor, order, {bought: (units, 0)}, now())
        return
    line.inspecting -= units
    if not passed:
        line.rejected += units
        ordered = None if bought is None else await get(PurchaseOrderLine, bought)
        kind = SupplierClaimKind.QUALITY
        await supplier_claims.begin(actor, order, line, kind, units, ordered)


async def _move(
    actor: Actor,
    row: Receipt,
    line: ReceiptLine,
    units: int,
    verdict: Verdict,
    lot_id: int | None,
    note: str,
) -> None:
    level = await level_of(actor, line.variant_id, row.location_id)
    place = Place(variant_id=line.variant_id, location_id=row.location_id, lot_id=lot_id)
    found = await stock_states.look(actor, place, level, _Q)
    refuse_any(stock_states.reasons_not_to_take(level, found, _Q, units))
    reason, state = _MOVES[verdict]
    into = {} if state is None else {state: units}
    change = Change(level_id=level.id, quarantined=-units, lot_id=lot_id, **into)
    try:
        await ledger.move(actor, reason, [change], receipt_id=row.id, note=note)
    except NotEnough as error:
        raise Refused(stock_states.kept()) from error
