"""Swaps of lots: what a picker takes in place of the lot that was set aside."""

from models import (
    Fulfillment,
    FulfillmentLine,
    FulfillmentStatus,
    Level,
    Lot,
    MovementReason,
    Order,
    Reservation,
    Variant,
)
from models.errors import Blocked, NotFound, Problem, Refused, refuse_any
from models.statements import get, select_one
from services import ledger, lot_supplies, lot_units, lots, promises, scopes
from services.actors import Actor
from services.commit import announce, operation
from services.facts.fulfillments import FulfillmentLotSwapped
from services.inputs import Inputs
from services.ledger import Change


@operation
async def swap(
    actor: Actor, fulfillment_id: int, line_id: int, *, code: str, quantity: int | None = None
) -> Fulfillment:
    """Set units of another lot aside for a line that is being picked, and free those that were.

    Refused where too few units of that lot are free there, or where it does not keep long enough.
    """
    order, work = await scopes.take_part(actor, Fulfillment, fulfillment_id)
    line = await select_one(FulfillmentLine, id=line_id, fulfillment_id=work.id)
    if line is None:
        raise Refused(NotFound(message=f"{work.number} has no such line.", path=("lineId",)))
    row = await get(Reservation, line.reservation_id)
    refuse_any(reasons_not_to_swap(work, line, row))
    inputs = Inputs()
    code = inputs.text(code, "code", most=lots.MOST_CODE)
    left = line.quantity - line.picked
    units = left if quantity is None else inputs.number(quantity, "quantity", most=left)
    inputs.refuse()
    level = await get(Level, row.level_id, locked=True)
    variant = await get(Variant, level.variant_id)
    lot = await lots.named(variant, code)
    refuse_any(await _reasons_not_to_take(order, variant, row, lot, units))
    before = await get(Lot, row.lot_id or 0)
    await _move(actor, row, lot, units)
    await _hand_over(line, row, lot, units)
    await work.store()

    announce(
        actor,
        FulfillmentLotSwapped(
            order_id=order.id,
            customer_id=order.customer_id,
            location_id=work.location_id,
            fulfillment_id=work.id,
            sku=variant.sku,
            quantity=units,
            lot_before=before.code,
            lot=lot.code,
        ),
    )
    return work


def reasons_not_to_swap(
    work: Fulfillment, line: FulfillmentLine, row: Reservation
) -> list[Problem]:
    if not work.may_become(FulfillmentStatus.PICKED):
        return [work.wrong_status(FulfillmentStatus.PICKED)]
    if row.lot_id is None:
        return [Blocked(message="What this line asks for has no lots.", path=("lineId",))]
    if line.picked == line.quantity:
        return [Blocked(message="Every unit of this line has been picked.", path=("lineId",))]
    return []


async def _reasons_not_to_take(
    order: Order, variant: Variant, row: Reservation, lot: Lot, units: int
) -> list[Problem]:
    if lot.id == row.lot_id:
        return [Problem(message=f"{lot.code} is set aside already.", path=("code",))]
    supply = lot_supplies.LotSupply(
        level_id=row.level_id,
        variant_id=variant.id,
        lot_id=lot.id,
        units=(await lot_units.free_at(row.level_id, [lot.id]))[lot.id],
        expires_on=lot.expires_on,
        fresh_days=variant.fresh_days,
        recalled=lot.recalled_at is not None,
    )
    day = await promises.delivery_day(order)
    if not supply.is_good(day):
        why = "was called back" if supply.recalled else f"does not keep long enough after {day}"
        return [Blocked(message=f"{lot.code} {why}.", path=("code",))]
    if supply.units < units:
        message = f"{supply.units} units of {lot.code} are free there; {units} are needed."
        return [Blocked(message=message, path=("code",))]
    return []


async def _move(actor: Actor, row: Reservation, lot: Lot, units: int) -> None:
    """The level has as many units set aside as before; the ledger tells of which lots."""
    for reason, change, lot_id in (
        (MovementReason.RELEASED, -units, row.lot_id),
        (MovementReason.RESERVED, units, lot.id),
    ):
        moved = Change(level_id=row.level_id, reserved=change, lot_id=lot_id)
        await ledger.move(actor, reason, [moved], order_id=row.order_id)


async def _hand_over(line: FulfillmentLine, row: Reservation, lot: Lot, units: int) -> None:
    """Let a line, or those of its units that are swapped, be picked from another lot."""
    if units == line.quantity:
        row.lot_id = lot.id
        await row.store()
        return
    line.quantity -= units
    row.quantity -= units
    await line.store()
    await row.store()
    kept = await Reservation.create(
        line_id=row.line_id,
        order_id=row.order_id,
        level_id=row.level_id,
        location_id=row.location_id,
        lot_id=lot.id,
        quantity=units,
        expires_at=row.expires_at,
    )
    await FulfillmentLine.create(
        fulfillment_id=line.fulfillment_id,
        line_id=line.line_id,
        reservation_id=kept.id,
        quantity=units,
    )
