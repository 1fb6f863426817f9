"""What can be done with service cases and surveys now, and what stands in the way of the rest."""

from collections.abc import Sequence

from models import CaseStatus, ServiceCase, Survey
from services import case_messages, case_steps, cases, surveys
from services.actors import Actor, Permission
from services.clock import now
from services.offers import Action, action, offered, step

_P = Permission


async def of_cases(actor: Actor, rows: Sequence[ServiceCase]) -> list[list[Action]]:
    at, is_customer = now(), actor.customer_id is not None
    return [
        offered(
            actor,
            action("serviceCaseUpdate", _P.CASES_WORK, cases.reasons_not_to_work_on(row)),
            action("serviceCaseAssign", _P.CASES_WORK, cases.reasons_not_to_work_on(row)),
            action("serviceCaseStart", _P.CASES_WORK, case_steps.reasons_not_to_start(row)),
            action("serviceCaseWait", _P.CASES_WORK, step(row, CaseStatus.WAITING_CUSTOMER)),
            action("serviceCaseResume", _P.CASES_WORK, case_steps.reasons_not_to_resume(row)),
            action(
                "serviceCaseReply",
                _P.CASES_WRITE,
                case_messages.reasons_not_to_reply(row, at, from_customer=is_customer),
            ),
            action("serviceCaseNote", _P.CASES_WORK, []),
            action("serviceCaseEscalate", _P.CASES_WORK, cases.reasons_not_to_work_on(row)),
            action("serviceCaseResolve", _P.CASES_WORK, step(row, CaseStatus.RESOLVED)),
            action("serviceCaseClose", _P.CASES_WORK, step(row, CaseStatus.CLOSED)),
            action("serviceCaseReopen", _P.CASES_WORK, step(row, CaseStatus.OPEN)),
        )
        for row in rows
    ]


async def of_surveys(actor: Actor, rows: Sequence[Survey]) -> list[list[Action]]:
    at = now()
    return [
        offered(
            actor,
            action("surveyAnswer", _P.CASES_WRITE, surveys.reasons_not_to_answer(row, at)),
        )
        for row in rows
    ]
