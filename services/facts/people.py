"""What is announced of people and their tokens."""

from dataclasses import dataclass

from services.actors import Permission
from services.facts.fact import Fact


@dataclass(frozen=True, kw_only=True)
class TokenFact(Fact):
    NEEDS = Permission.PEOPLE_READ

    token_id: int


class TokenCreated(TokenFact):
    """Somebody was given a token to call with."""


class TokenRevoked(TokenFact):
    """A token was revoked; its streams end."""
