"""What can be done with a claim now, and what stands in the way of the rest."""

from collections.abc import Sequence

from models import Claim, ClaimStatus
from services import claim_recoveries, claim_remedies
from services.actors import Actor, Permission
from services.offers import Action, action, offered, step

_P = Permission


async def of_claims(actor: Actor, rows: Sequence[Claim]) -> list[list[Action]]:
    decide = _P.RETURNS_CLAIM
    return [
        offered(
            actor,
            action("claimApprove", decide, step(row, ClaimStatus.APPROVED)),
            action("claimDecline", decide, step(row, ClaimStatus.DECLINED)),
            action("claimReplace", decide, claim_remedies.reasons_not_to_settle(row)),
            action("claimRefund", decide, claim_remedies.reasons_not_to_settle(row)),
            action("claimRecoveryRequest", decide, claim_recoveries.reasons_not_to_request(row)),
            action("claimRecoverySettle", decide, claim_recoveries.reasons_not_to_end(row)),
            action("claimRecoveryRefuse", decide, claim_recoveries.reasons_not_to_end(row)),
        )
        for row in rows
    ]
