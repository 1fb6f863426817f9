"""What clients see of the things that can be done with a record."""

import strawberry

from api.fields import column


@strawberry.type(description="Something that stands in the way.")
class Blocker:
    code: str = column("The kind of problem, for programs.")
    message: str = column("The problem and what to do about it, for people.")


@strawberry.type(description="A mutation you may call on a record, and whether it would work now.")
class Action:
    name: str = column("The name of the mutation.")
    enabled: bool = column("Whether nothing stands in its way.")
    blocked_by: list[Blocker] = column("What stands in its way.")
