"""Mutations of exceptions."""

import strawberry

import models
from api.changes import Change, Payload, mutation
from api.context import Info
from api.fields import column
from api.nodes import decode
from api.types.exceptions import OrderException
from services import exceptions
from services.actors import Permission


@strawberry.type(description="What a mutation of an exception answers.")
class ExceptionPayload(Payload):
    exception: OrderException | None = column("The exception; null when nothing was changed.")


@strawberry.input
class ExceptionAssignInput(Change):
    owner_id: strawberry.ID | None = strawberry.field(
        default=None, description="Who sees to it; left out, it goes back into the queue."
    )


@strawberry.input
class ExceptionResolveInput(Change):
    note: str = column("How it was dealt with.")


_WORK = Permission.EXCEPTIONS_WORK


@strawberry.type
class ExceptionMutations:
    @mutation(exceptions.assign, ExceptionPayload, _WORK, changes=models.OrderException)
    async def exception_assign(
        self, info: Info, input: ExceptionAssignInput
    ) -> models.OrderException:
        return await exceptions.assign(
            info.context.actor,
            decode(models.OrderException, input.id),
            owner_id=None if input.owner_id is None else decode(models.Person, input.owner_id),
        )

    @mutation(exceptions.settle, ExceptionPayload, _WORK, changes=models.OrderException)
    async def exception_resolve(
        self, info: Info, input: ExceptionResolveInput
    ) -> models.OrderException:
        return await exceptions.settle(
            info.context.actor, decode(models.OrderException, input.id), note=input.note
        )
