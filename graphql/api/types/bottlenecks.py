"""What clients see of where work piles up."""

from datetime import datetime

import strawberry

import models
from api.fields import column, one
from api.types.enums import publish
from api.types.locations import Location
from services.actors import Permission
from services.bottlenecks import QueueTrend
from services.queues import Stage

publish(Stage, "A stage in the life of orders, returns and service cases.")
publish(QueueTrend, "Whether a queue grows.")


@strawberry.type(description="What waits in a stage, and how fast work comes to it and leaves it.")
class Bottleneck:
    stage: Stage = column("The stage.")
    location: Location | None = one(
        models.Location,
        "location_id",
        "Where, for stages that are at a location; needs LOCATIONS_READ.",
        needs=Permission.LOCATIONS_READ,
    )
    at: datetime = column("The moment this was found.")
    waiting: int = column("How many orders, fulfillments, parcels, returns or cases wait.")
    oldest_at: datetime | None = column("Since when the first of them waits.")
    oldest_hours: float | None = column("For how many hours that is.")
    median_at: datetime | None = column("Since when the middle one of them waits.")
    median_hours: float | None = column("For how many hours that is.")
    came_in_hour: int = column("How many came in the last hour.")
    done_in_hour: int = column("How many were done in the last hour.")
    came_in_day: int = column("How many came in the last 24 hours.")
    done_in_day: int = column("How many were done in the last 24 hours: the throughput.")
    wait_hours: float | None = column(
        "How many hours what comes now is going to wait: by Little's law what waits, divided by "
        "the throughput; null where nothing was done."
    )
    trend: QueueTrend = column(
        "Whether more came than was done in the last 24 hours, by more than twice what chance "
        "would make of equal rates."
    )
