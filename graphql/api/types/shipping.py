"""What clients see of carriers, shipping methods and what these make of an order."""

from datetime import date, datetime

import strawberry

import models
from api.fields import column, many, money, one
from api.nodes import Node, node
from api.scalars import Money


@node(models.Carrier, "Who carries parcels, and on which days.")
class Carrier(Node):
    code: str = column("A short name, such as DHL; parcels have it too.")
    name: str = column("What it is called.")
    working_days: list[models.Weekday] = column("On which days of the week it works.")
    holidays_of: str = column("Whose holidays it keeps, such as DE or DE-HH; empty for none.")
    silence_hours: int = column("After how many hours without a report it should be asked.")


@strawberry.type(description="What a parcel costs up to a weight, for orders from a value on.")
class ShippingRate:
    price: Money = money("price", "What it costs.")
    max_weight_grams: int | None = column("Up to which weight; null for any.")
    min_order_value: Money = money("min_order_value", "From which value of the goods on.")


@node(models.ShippingZone, "Where a shipping method goes, how long that takes and what it costs.")
class ShippingZone(Node):
    name: str = column("What it is called.")
    countries: list[str] = column("To these countries; none for everywhere else.")
    regions: list[str] = column("Only to these states or provinces, where any are named.")
    postal_prefixes: list[str] = column("Only to postal codes that begin so, where any are named.")
    min_days: int = column("Working days it takes at least.")
    max_days: int = column("Working days it takes at most, which is what is promised by.")
    rates: list[ShippingRate] = strawberry.field(
        resolver=lambda root: root.bands,
        description="Its price bands; of those that take a parcel, the cheapest is charged.",
        graphql_type=list[ShippingRate],
    )


@node(models.ShippingMethod, "A way to send parcels that customers can choose.")
class ShippingMethod(Node):
    code: str = column("A short name, unlike any other.")
    name: str = column("What customers call it.")
    carrier: Carrier = one(models.Carrier, "carrier_id", "Who carries it.")
    service_level: models.ServiceLevel = column("How fast it is.")
    cut_off: str = column("Until when, by the location's clock, parcels leave the same day.")
    is_default: bool = column("Whether orders without a choice are promised by it.")
    archived_at: datetime | None = column("When it was no longer offered.")
    zones: list[ShippingZone] = many(models.ShippingZone, "method_id", "Where it goes.")


@strawberry.type(description="What a shipping method makes of an order.")
class ShippingOption:
    method: ShippingMethod = column("Which method.")
    cost: Money = money("cost", "What it costs.")
    dispatch_by: datetime = column("When it has to be handed over at the latest.")
    promised_on: date = column("On which day everything arrives at the latest.")
    promised_at: datetime = column("The end of that day where it is sent from.")
    min_days: int = column("Working days on the way at least.")
    max_days: int = column("Working days on the way at most.")
    meets_promise: bool = column("Whether that is in time for the wanted date, or the promise.")
    is_cheapest_in_time: bool = column("Whether it is the cheapest one that is in time.")
