"""What clients see of stock levels, their movements and their alerts."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

import models
from api.context import Info
from api.fields import batched, column, many, money, one
from api.nodes import Node, node
from api.scalars import Money
from api.types.actions import Action
from api.types.arrivals import Arrival, Incoming
from api.types.bins import Bin
from api.types.forecasts import Forecast
from api.types.locations import Location
from api.types.sales import SalesVelocity, Turnover, turned_over
from services import (
    actions,
    availability,
    forecasts,
    stock_ages,
    stock_history,
    stock_outlooks,
    turnovers,
    velocities,
)
from services.actors import Permission

if TYPE_CHECKING:
    from api.types.catalog import Variant
    from api.types.counts import StockCount
    from api.types.lots import Lot
    from api.types.orders import Order
    from api.types.receipts import Receipt
    from api.types.replenishment import Proposal
    from api.types.transfers import Transfer

LotRef = Annotated["Lot", strawberry.lazy("api.types.lots")]
OrderRef = Annotated["Order", strawberry.lazy("api.types.orders")]
ReceiptRef = Annotated["Receipt", strawberry.lazy("api.types.receipts")]
TransferRef = Annotated["Transfer", strawberry.lazy("api.types.transfers")]
StockCountRef = Annotated["StockCount", strawberry.lazy("api.types.counts")]
ProposalRef = Annotated["Proposal", strawberry.lazy("api.types.replenishment")]
VariantRef = Annotated["Variant", strawberry.lazy("api.types.catalog")]


@strawberry.type(description="Those units of a level that lie in one bin and are of one lot.")
class Quant:
    level: "Level" = one(models.Level, "level_id", "The level they are part of.")
    bin: Bin | None = one(
        models.Bin,
        "bin_id",
        "The bin; null for units that lie nowhere in particular, such as on the way to a parcel.",
        needs=Permission.LOCATIONS_READ,
    )
    lot: LotRef | None = one(models.Lot, "lot_id", "The lot, where they are tracked.")
    on_hand: int = column("Good units.")
    damaged: int = column("Damaged units.")
    quarantined: int = column("Units that nobody has judged yet.")


@strawberry.type(description="What a level was at a moment in the past.")
class PastLevel:
    at: datetime = column("The moment.")
    on_hand: int = column("Good units that lay there.")
    reserved: int = column("Units of those that were set aside.")
    available: int = column("Units that could be promised: on hand less reserved.")
    damaged: int = column("Damaged units that lay there as well.")
    quarantined: int = column("Units that lay there as well and that nobody had judged.")


@strawberry.type(description="How long what there is will last.")
class StockOutlook:
    demand_per_day: float | None = column(
        "Units that are expected to be asked for each day; null where nobody knows."
    )
    lead_days: float = column("How many days it takes until more could be there.")
    wanted: int = column("Units that should be asked for within that time.")
    in_time: int = column("Units that are expected to come within that time, or are overdue.")
    days_of_cover: float | None = column(
        "For how many days what is available lasts by itself; null where nothing is asked for."
    )
    runs_out_on: date | None = column(
        "The day on which it is gone, with all that is expected to come; null where it is not."
    )
    incoming: int = column("Units that are expected in all.")
    on_order: int = column("Units of those that purchase orders bring.")
    on_order_at: datetime | None = column("When the first of those should come.")


@strawberry.type(description="Units of a level that have lain there for some time.")
class StockAge:
    from_days: int = column("The least days they have lain there.")
    to_days: int | None = column("The most days; null for the oldest.")
    units: int = column("So many units, in whatever state.")
    value: Money = money("value", "What they are worth, at what a unit cost us.")


def _as_of() -> Any:
    async def resolve(
        root: Any,
        info: Info,
        at: Annotated[datetime, strawberry.argument(description="The moment.")],
    ) -> Any:
        async def load(rows: list[Any]) -> list[Any]:
            return await stock_history.of_levels(info.context.actor, rows, at)

        return await info.context.loaders.batch((stock_history.of_levels, at), load).load(root)

    return strawberry.field(
        resolver=resolve,
        description="What it was at any moment in the past, as its movements tell.",
    )


@node(models.Level, "How many units of a variant lie at a location, and how many are spoken for.")
class Level(Node):
    variant: VariantRef = one(models.Variant, "variant_id", "What lies there.")
    location: Location = one(models.Location, "location_id", "Where it lies.")
    bin: Bin | None = one(
        models.Bin, "bin_id", "The bin a picker finds it in.", needs=Permission.LOCATIONS_READ
    )
    on_hand: int = column("Good units that lie there.")
    reserved: int = column("Units of those that are set aside for orders and transfers.")
    available: int = column("Units that can still be promised: on hand less reserved.")
    damaged: int = column("Damaged units that lie there as well.")
    quarantined: int = column("Units that lie there as well and that nobody has judged yet.")
    ages: list[StockAge] | None = batched(
        stock_ages.of_levels,
        "All its units by how long they have lain there, the youngest first; what left was what "
        "had lain there longest. Needs KPIS_READ.",
        needs=Permission.KPIS_READ,
    )
    turnover: Turnover | None = turned_over(turnovers.of_levels)
    velocity: SalesVelocity | None = batched(
        velocities.of_levels,
        "How fast what lies there is asked for; needs KPIS_READ.",
        needs=Permission.KPIS_READ,
    )
    bins: list[Quant] = many(
        models.Quant, "level_id", "What lies in each bin, of each lot; together it is the level."
    )
    value_class: models.ValueClass | None = column(
        "How much of the yearly turnover of its location it stands for; none until it is reckoned."
    )
    count_due_at: datetime | None = column("When it is to be counted again.")
    reorder_point: int | None = column("At how many available units the level is low.")
    safety_stock: int | None = column("How many units are kept for what nobody foresees.")
    target: int | None = column("Up to how many units it is filled.")
    maximum: int | None = column("More units than this are too many.")
    as_of: PastLevel = _as_of()
    incoming: Incoming = batched(availability.of_levels, "Units that are expected there.")
    forecast: Forecast | None = batched(
        forecasts.of_levels, "What is expected to be asked for there, once that is known."
    )
    outlook: StockOutlook = batched(stock_outlooks.of_levels, "How long what there is will last.")
    updated_at: datetime = column("When it last changed.")


@strawberry.type(description="One change of one stock level. Together they are the level.")
class Movement:
    variant: VariantRef = one(models.Variant, "variant_id", "What moved.")
    location: Location = one(models.Location, "location_id", "Where it moved.")
    bin: Bin | None = one(
        models.Bin, "bin_id", "In which bin, where in one.", needs=Permission.LOCATIONS_READ
    )
    lot: LotRef | None = one(models.Lot, "lot_id", "Of which lot, where they are tracked.")
    reason: models.MovementReason = column("Why it moved.")
    on_hand_change: int = column("Good units added to what lies there.")
    reserved_change: int = column("Units added to what is set aside.")
    damaged_change: int = column("Units added to what is damaged.")
    quarantined_change: int = column("Units added to what nobody has judged yet.")
    on_hand_after: int = column("Good units that lay at the location afterwards.")
    reserved_after: int = column("Units that were set aside afterwards.")
    damaged_after: int = column("Units that were damaged afterwards.")
    quarantined_after: int = column("Units that nobody had judged afterwards.")
    order: OrderRef | None = one(models.Order, "order_id", "The order it was for.")
    arrival: Arrival | None = one(
        models.Arrival, "arrival_id", "The arrival it was part of, where units came in."
    )
    transfer: TransferRef | None = one(
        models.Transfer, "transfer_id", "The transfer it was part of, if it was one."
    )
    receipt: ReceiptRef | None = one(
        models.Receipt,
        "receipt_id",
        "The receipt it was part of, if it was one; needs PURCHASES_READ.",
        needs=Permission.PURCHASES_READ,
    )
    count: StockCountRef | None = one(
        models.StockCount,
        "count_id",
        "The stock count it was part of, if it was one; needs COUNTS_READ.",
        needs=Permission.COUNTS_READ,
    )
    note: str = column("What somebody said about it.")
    actor: str = column("Who did it.")
    at: datetime = column("When it happened.")


@node(models.StockAlert, "A stock level that needs attention, from its opening to its end.")
class StockAlert(Node):
    level: Level = one(models.Level, "level_id", "The level it is about, as it is now.")
    variant: VariantRef = one(models.Variant, "variant_id", "What it is about.")
    location: Location = one(models.Location, "location_id", "Where.")
    kind: models.StockAlertKind = column("What it is about.")
    status: models.StockAlertStatus = column("Where it stands.")
    threshold: int = column(
        "Where it opens: at so many available units, above so many on hand, or for units that "
        "expire within so many days."
    )
    units: int = column("How many too few, too many or about to expire when it opened.")
    cause: str = column("Why it opened.")
    available: int = column("Units available when it opened or, once it is over, when it ended.")
    acknowledged_at: datetime | None = column("When somebody took notice.")
    acknowledged_by: str | None = column("Who took notice.")
    snoozed_until: datetime | None = column("Until when nobody wants to hear of it.")
    proposal: ProposalRef | None = one(
        models.Proposal,
        "proposal_id",
        "What is proposed because of it; needs PURCHASES_READ.",
        needs=Permission.PURCHASES_READ,
    )
    outlook: StockOutlook = batched(
        stock_outlooks.of_alerts, "How long what there is will last, as it looks now."
    )
    resolved_at: datetime | None = column("When the level had passed threshold and margin.")
    actions: list[Action] = batched(actions.of_stock_alerts, "What you can do with it now.")
