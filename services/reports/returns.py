"""Reports of what comes back."""

from typing import Any

from models import (
    Customer,
    Location,
    Order,
    Return,
    ReturnLine,
    ReturnReason,
    ReturnResolution,
    ReturnStatus,
    Variant,
)
from models.statements import select, select_by_id
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
    narrowed,
)

_P = Parameter
PARAMETERS = (_P.LOCATION, _P.STATUS, _P.CUSTOMER)
_READS = (
    "status",
    "resolution",
    "order_id",
    "customer_id",
    "location_id",
    "currency",
    "refund",
    "requested_at",
    "received_at",
    "resolved_at",
)


async def _lines(actor: Actor, given: Given) -> Pages:
    query = narrowed(scopes.visible(actor, Return), given, PARAMETERS, "created_at")
    places = {row.id: row.code for row in await Location.all().only("id", "code")}
    async for rows in keyed(query, "created_at", _READS):
        kept = {row[1]: dict(zip(("created_at", "id", *_READS), row, strict=True)) for row in rows}
        lines = await select(ReturnLine, returned_id__in=list(kept))
        lines.sort(key=lambda line: (kept[line.returned_id]["created_at"], line.id))
        variants = await select_by_id(Variant, {line.variant_id for line in lines})
        yield [
            kept[line.returned_id]
            | {"line": line, "sku": variants[line.variant_id].sku}
            | {"location": places.get(kept[line.returned_id]["location_id"])}
            for line in lines
        ]


def _of(name: str, description: str, of: Any = None) -> Column:
    return Column(name=name, description=description, of=of or (lambda item: item[name]))


def _of_line(name: str, description: str) -> Column:
    return _of(name, description, lambda item: getattr(item["line"], name))


RETURNS = Report(
    name="returns",
    description="Lines of returns; the period is that in which they were begun.",
    needs=frozenset({Permission.KPIS_READ, Permission.RETURNS_READ}),
    parameters=(_P.FROM, _P.TO, *PARAMETERS),
    statuses=ReturnStatus,
    pages=_lines,
    columns=(
        _of("return", "The return's number.", lambda item: Return.number_of(item["id"])),
        _of("order", "The order's number.", lambda item: Order.number_of(item["order_id"])),
        _of(
            "customer",
            "The customer's number.",
            lambda item: Customer.number_of(item["customer_id"]),
        ),
        _of("location", "Where it comes back to."),
        _of("status", "Where it stands.", lambda item: ReturnStatus(item["status"]).name),  # type: ignore[call-arg]
        _of(
            "resolution",
            "What the customer gets.",
            lambda item: ReturnResolution(item["resolution"]).name,  # type: ignore[call-arg]
        ),
        _of("requested_at", "When it was asked for."),
        _of("received_at", "When all of it had come."),
        _of("resolved_at", "When the customer had what they get."),
        _of("sku", "What comes back."),
        _of("reason", "Why.", lambda item: ReturnReason(item["line"].reason).name),  # type: ignore[call-arg]
        _of_line("quantity", "Units that were to come back."),
        _of_line("received", "Units that came."),
        _of_line("missing", "Units that never did."),
        _of_line("rejected", "Units that are not made good."),
        _of(
            "value",
            "What the customer gets for the line.",
            lambda item: amount(item["line"].value, item["currency"]),
        ),
        _of("currency", "The currency of all amounts."),
    ),
)
