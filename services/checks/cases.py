"""What must hold of service cases and surveys: their clocks, their ends, what was answered."""

from models import CaseStatus, SurveyStatus, SurveySubject
from models.cases import OVER, RUNNING
from services.checks.rules import Rule, one_of

_C, _S = CaseStatus, SurveyStatus
_RUNS = f"status IN {one_of(RUNNING)}"
_EARLIEST = """
    CASE WHEN first_responded_at IS NULL AND first_response_due_at < resolve_due_at
         THEN first_response_due_at ELSE resolve_due_at END
"""
_NEXT = """
    CASE WHEN first_responded_at IS NULL AND NOT response_missed
           AND (resolution_missed OR first_response_due_at < resolve_due_at)
         THEN first_response_due_at
         WHEN NOT resolution_missed THEN resolve_due_at END
"""
# Scores that are not from 1 to 5.
_ODD = " OR ".join(
    f"{name} NOT BETWEEN 1 AND 5"
    for name in ("score", "ordering_score", "delivery_score", "goods_score", "service_score")
)

RULES = (
    Rule(
        name="case-due",
        description="A case is due at its earliest deadline that is not met, and not due at all "
        "while its customer is awaited or once it is dealt with.",
        says="{case_id}, which is {status}, is due at {due_at}, and in its turn at {turn_at}.",
        broken=f"""
            SELECT id AS case_id, status, due_at, turn_at FROM service_cases
            WHERE (due_at IS NOT NULL) <> ({_RUNS}) OR due_at <> ({_EARLIEST})
               OR turn_at <> due_at OR (due_at IS NULL AND turn_at < '9999-01-01')
        """,
    ),
    Rule(
        name="case-escalation",
        description="A case is escalated next at its earliest deadline that is not met and was not "
        "missed already.",
        says="{case_id}, which is {status}, is escalated at {escalate_at}.",
        broken=f"""
            SELECT id AS case_id, status, escalate_at FROM service_cases
            WHERE (escalate_at IS NOT NULL) <> ({_RUNS} AND ({_NEXT}) IS NOT NULL)
               OR escalate_at <> ({_NEXT})
        """,
    ),
    Rule(
        name="case-status",
        description="The clock of a case stands still while its customer is awaited; it has the "
        "time of its resolution and of its end once it has come to them.",
        says="{case_id} is {status}: paused since {paused_at}, resolved at {resolved_at}, closed "
        "at {closed_at}.",
        broken=f"""
            SELECT id AS case_id, status, paused_at, resolved_at, closed_at FROM service_cases
            WHERE (paused_at IS NOT NULL) <> (status = '{_C.WAITING_CUSTOMER}')
               OR (resolved_at IS NOT NULL) <> (status IN {one_of(OVER)})
               OR (resolved_by IS NOT NULL) <> (status IN {one_of(OVER)})
               OR (closed_at IS NOT NULL) <> (status = '{_C.CLOSED}')
        """,
    ),
    Rule(
        name="case-response",
        description="A case was answered first when the desk first said something to its customer.",
        says="{case_id} was answered first at {first_responded_at}, but that was at {said_at}.",
        broken="""
            SELECT * FROM (
              SELECT row.id AS case_id, row.first_responded_at, MIN(message.said_at) AS said_at
              FROM service_cases AS row
              LEFT JOIN case_messages AS message ON message.case_id = row.id
                AND NOT message.is_internal AND NOT message.from_customer
              GROUP BY row.id, row.first_responded_at
            ) AS told
            WHERE (first_responded_at IS NULL) <> (said_at IS NULL) OR first_responded_at <> said_at
        """,
    ),
    Rule(
        name="case-order",
        description="A case is of the customer of its order, and its exception and its return are "
        "of that order.",
        says="{case_id} is about {order_id} of another customer, or an exception or a return of "
        "another order.",
        broken="""
            SELECT row.id AS case_id, row.order_id
            FROM service_cases AS row
            LEFT JOIN orders ON orders.id = row.order_id
            LEFT JOIN order_exceptions AS opened ON opened.id = row.exception_id
            LEFT JOIN returns AS back ON back.id = row.returned_id
            WHERE orders.customer_id <> row.customer_id
               OR (opened.id IS NOT NULL
                   AND (row.order_id IS NULL OR opened.order_id <> row.order_id))
               OR (back.id IS NOT NULL
                   AND (row.order_id IS NULL OR back.order_id <> row.order_id))
        """,
    ),
    Rule(
        name="survey-answer",
        description="A survey has a score and the time of its answer once it is answered, and only "
        "then; scores are from 1 to 5.",
        says="{survey_id} is {status}, with score {score}, answered at {answered_at}.",
        broken=f"""
            SELECT id AS survey_id, status, score, answered_at FROM surveys
            WHERE (score IS NOT NULL) <> (status = '{_S.ANSWERED}')
               OR (answered_at IS NOT NULL) <> (status = '{_S.ANSWERED}') OR {_ODD}
        """,
    ),
    Rule(
        name="survey-subject",
        description="A survey is about an order or about a case, whose customer it asks.",
        says="{survey_id} ({subject}) is not about just that, or asks somebody else.",
        broken=f"""
            SELECT survey.id AS survey_id, survey.subject
            FROM surveys AS survey
            LEFT JOIN orders ON orders.id = survey.order_id
            LEFT JOIN service_cases AS asked ON asked.id = survey.case_id
            WHERE (survey.order_id IS NOT NULL) <> (survey.subject = '{SurveySubject.ORDER}')
               OR (survey.case_id IS NOT NULL) <> (survey.subject = '{SurveySubject.CASE}')
               OR COALESCE(orders.customer_id, asked.customer_id) <> survey.customer_id
        """,
    ),
)
