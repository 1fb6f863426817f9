"""The demo shop's claims: opened by parcels that are lost or damaged, as services.claims does."""

from collections import Counter
from typing import TYPE_CHECKING

from models import CarrierEvent, Claim, ClaimLine, Shipment
from services.actors import SYSTEM
from services.claims import OF_PARCELS
from services.facts.claims import ClaimOpened
from services.refunds import Back, Sale, Terms, reckon
from services.return_worth import sold_of

if TYPE_CHECKING:
    from services.seeds.orders import Life, Shop


def follow_parcel(shop: "Shop", life: "Life", parcel: Shipment, event: CarrierEvent) -> None:
    kind = OF_PARCELS.get(parcel.status)
    if kind is None:
        return
    inside: Counter[int] = Counter()
    for each in life.boxed[parcel.id]:
        inside[each.line_id] += each.quantity
    order = life.order
    lines = {line.id: sold_of(order, line, 0, 0) for line in life.lines if line.remaining}
    sale = Sale(currency=order.currency, lines=lines, shipping=order.shipping_total)
    backs = [Back(line_id=line_id, units=units, ours=True) for line_id, units in inside.items()]
    refund = reckon(sale, backs, Terms())
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
        shop.rows.make(
            ClaimLine, claim_id=row.id, line_id=back.line_id, units=back.units, value=value
        )
        for back, value in zip(backs, refund.values, strict=True)
    ]
    life.claims += [row, *parts]
    shop.rows.tell(
        SYSTEM,
        ClaimOpened(
            order_id=order.id,
            customer_id=life.customer_id,
            claim_id=row.id,
            claim_kind=kind,
            units=sum(inside.values()),
        ),
    )
