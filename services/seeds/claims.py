"""The demo shop's claims: opened by parcels that are lost or damaged, and decided some days later,
as services.claims, claim_remedies and claim_recoveries do."""

from collections import Counter
from collections.abc import Sequence
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any

from models import CarrierEvent, Claim, ClaimLine, ClaimRemedy, ClaimStatus, Role, Shipment
from services.actors import SYSTEM, Actor
from services.claim_remedies import terms
from services.claims import OF_PARCELS
from services.facts.claims import (
    ClaimApproved,
    ClaimDeclined,
    ClaimOpened,
    ClaimRecovered,
    ClaimRecoveryRequested,
    ClaimRefunded,
    CustomerClaimFact,
)
from services.money import to_decimal
from services.refunds import Back, Refund, Sale, Terms, reckon
from services.return_worth import sold_of, written
from services.seeds import desk, endings, payments, prices

if TYPE_CHECKING:
    from services.seeds.orders import Life, Shop

SIGNED_FOR = "The carrier has shown us who signed for it."
# Of three claims one is refunded, one is declined and one waits for somebody.
REFUNDED, DECLINED, THREE = 1, 2, 3
DAY = 24 * 60


def follow_parcel(shop: "Shop", life: "Life", parcel: Shipment, event: CarrierEvent) -> None:
    kind = OF_PARCELS.get(parcel.status)
    if kind is None:
        return
    inside: Counter[int] = Counter()
    for each in life.boxed[parcel.id]:
        inside[each.line_id] += each.quantity
    order = life.order
    refund = _reckoned(life, inside, Terms())
    row = shop.rows.make(
        Claim,
        order_id=order.id,
        customer_id=life.customer_id,
        shipment_id=parcel.id,
        carrier_event_id=event.id,
        carrier=parcel.carrier,
        kind=kind,
        note=f"{parcel.number} with {parcel.carrier} is {parcel.status.spoken}.",
        currency=order.currency,
        value=refund.amount,
        opened_by=SYSTEM.label,
    )
    parts = [
        shop.rows.make(ClaimLine, claim_id=row.id, line_id=line_id, units=units, value=value)
        for (line_id, units), value in zip(inside.items(), refund.values, strict=True)
    ]
    life.claims += [row, *parts]
    _tell(shop, SYSTEM, ClaimOpened, row, units=sum(inside.values()))
    minutes = Random(row.id).randint(DAY // 2, 2 * DAY)
    if row.id % THREE == REFUNDED:
        desk.later(life, shop, minutes, partial(_refund, row, parts))
    elif row.id % THREE == DECLINED:
        desk.later(life, shop, minutes, partial(_decline, row))


def _decline(row: Claim, shop: "Shop", life: "Life") -> None:
    support = shop.staff[Role.SUPPORT]
    row.decline(reason=SIGNED_FOR, by=support.label, at=shop.now)
    shop.rows.change(row)
    _tell(shop, support, ClaimDeclined, row, reason=SIGNED_FOR)


def _refund(row: Claim, parts: Sequence[ClaimLine], shop: "Shop", life: "Life") -> None:
    support, order = shop.staff[Role.SUPPORT], life.order
    row.approve(by=support.label, at=shop.now)
    _tell(shop, support, ClaimApproved, row)
    refund = _reckoned(life, {part.line_id: part.units for part in parts}, terms())
    for part, value in zip(parts, refund.values, strict=True):
        part.value = value
    row.settle(ClaimRemedy.REFUND, value=sum(refund.values), at=shop.now)
    row.refund, row.explanation = refund.amount, written(refund)
    order.allowance = min(order.total, order.allowance + refund.amount)
    shop.rows.change(row, order)
    _write_off(parts, shop, life)
    payments.give_back(shop, life, support)
    prices.credit_part(shop, life, refund.amount)
    _tell(shop, support, ClaimRefunded, row, **_money(row, row.refund))
    _ask_back(row, shop, life)


def _write_off(parts: Sequence[ClaimLine], shop: "Shop", life: "Life") -> None:
    for part in parts:
        line = life.line(part.line_id)
        part.written_off = min(part.units, line.shipped - line.delivered - line.written_off)
        line.write_off(part.written_off)
        shop.rows.change(part, line)
    endings.complete(shop, life)


def _ask_back(row: Claim, shop: "Shop", life: "Life") -> None:
    """The carrier is to bear it, and does after some days."""
    support = shop.staff[Role.SUPPORT]
    reference = f"{row.carrier}-{row.number}"
    row.ask_back(
        row.refund, carrier=row.carrier, supplier_id=None, reference=reference, at=shop.now
    )
    shop.rows.change(row)
    _tell(shop, support, ClaimRecoveryRequested, row, **_money(row, row.refund))
    desk.later(life, shop, Random(row.id).randint(3 * DAY, 6 * DAY), partial(_recover, row))


def _recover(row: Claim, shop: "Shop", life: "Life") -> None:
    row.recover(row.refund, at=shop.now)
    shop.rows.change(row)
    _tell(shop, shop.staff[Role.ACCOUNTANT], ClaimRecovered, row, **_money(row, row.refund))


def _reckoned(life: "Life", units: dict[int, int] | Counter[int], given: Terms) -> Refund:
    order, made_good = life.order, _made_good(life)
    lines = {
        line.id: sold_of(order, line, *made_good.get(line.id, (0, 0)))
        for line in life.lines
        if line.remaining
    }
    sale = Sale(currency=order.currency, lines=lines, shipping=order.shipping_total)
    return reckon(sale, [Back(line_id=id_, units=n, ours=True) for id_, n in units.items()], given)


def _made_good(life: "Life") -> dict[int, tuple[int, int]]:
    """Units of each line that an earlier claim made good, and for how much."""
    settled = {
        row.id
        for row in life.claims
        if isinstance(row, Claim) and row.status is ClaimStatus.SETTLED
    }
    found: dict[int, tuple[int, int]] = {}
    for row in life.claims:
        if isinstance(row, ClaimLine) and row.claim_id in settled:
            units, value = found.get(row.line_id, (0, 0))
            found[row.line_id] = units + row.units, value + row.value
    return found


def _money(row: Claim, units: int) -> dict[str, Any]:
    return {"amount": to_decimal(units, row.currency), "currency": row.currency}


def _tell(
    shop: "Shop", actor: Actor, fact: type[CustomerClaimFact], row: Claim, **details: Any
) -> None:
    whose = {"order_id": row.order_id, "customer_id": row.customer_id, "claim_id": row.id}
    shop.rows.tell(actor, fact(**whose, claim_kind=row.kind, **details))
