"""What clients see of returns."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

import models
from api.fields import batched, column, many, money, one
from api.nodes import Node, node
from api.scalars import Money
from api.types.actions import Action, Blocker
from api.types.bins import Bin
from api.types.catalog import Variant
from api.types.exchanges import Exchange
from api.types.locations import Location
from api.types.lots import Lot
from api.types.papers import Paper
from api.types.refunds import RefundEstimate, RefundStep, explanation
from services import exchanges, papers, return_actions, return_worth
from services.actors import Permission

if TYPE_CHECKING:
    from api.types.orders import Order, OrderLine

OrderRef = Annotated["Order", strawberry.lazy("api.types.orders")]
OrderLineRef = Annotated["OrderLine", strawberry.lazy("api.types.orders")]


@strawberry.type(description="How many units of an order line may still be sent back.")
class Returnable:
    line: OrderLineRef = column("The line of the order.")
    units: int = column("How many units of it.")
    until: datetime | None = column("Until when all of them may; null where there is no limit.")
    blocked_by: list[Blocker] = column("Why there are none.")


@node(models.ReturnLine, "Units of an order line that are to come back, and why.")
class ReturnLine(Node):
    returned: "Return" = one(models.Return, "returned_id", "The return it is part of.")
    line: OrderLineRef = one(models.OrderLine, "line_id", "The line of the order.")
    variant: Variant = one(models.Variant, "variant_id", "What comes back.")
    reason: models.ReturnReason = column("Why.")
    comment: str = column("What the customer says about it.")
    photos: list[str] = column("Links to pictures of it.")
    quantity: int = column("Units that are to come back.")
    received: int = column("Units of those that came.")
    missing: int = column("Units of those that never did.")
    rejected: int = column("Units that came and are not made good.")
    outstanding: int = column("Units that are still to come.")


@node(models.ReturnUnit, "Units that came back together, and what becomes of them.")
class ReturnUnit(Node):
    returned: "Return" = one(models.Return, "returned_id", "The return they came with.")
    line: ReturnLine | None = one(
        models.ReturnLine, "line_id", "The line they are of; null where nobody had announced them."
    )
    variant: Variant = one(models.Variant, "variant_id", "What they are.")
    lot: Lot | None = one(
        models.Lot,
        "lot_id",
        "The lot, or serial number, they are of; needs STOCK_READ.",
        needs=Permission.STOCK_READ,
    )
    bin: Bin | None = one(
        models.Bin,
        "bin_id",
        "Where they were put; needs LOCATIONS_READ.",
        needs=Permission.LOCATIONS_READ,
    )
    units: int = column("How many units.")
    condition: models.ReturnCondition | None = column("In which condition they are.")
    disposition: models.Disposition | None = column(
        "What becomes of them; while null, they wait in quarantine to be judged."
    )
    photos: list[str] = column("Links to pictures of them.")
    note: str = column("What was found.")
    received_by: str = column("Who counted them in, or missed them.")
    received_at: datetime = column("When.")
    inspected_by: str | None = column("Who judged them last.")
    inspected_at: datetime | None = column("When.")


@node(models.Return, "Units of an order that come back, and what becomes of them.")
class Return(Node):
    order: OrderRef = one(models.Order, "order_id", "The order they are of.")
    location: Location | None = one(
        models.Location,
        "location_id",
        "Where they come back to; needs LOCATIONS_READ.",
        needs=Permission.LOCATIONS_READ,
    )
    status: models.ReturnStatus = column("Where it stands.")
    resolution: models.ReturnResolution = column("What the customer wants for it, or got.")
    requested_by: str = column("Who asked for it.")
    note: str = column("What was said about it.")
    reason: str = column("Why it was declined or given up, or what is missing never came.")
    carrier: str = column("Who brings it.")
    tracking_code: str | None = column("The carrier's name for it.")
    due_at: datetime | None = column("Until when it has to be sent, once it is approved.")
    requested_at: datetime | None = column("When it was asked for.")
    decided_at: datetime | None = column("When it was approved or declined.")
    decided_by: str | None = column("Who approved or declined it.")
    sent_at: datetime | None = column("When it was sent.")
    received_at: datetime | None = column("When everything had come, or was known to be missing.")
    inspected_at: datetime | None = column("When it was decided what becomes of each unit.")
    resolved_at: datetime | None = column("When the customer had what they were to get.")
    closed_at: datetime | None = column("When nothing was left to do.")
    cancelled_at: datetime | None = column("When it was given up.")
    lines: list[ReturnLine] = many(models.ReturnLine, "returned_id", "What is to come back.")
    units: list[ReturnUnit] = many(models.ReturnUnit, "returned_id", "What came, and is missing.")
    refund: Money | None = money(
        "refund", "What it was worth to the customer, once it is made good; see the explanation."
    )
    refunded_at: datetime | None = column("When it was made good.")
    credited: Money = money("credited", "What of the refund became store credit.")
    in_excess: Money = money(
        "in_excess",
        "What was made good for units that then did not come or were rejected; for people to ask "
        "back.",
    )
    explanation: list[RefundStep] = strawberry.field(
        resolver=explanation, description="Each rule that was applied; they sum to the refund."
    )
    estimate: RefundEstimate | None = batched(
        return_worth.estimated, "What it would be worth as it stands; null once it is made good."
    )
    exchange: Exchange | None = batched(
        exchanges.of_returns, "The other goods in place of these, where it is an exchange."
    )
    papers: list[Paper] = batched(papers.of_returns, "What can be printed for it.")
    actions: list[Action] = batched(return_actions.of_returns, "What you can do with it now.")
