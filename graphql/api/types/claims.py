"""What clients see of claims of customers."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

import models
from api.context import Info
from api.fields import batched, column, many, money, one
from api.nodes import Node, node
from api.permissions import require
from api.scalars import Money
from api.types.actions import Action
from api.types.fulfillments import CarrierEvent, Shipment
from api.types.picking import Mispick
from api.types.refunds import RefundStep, explanation
from api.types.suppliers import Supplier
from services import claim_actions
from services.actors import Permission

if TYPE_CHECKING:
    from api.types.orders import Order, OrderLine

OrderRef = Annotated["Order", strawberry.lazy("api.types.orders")]
OrderLineRef = Annotated["OrderLine", strawberry.lazy("api.types.orders")]


@node(models.ClaimLine, "Units of an order line that a claim is about.")
class ClaimLine(Node):
    line: OrderLineRef = one(models.OrderLine, "line_id", "The line of the order.")
    units: int = column("How many units.")
    written_off: int = column("Units of those that will never come.")


@strawberry.type(description="Who is asked to bear what a claim has cost, and what came of it.")
class ClaimRecovery:
    status: models.RecoveryStatus = column("What came of it.")
    carrier: str = column("The carrier that is asked.")
    supplier: Supplier | None = one(
        models.Supplier, "supplier_id", "The supplier who is asked instead."
    )
    reference: str = column("What it goes by with them.")
    asked: Money | None = column("How much they are to bear.")
    recovered: Money | None = column("How much they have borne.")
    asked_at: datetime | None = column("When they were asked.")
    ended_at: datetime | None = column("When they had answered.")
    supplier_id: strawberry.Private[int | None]


@node(models.Claim, "What a customer did not get as they should have.")
class Claim(Node):
    order: OrderRef = one(models.Order, "order_id", "The order it is about.")
    kind: models.ClaimKind = column("What is wrong.")
    status: models.ClaimStatus = column("Where it stands.")
    remedy: models.ClaimRemedy | None = column("How it was made good.")
    note: str = column("What there is to say about it.")
    reason: str = column("Why it was declined.")
    value: Money = money("value", "What its units were sold for.")
    refund: Money = money("refund", "What was given back for it.")
    explanation: list[RefundStep] = strawberry.field(
        resolver=explanation, description="Each rule that was applied; they sum to the refund."
    )
    lines: list[ClaimLine] = many(models.ClaimLine, "claim_id", "The units it is about.")
    shipment: Shipment | None = one(models.Shipment, "shipment_id", "The parcel they were in.")
    carrier_event: CarrierEvent | None = one(
        models.CarrierEvent, "carrier_event_id", "What the carrier reported of it."
    )
    mispick: Mispick | None = one(
        models.Mispick,
        "mispick_id",
        "The scan that went wrong with it; needs PICKING_READ.",
        needs=Permission.PICKING_READ,
    )
    replacement: OrderRef | None = one(
        models.Order, "replacement_id", "The order that brings the same goods once more."
    )
    opened_by: str = column("Who opened it, by their number.")
    decided_by: str | None = column("Who approved or declined it.")
    decided_at: datetime | None = column("When.")
    settled_at: datetime | None = column("When it was made good.")
    arrived_at: datetime | None = column("When what was lost came after all.")

    @strawberry.field(
        description="Who bears what it has cost; needs RETURNS_CLAIM.",
        graphql_type=ClaimRecovery | None,
    )
    def recovery(root: models.Claim, info: Info) -> Any:
        require(info.context.actor, Permission.RETURNS_CLAIM)
        asked, recovered = root.asked, root.recovered
        return ClaimRecovery(
            status=root.recovery,
            carrier=root.carrier,
            supplier_id=root.supplier_id,
            reference=root.recovery_reference,
            asked=None if asked is None else Money.of(asked, root.currency),
            recovered=None if recovered is None else Money.of(recovered, root.currency),
            asked_at=root.recovery_asked_at,
            ended_at=root.recovery_ended_at,
        )

    actions: list[Action] = batched(claim_actions.of_claims, "What you can do with it now.")
