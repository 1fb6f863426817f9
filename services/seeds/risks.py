"""What is found wrong with the demo shop's orders when they are entered, as the services do."""

from dataclasses import replace

from models import DataIssue, Hold, HoldKind, OrderStatus
from services import addresses, fraud
from services.actors import SYSTEM
from services.exceptions import OF_HOLDS
from services.facts.data_issues import DataIssueFound
from services.facts.fraud import OrderFraudFlagged
from services.facts.orders import OrderHeld
from services.fraud import Case
from services.seeds import exceptions
from services.seeds.orders import Life, Shop, draft, place, tell

# Somebody who orders again and again, for a bill abroad.
RISK = Case(total=0, currency="", large=10**9, bill_country="GB", orders_lately=6)


def draft_wrong(shop: Shop, life: Life) -> None:
    """The marketplace has lost the end of a postal code."""
    draft(shop, life)
    order = life.order
    order.ship_to = {**(order.ship_to or {}), "postal_code": "1"}
    address = order.shipping_address
    for each in addresses.findings(address) if address is not None else ():
        found = replace(each, path=f"shippingAddress.{each.path}")
        issue = shop.rows.make(DataIssue, order_id=order.id, **vars(found))
        life.issues.append(issue)
        about = {"data_issue_id": issue.id, "issue_kind": issue.kind}
        tell(shop, life, DataIssueFound, **about, issue_message=issue.message)


def place_wrong(shop: Shop, life: Life) -> None:
    place(shop, life)
    if life.order.status is OrderStatus.PLACED:
        _keep(shop, life, HoldKind.ADDRESS, " ".join(issue.message for issue in life.issues))


def place_risky(shop: Shop, life: Life) -> None:
    order = life.order
    abroad = {"city": "Leeds", "postal_code": "LS1 4DY", "country_code": "GB", "region": ""}
    order.bill_to = {**(order.ship_to or {}), **abroad}
    place(shop, life)
    if order.status is OrderStatus.PLACED:
        home = (order.ship_to or {}).get("country_code", "")
        score, signals = fraud.score(replace(RISK, ship_country=home))
        order.assess(score=score, signals=signals, review=True)
        reason = f"Its risk score is {score} of 100: somebody has to look at it first."
        _keep(shop, life, HoldKind.FRAUD_REVIEW, reason)
        tell(shop, life, OrderFraudFlagged, fraud_score=score)


def _keep(shop: Shop, life: Life, kind: HoldKind, reason: str) -> None:
    row = shop.rows.make(
        Hold,
        order_id=life.order.id,
        kind=kind,
        reason=reason,
        actor=life.actor.label,
        automatic=True,
    )
    life.holds.append(row)
    exceptions.open(shop, life, OF_HOLDS[kind], reason, actor=SYSTEM)
    tell(shop, life, OrderHeld, hold_kind=kind, hold_reason=reason)
