"""What the demo shop has asked its suppliers for: a purchase order at each of the usual steps, as
the services take it there."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from models import (
    Arrival,
    LandedCost,
    LandedCostKind,
    PurchaseChannel,
    PurchaseDispatch,
    PurchaseMessage,
    PurchaseOrder,
    PurchaseOrderLine,
    Role,
    Row,
)
from services.actors import SYSTEM, Actor
from services.amounts import spread
from services.facts.arrivals import ArrivalCancelled, ArrivalExpected, ArrivalFact, ArrivalUpdated
from services.facts.purchase_orders import (
    LandedCostAdded,
    PurchaseFact,
    PurchaseOrderAcknowledged,
    PurchaseOrderApproved,
    PurchaseOrderCancelled,
    PurchaseOrderDrafted,
    PurchaseOrderLate,
    PurchaseOrderSent,
    PurchaseOrderSubmitted,
)
from services.seeds.catalog import CURRENCY
from services.seeds.orders import Shop
from services.seeds.suppliers import HOUSES

Plan = tuple[datetime, Callable[[], None]]

# Variants, in the order of the catalog, that nobody waits for and that are not short.
BOUGHT = ((0, 1), (2, 4), (6, 7), (16, 17), (18, 19), (21, 0))
FREIGHT = 18_000
OVERDUE_DAYS = 3


@dataclass(kw_only=True)
class Purchase:
    """A purchase order with all that belongs to it, in memory until the history ends."""

    order: PurchaseOrder
    lines: list[PurchaseOrderLine]
    arrivals: list[Arrival] = field(default_factory=list)
    others: list[Row] = field(default_factory=list)

    def rows(self) -> tuple[Row, ...]:
        return (self.order, *self.lines, *self.arrivals, *self.others)


class Purchases:
    """The purchase orders of the demo shop, the times of whose steps are counted in days from the
    end of its history."""

    def __init__(self, shop: Shop, until: datetime) -> None:
        self.shop, self.until = shop, until
        self.made: list[Purchase] = []

    def plans(self) -> Iterator[Plan]:
        """What happens when."""
        for n, (begun, ways) in enumerate(
            (
                (-20.0, ((-19.8, self._send), (-18.0, self._cancel))),
                (
                    -12.0,
                    (
                        (-11.9, self._send),
                        (-11.0, partial(self._confirm, days=-1.0)),
                        (-1.0, self._be_late),
                    ),
                ),
                (
                    -6.0,
                    (
                        (-5.9, self._send),
                        (-5.0, partial(self._confirm, days=4.0)),
                        (-4.9, self._cost_more),
                    ),
                ),
                (-2.0, ((-1.9, self._send),)),
                (-0.6, ((-0.5, self._submit),)),
                (-0.3, ()),
            )
        ):
            yield self._at(begun), partial(self._draft, n)
            for days, way in ways:
                yield self._at(days), partial(self._go, n, way)

    def _at(self, days: float) -> datetime:
        return self.until + timedelta(days=days)

    def _go(self, n: int, way: Callable[[Purchase], None]) -> None:
        purchase = self.made[n]
        way(purchase)
        self.shop.rows.change(purchase.order, *purchase.lines)

    def _draft(self, n: int) -> None:
        shop, house = self.shop, HOUSES[n % len(HOUSES)]
        order = shop.rows.make(
            PurchaseOrder,
            supplier_id=shop.houses[n % len(HOUSES)].id,
            location_id=shop.locations[0].id,
            currency=CURRENCY,
            reference=f"BUY-{300 + n}",
            drafted_by=shop.staff[Role.BUYER].label,
        )
        variants = list(shop.variants.values())
        lines = []
        for place in BOUGHT[n]:
            variant, units = variants[place], house.pack_size * (place % 4 + 2)
            lines.append(
                shop.rows.make(
                    PurchaseOrderLine,
                    purchase_order_id=order.id,
                    variant_id=variant.id,
                    sku=variant.sku,
                    supplier_sku=f"{house.code[:3]}-{variant.sku}",
                    name=variant.name,
                    quantity=units,
                    price=max(1, variant.price * house.asks // 100),
                    currency=CURRENCY,
                )
            )
        order.total = sum(line.total for line in lines)
        purchase = Purchase(order=order, lines=lines)
        self.made.append(purchase)
        self._tell(shop.staff[Role.BUYER], PurchaseOrderDrafted, purchase)

    def _submit(self, purchase: Purchase) -> None:
        purchase.order.submit(at=self.shop.now)
        self._tell(
            self.shop.staff[Role.BUYER], PurchaseOrderSubmitted, purchase, **_worth(purchase)
        )

    def _send(self, purchase: Purchase) -> None:
        """Submit, approve and send it."""
        shop, order = self.shop, purchase.order
        manager, at = shop.staff[Role.MANAGER], shop.now
        self._submit(purchase)
        order.approve(manager.label, at=at)
        self._tell(manager, PurchaseOrderApproved, purchase, **_worth(purchase))
        order.send(at=at)
        days = HOUSES[(order.supplier_id - 1) % len(HOUSES)].lead_days
        for line in purchase.lines:
            line.expected_at = at + timedelta(days=days)
            row = shop.rows.make(
                Arrival,
                variant_id=line.variant_id,
                location_id=order.location_id,
                quantity=line.quantity,
                expected_at=line.expected_at,
                purchase_order_id=order.id,
                purchase_order_line_id=line.id,
                reference=order.number,
            )
            purchase.arrivals.append(row)
            self._say(ArrivalExpected, row)
        order.due_at = order.expected_at = order.review_at = purchase.lines[0].expected_at
        self._write(purchase, PurchaseMessage.ORDER)
        self._tell(shop.staff[Role.BUYER], PurchaseOrderSent, purchase, **_whose(purchase))

    def _confirm(self, purchase: Purchase, *, days: float) -> None:
        order, at, before = purchase.order, self._at(days), purchase.order.expected_at
        for line in purchase.lines:
            line.confirm(line.quantity, at=at)
        order.acknowledge(purchase.lines, at=self.shop.now)
        order.supplier_reference = f"SO-{8_000 + order.id}"
        order.due_at = at
        self._expect(purchase, at, "The supplier has answered.")
        self._tell(
            self.shop.staff[Role.SUPPLIER if order.supplier_id == 1 else Role.BUYER],
            PurchaseOrderAcknowledged,
            purchase,
            units=sum(line.quantity for line in purchase.lines),
            declined=0,
            expected_at=at,
            expected_before=before,
            **_whose(purchase),
        )

    def _be_late(self, purchase: Purchase) -> None:
        at = self.shop.now
        purchase.order.late_since = at
        self._expect(purchase, at + timedelta(days=OVERDUE_DAYS), "It has not come yet.")
        self._tell(
            SYSTEM,
            PurchaseOrderLate,
            purchase,
            due_at=purchase.order.due_at,
            outstanding=sum(line.outstanding for line in purchase.lines),
            **_whose(purchase),
        )

    def _cost_more(self, purchase: Purchase) -> None:
        order, buyer = purchase.order, self.shop.staff[Role.BUYER]
        cost = self.shop.rows.make(
            LandedCost,
            purchase_order_id=order.id,
            kind=LandedCostKind.FREIGHT,
            amount=FREIGHT,
            currency=order.currency,
            note="By truck.",
            actor=buyer.label,
        )
        purchase.others.append(cost)
        order.landed = FREIGHT
        weights = [line.price * line.quantity for line in purchase.lines]
        for line, part in zip(purchase.lines, spread(FREIGHT, weights), strict=True):
            line.landed = part
        about = {"landed_cost_id": cost.id, "minor_units": FREIGHT, "currency": order.currency}
        self._tell(buyer, LandedCostAdded, purchase, **about)

    def _cancel(self, purchase: Purchase) -> None:
        order, reason = purchase.order, "Found cheaper."
        for line in purchase.lines:
            line.give_up()
        order.total = 0
        order.cancel(reason=reason, at=self.shop.now)
        order.due_at = order.expected_at = order.review_at = None
        for row in purchase.arrivals:
            row.cancel(reason=reason, at=self.shop.now)
            self.shop.rows.change(row)
            self._say(ArrivalCancelled, row, reason=reason)
        self._write(purchase, PurchaseMessage.CANCELLATION)
        buyer = self.shop.staff[Role.BUYER]
        self._tell(buyer, PurchaseOrderCancelled, purchase, reason=reason, **_whose(purchase))

    def _expect(self, purchase: Purchase, at: datetime, reason: str) -> None:
        """Expect all of it at another time."""
        purchase.order.expected_at = purchase.order.review_at = at
        for row in purchase.arrivals:
            row.expected_at, row.reason = at, reason
            self.shop.rows.change(row)
            self._say(ArrivalUpdated, row, reason=reason)

    def _write(self, purchase: Purchase, message: PurchaseMessage) -> None:
        supplier = self.shop.houses[(purchase.order.supplier_id - 1) % len(HOUSES)]
        purchase.others.append(
            self.shop.rows.make(
                PurchaseDispatch,
                purchase_order_id=purchase.order.id,
                channel=PurchaseChannel.EMAIL,
                message=message,
                address=supplier.email,
                attempts=1,
                delivered_at=self.shop.now,
            )
        )

    def _tell(
        self, actor: Actor, fact: type[PurchaseFact], purchase: Purchase, **details: Any
    ) -> None:
        order = purchase.order
        about = {"purchase_order_id": order.id, "location_id": order.location_id}
        self.shop.rows.tell(actor, fact(**about, **details))

    def _say(self, fact: type[ArrivalFact], row: Arrival, **details: Any) -> None:
        self.shop.rows.tell(
            SYSTEM,
            fact(
                variant_id=row.variant_id,
                location_id=row.location_id,
                arrival_id=row.id,
                quantity=row.quantity,
                expected_at=row.expected_at,
                **details,
            ),
        )


def _worth(purchase: Purchase) -> dict[str, Any]:
    return {"total": purchase.order.total, "currency": purchase.order.currency}


def _whose(purchase: Purchase) -> dict[str, Any]:
    return {"supplier_id": purchase.order.supplier_id}
