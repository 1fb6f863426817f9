"""The schema, assembled. `schema.graphql` at the root is its printed copy."""

import strawberry

from api import errors
from api.mutations.arrivals import ArrivalMutations
from api.mutations.bins import BinMutations
from api.mutations.catalog import CatalogMutations
from api.mutations.customers import CustomerMutations
from api.mutations.exceptions import ExceptionMutations
from api.mutations.fraud import FraudMutations
from api.mutations.fulfillments import FulfillmentMutations
from api.mutations.holds import HoldMutations
from api.mutations.invoices import InvoiceMutations
from api.mutations.locations import LocationMutations
from api.mutations.orders import OrderMutations
from api.mutations.packages import PackageMutations
from api.mutations.payments import PaymentMutations
from api.mutations.people import PeopleMutations
from api.mutations.prices import PriceMutations
from api.mutations.reservations import ReservationMutations
from api.mutations.shipments import ShipmentMutations
from api.mutations.shipping import ShippingMutations
from api.mutations.splits import SplitMutations
from api.mutations.stock import StockMutations
from api.mutations.waves import WaveMutations
from api.queries.catalog import CatalogQueries
from api.queries.customers import CustomerQueries
from api.queries.exceptions import ExceptionQueries
from api.queries.fulfillments import FulfillmentQueries
from api.queries.invoices import InvoiceQueries
from api.queries.locations import LocationQueries
from api.queries.nodes import NodeQueries
from api.queries.orders import OrderQueries
from api.queries.payments import PaymentQueries
from api.queries.people import PeopleQueries
from api.queries.picking import PickingQueries
from api.queries.prices import PriceQueries
from api.queries.reservations import ReservationQueries
from api.queries.shipping import ShippingQueries
from api.queries.stock import StockQueries
from api.scalars import SCALARS
from api.subscriptions.events import EventSubscriptions
from api.subscriptions.exceptions import ExceptionSubscriptions
from api.subscriptions.orders import OrderSubscriptions
from api.subscriptions.stock import StockSubscriptions
from api.types import events


@strawberry.type(description="What you may ask.")
class Query(
    OrderQueries,
    ExceptionQueries,
    FulfillmentQueries,
    PickingQueries,
    PaymentQueries,
    ShippingQueries,
    StockQueries,
    ReservationQueries,
    CatalogQueries,
    CustomerQueries,
    LocationQueries,
    PriceQueries,
    InvoiceQueries,
    PeopleQueries,
    NodeQueries,
):
    pass


@strawberry.type(description="What you may do: one mutation for each step of each life.")
class Mutation(
    OrderMutations,
    SplitMutations,
    HoldMutations,
    FraudMutations,
    ExceptionMutations,
    FulfillmentMutations,
    WaveMutations,
    PackageMutations,
    ShipmentMutations,
    PaymentMutations,
    ShippingMutations,
    StockMutations,
    ArrivalMutations,
    ReservationMutations,
    CatalogMutations,
    CustomerMutations,
    LocationMutations,
    BinMutations,
    PriceMutations,
    PeopleMutations,
    InvoiceMutations,
):
    pass


@strawberry.type(description="What you may watch, over websocket, server-sent events or multipart.")
class Subscription(
    EventSubscriptions, OrderSubscriptions, StockSubscriptions, ExceptionSubscriptions
):
    pass


schema = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=[*events.KINDS, *errors.KINDS],
    config=SCALARS,
)
