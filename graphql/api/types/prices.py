"""What clients see of prices: price lists, tax rates, and how a total came about."""

from typing import TYPE_CHECKING, Annotated, Any

import strawberry

import models
from api.fields import column, one
from api.scalars import Money
from services.amounts import StepKind

if TYPE_CHECKING:
    from api.types.orders import OrderLine

LineRef = Annotated["OrderLine", strawberry.lazy("api.types.orders")]


@strawberry.type(description="A rule that was applied to the price of an order.")
class PriceStep:
    kind: StepKind = column("Which kind of rule.")
    line: LineRef | None = one(
        models.OrderLine, "line_id", "The line it is about; none for shipping."
    )
    description: str = column("The rule in words: which price, discount or rate, and why.")
    amount: Money = column("What it adds to the total, or takes off where it is negative.")
    contained: Money = column("Tax contained in the price, which adds nothing to the total.")
    line_id: strawberry.Private[int | None]


def price_explanation(root: Any) -> Any:
    return [_shown(step, root.currency) for step in root.price_steps]


def _shown(step: dict[str, Any], currency: str) -> PriceStep:
    return PriceStep(
        kind=StepKind[step["kind"]],
        line_id=step["line_id"],
        description=step["description"],
        amount=Money.of(step["amount"], currency),
        contained=Money.of(step["contained"], currency),
    )
