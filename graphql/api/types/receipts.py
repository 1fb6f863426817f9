"""What clients see of receipts, their scans, and claims for what was wrong."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

import models
from api.context import Info
from api.fields import batched, column, many, money, one
from api.nodes import Node, node
from api.permissions import require
from api.scalars import Money
from api.types.actions import Action
from api.types.locations import Location
from services import receipt_actions
from services.actors import Permission

if TYPE_CHECKING:
    from api.types.bins import Bin
    from api.types.catalog import Variant
    from api.types.lots import Lot
    from api.types.purchase_orders import PurchaseOrder, PurchaseOrderLine
    from api.types.suppliers import Supplier

BinRef = Annotated["Bin", strawberry.lazy("api.types.bins")]
LotRef = Annotated["Lot", strawberry.lazy("api.types.lots")]
OrderRef = Annotated["PurchaseOrder", strawberry.lazy("api.types.purchase_orders")]
OrderLineRef = Annotated["PurchaseOrderLine", strawberry.lazy("api.types.purchase_orders")]
SupplierRef = Annotated["Supplier", strawberry.lazy("api.types.suppliers")]
VariantRef = Annotated["Variant", strawberry.lazy("api.types.catalog")]


@node(models.ReceiptScan, "What somebody scanned of a delivery, and what became of it.")
class ReceiptScan(Node):
    code: str = column("What was scanned.")
    quantity: int = column("Units of it.")
    condition: models.Condition = column("In which condition they were.")
    result: models.ScanResult = column("What became of them.")
    message: str = column("Why it was refused, where it was.")
    lot: LotRef | None = one(models.Lot, "lot_id", "Of which lot, or with which serial number.")
    bin: BinRef | None = one(
        models.Bin,
        "bin_id",
        "The bin that was named for them.",
        needs=Permission.LOCATIONS_READ,
    )
    actor: str = column("Who scanned.")


@node(models.ReceiptLine, "What came of one line of a purchase order, or was not ordered.")
class ReceiptLine(Node):
    receipt: "Receipt" = one(models.Receipt, "receipt_id", "The receipt it is part of.")
    purchase_order_line: OrderLineRef | None = one(
        models.PurchaseOrderLine,
        "purchase_order_line_id",
        "The line it was ordered with; none where it was not ordered.",
    )
    variant: VariantRef | None = one(
        models.Variant,
        "variant_id",
        "What came; needs CATALOG_READ.",
        needs=Permission.CATALOG_READ,
    )
    ordered: int = column("Units that were still to come when the delivery came.")
    promised_at: datetime | None = column("When they should have come.")
    accepted: int = column("Units taken in good order.")
    damaged: int = column("Units taken that came damaged.")
    over: int = column("Units beyond what was ordered, put apart.")
    wrong: int = column("Units that were not ordered, and not taken.")
    short: int = column("Units that are on the papers and did not come.")
    inspecting: int = column("Units of those accepted that wait for inspection.")
    held: int = column("Units of those over about which nobody has decided.")
    rejected: int = column("Units of those accepted that did not pass inspection.")
    received_at: datetime | None = column("When the last of it was scanned.")


@node(models.SupplierClaim, "What we want from a supplier for a delivery not as ordered.")
class SupplierClaim(Node):
    supplier: SupplierRef = one(models.Supplier, "supplier_id", "Of whom.")
    purchase_order: OrderRef = one(
        models.PurchaseOrder, "purchase_order_id", "The order that was delivered."
    )
    line: ReceiptLine | None = one(models.ReceiptLine, "line_id", "What of the delivery.")
    kind: models.SupplierClaimKind = column("What was wrong.")
    status: models.SupplierClaimStatus = column("Where it stands.")
    units: int = column("How many units.")
    amount: Money = money("amount", "What is claimed.")
    note: str = column("What there is to say about it.")
    settlement: models.Settlement | None = column("What the supplier gives.")
    settled_amount: Money | None = money("settled_amount", "How much money the supplier gives.")
    reference: str = column("What the settlement goes by, such as a credit note.")
    reason: str = column("Why it is not pursued any more.")
    sent_at: datetime | None = column("When the supplier was told.")
    settled_at: datetime | None = column("When it was over.")
    dropped_at: datetime | None = column("When it was given up.")
    actions: list[Action] = batched(
        receipt_actions.of_supplier_claims, "What you can do with it now."
    )


@node(models.Receipt, "One delivery of a purchase order, scanned in unit by unit.")
class Receipt(Node):
    purchase_order: OrderRef = one(
        models.PurchaseOrder, "purchase_order_id", "The order that is delivered."
    )
    supplier: SupplierRef = one(models.Supplier, "supplier_id", "Who delivers.")
    location: Location | None = one(
        models.Location,
        "location_id",
        "Where it came; needs LOCATIONS_READ.",
        needs=Permission.LOCATIONS_READ,
    )
    status: models.ReceiptStatus = column("Where it stands.")
    reference: str = column("What its papers go by, such as a delivery note.")
    reason: str = column("Why it was cancelled.")
    completed_at: datetime | None = column("When everything was counted.")
    cancelled_at: datetime | None = column("When it was cancelled.")
    lines: list[ReceiptLine] = many(models.ReceiptLine, "receipt_id", "What came, by line.")
    scans: list[ReceiptScan] | None = many(
        models.ReceiptScan,
        "receipt_id",
        "What was scanned; needs STOCK_READ.",
        needs=Permission.STOCK_READ,
    )
    actions: list[Action] = batched(receipt_actions.of_receipts, "What you can do with it now.")

    @strawberry.field(description="Who opened it, by their number; needs STOCK_READ.")
    def opened_by(root: models.Receipt, info: Info) -> str | None:
        require(info.context.actor, Permission.STOCK_READ)
        return root.opened_by

    @strawberry.field(description="Who completed it, by their number; needs STOCK_READ.")
    def completed_by(root: models.Receipt, info: Info) -> str | None:
        require(info.context.actor, Permission.STOCK_READ)
        return root.completed_by
