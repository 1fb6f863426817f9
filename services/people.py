"""People, and the tokens they call with."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

from models import Customer, Person, Role, Row, Supplier, Token
from models.errors import Blocked, NotFound, Problem, Refused
from models.statements import select, select_beside, select_one
from services import records, scopes
from services.actors import ROLE_PERMISSIONS, SYSTEM, Actor, Permission
from services.clock import now
from services.commit import announce, operation
from services.facts.people import (
    PersonCreated,
    PersonDeactivated,
    PersonRoleSet,
    PersonUpdated,
    SignedIn,
    TokenCreated,
    TokenRevoked,
)
from services.inputs import Inputs
from services.records import Changes

PREFIX = "wb_"


@operation
async def create(
    actor: Actor,
    *,
    name: str,
    role: Role,
    username: str | None = None,
    customer_id: int | None = None,
    supplier_id: int | None = None,
) -> Person:
    """Let somebody call from now on, by a token or, once they have a password, by signing in."""
    acts_for = await _acting_for(role, customer_id, supplier_id)
    entered = _person({"name": name, "username": username})
    person = Person(**entered, role=role, **acts_for)
    await records.enter(person, unique="username")

    announce(actor, PersonCreated(person_id=person.id))
    return person


@operation
async def update(actor: Actor, person_id: int, changes: Changes) -> Person:
    """Change somebody's name, or the name they sign in by."""
    person = await _take(actor, person_id)
    await records.revise(person, _person(changes), unique="username")

    announce(actor, PersonUpdated(person_id=person.id))
    return person


@operation
async def set_role(
    actor: Actor,
    person_id: int,
    *,
    role: Role,
    customer_id: int | None = None,
    supplier_id: int | None = None,
) -> Person:
    """Give somebody another role; their streams end, and what they may do is new at once.

    Refused for yourself, so that there is always an admin.
    """
    person = await _take(actor, person_id)
    _refuse_self(actor, person)
    acts_for = await _acting_for(role, customer_id, supplier_id)
    before = person.role
    person.update_from_dict({"role": role} | acts_for)
    await person.store()

    announce(actor, PersonRoleSet(person_id=person.id, role=role, role_before=before))
    return person


@operation
async def deactivate(actor: Actor, person_id: int) -> Person:
    """Let somebody not call any more: their tokens are revoked and their streams end.

    Refused for yourself, so that there is always an admin.
    """
    person = await _take(actor, person_id)
    _refuse_self(actor, person)
    person.deactivated_at = now()
    await person.store()
    for token in await select(Token, locked=True, person_id=person.id, revoked_at=None):
        await _revoke(actor, token)

    announce(actor, PersonDeactivated(person_id=person.id))
    return person


@operation
async def give_token(
    actor: Actor, person_id: int, *, label: str = "", expires_at: datetime | None = None
) -> Token:
    """Give somebody a new token; its secret is shown this once and kept only as a digest."""
    inputs = Inputs()
    label = inputs.text(label, "label", least=0, most=100)
    if expires_at is not None and inputs.moment(expires_at, "expiresAt") <= now():
        inputs.wrong("Give a time to come.", "expiresAt")
    inputs.refuse()
    person = await _take(actor, person_id, "personId")
    token = await make_token(person.id, label=label, expires_at=expires_at)

    announce(actor, TokenCreated(token_id=token.id))
    return token


@operation
async def create_token(
    actor: Actor,
    role: Role,
    *,
    name: str,
    label: str = "",
    customer_id: int | None = None,
    supplier_id: int | None = None,
    expires_at: datetime | None = None,
) -> str:
    """Give somebody of a role a new token; it is told this once and kept only as a digest."""
    acts_for = await _acting_for(role, customer_id, supplier_id)
    known: dict[str, Any] = {"name": name, "role": role} | acts_for
    person = await select_one(Person, deactivated_at=None, **known)
    if person is None:
        person = await Person.create(**known)
    token = await make_token(person.id, label=label, expires_at=expires_at)

    announce(actor, TokenCreated(token_id=token.id))
    return token.secret


@operation
async def revoke_token(actor: Actor, token_id: int) -> Token:
    """Let a token open nothing from now on; the streams it opened end."""
    token = await Token.select_for_update().get_or_none(id=token_id)
    if token is None:
        message = "There is no such token. List them first."
        raise Refused(NotFound(message=message, path=("id",)))
    if token.revoked_at is not None:
        raise Refused(Blocked(message=f"{token.number} is revoked already.", path=("id",)))
    await _revoke(actor, token)
    return token


async def recognise(
    subject: str, *, name: str, role: Role, signed_in_at: datetime
) -> Person | None:
    """The person behind a subject of the identity provider, with the role it gives them now; None
    where they may not call any more."""
    person = await select_one(Person, subject=subject)
    is_new = person is None or person.role is not role or _is_later(signed_in_at, person)
    if person is not None and person.deactivated_at is not None:
        return None
    return await _meet(subject, name, role, signed_in_at) if is_new else person


@operation
async def _meet(subject: str, name: str, role: Role, signed_in_at: datetime) -> Person:
    """Record who has signed in there, and what they may do by that."""
    created = [Person(subject=subject, name=name.strip()[:200] or "Unnamed", role=role)]
    await Person.bulk_create(created, ignore_conflicts=True)
    person = await Person.select_for_update().get(subject=subject)
    if person.signed_in_at is None:
        announce(SYSTEM, PersonCreated(person_id=person.id))
    if person.role is not role:
        announce(SYSTEM, PersonRoleSet(person_id=person.id, role=role, role_before=person.role))
        person.role, person.customer_id, person.supplier_id = role, None, None
    if _is_later(signed_in_at, person):
        person.signed_in_at = signed_in_at
        announce(acting(person), SignedIn(person_id=person.id, by="provider"))
    await person.store()
    return person


