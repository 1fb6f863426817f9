"""Mutations of claims of customers."""

import strawberry

import models
from api.changes import Change, Payload, Step, mutation
from api.context import Info
from api.fields import column
from api.nodes import decode
from api.scalars import MoneyInput
from api.types.claims import Claim
from services import claim_recoveries, claim_remedies, claims
from services.actors import Permission


@strawberry.type(description="What a mutation of a claim answers.")
class ClaimPayload(Payload):
    claim: Claim | None = column("The claim as it is now; null when nothing was changed.")


@strawberry.input(description="Units of an order line that are claimed.")
class ClaimLineInput:
    line_id: strawberry.ID = column("The line of the order.")
    units: int = column("How many units.")


@strawberry.input
class ClaimOpenInput(Step):
    order_id: strawberry.ID = column("The order it is about.")
    kind: models.ClaimKind = column("What is wrong.")
    lines: list[ClaimLineInput] = column("With which units.")
    shipment_id: strawberry.ID | None = strawberry.field(
        default=None, description="The parcel they were in, where there are several."
    )
    note: str = strawberry.field(default="", description="What there is to say about it.")


@strawberry.input
class ClaimApproveInput(Change):
    pass


@strawberry.input
class ClaimDeclineInput(Change):
    reason: str = column("Why, for the customer to read.")


@strawberry.input
class ClaimReplaceInput(Change):
    allow_backorder: bool = strawberry.field(
        default=False, description="Whether what is not there may wait for stock."
    )


@strawberry.input
class ClaimRefundInput(Change):
    pass


@strawberry.input
class ClaimRecoveryRequestInput(Change):
    amount: MoneyInput = column("How much they are to bear.")
    carrier: str = strawberry.field(default="", description="The carrier, if not its parcel's.")
    supplier_id: strawberry.ID | None = strawberry.field(
        default=None, description="The supplier, where no carrier is asked."
    )
    reference: str = strawberry.field(default="", description="What it goes by with them.")


@strawberry.input
class ClaimRecoverySettleInput(Change):
    amount: MoneyInput | None = strawberry.field(
        default=None, description="How much they bear, where it is not all they were asked for."
    )


@strawberry.input
class ClaimRecoveryRefuseInput(Change):
    pass


_DECIDE = Permission.RETURNS_CLAIM
Row = models.Claim


@strawberry.type
class ClaimMutations:
    @mutation(claims.open, ClaimPayload, Permission.RETURNS_REQUEST)
    async def claim_open(self, info: Info, input: ClaimOpenInput) -> Row:
        parcel = input.shipment_id
        return await claims.open(
            info.context.actor,
            decode(models.Order, input.order_id),
            kind=input.kind,
            lines=[(decode(models.OrderLine, each.line_id), each.units) for each in input.lines],
            shipment_id=None if parcel is None else decode(models.Shipment, parcel),
            note=input.note,
        )

    @mutation(claims.approve, ClaimPayload, _DECIDE, changes=Row)
    async def claim_approve(self, info: Info, input: ClaimApproveInput) -> Row:
        return await claims.approve(info.context.actor, decode(Row, input.id))

    @mutation(claims.decline, ClaimPayload, _DECIDE, changes=Row)
    async def claim_decline(self, info: Info, input: ClaimDeclineInput) -> Row:
        return await claims.decline(info.context.actor, decode(Row, input.id), reason=input.reason)

    @mutation(claim_remedies.replace, ClaimPayload, _DECIDE, changes=Row)
    async def claim_replace(self, info: Info, input: ClaimReplaceInput) -> Row:
        return await claim_remedies.replace(
            info.context.actor, decode(Row, input.id), allow_backorder=input.allow_backorder
        )

    @mutation(claim_remedies.refund, ClaimPayload, _DECIDE, changes=Row)
    async def claim_refund(self, info: Info, input: ClaimRefundInput) -> Row:
        return await claim_remedies.refund(info.context.actor, decode(Row, input.id))

    @mutation(claim_recoveries.request, ClaimPayload, _DECIDE, changes=Row)
    async def claim_recovery_request(self, info: Info, input: ClaimRecoveryRequestInput) -> Row:
        supplier = input.supplier_id
        return await claim_recoveries.request(
            info.context.actor,
            decode(Row, input.id),
            amount=(input.amount.amount, input.amount.currency),
            carrier=input.carrier,
            supplier_id=None if supplier is None else decode(models.Supplier, supplier),
            reference=input.reference,
        )

    @mutation(claim_recoveries.settle, ClaimPayload, _DECIDE, changes=Row)
    async def claim_recovery_settle(self, info: Info, input: ClaimRecoverySettleInput) -> Row:
        amount = input.amount
        return await claim_recoveries.settle(
            info.context.actor,
            decode(Row, input.id),
            amount=None if amount is None else (amount.amount, amount.currency),
        )

    @mutation(claim_recoveries.refuse, ClaimPayload, _DECIDE, changes=Row)
    async def claim_recovery_refuse(self, info: Info, input: ClaimRecoveryRefuseInput) -> Row:
        return await claim_recoveries.refuse(info.context.actor, decode(Row, input.id))
