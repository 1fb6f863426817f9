"""What clients see of bins."""

from datetime import datetime

import models
from api.fields import column, one
from api.nodes import Node, node
from api.types.locations import Location


@node(models.Bin, "A shelf or compartment of a location.")
class Bin(Node):
    location: Location = one(models.Location, "location_id", "The location it is in.")
    code: str = column("Its code, which is also what a scanner reads on it.")
    position: int = column("Its place on a picker's walk; the lowest comes first.")
    storage: models.Storage = column("How goods lie in it.")
    archived_at: datetime | None = column("When it was taken down.")
