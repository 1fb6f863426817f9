"""What clients see of orders."""

from datetime import datetime
from typing import Any, Optional

import strawberry

import models
from api.connections import After, Connection, First
from api.context import Info
from api.fields import batched, column, many, money, one
from api.nodes import Node, node
from api.permissions import require
from api.scalars import Money
from api.types.actions import Action
from api.types.cases import ServiceCase
from api.types.catalog import Variant
from api.types.claims import Claim
from api.types.customers import Customer, PostalAddress
from api.types.delays import DelayRisk
from api.types.events import Event
from api.types.exceptions import OrderException
from api.types.exchanges import Exchange
from api.types.fulfillments import Fulfillment, Shipment
from api.types.invoices import CreditNote, Invoice
from api.types.papers import Paper
from api.types.payments import Payment
from api.types.prices import Discount, PriceStep, price_explanation
from api.types.promises import Promise
from api.types.reservations import Allocation, Backorder, Reservation, allocations
from api.types.returns import Return, Returnable
from api.types.shipping import ShippingMethod
from api.types.surveys import Survey
from services import (
    actions,
    exchanges,
    holds,
    papers,
    progress,
    promises,
    prospects,
    return_eligibility,
    timeline,
)
from services.actors import Permission


@node(models.OrderLine, "One variant of an order, and what has become of every unit of it.")
class OrderLine(Node):
    order: "Order" = one(models.Order, "order_id", "The order it is a line of.")
    variant: Variant = one(models.Variant, "variant_id", "What is bought, as it is now.")
    sku: str = column("Its stock keeping unit when it was entered.")
    name: str = column("Its name when it was entered.")
    tax_class: models.TaxClass = column("How it is taxed, as it was when it was entered.")
    unit_price: Money = money("unit_price", "What one unit costs, before discounts.")
    discount: Money = money("discount", "What is off the line: its share of the order's too.")
    tax: Money = money("tax", "Tax on the line.")
    total: Money = money(
        "total", "What the customer pays for the units that are not cancelled, with tax."
    )
    ordered: int = column("Units asked for.")
    stated_price: Money | None = money(
        "stated_price", "What a unit costs where the order comes from, if that was said."
    )
    cancelled: int = column("Units given up.")
    moved: int = column("Units of those that live on in another order, by splitting or merging.")
    reserved: int = column("Units set aside and not picked yet.")
    backordered: int = column("Units waiting for stock.")
    expected_at: datetime | None = column(
        "When the last of the waiting units should come, as far as it is known."
    )
    picked: int = column("Units that were picked.")
    packed: int = column("Units of those that were packed.")
    shipped: int = column("Units of those that the carrier took.")
    delivered: int = column("Units of those that the customer has.")
    return_requested: int = column("Units of those that are to come back, or have.")
    return_received: int = column("Units of those that came back and are made good.")
    return_rejected: int = column("Units of those that came back and are not made good.")
    written_off: int = column("Units of those that were lost on their way and made good.")

    @strawberry.field(
        description="Its place in the queue for stock; null where no unit of it waits.",
        graphql_type=Backorder | None,
    )
    def backorder(root: models.OrderLine) -> Any:
        return root if root.backordered else None


@node(models.Hold, "A reason why no further work on an order may be released.")
class Hold(Node):
    kind: models.HoldKind = column("What kind of reason.")
    reason: str = column("The reason in words.")
    due_at: datetime | None = column("By when it should be cleared up.")
    actor: str = column("Who put it there.")
    owner: str | None = column("Who is to clear it up, by their number.")
    automatic: bool = column("Whether it was found by itself, and goes when its reason does.")
    is_overdue: bool = batched(holds.overdue, "Whether it should have been cleared up by now.")
    released_at: datetime | None = column("When it was released; while empty, it is active.")
    released_by: str | None = column("Who released it.")
    order: "Order" = one(models.Order, "order_id", "The order it holds.")


@node(models.DataIssue, "Something missing or wrong in an order; it holds one that was placed.")
class DataIssue(Node):
    kind: models.DataIssueKind = column("What kind of fault.")
    path: str = column("Where in the order it is.")
    message: str = column("What it is, and what to do about it.")
    sku: str = column("The unknown stock keeping unit; else empty.")
    quantity: int | None = column("How many units of it are wanted.")
    resolved_at: datetime | None = column("When it was resolved; while empty, it is open.")
    resolved_by: str | None = column("Who put it right or accepted it.")
    accepted: bool = column("Whether somebody took it as it is.")
    resolution: str = column("How it was resolved.")
    order: "Order" = one(models.Order, "order_id", "The order it is in.")


@strawberry.type(description="A rule that speaks against an order.")
class FraudSignal:
    code: str = column("Which rule.")
    points: int = column("How much it weighs.")
    explanation: str = column("What it saw.")


