"""What is announced of people, their tokens, and how they sign in."""

from dataclasses import dataclass

from models import Role
from services.actors import Permission
from services.facts.fact import Fact


@dataclass(frozen=True, kw_only=True)
class PersonFact(Fact):
    NEEDS = Permission.PEOPLE_READ

    person_id: int


class PersonCreated(PersonFact):
    """Somebody may call from now on."""


class PersonUpdated(PersonFact):
    """Somebody's name, or the name they sign in by, was changed."""


class PersonDeactivated(PersonFact):
    """Somebody may not call any more; their tokens are revoked and their streams end."""


@dataclass(frozen=True, kw_only=True)
class PersonRoleSet(PersonFact):
    """Somebody's role, and with it what they may do, was changed; their streams end."""

    role: Role
    role_before: Role


class PasswordSet(PersonFact):
    """Somebody's password was set or changed; whoever signed in with the one before is out."""


@dataclass(frozen=True, kw_only=True)
class SignedIn(PersonFact):
    """Somebody signed in."""

    by: str


class SignedOut(PersonFact):
    """Somebody signed out."""


@dataclass(frozen=True, kw_only=True)
class SignInRefused(Fact):
    """Somebody tried to sign in and was refused.

    The name is not kept where nobody has it, as people type passwords into the wrong field. Of
    very many refusals in a short time one tells of the others.
    """

    NEEDS = Permission.PEOPLE_READ

    person_id: int | None
    attempts: int


@dataclass(frozen=True, kw_only=True)
class TokenFact(Fact):
    NEEDS = Permission.PEOPLE_READ

    token_id: int


class TokenCreated(TokenFact):
    """Somebody was given a token to call with."""


class TokenRevoked(TokenFact):
    """A token was revoked; its streams end."""
