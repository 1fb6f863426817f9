"""The ground floor: tables, and the rules one row can enforce alone."""

from models.alerts import StockAlert, StockAlertKind
from models.arrivals import Arrival
from models.bins import Bin
from models.cases import (
    CaseChannel,
    CaseDeadlines,
    CaseKind,
    CaseMessage,
    CasePriority,
    ServiceCase,
)
from models.catalog import Product, Rotation, Storage, TaxClass, Tracking, Variant
from models.claims import Claim, ClaimKind, ClaimLine, ClaimRemedy, RecoveryStatus
from models.counts import (
    CountLine,
    CountScan,
    CountScope,
    Meanwhile,
    StockCount,
    Variance,
    VarianceCause,
)
from models.customer_figures import (
    CustomerFigure,
    CustomerMonth,
    CustomerSegment,
    OrderShare,
    SegmentSum,
)
from models.customer_traits import CustomerDuplicate, CustomerTrait, TraitKind
from models.customers import Address, Customer
from models.data_issues import DataIssue, DataIssueKind
from models.discounts import Discount
from models.events import Event, LogCursor
from models.exceptions import ExceptionKind, OrderException
from models.exchanges import Exchange, ExchangeMode
from models.forecasts import (
    DemandAsk,
    DemandClass,
    DemandDay,
    Forecast,
    ForecastMethod,
)
from models.fraud import FraudLevel, FraudReview, FraudSignal
from models.fulfillments import Fulfillment, FulfillmentLine
from models.holds import Hold, HoldKind
from models.idempotency import IdempotencyRecord
from models.invoices import Counter, CreditNote, Invoice
from models.kpis import KpiCell, KpiDimension, KpiEntry, KpiLevel, KpiName, KpiSource
from models.landed_costs import LandedCost, LandedCostKind
from models.lifecycle import (
    ArrivalStatus,
    CaseStatus,
    ClaimStatus,
    FulfillmentStatus,
    OrderStatus,
    PackageStatus,
    PaymentStatus,
    ProposalStatus,
    PurchaseOrderStatus,
    ReceiptStatus,
    ReservationStatus,
    ReturnStatus,
    ShipmentStatus,
    StockAlertStatus,
    StockCountStatus,
    SupplierClaimStatus,
    SurveyStatus,
    TransferStatus,
    VarianceStatus,
    WaveStatus,
)
from models.locations import Location, LocationKind
from models.lots import Lot, Recall
from models.mispicks import Mispick, MispickKind, MispickStep
from models.order_lines import OrderLine
from models.orders import AllocationPolicy, Order, OrderChannel
from models.packages import Package, PackageLine
from models.passwords import Password, SignInAttempts
from models.payments import (
    Payment,
    PaymentDispatch,
    PaymentEvent,
    PaymentEventKind,
    PaymentEventState,
    PaymentMethod,
    PaymentProvider,
)
from models.people import Person, Role, Token
from models.prices import Price, PriceList
from models.promises import Promise
from models.purchase_dispatches import PurchaseChannel, PurchaseDispatch, PurchaseMessage
from models.purchase_orders import PurchaseOrder, PurchaseOrderLine
from models.receipts import Condition, Receipt, ReceiptLine, ReceiptScan, ScanResult
from models.replenishment import (
    Proposal,
    ReplenishmentMethod,
    ReplenishmentPolicy,
    Urgency,
)
from models.reservations import Reservation
from models.returns import (
    Disposition,
    Return,
    ReturnCondition,
    ReturnLine,
    ReturnReason,
    ReturnResolution,
    ReturnUnit,
)
from models.rows import Row
from models.shipments import CarrierEvent, Shipment, ShipmentLine
from models.shipping import (
    Carrier,
    RateBand,
    ServiceLevel,
    ShippingMethod,
    ShippingZone,
    Weekday,
)
from models.stock import Level, Movement, MovementReason, Quant, StockState, ValueClass
from models.store_credits import StoreCredit, StoreCreditMovement, StoreCreditReason
from models.supplier_claims import Settlement, SupplierClaim, SupplierClaimKind
from models.supplier_deliveries import LeadObservation, SupplierDelivery
from models.suppliers import Supplier, SupplierContact, SupplierItem
from models.surveys import Survey, SurveySubject
from models.taxes import TaxRate
from models.transfers import Transfer, TransferLine
from models.waves import Wave

