"""What can be done with a record is offered by name, with what stands in the way."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.errors import Problem
from models.lifecycle import Status
from models.rows import Lifecycle
from services.actors import Actor, Permission


@dataclass(frozen=True, kw_only=True)
class Action:
    """A mutation, by its name in the API, and the reasons that keep it from working now."""

    name: str
    needs: Permission
    blocked_by: Sequence[Problem]

    @property
    def enabled(self) -> bool:
        return not self.blocked_by


def action(name: str, needs: Permission, blocked_by: Sequence[Problem]) -> Action:
    return Action(name=name, needs=needs, blocked_by=blocked_by)


def offered(actor: Actor, *actions: Action) -> list[Action]:
    """Only what the actor's role may do at all."""
    return [action for action in actions if actor.may(action.needs)]


def step(row: Lifecycle, wanted: Status) -> list[Problem]:
    return [] if row.may_become(wanted) else [row.wrong_status(wanted)]
