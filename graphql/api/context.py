"""What every resolver may ask for: who is calling, the batch loaders of this request, and which
columns are all that is looked at of the rows of a root field, by its key in the answer."""

from dataclasses import dataclass, field

import strawberry

from api.loaders import Loaders
from services.actors import Actor


@dataclass
class Context:
    actor: Actor
    loaders: Loaders = field(default_factory=Loaders)
    columns: dict[str | int, frozenset[str]] = field(default_factory=dict)

    def forget(self) -> None:
        """Read everything afresh from here on, as for the next event of a subscription."""
        self.loaders = Loaders()


Info = strawberry.Info[Context, None]
