"""Mutations of fraud reviews."""

import strawberry

import models
from api.changes import Change, mutation
from api.context import Info
from api.fields import column
from api.mutations.orders import OrderPayload
from api.nodes import decode
from services import fraud_reviews
from services.actors import Permission


@strawberry.input
class OrderFraudAcceptInput(Change):
    note: str = column("Why it may go on.")


@strawberry.input
class OrderFraudRejectInput(Change):
    note: str = column("Why it is given up.")


_REVIEW = Permission.FRAUD_REVIEW


@strawberry.type
class FraudMutations:
    @mutation(fraud_reviews.accept, OrderPayload, _REVIEW, changes=models.Order)
    async def order_fraud_accept(self, info: Info, input: OrderFraudAcceptInput) -> models.Order:
        return await fraud_reviews.accept(
            info.context.actor, decode(models.Order, input.id), note=input.note
        )

    @mutation(fraud_reviews.reject, OrderPayload, _REVIEW, changes=models.Order)
    async def order_fraud_reject(self, info: Info, input: OrderFraudRejectInput) -> models.Order:
        return await fraud_reviews.reject(
            info.context.actor, decode(models.Order, input.id), note=input.note
        )
