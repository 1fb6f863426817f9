"""What clients see of service cases and what is said in them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

import models
from api.fields import batched, column, one
from api.nodes import Node, node
from api.types.actions import Action
from services import case_actions, case_messages, cases
from services.actors import Permission

if TYPE_CHECKING:
    from api.types.customers import Customer
    from api.types.exceptions import OrderException
    from api.types.orders import Order
    from api.types.returns import Return

OrderRef = Annotated["Order", strawberry.lazy("api.types.orders")]
CustomerRef = Annotated["Customer", strawberry.lazy("api.types.customers")]
ExceptionRef = Annotated["OrderException", strawberry.lazy("api.types.exceptions")]

ReturnRef = Annotated["Return", strawberry.lazy("api.types.returns")]


@node(models.CaseMessage, "Something said in a service case.")
class CaseMessage(Node):
    is_internal: bool = column("Whether it was noted by staff for themselves.")
    from_customer: bool = column("Whether the customer said it; else it was said to them.")
    author: str = column("Who entered it, by their number.")
    body: str = column("What was said.")
    attachments: list[str] = column("Links to what belongs to it.")
    said_at: datetime = column("When it was said.")


@node(models.ServiceCase, "Something the service desk is asked, until it is dealt with.")
class ServiceCase(Node):
    customer: CustomerRef | None = one(
        models.Customer,
        "customer_id",
        "Whose case it is; needs CUSTOMERS_READ.",
        needs=Permission.CUSTOMERS_READ,
    )
    order: OrderRef | None = one(
        models.Order,
        "order_id",
        "The order it is about, where it is about one; needs ORDERS_READ.",
        needs=Permission.ORDERS_READ,
    )
    returned: ReturnRef | None = one(
        models.Return,
        "returned_id",
        "The return it is about, where it is about one; needs RETURNS_READ.",
        needs=Permission.RETURNS_READ,
    )
    exception: ExceptionRef | None = one(
        models.OrderException,
        "exception_id",
        "The exception that opened it; needs EXCEPTIONS_READ.",
        needs=Permission.EXCEPTIONS_READ,
    )
    kind: models.CaseKind = column("What it is about.")
    channel: models.CaseChannel = column("How it came in.")
    priority: models.CasePriority = column("How urgent it is.")
    status: models.CaseStatus = column("Where it stands.")
    subject: str = column("What it is about, in a line.")
    team: str = column("Which team sees to it, in the shop's own word.")
    owner: str | None = column("Who sees to it, by their number; null while nobody does.")
    opened_by: str = column("Who opened it, by their number.")
    opened_at: datetime = column("When it was opened.")
    first_response_due_at: datetime = column("By when the customer is to hear from us first.")
    first_responded_at: datetime | None = column("When they did.")
    resolve_due_at: datetime = column("By when it is to be dealt with.")
    due_at: datetime | None = column(
        "The next deadline that is not met; null while the customer is awaited, as the deadlines "
        "stand still then, and once it is dealt with."
    )
    is_overdue: bool = batched(cases.overdue, "Whether that has passed.")
    paused_at: datetime | None = column("Since when the customer is awaited.")
    escalation: int = column("How often it was escalated.")
    resolution: str = column("How it was dealt with.")
    resolved_at: datetime | None = column("When it was dealt with.")
    resolved_by: str | None = column("Who dealt with it, by their number.")
    closed_at: datetime | None = column("When it was over.")
    reopened: int = column("How often it was opened again.")
    messages: list[CaseMessage] = batched(
        case_messages.of_cases,
        "What was said, the earliest first. What is internal needs CASES_WORK.",
    )
    actions: list[Action] = batched(case_actions.of_cases, "What you can do with it now.")
