"""Claims: begin them, tell the supplier, write down what came of them."""

from decimal import Decimal
from typing import Any

from models import (
    PurchaseOrder,
    PurchaseOrderLine,
    Receipt,
    ReceiptLine,
    Settlement,
    SupplierClaim,
    SupplierClaimKind,
    SupplierClaimStatus,
)
from models.errors import AmountExceeded, Problem, refuse_any
from models.statements import get
from services import scopes
from services.actors import Actor
from services.clock import now
from services.commit import announce, operation
from services.facts.receipts import (
    ClaimFact,
    SupplierClaimDropped,
    SupplierClaimOpened,
    SupplierClaimSent,
    SupplierClaimSettled,
    SupplierClaimUpdated,
)
from services.inputs import Inputs
from services.records import Changes

MOST_TEXT = 500
MOST_REFERENCE = 100

_K = SupplierClaimKind
# What came though it was not ordered costs nothing, as it goes back.
WORTH = (_K.SHORT, _K.DAMAGED, _K.QUALITY)


@operation
async def create(
    actor: Actor, line_id: int, *, kind: SupplierClaimKind, units: int, note: str = ""
) -> SupplierClaim:
    """Claim units of a line of a receipt from its supplier, such as what was found later."""
    line = await scopes.find(actor, ReceiptLine, line_id, "lineId")
    receipt = await get(Receipt, line.receipt_id)
    order = await scopes.take(actor, PurchaseOrder, receipt.purchase_order_id, "lineId")
    line = await get(ReceiptLine, line.id)
    inputs = Inputs()
    inputs.number(units, "units")
    note = inputs.text(note, "note", least=0, most=MOST_TEXT)
    inputs.refuse()
    bought = line.purchase_order_line_id
    ordered = None if bought is None else await get(PurchaseOrderLine, bought)
    return await begin(actor, order, line, kind, units, ordered, note=note)


async def begin(
    actor: Actor,
    order: PurchaseOrder,
    line: ReceiptLine,
    kind: SupplierClaimKind,
    units: int,
    bought: PurchaseOrderLine | None,
    *,
    note: str = "",
) -> SupplierClaim:
    """Claim units of a purchase order that the caller has locked, at the price they were bought
    for. An open claim of the same kind for the same line grows."""
    worth = bought.price * units if bought is not None and kind in WORTH else 0
    row = await SupplierClaim.get_or_none(
        line_id=line.id, kind=kind, status=SupplierClaimStatus.OPEN
    )
    if row is None:
        row = SupplierClaim(
            supplier_id=order.supplier_id,
            purchase_order_id=order.id,
            line_id=line.id,
            kind=kind,
            units=units,
            amount=worth,
            currency=order.currency,
            note=note,
        )
        await row.save()
    else:
        row.units, row.amount = row.units + units, row.amount + worth
        row.note = note or row.note
        await row.store()

    _announce(actor, SupplierClaimOpened, row, claim_kind=kind, units=units)
    return row


@operation
async def update(actor: Actor, claim_id: int, changes: Changes) -> SupplierClaim:
    """Change what is claimed, before the supplier is told."""
    row = await scopes.take(actor, SupplierClaim, claim_id)
    refuse_any(reasons_not_to_update(row))
    inputs = Inputs()
    if "units" in changes:
        row.units = inputs.number(changes["units"], "units")
    if "amount" in changes:
        row.amount = _money(inputs, row, changes["amount"], "amount")
    if "note" in changes:
        row.note = inputs.text(changes["note"], "note", least=0, most=MOST_TEXT)
    inputs.refuse()
    await row.store()

    _announce(actor, SupplierClaimUpdated, row)
    return row


@operation
async def send(actor: Actor, claim_id: int) -> SupplierClaim:
    """Let the supplier see what is claimed."""
    row = await scopes.take(actor, SupplierClaim, claim_id)
    row.send(at=now())
    await row.store()

    _announce(
        actor,
        SupplierClaimSent,
        row,
        supplier_id=row.supplier_id,
        claim_kind=row.kind,
        units=row.units,
    )
    return row


@operation
async def settle(
    actor: Actor,
    claim_id: int,
    *,
    settlement: Settlement,
    amount: tuple[Decimal, str] | None = None,
    reference: str = "",
) -> SupplierClaim:
    """Write down what the supplier gives: a credit, of all that was claimed unless it is said,
    other units, or nothing."""
    row = await scopes.take(actor, SupplierClaim, claim_id)
    inputs = Inputs()
    row.reference = inputs.text(reference, "reference", least=0, most=MOST_REFERENCE)
    credit = settlement is Settlement.CREDIT
    given = row.amount if credit else 0
    if amount is not None:
        given = _money(inputs, row, amount, "amount")
        if not credit:
            inputs.wrong("Only a credit has an amount.", "amount")
        elif given > row.amount:
            inputs.add(
                AmountExceeded(
                    message="This is more than was claimed.",
                    path=("amount",),
                    available=row.amount,
                    currency=row.currency,
                )
            )
    inputs.refuse()
    row.settle(settlement, amount=given, at=now())
    await row.store()

    _announce(actor, SupplierClaimSettled, row, supplier_id=row.supplier_id, settlement=settlement)
    return row


@operation
async def drop(actor: Actor, claim_id: int, *, reason: str) -> SupplierClaim:
    """Pursue a claim no more, and say why."""
    row = await scopes.take(actor, SupplierClaim, claim_id)
    inputs = Inputs()
    reason = inputs.text(reason, "reason", most=MOST_TEXT)
    inputs.refuse()
    row.drop(reason=reason, at=now())
    await row.store()

    _announce(actor, SupplierClaimDropped, row, reason=reason)
    return row


def reasons_not_to_update(row: SupplierClaim) -> list[Problem]:
    wanted = SupplierClaimStatus.OPEN
    return [] if row.status is wanted else [row.wrong_status(wanted)]


def _money(inputs: Inputs, row: SupplierClaim, given: tuple[Decimal, str] | None, path: str) -> int:
    if given is None:
        inputs.wrong("Give an amount; this cannot be null.", path)
        return 0
    minor, currency = inputs.money(*given, path)
    if currency != row.currency:
        inputs.wrong(f"The order is in {row.currency}.", path, "currency")
    return minor


def _announce(actor: Actor, fact: type[ClaimFact], row: SupplierClaim, **details: Any) -> None:
    announce(
        actor,
        fact(purchase_order_id=row.purchase_order_id, supplier_claim_id=row.id, **details),
    )
