"""Questions about replenishment."""

from datetime import datetime

import strawberry

import models
from api.connections import ById, Connection, condition, listed
from api.types.enums import publish
from api.types.replenishment import Proposal, ReplenishmentPolicy
from models.lifecycle import Status


class ProposalSort(Status):
    NEWEST = "-id", "Latest raised first."
    OLDEST = "id", "Earliest raised first."
    SOONEST = "run_out_at", "What runs out first, first."
    DEAREST = "-value", "What costs most first."


publish(ProposalSort, "How proposals are sorted.")


@strawberry.input(description="Which proposals.")
class ProposalFilter:
    variant_id: strawberry.ID | None = condition("variant_id", "Of this.", of=models.Variant)
    location_id: strawberry.ID | None = condition("location_id", "There.", of=models.Location)
    supplier_id: strawberry.ID | None = condition(
        "supplier_id", "To buy from them.", of=models.Supplier
    )
    status: list[models.ProposalStatus] | None = condition("status__in", "In any of these.")
    urgency: list[models.Urgency] | None = condition("urgency__in", "As pressing as any of these.")
    runs_out_before: datetime | None = condition("run_out_at__lt", "Running out before then.")


@strawberry.input(description="Which policies of replenishment.")
class ReplenishmentPolicyFilter:
    variant_id: strawberry.ID | None = condition("variant_id", "Of this.", of=models.Variant)
    location_id: strawberry.ID | None = condition("location_id", "There.", of=models.Location)
    supplier_id: strawberry.ID | None = condition(
        "supplier_id", "That name this supplier.", of=models.Supplier
    )
    method: list[models.ReplenishmentMethod] | None = condition("method__in", "By any of these.")
    removed: bool | None = condition("archived_at__not_isnull", "Removed, or not.")


@strawberry.type
class ReplenishmentQueries:
    proposals: Connection[Proposal] = listed(
        models.Proposal,
        "Proposals to replenish. Search looks into the variant's name and stock keeping unit.",
        filter=ProposalFilter,
        sort=ProposalSort,
        search=["level__variant__name", "level__variant__sku"],
    )
    replenishment_policies: Connection[ReplenishmentPolicy] = listed(
        models.ReplenishmentPolicy,
        "Policies of replenishment. Search looks into the variant's name and stock keeping unit.",
        filter=ReplenishmentPolicyFilter,
        sort=ById,
        search=["level__variant__name", "level__variant__sku"],
    )
