"""Exceptions that customers feel open service cases by themselves, each once."""

from models import CaseChannel, CaseKind, CasePriority, ExceptionKind, Order, OrderException
from models.cases import UNDER_WAY, ServiceCase
from models.statements import select, select_one
from services import case_messages, cases, policies
from services.actors import Actor

_E, _K = ExceptionKind, CaseKind
KIND_OF = {
    _E.LOST: _K.LOST,
    _E.LATE: _K.LATE,
    _E.DELIVERY_FAILED: _K.WHERE_IS_MY_ORDER,
    _E.DISPUTED: _K.BILLING,
    _E.DAMAGED: _K.DAMAGED,
}
# Where goods or money are gone, the customer is out of both.
HIGH = {_E.LOST, _E.DAMAGED, _E.DISPUTED}


async def follow_opened(actor: Actor, order: Order, exception: OrderException) -> None:
    """Open a case for a new exception, or tell one of its kind that the order already has.

    The caller is an operation and holds the order's lock, so that two never open at once.
    """
    if not policies.current().cases_of_exceptions or exception.kind not in KIND_OF:
        return
    row = await _open_case(order, exception)
    if row is None:
        row = await cases.begin(
            actor,
            customer_id=order.customer_id,
            order=order,
            kind=KIND_OF[exception.kind],
            channel=CaseChannel.SYSTEM,
            subject=f"{order.number}: {exception.kind.description}",
            priority=CasePriority.HIGH if exception.kind in HIGH else CasePriority.NORMAL,
            exception=exception,
        )
    elif row.exception_id is None:
        row.exception_id = exception.id
    await case_messages.jot(actor, row, f"{exception.number}: {exception.reason}")


async def follow_resolved(actor: Actor, order: Order, exception: OrderException) -> None:
    """Note in its case that an exception is over; people say whether the case is, too."""
    if exception.kind not in KIND_OF:
        return
    row = await select_one(ServiceCase, exception_id=exception.id)
    row = row or await _open_case(order, exception)
    if row is not None and row.status in UNDER_WAY:
        said = f"{exception.number} is over: {exception.note}".removesuffix(": ")
        await case_messages.jot(actor, row, said)


async def _open_case(order: Order, exception: OrderException) -> ServiceCase | None:
    """The case of the order that is about the same."""
    rows = await select(ServiceCase, order_id=order.id, kind=KIND_OF[exception.kind])
    return next((row for row in rows if row.status in UNDER_WAY), None)
