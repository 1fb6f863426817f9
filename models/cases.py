"""Service cases: what customers and exceptions ask of the service desk, and what was said."""

from dataclasses import dataclass
from datetime import UTC, datetime

from tortoise import fields

from models.customers import Customer
from models.exceptions import OrderException
from models.lifecycle import CASE_STEPS, CaseStatus, Status
from models.orders import Order
from models.returns import Return
from models.rows import Lifecycle, Row


class CaseKind(Status):
    WHERE_IS_MY_ORDER = "where_is_my_order", "The customer wants to know where it is."
    LATE = "late", "It is late."
    WRONG_ITEM = "wrong_item", "Something else came."
    WRONG_QUANTITY = "wrong_quantity", "Too many or too few units came."
    DAMAGED = "damaged", "It came damaged."
    MISSING = "missing", "Units were missing."
    LOST = "lost", "A parcel is lost."
    RETURN = "return", "About sending something back."
    EXCHANGE = "exchange", "About other goods in place of these."
    BILLING = "billing", "About money."
    OTHER = "other", "Something else."


class CaseChannel(Status):
    EMAIL = "email", "By mail."
    PHONE = "phone", "By telephone."
    CHAT = "chat", "In a chat."
    IN_PERSON = "in_person", "At a counter."
    PORTAL = "portal", "By the customer, through this API."
    SYSTEM = "system", "Opened by an exception."


class CasePriority(Status):
    LOW = "low", "It can wait."
    NORMAL = "normal", "As usual."
    HIGH = "high", "Before the usual ones."
    URGENT = "urgent", "Now."


# Which statuses have a clock that runs; while the customer is awaited it stands still.
RUNNING = (
    CaseStatus.OPEN,
    CaseStatus.IN_PROGRESS,
    CaseStatus.WAITING_SUPPLIER,
    CaseStatus.WAITING_WAREHOUSE,
)
UNDER_WAY = (*RUNNING, CaseStatus.WAITING_CUSTOMER)
OVER = (CaseStatus.RESOLVED, CaseStatus.CLOSED)
# The turn of what is not due comes after that of everything that is.
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class CaseDeadlines:
    """Until when a case is to have its first answer, and is to be resolved."""

    response: datetime
    resolution: datetime


