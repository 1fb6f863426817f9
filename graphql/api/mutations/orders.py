"""Mutations of orders."""

from decimal import Decimal
from typing import Any

import strawberry

import models
from api.changes import Change, Payload, Step, asks_for, given, mutation, optional
from api.context import Info
from api.fields import column
from api.mutations.customers import PostalAddressInput
from api.nodes import decode
from api.scalars import CurrencyCode
from api.types.orders import Order
from api.types.previews import OrderChanges
from services import completion, order_lines, orders, previews
from services.actors import Permission
from services.goods import LineDraft
from services.orders import Draft
from services.requests import Subject


@strawberry.type(description="What a mutation of an order answers.")
class OrderPayload(Payload):
    order: Order | None = column("The order as it is now; null when nothing was changed.")

    @classmethod
    async def look(cls, info: Any, input: Any, subject: Subject | None) -> Any:
        if not asks_for(info, "changes"):
            return None
        if subject is None and getattr(input, "order_id", None):
            subject = models.Order, decode(models.Order, input.order_id)
        return await previews.snapshot(subject and await previews.order_behind(*subject))

    @strawberry.field(
        description="What changed in money, stock and promise; null when nothing was changed now.",
    )
    async def changes(self) -> OrderChanges | None:
        row: Any = self.order
        if row is None or self.before is None:
            return None
        return OrderChanges.between(self.before, await previews.snapshot(row.id))


@strawberry.input(description="A line of a new order.")
class OrderLineInput:
    quantity: int = column("How many units.")
    variant_id: strawberry.ID | None = strawberry.field(
        default=None, description="What is bought; or give its `sku`."
    )
    sku: str = strawberry.field(default="", description="What is bought, by its SKU.")
    stated_price: Decimal | None = strawberry.field(
        default=None,
        description="What a unit costs where the order comes from, in the order's currency; "
        "another price of ours becomes a data issue.",
    )

    def written(self) -> LineDraft:
        variant_id = None if self.variant_id is None else decode(models.Variant, self.variant_id)
        return LineDraft(
            variant_id=variant_id,
            sku=self.sku,
            quantity=self.quantity,
            stated_price=self.stated_price,
        )


@strawberry.input(description="A new order.")
class OrderDraftInput:
    customer_id: strawberry.ID = column("Who buys.")
    channel: models.OrderChannel = column("How the order came in.")
    lines: list[OrderLineInput] = strawberry.field(
        default_factory=list, description="What is bought; lines can be added later."
    )
    address_id: strawberry.ID | None = strawberry.field(
        default=None, description="Where it goes: an entry of the customer's address book."
    )
    shipping_address: PostalAddressInput | None = strawberry.field(
        default=None, description="Where it goes, in place of an entry of the address book."
    )
    billing_address: PostalAddressInput | None = strawberry.field(
        default=None, description="Where the bill goes, where that is elsewhere."
    )
    source: str = strawberry.field(
        default="", description="Which marketplace or partner it came from."
    )
    external_reference: str | None = strawberry.field(
        default=None, description="Its name where it came from; unique per channel and source."
    )
    note: str = strawberry.field(default="", description="What there is to say about it.")
    currency: CurrencyCode | None = strawberry.field(
        default=None, description="What it is paid in; without it, the currency of its variants."
    )
    prices_include_tax: bool | None = strawberry.field(
        default=None,
        description="Whether its prices contain tax or it comes on top; without it, as the shop "
        "does.",
    )

    def written(self) -> Draft:
        address_id = decode(models.Address, self.address_id) if self.address_id else None
        return Draft(
            customer_id=decode(models.Customer, self.customer_id),
            channel=self.channel,
            lines=[line.written() for line in self.lines],
            address_id=address_id,
            shipping_address=self.shipping_address.written() if self.shipping_address else None,
            billing_address=self.billing_address.written() if self.billing_address else None,
            source=self.source,
            external_reference=self.external_reference,
            note=self.note,
            currency=self.currency,
            prices_include_tax=self.prices_include_tax,
        )


@strawberry.input
class OrderCreateInput(Step, OrderDraftInput):
    pass


@strawberry.input
class OrderUpdateInput(Change):
    note: str | None = optional("What there is to say about it.")
    address_id: strawberry.ID | None = strawberry.field(
        default=None, description="Where it goes: an entry of the customer's address book."
    )
    shipping_address: PostalAddressInput | None = strawberry.field(
        default=None, description="Where it goes, in place of an entry of the address book."
    )
    billing_address: PostalAddressInput | None = strawberry.field(
        default=None, description="Where the bill goes, where that is elsewhere."
    )


@strawberry.input
class OrderLineAddInput(Step, OrderLineInput):
    order_id: strawberry.ID = column("The order it is added to.")
    allow_backorder: bool = strawberry.field(
        default=False,
        description="Let what is missing wait for stock, where its variant allows it.",
    )


