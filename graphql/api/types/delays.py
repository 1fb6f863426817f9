"""What clients see of the risk that an order is late."""

import strawberry

from api.fields import column
from services.delays import DelayReason, Remedy


@strawberry.type(description="Why an order is late or may be, and what shows that.")
class DelayCause:
    reason: DelayReason = column("What kind of cause.")
    evidence: str = column("What shows it.")
    days: float = column("How many days it costs by itself.")
    remedies: list[Remedy] = column("What helps.")


@strawberry.type(description="How likely an order arrives after what was promised.")
class DelayRisk:
    probability: float = column("From 0 to 1.")
    expected_days_late: float = column("By how many days.")
    causes: list[DelayCause] = column("Why, with what shows it and what helps.")
