"""What clients see of what is given back: the amount, and each step that led to it."""

from collections.abc import Mapping, Sequence
from typing import Any

import strawberry

from api.fields import column, money
from api.scalars import Money
from services.refunds import RefundStepKind


@strawberry.type(description="A rule that was applied to what is given back.")
class RefundStep:
    kind: RefundStepKind = column("Which kind of rule.")
    description: str = column("The rule in words.")
    amount: Money = column("What it adds, or takes off where it is negative.")
    contained: Money = column("Tax contained in the price, which adds nothing.")


def steps_of(steps: Sequence[Mapping[str, Any]], currency: str) -> list[RefundStep]:
    return [
        RefundStep(
            kind=RefundStepKind[step["kind"]],
            description=step["description"],
            amount=Money.of(step["amount"], currency),
            contained=Money.of(step["contained"], currency),
        )
        for step in steps
    ]


def explanation(root: Any) -> Any:
    """The steps that are kept with a row."""
    return steps_of(root.explanation, root.currency)


@strawberry.type(description="What would be given for something as it stands.")
class RefundEstimate:
    amount: Money = money("amount", "How much.")
    steps: list[RefundStep] = strawberry.field(
        resolver=explanation, description="Each rule that is applied; the amounts sum to it."
    )
