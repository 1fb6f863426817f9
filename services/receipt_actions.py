"""What can be done with a receipt or a claim now, and what stands in the way of the rest."""

from collections import defaultdict
from collections.abc import Sequence

from models import Receipt, ReceiptLine, SupplierClaim, SupplierClaimStatus
from services import inspections, receipts, receiving, supplier_claims
from services.actors import Actor, Permission
from services.offers import Action, action, offered, step

_P = Permission


async def of_receipts(actor: Actor, rows: Sequence[Receipt]) -> list[list[Action]]:
    take_in = _P.STOCK_RECEIVE
    lines: dict[int, list[ReceiptLine]] = defaultdict(list)
    for line in await ReceiptLine.filter(receipt_id__in=[row.id for row in rows]):
        lines[line.receipt_id].append(line)
    return [
        offered(
            actor,
            action("receiptScan", take_in, receiving.reasons_not_to_scan(row)),
            action("receiptComplete", take_in, receipts.reasons_not_to_complete(row)),
            action(
                "receiptInspect",
                _P.STOCK_ADJUST,
                inspections.reasons_not_to_inspect(row, lines[row.id]),
            ),
            action("receiptCancel", take_in, receipts.reasons_not_to_cancel(row, lines[row.id])),
        )
        for row in rows
    ]


async def of_supplier_claims(actor: Actor, rows: Sequence[SupplierClaim]) -> list[list[Action]]:
    write, status = _P.CLAIMS_WRITE, SupplierClaimStatus
    return [
        offered(
            actor,
            action("supplierClaimUpdate", write, supplier_claims.reasons_not_to_update(row)),
            action("supplierClaimSend", write, step(row, status.SENT)),
            action("supplierClaimSettle", write, step(row, status.SETTLED)),
            action("supplierClaimDrop", write, step(row, status.DROPPED)),
        )
        for row in rows
    ]
