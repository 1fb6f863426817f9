"""Passwords: hashed slowly, beside the event loop, and never inside a transaction."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar
from unicodedata import normalize

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from models import Password, Person, Token
from models.errors import Blocked, Refused, invalid
from models.statements import select, select_one
from services import scopes
from services.actors import Actor
from services.clock import now
from services.commit import announce, operation
from services.facts.people import PasswordSet, TokenRevoked

T = TypeVar("T")

LEAST, MOST = 12, 500
# A hash takes 64 MB and a core for a while, so few are made at once and few may wait.
AT_ONCE = 2
MOST_WAITING = 32

_hasher = PasswordHasher()
_rooms = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="passwords")
_waiting = 0


async def hashed(password: str) -> str:
    """What is kept of a new password; refused where it is too short or too long."""
    password = normalize("NFKC", password)
    if not LEAST <= len(password) <= MOST:
        message = f"Give a password of {LEAST} to {MOST} characters; this has {len(password)}."
        raise Refused(invalid(message, "password"))
    return await _slowly(lambda: _hasher.hash(password))


async def fits(person: Person | None, password: str) -> bool:
    """Whether this is the person's password.

    For somebody who is not there or has none, as much work is done for nothing: the time this
    takes must not tell which names there are.
    """
    kept = await select_one(Password, person_id=person.id) if person is not None else None
    password = normalize("NFKC", password[: MOST + 1])

    def verify() -> bool:
        try:
            return _hasher.verify(_nobodys() if kept is None else kept.hash, password)
        except VerificationError:
            return False

    return await _slowly(verify) and kept is not None


@operation
async def set(actor: Actor, person_id: int, *, hash: str) -> Person:
    """Give somebody a new password; whoever signed in with the one before is signed out."""
    person = await scopes.take(actor, Person, person_id)
    await _replace(actor, person, hash)
    return person


@operation
async def change(actor: Actor, *, hash: str | None) -> Person:
    """Change your own password, which you prove to know; everywhere else you are signed out.

    12 to 500 characters. Refused where the current password is another one.
    """
    if hash is None:
        raise Refused(invalid("This is not your current password.", "currentPassword"))
    person = await select_one(Person, locked=True, id=actor.person_id or 0)
    if person is None:
        raise Refused(Blocked(message="You have no password to change."))
    await _replace(actor, person, hash)
    return person


async def _replace(actor: Actor, person: Person, hash: str) -> None:
    await Password.update_or_create({"hash": hash}, person_id=person.id)
    await person.store()
    await end_sessions(actor, person.id, but=actor.token_id)

    announce(actor, PasswordSet(person_id=person.id))


async def end_sessions(actor: Actor, person_id: int, *, but: int | None = None) -> None:
    """Revoke what somebody was given for their password, except one token."""
    for token in await select(Token, locked=True, person_id=person_id, revoked_at=None):
        if token.by_password and token.id != but:
            token.revoked_at = now()
            await token.store()
            announce(actor, TokenRevoked(token_id=token.id))


@cache
def _nobodys() -> str:
    return _hasher.hash("nobody has this password")


async def _slowly(work: Callable[[], T]) -> T:
    global _waiting
    if _waiting >= MOST_WAITING:
        message = "Too many people are signing in. Try again in a moment."
        raise Refused(Blocked(message=message))
    _waiting += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_rooms, work)
    finally:
        _waiting -= 1