@strawberry.type(description="How risky an order looked when it was placed, and what was decided.")
class FraudAssessment:
    score: int = column("Of 100 points.")
    level: models.FraudLevel = column("What that amounts to.")
    review: models.FraudReview = column("Whether somebody has to look at it, or has.")
    signals: list[FraudSignal] = column("Each rule that speaks against it, the worst first.")
    decided_by: str | None = column("Who looked at it.")
    note: str = column("What they said.")


@node(models.Order, "What a customer agreed to buy, from its entry to its receipt.")
class Order(Node):
    customer: Customer | None = one(
        models.Customer,
        "customer_id",
        "Who buys; needs CUSTOMERS_READ.",
        needs=Permission.CUSTOMERS_READ,
    )
    channel: models.OrderChannel = column("How it came in.")
    source: str = column("Which marketplace or partner it came from, where there are several.")
    external_reference: str | None = column("Its name where it came from; unique per source.")
    keyed_by: str = column("Who entered it.")
    status: models.OrderStatus = column("Where it stands.")
    stage: progress.OrderStage | None = batched(
        progress.stages, "Which part of order management it is in; none once given up."
    )
    fulfillment_status: progress.OrderFulfillmentStatus = batched(
        progress.fulfillment_statuses, "How far its units have come."
    )
    return_status: progress.OrderReturnStatus = batched(
        progress.return_statuses, "How much of it has come back."
    )
    returnable: list[Returnable] = batched(
        return_eligibility.of_orders, "What of it may be sent back, line by line."
    )
    returns: list[Return] | None = many(
        models.Return,
        "order_id",
        "What comes back of it; needs RETURNS_READ.",
        needs=Permission.RETURNS_READ,
    )
    prices_include_tax: bool = column("Whether prices contain tax, or it comes on top.")
    subtotal: Money = money("subtotal", "What the lines cost before discounts, counted so.")
    discount_total: Money = money("discount_total", "What is off the lines.")
    shipping_total: Money = money("shipping_total", "What shipping costs, with tax.")
    tax_total: Money = money("tax_total", "Tax on the lines and on shipping.")
    total: Money = money("total", "What the customer pays.")
    price_explanation: list[PriceStep] = strawberry.field(
        resolver=price_explanation,
        description="Each rule that was applied, in order; the amounts sum to the total.",
    )
    allowance: Money = money(
        "allowance", "What returns, claims and exchanges have taken off the total."
    )
    payment_status: models.PaymentStatus = column("How far its money has come.")
    payment_due_at: datetime | None = column("Unpaid at this time, it expires; empty, it does not.")
    authorized: Money = money("authorized", "Set aside for it, and not captured or given up.")
    captured: Money = money("captured", "What came to us for it.")
    refunded: Money = money("refunded", "What went back of that.")
    balance_due: Money = money(
        "balance_due",
        "What is not paid yet; below zero, what is to be given back. Refunds out of courtesy do "
        "not have to be paid anew.",
    )
    payments: list[Payment] | None = many(
        models.Payment,
        "order_id",
        "How it is paid; needs PAYMENTS_READ.",
        needs=Permission.PAYMENTS_READ,
    )
    shipping_address: PostalAddress | None = column("Where it goes.")
    billing_address: PostalAddress | None = column("Where its bill goes, where that is elsewhere.")
    note: str = column("What was said about it.")
    tracking_token: str = column("Lets whoever has it follow this order, without an account.")
    updated_at: datetime = column("When it last changed.")
    shipping_method: ShippingMethod | None = one(
        models.ShippingMethod, "shipping_method_id", "How it is sent, where that was said."
    )
    shipping_price: Money = money("shipping_price", "What its shipping method costs.")
    promised_at: datetime | None = column("Until when the customer was promised everything.")
    first_promised_at: datetime | None = column("Until when they were promised it at first.")
    dispatch_by: datetime | None = column(
        "When it has to be handed over at the latest to keep what was promised."
    )
    is_late: bool = batched(
        promises.late,
        "Whether what was promised last has passed, or had before everything was received.",
    )
    delay_risk: DelayRisk | None = batched(
        prospects.of_orders,
        "How likely it is late, and why; null where nothing is promised, where it is over, and "
        "without EXCEPTIONS_READ.",
    )
    placed_at: datetime | None = column("When the customer committed.")
    confirmed_at: datetime | None = column("When it was accepted.")
    completed_at: datetime | None = column("When the customer had every remaining unit.")
    closed_at: datetime | None = column("When the time for returns was over.")
    expired_at: datetime | None = column("When it was given up as it was not paid in time.")
    cancelled_at: datetime | None = column("When it was given up.")
    cancel_reason: str = column("Why it was given up.")
    lines: list[OrderLine] = many(models.OrderLine, "order_id", "What is bought.")
    split_from: Optional["Order"] = one(
        models.Order, "split_from_id", "The order it was split from."
    )
    split_into: list["Order"] = many(models.Order, "split_from_id", "What was split from it.")
    merged_into: Optional["Order"] = one(
        models.Order, "merged_into_id", "The order it was taken into, cancelled thereby."
    )
    merged_from: list["Order"] = many(models.Order, "merged_into_id", "What was taken into it.")
    data_issues: list[DataIssue] = many(
        models.DataIssue, "order_id", "What is missing or wrong in it, the resolved ones too."
    )
    discounts: list[Discount] = many(models.Discount, "order_id", "What was taken off it, and why.")
    invoices: list[Invoice] | None = many(
        models.Invoice,
        "order_id",
        "What the customer was asked to pay; needs INVOICES_READ.",
        needs=Permission.INVOICES_READ,
    )
    credit_notes: list[CreditNote] | None = many(
        models.CreditNote,
        "order_id",
        "What of it need not be paid after all; needs INVOICES_READ.",
        needs=Permission.INVOICES_READ,
    )
    holds: list[Hold] = many(models.Hold, "order_id", "What held it, the released ones too.")
    promises: list[Promise] = many(
        models.Promise, "order_id", "What was promised, the earliest first; the last one counts."
    )
    exceptions: list[OrderException] = many(
        models.OrderException,
        "order_id",
        "What kept it from going its way; needs EXCEPTIONS_READ.",
        needs=Permission.EXCEPTIONS_READ,
    )
    cases: list[ServiceCase] | None = many(
        models.ServiceCase,
        "order_id",
        "What the service desk was asked about it; needs CASES_READ.",
        needs=Permission.CASES_READ,
    )
    surveys: list[Survey] | None = many(
        models.Survey,
        "order_id",
        "Whether the customer was asked how it went, and what they said; needs CASES_READ.",
        needs=Permission.CASES_READ,
    )
    reservations: list[Reservation] = many(
        models.Reservation, "order_id", "Where its units are set aside."
    )
    allocation_policy: models.AllocationPolicy | None = column(
        "By which policy locations are chosen; empty for that of the shop."
    )
    allocation_explanation: list[Allocation] = strawberry.field(
        resolver=allocations,
        description="How the locations it comes from were chosen, the last times that units were "
        "reserved for it, the latest last.",
    )
    fulfillments: list[Fulfillment] = many(
        models.Fulfillment, "order_id", "The work on it, one per location and attempt."
    )
    origin: Optional["Order"] = one(
        models.Order, "origin_id", "The order whose goods it exchanges or replaces."
    )
    linked_orders: list["Order"] = many(
        models.Order, "origin_id", "Those that exchange or replace goods of it."
    )
    exchange_of: Exchange | None = batched(
        exchanges.of_orders,
        "What it is the new order of, where it brings other goods in place of some that come "
        "back; needs RETURNS_READ.",
        needs=Permission.RETURNS_READ,
    )
    exchanges: list[Exchange] | None = many(
        models.Exchange,
        "original_id",
        "Other goods in place of those of it that come back; needs RETURNS_READ.",
        needs=Permission.RETURNS_READ,
    )
    claims: list[Claim] | None = many(
        models.Claim,
        "order_id",
        "What the customer did not get as they should have; needs RETURNS_READ.",
        needs=Permission.RETURNS_READ,
    )
    shipments: list[Shipment] = many(models.Shipment, "order_id", "Its parcels.")
    papers: list[Paper] = batched(
        papers.of_orders, "What can be printed for it and for its fulfillments and parcels."
    )

    @strawberry.field(
        description="How risky it looked when it was placed; null where that was not asked. Needs "
        "FRAUD_REVIEW.",
        graphql_type=FraudAssessment | None,
    )
    def fraud_assessment(root: models.Order, info: Info) -> Any:
        require(info.context.actor, Permission.FRAUD_REVIEW)
        if root.fraud_score is None:
            return None
        return FraudAssessment(
            score=root.fraud_score,
            level=models.FraudLevel.of(root.fraud_score),
            review=root.fraud_review,
            signals=[FraudSignal(**signal) for signal in root.fraud_signals],
            decided_by=root.fraud_decided_by,
            note=root.fraud_note,
        )

    actions: list[Action] = batched(actions.of_orders, "What you can do with it now.")

    @strawberry.field(
        description="Everything that happened to it, the earliest first. Its cursors are those of "
        "the event log: subscribe after the last one.",
        graphql_type=Connection[Event],
    )
    async def timeline(
        root: models.Order, info: Info, first: First = None, after: After = None
    ) -> Any:
        async def load(rows: list[models.Order]) -> list[Any]:
            return await timeline.of_orders(info.context.actor, rows, first=first, after=after)

        async def count(rows: list[models.Order]) -> list[int]:
            return await timeline.lengths(info.context.actor, rows)

        loader = info.context.loaders.batch(("timeline", first, after), load)
        lengths = info.context.loaders.batch("timeline lengths", count)
        return Connection(page=await loader.load(root), count=lambda: lengths.load(root))
