"""What must hold of the records about records: the event log, the idempotency keys, the people."""

import models
from models import Role, Row
from services.checks.rules import Rule
from services.facts import every_fact

_KINDS = ", ".join(f"'{kind}'" for kind in every_fact())
_ROWS = ", ".join(
    f"'{name}'"
    for name in sorted(models.__all__)
    if isinstance(kind := getattr(models, name), type) and issubclass(kind, Row)
)

RULES = (
    # Only what is placed is judged: what has just been committed is placed a moment later.
    Rule(
        name="event-positions",
        description="The event log has no gap and no position twice.",
        says="Position {position} follows {previous}.",
        broken="""
            SELECT * FROM (
              SELECT position, LAG(position) OVER (ORDER BY position) AS previous
              FROM events WHERE position IS NOT NULL
            ) AS placed
            WHERE position <> previous + 1 OR (previous IS NULL AND position < 1)
        """,
    ),
    Rule(
        name="event-kinds",
        description="Every event is of a kind this program knows.",
        says="Event {id} at position {position} is of the unknown kind {kind}.",
        broken=f"SELECT id, position, kind FROM events WHERE kind NOT IN ({_KINDS})",
    ),
    Rule(
        name="idempotency-answers",
        description="Every idempotency key that was used has its answer.",
        says="The key {key} of {actor} was used, but its answer is {row_type!r} {row_id}.",
        broken=f"""
            SELECT key, actor, row_type, row_id FROM idempotency_records
            WHERE row_id < 1 OR row_type NOT IN ({_ROWS})
        """,
    ),
    # Without its customer, such a person would see everybody's orders.
    Rule(
        name="people-customers",
        description="People act for a customer when, and only when, their role is customer.",
        says="{person_id} is a {role}, and acts for customer {customer_id}.",
        broken=f"""
            SELECT id AS person_id, role, customer_id FROM people
            WHERE (role = '{Role.CUSTOMER}') <> (customer_id IS NOT NULL)
        """,
    ),
)
