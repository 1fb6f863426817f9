"""The ground floor: tables, and the rules one row can enforce alone."""

from models.alerts import StockAlert, StockAlertKind
from models.arrivals import Arrival
from models.bins import Bin
from models.catalog import Product, TaxClass, Variant
from models.customers import Address, Customer
from models.data_issues import DataIssue, DataIssueKind
from models.discounts import Discount
from models.events import Event
from models.exceptions import ExceptionKind, OrderException
from models.fraud import FraudLevel, FraudReview, FraudSignal
from models.fulfillments import Fulfillment, FulfillmentLine
from models.holds import Hold, HoldKind
from models.idempotency import IdempotencyRecord
from models.invoices import Counter, CreditNote, Invoice
from models.lifecycle import (
    ArrivalStatus,
    FulfillmentStatus,
    OrderStatus,
    PackageStatus,
    PaymentStatus,
    ReservationStatus,
    ShipmentStatus,
    StockAlertStatus,
    WaveStatus,
)
from models.locations import Location, LocationKind
from models.mispicks import Mispick, MispickKind, MispickStep
from models.orders import AllocationPolicy, Order, OrderChannel, OrderLine
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
from models.reservations import Reservation
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
from models.stock import Level, Movement, MovementReason
from models.taxes import TaxRate
from models.waves import Wave

__all__ = [
    "Address",
    "AllocationPolicy",
    "Arrival",
    "ArrivalStatus",
    "Bin",
    "Carrier",
    "CarrierEvent",
    "Counter",
    "CreditNote",
    "Customer",
    "DataIssue",
    "DataIssueKind",
    "Discount",
    "Event",
    "ExceptionKind",
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
    "Level",
    "Location",
    "LocationKind",
    "Mispick",
    "MispickKind",
    "MispickStep",
    "Movement",
    "MovementReason",
    "Order",
    "OrderChannel",
    "OrderException",
    "OrderLine",
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
    "RateBand",
    "Reservation",
    "ReservationStatus",
    "Role",
    "Row",
    "ServiceLevel",
    "Shipment",
    "ShipmentLine",
    "ShipmentStatus",
    "ShippingMethod",
    "ShippingZone",
    "SignInAttempts",
    "StockAlert",
    "StockAlertKind",
    "StockAlertStatus",
    "TaxClass",
    "TaxRate",
    "Token",
    "Variant",
    "Wave",
    "WaveStatus",
    "Weekday",
]
