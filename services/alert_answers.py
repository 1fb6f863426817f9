"""What a buyer answers to a stock alert: have it replenished."""

from models import Level, StockAlert, StockAlertKind, StockAlertStatus
from models.errors import Blocked, Problem, Refused, refuse_any
from models.statements import get
from services import replenishment, scopes
from services.actors import Actor
from services.alerts import reasons_not_to_answer
from services.clock import now
from services.commit import announce, operation
from services.facts.stock import StockAlertAccepted

# More units help against these.
HELPED = {
    StockAlertKind.LOW_STOCK,
    StockAlertKind.OUT_OF_STOCK,
    StockAlertKind.PROJECTED_STOCKOUT,
}


@operation
async def accept(actor: Actor, alert_id: int) -> StockAlert:
    """Have proposed what the level needs, and take notice of the alert. Refused where more units
    do not help, and where what is on order is enough."""
    alert = await scopes.find(actor, StockAlert, alert_id)
    refuse_any(reasons_not_to_accept(alert))
    # The level and its policy before the alert, as who moves units locks the level first.
    proposal = await replenishment.propose(actor, await get(Level, alert.level_id))
    alert = await get(StockAlert, alert.id, locked=True)
    refuse_any(reasons_not_to_accept(alert))
    if proposal is None:
        message = "It needs nothing now: what is there, and what is on order, is enough."
        raise Refused(Blocked(message=message, path=("id",)))
    alert.proposal_id = proposal.id
    if alert.status is StockAlertStatus.OPEN:
        alert.acknowledge(by=actor.label, at=now())
    await alert.store()

    announce(
        actor,
        StockAlertAccepted(
            variant_id=alert.variant_id,
            location_id=alert.location_id,
            stock_alert_id=alert.id,
            alert_kind=alert.kind,
            available=alert.available,
            proposal_id=proposal.id,
        ),
    )
    return alert


def reasons_not_to_accept(alert: StockAlert) -> list[Problem]:
    if problems := reasons_not_to_answer(alert):
        return problems
    if alert.kind in HELPED:
        return []
    return [Blocked(message="More units do not help against this alert.", path=("id",))]
