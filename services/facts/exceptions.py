"""What is announced of the queue of exceptions."""

from dataclasses import dataclass

from models import ExceptionKind
from services.actors import Permission
from services.facts.orders import OrderFact


@dataclass(frozen=True, kw_only=True)
class ExceptionFact(OrderFact):
    NEEDS = Permission.EXCEPTIONS_READ

    exception_id: int
    exception_kind: ExceptionKind
    exception_reason: str
    exception_owner: str | None


class ExceptionOpened(ExceptionFact):
    """Something keeps an order from going its way; it is in the queue of exceptions."""


class ExceptionUpdated(ExceptionFact):
    """More is known of an exception, or it is due at another time."""


class ExceptionAssigned(ExceptionFact):
    """An exception was given to somebody, or back into the queue."""


class ExceptionResolved(ExceptionFact):
    """An exception is over."""
