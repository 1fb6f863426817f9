"""The demo shop's queue of exceptions: opened and resolved as services.exceptions does."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from models import ExceptionKind, OrderException, Shipment, ShipmentStatus
from services.actors import SYSTEM, Actor
from services.exceptions import HOURS_TO_RESOLVE, OF_PARCELS, OUTLASTING
from services.facts.exceptions import (
    ExceptionAssigned,
    ExceptionFact,
    ExceptionOpened,
    ExceptionResolved,
)
from services.seeds import desk

if TYPE_CHECKING:
    from services.seeds.orders import Life, Shop


def open(
    shop: "Shop",
    life: "Life",
    kind: ExceptionKind,
    reason: str,
    *,
    actor: Actor = SYSTEM,
    due_at: datetime | None = None,
) -> None:
    row = next((each for each in life.exceptions if each.is_open and each.kind is kind), None)
    if row is not None:
        return
    row = shop.rows.make(
        OrderException,
        order_id=life.order.id,
        kind=kind,
        reason=reason,
        opened_at=shop.now,
        due_at=due_at or shop.now + timedelta(hours=HOURS_TO_RESOLVE[kind]),
    )
    life.exceptions.append(row)
    _tell(shop, life, actor, ExceptionOpened, row)
    desk.follow_opened(shop, life, row)


def assign(shop: "Shop", life: "Life", actor: Actor) -> None:
    """Whoever comes by takes what nobody has taken yet."""
    for row in life.exceptions:
        if row.is_open and row.owner is None:
            row.owner = actor.label
            shop.rows.change(row)
            _tell(shop, life, actor, ExceptionAssigned, row)


def resolve(shop: "Shop", life: "Life", *kinds: ExceptionKind, actor: Actor = SYSTEM) -> None:
    for row in life.exceptions:
        if row.is_open and row.kind in kinds:
            _resolve(shop, life, row, actor, "")


def end(shop: "Shop", life: "Life", actor: Actor = SYSTEM) -> None:
    for row in life.exceptions:
        if row.is_open and row.kind not in OUTLASTING:
            note = f"{life.order.number} is {life.order.status.spoken}."
            _resolve(shop, life, row, actor, note)


def follow_parcel(
    shop: "Shop", life: "Life", parcel: Shipment, before: ShipmentStatus, report: str
) -> None:
    was, kind = OF_PARCELS.get(before), OF_PARCELS.get(parcel.status)
    if kind is not None:
        reason = f"{parcel.number} with {parcel.carrier} is {parcel.status.spoken}: {report}"
        open(shop, life, kind, reason)
    if was is not None and was is not kind:
        alike = {status for status, each in OF_PARCELS.items() if each is was}
        if not any(each.status in alike for each in life.parcels):
            resolve(shop, life, was)


def _resolve(shop: "Shop", life: "Life", row: OrderException, actor: Actor, note: str) -> None:
    row.resolve(by=actor.label, note=note, at=shop.now)
    shop.rows.change(row)
    _tell(shop, life, actor, ExceptionResolved, row)
    desk.follow_resolved(shop, life, row)


def _tell(
    shop: "Shop", life: "Life", actor: Actor, fact: type[ExceptionFact], row: OrderException
) -> None:
    shop.rows.tell(
        actor,
        fact(
            order_id=life.order.id,
            customer_id=life.customer_id,
            exception_id=row.id,
            exception_kind=row.kind,
            exception_reason=row.reason,
            exception_owner=row.owner,
        ),
    )
