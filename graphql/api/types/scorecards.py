"""What clients see of how well suppliers deliver."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

import models
from api.context import Info
from api.fields import column, one
from api.types.enums import publish
from services import scorecards
from services.scorecards import ScorecardMeasure

if TYPE_CHECKING:
    from api.types.purchase_orders import PurchaseOrder

OrderRef = Annotated["PurchaseOrder", strawberry.lazy("api.types.purchase_orders")]
publish(ScorecardMeasure, "What a supplier is measured by.")
_M = ScorecardMeasure

Which = Annotated[ScorecardMeasure, strawberry.argument(description="Of which measure.")]
Met = Annotated[
    bool, strawberry.argument(description="Those that met it; else those that did not.")
]
First = Annotated[
    int | None, strawberry.argument(description="How many, the newest first, at most 100.")
]


@strawberry.type(description="How many met what was promised.")
class Score:
    met: int = column("So many did.")
    of: int = column("Of so many that were put to the test.")

    @strawberry.field(description="The part that did, in percent; null where there were none.")
    def percent(root: scorecards.Score) -> Decimal | None:
        if not root.of:
            return None
        return (Decimal(100 * root.met) / root.of).quantize(Decimal("0.01"))


def _score(measure: ScorecardMeasure, description: str) -> Any:
    def resolve(root: Any) -> Any:
        return root.scores[measure]

    return strawberry.field(resolver=resolve, description=description)


def _verdict(measure: ScorecardMeasure, description: str) -> Any:
    def resolve(root: Any) -> Any:
        return root.verdicts[measure]

    return strawberry.field(resolver=resolve, description=f"{description} Null where untested.")


@strawberry.type(description="A line of a purchase order, and what a scorecard makes of it.")
class ScorecardLine:
    purchase_order: OrderRef = one(models.PurchaseOrder, "order_id", "What it is a line of.")
    sku: str = column("What was asked for, by our stock keeping unit.")
    name: str = column("What it is called.")
    asked: int = column("Units that were asked for.")
    came: int = column("Units that came.")
    damaged: int = column("Those of them that were damaged, or did not pass inspection.")
    on_time: bool | None = _verdict(_M.ON_TIME, "Whether all of it came in time.")
    in_full: bool | None = _verdict(_M.IN_FULL, "Whether as much came, and good, as was asked for.")
    undamaged: bool | None = _verdict(_M.QUALITY, "Whether nothing of it was damaged.")
    as_stated: bool | None = _verdict(
        _M.LEAD_TIME, "Whether it came within the days that are stated."
    )
    answered: bool | None = _verdict(_M.ANSWERS, "Whether its order was answered in time.")
    price_kept: bool | None = _verdict(_M.PRICE, "Whether it cost no more than the list said.")


@strawberry.type(
    description="How well a supplier delivered what was ordered in a period, as far as it can be "
    "said now. Cancelled orders are left out, and lines that were given up before an answer."
)
class Scorecard:
    since: datetime = column("Orders sent from here on.")
    until: datetime = column("Orders sent before this.")
    orders: int = column("How many orders that were.")
    line_count: int = column("How many lines.")
    units: int = column("How many units came of them.")
    on_time: Score = _score(
        _M.ON_TIME,
        "Lines that came by the time confirmed, else expected, and a grace.",
    )
    in_full: Score = _score(_M.IN_FULL, "Lines of which as many good units came as were asked for.")
    perfect: Score = _score(_M.PERFECT, "Lines that came on time and in full.")
    quality: Score = _score(_M.QUALITY, "Units that were ordered and good, of all that came.")
    lead_time: Score = _score(
        _M.LEAD_TIME,
        "Lines that came within the days the supplier states, and a grace.",
    )
    answers: Score = _score(_M.ANSWERS, "Orders that were answered in time.")
    price: Score = _score(_M.PRICE, "Lines that cost no more than the supplier's list said.")

    @strawberry.field(description="The lines behind a score.", graphql_type=list[ScorecardLine])
    async def lines(
        root: scorecards.Scorecard,
        info: Info,
        measure: Which,
        met: Met = False,
        first: First = None,
    ) -> list[scorecards.Judgement]:
        async def load(
            cards: list[scorecards.Scorecard],
        ) -> list[list[scorecards.Judgement]]:
            return await scorecards.lines_of(cards, measure, met=met, first=first)

        key = ("scorecard lines", root.since, root.until, measure, met, first)
        found: list[scorecards.Judgement] = await info.context.loaders.batch(key, load).load(root)
        return found
