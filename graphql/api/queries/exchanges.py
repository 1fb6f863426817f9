"""Questions about exchanges."""

import strawberry

import models
from api.connections import ById, Connection, condition, listed
from api.types.exchanges import Exchange


@strawberry.input(description="Which exchanges.")
class ExchangeFilter:
    original_id: strawberry.ID | None = condition(
        "original_id", "Of goods of this order.", of=models.Order
    )
    customer_id: strawberry.ID | None = condition(
        "customer_id", "Of this customer.", of=models.Customer
    )
    mode: list[models.ExchangeMode] | None = condition("mode__in", "In any of these modes.")


@strawberry.type
class ExchangeQueries:
    exchanges: Connection[Exchange] = listed(
        models.Exchange,
        "Exchanges: other goods in place of those that come back.",
        filter=ExchangeFilter,
        sort=ById,
        search=[],
    )
