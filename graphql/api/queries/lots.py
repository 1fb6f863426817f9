"""Questions about lots."""

from datetime import date
from typing import Annotated, Any

import strawberry

import models
from api.connections import ById, Connection, condition, listed
from api.context import Info
from api.nodes import decode
from api.permissions import Needs
from api.types.lots import Lot, LotTrace, Recall
from services import lots
from services.actors import Permission


@strawberry.input(description="Which lots.")
class LotFilter:
    variant_id: strawberry.ID | None = condition("variant_id", "Of this.", of=models.Variant)
    supplier_id: strawberry.ID | None = condition("supplier_id", "From this.", of=models.Supplier)
    code: str | None = condition("code", "With exactly this code.")
    expires_before: date | None = condition("expires_on__lt", "Good no longer than this.")
    recalled: bool | None = condition("recalled_at__not_isnull", "Called back, or not.")


@strawberry.input(description="Which recalls.")
class RecallFilter:
    lot_id: strawberry.ID | None = condition("lot_id", "Of this.", of=models.Lot)
    ended: bool | None = condition("ended_at__not_isnull", "Ended, or not.")


@strawberry.type
class LotQueries:
    lots: Connection[Lot] = listed(
        models.Lot,
        "Lots and serial numbers. Search looks into their codes.",
        filter=LotFilter,
        sort=ById,
        search=["code"],
    )
    recalls: Connection[Recall] = listed(
        models.Recall,
        "Recalls of lots. Search looks into their reasons.",
        filter=RecallFilter,
        sort=ById,
        search=["reason"],
    )

    @strawberry.field(
        description="A lot by its id or number, from where it came from to who has it.",
        extensions=[Needs(Permission.STOCK_READ)],
        graphql_type=LotTrace,
    )
    async def lot_trace(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Its id or number.")],
    ) -> Any:
        found: Any = await lots.find(info.context.actor, decode(models.Lot, id))
        return LotTrace(lot=found)

    @strawberry.field(
        description="A lot by its id or number, or by the code that stands on it.",
        extensions=[Needs(Permission.STOCK_READ)],
        graphql_type=Lot,
    )
    async def lot(
        self,
        info: Info,
        id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Its id or number.")
        ] = None,
        code: Annotated[
            str | None, strawberry.argument(description="Or what stands on it.")
        ] = None,
        variant_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="And of what, where several have such a code."),
        ] = None,
    ) -> Any:
        return await lots.find(
            info.context.actor,
            decode(models.Lot, id) if id is not None else None,
            code=code,
            variant_id=decode(models.Variant, variant_id) if variant_id is not None else None,
        )
