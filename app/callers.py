"""Who is connected to this process for long: counted, and ended when their token is revoked."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Network, ip_address
from typing import Protocol

from starlette.types import Scope

from models import Event
from services.actors import Actor
from services.facts.people import PersonDeactivated, PersonRoleSet, TokenRevoked
from services.live import Interest, live

# What ends lines, and which detail of it says whose.
ENDING = {
    TokenRevoked.__name__: "token_id",
    PersonRoleSet.__name__: "person_id",
    PersonDeactivated.__name__: "person_id",
}


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who calls, and from where."""

    actor: Actor
    address: str

    @property
    def name(self) -> str:
        """Whom to count operations for: a person, whatever their tokens, or else an address."""
        known = self.actor.person_id
        return f"person:{known}" if known is not None else f"address:{self.address}"


def address_of(scope: Scope) -> str:
    """Where a connection comes from. Somebody with IPv6 has a whole network to call from."""
    host, _ = scope.get("client") or ("", 0)
    return _address(str(host))


@lru_cache(maxsize=1_000)
def _address(host: str) -> str:
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv4Address):
        return host
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address), 64), strict=False))


class Line(Protocol):
    """A connection that stays open: a websocket, or a stream over HTTP."""

    @property
    def actor(self) -> Actor | None: ...

    def forbid(self) -> None:
        """Its caller may no longer call."""


class Callers:
    """The open lines of this process, and how many operations each caller has on them."""

    def __init__(self, most_each: int | None) -> None:
        self.most_each = most_each
        self.open: set[Line] = set()
        self._by_identity: dict[tuple[str, int], set[Line]] = defaultdict(set)
        self.operations: Counter[str] = Counter()
        self._judged: int | None = None

    def remember(self, line: Line) -> None:
        self.open.add(line)
        for identity in _identities(line):
            self._by_identity[identity].add(line)

    def forget(self, line: Line) -> None:
        self.open.discard(line)
        for identity in _identities(line):
            same = self._by_identity[identity]
            same.discard(line)
            if not same:
                del self._by_identity[identity]

    def has_room(self, caller: str) -> bool:
        """Whether a caller may begin another operation."""
        return not self.most_each or self.operations.get(caller, 0) < self.most_each

    @contextmanager
    def operating(self, caller: str) -> Iterator[None]:
        """One more operation of a caller, as long as it lasts."""
        self.operations[caller] += 1
        try:
            yield
        finally:
            self.operations[caller] -= 1
            if not self.operations[caller]:
                del self.operations[caller]

    async def end_revoked(self) -> None:
        """End every line whose token is revoked, or whose caller may do other things, from now
        on; called again after a failure, it goes on where it was."""
        interest = Interest(kinds=frozenset(ENDING))
        async with aclosing(live.watch(interest, self._judged)) as watched:
            async for tidings in watched:
                self._judged = tidings.position
                if isinstance(tidings, Event):
                    name = ENDING[tidings.kind]
                    for line in list(self._by_identity.get((name, tidings.details[name]), ())):
                        line.forbid()


def _identities(line: Line) -> Iterator[tuple[str, int]]:
    """The token and the person behind a line."""
    for name in ("token_id", "person_id"):
        if line.actor is not None and (value := getattr(line.actor, name)) is not None:
            yield name, value
