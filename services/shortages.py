"""What to say where there is too little: what is there, when more comes, what to take instead."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from models import Variant
from models.errors import OutOfStock
from services import backlog
from services.allocation import Shortage
from services.backlog import Outlook

MOST_ALTERNATIVES = 5


async def answers(shortages: Sequence[Shortage]) -> list[OutOfStock]:
    """An answer for each shortage, in as many queries however many there are."""
    short = await Variant.in_bulk([each.variant_id for each in shortages], "id")
    siblings = await Variant.filter(
        product_id__in={variant.product_id for variant in short.values()}, archived_at=None
    ).order_by("id")
    outlooks = await backlog.outlooks([*short, *(variant.id for variant in siblings)])
    return [_answer(each, short[each.variant_id], siblings, outlooks) for each in shortages]


def _answer(
    shortage: Shortage,
    variant: Variant,
    siblings: Sequence[Variant],
    outlooks: Mapping[int, Outlook],
) -> OutOfStock:
    coming = outlooks[variant.id].deal.coming
    message = (
        f"Only {shortage.available} of {shortage.requested} units of {variant.sku} are available."
    )
    if coming:
        message += f" {coming[0].units} more are expected on {coming[0].at:%Y-%m-%d}."
    return OutOfStock(
        message=message,
        variant_id=variant.id,
        requested=shortage.requested,
        available=shortage.available,
        backorderable=variant.backorderable,
        next_at=coming[0].at if coming else None,
        next_units=sum(each.units for each in coming if each.at == coming[0].at),
        alternative_ids=_alternatives(variant, siblings, outlooks),
    )


def _alternatives(
    variant: Variant, siblings: Sequence[Variant], outlooks: Mapping[int, Outlook]
) -> tuple[int, ...]:
    """Other variants of the same product that can be had now, those with most units first."""
    spare = defaultdict(int, {each: outlook.deal.spare for each, outlook in outlooks.items()})
    others = [
        each.id
        for each in siblings
        if each.product_id == variant.product_id and each.id != variant.id and spare[each.id]
    ]
    return tuple(sorted(others, key=lambda each: -spare[each])[:MOST_ALTERNATIVES])
