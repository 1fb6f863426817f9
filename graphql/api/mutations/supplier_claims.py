"""Mutations of claims for deliveries that were not as ordered."""

import strawberry

import models
from api.changes import Change, Payload, Step, given, mutation, optional
from api.context import Info
from api.fields import column
from api.nodes import decode
from api.scalars import MoneyInput
from api.types.receipts import SupplierClaim
from services import supplier_claims
from services.actors import Permission


@strawberry.type(description="What a mutation of a claim answers.")
class SupplierClaimPayload(Payload):
    supplier_claim: SupplierClaim | None = column("The claim; null when nothing was changed.")


@strawberry.input
class SupplierClaimCreateInput(Step):
    line_id: strawberry.ID = column("The line of the receipt it came with.")
    kind: models.SupplierClaimKind = column("What is wrong.")
    units: int = column("How many units.")
    note: str = strawberry.field(default="", description="What there is to say about it.")


@strawberry.input
class SupplierClaimUpdateInput(Change):
    units: int | None = optional("How many units.")
    amount: MoneyInput | None = optional("What is claimed.")
    note: str | None = optional("What there is to say about it.")


@strawberry.input
class SupplierClaimSendInput(Change):
    pass


@strawberry.input
class SupplierClaimSettleInput(Change):
    settlement: models.Settlement = column("What the supplier gives.")
    amount: MoneyInput | None = strawberry.field(
        default=None, description="Of a credit, how much, where it is not all that was claimed."
    )
    reference: str = strawberry.field(
        default="", description="What it goes by, such as a credit note."
    )


@strawberry.input
class SupplierClaimDropInput(Change):
    reason: str = column("Why it is not pursued any more.")


_WRITE = Permission.CLAIMS_WRITE
Row = models.SupplierClaim


@strawberry.type
class SupplierClaimMutations:
    @mutation(supplier_claims.create, SupplierClaimPayload, _WRITE)
    async def supplier_claim_create(self, info: Info, input: SupplierClaimCreateInput) -> Row:
        return await supplier_claims.create(
            info.context.actor,
            decode(models.ReceiptLine, input.line_id),
            kind=input.kind,
            units=input.units,
            note=input.note,
        )

    @mutation(supplier_claims.update, SupplierClaimPayload, _WRITE, changes=Row)
    async def supplier_claim_update(self, info: Info, input: SupplierClaimUpdateInput) -> Row:
        changes = given(input, "units", "amount", "note")
        if changes.get("amount") is not None:
            changes["amount"] = (changes["amount"].amount, changes["amount"].currency)
        return await supplier_claims.update(info.context.actor, decode(Row, input.id), changes)

    @mutation(supplier_claims.send, SupplierClaimPayload, _WRITE, changes=Row)
    async def supplier_claim_send(self, info: Info, input: SupplierClaimSendInput) -> Row:
        return await supplier_claims.send(info.context.actor, decode(Row, input.id))

    @mutation(supplier_claims.settle, SupplierClaimPayload, _WRITE, changes=Row)
    async def supplier_claim_settle(self, info: Info, input: SupplierClaimSettleInput) -> Row:
        amount = input.amount
        return await supplier_claims.settle(
            info.context.actor,
            decode(Row, input.id),
            settlement=input.settlement,
            amount=None if amount is None else (amount.amount, amount.currency),
            reference=input.reference,
        )

    @mutation(supplier_claims.drop, SupplierClaimPayload, _WRITE, changes=Row)
    async def supplier_claim_drop(self, info: Info, input: SupplierClaimDropInput) -> Row:
        return await supplier_claims.drop(
            info.context.actor, decode(Row, input.id), reason=input.reason
        )
