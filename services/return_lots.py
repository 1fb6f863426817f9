"""Of which lots, or with which serial numbers, units were sent with an order and may come back."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from models import Lot, Order, Reservation, ReservationStatus, Return, ReturnUnit, Tracking, Variant
from models.errors import Problem, Refused
from models.statements import select, select_by_id
from services import receiving_codes


@dataclass(frozen=True, kw_only=True)
class Sent:
    """The lots whose units have left with an order, by id, and how many units of each."""

    lots: Mapping[int, Lot]
    units: Mapping[int, int]

    def named(self, variant: Variant, code: str) -> Lot | None:
        """The lot of a variant with a code, if any of it was sent."""
        return next((lot for lot in self.of(variant) if lot.code == code), None)

    def of(self, variant: Variant) -> list[Lot]:
        return [lot for lot in self.lots.values() if lot.variant_id == variant.id]


async def sent_with(order: Order) -> Sent:
    rows = await select(Reservation, order_id=order.id, status=ReservationStatus.CONSUMED)
    units: Counter[int] = Counter()
    for row in rows:
        if row.lot_id is not None:
            units[row.lot_id] += row.quantity
    return Sent(lots=await select_by_id(Lot, units), units=units)


async def still_out(order: Order, sent: Sent, lot: Lot | None) -> int:
    """How many units of a lot went out with an order and have not come back; none of a lot that
    never went with it."""
    if lot is None or lot.id not in sent.units:
        return 0
    returns = await select(Return, order_id=order.id)
    back = await select(ReturnUnit, returned_id__in=[row.id for row in returns], lot_id=lot.id)
    return sent.units[lot.id] - sum(each.units for each in back if each.is_with_us)


async def variant_of(code: str, sent: Sent) -> Variant | None:
    """What a code stands for: a stock keeping unit, a barcode, or the lot or serial number of
    something that was sent."""
    if found := await receiving_codes.ours(code):
        return found
    lots = [lot for lot in sent.lots.values() if lot.code == code]
    if len({lot.variant_id for lot in lots}) != 1:
        return None
    return (await select_by_id(Variant, [lots[0].variant_id]))[lots[0].variant_id]


def code_for(variant: Variant, code: str | None, sent: Sent, *path: str) -> str | None:
    """The lot or serial number that units are of. Where only one was sent, nobody has to say
    which; refused where it is missing or superfluous."""
    if variant.tracking is Tracking.NONE:
        if code is not None:
            message = f"{variant.sku} has no lots. Leave this out."
            raise Refused(Problem(message=message, path=path))
        return None
    known = sent.of(variant)
    if code is None and len(known) == 1:
        return known[0].code
    if code is None:
        word = "serial number" if variant.tracking is Tracking.SERIAL else "lot"
        raise Refused(Problem(message=f"Give the {word} of {variant.sku}.", path=path))
    return code
