"""What every change may be asked besides its input: do it once, and only to this version."""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass
from hashlib import sha256

import models
from models import IdempotencyRecord, Row
from models.errors import IdempotencyMismatch, Refused, VersionConflict
from services import scopes
from services.actors import Actor
from services.commit import operation
from services.inputs import Inputs

KEY_LENGTH = 200
# A record that is to be changed: its kind and its id.
Subject = tuple[type[Row], int]

_current: ContextVar[str | None] = ContextVar("current", default=None)


@dataclass(frozen=True, kw_only=True)
class Request:
    """`fingerprint` is a digest of the mutation's name and input; `subject` is what it changes."""

    fingerprint: str
    key: str | None = None
    subject: Subject | None = None
    expected_version: int | None = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    row: Row
    replayed: bool = False


@operation
async def carry_out(actor: Actor, request: Request, verb: Callable[[], Awaitable[Row]]) -> Answer:
    """Run a verb once per idempotency key; asked again, answer with the same row as it is now.

    Refuses a key that was used for another input, and a row that has another version than the
    caller expects.
    """
    record = await _claim(actor, request) if request.key is not None else None
    if record is not None and record.row_id:
        row_class: type[Row] = getattr(models, record.row_type)
        return Answer(row=await row_class.get(id=record.row_id), replayed=True)
    await _expect_version(actor, request)
    token = _current.set(_digest(actor, request))
    try:
        row = await verb()
    finally:
        _current.reset(token)
    if record is not None:
        record.row_type, record.row_id = type(row).__name__, row.id
        await record.save(update_fields=["row_type", "row_id"])
    return Answer(row=row)


def current() -> str | None:
    """A digest of who asks, what and with which idempotency key: the same again when it is sent
    again. None where there is no key."""
    return _current.get()


def _digest(actor: Actor, request: Request) -> str | None:
    if request.key is None:
        return None
    return sha256(f"{actor.label}\0{request.fingerprint}\0{request.key}".encode()).hexdigest()


async def _claim(actor: Actor, request: Request) -> IdempotencyRecord:
    """The record of this key. Of many callers at once all but one wait here until it is done."""
    inputs = Inputs()
    key = inputs.text(request.key, "idempotencyKey", most=KEY_LENGTH)
    inputs.refuse()
    mine = IdempotencyRecord(actor=actor.label, key=key, fingerprint=request.fingerprint)
    await IdempotencyRecord.bulk_create([mine], ignore_conflicts=True)
    record = await IdempotencyRecord.get(actor=actor.label, key=key)
    if record.fingerprint != request.fingerprint:
        message = "This idempotency key was used for another input. Use a new key."
        raise Refused(IdempotencyMismatch(message=message, path=("idempotencyKey",)))
    return record


async def _expect_version(actor: Actor, request: Request) -> None:
    if request.subject is not None and request.expected_version is not None:
        row_class, row_id = request.subject
        seen = await scopes.visible(actor, row_class).get_or_none(id=row_id)
        row = None if seen is None else await scopes.lock(seen)
        # A row that is not there, or not theirs, is refused by the verb, which knows what to call
        # it.
        if row is not None:
            expect_version(row, request.expected_version)


def expect_version(row: Row, expected: int | None) -> None:
    """Refuse a row that was changed since the version the caller has seen."""
    if expected is not None and row.version != expected:
        raise Refused(
            VersionConflict(
                message=f"{row.number} has changed: you expected version {expected}, "
                f"it is at {row.version}. Read it again.",
                path=("expectedVersion",),
                expected=expected,
                actual=row.version,
            )
        )
