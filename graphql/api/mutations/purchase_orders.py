"""Mutations of purchase orders."""

from datetime import datetime
from decimal import Decimal

import strawberry

import models
from api.changes import Change, Payload, Step, given, mutation, optional
from api.context import Info
from api.fields import column
from api.nodes import decode
from api.types.purchase_orders import PurchaseOrder
from services import (
    landed_costs,
    purchase_approvals,
    purchase_dispatches,
    purchase_lines,
    purchase_orders,
    purchase_talks,
)
from services.actors import Permission
from services.purchase_lines import PurchaseLineDraft
from services.purchase_talks import Answer, Wish


@strawberry.type(description="What a mutation of a purchase order answers.")
class PurchaseOrderPayload(Payload):
    purchase_order: PurchaseOrder | None = column(
        "The purchase order as it is now; null when nothing was changed."
    )


@strawberry.input(description="Units of a variant to be asked for.")
class PurchaseOrderLineInput:
    variant_id: strawberry.ID = column("What is bought.")
    quantity: int = column("How many units.")
    price: Decimal | None = strawberry.field(
        default=None,
        description="What one unit costs, in the supplier's currency; without it, their price.",
    )


@strawberry.input
class PurchaseOrderCreateInput(Step):
    supplier_id: strawberry.ID = column("Who is asked.")
    location_id: strawberry.ID = column("Where it should come.")
    lines: list[PurchaseOrderLineInput] = strawberry.field(
        default_factory=list, description="What is asked for."
    )
    reference: str = strawberry.field(default="", description="What we call it.")
    note: str = strawberry.field(default="", description="What the supplier is told with it.")
    exchange_rate: Decimal | None = strawberry.field(
        default=None,
        description="What one unit of the supplier's currency is worth in the shop's, where they "
        "differ.",
    )


@strawberry.input
class PurchaseOrderUpdateInput(Change):
    reference: str | None = optional("What we call it.")
    note: str | None = optional("What the supplier is told with it.")
    exchange_rate: Decimal | None = optional("What its currency is worth in the shop's.")


@strawberry.input
class PurchaseOrderLineAddInput(Step):
    purchase_order_id: strawberry.ID = column("The order it is on.")
    variant_id: strawberry.ID = column("What is bought.")
    quantity: int = column("How many units.")
    price: Decimal | None = strawberry.field(
        default=None,
        description="What one unit costs, in the order's currency; without it, their price.",
    )


@strawberry.input
class PurchaseOrderLineChangeInput(Change):
    quantity: int | None = optional("How many units.")
    price: Decimal | None = optional("What one unit costs; null for the supplier's price.")


@strawberry.input
class PurchaseOrderLineRemoveInput(Change):
    pass


@strawberry.input
class PurchaseOrderSubmitInput(Change):
    pass


@strawberry.input
class PurchaseOrderApproveInput(Change):
    pass


@strawberry.input
class PurchaseOrderRejectInput(Change):
    reason: str = column("Why it may not be sent as it is.")


@strawberry.input
class PurchaseOrderSendInput(Change):
    channel: models.PurchaseChannel | None = strawberry.field(
        default=None,
        description="By which way; without it, the supplier's system or else their email.",
    )


@strawberry.input
class PurchaseOrderTellInput(Change):
    channel: models.PurchaseChannel | None = strawberry.field(
        default=None, description="By which way; without it, the same as the last time."
    )


@strawberry.input(description="What a supplier says of a line.")
class PurchaseOrderAnswerInput:
    line_id: strawberry.ID = column("The line.")
    units: int = column("How many of its units come in all; the rest will not be delivered.")
    expected_at: datetime | None = strawberry.field(
        default=None, description="When those come that are still to come."
    )


@strawberry.input
class PurchaseOrderAcknowledgeInput(Change):
    expected_at: datetime | None = strawberry.field(
        default=None, description="When the lines come that are not named, in full."
    )
    lines: list[PurchaseOrderAnswerInput] = strawberry.field(
        default_factory=list, description="What comes of each line."
    )
    reference: str = strawberry.field(default="", description="What the supplier calls it.")
    note: str = strawberry.field(default="", description="Why, where something changes.")