def _is_later(signed_in_at: datetime, person: Person) -> bool:
    return person.signed_in_at is None or person.signed_in_at < signed_in_at


async def make_token(person_id: int, **given: Any) -> Token:
    """A new token with its secret, which is nowhere else."""
    secret = PREFIX + token_urlsafe(32)
    token = await Token.create(person_id=person_id, hash=digest(secret), **given)
    token.secret = secret
    return token


async def authenticate(secret: str) -> Actor | None:
    """Who calls with this token, or None where it opens nothing."""
    # The digest is looked up, so the time this takes tells nothing about the tokens there are.
    # One statement, as every request begins with it.
    found = await select_beside(Token, _OF_TOKEN, Person, _OF_PERSON, hash=digest(secret))
    for token, person in found:
        is_over = token.revoked_at is not None or has_expired(token.expires_at)
        if not is_over and person.deactivated_at is None:
            return acting(person, token_id=token.id, expires_at=token.expires_at)
    return None


_OF_TOKEN = ("id", "expires_at", "revoked_at")
_OF_PERSON = ("id", "role", "customer_id", "supplier_id", "deactivated_at")


async def still(person_id: int, token_id: int | None) -> Actor | None:
    """Somebody as the caller they are by now, or None where they, or the token they called with,
    may call no more."""
    person = await select_one(Person, id=person_id)
    if person is None or person.deactivated_at is not None:
        return None
    if token_id is None:
        return acting(person)
    token = await select_one(Token, id=token_id, person_id=person_id)
    if token is None or token.revoked_at is not None or has_expired(token.expires_at):
        return None
    return acting(person, token_id=token.id, expires_at=token.expires_at)


def acting(
    person: Person, *, token_id: int | None = None, expires_at: datetime | None = None
) -> Actor:
    """Somebody as a caller."""
    # Who acts for nobody, though their role is to, would be taken for staff.
    is_lost = person.role == Role.SUPPLIER and person.supplier_id is None
    return Actor(
        label=person.number,
        permissions=frozenset() if is_lost else ROLE_PERMISSIONS[person.role],
        person_id=person.id,
        customer_id=person.customer_id,
        supplier_id=person.supplier_id,
        token_id=token_id,
        expires_at=expires_at,
    )


async def first_to_act_for(role: Role) -> dict[str, int | None]:
    """Whom somebody of a role acts for where nobody is named: the first there is."""
    kinds: dict[Role, tuple[str, type[Row]]] = {
        Role.CUSTOMER: ("customer_id", Customer),
        Role.SUPPLIER: ("supplier_id", Supplier),
    }
    if role not in kinds:
        return {}
    name, kind = kinds[role]
    first = await kind.all().order_by("id").first()
    return {name: None if first is None else first.id}


async def permissions(actor: Actor, rows: Sequence[Person]) -> list[list[Permission]]:
    """What each of these people may do."""
    return [sorted(ROLE_PERMISSIONS[row.role]) for row in rows]


def username(given: str) -> str:
    """The one spelling of a name that people sign in by."""
    return given.strip().casefold()


def has_expired(expires_at: datetime | None) -> bool:
    return expires_at is not None and expires_at <= now()


def digest(secret: str) -> str:
    # The secret has 256 random bits, so a plain digest cannot be searched for.
    return sha256(secret.encode()).hexdigest()


async def _take(actor: Actor, person_id: int, *path: str) -> Person:
    person = await scopes.take(actor, Person, person_id, *path)
    if person.deactivated_at is not None:
        raise Refused(Blocked(message=f"{person.number} is deactivated.", path=path or ("id",)))
    return person


async def _revoke(actor: Actor, token: Token) -> None:
    token.revoked_at = now()
    await token.store()
    announce(actor, TokenRevoked(token_id=token.id))


async def _acting_for(
    role: Role, customer_id: int | None, supplier_id: int | None
) -> dict[str, int | None]:
    """Whom somebody of a role acts for, in the columns of a person."""
    if customer_id is not None and not await Customer.exists(id=customer_id):
        raise Refused(NotFound(message="There is no such customer.", path=("customerId",)))
    if supplier_id is not None and not await Supplier.exists(id=supplier_id):
        raise Refused(NotFound(message="There is no such supplier.", path=("supplierId",)))
    if (role is Role.CUSTOMER) is not (customer_id is not None):
        message = "Somebody acts for a customer when, and only when, their role is customer."
        raise Refused(Problem(message=message, path=("customerId",)))
    if (role is Role.SUPPLIER) is not (supplier_id is not None):
        message = "Somebody acts for a supplier when, and only when, their role is supplier."
        raise Refused(Problem(message=message, path=("supplierId",)))
    return {"customer_id": customer_id, "supplier_id": supplier_id}


def _refuse_self(actor: Actor, person: Person) -> None:
    if actor.person_id == person.id:
        message = "You cannot do this to yourself. Ask another admin."
        raise Refused(Blocked(message=message, path=("id",)))


def _person(given: Changes) -> Changes:
    inputs = Inputs()
    checked = dict(given)
    if "name" in given:
        checked["name"] = inputs.text(given["name"], "name", most=200)
    if given.get("username") is not None:
        checked["username"] = inputs.text(username(given["username"]), "username", most=100)
    inputs.refuse()
    return checked
