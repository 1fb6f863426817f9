"""How this API declares a mutation, and the three things every mutation can do besides.

Written once: an idempotency key makes it safe to send again, an expected version keeps it from
overwriting somebody else's change, and a dry run shows its outcome without any.
"""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from contextvars import ContextVar
from dataclasses import asdict, fields, replace
from hashlib import sha256
from inspect import cleandoc
from typing import Annotated, Any

import orjson
import strawberry
from strawberry.extensions import FieldExtension
from strawberry.extensions.field_extension import AsyncExtensionResolver
from strawberry.types.nodes import SelectedField
from strawberry.utils.str_converters import to_camel_case

from api.errors import UserError
from api.fields import column
from api.nodes import decode
from api.permissions import Anybody, require
from models import Row
from models.errors import Problem, Refused
from services import commit, requests
from services.actors import Actor, Permission

# Open while one mutation runs and its payload is read; a dry run is undone when it closes.
scope: ContextVar[AsyncExitStack] = ContextVar("scope")

# What was found out for this mutation before its transaction began.
found: ContextVar[Any] = ContextVar("found")
Before = Callable[[Actor, Any], Awaitable[Any]]

# A fingerprint is kept, and what is kept of a password has to be hashed slowly.
SECRETS = ("password", "current_password")


@strawberry.input
class Step:
    """What every mutation takes."""

    idempotency_key: str | None = strawberry.field(
        default=None,
        description="Yours to choose. The same key and input again change nothing more and are "
        "answered with the same record, `replayed`.",
    )
    dry_run: bool = strawberry.field(
        default=False, description="Do it, answer, and undo it: nothing changes, nobody is told."
    )


@strawberry.input
class Change(Step):
    """What every mutation of a record takes."""

    id: strawberry.ID = strawberry.field(description="Which one: its id or its number.")
    expected_version: int | None = strawberry.field(
        default=None, description="Refuse if the record has another version than this."
    )


@strawberry.type
class Payload:
    """What every mutation answers."""

    user_errors: list[UserError] = column("Why nothing was changed; empty when it worked.")
    replayed: bool = column("Whether this key was answered before, so nothing was done again.")
    before: strawberry.Private[Any] = None

    @classmethod
    async def look(cls, info: Any, input: Any, subject: requests.Subject | None) -> Any:
        """What the payload needs to know from before the change; kept as `before`."""
        return None


def optional(description: str) -> Any:
    """A field of an update that is left as it is where it is not given."""
    return strawberry.field(default=strawberry.UNSET, description=description)


def given(input: Any, *names: str) -> dict[str, Any]:
    """Those of the named fields of an input that were given."""
    values = {name: getattr(input, name) for name in names}
    return {name: value for name, value in values.items() if value is not strawberry.UNSET}


def mutation(
    service: Callable[..., Awaitable[Row]],
    payload: type[Payload],
    needs: Permission | Anybody | None,
    *,
    changes: type[Row] | None = None,
    before: Before | None = None,
) -> Callable[[Callable[..., Awaitable[Row]]], Any]:
    """Declare a mutation that calls `service`, which describes it, for callers with a permission;
    for everybody who is known where that is None.

    `changes` is the kind of row the input's `id` names, whose version can be expected. `before`
    is what takes too long for a transaction; what it finds is `found` when the service is called.
    """

    def declare(resolver: Callable[..., Awaitable[Row]]) -> Any:
        description = " ".join(cleandoc(service.__doc__ or "").split())
        takes = f"What `{to_camel_case(resolver.__name__)}` takes."
        input_type = resolver.__annotations__["input"]
        input_type.__strawberry_definition__.description = takes
        resolver.__annotations__["input"] = Annotated[
            input_type, strawberry.argument(description=takes)
        ]
        return strawberry.mutation(
            resolver=resolver,
            graphql_type=payload,
            description=f"{description} {_for_whom(needs)}",
            extensions=[CarryOut(payload, needs, changes, before)],
        )

    return declare


class CarryOut(FieldExtension):
    """Runs a mutation once, in one transaction, and turns refusals into `userErrors`."""

    def __init__(
        self,
        payload: type[Payload],
        needs: Permission | Anybody | None,
        changes: type[Row] | None,
        before: Before | None,
    ) -> None:
        self.payload, self.needs, self.changes, self.before = payload, needs, changes, before
        own = {each.name for each in fields(Payload)}
        self.noun = next(each.name for each in fields(payload) if each.name not in own)

    async def resolve_async(
        self, next_: AsyncExtensionResolver, source: Any, info: Any, **kwargs: Any
    ) -> Any:
        input: Step = kwargs["input"]
        actor = info.context.actor
        require(actor, self.needs)
        try:
            if self.before is not None:
                found.set(await self.before(actor, input))
            if input.dry_run:
                await scope.get().enter_async_context(commit.rehearsal())
            request = self._request(actor, info.field_name, input)
            before: list[Any] = []

            async def verb() -> Row:
                before.append(await self.payload.look(info, input, request.subject))
                row: Row = await next_(source, info, **kwargs)
                return row

            answer = await requests.carry_out(actor, request, verb)
        except Refused as refusal:
            return self._answer(None, [_pointing(problem) for problem in refusal.problems])
        return self._answer(
            answer.row, [], replayed=answer.replayed, before=next(iter(before), None)
        )

    def _request(self, actor: Actor, name: str, input: Step) -> requests.Request:
        # Those who are not known would share their keys, and see one another's records.
        key = input.idempotency_key if actor.is_known and not input.dry_run else None
        subject = getattr(input, "id", None)
        return requests.Request(
            fingerprint=_fingerprint(name, input) if key is not None else "",
            key=key,
            subject=(self.changes, decode(self.changes, subject))
            if self.changes is not None and subject is not None
            else None,
            expected_version=getattr(input, "expected_version", None),
        )

    def _answer(self, row: Row | None, errors: list[Problem], **more: Any) -> Payload:
        values: dict[str, Any] = {self.noun: row, "user_errors": errors, "replayed": False} | more
        return self.payload(**values)


def asks_for(info: Any, name: str) -> bool:
    """Whether the answer of a mutation is to have a field, perhaps by a fragment."""
    waiting = [each for field in info.selected_fields for each in field.selections]
    while waiting:
        each = waiting.pop()
        if isinstance(each, SelectedField):
            if each.name == name:
                return True
        else:
            waiting += each.selections
    return False


def _for_whom(needs: Permission | Anybody | None) -> str:
    if needs is None:
        return "For everybody who is known."
    return "For anybody." if needs is Anybody.MAY else f"Needs {needs.name}."


def _fingerprint(name: str, input: Step) -> str:
    content = asdict(input) | dict.fromkeys(("idempotency_key", *SECRETS))
    return sha256(name.encode() + orjson.dumps(content, default=str)).hexdigest()


def _pointing(problem: Problem) -> Problem:
    return replace(problem, path=("input", *map(str, problem.path)))
