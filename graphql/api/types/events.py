"""What clients see of the event log: an interface, and one type per kind of fact.

The types are made from the facts themselves, so a fact announced is a fact published.
"""

import re
from dataclasses import MISSING, fields
from datetime import datetime
from enum import StrEnum
from inspect import cleandoc
from typing import TYPE_CHECKING, Annotated, Any, cast, get_type_hints

import strawberry

import models
from api.context import Info
from api.fields import column, one
from api.permissions import require
from api.types.enums import publish
from models.lifecycle import Status
from services.actors import Permission
from services.facts import every_fact
from services.facts.fact import Fact
from services.live import Heartbeat, Reset, Signal
from services.scopes import SCOPES

if TYPE_CHECKING:
    from api.types.customers import Customer
    from api.types.orders import Order

OrderRef = Annotated["Order", strawberry.lazy("api.types.orders")]
CustomerRef = Annotated["Customer", strawberry.lazy("api.types.customers")]

# Which type stands behind a fact's field that names a row, and where it is declared.
ROWS: dict[str, tuple[type[models.Row], str]] = {
    "product_id": (models.Product, "api.types.catalog"),
    "variant_id": (models.Variant, "api.types.catalog"),
    "location_id": (models.Location, "api.types.locations"),
    "lot_id": (models.Lot, "api.types.lots"),
    "bin_id": (models.Bin, "api.types.bins"),
    "wave_id": (models.Wave, "api.types.picking"),
    "mispick_id": (models.Mispick, "api.types.picking"),
    "package_id": (models.Package, "api.types.packages"),
    "invoice_id": (models.Invoice, "api.types.invoices"),
    "credit_note_id": (models.CreditNote, "api.types.invoices"),
    "price_list_id": (models.PriceList, "api.types.prices"),
    "tax_rate_id": (models.TaxRate, "api.types.prices"),
    "arrival_id": (models.Arrival, "api.types.arrivals"),
    "transfer_id": (models.Transfer, "api.types.transfers"),
    "receipt_id": (models.Receipt, "api.types.receipts"),
    "supplier_claim_id": (models.SupplierClaim, "api.types.receipts"),
    "exchange_id": (models.Exchange, "api.types.exchanges"),
    "claim_id": (models.Claim, "api.types.claims"),
    "destination_id": (models.Location, "api.types.locations"),
    "reservation_id": (models.Reservation, "api.types.reservations"),
    "stock_alert_id": (models.StockAlert, "api.types.stock"),
    "fulfillment_id": (models.Fulfillment, "api.types.fulfillments"),
    "exception_id": (models.OrderException, "api.types.exceptions"),
    "into_order_id": (models.Order, "api.types.orders"),
    "from_order_id": (models.Order, "api.types.orders"),
    "data_issue_id": (models.DataIssue, "api.types.orders"),
    "payment_id": (models.Payment, "api.types.payments"),
    "store_credit_id": (models.StoreCredit, "api.types.store_credits"),
    "carrier_id": (models.Carrier, "api.types.shipping"),
    "shipping_method_id": (models.ShippingMethod, "api.types.shipping"),
    "shipment_id": (models.Shipment, "api.types.fulfillments"),
    "supplier_id": (models.Supplier, "api.types.suppliers"),
    "supplier_contact_id": (models.SupplierContact, "api.types.suppliers"),
    "supplier_item_id": (models.SupplierItem, "api.types.suppliers"),
    "purchase_order_id": (models.PurchaseOrder, "api.types.purchase_orders"),
    "landed_cost_id": (models.LandedCost, "api.types.purchase_orders"),
    "stock_count_id": (models.StockCount, "api.types.counts"),
    "reversing_count_id": (models.StockCount, "api.types.counts"),
    "count_line_id": (models.CountLine, "api.types.counts"),
    "variance_id": (models.Variance, "api.types.counts"),
    "service_case_id": (models.ServiceCase, "api.types.cases"),
    "case_message_id": (models.CaseMessage, "api.types.cases"),
    "survey_id": (models.Survey, "api.types.surveys"),
    "person_id": (models.Person, "api.types.people"),
    "token_id": (models.Token, "api.types.people"),
}
SIGNALS: tuple[type[Signal], ...] = (Heartbeat, Reset)


