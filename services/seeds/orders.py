"""What happens to the demo shop's orders at the desk: each step as its service takes it."""

from base64 import urlsafe_b64encode
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import chain
from random import Random
from typing import Any

from tortoise.models import Model

from models import (
    CarrierEvent,
    CaseMessage,
    Claim,
    ClaimLine,
    CreditNote,
    DataIssue,
    Discount,
    Exchange,
    Fulfillment,
    FulfillmentLine,
    Hold,
    HoldKind,
    Invoice,
    Location,
    Mispick,
    MovementReason,
    Order,
    OrderChannel,
    OrderException,
    OrderLine,
    Package,
    PackageLine,
    Payment,
    PaymentEvent,
    Price,
    Promise,
    Reservation,
    ReservationStatus,
    Return,
    ReturnLine,
    ReturnUnit,
    Role,
    ServiceCase,
    Shipment,
    ShipmentLine,
    ShippingMethod,
    StoreCredit,
    StoreCreditMovement,
    Supplier,
    Survey,
    TaxRate,
    Variant,
)
from services import duplicates, goods, pricing, reservations
from services.actors import Actor
from services.allocation import allocate
from services.exceptions import OF_HOLDS
from services.facts.fulfillments import FulfillmentFact, FulfillmentPlanned
from services.facts.orders import (
    OrderConfirmed,
    OrderDrafted,
    OrderFact,
    OrderHeld,
    OrderHoldReleased,
    OrderPlaced,
)
from services.goods import LineDraft
from services.ledger import Change
from services.pricing import Book
from services.seeds import exceptions, payments, prices, shipping
from services.seeds.catalog import CURRENCY, NOTES, customer_address
from services.seeds.rows import Rows
from services.seeds.stock import Stock
from services.shipping_options import Offer

HOLDS: Sequence[tuple[HoldKind, str]] = (
    (HoldKind.PAYMENT, "The bank transfer has not arrived yet."),
    (HoldKind.ADDRESS, "The house number is missing."),
    (HoldKind.FRAUD_REVIEW, "Four orders to new addresses within an hour."),
    (HoldKind.POSSIBLE_DUPLICATE, "The same goods were ordered ten minutes before."),
    (HoldKind.MANUAL, "The customer is away until Monday."),
)
# How long an order keeps its units before it is confirmed.
LASTS = timedelta(hours=72)
# Orders between companies are for more than one household.
BULK = {OrderChannel.EDI, OrderChannel.FILE}
REFERENCES = {OrderChannel.MARKETPLACE: "MP", OrderChannel.EDI: "PO", OrderChannel.FILE: "IMP"}


@dataclass(kw_only=True)
class Shop:
    """The shop at a moment of its history. `popularity` says how often each variant, in the
    order of `variants`, is bought compared with the others."""

    rows: Rows
    stock: Stock
    dice: Random
    staff: Mapping[Role, Actor]
    variants: Mapping[int, Variant]
    popularity: Sequence[int]
    prices: Mapping[int, Sequence[Price]]
    rates: Sequence[TaxRate] = ()
    locations: Sequence[Location] = ()
    offers: Sequence[Offer] = ()
    houses: Sequence[Supplier] = ()
    # By the ids of customers; all of it is written at the end, as it goes on moving.
    credits: dict[int, StoreCredit] = field(default_factory=dict)
    credit_movements: list[StoreCreditMovement] = field(default_factory=list)
    # By the return, with the order that brings the new goods.
    exchanges: dict[int, tuple[Exchange, "Life"]] = field(default_factory=dict)
    # Has an order that another one brought go on by itself, at once where it is told so.
    take_up: Callable[["Life", bool], None] = field(init=False)

    @property
    def now(self) -> datetime:
        return self.rows.at

    def book(self, discounts: Sequence[Discount]) -> Book:
        return Book(
            at=self.now,
            variants=self.variants,
            prices=self.prices,
            rates=self.rates,
            discounts=discounts,
        )


Step = Callable[[Shop, "Life"], None]


