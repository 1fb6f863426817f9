"""Recoveries: have the carrier or the supplier bear what a claim has cost."""

from decimal import Decimal

from models import Claim, ClaimStatus, RecoveryStatus, Supplier
from models.errors import AmountExceeded, Blocked, Problem, refuse_any
from services import claims, scopes
from services.actors import Actor
from services.clock import now
from services.commit import operation
from services.facts.claims import (
    ClaimRecovered,
    ClaimRecoveryRefused,
    ClaimRecoveryRequested,
)
from services.inputs import Inputs
from services.money import to_decimal

MOST_CARRIER = 60
MOST_REFERENCE = 100
MADE_GOOD = {ClaimStatus.APPROVED, ClaimStatus.SETTLED}
OPEN_TO_ASK = {RecoveryStatus.NONE, RecoveryStatus.REFUSED}
Amount = tuple[Decimal, str]


@operation
async def request(
    actor: Actor,
    claim_id: int,
    *,
    amount: Amount,
    carrier: str = "",
    supplier_id: int | None = None,
    reference: str = "",
) -> Claim:
    """Ask a carrier, or a supplier, to bear the cost of a claim that is made good. Without either
    it is the carrier of its parcel."""
    row = await scopes.take(actor, Claim, claim_id)
    inputs = Inputs()
    carrier = inputs.text(carrier, "carrier", least=0, most=MOST_CARRIER)
    reference = inputs.text(reference, "reference", least=0, most=MOST_REFERENCE)
    units = _money(inputs, row, amount)
    if supplier_id is not None:
        await scopes.find(actor, Supplier, supplier_id, "supplierId")
        if carrier:
            inputs.wrong("Name a carrier or a supplier.", "carrier")
    elif not (carrier := carrier or row.carrier):
        inputs.wrong("Name a carrier or a supplier.", "carrier")
    for problem in reasons_not_to_request(row):
        inputs.add(problem)
    inputs.refuse()
    row.ask_back(units, carrier=carrier, supplier_id=supplier_id, reference=reference, at=now())
    await row.store()

    details = {"amount": to_decimal(units, row.currency), "currency": row.currency}
    claims.tell(actor, ClaimRecoveryRequested, row, **details)
    return row


@operation
async def settle(actor: Actor, claim_id: int, *, amount: Amount | None = None) -> Claim:
    """Write down what a carrier or a supplier has borne; left out, all they were asked for."""
    row = await scopes.take(actor, Claim, claim_id)
    refuse_any(reasons_not_to_end(row))
    inputs = Inputs()
    asked = row.asked or 0
    units = asked if amount is None else _money(inputs, row, amount)
    if units > asked:
        message = "This is more than was asked for."
        inputs.add(
            AmountExceeded(
                message=message, path=("amount",), available=asked, currency=row.currency
            )
        )
    inputs.refuse()
    row.recover(units, at=now())
    await row.store()

    details = {"amount": to_decimal(units, row.currency), "currency": row.currency}
    claims.tell(actor, ClaimRecovered, row, **details)
    return row


@operation
async def refuse(actor: Actor, claim_id: int) -> Claim:
    """Write down that a carrier or a supplier bears nothing; somebody else can be asked then."""
    row = await scopes.take(actor, Claim, claim_id)
    refuse_any(reasons_not_to_end(row))
    row.go_without(at=now())
    await row.store()

    claims.tell(actor, ClaimRecoveryRefused, row)
    return row


def reasons_not_to_request(row: Claim) -> list[Problem]:
    if row.status not in MADE_GOOD:
        message = f"{row.number} is {row.status.spoken}. Approve it first."
    elif row.recovery not in OPEN_TO_ASK:
        message = f"What {row.number} cost is {row.recovery} already."
    else:
        return []
    return [Blocked(message=message, path=("id",))]


def reasons_not_to_end(row: Claim) -> list[Problem]:
    if row.recovery is RecoveryStatus.REQUESTED:
        return []
    message = f"Nobody is asked to bear what {row.number} cost."
    return [Blocked(message=message, path=("id",))]


def _money(inputs: Inputs, row: Claim, given: Amount) -> int:
    minor, currency = inputs.money(*given, "amount", least=1)
    if currency != row.currency:
        inputs.wrong(f"The order is in {row.currency}.", "amount", "currency")
    return minor