def _kind_name(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).upper()


def _sentence(kind: type) -> str:
    return " ".join(cleandoc(kind.__doc__ or "").split())


KIND_NAMES: dict[str, Any] = {
    _kind_name(name): (name, _sentence(kind))
    for name, kind in [*every_fact().items(), *((kind.__name__, kind) for kind in SIGNALS)]
}
EventKind: Any = cast("Any", Status)("EventKind", KIND_NAMES)
publish(EventKind, "What happened.")


@strawberry.interface(description="Something that happened, as the event log keeps it.")
class Event:
    @strawberry.field(description="Where it stands in the log; give it as `after` to go on.")
    def cursor(root: Any) -> str:
        return str(root.position)

    @strawberry.field(description="What happened.")
    def kind(root: Any) -> EventKind:
        return EventKind(root.kind)

    at: datetime = column("When it happened.")
    actor: str | None = column("Who did it, by their number.")

    @strawberry.field(description="The order it is about, as it is now; needs ORDERS_READ.")
    async def order(root: Any, info: Info) -> OrderRef | None:
        # Suppliers hear of things that have none, which is no reason to refuse them.
        if root.order_id is None:
            return None
        require(info.context.actor, Permission.ORDERS_READ)
        found: OrderRef | None = await info.context.loaders.one(models.Order).load(root.order_id)
        return found

    customer: CustomerRef | None = one(
        models.Customer,
        "customer_id",
        "The customer it is about, as they are now; needs CUSTOMERS_READ.",
        needs=Permission.CUSTOMERS_READ,
    )

    @classmethod
    def is_type_of(cls, *_: object) -> bool:
        return True

    @classmethod
    def resolve_type(cls, obj: Any, *_: object) -> str:
        return str(obj.kind)


def _row(name: str) -> Any:
    """The row a fact names, in a column of the log or in its details."""
    kind, _ = ROWS[name]
    permission = SCOPES[kind].permission

    async def resolve(root: Any, info: Info) -> Any:
        actor = info.context.actor
        require(actor, permission)
        key = getattr(root, name, None) or root.details.get(name)
        return None if key is None else await info.context.loaders.seen(actor, kind).load(key)

    needs = f"; needs {permission.name}" if permission is not Permission.ORDERS_READ else ""
    word = name.removesuffix("_id").replace("_", " ")
    return strawberry.field(resolver=resolve, description=f"The {word}, as it is now{needs}.")


def _detail(name: str, kind: Any, default: Any) -> Any:
    """A detail; of an event that is older than it, what the fact says where nothing is said."""

    def resolve(root: Any) -> Any:
        value = root.details.get(name, default)
        if kind in (datetime, datetime | None):
            return None if value is None else datetime.fromisoformat(value)
        return kind(value) if isinstance(kind, type) and issubclass(kind, StrEnum) else value

    word = name.replace("_", " ").capitalize()
    return strawberry.field(resolver=resolve, description=f"{word}, as it was then.")


def _published(name: str, kind: type[Fact]) -> type:
    hints = get_type_hints(kind)
    namespace: dict[str, Any] = {"__annotations__": {}, "__module__": __name__}
    for each in fields(kind):
        if each.name in ("order_id", "customer_id"):
            continue
        if each.name in ROWS:
            row, module = ROWS[each.name]
            field = each.name.removesuffix("_id")
            lazily = cast("Any", Annotated)[row.__name__, strawberry.lazy(module)]
            namespace["__annotations__"][field] = lazily | None
            namespace[field] = _row(each.name)
        else:
            namespace["__annotations__"][each.name] = hints[each.name]
            default = None if each.default is MISSING else each.default
            namespace[each.name] = _detail(each.name, hints[each.name], default)
    return strawberry.type(type(name, (Event,), namespace), description=_sentence(kind))


KINDS: list[type] = [_published(name, kind) for name, kind in every_fact().items()]
KINDS += [
    strawberry.type(type(kind.__name__, (Event,), {}), description=_sentence(kind))
    for kind in SIGNALS
]
