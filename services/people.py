"""People, and the tokens they call with."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from secrets import token_urlsafe

from models import Customer, Person, Role, Token
from models.errors import Blocked, NotFound, Problem, Refused
from models.statements import select, select_one
from services.actors import ROLE_PERMISSIONS, Actor, Permission
from services.clock import now
from services.commit import announce, operation
from services.facts.people import TokenCreated, TokenRevoked

PREFIX = "wb_"


@operation
async def create_token(
    actor: Actor,
    role: Role,
    *,
    name: str,
    label: str = "",
    customer_id: int | None = None,
    expires_at: datetime | None = None,
) -> str:
    """Give somebody of a role a new token; it is told this once and kept only as a digest."""
    if (role is Role.CUSTOMER) is not (customer_id is not None):
        message = "A token acts for a customer when, and only when, its role is customer."
        raise Refused(Problem(message=message, path=("customerId",)))
    if customer_id is not None and not await Customer.exists(id=customer_id):
        raise Refused(NotFound(message="There is no such customer.", path=("customerId",)))
    person, _ = await Person.get_or_create(name=name, role=role, customer_id=customer_id)
    secret = PREFIX + token_urlsafe(32)
    token = await Token.create(
        person_id=person.id, hash=digest(secret), label=label, expires_at=expires_at
    )

    announce(actor, TokenCreated(token_id=token.id))
    return secret


@operation
async def revoke_token(actor: Actor, token_id: int) -> Token:
    """Let a token open nothing from now on; the streams it opened end."""
    token = await Token.select_for_update().get_or_none(id=token_id)
    if token is None:
        message = "There is no such token. List them first."
        raise Refused(NotFound(message=message, path=("id",)))
    if token.revoked_at is not None:
        raise Refused(Blocked(message=f"{token.number} is revoked already.", path=("id",)))
    token.revoked_at = now()
    await token.store()

    announce(actor, TokenRevoked(token_id=token.id))
    return token


async def authenticate(secret: str) -> Actor | None:
    """Who calls with this token, or None where it opens nothing."""
    # The digest is looked up, so the time this takes tells nothing about the tokens there are.
    token = await select_one(Token, hash=digest(secret))
    if token is None or token.revoked_at is not None or has_expired(token.expires_at):
        return None
    [person] = await select(Person, id=token.person_id)
    return Actor(
        label=person.number,
        permissions=ROLE_PERMISSIONS[person.role],
        person_id=person.id,
        customer_id=person.customer_id,
        token_id=token.id,
        expires_at=token.expires_at,
    )


async def permissions(actor: Actor, rows: Sequence[Person]) -> list[list[Permission]]:
    """What each of these people may do."""
    return [sorted(ROLE_PERMISSIONS[row.role]) for row in rows]


def has_expired(expires_at: datetime | None) -> bool:
    return expires_at is not None and expires_at <= now()


def digest(secret: str) -> str:
    # The secret has 256 random bits, so a plain digest cannot be searched for.
    return sha256(secret.encode()).hexdigest()
