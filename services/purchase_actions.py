"""What can be done with a purchase order now, and what stands in the way of the rest."""

from collections import defaultdict
from collections.abc import Sequence

from models import PurchaseDispatch, PurchaseOrder, PurchaseOrderLine, Supplier
from models.statements import select
from services import (
    landed_costs,
    purchase_approvals,
    purchase_dispatches,
    purchase_lines,
    purchase_orders,
    purchase_talks,
)
from services.actors import Actor, Permission
from services.offers import Action, action, offered

_P = Permission


async def of_purchase_orders(actor: Actor, rows: Sequence[PurchaseOrder]) -> list[list[Action]]:
    write, approve = _P.PURCHASES_WRITE, _P.PURCHASES_APPROVE
    suppliers = await Supplier.in_bulk({row.supplier_id for row in rows}, "id")
    lines: dict[int, list[PurchaseOrderLine]] = defaultdict(list)
    for line in await PurchaseOrderLine.filter(purchase_order_id__in=[row.id for row in rows]):
        lines[line.purchase_order_id].append(line)
    told = {
        each.purchase_order_id: each
        for each in await select(PurchaseDispatch, purchase_order_id__in=[row.id for row in rows])
    }
    approvals, talks = purchase_approvals, purchase_talks
    return [
        offered(
            actor,
            action("purchaseOrderUpdate", write, purchase_orders.reasons_not_to_update(row)),
            action("purchaseOrderLineAdd", write, purchase_lines.reasons_not_to_edit(row)),
            action(
                "purchaseOrderSubmit",
                write,
                approvals.reasons_not_to_submit(row, lines[row.id], suppliers[row.supplier_id]),
            ),
            action("purchaseOrderApprove", approve, approvals.reasons_not_to_approve(actor, row)),
            action("purchaseOrderReject", approve, approvals.reasons_not_to_reject(row)),
            action("purchaseOrderSend", write, talks.reasons_not_to_send(row)),
            action(
                "purchaseOrderTell",
                write,
                purchase_dispatches.reasons_not_to_tell(row, told.get(row.id)),
            ),
            action(
                "purchaseOrderAcknowledge",
                _P.PURCHASES_ANSWER,
                talks.reasons_not_to_acknowledge(row),
            ),
            action("purchaseOrderChange", write, talks.reasons_not_to_change(row)),
            action("purchaseOrderLandedCostAdd", write, landed_costs.reasons_not_to_add(row)),
            action("purchaseOrderClose", write, purchase_orders.reasons_not_to_close(row)),
            action("purchaseOrderCancel", write, purchase_orders.reasons_not_to_cancel(row)),
        )
        for row in rows
    ]
