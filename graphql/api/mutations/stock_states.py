"""Mutations of the states that stock is in, and of where in a location it lies."""

from typing import Any

import strawberry
from strawberry import UNSET

import models
from api.changes import Step, mutation, optional
from api.context import Info
from api.fields import column
from api.mutations.stock import StockPayload
from api.nodes import decode
from services import bin_moves, stock_states
from services.actors import Permission
from services.stock_states import Place

# What the caller names and nobody can find; 0 would be anything.
NOWHERE = -1

_ADJUST = Permission.STOCK_ADJUST


@strawberry.input
class Taking(Step):
    """Which units of a level are meant, and how many."""

    variant_id: strawberry.ID = column("Of what.")
    location_id: strawberry.ID = column("Where.")
    quantity: int = column("How many units.")
    lot_id: strawberry.ID | None = optional(
        "Of which lot; left out, of any, where nothing tells them apart."
    )


@strawberry.input
class StockDamageInput(Taking):
    state: models.StockState = strawberry.field(
        default=models.StockState.GOOD, description="What they were until now."
    )
    bin_id: strawberry.ID | None = optional("In which bin; null in none, left out anywhere.")
    note: str = column("What happened to them.")


@strawberry.input
class StockQuarantineInput(Taking):
    state: models.StockState = strawberry.field(
        default=models.StockState.GOOD, description="What they were until now."
    )
    bin_id: strawberry.ID | None = optional("In which bin; null in none, left out anywhere.")
    note: str = column("What is to be judged.")


@strawberry.input
class StockRestoreInput(Taking):
    state: models.StockState = column("What they were until now.")
    bin_id: strawberry.ID | None = optional("In which bin; null in none, left out anywhere.")
    note: str = column("Why they are good.")


@strawberry.input
class StockWriteOffInput(Taking):
    state: models.StockState = column("What they were until now.")
    bin_id: strawberry.ID | None = optional("In which bin; null in none, left out anywhere.")
    note: str = column("Why.")


@strawberry.input
class StockMoveInput(Taking):
    state: models.StockState = strawberry.field(
        default=models.StockState.GOOD, description="What state they are in, which stays."
    )
    from_bin_id: strawberry.ID | None = optional(
        "The bin they lie in; null for none, left out for any."
    )
    to_bin_id: strawberry.ID | None = column("The bin to put them into; null for none.")
    note: str = strawberry.field(default="", description="What there is to say about it.")


@strawberry.type
class StockStateMutations:
    @mutation(stock_states.damage, StockPayload, _ADJUST)
    async def stock_damage(self, info: Info, input: StockDamageInput) -> models.Level:
        return await stock_states.damage(
            info.context.actor, _place(input, input.bin_id), **_said(input)
        )

    @mutation(stock_states.quarantine, StockPayload, _ADJUST)
    async def stock_quarantine(self, info: Info, input: StockQuarantineInput) -> models.Level:
        return await stock_states.quarantine(
            info.context.actor, _place(input, input.bin_id), **_said(input)
        )

    @mutation(stock_states.restore, StockPayload, _ADJUST)
    async def stock_restore(self, info: Info, input: StockRestoreInput) -> models.Level:
        return await stock_states.restore(
            info.context.actor, _place(input, input.bin_id), **_said(input)
        )

    @mutation(stock_states.write_off, StockPayload, _ADJUST)
    async def stock_write_off(self, info: Info, input: StockWriteOffInput) -> models.Level:
        return await stock_states.write_off(
            info.context.actor, _place(input, input.bin_id), **_said(input)
        )

    @mutation(bin_moves.move, StockPayload, Permission.STOCK_RECEIVE)
    async def stock_move(self, info: Info, input: StockMoveInput) -> models.Level:
        to = input.to_bin_id
        return await bin_moves.move(
            info.context.actor,
            _place(input, input.from_bin_id),
            to_bin_id=None if to is None else decode(models.Bin, to) or NOWHERE,
            **_said(input),
        )


def _place(input: Taking, bin_id: strawberry.ID | None) -> Place:
    return Place(
        variant_id=decode(models.Variant, input.variant_id),
        location_id=decode(models.Location, input.location_id),
        **_named("bin_id", models.Bin, bin_id),
        **_named("lot_id", models.Lot, input.lot_id),
    )


def _named(name: str, kind: type[models.Row], given: strawberry.ID | None) -> dict[str, Any]:
    """The id behind what was given, none where it was null, and nothing where it was left out."""
    if given is UNSET:
        return {}
    return {name: None if given is None else decode(kind, given) or NOWHERE}


def _said(input: Any) -> dict[str, Any]:
    return {"quantity": input.quantity, "state": input.state, "note": input.note}