@strawberry.input
class OrderLineUpdateInput(Change):
    quantity: int = column("How many units.")
    allow_backorder: bool = strawberry.field(
        default=False,
        description="Let what is missing wait for stock, where its variant allows it.",
    )


@strawberry.input
class OrderLineRemoveInput(Change):
    pass


@strawberry.input
class OrderLineCancelInput(Change):
    quantity: int = column("How many units are given up.")
    reason: str = column("Why they are given up.")


@strawberry.input
class OrderPlaceInput(Step):
    id: strawberry.ID | None = strawberry.field(
        default=None, description="The draft to place; or give a new `order`."
    )
    order: OrderDraftInput | None = strawberry.field(
        default=None, description="A new order to create and place in one step; or give an `id`."
    )
    allow_backorder: bool = strawberry.field(
        default=False,
        description="Place it even where there is too little: what is missing of variants that "
        "may be waited for waits.",
    )
    allocation_policy: models.AllocationPolicy | None = strawberry.field(
        default=None, description="By which policy locations are chosen, now and later."
    )
    expected_version: int | None = strawberry.field(
        default=None, description="Refuse if the draft has another version than this."
    )


@strawberry.input
class OrderConfirmInput(Change):
    pass


@strawberry.input
class OrderCancelInput(Change):
    reason: str = column("Why it is given up.")


@strawberry.input
class OrderCloseInput(Change):
    pass


_ENTER = Permission.ORDERS_ENTER


@strawberry.type
class OrderMutations:
    @mutation(orders.create, OrderPayload, _ENTER)
    async def order_create(self, info: Info, input: OrderCreateInput) -> models.Order:
        return await orders.create(info.context.actor, input.written())

    @mutation(orders.update, OrderPayload, _ENTER, changes=models.Order)
    async def order_update(self, info: Info, input: OrderUpdateInput) -> models.Order:
        return await orders.update(
            info.context.actor,
            decode(models.Order, input.id),
            given(input, "note"),
            address_id=decode(models.Address, input.address_id) if input.address_id else None,
            shipping_address=input.shipping_address.written() if input.shipping_address else None,
            billing_address=input.billing_address.written() if input.billing_address else None,
        )

    @mutation(order_lines.add, OrderPayload, _ENTER)
    async def order_line_add(self, info: Info, input: OrderLineAddInput) -> models.Order:
        order_id = decode(models.Order, input.order_id)
        return await order_lines.add(
            info.context.actor, order_id, input.written(), allow_backorder=input.allow_backorder
        )

    @mutation(order_lines.update, OrderPayload, _ENTER, changes=models.OrderLine)
    async def order_line_update(self, info: Info, input: OrderLineUpdateInput) -> models.Order:
        return await order_lines.update(
            info.context.actor,
            decode(models.OrderLine, input.id),
            quantity=input.quantity,
            allow_backorder=input.allow_backorder,
        )

    @mutation(order_lines.remove, OrderPayload, _ENTER, changes=models.OrderLine)
    async def order_line_remove(self, info: Info, input: OrderLineRemoveInput) -> models.Order:
        return await order_lines.remove(info.context.actor, decode(models.OrderLine, input.id))

    @mutation(order_lines.cancel, OrderPayload, Permission.ORDERS_CANCEL, changes=models.OrderLine)
    async def order_line_cancel(self, info: Info, input: OrderLineCancelInput) -> models.Order:
        return await order_lines.cancel(
            info.context.actor,
            decode(models.OrderLine, input.id),
            quantity=input.quantity,
            reason=input.reason,
        )

    @mutation(orders.place, OrderPayload, _ENTER, changes=models.Order)
    async def order_place(self, info: Info, input: OrderPlaceInput) -> models.Order:
        return await orders.place(
            info.context.actor,
            decode(models.Order, input.id) if input.id is not None else None,
            draft=input.order.written() if input.order else None,
            allow_backorder=input.allow_backorder,
            allocation_policy=input.allocation_policy,
        )

    @mutation(orders.confirm, OrderPayload, Permission.ORDERS_CONFIRM, changes=models.Order)
    async def order_confirm(self, info: Info, input: OrderConfirmInput) -> models.Order:
        return await orders.confirm(info.context.actor, decode(models.Order, input.id))

    @mutation(orders.cancel, OrderPayload, Permission.ORDERS_CANCEL, changes=models.Order)
    async def order_cancel(self, info: Info, input: OrderCancelInput) -> models.Order:
        return await orders.cancel(
            info.context.actor, decode(models.Order, input.id), reason=input.reason
        )

    @mutation(completion.close, OrderPayload, Permission.ORDERS_CONFIRM, changes=models.Order)
    async def order_close(self, info: Info, input: OrderCloseInput) -> models.Order:
        return await completion.close(info.context.actor, decode(models.Order, input.id))
