"""Signing in with a name and a password, and out again.

An attempt is counted before it is judged, so that many at once are many; and it is judged before
the transaction that signs in begins, as that takes long on purpose.
"""

from collections import deque
from datetime import timedelta
from hashlib import sha256
from math import ceil
from time import monotonic

from models import Person, SignInAttempts, Token
from models.errors import Blocked, Refused, invalid
from models.statements import select_one
from services import passwords, people, policies
from services.actors import Actor
from services.clock import now
from services.commit import announce, operation
from services.facts.people import SignedIn, SignedOut, SignInRefused, TokenRevoked

ROWS = 65_536
# So many refusals are told of in a minute, by each process.
MOST_TOLD = 30

_told: deque[float] = deque()
_untold = 0


async def prove(actor: Actor, username: str, password: str) -> Person | None:
    """Who has this name and this password, or None; refused where the name has to wait.

    Names there are and names there are not take the same time and get the same answers.
    """
    name = people.username(username)
    await _count(_row(name))
    person = await select_one(Person, username=name)
    if person is not None and person.deactivated_at is not None:
        person = None
    if await passwords.fits(person, password):
        await SignInAttempts.filter(id=_row(name)).delete()
        return person
    await _tell(actor, person)
    return None


async def new_password(actor: Actor, current: str, password: str) -> str | None:
    """What is to be kept of a new password; None where the current one is another."""
    person = await select_one(Person, id=actor.person_id or 0)
    if person is None or person.username is None:
        return None
    if await prove(actor, person.username, current) is None:
        return None
    return await passwords.hashed(password)


@operation
async def sign_in(actor: Actor, person: Person | None) -> Token:
    """Get a token for a name and a password; it is shown this once, and expires.

    After a few failures a name has to wait, each time twice as long.
    """
    if person is None:
        message = "There is nobody with this name and this password. Try again."
        raise Refused(invalid(message, "password"))
    token = await people.make_token(
        person.id, by_password=True, expires_at=now() + _hours(), label="sign-in"
    )
    await _note(actor, person, "password")
    return token


@operation
async def sign_out(actor: Actor) -> Person:
    """Revoke the token you call with; its streams end.

    The token of an identity provider is not revoked: it ends when it expires, or there.
    """
    token = await select_one(Token, locked=True, id=actor.token_id or 0)
    if token is not None and token.revoked_at is None:
        token.revoked_at = now()
        await token.store()
        announce(actor, TokenRevoked(token_id=token.id))
    person = await Person.get(id=actor.person_id)

    announce(actor, SignedOut(person_id=person.id))
    return person


async def _note(actor: Actor, person: Person, by: str) -> None:
    person.signed_in_at = now()
    await person.store()
    announce(_caller(actor, person), SignedIn(person_id=person.id, by=by))


def _caller(actor: Actor, person: Person) -> Actor:
    return actor if actor.is_known else Actor(label=person.number)


@operation
async def _count(row_id: int) -> None:
    """Count an attempt as failed until it has succeeded; refused while the name has to wait."""
    await SignInAttempts.bulk_create([SignInAttempts(id=row_id)], ignore_conflicts=True)
    attempts = await select_one(SignInAttempts, locked=True, id=row_id)
    if attempts is None:
        # Another attempt by this name has just succeeded.
        return
    at = now()
    if attempts.waits_until is not None and attempts.waits_until > at:
        seconds = ceil((attempts.waits_until - at).total_seconds())
        message = f"Too many attempts by this name. Wait {seconds} seconds, then try again."
        raise Refused(Blocked(message=message, path=("username",)))
    attempts.failures += 1
    attempts.waits_until = at + _wait(attempts.failures)
    await attempts.save()


def _wait(failures: int) -> timedelta:
    policy = policies.current()
    over = failures - policy.free_sign_in_attempts
    seconds = 0 if over < 0 else 2 ** min(over, 20)
    return timedelta(seconds=min(seconds, policy.longest_sign_in_wait_seconds))


def _row(name: str) -> int:
    return int.from_bytes(sha256(name.encode()).digest()[:4], "big") % ROWS + 1


def _hours() -> timedelta:
    return timedelta(hours=policies.current().sign_in_hours)


async def _tell(actor: Actor, person: Person | None) -> None:
    """Put a refusal on record, unless very many were just now: then the next one counts them."""
    global _untold
    at = monotonic()
    while _told and _told[0] < at - 60:
        _told.popleft()
    if len(_told) >= MOST_TOLD:
        _untold += 1
        return
    _told.append(at)
    attempts, _untold = 1 + _untold, 0
    await _record(actor, person.id if person is not None else None, attempts)


@operation
async def _record(actor: Actor, person_id: int | None, attempts: int) -> None:
    announce(actor, SignInRefused(person_id=person_id, attempts=attempts))