@dataclass(kw_only=True)
class Life:
    """An order from its draft to its end, and the steps it has yet to take. `customer` counts
    from 0, as the names and addresses of the catalog do."""

    customer: int
    customer_id: int
    channel: OrderChannel
    actor: Actor
    steps: deque[tuple[datetime, Step]]
    order: Order = field(init=False)
    lines: list[OrderLine] = field(default_factory=list)
    discounts: list[Discount] = field(default_factory=list)
    invoices: list[Invoice] = field(default_factory=list)
    credit_notes: list[CreditNote] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    money: dict[int, list[PaymentEvent]] = field(default_factory=lambda: defaultdict(list))
    issues: list[DataIssue] = field(default_factory=list)
    exceptions: list[OrderException] = field(default_factory=list)
    claims: list[Claim | ClaimLine] = field(default_factory=list)
    returns: list[Return | ReturnLine | ReturnUnit] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)
    method: ShippingMethod | None = None
    reservations: list[Reservation] = field(default_factory=list)
    work: list[Fulfillment] = field(default_factory=list)
    contents: dict[int, list[FulfillmentLine]] = field(default_factory=dict)
    mispicks: list[Mispick] = field(default_factory=list)
    boxes: dict[int, Package] = field(default_factory=dict)
    box_lines: list[PackageLine] = field(default_factory=list)
    parcels: list[Shipment] = field(default_factory=list)
    boxed: dict[int, list[ShipmentLine]] = field(default_factory=dict)
    reports: dict[int, list[CarrierEvent]] = field(default_factory=lambda: defaultdict(list))
    cases: list[ServiceCase] = field(default_factory=list)
    messages: list[CaseMessage] = field(default_factory=list)
    surveys: list[Survey] = field(default_factory=list)

    def rows(self) -> Iterator[Model]:
        if self.lines:
            yield self.order
        yield from chain(self.lines, self.issues, self.holds, self.exceptions, self.promises)
        yield from chain(self.claims, self.returns)
        yield from chain(self.discounts, self.invoices, self.credit_notes)
        yield from chain(self.reservations, self.work, self.parcels)
        yield from chain(self.cases, self.messages, self.surveys)
        yield from chain(self.payments, *self.money.values())
        yield from chain.from_iterable(self.contents.values())
        yield from chain(self.mispicks, self.boxes.values(), self.box_lines)
        yield from chain.from_iterable(self.boxed.values())
        yield from chain.from_iterable(self.reports.values())

    def active(self) -> list[Reservation]:
        return [row for row in self.reservations if row.status is ReservationStatus.ACTIVE]

    def line(self, line_id: int) -> OrderLine:
        return next(line for line in self.lines if line.id == line_id)


def draft(shop: Shop, life: Life) -> None:
    enter(shop, life, _basket(shop, life))


def enter(shop: Shop, life: Life, basket: Sequence[LineDraft]) -> None:
    rows, dice = shop.rows, shop.dice
    life.order = order = rows.make(
        Order,
        customer_id=life.customer_id,
        channel=life.channel,
        keyed_by=life.actor.label,
        currency=CURRENCY,
        ship_to=asdict(customer_address(life.customer)),
        note=dice.choice(NOTES) if dice.random() < 0.15 else "",
        tracking_token=urlsafe_b64encode(dice.randbytes(24)).decode(),
    )
    if life.channel in REFERENCES:
        order.external_reference = f"{REFERENCES[life.channel]}-{700_000 + order.id * 7}"
    for each in basket:
        values = goods.agreed(order, each, shop.variants[each.variant_id or 0])
        life.lines.append(rows.make(OrderLine, **values))
    shipping.choose(shop, order)
    pricing.apply(order, life.lines, shop.book([]))
    if shipping.charge(shop, life) | prices.give_discount(shop, life):
        pricing.apply(order, life.lines, shop.book(life.discounts))
    tell(shop, life, OrderDrafted)
    prices.tell_discounts(shop, life)


def _place(pay: Step, shop: Shop, life: Life) -> None:
    if not reserve(shop, life, [(line, line.ordered) for line in life.lines], actor=life.actor):
        # Somebody was faster. The draft stays one.
        life.steps.clear()
        return
    placed(shop, life)
    pay(shop, life)


place = partial(_place, payments.pay)
place_unpaid = partial(_place, payments.let_wait)


def placed(shop: Shop, life: Life) -> None:
    for line in life.lines:
        line.reserve(line.ordered)
    order = life.order
    order.goods_digest = duplicates.digest_of_goods(life.lines)
    order.place_digest = duplicates.digest_of_place(order.shipping_address)
    order.place(at=shop.now)
    shipping.promise(shop, life)
    shop.rows.change(*life.lines, life.order)
    tell(shop, life, OrderPlaced)


def confirm(shop: Shop, life: Life) -> None:
    life.order.confirm(at=shop.now)
    shop.rows.change(life.order)
    for row in life.active():
        row.expires_at = None
    plan(shop, life)
    tell(shop, life, OrderConfirmed, shop.staff[Role.CLERK])


def hold(shop: Shop, life: Life) -> None:
    kind, reason = shop.dice.choice(HOLDS)
    support = shop.staff[Role.SUPPORT]
    row = shop.rows.make(
        Hold,
        order_id=life.order.id,
        kind=kind,
        reason=reason,
        due_at=shop.now.replace(hour=12, minute=0, second=0) + timedelta(days=2),
        actor=support.label,
    )
    life.holds.append(row)
    shop.rows.change(life.order)
    kept = OF_HOLDS[kind]
    exceptions.open(shop, life, kept, reason, actor=support, due_at=row.due_at)
    if shop.dice.random() < 0.5:
        exceptions.assign(shop, life, support)
    tell(shop, life, OrderHeld, support, hold_kind=kind, hold_reason=reason)