__all__ = [
    "Address",
    "AllocationPolicy",
    "Arrival",
    "ArrivalStatus",
    "Bin",
    "Carrier",
    "CarrierEvent",
    "CaseChannel",
    "CaseDeadlines",
    "CaseKind",
    "CaseMessage",
    "CasePriority",
    "CaseStatus",
    "Claim",
    "ClaimKind",
    "ClaimLine",
    "ClaimRemedy",
    "ClaimStatus",
    "Condition",
    "CountLine",
    "CountScan",
    "CountScope",
    "Counter",
    "CreditNote",
    "Customer",
    "CustomerDuplicate",
    "CustomerFigure",
    "CustomerMonth",
    "CustomerSegment",
    "CustomerTrait",
    "DataIssue",
    "DataIssueKind",
    "DemandAsk",
    "DemandClass",
    "DemandDay",
    "Discount",
    "Disposition",
    "Event",
    "ExceptionKind",
    "Exchange",
    "ExchangeMode",
    "Forecast",
    "ForecastMethod",
    "FraudLevel",
    "FraudReview",
    "FraudSignal",
    "Fulfillment",
    "FulfillmentLine",
    "FulfillmentStatus",
    "Hold",
    "HoldKind",
    "IdempotencyRecord",
    "Invoice",
    "KpiCell",
    "KpiDimension",
    "KpiEntry",
    "KpiLevel",
    "KpiName",
    "KpiSource",
    "LandedCost",
    "LandedCostKind",
    "LeadObservation",
    "Level",
    "Location",
    "LocationKind",
    "LogCursor",
    "Lot",
    "Meanwhile",
    "Mispick",
    "MispickKind",
    "MispickStep",
    "Movement",
    "MovementReason",
    "Order",
    "OrderChannel",
    "OrderException",
    "OrderLine",
    "OrderShare",
    "OrderStatus",
    "Package",
    "PackageLine",
    "PackageStatus",
    "Password",
    "Payment",
    "PaymentDispatch",
    "PaymentEvent",
    "PaymentEventKind",
    "PaymentEventState",
    "PaymentMethod",
    "PaymentProvider",
    "PaymentStatus",
    "Person",
    "Price",
    "PriceList",
    "Product",
    "Promise",
    "Proposal",
    "ProposalStatus",
    "PurchaseChannel",
    "PurchaseDispatch",
    "PurchaseMessage",
    "PurchaseOrder",
    "PurchaseOrderLine",
    "PurchaseOrderStatus",
    "Quant",
    "RateBand",
    "Recall",
    "Receipt",
    "ReceiptLine",
    "ReceiptScan",
    "ReceiptStatus",
    "RecoveryStatus",
    "ReplenishmentMethod",
    "ReplenishmentPolicy",
    "Reservation",
    "ReservationStatus",
    "Return",
    "ReturnCondition",
    "ReturnLine",
    "ReturnReason",
    "ReturnResolution",
    "ReturnStatus",
    "ReturnUnit",
    "Role",
    "Rotation",
    "Row",
    "ScanResult",
    "SegmentSum",
    "ServiceCase",
    "ServiceLevel",
    "Settlement",
    "Shipment",
    "ShipmentLine",
    "ShipmentStatus",
    "ShippingMethod",
    "ShippingZone",
    "SignInAttempts",
    "StockAlert",
    "StockAlertKind",
    "StockAlertStatus",
    "StockCount",
    "StockCountStatus",
    "StockState",
    "Storage",
    "StoreCredit",
    "StoreCreditMovement",
    "StoreCreditReason",
    "Supplier",
    "SupplierClaim",
    "SupplierClaimKind",
    "SupplierClaimStatus",
    "SupplierContact",
    "SupplierDelivery",
    "SupplierItem",
    "Survey",
    "SurveyStatus",
    "SurveySubject",
    "TaxClass",
    "TaxRate",
    "Token",
    "Tracking",
    "TraitKind",
    "Transfer",
    "TransferLine",
    "TransferStatus",
    "Urgency",
    "ValueClass",
    "Variance",
    "VarianceCause",
    "VarianceStatus",
    "Variant",
    "Wave",
    "WaveStatus",
    "Weekday",
]
