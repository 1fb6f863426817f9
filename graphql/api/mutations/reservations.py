"""Mutations of reservations, and of orders that wait for stock."""

from datetime import datetime

import strawberry

import models
from api.changes import Change, Payload, mutation
from api.context import Info
from api.fields import column
from api.mutations.orders import OrderPayload
from api.nodes import decode
from api.types.reservations import Reservation
from services import backorders, reservation_terms
from services.actors import Permission


@strawberry.type(description="What a mutation of a reservation answers.")
class ReservationPayload(Payload):
    reservation: Reservation | None = column(
        "The reservation as it is now; null when nothing was changed."
    )


@strawberry.input
class ReservationExtendInput(Change):
    until: datetime = column("Until when it keeps its units now.")


@strawberry.input
class ReservationReleaseInput(Change):
    reason: str = column("Why its units are given back.")


@strawberry.input
class OrderReserveInput(Change):
    pass


_WRITE = Permission.RESERVATIONS_WRITE


@strawberry.type
class ReservationMutations:
    @mutation(reservation_terms.extend, ReservationPayload, _WRITE, changes=models.Reservation)
    async def reservation_extend(
        self, info: Info, input: ReservationExtendInput
    ) -> models.Reservation:
        return await reservation_terms.extend(
            info.context.actor, decode(models.Reservation, input.id), until=input.until
        )

    @mutation(reservation_terms.release, ReservationPayload, _WRITE, changes=models.Reservation)
    async def reservation_release(
        self, info: Info, input: ReservationReleaseInput
    ) -> models.Reservation:
        return await reservation_terms.release(
            info.context.actor, decode(models.Reservation, input.id), reason=input.reason
        )

    @mutation(backorders.reserve, OrderPayload, _WRITE, changes=models.Order)
    async def order_reserve(self, info: Info, input: OrderReserveInput) -> models.Order:
        return await backorders.reserve(info.context.actor, decode(models.Order, input.id))
