"""What clients see of the change that a mutation made of an order, or would make."""

from datetime import datetime

import strawberry

import models
from api.fields import column
from api.scalars import Money
from services import previews
from services.previews import Snapshot


@strawberry.type(description="An amount before a change and after it.")
class MoneyChange:
    before: Money = column("What it was.")
    after: Money = column("What it is now.")
    difference: Money = column("By how much it has grown; below zero, shrunk.")

    @classmethod
    def of(cls, before: int, after: int, currency: str) -> "MoneyChange":
        return cls(
            before=Money.of(before, currency),
            after=Money.of(after, currency),
            difference=Money.of(after - before, currency),
        )


@strawberry.type(description="A moment before a change and after it.")
class MomentChange:
    before: datetime | None = column("What it was.")
    after: datetime | None = column("What it is now.")


@strawberry.type(description="Units of a SKU set aside for an order, before a change and after it.")
class StockChange:
    sku: str = column("The stock keeping unit.")
    reserved_before: int = column("Units that were set aside, picked ones too.")
    reserved_after: int = column("Units that are set aside now, picked ones too.")
    backordered_before: int = column("Units that waited for stock.")
    backordered_after: int = column("Units that wait for stock now.")


@strawberry.type(description="What a mutation changed of an order; of a dry run, what it would.")
class OrderChanges:
    status_before: models.OrderStatus | None = column("Where it stood; null for a new order.")
    status_after: models.OrderStatus | None = column("Where it stands now.")
    total: MoneyChange = column("What the customer pays.")
    balance_due: MoneyChange = column("What the customer has yet to pay.")
    reservations: list[StockChange] = column("What is set aside differently, by SKU.")
    promised_at: MomentChange = column("When it is promised to arrive.")

    @classmethod
    def between(cls, before: Snapshot, after: Snapshot) -> "OrderChanges":
        return cls(
            status_before=before.status,
            status_after=after.status,
            total=MoneyChange.of(before.total, after.total, after.currency),
            balance_due=MoneyChange.of(before.balance_due, after.balance_due, after.currency),
            reservations=[
                StockChange(**vars(each)) for each in previews.stock_changes(before, after)
            ],
            promised_at=MomentChange(before=before.promised_at, after=after.promised_at),
        )
