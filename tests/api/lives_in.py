"""The lifecycles of what is bought, moved and counted, and of what says that it should be."""

from datetime import timedelta

from models import (
    Arrival,
    CountLine,
    Proposal,
    PurchaseOrder,
    Receipt,
    Settlement,
    StockAlert,
    StockCount,
    SupplierClaim,
    Transfer,
    Variance,
    VarianceCause,
)
from services import (
    alerts,
    arrivals,
    counts,
    proposals,
    purchase_orders,
    receipts,
    replenishment,
    stock,
    stock_settings,
    supplier_claims,
    transfer_steps,
    transfers,
    variances,
)
from services.actors import SYSTEM
from services.clock import now
from services.transfer_steps import TransferUnits
from tests import inbound
from tests.api.lives import WHY, Build, Input, Life, Move, then
from tests.cast import Shop
from tests.counting import STAGES, count_at, variance_at
from tests.planning import proposal_in
from tests.purchases import bought, line_of, receive

SOON = now() + timedelta(days=9)


async def alert(_: Shop, *verbs: str) -> StockAlert:
    """About the mugs of a shop of its own."""
    shop = await Shop.open()
    at = {"variant_id": shop.mug.id, "location_id": shop.north.id}
    settings = {"reorder_point": 10, "target": 30}
    await stock_settings.set_level(SYSTEM, **at, settings=settings)
    row = await StockAlert.get(variant_id=shop.mug.id)
    if "acknowledge" in verbs:
        await alerts.acknowledge(SYSTEM, row.id)
    if "resolve" in verbs:
        await stock.receive(SYSTEM, **at, quantity=50)
    return row


ALERTS = Life(
    rows=[
        alert,
        lambda shop: alert(shop, "acknowledge"),
        lambda shop: alert(shop, "resolve"),
        lambda shop: alert(shop, "acknowledge", "resolve"),
    ],
    moves=[
        Move("stockAlertAcknowledge", "ACKNOWLEDGED"),
        Move("stockAlertAccept", "ACKNOWLEDGED", keeps="ACKNOWLEDGED"),
    ],
    stays="stockAlertSnooze",
    by_itself={"OPEN": "RESOLVED", "ACKNOWLEDGED": "RESOLVED"},
)


async def _arrived(shop: Shop) -> Arrival:
    row = await shop.expect(shop.mug, 5)
    at = {"variant_id": shop.mug.id, "location_id": shop.north.id}
    await stock.receive(SYSTEM, **at, quantity=5, arrival_id=row.id)
    return row


ARRIVALS = Life(
    rows=[
        lambda shop: shop.expect(shop.mug, 5),
        _arrived,
        then(lambda shop: shop.expect(shop.mug, 5), arrivals.cancel, **WHY),
    ],
    moves=[Move("arrivalCancel", "CANCELLED", WHY)],
    stays="arrivalUpdate",
    by_itself={"EXPECTED": "ARRIVED"},
)


def purchase(step: str, *came: int) -> Build:
    async def build(shop: Shop) -> PurchaseOrder:
        row = await bought(shop, step, at=SOON)
        for units in came:
            await receive(row, shop.mug, units)
        return row

    return build


async def _wishes(shop: Shop, row: PurchaseOrder) -> Input:
    line = await line_of(row, shop.mug)
    return {"lines": [{"lineId": line.number, "units": 20}]}


PURCHASES = Life(
    rows=[
        *map(purchase, ("draft", "submitted", "approved", "sent", "acknowledged")),
        purchase("sent", 4),
        purchase("sent", 10),
        purchase("acknowledged", 4, 6),
        purchase("acknowledged", 10),
        then(purchase("sent", 10), purchase_orders.close),
        then(purchase("draft"), purchase_orders.cancel, **WHY),
    ],
    moves=[
        Move("purchaseOrderSubmit", "SUBMITTED", onward="APPROVED"),
        Move("purchaseOrderApprove", "APPROVED"),
        Move("purchaseOrderReject", "DRAFT", WHY),
        # What the supplier has answered goes back to them only with a change.
        Move("purchaseOrderSend", "SENT", never="ACKNOWLEDGED"),
        Move(
            "purchaseOrderAcknowledge",
            "ACKNOWLEDGED",
            {"expectedAt": "2126-01-22T08:00:00Z"},
            keeps="ACKNOWLEDGED PARTIALLY_RECEIVED",
        ),
        Move(
            "purchaseOrderChange",
            "SENT",
            WHY,
            more=_wishes,
            keeps="SENT PARTIALLY_RECEIVED",
            never="APPROVED",
        ),
        Move("purchaseOrderCancel", "CANCELLED", WHY),
        Move("purchaseOrderClose", "CLOSED", WHY),
    ],
    stays="purchaseOrderUpdate purchaseOrderTell purchaseOrderLandedCostAdd",
    by_itself={
        "SENT": "PARTIALLY_RECEIVED RECEIVED",
        "ACKNOWLEDGED": "PARTIALLY_RECEIVED RECEIVED",
        "PARTIALLY_RECEIVED": "RECEIVED",
    },
)


