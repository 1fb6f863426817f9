"""Mutations of store credit."""

import strawberry

import models
from api.changes import Change, Payload, Step, mutation
from api.context import Info
from api.fields import column
from api.nodes import decode
from api.scalars import MoneyInput
from api.types.store_credits import StoreCredit
from services import store_credits
from services.actors import Permission


@strawberry.type(description="What a mutation of store credit answers.")
class StoreCreditPayload(Payload):
    store_credit: StoreCredit | None = column(
        "The store credit as it is now; null when nothing was changed."
    )


@strawberry.input
class StoreCreditGrantInput(Step):
    customer_id: strawberry.ID = column("Who gets it.")
    amount: MoneyInput = column("How much.")
    reason: str = column("Why.")


@strawberry.input
class StoreCreditRevokeInput(Change):
    amount: MoneyInput | None = strawberry.field(
        default=None, description="How much; left out, all there is."
    )
    reason: str = column("Why.")


@strawberry.type
class StoreCreditMutations:
    @mutation(store_credits.grant, StoreCreditPayload, Permission.CREDITS_WRITE)
    async def store_credit_grant(
        self, info: Info, input: StoreCreditGrantInput
    ) -> models.StoreCredit:
        return await store_credits.grant(
            info.context.actor,
            decode(models.Customer, input.customer_id),
            amount=(input.amount.amount, input.amount.currency),
            reason=input.reason,
        )

    @mutation(
        store_credits.revoke,
        StoreCreditPayload,
        Permission.CREDITS_WRITE,
        changes=models.StoreCredit,
    )
    async def store_credit_revoke(
        self, info: Info, input: StoreCreditRevokeInput
    ) -> models.StoreCredit:
        given = input.amount
        return await store_credits.revoke(
            info.context.actor,
            decode(models.StoreCredit, input.id),
            amount=None if given is None else (given.amount, given.currency),
            reason=input.reason,
        )
