"""Mutations of replenishment: its policies, and what becomes of its proposals."""

from decimal import Decimal

import strawberry

import models
from api.changes import Change, Payload, Step, mutation
from api.context import Info
from api.fields import column
from api.nodes import decode
from api.scalars import MoneyInput
from api.types.replenishment import Proposal, ReplenishmentPolicy
from services import proposals, replenishment_policies
from services.actors import Permission


@strawberry.type(description="What a mutation of a replenishment policy answers.")
class ReplenishmentPolicyPayload(Payload):
    replenishment_policy: ReplenishmentPolicy | None = column(
        "The policy as it is now; null when nothing was changed."
    )


@strawberry.type(description="What a mutation of a proposal answers.")
class ProposalPayload(Payload):
    proposal: Proposal | None = column("The proposal as it is now; null when nothing was changed.")


@strawberry.input
class ReplenishmentPolicySetInput(Step):
    variant_id: strawberry.ID = column("What is to be replenished.")
    location_id: strawberry.ID = column("Where.")
    method: models.ReplenishmentMethod = column("By which rule.")
    reorder_point: int | None = strawberry.field(
        default=None, description="At how many units more is bought; for the first two methods."
    )
    quantity: int | None = strawberry.field(
        default=None, description="What is bought at once; for REORDER_POINT_QUANTITY."
    )
    order_up_to: int | None = strawberry.field(
        default=None, description="Up to how many units it is filled up; for MIN_MAX."
    )
    cover_days: int | None = strawberry.field(
        default=None, description="How many days more it should last; for the last two methods."
    )
    review_days: int = strawberry.field(
        default=1, description="After how many days it is looked at again, if nothing happens."
    )
    service_level: Decimal = strawberry.field(
        default=Decimal(95),
        description="Of how many replenishments in a hundred more has to come before it runs out; "
        "for FORECAST.",
    )
    auto_accept: MoneyInput | None = strawberry.field(
        default=None,
        description="Accept proposals by themselves that are worth no more than this.",
    )
    supplier_id: strawberry.ID | None = strawberry.field(
        default=None, description="Whom to buy it from if they sell it; else whoever ranks first."
    )
    source_id: strawberry.ID | None = strawberry.field(
        default=None, description="The location it comes from in place of a supplier."
    )


@strawberry.input
class ReplenishmentPolicyRemoveInput(Change):
    pass


@strawberry.input
class ProposalAcceptInput(Change):
    pass


@strawberry.input
class ProposalsAcceptInput(Step):
    ids: list[strawberry.ID] = column("Which ones, at most 100.")


@strawberry.input
class ProposalDismissInput(Change):
    reason: str = column("Why not.")


_PLAN, _BUY = Permission.STOCK_PLAN, Permission.PURCHASES_WRITE


@strawberry.type
class ReplenishmentMutations:
    @mutation(replenishment_policies.set_policy, ReplenishmentPolicyPayload, _PLAN)
    async def replenishment_policy_set(
        self, info: Info, input: ReplenishmentPolicySetInput
    ) -> models.ReplenishmentPolicy:
        money, supplier, source = input.auto_accept, input.supplier_id, input.source_id
        return await replenishment_policies.set_policy(
            info.context.actor,
            decode(models.Variant, input.variant_id),
            decode(models.Location, input.location_id),
            method=input.method,
            numbers={
                name: getattr(input, name)
                for name in ("reorder_point", "quantity", "order_up_to", "cover_days")
            },
            review_days=input.review_days,
            service_level=input.service_level,
            auto_accept=None if money is None else (money.amount, money.currency),
            supplier_id=None if supplier is None else decode(models.Supplier, supplier),
            source_id=None if source is None else decode(models.Location, source),
        )

    @mutation(
        replenishment_policies.remove_policy,
        ReplenishmentPolicyPayload,
        _PLAN,
        changes=models.ReplenishmentPolicy,
    )
    async def replenishment_policy_remove(
        self, info: Info, input: ReplenishmentPolicyRemoveInput
    ) -> models.ReplenishmentPolicy:
        return await replenishment_policies.remove_policy(
            info.context.actor, decode(models.ReplenishmentPolicy, input.id)
        )

    @mutation(proposals.accept, ProposalPayload, _BUY, changes=models.Proposal)
    async def proposal_accept(self, info: Info, input: ProposalAcceptInput) -> models.Proposal:
        return await proposals.accept(info.context.actor, decode(models.Proposal, input.id))

    @mutation(proposals.accept_all, ProposalPayload, _BUY)
    async def proposals_accept(self, info: Info, input: ProposalsAcceptInput) -> models.Proposal:
        return await proposals.accept_all(
            info.context.actor, proposal_ids=[decode(models.Proposal, each) for each in input.ids]
        )

    @mutation(proposals.dismiss, ProposalPayload, _BUY, changes=models.Proposal)
    async def proposal_dismiss(self, info: Info, input: ProposalDismissInput) -> models.Proposal:
        return await proposals.dismiss(
            info.context.actor, decode(models.Proposal, input.id), reason=input.reason
        )
