"""The schema, assembled. `schema.graphql` at the root is its printed copy."""

import strawberry

from api import errors
from api.mutations.arrivals import ArrivalMutations
from api.mutations.bins import BinMutations
from api.mutations.cases import CaseMutations
from api.mutations.catalog import CatalogMutations
from api.mutations.claims import ClaimMutations
from api.mutations.counts import CountMutations
from api.mutations.customer_data import CustomerDataMutations
from api.mutations.customers import CustomerMutations
from api.mutations.exceptions import ExceptionMutations
from api.mutations.exchanges import ExchangeMutations
from api.mutations.fraud import FraudMutations
from api.mutations.fulfillments import FulfillmentMutations
from api.mutations.holds import HoldMutations
from api.mutations.invoices import InvoiceMutations
from api.mutations.locations import LocationMutations
from api.mutations.lots import LotMutations
from api.mutations.orders import OrderMutations
from api.mutations.packages import PackageMutations
from api.mutations.payments import PaymentMutations
from api.mutations.people import PeopleMutations
from api.mutations.prices import PriceMutations
from api.mutations.purchase_orders import PurchaseOrderMutations
from api.mutations.receipts import ReceiptMutations
from api.mutations.replenishment import ReplenishmentMutations
from api.mutations.reservations import ReservationMutations
from api.mutations.returns import ReturnMutations
from api.mutations.shipments import ShipmentMutations
from api.mutations.shipping import ShippingMutations
from api.mutations.splits import SplitMutations
from api.mutations.stock import StockMutations
from api.mutations.stock_states import StockStateMutations
from api.mutations.store_credits import StoreCreditMutations
from api.mutations.supplier_claims import SupplierClaimMutations
from api.mutations.suppliers import SupplierMutations
from api.mutations.surveys import SurveyMutations
from api.mutations.transfers import TransferMutations
from api.mutations.waves import WaveMutations
from api.queries.cases import CaseQueries
from api.queries.catalog import CatalogQueries
from api.queries.claims import ClaimQueries
from api.queries.counts import CountQueries
from api.queries.customers import CustomerQueries
from api.queries.exceptions import ExceptionQueries
from api.queries.exchanges import ExchangeQueries
from api.queries.forecasts import ForecastQueries
from api.queries.fulfillments import FulfillmentQueries
from api.queries.insight import InsightQueries
from api.queries.invoices import InvoiceQueries
from api.queries.kpis import KpiQueries
from api.queries.locations import LocationQueries
from api.queries.lots import LotQueries
from api.queries.nodes import NodeQueries
from api.queries.orders import OrderQueries
from api.queries.payments import PaymentQueries
from api.queries.people import PeopleQueries
from api.queries.picking import PickingQueries
from api.queries.prices import PriceQueries
from api.queries.purchase_orders import PurchaseOrderQueries
from api.queries.receipts import ReceiptQueries
from api.queries.replenishment import ReplenishmentQueries
from api.queries.reports import ReportQueries
from api.queries.reservations import ReservationQueries
from api.queries.returns import ReturnQueries
from api.queries.shipping import ShippingQueries
from api.queries.stock import StockQueries
from api.queries.store_credits import StoreCreditQueries
from api.queries.suppliers import SupplierQueries
from api.queries.surveys import SurveyQueries
from api.queries.transfers import TransferQueries
from api.scalars import SCALARS
from api.subscriptions.bottlenecks import BottleneckSubscriptions
from api.subscriptions.cases import ServiceCaseSubscriptions
from api.subscriptions.events import EventSubscriptions
from api.subscriptions.exceptions import ExceptionSubscriptions
from api.subscriptions.kpis import KpiSubscriptions
from api.subscriptions.orders import OrderSubscriptions
from api.subscriptions.stock import StockSubscriptions
from api.types import events


@strawberry.type(description="What you may ask.")
class Query(
    OrderQueries,
    ExceptionQueries,
    CaseQueries,
    SurveyQueries,
    FulfillmentQueries,
    PickingQueries,
    PaymentQueries,
    StoreCreditQueries,
    ShippingQueries,
    StockQueries,
    CountQueries,
    SupplierQueries,
    LotQueries,
    ForecastQueries,
    ReplenishmentQueries,
    TransferQueries,
    ReceiptQueries,
    ClaimQueries,
    ExchangeQueries,
    ReservationQueries,
    ReturnQueries,
    PurchaseOrderQueries,
    CatalogQueries,
    CustomerQueries,
    LocationQueries,
    PriceQueries,
    InvoiceQueries,
    PeopleQueries,
    InsightQueries,
    ReportQueries,
    KpiQueries,
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
    CaseMutations,
    SurveyMutations,
    FulfillmentMutations,
    WaveMutations,
    PackageMutations,
    ShipmentMutations,
    PaymentMutations,
    StoreCreditMutations,
    ShippingMutations,
    StockMutations,
    StockStateMutations,
    LotMutations,
    CountMutations,
    ArrivalMutations,
    SupplierMutations,
    TransferMutations,
    ReceiptMutations,
    SupplierClaimMutations,
    ClaimMutations,
    ExchangeMutations,
    ReplenishmentMutations,
    ReservationMutations,
    ReturnMutations,
    PurchaseOrderMutations,
    CatalogMutations,
    CustomerMutations,
    CustomerDataMutations,
    LocationMutations,
    BinMutations,
    PriceMutations,
    PeopleMutations,
    InvoiceMutations,
):
    pass


@strawberry.type(description="What you may watch, over websocket, server-sent events or multipart.")
class Subscription(
    EventSubscriptions,
    OrderSubscriptions,
    StockSubscriptions,
    ExceptionSubscriptions,
    ServiceCaseSubscriptions,
    KpiSubscriptions,
    BottleneckSubscriptions,
):
    pass


schema = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=[*events.KINDS, *errors.KINDS],
    config=SCALARS,
)
