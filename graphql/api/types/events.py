"""What clients see of the event log: an interface, and one type per kind of fact.

The types are made from the facts themselves, so a fact announced is a fact published.
"""

import re
from dataclasses import fields
from datetime import datetime
from enum import StrEnum
from inspect import cleandoc
from typing import TYPE_CHECKING, Annotated, Any, cast, get_type_hints

import strawberry
from tortoise.models import Model

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
ROWS: dict[str, tuple[type[Model], str]] = {
    "product_id": (models.Product, "api.types.catalog"),
    "variant_id": (models.Variant, "api.types.catalog"),
    "location_id": (models.Location, "api.types.locations"),
    "bin_id": (models.Bin, "api.types.bins"),
    "wave_id": (models.Wave, "api.types.picking"),
    "mispick_id": (models.Mispick, "api.types.picking"),
    "package_id": (models.Package, "api.types.packages"),
    "invoice_id": (models.Invoice, "api.types.invoices"),
    "credit_note_id": (models.CreditNote, "api.types.invoices"),
    "price_list_id": (models.PriceList, "api.types.prices"),
    "tax_rate_id": (models.TaxRate, "api.types.prices"),
    "arrival_id": (models.Arrival, "api.types.arrivals"),
    "reservation_id": (models.Reservation, "api.types.reservations"),
    "stock_alert_id": (models.StockAlert, "api.types.stock"),
    "fulfillment_id": (models.Fulfillment, "api.types.fulfillments"),
    "exception_id": (models.OrderException, "api.types.exceptions"),
    "into_order_id": (models.Order, "api.types.orders"),
    "from_order_id": (models.Order, "api.types.orders"),
    "data_issue_id": (models.DataIssue, "api.types.orders"),
    "payment_id": (models.Payment, "api.types.payments"),
    "carrier_id": (models.Carrier, "api.types.shipping"),
    "shipping_method_id": (models.ShippingMethod, "api.types.shipping"),
    "shipment_id": (models.Shipment, "api.types.fulfillments"),
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
    order: OrderRef | None = one(models.Order, "order_id", "The order it is about, as it is now.")
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
        require(info.context.actor, permission)
        key = getattr(root, name, None) or root.details.get(name)
        return None if key is None else await info.context.loaders.one(kind).load(key)

    needs = f"; needs {permission.name}" if permission is not Permission.ORDERS_READ else ""
    word = name.removesuffix("_id").replace("_", " ")
    return strawberry.field(resolver=resolve, description=f"The {word}, as it is now{needs}.")


def _detail(name: str, kind: Any) -> Any:
    def resolve(root: Any) -> Any:
        value = root.details.get(name)
        if kind is datetime:
            return datetime.fromisoformat(value)
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
            namespace[each.name] = _detail(each.name, hints[each.name])
    return strawberry.type(type(name, (Event,), namespace), description=_sentence(kind))


KINDS: list[type] = [_published(name, kind) for name, kind in every_fact().items()]
KINDS += [
    strawberry.type(type(kind.__name__, (Event,), {}), description=_sentence(kind))
    for kind in SIGNALS
]