@strawberry.input(description="What is asked for of a line instead.")
class PurchaseOrderWishInput:
    line_id: strawberry.ID = column("The line.")
    units: int | None = strawberry.field(
        default=None, description="How many units in all, those that came among them."
    )
    expected_at: datetime | None = strawberry.field(
        default=None, description="When they should come."
    )


@strawberry.input
class PurchaseOrderChangeInput(Change):
    lines: list[PurchaseOrderWishInput] = column("What changes.")
    reason: str = column("Why.")


@strawberry.input
class PurchaseOrderCancelInput(Change):
    reason: str = column("Why it is given up.")


@strawberry.input
class PurchaseOrderCloseInput(Change):
    reason: str = strawberry.field(
        default="", description="Why the rest will not come, where something is missing."
    )


@strawberry.input
class PurchaseOrderLandedCostAddInput(Change):
    kind: models.LandedCostKind = column("What for.")
    amount: Decimal = column("How much, in the order's currency.")
    note: str = strawberry.field(default="", description="What else is to be said of it.")


_WRITE, _APPROVE = Permission.PURCHASES_WRITE, Permission.PURCHASES_APPROVE
_ROW = models.PurchaseOrder


@strawberry.type
class PurchaseOrderMutations:
    @mutation(purchase_orders.draft, PurchaseOrderPayload, _WRITE)
    async def purchase_order_create(
        self, info: Info, input: PurchaseOrderCreateInput
    ) -> models.PurchaseOrder:
        return await purchase_orders.draft(
            info.context.actor,
            decode(models.Supplier, input.supplier_id),
            decode(models.Location, input.location_id),
            [_draft(line) for line in input.lines],
            reference=input.reference,
            note=input.note,
            exchange_rate=input.exchange_rate,
        )

    @mutation(purchase_orders.update, PurchaseOrderPayload, _WRITE, changes=_ROW)
    async def purchase_order_update(
        self, info: Info, input: PurchaseOrderUpdateInput
    ) -> models.PurchaseOrder:
        return await purchase_orders.update(
            info.context.actor,
            decode(_ROW, input.id),
            given(input, "reference", "note", "exchange_rate"),
        )

    @mutation(purchase_lines.add, PurchaseOrderPayload, _WRITE)
    async def purchase_order_line_add(
        self, info: Info, input: PurchaseOrderLineAddInput
    ) -> models.PurchaseOrder:
        return await purchase_lines.add(
            info.context.actor, decode(_ROW, input.purchase_order_id), _draft(input)
        )

    @mutation(purchase_lines.change, PurchaseOrderPayload, _WRITE, changes=models.PurchaseOrderLine)
    async def purchase_order_line_change(
        self, info: Info, input: PurchaseOrderLineChangeInput
    ) -> models.PurchaseOrder:
        return await purchase_lines.change(
            info.context.actor,
            decode(models.PurchaseOrderLine, input.id),
            given(input, "quantity", "price"),
        )

    @mutation(purchase_lines.remove, PurchaseOrderPayload, _WRITE, changes=models.PurchaseOrderLine)
    async def purchase_order_line_remove(
        self, info: Info, input: PurchaseOrderLineRemoveInput
    ) -> models.PurchaseOrder:
        return await purchase_lines.remove(
            info.context.actor, decode(models.PurchaseOrderLine, input.id)
        )

    @mutation(purchase_approvals.submit, PurchaseOrderPayload, _WRITE, changes=_ROW)
    async def purchase_order_submit(
        self, info: Info, input: PurchaseOrderSubmitInput
    ) -> models.PurchaseOrder:
        return await purchase_approvals.submit(info.context.actor, decode(_ROW, input.id))

    @mutation(purchase_approvals.approve, PurchaseOrderPayload, _APPROVE, changes=_ROW)
    async def purchase_order_approve(
        self, info: Info, input: PurchaseOrderApproveInput
    ) -> models.PurchaseOrder:
        return await purchase_approvals.approve(info.context.actor, decode(_ROW, input.id))

    @mutation(purchase_approvals.reject, PurchaseOrderPayload, _APPROVE, changes=_ROW)
    async def purchase_order_reject(
        self, info: Info, input: PurchaseOrderRejectInput
    ) -> models.PurchaseOrder:
        return await purchase_approvals.reject(
            info.context.actor, decode(_ROW, input.id), reason=input.reason
        )

    @mutation(purchase_talks.send, PurchaseOrderPayload, _WRITE, changes=_ROW)
    async def purchase_order_send(
        self, info: Info, input: PurchaseOrderSendInput
    ) -> models.PurchaseOrder:
        return await purchase_talks.send(
            info.context.actor, decode(_ROW, input.id), channel=input.channel
        )

    @mutation(purchase_dispatches.tell_again, PurchaseOrderPayload, _WRITE, changes=_ROW)
    async def purchase_order_tell(
        self, info: Info, input: PurchaseOrderTellInput
    ) -> models.PurchaseOrder:
        return await purchase_dispatches.tell_again(
            info.context.actor, decode(_ROW, input.id), channel=input.channel
        )

    @mutation(
        purchase_talks.acknowledge,
        PurchaseOrderPayload,
        Permission.PURCHASES_ANSWER,
        changes=_ROW,
    )
    async def purchase_order_acknowledge(
        self, info: Info, input: PurchaseOrderAcknowledgeInput
    ) -> models.PurchaseOrder:
        return await purchase_talks.acknowledge(
            info.context.actor,
            decode(_ROW, input.id),
            answers=[
                Answer(
                    line_id=decode(models.PurchaseOrderLine, line.line_id),
                    units=line.units,
                    at=line.expected_at,
                )
                for line in input.lines
            ],
            at=input.expected_at,
            reference=input.reference,
            note=input.note,
        )

    @mutation(purchase_talks.change, PurchaseOrderPayload, _WRITE, changes=_ROW)
    async def purchase_order_change(
        self, info: Info, input: PurchaseOrderChangeInput
    ) -> models.PurchaseOrder:
        return await purchase_talks.change(
            info.context.actor,
            decode(_ROW, input.id),
            wishes=[
                Wish(
                    line_id=decode(models.PurchaseOrderLine, line.line_id),
                    units=line.units,
                    at=line.expected_at,
                )
                for line in input.lines
            ],
            reason=input.reason,
        )

    @mutation(purchase_orders.cancel, PurchaseOrderPayload, _WRITE, changes=_ROW)
    async def purchase_order_cancel(
        self, info: Info, input: PurchaseOrderCancelInput
    ) -> models.PurchaseOrder:
        return await purchase_orders.cancel(
            info.context.actor, decode(_ROW, input.id), reason=input.reason
        )

    @mutation(purchase_orders.close, PurchaseOrderPayload, _WRITE, changes=_ROW)
    async def purchase_order_close(
        self, info: Info, input: PurchaseOrderCloseInput
    ) -> models.PurchaseOrder:
        return await purchase_orders.close(
            info.context.actor, decode(_ROW, input.id), reason=input.reason
        )

    @mutation(landed_costs.add, PurchaseOrderPayload, _WRITE, changes=_ROW)
    async def purchase_order_landed_cost_add(
        self, info: Info, input: PurchaseOrderLandedCostAddInput
    ) -> models.PurchaseOrder:
        return await landed_costs.add(
            info.context.actor,
            decode(_ROW, input.id),
            kind=input.kind,
            amount=input.amount,
            note=input.note,
        )


def _draft(line: PurchaseOrderLineInput | PurchaseOrderLineAddInput) -> PurchaseLineDraft:
    return PurchaseLineDraft(
        variant_id=decode(models.Variant, line.variant_id),
        quantity=line.quantity,
        price=line.price,
    )
