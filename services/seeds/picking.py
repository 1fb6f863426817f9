"""The demo shop's warehouse: bins, waves, boxes, and what its scanners caught."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from models import (
    Bin,
    Fulfillment,
    FulfillmentLine,
    FulfillmentStatus,
    Level,
    Mispick,
    MispickKind,
    MispickStep,
    Package,
    PackageLine,
    PackageStatus,
    Role,
    Wave,
)
from services.actors import SYSTEM
from services.facts.bins import BinCreated, LevelBinSet
from services.facts.fulfillments import FulfillmentPickScanned
from services.facts.mispicks import MispickRecorded
from services.facts.packages import (
    PackageClosed,
    PackageCreated,
    PackageFact,
    PackageScanned,
    PackageVoided,
)
from services.facts.waves import WaveCreated, WaveStarted
from services.seeds.rows import Rows

if TYPE_CHECKING:
    from services.seeds.orders import Life, Shop

SHELVES = 4
MATERIALS = ("Carton S", "Carton M", "Padded bag")
# Of so many fulfillments one is scanned into a box, and in one a scanner catches a mistake.
BOXED_EVERY = 2
MISPICKED_EVERY = 9


def home(rows: Rows, level: Level, n: int) -> None:
    """Put up the n-th bin of a location for a level, four to a shelf and three shelves an aisle."""
    aisle, shelf = divmod(n // SHELVES, 3)
    code = f"{chr(ord('A') + aisle)}-{shelf + 1:02}-{n % SHELVES + 1}"
    row = rows.make(Bin, location_id=level.location_id, code=code, position=(n + 1) * 10)
    rows.keep(row)
    rows.tell(SYSTEM, BinCreated(location_id=row.location_id, bin_id=row.id))
    level.bin_id = row.id
    about = {"variant_id": level.variant_id, "location_id": level.location_id}
    rows.tell(SYSTEM, LevelBinSet(**about, bin_id=row.id))


def mistake(shop: "Shop", life: "Life", work: Fulfillment) -> None:
    """Now and then a scanner catches something before it goes wrong."""
    if work.id % MISPICKED_EVERY:
        return
    line = shop.stock.levels[life.reservations[0].level_id]
    wanted = shop.variants[line.variant_id]
    other = next(each for each in shop.variants.values() if each.id != wanted.id)
    kinds = {
        MispickKind.WRONG_ITEM: (wanted.sku, other.sku, other.barcode),
        MispickKind.WRONG_BIN: ("A-01-1", "A-01-2", wanted.barcode),
        MispickKind.WRONG_QUANTITY: ("1", "2", wanted.barcode),
    }
    kind = list(kinds)[work.id // MISPICKED_EVERY % len(kinds)]
    expected, found, barcode = kinds[kind]
    picker = shop.staff[Role.PICKER]
    row = shop.rows.make(
        Mispick,
        order_id=work.order_id,
        fulfillment_id=work.id,
        location_id=work.location_id,
        kind=kind,
        step=MispickStep.PICKING,
        barcode=barcode,
        quantity=2 if kind is MispickKind.WRONG_QUANTITY else 1,
        bin_code=found if kind is MispickKind.WRONG_BIN else None,
        expected=expected,
        found=found,
        picker=picker.label,
    )
    life.mispicks.append(row)
    shop.rows.tell(
        picker,
        MispickRecorded(
            location_id=work.location_id,
            order_id=work.order_id,
            customer_id=life.customer_id,
            fulfillment_id=work.id,
            mispick_id=row.id,
            mispick_kind=kind,
        ),
    )


def scan_first(shop: "Shop", life: "Life", work: Fulfillment) -> None:
    """Whoever begins to pick scans the first unit."""
    first = life.contents[work.id][0]
    first.picked = 1
    line = life.line(first.line_id)
    line.pick(1)
    shop.rows.change(first, line)
    shop.rows.tell(
        shop.staff[Role.PICKER],
        FulfillmentPickScanned(
            order_id=work.order_id,
            customer_id=life.customer_id,
            location_id=work.location_id,
            fulfillment_id=work.id,
            sku=line.sku,
            quantity=1,
        ),
    )


def take_box(shop: "Shop", life: "Life", work: Fulfillment) -> None:
    # Where packing has only begun by the end, there is a box that is still open.
    if work.id % BOXED_EVERY and life.steps:
        return
    picker = shop.staff[Role.PICKER]
    box = shop.rows.make(
        Package,
        order_id=work.order_id,
        fulfillment_id=work.id,
        box=f"BOX-{work.id:05}",
        material=MATERIALS[work.id % len(MATERIALS)],
        actor=picker.label,
    )
    life.boxes[work.id] = box
    _tell(shop, life, PackageCreated, box)


def fill_box(
    shop: "Shop", life: "Life", work: Fulfillment, contents: Iterable[FulfillmentLine]
) -> None:
    """Scan everything that was picked into the box and close it."""
    if (box := life.boxes.get(work.id)) is None:
        return
    picked = [each for each in contents if each.picked]
    for each in picked:
        life.box_lines.append(
            shop.rows.make(
                PackageLine,
                package_id=box.id,
                fulfillment_line_id=each.id,
                line_id=each.line_id,
                quantity=each.picked,
            )
        )
        shop.rows.tell(
            shop.staff[Role.PICKER],
            PackageScanned(
                order_id=work.order_id,
                customer_id=life.customer_id,
                package_id=box.id,
                sku=life.line(each.line_id).sku,
                quantity=each.picked,
            ),
        )
    box.weight = 150 + 320 * sum(each.picked for each in picked)
    box.close(at=shop.now)
    shop.rows.change(box)
    _tell(shop, life, PackageClosed, box)


def empty_box(shop: "Shop", life: "Life", work: Fulfillment) -> None:
    box = life.boxes.get(work.id)
    if box is not None and box.status is not PackageStatus.VOIDED:
        box.void()
        shop.rows.change(box)
        _tell(shop, life, PackageVoided, box)


def waiting(life: "Life") -> list[Fulfillment]:
    """The work on an order that waits to be picked or is being picked."""
    unpicked = (FulfillmentStatus.RELEASED, FulfillmentStatus.PICKING)
    return [work for work in life.work if work.status in unpicked]


def put_together(shop: "Shop", lives: Iterable["Life"]) -> Iterator[Wave]:
    """What waits at a location at the end is one wave, what is being picked there another."""
    together: dict[tuple[int, FulfillmentStatus], list[Fulfillment]] = defaultdict(list)
    for life in lives:
        for work in waiting(life):
            together[work.location_id, work.status].append(work)
    for (location_id, status), members in together.items():
        # Something is left to be picked alone.
        yield _wave(shop, location_id, members[: max(1, len(members) - 1)], status)


def _wave(
    shop: "Shop", location_id: int, work: Sequence[Fulfillment], status: FulfillmentStatus
) -> Wave:
    lead, picker = shop.staff[Role.WAREHOUSE_LEAD], shop.staff[Role.PICKER]
    wave = shop.rows.make(Wave, location_id=location_id, actor=lead.label)
    about = {"location_id": location_id, "wave_id": wave.id}
    shop.rows.tell(lead, WaveCreated(**about, fulfillments=len(work)))
    for each in work:
        each.wave_id = wave.id
        shop.rows.change(each)
    if status is FulfillmentStatus.PICKING:
        wave.start(by=picker.label, at=shop.now)
        shop.rows.change(wave)
        shop.rows.tell(picker, WaveStarted(**about))
    return wave


def _tell(shop: "Shop", life: "Life", fact: type[PackageFact], box: Package) -> None:
    about = {"order_id": box.order_id, "customer_id": life.customer_id, "package_id": box.id}
    shop.rows.tell(shop.staff[Role.PICKER], fact(**about))
