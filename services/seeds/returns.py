"""The demo shop's returns: asked for after the delivery, sent, judged and made good, as
services.returns does."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any

from models import (
    Disposition,
    Level,
    MovementReason,
    OrderLine,
    Return,
    ReturnCondition,
    ReturnLine,
    ReturnReason,
    ReturnResolution,
    ReturnStatus,
    ReturnUnit,
    Role,
)
from services import policies, return_worth
from services.actors import Actor
from services.facts.refunds import ReturnMadeGood
from services.facts.returns import (
    ReturnApproved,
    ReturnCancelled,
    ReturnClosed,
    ReturnDeclined,
    ReturnFact,
    ReturnInspected,
    ReturnReceived,
    ReturnRequested,
    ReturnResolved,
    ReturnScanned,
    ReturnSent,
    ReturnUnitInspected,
)
from services.ledger import Change
from services.money import to_decimal
from services.return_inspections import EFFECTS
from services.seeds import desk, exchanges, payments, prices, store_credits
from services.seeds.catalog import CARRIERS, tracking_code

if TYPE_CHECKING:
    from services.seeds.orders import Life, Shop

_S, _D, _C = ReturnStatus, Disposition, ReturnCondition
# One order in so many comes back, at least in part.
ONE_IN = 4
WHY: dict[ReturnReason, str] = {
    ReturnReason.WRONG_SIZE: "One size smaller would fit.",
    ReturnReason.CHANGED_MIND: "",
    ReturnReason.NOT_AS_DESCRIBED: "The color is not the one in the picture.",
    ReturnReason.DEFECTIVE: "It broke on the second day.",
}
FOUND: dict[ReturnReason, tuple[ReturnCondition, Disposition]] = {
    ReturnReason.WRONG_SIZE: (_C.NEW, _D.RESTOCK),
    ReturnReason.CHANGED_MIND: (_C.OPENED, _D.RESTOCK),
    ReturnReason.NOT_AS_DESCRIBED: (_C.OPENED, _D.QUARANTINE),
    ReturnReason.DEFECTIVE: (_C.DEFECTIVE, _D.WRITE_OFF),
}
WORN = "It was worn and washed."
KEPT = "The customer keeps it after all."
# What customers want for what they send back.
WANTED = (ReturnResolution.REFUND, ReturnResolution.REFUND, ReturnResolution.STORE_CREDIT)
# Of ten returns, how far some come and no further; the others go all the way.
STUCK: dict[int, ReturnStatus] = {
    1: _S.REQUESTED,
    3: _S.IN_TRANSIT,
    4: _S.RECEIVED,
    5: _S.DECLINED,
    6: _S.INSPECTED,
    7: _S.RESOLVED,
    8: _S.PARTIALLY_RECEIVED,
    9: _S.CANCELLED,
}
TEN = 10
DAY = 24 * 60


def follow_delivery(shop: "Shop", life: "Life") -> None:
    """Let some customers want to send back what has come, where nothing else went wrong."""
    dice, order = _dice(life), life.order
    is_over = not life.steps and all(line.is_through for line in life.lines)
    if is_over and order.origin_id is None and dice.randrange(ONE_IN) == 0:
        desk.later(life, shop, dice.randint(DAY, 4 * DAY), _request)


def _request(shop: "Shop", life: "Life") -> None:
    dice, order = _dice(life), life.order
    work = next(each for each in life.work if each.handed_over_at is not None)
    sent = max(life.contents[work.id], key=lambda each: each.packed)
    line = life.line(sent.line_id)
    row = shop.rows.make(
        Return,
        order_id=order.id,
        customer_id=life.customer_id,
        location_id=work.location_id,
        requested_by=life.actor.label,
        requested_at=shop.now,
        currency=order.currency,
    )
    reason = dice.choice(list(WHY))
    asked = shop.rows.make(
        ReturnLine,
        returned_id=row.id,
        line_id=line.id,
        variant_id=line.variant_id,
        reason=reason,
        comment=WHY[reason],
        # A part of one unit cannot come.
        quantity=sent.packed
        if _stuck(row) is _S.PARTIALLY_RECEIVED
        else dice.randint(1, sent.packed),
    )
    life.returns += [row, asked]
    line.request_return(asked.quantity)
    shop.rows.change(line)
    _tell(shop, life.actor, ReturnRequested, row, units=asked.quantity)
    if _stuck(row) is _S.CANCELLED:
        _next(shop, life, dice.randint(60, DAY), _cancel, row, asked, line)
    elif _stuck(row) is not _S.REQUESTED:
        _next(shop, life, dice.randint(60, DAY), _decide, row, asked, line)


def _cancel(row: Return, asked: ReturnLine, line: OrderLine, shop: "Shop", life: "Life") -> None:
    row.cancel(reason=KEPT, at=shop.now)
    line.request_return(-asked.quantity)
    shop.rows.change(row, line)
    _tell(shop, life.actor, ReturnCancelled, row, reason=KEPT)


def _decide(row: Return, asked: ReturnLine, line: OrderLine, shop: "Shop", life: "Life") -> None:
    support = shop.staff[Role.SUPPORT]
    if _stuck(row) is _S.DECLINED:
        row.decline(by=support.label, reason=WORN, at=shop.now)
        line.request_return(-asked.quantity)
        shop.rows.change(row, line)
        _tell(shop, support, ReturnDeclined, row, reason=WORN)
        store_credits.grant(shop, life, support)
        return
    days = policies.current().return_send_days
    due_at = None if days is None else shop.now + timedelta(days=days)
    row.approve(by=support.label, due_at=due_at, at=shop.now)
    shop.rows.change(row)
    _tell(shop, support, ReturnApproved, row, automatic=False)
    exchanges.arrange(shop, life, row, asked)
    _next(shop, life, _dice(life).randint(DAY, 3 * DAY), _send, row, asked, line)


def _send(row: Return, asked: ReturnLine, line: OrderLine, shop: "Shop", life: "Life") -> None:
    carrier = _dice(life).choice(list(CARRIERS))
    code = f"R{tracking_code(carrier, row.id)}"
    row.send(carrier=carrier, tracking_code=code, at=shop.now)
    shop.rows.change(row)
    _tell(shop, life.actor, ReturnSent, row, carrier=carrier, tracking_code=code)
    if _stuck(row) is not _S.IN_TRANSIT:
        _next(shop, life, _dice(life).randint(DAY, 3 * DAY), _receive, row, asked, line)


def _receive(row: Return, asked: ReturnLine, line: OrderLine, shop: "Shop", life: "Life") -> None:
    picker, units = shop.staff[Role.PICKER], asked.quantity
    if _stuck(row) is _S.PARTIALLY_RECEIVED:
        # The others are in another parcel.
        units = max(1, units - 1)
    change = Change(level_id=_level(shop, row, asked).id, quarantined=units)
    _move(shop, picker, MovementReason.RETURNED, change, row)
    asked.receive(units)
    line.receive_return(units)
    unit = shop.rows.make(
        ReturnUnit,
        returned_id=row.id,
        line_id=asked.id,
        variant_id=asked.variant_id,
        units=units,
        received_by=picker.label,
        received_at=shop.now,
    )
    life.returns.append(unit)
    row.begin_receiving()
    shop.rows.change(asked, line, row)
    told = {"variant_id": asked.variant_id, "units": units}
    _tell(shop, picker, ReturnScanned, row, **told, unexpected=0)
    if _stuck(row) is _S.PARTIALLY_RECEIVED:
        return
    row.receive(reason="", at=shop.now)
    _tell(shop, picker, ReturnReceived, row, units=units, missing=0)
    exchanges.follow_receipt(shop, row)
    if _stuck(row) is not _S.RECEIVED:
        _next(shop, life, _dice(life).randint(30, DAY), _inspect, row, asked, unit)


def _inspect(row: Return, asked: ReturnLine, unit: ReturnUnit, shop: "Shop", life: "Life") -> None:
    lead = shop.staff[Role.WAREHOUSE_LEAD]
    condition, disposition = FOUND[asked.reason]
    told: dict[str, Any] = {"condition": condition, "disposition": disposition}
    unit.inspect(
        condition=condition,
        disposition=disposition,
        photos=[],
        note="",
        by=lead.label,
        at=shop.now,
    )
    if disposition in EFFECTS:
        reason, state = EFFECTS[disposition]
        turned = {"quarantined": -unit.units} | ({state: unit.units} if state else {})
        _move(shop, lead, reason, Change(level_id=_level(shop, row, asked).id, **turned), row)
    row.inspect(at=shop.now)
    shop.rows.change(unit, row)
    about = {"variant_id": unit.variant_id, "units": unit.units}
    _tell(shop, lead, ReturnUnitInspected, row, **about, **told)
    _tell(shop, lead, ReturnInspected, row)
    if _stuck(row) is not _S.INSPECTED:
        _next(shop, life, _dice(life).randint(10, DAY), _resolve, row, asked)


def _resolve(row: Return, asked: ReturnLine, shop: "Shop", life: "Life") -> None:
    support = shop.staff[Role.SUPPORT]
    is_exchanged = row.resolution is ReturnResolution.EXCHANGE
    row.resolve(row.resolution if is_exchanged else _dice(life).choice(WANTED), at=shop.now)
    shop.rows.change(row)
    _tell(shop, support, ReturnResolved, row, resolution=row.resolution)
    _make_good(shop, life, row, asked)
    if _stuck(row) is not _S.RESOLVED:
        days = policies.current().return_close_days or 0
        _next(shop, life, days * DAY, _close, row)


def _make_good(shop: "Shop", life: "Life", row: Return, asked: ReturnLine) -> None:
    """As services.return_refunds does."""
    order, support = life.order, shop.staff[Role.SUPPORT]
    refund = exchanges.worth_of(life, row, asked)
    asked.made_good, [asked.value] = return_worth.good_units(asked), refund.values
    row.refund, row.refunded_at = refund.amount, shop.now
    row.explanation = return_worth.written(refund)
    in_money = exchanges.make_good(shop, row)
    order.allowance = min(order.total, in_money)
    shop.rows.change(asked, row, order)
    payments.give_back(shop, life, support, row)
    prices.credit_part(shop, life, in_money)
    shop.rows.tell(
        support,
        ReturnMadeGood(
            order_id=order.id,
            customer_id=life.customer_id,
            return_id=row.id,
            amount=to_decimal(refund.amount, row.currency),
            currency=row.currency,
            resolution=row.resolution,
        ),
    )


def _close(row: Return, shop: "Shop", life: "Life") -> None:
    manager = shop.staff[Role.MANAGER]
    row.close(at=shop.now)
    shop.rows.change(row)
    _tell(shop, manager, ReturnClosed, row)


def _next(
    shop: "Shop", life: "Life", minutes: int, step: Callable[..., None], *about: object
) -> None:
    desk.later(life, shop, minutes, partial(step, *about))


def _stuck(row: Return) -> ReturnStatus | None:
    return STUCK.get(row.id % TEN)


def _level(shop: "Shop", row: Return, asked: ReturnLine) -> Level:
    levels = shop.stock.by_variant[asked.variant_id]
    return next(level for level in levels if level.location_id == row.location_id)


def _move(shop: "Shop", actor: Actor, reason: MovementReason, change: Change, row: Return) -> None:
    shop.stock.move(actor, reason, [change], order_id=row.order_id, return_id=row.id)


def _tell(shop: "Shop", actor: Actor, fact: type[ReturnFact], row: Return, **details: Any) -> None:
    shop.rows.tell(
        actor,
        fact(
            order_id=row.order_id,
            customer_id=row.customer_id,
            location_id=row.location_id,
            return_id=row.id,
            **details,
        ),
    )


def _dice(life: "Life") -> Random:
    """Chance of its own, so that returns change as little else of the shop's history as can be."""
    return Random(life.order.id * 6007 + len(life.returns))
