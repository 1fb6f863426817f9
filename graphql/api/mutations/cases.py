"""Mutations of service cases."""

import strawberry

import models
from api.changes import Change, Payload, Step, given, mutation, optional
from api.context import Info
from api.fields import column
from api.nodes import decode
from api.types.cases import ServiceCase
from services import case_escalations, case_messages, case_steps, cases
from services.actors import Permission


@strawberry.type(description="What a mutation of a service case answers.")
class ServiceCasePayload(Payload):
    service_case: ServiceCase | None = column("The case as it is now; null when nothing changed.")


def _attachments() -> list[str]:
    links: list[str] = strawberry.field(
        default_factory=list, description="Links that begin with https://, at most 10."
    )
    return links


@strawberry.input
class ServiceCaseOpenInput(Step):
    kind: models.CaseKind = column("What it is about.")
    subject: str = column("What it is about, in a line.")
    body: str = strawberry.field(default="", description="What the customer said.")
    order_id: strawberry.ID | None = strawberry.field(
        default=None, description="The order it is about."
    )
    return_id: strawberry.ID | None = strawberry.field(
        default=None, description="The return of that order that it is about."
    )
    customer_id: strawberry.ID | None = strawberry.field(
        default=None, description="Whose it is, where it is about no order."
    )
    channel: models.CaseChannel | None = strawberry.field(
        default=None, description="How it came in; for staff to say."
    )
    priority: models.CasePriority | None = strawberry.field(
        default=None, description="How urgent it is; NORMAL unless staff say otherwise."
    )
    team: str | None = strawberry.field(
        default=None, description="Which team sees to it; for staff to say."
    )
    attachments: list[str] = _attachments()


@strawberry.input
class ServiceCaseUpdateInput(Change):
    kind: models.CaseKind | None = optional("What it is about.")
    priority: models.CasePriority | None = optional("How urgent it is.")
    team: str | None = optional("Which team sees to it.")
    subject: str | None = optional("What it is about, in a line.")


@strawberry.input
class ServiceCaseAssignInput(Change):
    owner_id: strawberry.ID | None = strawberry.field(
        default=None, description="Who sees to it; left out, it is for whoever takes it."
    )


@strawberry.input
class ServiceCaseStartInput(Change):
    pass


@strawberry.input
class ServiceCaseWaitInput(Change):
    waits_for: models.CaseStatus = column(
        "WAITING_CUSTOMER, WAITING_SUPPLIER or WAITING_WAREHOUSE."
    )


@strawberry.input
class ServiceCaseResumeInput(Change):
    pass


@strawberry.input
class ServiceCaseReplyInput(Change):
    body: str = column("What is said.")
    attachments: list[str] = _attachments()
    from_customer: bool = strawberry.field(
        default=False,
        description="Whether staff take down what the customer said; customers always do.",
    )


@strawberry.input
class ServiceCaseNoteInput(Change):
    body: str = column("What is noted.")
    attachments: list[str] = _attachments()


@strawberry.input
class ServiceCaseResolveInput(Change):
    resolution: str = column("How it was dealt with.")


@strawberry.input
class ServiceCaseCloseInput(Change):
    pass


@strawberry.input
class ServiceCaseReopenInput(Change):
    pass


@strawberry.input
class ServiceCaseEscalateInput(Change):
    pass


_WRITE, _WORK = Permission.CASES_WRITE, Permission.CASES_WORK
Row = models.ServiceCase


@strawberry.type
class CaseMutations:
    @mutation(cases.open, ServiceCasePayload, _WRITE)
    async def service_case_open(self, info: Info, input: ServiceCaseOpenInput) -> Row:
        order, customer, returned = input.order_id, input.customer_id, input.return_id
        return await cases.open(
            info.context.actor,
            kind=input.kind,
            subject=input.subject,
            body=input.body,
            order_id=None if order is None else decode(models.Order, order),
            return_id=None if returned is None else decode(models.Return, returned),
            customer_id=None if customer is None else decode(models.Customer, customer),
            channel=input.channel,
            priority=input.priority,
            team=input.team,
            attachments=input.attachments,
        )

    @mutation(cases.update, ServiceCasePayload, _WORK, changes=Row)
    async def service_case_update(self, info: Info, input: ServiceCaseUpdateInput) -> Row:
        changes = given(input, "kind", "priority", "team", "subject")
        return await cases.update(info.context.actor, decode(Row, input.id), changes)

    @mutation(cases.assign, ServiceCasePayload, _WORK, changes=Row)
    async def service_case_assign(self, info: Info, input: ServiceCaseAssignInput) -> Row:
        owner = input.owner_id
        return await cases.assign(
            info.context.actor,
            decode(Row, input.id),
            owner_id=None if owner is None else decode(models.Person, owner),
        )

    @mutation(case_steps.start, ServiceCasePayload, _WORK, changes=Row)
    async def service_case_start(self, info: Info, input: ServiceCaseStartInput) -> Row:
        return await case_steps.start(info.context.actor, decode(Row, input.id))

    @mutation(case_steps.wait, ServiceCasePayload, _WORK, changes=Row)
    async def service_case_wait(self, info: Info, input: ServiceCaseWaitInput) -> Row:
        return await case_steps.wait(
            info.context.actor, decode(Row, input.id), waiting=input.waits_for
        )

    @mutation(case_steps.resume, ServiceCasePayload, _WORK, changes=Row)
    async def service_case_resume(self, info: Info, input: ServiceCaseResumeInput) -> Row:
        return await case_steps.resume(info.context.actor, decode(Row, input.id))

    @mutation(case_messages.reply, ServiceCasePayload, _WRITE, changes=Row)
    async def service_case_reply(self, info: Info, input: ServiceCaseReplyInput) -> Row:
        return await case_messages.reply(
            info.context.actor,
            decode(Row, input.id),
            body=input.body,
            attachments=input.attachments,
            from_customer=input.from_customer,
        )

    @mutation(case_messages.note, ServiceCasePayload, _WORK, changes=Row)
    async def service_case_note(self, info: Info, input: ServiceCaseNoteInput) -> Row:
        return await case_messages.note(
            info.context.actor,
            decode(Row, input.id),
            body=input.body,
            attachments=input.attachments,
        )

    @mutation(case_steps.resolve, ServiceCasePayload, _WORK, changes=Row)
    async def service_case_resolve(self, info: Info, input: ServiceCaseResolveInput) -> Row:
        return await case_steps.resolve(
            info.context.actor, decode(Row, input.id), resolution=input.resolution
        )

    @mutation(case_steps.close, ServiceCasePayload, _WORK, changes=Row)
    async def service_case_close(self, info: Info, input: ServiceCaseCloseInput) -> Row:
        return await case_steps.close(info.context.actor, decode(Row, input.id))

    @mutation(case_steps.reopen, ServiceCasePayload, _WORK, changes=Row)
    async def service_case_reopen(self, info: Info, input: ServiceCaseReopenInput) -> Row:
        return await case_steps.reopen(info.context.actor, decode(Row, input.id))

    @mutation(case_escalations.escalate, ServiceCasePayload, _WORK, changes=Row)
    async def service_case_escalate(self, info: Info, input: ServiceCaseEscalateInput) -> Row:
        return await case_escalations.escalate(info.context.actor, decode(Row, input.id))