async def transfer(shop: Shop, stage: str, came: int = 0) -> Transfer:
    row = await inbound.transfer(shop, stage, mug=2)
    if came:
        [line] = await inbound.lines_of(row)
        units = TransferUnits(line_id=line.id, quantity=came)
        await transfer_steps.receive(SYSTEM, row.id, units=[units])
    return row


async def _one(_: Shop, row: Transfer) -> Input:
    [line] = await inbound.lines_of(row)
    return {"lines": [{"lineId": line.number, "quantity": 1}]}


TRANSFERS = Life(
    rows=[
        lambda shop: transfer(shop, "draft"),
        lambda shop: transfer(shop, "allocated"),
        lambda shop: transfer(shop, "in_transit"),
        lambda shop: transfer(shop, "in_transit", 1),
        lambda shop: transfer(shop, "received"),
        then(lambda shop: transfer(shop, "draft"), transfers.cancel, **WHY),
    ],
    moves=[
        Move("transferAllocate", "ALLOCATED"),
        Move("transferSend", "IN_TRANSIT"),
        Move("transferReceive", "PARTIALLY_RECEIVED RECEIVED", more=_one),
        Move("transferReceive", "RECEIVED"),
        Move("transferClose", "RECEIVED", WHY),
        Move("transferCancel", "CANCELLED", WHY),
    ],
    stays="transferUpdate transferLineAdd transferLineUpdate transferLineRemove",
)


async def receipt(shop: Shop) -> Receipt:
    row = await inbound.receipt(shop)
    await inbound.scan(row, shop.mug.sku, 10)
    return row


RECEIPTS = Life(
    rows=[
        inbound.receipt,
        receipt,
        then(receipt, receipts.complete),
        then(inbound.receipt, receipts.cancel, **WHY),
    ],
    moves=[Move("receiptComplete", "COMPLETED"), Move("receiptCancel", "CANCELLED", WHY)],
    stays="receiptScan receiptInspect",
)


async def asked_back(shop: Shop) -> SupplierClaim:
    return await inbound.claim(shop, "sent")


SUPPLIER_CLAIMS = Life(
    rows=[
        inbound.claim,
        asked_back,
        then(asked_back, supplier_claims.settle, settlement=Settlement.REPLACEMENT),
        then(inbound.claim, supplier_claims.drop, **WHY),
    ],
    moves=[
        Move("supplierClaimSend", "SENT"),
        Move("supplierClaimSettle", "SETTLED", {"settlement": "REPLACEMENT"}),
        Move("supplierClaimDrop", "DROPPED", WHY),
    ],
    stays="supplierClaimUpdate",
)


def count(stage: str) -> Build:
    """Of the mugs of a shop of its own."""

    async def build(_: Shop) -> StockCount:
        return await count_at(await Shop.open(), stage)

    return build


async def _recounted(_: Shop, row: StockCount) -> Input:
    lines = await CountLine.filter(count_id=row.id)
    return {"lineIds": [each.number for each in lines]}


COUNTS = Life(
    rows=[*map(count, STAGES), then(count("open"), counts.cancel)],
    moves=[
        Move("stockCountOpen", "OPEN", never="REVIEW"),
        Move("stockCountComplete", "COUNTED"),
        Move("stockCountReview", "REVIEW"),
        Move("stockCountRecount", "OPEN", more=_recounted, never="DRAFT"),
        Move("stockCountApprove", "APPROVED"),
        Move("stockCountPost", "POSTED"),
        Move("stockCountCancel", "CANCELLED"),
    ],
    stays="stockCountScan stockCountBinFinish stockCountReverse",
)


async def variance(_: Shop) -> Variance:
    return await variance_at(await Shop.open())


VARIANCES = Life(
    rows=[
        variance,
        then(variance, variances.investigate),
        then(variance, variances.explain, cause=VarianceCause.THEFT),
        then(
            then(variance, variances.explain, cause=VarianceCause.THEFT),
            variances.accept,
        ),
    ],
    moves=[
        Move("stockCountVarianceInvestigate", "INVESTIGATING"),
        Move("stockCountVarianceExplain", "EXPLAINED", {"cause": "MISPLACED", "note": "In A-2."}),
        Move("stockCountVarianceAccept", "ACCEPTED"),
    ],
)


async def proposal(_: Shop) -> Proposal:
    """For a shop of its own."""
    return await proposal_in(await Shop.open())


async def superseded(_: Shop) -> Proposal:
    """As the goods have come meanwhile."""
    shop = await Shop.open()
    row = await proposal_in(shop)
    await shop.receive(shop.mug, shop.north, 100)
    await replenishment.propose(SYSTEM, await shop.level(shop.mug, shop.north))
    return row


PROPOSALS = Life(
    rows=[
        proposal,
        then(proposal, proposals.accept),
        then(proposal, proposals.dismiss, **WHY),
        superseded,
    ],
    moves=[Move("proposalAccept", "ACCEPTED"), Move("proposalDismiss", "DISMISSED", WHY)],
    by_itself={"OPEN": "SUPERSEDED"},
)
