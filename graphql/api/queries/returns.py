"""Questions about returns."""

from datetime import datetime
from typing import Annotated

import strawberry

import models
from api.connections import ById, Connection, condition, listed
from api.context import Info
from api.nodes import decode
from api.permissions import Needs
from api.types.returns import Return, ReturnLine, ReturnUnit
from services import returns, scopes
from services.actors import Permission


@strawberry.input(description="Which returns.")
class ReturnFilter:
    status: list[models.ReturnStatus] | None = condition("status__in", "In any of these.")
    resolution: list[models.ReturnResolution] | None = condition(
        "resolution__in", "For which the customer wants any of these, or got it."
    )
    order_id: strawberry.ID | None = condition("order_id", "Of this order.", of=models.Order)
    customer_id: strawberry.ID | None = condition(
        "customer_id", "Of this customer.", of=models.Customer
    )
    location_id: strawberry.ID | None = condition(
        "location_id", "That come back to there.", of=models.Location
    )
    tracking_code: str | None = condition("tracking_code", "With exactly this tracking code.")
    requested_since: datetime | None = condition("created_at__gte", "Asked for then or later.")
    requested_until: datetime | None = condition("created_at__lt", "Asked for before then.")
    due_before: datetime | None = condition("due_at__lt", "To be sent before then.")


@strawberry.input(description="Which lines of returns.")
class ReturnLineFilter:
    return_id: strawberry.ID | None = condition("returned_id", "Of this return.", of=models.Return)
    variant_id: strawberry.ID | None = condition("variant_id", "Of this.", of=models.Variant)
    reason: list[models.ReturnReason] | None = condition("reason__in", "For any of these reasons.")


@strawberry.input(description="Which units that came back.")
class ReturnUnitFilter:
    return_id: strawberry.ID | None = condition("returned_id", "Of this return.", of=models.Return)
    variant_id: strawberry.ID | None = condition("variant_id", "Of this.", of=models.Variant)
    lot_id: strawberry.ID | None = condition("lot_id", "Of this lot.", of=models.Lot)
    disposition: list[models.Disposition] | None = condition(
        "disposition__in", "Of which any of these becomes."
    )
    judged: bool | None = condition("disposition__not_isnull", "Judged already, or not yet.")


Number = Annotated[
    str, strawberry.argument(description="A number such as RET-1042, or the return's id.")
]
Code = Annotated[
    str,
    strawberry.argument(description="A tracking code, or the number of a return, as scanned."),
]


@strawberry.type
class ReturnQueries:
    returns: Connection[Return] = listed(
        models.Return,
        "Returns. Search looks into notes, tracking codes and the names of customers.",
        filter=ReturnFilter,
        sort=ById,
        search=["note", "tracking_code", "order__customer__name"],
    )
    return_lines: Connection[ReturnLine] = listed(
        models.ReturnLine,
        "Lines of returns. Search looks into what customers say.",
        filter=ReturnLineFilter,
        sort=ById,
        search=["comment"],
    )
    return_units: Connection[ReturnUnit] = listed(
        models.ReturnUnit,
        "Units that came back. Search looks into what was found.",
        filter=ReturnUnitFilter,
        sort=ById,
        search=["note"],
    )

    @strawberry.field(
        name="return",
        description="One return by the number people say; null where there is none you may see.",
        extensions=[Needs(Permission.RETURNS_READ)],
        graphql_type=Return | None,
    )
    async def returned(self, info: Info, number: Number) -> models.Return | None:
        row_id = decode(models.Return, number)
        looked_at = info.context.columns.get(info.path.key)
        return await scopes.see(info.context.actor, models.Return, row_id, columns=looked_at)

    @strawberry.field(
        description="The return behind a code on a parcel; null where there is none you may see. "
        "Of several with a tracking code, the latest.",
        extensions=[Needs(Permission.RETURNS_READ)],
        graphql_type=Return | None,
    )
    async def return_by_code(self, info: Info, code: Code) -> models.Return | None:
        return await returns.find_by_code(info.context.actor, code)
