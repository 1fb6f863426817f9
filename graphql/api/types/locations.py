"""What clients see of locations."""

from datetime import datetime

import models
from api.fields import column
from api.nodes import Node, node


@node(models.Location, "A warehouse or store where stock lies.")
class Location(Node):
    code: str = column("A short name, such as BER1.")
    name: str = column("What it is called.")
    kind: models.LocationKind = column("What it is for.")
    time_zone: str = column("By which clock it works, such as Europe/Berlin.")
    working_days: list[models.Weekday] = column("On which days of the week it works.")
    holidays_of: str = column("Whose holidays it keeps, such as DE or DE-HH; empty for none.")
    priority: int = column("The lower, the earlier it is asked when stock is reserved.")
    line1: str = column("Street and house, where it is known.")
    city: str = column("Town or city.")
    region: str = column("State or province.")
    postal_code: str = column("Postal code.")
    country_code: str = column("Two letters of ISO 3166-1, such as DE; empty where unknown.")
    latitude: float | None = column("Degrees north.")
    longitude: float | None = column("Degrees east.")
    archived_at: datetime | None = column("When it was closed.")
