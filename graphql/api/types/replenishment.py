"""What clients see of replenishment: its policies, and what it proposes."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

import models
from api.fields import batched, column, money, one, percentage
from api.nodes import Node, node
from api.scalars import Money
from api.types.actions import Action
from api.types.locations import Location
from api.types.purchase_orders import PurchaseOrder
from api.types.stock import Level
from api.types.suppliers import Supplier
from api.types.transfers import Transfer
from services import actions, proposals
from services.actors import Permission

if TYPE_CHECKING:
    from api.types.catalog import Variant

VariantRef = Annotated["Variant", strawberry.lazy("api.types.catalog")]
_STOCK = Permission.STOCK_READ
_SUPPLIERS = Permission.SUPPLIERS_READ
_PLACES = Permission.LOCATIONS_READ


@node(models.ReplenishmentPolicy, "By which rule a stock level is filled up again.")
class ReplenishmentPolicy(Node):
    level: Level | None = one(
        models.Level, "level_id", "The level it is for; needs STOCK_READ.", needs=_STOCK
    )
    variant: VariantRef = one(models.Variant, "variant_id", "What is replenished.")
    location: Location | None = one(
        models.Location, "location_id", "Where; needs LOCATIONS_READ.", needs=_PLACES
    )
    method: models.ReplenishmentMethod = column("By which rule.")
    reorder_point: int | None = column("At how many units, with those that come, more is bought.")
    quantity: int | None = column("What is bought at once, where that is fixed.")
    order_up_to: int | None = column("Up to how many units it is filled up.")
    cover_days: int | None = column("For how many days more it should last.")
    review_days: int = column("After how many days it is looked at again, if nothing happens.")
    service_level: Decimal = percentage(
        "service_level", "Of how many replenishments in a hundred more comes before it runs out."
    )
    auto_accept: Money | None = money(
        "auto_accept", "Proposals worth no more than this are accepted by themselves."
    )
    supplier: Supplier | None = one(
        models.Supplier,
        "supplier_id",
        "Whom it is bought from if they sell it; needs SUPPLIERS_READ.",
        needs=_SUPPLIERS,
    )
    source: Location | None = one(
        models.Location,
        "source_id",
        "The location it comes from in place of a supplier; needs LOCATIONS_READ.",
        needs=_PLACES,
    )
    due_at: datetime | None = column("When it is looked at again.")
    archived_at: datetime | None = column("When it was removed.")


@strawberry.type(description="A number that a proposal is made of. They sum up to its quantity.")
class ProposalTerm:
    name: str = column("What it is, such as ON_HAND.")
    value: int = column("Units; below 0, fewer are needed because of it.")
    sentence: str = column("Why.")


@node(models.Proposal, "That units should be bought, or come from another location.")
class Proposal(Node):
    level: Level | None = one(
        models.Level, "level_id", "The level, as it is now; needs STOCK_READ.", needs=_STOCK
    )
    variant: VariantRef = one(models.Variant, "variant_id", "What is needed.")
    location: Location | None = one(
        models.Location, "location_id", "Where; needs LOCATIONS_READ.", needs=_PLACES
    )
    supplier: Supplier | None = one(
        models.Supplier,
        "supplier_id",
        "Whom to buy it from, where anybody sells it; needs SUPPLIERS_READ.",
        needs=_SUPPLIERS,
    )
    source: Location | None = one(
        models.Location,
        "source_id",
        "The location it is to come from in place of a supplier; needs LOCATIONS_READ.",
        needs=_PLACES,
    )
    status: models.ProposalStatus = column("Where it stands.")
    quantity: int = column("How many units, in whole packs.")
    pack_size: int = column("How many units a pack has.")
    lead_days: float = column("In how many days they can be there.")
    urgency: models.Urgency = column("How pressing it is.")
    run_out_at: datetime = column(
        "When it runs out without more, as far as is foreseen; a year ahead at the latest."
    )
    is_automatic: bool = column("Whether it is accepted by rule.")
    reason: str = column("Why it was dismissed or superseded.")
    decided_by: str | None = column("Who decided.")
    decided_at: datetime | None = column("When it was decided.")
    transfer: Transfer | None = one(
        models.Transfer, "transfer_id", "The transfer it became; needs STOCK_READ.", needs=_STOCK
    )
    purchase_order: PurchaseOrder | None = one(
        models.PurchaseOrder,
        "purchase_order_id",
        "The purchase order it became part of; needs PURCHASES_READ.",
        needs=Permission.PURCHASES_READ,
    )
    accepted_together: list["Proposal"] = batched(
        proposals.accepted_with, "Those that were accepted together, this one among them."
    )
    actions: list[Action] = batched(actions.of_proposals, "What you can do with it now.")

    @strawberry.field(description="What one unit costs, where a supplier says.")
    def price(root: Any) -> Money | None:
        return None if root.price is None else Money.of(root.price, root.currency)

    @strawberry.field(description="What all of it costs, where a supplier says.")
    def value(root: Any) -> Money | None:
        return Money.of(root.value, root.currency) if root.currency else None

    @strawberry.field(description="What the quantity is made of; the values sum up to it.")
    def explanation(root: Any) -> list[ProposalTerm]:
        return [ProposalTerm(**term) for term in root.explanation]
