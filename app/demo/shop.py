"""What everybody in the demo shop shares: who they are, their dice, and how time passes."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random
from typing import Self

from models import Person, Role, Variant
from models.errors import Refused
from services.actors import ROLE_PERMISSIONS, Actor

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Shop:
    dice: Random
    pace: float
    staff: Mapping[Role, Actor]
    variants: list[Variant]

    @classmethod
    async def opened(cls, pace: float, seed: int | None) -> Self:
        """The shop that `waybill seed` made."""
        people = await Person.filter(customer_id=None, supplier_id=None).order_by("-id")
        return cls(
            # Nothing depends on these dice but how the demo looks.
            dice=Random(seed),
            pace=pace,
            staff={person.role: _actor(person) for person in people},
            variants=await Variant.filter(archived_at=None).order_by("id"),
        )

    async def pause(self, minutes: float) -> None:
        """Let about so many minutes of the shop's time pass."""
        await asyncio.sleep(self.dice.expovariate(1 / minutes) * 60 / self.pace)

    def happens(self, chance: float) -> bool:
        return self.dice.random() < chance


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Somebody with a kind of work, who looks for it about every so many minutes."""

    name: str
    minutes: float
    work: Callable[[Shop], Awaitable[None]]


@asynccontextmanager
async def trying() -> AsyncIterator[None]:
    """Staff meet refusals all day; they go on with something else."""
    try:
        yield
    except Refused as refusal:
        log.debug("Refused: %s", refusal)


def _actor(person: Person) -> Actor:
    return Actor(
        label=person.number, permissions=ROLE_PERMISSIONS[person.role], person_id=person.id
    )
