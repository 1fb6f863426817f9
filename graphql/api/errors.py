"""Refusals become `userErrors`, or errors with a code; everything else is masked and logged."""

import logging
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import strawberry
from graphql import GraphQLError

import models
from api.context import Info
from api.fields import column, money, one, percentage
from api.permissions import NotPermitted
from api.scalars import Money
from api.types.catalog import Variant
from models import errors
from models.errors import Refused

log = logging.getLogger(__name__)


@strawberry.interface(description="A reason why nothing was changed.")
class UserError:
    code: str = column("The kind of problem, for programs.")
    message: str = column("The problem and what to do about it, for people.")
    path: list[str] = column("Where in the arguments it is.")

    @classmethod
    def is_type_of(cls, *_: object) -> bool:
        return True

    @classmethod
    def resolve_type(cls, obj: Any, *_: object) -> str:
        return f"{type(obj).__name__}Error" if type(obj) is not errors.Problem else "InvalidError"


@strawberry.type(description="A value that cannot be taken as it is.")
class InvalidError(UserError):
    pass


@strawberry.type(description="There is no such record, or it is not yours to see.")
class NotFoundError(UserError):
    pass


@strawberry.type(description="Something else has to happen first, such as the release of a hold.")
class BlockedError(UserError):
    pass


@strawberry.type(description="The idempotency key was used for another input before.")
class IdempotencyMismatchError(UserError):
    pass


@strawberry.type(description="The lifecycle has no step from the current status to the wanted.")
class WrongStatusError(UserError):
    current: str = column("The status the record has.")
    wanted: str = column("The status that was asked for.")
    allowed: list[str] = column("The statuses it can have next.")


@strawberry.type(description="The record was changed since the version that was expected.")
class VersionConflictError(UserError):
    expected: int = column("The version the caller expects.")
    actual: int = column("The version the record has.")


@strawberry.type(description="More money was asked for than there is to act on.")
class AmountExceededError(UserError):
    available: Money = money("available", "How much it can be at most.")


@strawberry.type(description="Fewer units of a variant are available than were asked for.")
class OutOfStockError(UserError):
    variant: Variant = one(models.Variant, "variant_id", "What there is too little of.")
    requested: int = column("Units asked for.")
    available: int = column("Units that a new order can have, across all locations.")
    backorderable: bool = column("Whether an order may wait for it; see `allowBackorder`.")
    next_at: datetime | None = column(
        "When more should come that nobody waits for already, as far as it is known."
    )
    next_units: int = column("How many units should come then.")

    @strawberry.field(
        description="Other variants of the same product that can be had now, at most five.",
        graphql_type=list[Variant],
    )
    async def alternatives(root: errors.OutOfStock, info: Info) -> Any:
        return await info.context.loaders.one(models.Variant).load_many(root.alternative_ids)


@strawberry.type(description="Something else was scanned than was asked for; it was recorded.")
class MispickError(UserError):
    kind: models.MispickKind = column("What was wrong.")
    expected: str = column("What would have been right: codes or a count.")
    found: str = column("What was found in its place.")


@strawberry.type(description="More was to be taken off than the role of the caller may.")
class DiscountLimitError(UserError):
    limit_percent: Decimal = percentage("limit", "How much they may take off in all.")
    wanted_percent: Decimal = percentage("wanted", "How much it would have been.")


@strawberry.type(description="A purchase order is worth more than the caller may approve.")
class ApprovalLimitError(UserError):
    limit: Money = money("limit", "Up to what they may approve, in the shop's currency.")
    worth: Money = money("worth", "What it is worth.")


@strawberry.type(description="What differs is worth more than those who counted may approve.")
class SecondPersonNeededError(UserError):
    value: Money = money("value", "What it is worth, missing units and found ones added up.")
    limit: Money = money("limit", "Up to how much those who counted may approve.")


KINDS = (
    ApprovalLimitError,
    SecondPersonNeededError,
    DiscountLimitError,
    InvalidError,
    NotFoundError,
    BlockedError,
    IdempotencyMismatchError,
    WrongStatusError,
    VersionConflictError,
    OutOfStockError,
    MispickError,
    AmountExceededError,
)


def shown(error: GraphQLError) -> GraphQLError:
    """The error as a caller may see it: what is not meant for them becomes an id in the log."""
    cause = error.original_error
    if cause is None or isinstance(cause, GraphQLError):
        return error
    if isinstance(cause, Refused):
        code, message = cause.problems[0].code, str(cause)
    elif isinstance(cause, NotPermitted):
        code, message = cause.code, str(cause)
    else:
        reference = uuid4().hex
        log.error("Internal error %s at %s", reference, error.path, exc_info=cause)
        code, message = "INTERNAL", f"Something went wrong here. Its reference is {reference}."
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions={"code": code},
    )
