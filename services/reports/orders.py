"""Reports of orders, and of their lines."""

from typing import Any

from models import Customer, Order, OrderChannel, OrderLine, OrderStatus, PaymentStatus
from models.statements import select
from services import scopes
from services.actors import Actor, Permission
from services.reports.report import (
    Column,
    Given,
    Pages,
    Parameter,
    Report,
    amount,
    keyed,
    listing,
    money,
    narrowed,
    number,
    value,
    word,
)

_P = Parameter
PARAMETERS = (_P.CHANNEL, _P.STATUS, _P.CUSTOMER)
NEEDS = frozenset({Permission.CUSTOMERS_READ})

ORDERS = listing(
    "orders",
    Order,
    "Orders that were placed, the earliest first; the period is that of placing.",
    by="placed_at",
    needs=NEEDS,
    parameters=PARAMETERS,
    statuses=OrderStatus,
    columns=(
        number("number", Order, "Its number."),
        word("status", OrderStatus, "Where it stands."),
        word("channel", OrderChannel, "How it came in."),
        value("source", "Which marketplace or partner it came from."),
        value("reference", "Its number there.", path="external_reference"),
        number("customer", Customer, "The customer's number.", path="customer_id"),
        value("customer_name", "The customer's name.", path="customer__name"),
        value("placed_at", "When it was placed."),
        value("confirmed_at", "When it was confirmed."),
        value("completed_at", "When all of it had been delivered."),
        value("cancelled_at", "When it was cancelled."),
        value("promised_at", "When it is to arrive."),
        value("first_promised_at", "When it was to arrive at first."),
        money("subtotal", "What its lines cost."),
        money("discount_total", "What was taken off."),
        money("shipping_total", "What shipping costs."),
        money("tax_total", "The tax in it."),
        money("total", "What it costs."),
        money("allowance", "What returns, claims and exchanges have taken off that."),
        money("captured", "What was paid."),
        money("refunded", "What was given back."),
        value("currency", "The currency of all amounts."),
        word("payment_status", PaymentStatus, "How far its money has come."),
    ),
)

_UNITS = (
    ("ordered", "Units that were ordered."),
    ("cancelled", "Of those, given up."),
    ("reserved", "Set aside."),
    ("backordered", "Waiting for stock."),
    ("picked", "Picked."),
    ("packed", "Packed."),
    ("shipped", "Shipped."),
    ("delivered", "Delivered."),
    ("return_requested", "To come back."),
    ("return_received", "Came back."),
)


def _of_line(name: str, description: str) -> Column:
    return Column(name=name, description=description, of=lambda item: getattr(item[1], name))


def _amount(name: str, description: str) -> Column:
    return Column(
        name=name,
        description=description,
        of=lambda item: amount(getattr(item[1], name), item[1].currency),
    )


def _of_order(name: str, description: str, place: int) -> Column:
    return Column(name=name, description=description, of=lambda item: item[0][place])


async def _lines(actor: Actor, given: Given) -> Pages:
    query = narrowed(scopes.visible(actor, Order), given, PARAMETERS, "placed_at")
    async for orders in keyed(query, "placed_at", ("status", "channel")):
        kept: dict[int, Any] = {row[1]: row for row in orders}
        lines = await select(OrderLine, order_id__in=list(kept))
        lines.sort(key=lambda line: (kept[line.order_id][:2], line.id))
        yield [(kept[line.order_id], line) for line in lines]


ORDER_LINES = Report(
    name="order-lines",
    description="Lines of orders that were placed, with what has become of their units; the "
    "period is that of placing.",
    needs=frozenset({Permission.KPIS_READ, Permission.ORDERS_READ}),
    parameters=(_P.FROM, _P.TO, *PARAMETERS),
    statuses=OrderStatus,
    pages=_lines,
    columns=(
        Column(
            name="order",
            description="The order's number.",
            of=lambda item: Order.number_of(item[0][1]),
        ),
        _of_order("placed_at", "When it was placed.", 0),
        Column(
            name="status",
            description="Where the order stands.",
            of=lambda item: OrderStatus(item[0][2]).name,  # type: ignore[call-arg]
        ),
        Column(
            name="channel",
            description="How the order came in.",
            of=lambda item: OrderChannel(item[0][3]).name,  # type: ignore[call-arg]
        ),
        _of_line("number", "The line's number."),
        _of_line("sku", "What was ordered."),
        _of_line("name", "What that is called."),
        *(_of_line(name, description) for name, description in _UNITS),
        _amount("unit_price", "What a unit costs."),
        _amount("discount", "What was taken off."),
        _amount("tax", "The tax in it."),
        _amount("total", "What the customer pays for it."),
        _of_line("currency", "The currency of all amounts."),
    ),
)