def let_go(shop: Shop, life: Life) -> None:
    support = shop.staff[Role.SUPPORT]
    for row in [row for row in life.holds if row.released_at is None]:
        row.released_at, row.released_by = shop.now, support.label
        shop.rows.change(row, life.order)
        exceptions.resolve(shop, life, OF_HOLDS[row.kind], actor=support)
        about = {"hold_kind": row.kind, "hold_reason": row.reason}
        tell(shop, life, OrderHoldReleased, support, **about)


def reserve(
    shop: Shop,
    life: Life,
    wanted: Sequence[tuple[OrderLine, int]],
    *,
    actor: Actor,
    avoid: int | None = None,
) -> bool:
    """Set units of lines aside, as services.reservations does; False where there are too few."""
    demand: Counter[int] = Counter()
    for line, units in wanted:
        demand[line.variant_id] += units
    if not demand:
        return True
    shares, shortages = allocate(demand, shop.stock.supplies(demand), avoid=avoid)
    if shortages:
        return False
    changes = [Change(level_id=share.supply.level_id, reserved=share.units) for share in shares]
    shop.stock.move(actor, MovementReason.RESERVED, changes, order_id=life.order.id)
    lasts = None if life.order.confirmed_at else shop.now + LASTS
    for values in reservations.split(life.order, wanted, shares):
        life.reservations.append(shop.rows.make(Reservation, **values, expires_at=lasts))
    return True


def free(shop: Shop, life: Life, rows: Sequence[Reservation], actor: Actor) -> None:
    """Give reservations back."""
    released(shop, life, rows, actor)
    for row in rows:
        row.release()
    shop.rows.change(*rows)


def released(shop: Shop, life: Life, rows: Sequence[Reservation], actor: Actor) -> None:
    """Make units that were set aside free to be sold again."""
    shop.stock.move(actor, MovementReason.RELEASED, freed(rows), order_id=life.order.id)


def freed(rows: Iterable[Reservation], *, gone: bool = False) -> list[Change]:
    units: Counter[int] = Counter()
    for row in rows:
        units[row.level_id] += row.quantity
    return [
        Change(level_id=level, reserved=-count, on_hand=-count if gone else 0)
        for level, count in units.items()
    ]


def plan(shop: Shop, life: Life) -> None:
    """Plan a fulfillment per location for what is reserved and not planned yet."""
    planned = {each.reservation_id for lines in life.contents.values() for each in lines}
    by_location: dict[int, list[Reservation]] = defaultdict(list)
    for row in life.active():
        if row.id not in planned:
            by_location[row.location_id].append(row)
    for location_id, kept in by_location.items():
        work = shop.rows.make(
            Fulfillment,
            order_id=life.order.id,
            location_id=location_id,
            dispatch_by=life.order.dispatch_by or shop.now,
        )
        life.work.append(work)
        life.contents[work.id] = [
            shop.rows.make(
                FulfillmentLine,
                fulfillment_id=work.id,
                line_id=row.line_id,
                reservation_id=row.id,
                quantity=row.quantity,
            )
            for row in kept
        ]
        tell_work(shop, life, FulfillmentPlanned, work, shop.staff[Role.CLERK])


def tell(
    shop: Shop, life: Life, fact: type[OrderFact], actor: Actor | None = None, **details: Any
) -> None:
    about = {"order_id": life.order.id, "customer_id": life.customer_id, **details}
    shop.rows.tell(actor or life.actor, fact(**about))


def tell_work(
    shop: Shop,
    life: Life,
    fact: type[FulfillmentFact],
    work: Fulfillment,
    actor: Actor,
    **details: Any,
) -> None:
    about = {"location_id": work.location_id, "fulfillment_id": work.id, **details}
    tell(shop, life, fact, actor, **about)


def _basket(shop: Shop, life: Life) -> list[LineDraft]:
    """A few variants, the popular ones more often, of which there is enough."""
    dice = shop.dice
    size = dice.choices((1, 2, 3, 4), (40, 32, 18, 10))[0]
    wanted = dict.fromkeys(dice.choices(list(shop.variants), shop.popularity, k=size))
    drafts = []
    for variant in wanted:
        few = dice.choices((1, 2, 3), (75, 20, 5))[0]
        units = dice.randint(4, 10) if life.channel in BULK else few
        if shop.stock.available(variant) >= units + 3:
            drafts.append(LineDraft(variant_id=variant, quantity=units))
    if not drafts:
        fullest = max(shop.variants, key=shop.stock.available)
        drafts.append(LineDraft(variant_id=fullest, quantity=1))
    return drafts
