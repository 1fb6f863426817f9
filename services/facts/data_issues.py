"""What is announced of what is missing or wrong in orders."""

from dataclasses import dataclass

from models import DataIssueKind
from services.facts.orders import OrderFact


@dataclass(frozen=True, kw_only=True)
class DataIssueFact(OrderFact):
    data_issue_id: int
    issue_kind: DataIssueKind
    issue_message: str


class DataIssueFound(DataIssueFact):
    """Something missing or wrong was found in an order."""


class DataIssueResolved(DataIssueFact):
    """What was missing or wrong in an order was put right, or accepted as it is."""
