"""Short picks: what was picked of each line, and what was not where it should have been."""

from collections.abc import Mapping, Sequence

from models import FulfillmentLine, Reservation
from models.errors import NotFound
from models.statements import select_by_id
from services.inputs import Inputs


def count(work: Sequence[FulfillmentLine], picked: Mapping[int, int] | None) -> dict[int, int]:
    """Note what was picked on each line; returns the missing units by fulfillment line."""
    inputs = Inputs()
    known = {each.id for each in work}
    place = {line_id: n for n, line_id in enumerate(picked or ())}
    for line_id, n in place.items():
        if line_id not in known:
            message = "This fulfillment has no such line."
            inputs.add(NotFound(message=message, path=("lines", n, "lineId")))
    for each in work:
        units = each.quantity if picked is None else picked.get(each.id, 0)
        path = ("lines", place.get(each.id, 0), "quantity")
        each.picked = inputs.number(units, *path, least=0, most=each.quantity)
    if not any(each.picked for each in work):
        inputs.wrong("Nothing was picked. Cancel the fulfillment instead.", "lines")
    inputs.refuse()
    return {each.id: each.quantity - each.picked for each in work if each.picked < each.quantity}


async def split_off(
    work: Sequence[FulfillmentLine], missing: Mapping[int, int]
) -> list[Reservation]:
    """Reservations of the missing units alone; those of the picked ones keep the rest."""
    short = [each for each in work if each.id in missing]
    rows = await select_by_id(Reservation, [each.reservation_id for each in short])
    loose = []
    for each in short:
        row = rows[each.reservation_id]
        if each.picked:
            row.quantity = each.picked
            await row.store()
            row = await Reservation.create(
                line_id=row.line_id,
                order_id=row.order_id,
                level_id=row.level_id,
                location_id=row.location_id,
                lot_id=row.lot_id,
                quantity=missing[each.id],
            )
        loose.append(row)
    return loose