class ServiceCase(Lifecycle):
    """`owner` is a person's number, `team` a word of the shop's own.

    Deadlines count the hours in which the desk is open, as many as `graded` grants, which is the
    priority that somebody gave it: escalations raise `priority` alone. While the customer is
    awaited, since `paused_at`, they stand still. `due_at` is the earliest deadline that is not
    met, empty where there is none, and `turn_at` the same for sorting, never empty. Past
    `escalate_at` the case is escalated, once for each deadline that is `missed`. An exception
    opens one case at most.
    """

    PREFIX = "CAS"
    STEPS = CASE_STEPS

    customer: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField(
        "models.Customer", related_name=False, on_delete=fields.RESTRICT
    )
    customer_id: int
    order: fields.ForeignKeyNullableRelation[Order] = fields.ForeignKeyField(
        "models.Order", related_name=False, null=True, on_delete=fields.RESTRICT
    )
    order_id: int | None
    returned: fields.ForeignKeyNullableRelation[Return] = fields.ForeignKeyField(
        "models.Return", related_name=False, null=True, on_delete=fields.RESTRICT
    )
    returned_id: int | None
    exception: fields.ForeignKeyNullableRelation[OrderException] = fields.ForeignKeyField(
        "models.OrderException", related_name=False, null=True, on_delete=fields.RESTRICT
    )
    exception_id: int | None
    kind = fields.CharEnumField(CaseKind, max_length=20)
    channel = fields.CharEnumField(CaseChannel, max_length=20)
    priority = fields.CharEnumField(CasePriority, max_length=20, default=CasePriority.NORMAL)
    graded = fields.CharEnumField(CasePriority, max_length=20, default=CasePriority.NORMAL)
    status = fields.CharEnumField(CaseStatus, max_length=20, default=CaseStatus.OPEN)
    subject = fields.CharField(max_length=200)
    team = fields.CharField(max_length=60, default="")
    owner = fields.CharField(max_length=60, null=True)
    opened_by = fields.CharField(max_length=60)
    opened_at = fields.DatetimeField()
    first_response_due_at: datetime = fields.DatetimeField()
    first_responded_at: datetime | None = fields.DatetimeField(null=True)
    resolve_due_at: datetime = fields.DatetimeField()
    due_at: datetime | None = fields.DatetimeField(null=True)
    turn_at: datetime = fields.DatetimeField(default=NEVER)
    escalate_at: datetime | None = fields.DatetimeField(null=True)
    paused_at: datetime | None = fields.DatetimeField(null=True)
    response_missed = fields.BooleanField(default=False)
    resolution_missed = fields.BooleanField(default=False)
    escalation = fields.IntField(default=0)
    resolution = fields.CharField(max_length=500, default="")
    resolved_at: datetime | None = fields.DatetimeField(null=True)
    resolved_by = fields.CharField(max_length=60, null=True)
    closed_at: datetime | None = fields.DatetimeField(null=True)
    reopened = fields.IntField(default=0)

    class Meta:
        table = "service_cases"
        unique_together = (("exception_id",),)
        indexes = (
            ("customer_id", "id"),
            ("order_id", "id"),
            # Of those about no order, the ones answered or resolved in a period.
            ("order_id", "first_responded_at"),
            ("order_id", "resolved_at"),
            ("returned_id", "id"),
            ("status", "id"),
            ("status", "resolved_at"),
            ("kind", "id"),
            ("owner", "status", "id"),
            ("team", "status", "id"),
            ("priority", "id"),
            ("channel", "id"),
            ("turn_at", "id"),
            ("escalate_at", "id"),
            ("opened_at", "id"),
            ("updated_at", "id"),
        )

    @property
    def deadlines(self) -> CaseDeadlines:
        return CaseDeadlines(response=self.first_response_due_at, resolution=self.resolve_due_at)

    def grade(self, priority: CasePriority, deadlines: CaseDeadlines) -> None:
        """Give it a priority, and the deadlines that go with that."""
        self.priority = self.graded = priority
        self._owe(deadlines)

    def start(self, *, by: str) -> None:
        """Work on it; where it is nobody's yet, it is theirs who does."""
        self.step_to(CaseStatus.IN_PROGRESS)
        self.owner = self.owner or by

    def wait(self, waiting: CaseStatus, *, at: datetime) -> None:
        """Wait for somebody's answer; the clock stops for the customer's alone."""
        self.step_to(waiting)
        if waiting is CaseStatus.WAITING_CUSTOMER:
            self.paused_at = at
        self._look_ahead()

    def resume(self, deadlines: CaseDeadlines) -> None:
        """Go on after waiting."""
        self.step_to(CaseStatus.IN_PROGRESS)
        self.paused_at = None
        self._owe(deadlines)

    def respond(self, *, at: datetime) -> None:
        """Count what was said to the customer; the first of it meets the first deadline."""
        self.first_responded_at = self.first_responded_at or at
        self._look_ahead()

    def escalate(self, *, at: datetime) -> None:
        """Raise its priority, and with it take note of each deadline that has passed."""
        grades = list(CasePriority)
        self.priority = grades[min(grades.index(self.priority) + 1, len(grades) - 1)]
        self.escalation += 1
        if self.first_responded_at is None and self.first_response_due_at <= at:
            self.response_missed = True
        if self.resolve_due_at <= at:
            self.resolution_missed = True
        self._look_ahead()

    def resolve(self, resolution: str, *, by: str, at: datetime) -> None:
        self.step_to(CaseStatus.RESOLVED)
        self.resolution, self.resolved_by, self.resolved_at = resolution, by, at
        self._look_ahead()

    def close(self, *, at: datetime) -> None:
        self.step_to(CaseStatus.CLOSED)
        self.closed_at = at

    def reopen(self, deadlines: CaseDeadlines) -> None:
        """Begin again, with time of its own. What was answered first stays answered."""
        self.step_to(CaseStatus.OPEN)
        self.reopened += 1
        self.resolution_missed = False
        self.resolved_at = self.resolved_by = self.closed_at = None
        self.resolution = ""
        if self.first_responded_at is None:
            self.response_missed = False
        else:
            deadlines = CaseDeadlines(
                response=self.first_response_due_at, resolution=deadlines.resolution
            )
        self._owe(deadlines)

    def _owe(self, deadlines: CaseDeadlines) -> None:
        self.first_response_due_at = deadlines.response
        self.resolve_due_at = deadlines.resolution
        self._look_ahead()

    def _look_ahead(self) -> None:
        """Say which deadline is next, and which is escalated next."""
        unmet: list[tuple[datetime, bool]] = []
        if self.status in RUNNING:
            unmet.append((self.resolve_due_at, self.resolution_missed))
            if self.first_responded_at is None:
                unmet.append((self.first_response_due_at, self.response_missed))
        self.due_at = min((due for due, _ in unmet), default=None)
        self.turn_at = self.due_at or NEVER
        self.escalate_at = min((due for due, missed in unmet if not missed), default=None)


class CaseMessage(Row):
    """What was said in a case: by the customer, to them, or among staff where it is `internal`."""

    PREFIX = "MSG"

    case: fields.ForeignKeyRelation[ServiceCase] = fields.ForeignKeyField(
        "models.ServiceCase", related_name=False, on_delete=fields.RESTRICT
    )
    case_id: int
    is_internal = fields.BooleanField(default=False)
    from_customer = fields.BooleanField(default=False)
    author = fields.CharField(max_length=60)
    body = fields.TextField()
    attachments: list[str] = fields.JSONField(default=list)
    said_at = fields.DatetimeField()

    class Meta:
        table = "case_messages"
        indexes = (("case_id", "id"),)
