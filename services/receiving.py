"""Receiving: what is scanned of a delivery is in stock at once, or refused and on record."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from models import (
    Condition,
    MispickKind,
    MovementReason,
    PurchaseOrder,
    PurchaseOrderLine,
    Receipt,
    ReceiptLine,
    ReceiptScan,
    ReceiptStatus,
    ScanResult,
    Supplier,
    Tracking,
    Variant,
)
from models.errors import Mispick, Problem, Refused, refuse_any
from models.lifecycle import Status
from models.rows import store_all
from models.statements import get, select
from services import (
    gs1,
    ledger,
    lots,
    policies,
    purchase_orders,
    receipts,
    receiving_codes,
    requests,
    storage,
)
from services.actors import Actor
from services.clock import now
from services.commit import even_if_refused, operation
from services.facts.receipts import ReceiptScanned, ReceiptScanRefused
from services.inputs import Inputs
from services.ledger import ANY, Change
from services.lots import LotDraft
from services.stock import level_of

MILLION = 1_000_000
MOST_CODE = 100
COUNTED = ("accepted", "damaged", "over", "wrong", "inspecting", "held", "received_at")


class OverDelivery(Status):
    REFUSE = "refuse", "Take nothing of the scan; the driver takes it back."
    QUARANTINE = "quarantine", "Put what is too much into quarantine, until a buyer decides."


class WrongItem(Status):
    REFUSE = "refuse", "Take nothing; it was scanned in error."
    RECORD = "record", "Take nothing, and write down that it came, to be claimed."
    ACCEPT = "accept", "Take it into stock all the same."


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """What somebody scans: a code, so many units, of which lot or serial numbers, into which bin,
    and what to do where it is more than was ordered, or was not ordered at all. What is not said
    is read off the code, where that is one of GS1; else it is one unit."""

    @property
    def units(self) -> int:
        return 1 if self.quantity is None else self.quantity

    code: str
    quantity: int | None = None
    condition: Condition = Condition.GOOD
    lot: LotDraft | None = None
    serials: Sequence[str] = ()
    bin_id: int | None = ANY
    over: OverDelivery = OverDelivery.REFUSE
    wrong: WrongItem = WrongItem.REFUSE


@dataclass(frozen=True, kw_only=True)
class Share:
    """Units of a scan that belong to one line, and what becomes of them."""

    line: ReceiptLine
    result: ScanResult
    units: int


@operation
async def scan(actor: Actor, receipt_id: int, scan: Delivered) -> Receipt:
    """Count units of a delivery and take them into stock at once.

    Refused with a MispickError, which is recorded, where nobody knows the code, where it was not
    ordered, or where it is more than was ordered and the supplier's tolerance; the last two only
    unless the scan says what to do then.
    """
    order, row = await receipts.take(actor, receipt_id)
    refuse_any(reasons_not_to_scan(row))
    said = gs1.read(scan.code, now().date())
    scan = _checked(scan, said)
    variant = await receiving_codes.variant_of(order, said.item if said else scan.code)
    if variant is None:
        message = f"Nobody knows the code {scan.code}."
        raise _caught(actor, row, scan, message, expected="a code of ours or of the supplier")
    scan = _told(scan, said, variant)
    lines = [line for line in await receipts.lines_of(row) if line.variant_id == variant.id]
    supplier = await get(Supplier, order.supplier_id)
    shares = await _shares(actor, order, row, scan, variant, lines, supplier)
    at = now()
    counted = _counted(shares)
    if counted:
        await purchase_orders.receive_units(actor, order, counted, at)
    for share in shares:
        share.line.count(share.result, share.units, at=at)
    await _save([share.line for share in shares])
    pieces = await _take_in(actor, order, row, scan, variant, shares)
    await _write_down(actor, row, scan, pieces)
    await row.store()

    units_of = {
        result: sum(share.units for share in shares if share.result is result)
        for result in ScanResult
    }
    receipts.told(
        actor,
        ReceiptScanned,
        row,
        variant_id=variant.id,
        units=scan.units,
        condition=scan.condition,
        over=units_of[ScanResult.OVER],
        wrong=units_of[ScanResult.WRONG],
        inspecting=units_of[ScanResult.INSPECTION],
    )
    return row


def reasons_not_to_scan(row: Receipt) -> list[Problem]:
    wanted = ReceiptStatus.COMPLETED
    return [] if row.may_become(wanted) else [row.wrong_status(wanted)]


def room_on(line: PurchaseOrderLine, tolerance: int) -> int:
    """How many units of a line may still come: what is outstanding, and what more than ordered
    the supplier may send, in millionths of what was ordered, rounded down."""
    asked = line.quantity - line.cancelled
    return max(0, asked + asked * tolerance // MILLION - line.received)


def _checked(scan: Delivered, said: gs1.Elements | None) -> Delivered:
    inputs = Inputs()
    units = scan.quantity
    if units is None:
        units = said.units or 1 if said else 1
    checked = replace(
        scan,
        code=inputs.text(scan.code, "code", most=MOST_CODE),
        quantity=inputs.number(units, "quantity"),
    )
    inputs.refuse()
    return checked


def _told(scan: Delivered, said: gs1.Elements | None, variant: Variant) -> Delivered:
    """What somebody scanned, with what the code says of it besides."""
    if said is None:
        return scan
    if variant.tracking is Tracking.LOT and scan.lot is None and said.lot:
        lot = LotDraft(code=said.lot, expires_on=said.expires_on, made_on=said.made_on)
        return replace(scan, lot=lot)
    if variant.tracking is Tracking.SERIAL and not scan.serials and said.serial:
        return replace(scan, serials=[said.serial])
    return scan


async def _shares(
    actor: Actor,
    order: PurchaseOrder,
    row: Receipt,
    scan: Delivered,
    variant: Variant,
    lines: Sequence[ReceiptLine],
    supplier: Supplier,
) -> list[Share]:
    """To which lines the units belong: first to what is outstanding, in the order of the lines,
    then to what the supplier may send more; the rest is over."""
    result = _result(scan, supplier)
    awaited = [line for line in lines if line.purchase_order_line_id is not None]
    if not awaited:
        return [_unasked(actor, row, scan, variant, lines, result)]
    ids = [line.purchase_order_line_id or 0 for line in awaited]
    ordered = {line.id: line for line in await select(PurchaseOrderLine, id__in=ids)}
    left, units = scan.units, dict.fromkeys(ids, 0)
    for each in ids:
        units[each] = min(left, ordered[each].outstanding)
        left -= units[each]
    for each in ids:
        more = min(left, room_on(ordered[each], supplier.tolerance) - units[each])
        units[each] += more
        left -= more
    if left and scan.over is OverDelivery.REFUSE:
        room = scan.units - left
        message = f"{room} more units of {variant.sku} may come, and {scan.units} were scanned."
        kind = MispickKind.WRONG_QUANTITY
        raise _caught(actor, row, scan, message, kind=kind, expected=str(room), line=awaited[0])
    shares = [
        Share(line=line, result=result, units=units[line.purchase_order_line_id or 0])
        for line in awaited
    ]
    shares.append(Share(line=awaited[-1], result=ScanResult.OVER, units=left))
    return [share for share in shares if share.units]


def _result(scan: Delivered, supplier: Supplier) -> ScanResult:
    if scan.condition is Condition.DAMAGED:
        return ScanResult.DAMAGED
    inspected = supplier.inspect or policies.current().inspect_receipts
    return ScanResult.INSPECTION if inspected else ScanResult.ACCEPTED


def _unasked(
    actor: Actor,
    row: Receipt,
    scan: Delivered,
    variant: Variant,
    lines: Sequence[ReceiptLine],
    result: ScanResult,
) -> Share:
    if scan.wrong is WrongItem.REFUSE:
        message = f"{variant.sku} is not on this order."
        raise _caught(actor, row, scan, message, found=variant.sku)
    line = next(iter(lines), None) or ReceiptLine(receipt_id=row.id, variant_id=variant.id)
    kept = scan.wrong is WrongItem.ACCEPT
    return Share(line=line, result=result if kept else ScanResult.WRONG, units=scan.units)


def _counted(shares: Sequence[Share]) -> dict[int, tuple[int, int]]:
    """What counts on the lines of the purchase order: units that came, and damaged ones of
    them."""
    return {
        share.line.purchase_order_line_id: (
            share.units,
            share.units if share.result is ScanResult.DAMAGED else 0,
        )
        for share in shares
        if share.line.purchase_order_line_id is not None
        and share.result not in (ScanResult.OVER, ScanResult.WRONG)
    }


async def _save(lines: Sequence[ReceiptLine]) -> None:
    known = {line.id: line for line in lines if line.id}
    await store_all(list(known.values()), *COUNTED)
    for line in lines:
        if not line.id:
            await line.save()


async def _take_in(
    actor: Actor,
    order: PurchaseOrder,
    row: Receipt,
    scan: Delivered,
    variant: Variant,
    shares: Sequence[Share],
) -> list[tuple[Share, int | None, int]]:
    """Move what is taken into stock; says of which share and lot how many units are."""
    taken = [share for share in shares if share.result is not ScanResult.WRONG]
    if not taken:
        return [(share, None, share.units) for share in shares]
    # The bin first, as who takes it down locks it and then looks for what lies in it.
    target = await storage.take(actor, scan.bin_id, "binId") if scan.bin_id != ANY else None
    level = await level_of(actor, variant.id, row.location_id)
    refuse_any(await storage.reasons_not_to_put(level, target, "binId"))
    lot = scan.lot and replace(scan.lot, supplier_id=scan.lot.supplier_id or order.supplier_id)
    came = await lots.incoming(actor, level, scan.units, lot=lot, serials=scan.serials)
    pieces = _pieces(taken, came)
    changes = [
        _change(level.id, share.result, lot_id, units, scan.bin_id)
        for share, lot_id, units in pieces
    ]
    await ledger.move(actor, MovementReason.RECEIVED, changes, receipt_id=row.id)
    return pieces


async def _write_down(
    actor: Actor, row: Receipt, scan: Delivered, pieces: Sequence[tuple[Share, int | None, int]]
) -> None:
    await ReceiptScan.bulk_create(
        [
            ReceiptScan(
                receipt_id=row.id,
                line_id=share.line.id,
                lot_id=lot_id,
                bin_id=scan.bin_id or None,
                code=scan.code,
                quantity=units,
                condition=scan.condition,
                result=share.result,
                actor=actor.label,
            )
            for share, lot_id, units in pieces
        ]
    )


def _pieces(shares: Sequence[Share], came: Sequence[Change]) -> list[tuple[Share, int | None, int]]:
    """Deal lots out to shares, both in their order."""
    left = deque((change.lot_id or None, change.on_hand) for change in came)
    pieces = []
    for share in shares:
        wanted = share.units
        while wanted:
            lot_id, units = left.popleft()
            taken = min(wanted, units)
            pieces.append((share, lot_id, taken))
            wanted -= taken
            if taken < units:
                left.appendleft((lot_id, units - taken))
    return pieces


def _change(
    level_id: int, result: ScanResult, lot_id: int | None, units: int, bin_id: int | None
) -> Change:
    """What nobody can have lies in no bin, unless one is named for it."""
    if result is ScanResult.ACCEPTED:
        return Change(level_id=level_id, on_hand=units, bin_id=bin_id, lot_id=lot_id)
    state = "damaged" if result is ScanResult.DAMAGED else "quarantined"
    return Change(level_id=level_id, bin_id=bin_id or None, lot_id=lot_id, **{state: units})


def _caught(
    actor: Actor,
    row: Receipt,
    scan: Delivered,
    message: str,
    *,
    kind: MispickKind = MispickKind.WRONG_ITEM,
    expected: str = "an item of the order",
    found: str = "",
    line: ReceiptLine | None = None,
) -> Refused:
    """The refusal of a scan, which is recorded even so."""
    kept = ReceiptScan(
        receipt_id=row.id,
        line_id=line.id if line else None,
        code=scan.code,
        quantity=scan.units,
        condition=scan.condition,
        result=ScanResult.REFUSED,
        message=message,
        actor=actor.label,
        request=requests.current(),
    )
    even_if_refused(partial(_record, actor, kept))
    too_many = kind is MispickKind.WRONG_QUANTITY
    return Refused(
        Mispick(
            message=message,
            path=("quantity" if too_many else "code",),
            kind=kind,
            expected=expected,
            found=str(scan.units) if too_many else found or scan.code,
        )
    )


@operation
async def _record(actor: Actor, kept: ReceiptScan) -> None:
    # Whoever sends the same scan again meanwhile waits here, and finds it recorded.
    row = await get(Receipt, kept.receipt_id, locked=True)
    if kept.request is not None and await ReceiptScan.exists(request=kept.request):
        return
    await kept.save()

    receipts.told(actor, ReceiptScanRefused, row, code=kept.code, message=kept.message)
