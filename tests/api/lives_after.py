"""The lifecycles of what comes after the sale: returns, claims, cases and surveys."""

from functools import partial

from models import CaseStatus, Claim, Disposition, Order, Return, ReturnUnit, ServiceCase, Survey
from services import case_steps, claim_remedies, claims, return_receiving, returns, surveys
from services.actors import SYSTEM
from services.return_receiving import Seen
from tests import desk, remedies
from tests.api.lives import WHY, Build, Input, Life, Move, then
from tests.cast import Shop
from tests.returning import STEPS, returned


def back(step: str) -> Build:
    return lambda shop: returned(shop, step)


async def some_back(shop: Shop, step: str) -> Return:
    """One of two mugs has come."""
    row = await returned(shop, step)
    await return_receiving.scan(SYSTEM, row.id, Seen(code=shop.mug.sku))
    return row


async def _scanned(shop: Shop, _: Return) -> Input:
    return {"code": shop.mug.sku}


async def _by_link(_: Shop, row: Return) -> Input:
    return {"token": (await Order.get(id=row.order_id)).tracking_token}


async def _judged(_: Shop, row: Return) -> Input:
    unit = await ReturnUnit.filter(returned_id=row.id).first()
    finding = {"condition": "NEW", "disposition": Disposition.RESTOCK.name}
    units = unit.units if unit else 1
    return {
        "unitId": unit.number if unit else "RTU-1001",
        "findings": [finding | {"units": units}],
    }


RETURNS = Life(
    rows=[
        *(back(step) for step in STEPS if step != "scanned"),
        partial(some_back, step="approved"),
        partial(some_back, step="in_transit"),
        then(back("requested"), returns.decline, **WHY),
        then(back("approved"), returns.cancel, **WHY),
    ],
    moves=[
        Move("returnApprove", "APPROVED"),
        Move("returnDecline", "DECLINED", WHY),
        Move("returnCancel", "CANCELLED", WHY),
        Move("returnSend", "IN_TRANSIT"),
        Move("trackedReturnCancel", "CANCELLED", WHY, more=_by_link),
        Move("trackedReturnSend", "IN_TRANSIT", more=_by_link),
        Move("returnReceiveScan", "PARTIALLY_RECEIVED", more=_scanned, keeps="PARTIALLY_RECEIVED"),
        # Where nothing has come, there is nothing to inspect.
        Move("returnReceiveComplete", "RECEIVED", WHY, onward="INSPECTED"),
        Move("returnInspect", "INSPECTED", more=_judged, keeps="PARTIALLY_RECEIVED"),
        Move("returnResolve", "RESOLVED", {"resolution": "NONE"}),
        Move("returnClose", "CLOSED"),
    ],
    stays="returnRevise",
)


async def approved(shop: Shop) -> Claim:
    return await remedies.claim(shop, "approved")


CLAIMS = Life(
    rows=[
        remedies.claim,
        approved,
        then(remedies.claim, claims.decline, **WHY),
        then(approved, claim_remedies.refund),
    ],
    moves=[
        Move("claimApprove", "APPROVED"),
        Move("claimDecline", "DECLINED", WHY),
        Move("claimReplace", "SETTLED"),
        Move("claimRefund", "SETTLED"),
    ],
    stays="claimRecoveryRequest claimRecoverySettle claimRecoveryRefuse",
)


async def waiting(shop: Shop, status: CaseStatus) -> ServiceCase:
    row = await desk.case(shop, "in_progress")
    return await case_steps.wait(SYSTEM, row.id, waiting=status)


WAITING = [each for each in CaseStatus if each.name.startswith("WAITING")]
CASES = Life(
    rows=[
        *(
            partial(desk.case, stage=stage)
            for stage in ("open", "in_progress", "resolved", "closed")
        ),
        *(partial(waiting, status=status) for status in WAITING),
    ],
    moves=[
        # Starting is no way out of waiting.
        Move("serviceCaseStart", "IN_PROGRESS", never=" ".join(each.name for each in WAITING)),
        Move("serviceCaseResume", "IN_PROGRESS", never="OPEN"),
        *(Move("serviceCaseWait", each.name, {"waitsFor": each.name}) for each in WAITING),
        Move("serviceCaseResolve", "RESOLVED", {"resolution": "It came."}),
        Move("serviceCaseClose", "CLOSED"),
        Move("serviceCaseReopen", "OPEN"),
        # The customer's word ends the waiting for them alone, and opens what was over.
        Move(
            "serviceCaseReply",
            "IN_PROGRESS OPEN",
            {"body": "It came broken.", "fromCustomer": True},
            keeps="OPEN IN_PROGRESS WAITING_SUPPLIER WAITING_WAREHOUSE",
            never="OPEN WAITING_SUPPLIER WAITING_WAREHOUSE",
        ),
    ],
    stays="serviceCaseUpdate serviceCaseAssign serviceCaseNote serviceCaseEscalate",
)


async def expired(shop: Shop) -> Survey:
    row = await desk.survey(shop)
    await Survey.filter(id=row.id).update(expires_at=row.asked_at)
    await surveys.expire(row.id)
    return row


async def answered(shop: Shop) -> Survey:
    row = await desk.survey(shop)
    return await surveys.answer(SYSTEM, survey_id=row.id, scores={"score": 5})


SURVEYS = Life(
    rows=[desk.survey, answered, expired],
    moves=[Move("surveyAnswer", "ANSWERED", {"score": 5})],
    by_itself={"ASKED": "EXPIRED"},
)
