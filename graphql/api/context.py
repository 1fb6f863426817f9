"""What every resolver may ask for: who is calling, and the batch loaders of this request."""

from dataclasses import dataclass, field

import strawberry

from api.loaders import Loaders
from services.actors import Actor


@dataclass
class Context:
    actor: Actor
    loaders: Loaders = field(default_factory=Loaders)

    def forget(self) -> None:
        """Read everything afresh from here on, as for the next event of a subscription."""
        self.loaders = Loaders()


Info = strawberry.Info[Context, None]
