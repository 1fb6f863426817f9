"""Mutations of exchanges."""

import strawberry

import models
from api.changes import Payload, Step, mutation
from api.context import Info
from api.fields import column
from api.nodes import decode
from api.types.exchanges import Exchange
from services import exchanges
from services.actors import Permission
from services.goods import LineDraft


@strawberry.type(description="What a mutation of an exchange answers.")
class ExchangePayload(Payload):
    exchange: Exchange | None = column("The exchange; null when nothing was changed.")


@strawberry.input(description="Goods that are to go out in place of others.")
class ExchangeLineInput:
    variant_id: strawberry.ID = column("What goes out.")
    quantity: int = column("How many units.")


@strawberry.input
class ExchangeArrangeInput(Step):
    return_id: strawberry.ID = column("The return that brings the old goods back.")
    mode: models.ExchangeMode = column("When the new goods go out.")
    lines: list[ExchangeLineInput] = column("The new goods.")
    allow_backorder: bool = strawberry.field(
        default=False, description="Whether what is not there may wait for stock."
    )


@strawberry.type
class ExchangeMutations:
    @mutation(exchanges.arrange, ExchangePayload, Permission.RETURNS_DECIDE)
    async def exchange_arrange(self, info: Info, input: ExchangeArrangeInput) -> models.Exchange:
        return await exchanges.arrange(
            info.context.actor,
            decode(models.Return, input.return_id),
            mode=input.mode,
            lines=[
                LineDraft(
                    variant_id=decode(models.Variant, each.variant_id), quantity=each.quantity
                )
                for each in input.lines
            ],
            allow_backorder=input.allow_backorder,
        )
