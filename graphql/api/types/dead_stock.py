"""What clients see of stock that nobody asks for."""

from datetime import date

import strawberry

from api.fields import column
from api.types.stock import Level


@strawberry.type(description="A level of which nothing was asked for.")
class DeadStock:
    level: Level = column("The level.")
    asked_on: date | None = column("When something was asked for last; null for never.")
