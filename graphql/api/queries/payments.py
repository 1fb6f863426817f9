"""Questions about payments."""

from datetime import datetime
from typing import Annotated

import strawberry

import models
from api.connections import ById, Connection, condition, listed
from api.context import Info
from api.nodes import decode
from api.permissions import Needs
from api.types.enums import publish
from api.types.payments import Payment, PaymentEvent
from models.lifecycle import Status
from services import scopes
from services.actors import Permission


class PaymentSort(Status):
    NEWEST = "-id", "Latest entered first."
    OLDEST = "id", "Earliest entered first."
    RECENTLY_CHANGED = "-updated_at", "Latest changed first."
    HIGHEST_AMOUNT = "-amount", "The largest amount first."
    LOWEST_AMOUNT = "amount", "The smallest amount first."


publish(PaymentSort, "How payments are sorted.")


@strawberry.input(description="Which payments.")
class PaymentFilter:
    order_id: strawberry.ID | None = condition("order_id", "Of this order.", of=models.Order)
    customer_id: strawberry.ID | None = condition(
        "order__customer_id", "Of this customer.", of=models.Customer
    )
    status: list[models.PaymentStatus] | None = condition("status__in", "In any of these.")
    method: list[models.PaymentMethod] | None = condition("method__in", "By any of these means.")
    provider: models.PaymentProvider | None = condition("provider", "Moved by this one.")
    reference: str | None = condition("reference", "With exactly this reference.")
    entered_since: datetime | None = condition("created_at__gte", "Entered then or later.")
    entered_until: datetime | None = condition("created_at__lt", "Entered before then.")


@strawberry.input(description="Which events of payments.")
class PaymentEventFilter:
    payment_id: strawberry.ID | None = condition(
        "payment_id", "Of this payment.", of=models.Payment
    )
    order_id: strawberry.ID | None = condition(
        "payment__order_id", "Of this order.", of=models.Order
    )
    kind: list[models.PaymentEventKind] | None = condition("kind__in", "Of any of these kinds.")
    state: list[models.PaymentEventState] | None = condition("state__in", "In any of these.")
    since: datetime | None = condition("happened_at__gte", "Then or later.")
    until: datetime | None = condition("happened_at__lt", "Before then.")


PaymentNumber = Annotated[
    str, strawberry.argument(description="A number such as PAY-1042, or the payment's id.")
]


@strawberry.type
class PaymentQueries:
    payments: Connection[Payment] = listed(
        models.Payment,
        "Payments. Search looks into their references and the customer's name.",
        filter=PaymentFilter,
        sort=PaymentSort,
        search=["reference", "order__customer__name"],
    )
    payment_events: Connection[PaymentEvent] = listed(
        models.PaymentEvent,
        "Events of payments, as accounting reads them. Search looks into references and reasons.",
        filter=PaymentEventFilter,
        sort=ById,
        search=["reference", "reason", "failure_message"],
    )

    @strawberry.field(
        description="One payment by the number people say; null where there is none you may see.",
        extensions=[Needs(Permission.PAYMENTS_READ)],
        graphql_type=Payment | None,
    )
    async def payment(self, info: Info, number: PaymentNumber) -> models.Payment | None:
        row_id = decode(models.Payment, number)
        looked_at = info.context.columns.get(info.path.key)
        return await scopes.see(info.context.actor, models.Payment, row_id, columns=looked_at)
