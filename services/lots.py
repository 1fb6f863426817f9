"""Lots and serial numbers: enter them, find them, and say of which lot units come and go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from models import Level, Lot, Supplier, Tracking, Variant
from models.errors import Blocked, NotFound, Path, Problem, Refused, invalid, refuse_any
from models.statements import get, select
from services import lot_units, records, scopes
from services.actors import Actor
from services.clock import now
from services.commit import announce, operation
from services.facts.lots import LotEntered, LotUpdated
from services.inputs import YEARS, Inputs
from services.ledger import Change
from services.records import Changes

MOST_CODE = 60
MOST_SERIALS = 1_000


@dataclass(frozen=True, kw_only=True)
class LotDraft:
    """What is read off a lot as it comes in. Without a date it keeps for ever."""

    code: str
    expires_on: date | None = None
    made_on: date | None = None
    supplier_id: int | None = None


@operation
async def create(actor: Actor, variant_id: int, draft: LotDraft) -> Lot:
    """Enter a lot, or a serial number, before its units come in."""
    variant = await scopes.find(actor, Variant, variant_id, "variantId")
    records.refuse_archived(variant, "variantId")
    if variant.tracking is Tracking.NONE:
        raise Refused(Blocked(message=f"{variant.sku} has no lots.", path=("variantId",)))
    lot = await _draft(actor, variant, draft)
    await records.enter(lot, unique="code")

    _announce_entered(actor, lot)
    return lot


@operation
async def update(actor: Actor, lot_id: int, changes: Changes) -> Lot:
    """Correct when a lot was made, or until when it keeps. Units that are reserved of it stay
    so until it has expired."""
    lot = await scopes.take(actor, Lot, lot_id)
    lot.update_from_dict(dict(changes))
    _refuse_dates(lot.made_on, lot.expires_on)
    lot.attend_at = attend_when(lot)
    await lot.store()

    announce(actor, LotUpdated(variant_id=lot.variant_id, lot_id=lot.id, code=lot.code))
    return lot


async def take_in(
    actor: Actor,
    variant: Variant,
    *,
    code: str | None,
    expires_on: date | None = None,
    made_on: date | None = None,
    supplier_id: int | None = None,
    path: Path = ("code",),
) -> Lot | None:
    """The lot of units of a variant that come in, made where there is none; None for a variant
    without lots. The caller is an operation and has locked the level that they come to.

    Refused where the code is missing or superfluous, where the lot is known with other dates, and
    where a serial number is in stock already.
    """
    if (variant.tracking is Tracking.NONE) is (code is None):
        if code is None:
            return None
    elif code is None:
        word = "serial number" if variant.tracking is Tracking.SERIAL else "lot"
        raise Refused(Problem(message=f"Give the {word} of {variant.sku}.", path=path))
    else:
        raise Refused(Problem(message=f"{variant.sku} has no lots. Leave this out.", path=path))
    draft = LotDraft(code=code, expires_on=expires_on, made_on=made_on, supplier_id=supplier_id)
    [lot] = await _take_in(actor, variant, [(draft, path)])
    return lot


async def incoming(
    actor: Actor,
    level: Level,
    units: int,
    *,
    lot: LotDraft | None = None,
    serials: Sequence[str] = (),
) -> list[Change]:
    """The changes with which units come to a level, which the caller has locked: one for each
    lot. Refused where lots are missing or superfluous."""
    # Read again, as how it is tracked can only change before the level is locked.
    variant = await get(Variant, level.variant_id)
    refuse_any(_wrong(variant, units, lot is not None, serials))
    if variant.tracking is Tracking.NONE:
        return [Change(level_id=level.id, on_hand=units)]
    drafts: list[tuple[LotDraft, Path]]
    if lot is not None:
        drafts = [(lot, ("lot", "code"))]
    else:
        drafts = [(LotDraft(code=code), ("serials", n)) for n, code in enumerate(serials)]
    found = await _take_in(actor, variant, drafts)
    return [
        Change(level_id=level.id, on_hand=units // len(found), lot_id=each.id) for each in found
    ]


async def outgoing(
    actor: Actor, level: Level, units: int, *, code: str | None = None, serials: Sequence[str] = ()
) -> list[Change]:
    """The changes with which good units that nobody has reserved go from a level, which the
    caller has locked: one for each lot. Refused where lots are missing, unknown or superfluous, or
    have too few units there."""
    variant = await get(Variant, level.variant_id)
    refuse_any(_wrong(variant, units, code is not None, serials))
    if variant.tracking is Tracking.NONE:
        return [Change(level_id=level.id, on_hand=-units)]
    paths: list[Path] = [("serials", n) for n in range(len(serials))] or [("lot", "code")]
    codes = list(serials) or [code or ""]
    found = [await named(variant, each, *path) for each, path in zip(codes, paths, strict=True)]
    free = await lot_units.free_at(level.id, [lot.id for lot in found])
    each = units // len(found)
    refuse_any(
        [
            Blocked(message=f"{lot.code} has {free[lot.id]} free units there.", path=path)
            for lot, path in zip(found, paths, strict=True)
            if free[lot.id] < each
        ]
    )
    return [Change(level_id=level.id, on_hand=-each, lot_id=lot.id) for lot in found]


async def named(variant: Variant, code: str, *path: str | int) -> Lot:
    """The lot of a variant with a code; refused with NotFound where there is none."""
    rows = await select(Lot, variant_id=variant.id, code=code.strip())
    if not rows:
        raise Refused(NotFound(message=f"{variant.sku} has no lot {code}.", path=path or ("code",)))
    return rows[0]


async def find(
    actor: Actor, lot_id: int | None, *, code: str | None = None, variant_id: int | None = None
) -> Lot:
    """A lot by its id, or by the code on it; refused where several variants have that code and
    none is named."""
    if lot_id is not None:
        return await scopes.find(actor, Lot, lot_id)
    inputs = Inputs()
    where: dict[str, object] = {"code": inputs.text(code or "", "code", most=MOST_CODE)}
    inputs.refuse()
    if variant_id is not None:
        where["variant_id"] = variant_id
    rows = await scopes.visible(actor, Lot).filter(**where).order_by("id").limit(2)
    if not rows:
        raise Refused(scopes.not_found(Lot, ("code",)))
    if len(rows) > 1:
        raise Refused(invalid("Several variants have such a lot. Say which.", "variantId"))
    return rows[0]


def attend_when(lot: Lot) -> datetime | None:
    """When somebody has to look whether units of a lot are to be put aside: on the day after the
    last on which it is good."""
    if lot.recalled_at is not None:
        return lot.recalled_at
    if lot.expires_on is None:
        return None
    return datetime.combine(lot.expires_on + timedelta(days=1), time(), UTC)


def _wrong(variant: Variant, units: int, has_lot: bool, serials: Sequence[str]) -> list[Problem]:
    """What is missing or superfluous for units of a variant, as it is tracked."""
    problems: list[Problem] = []
    if has_lot and variant.tracking is not Tracking.LOT:
        message = f"{variant.sku} is not tracked by lot. Leave it out."
        problems.append(Problem(message=message, path=("lot",)))
    if serials and variant.tracking is not Tracking.SERIAL:
        message = f"{variant.sku} has no serial numbers. Leave them out."
        problems.append(Problem(message=message, path=("serials",)))
    if not has_lot and variant.tracking is Tracking.LOT:
        problems.append(Problem(message=f"Give the lot of {variant.sku}.", path=("lot",)))
    if variant.tracking is Tracking.SERIAL:
        most = min(units, MOST_SERIALS)
        if units > MOST_SERIALS:
            message = f"Give at most {MOST_SERIALS} units with serial numbers at once."
            problems.append(Problem(message=message, path=("serials",)))
        elif len(serials) != most:
            message = (
                f"Give a serial number for each of the {units} units; there are {len(serials)}."
            )
            problems.append(Problem(message=message, path=("serials",)))
        problems += [
            Problem(message=f"{code} is there twice.", path=("serials", n))
            for n, code in enumerate(serials)
            if code in serials[:n]
        ]
    return problems


async def _take_in(
    actor: Actor, variant: Variant, drafts: Sequence[tuple[LotDraft, Path]]
) -> list[Lot]:
    """The lots of what comes in, locked until the operation is over; those new are made."""
    fresh = {}
    for draft, path in drafts:
        lot = await _draft(actor, variant, draft, path)
        lot.received_at, lot.attend_at = now(), attend_when(lot)
        fresh[lot.code] = lot
    # Of two who bring the first units of a lot at once, the second finds the first one's row.
    await Lot.bulk_create(fresh.values(), ignore_conflicts=True)
    rows = {
        row.code: row
        for row in await select(Lot, locked=True, variant_id=variant.id, code__in=list(fresh))
    }
    problems: list[Problem] = []
    there = await _in_stock(variant, list(rows.values()))
    for (draft, path), code in zip(drafts, fresh, strict=True):
        lot = rows[code]
        if lot.created_at == fresh[code].created_at:
            _announce_entered(actor, lot)
        else:
            problems += await _agree(lot, draft, path)
        if lot.id in there:
            message = f"{variant.sku} with the serial number {code} is in stock already."
            problems.append(Blocked(message=message, path=path))
    refuse_any(problems)
    return [rows[code] for code in fresh]


async def _in_stock(variant: Variant, lots: Sequence[Lot]) -> set[int]:
    if variant.tracking is not Tracking.SERIAL:
        return set()
    return await lot_units.anywhere([lot.id for lot in lots])


async def _agree(lot: Lot, draft: LotDraft, path: Path) -> list[Problem]:
    """Add to a known lot what was not known of it; what is read off it now has to agree."""
    problems: list[Problem] = []
    learned = lot.received_at is None
    lot.received_at = lot.received_at or now()
    watched = lot.attend_at
    for name in ("expires_on", "made_on", "supplier_id"):
        said, known = getattr(draft, name), getattr(lot, name)
        if said is None or said == known:
            continue
        if known is None:
            setattr(lot, name, said)
            learned = True
        elif name != "supplier_id":
            word = "expires on" if name == "expires_on" else "was made on"
            message = f"{lot.code} {word} {known}, not on {said}. Correct the lot first."
            problems.append(Problem(message=message, path=path))
    lot.attend_at = attend_when(lot)
    if (learned or lot.attend_at != watched) and not problems:
        await lot.store()
    return problems


async def _draft(actor: Actor, variant: Variant, draft: LotDraft, path: Path = ("code",)) -> Lot:
    inputs = Inputs()
    code = inputs.text(draft.code, *path, most=MOST_CODE)
    inputs.refuse()
    _refuse_dates(draft.made_on, draft.expires_on, *path[:-1])
    if draft.supplier_id is not None:
        await scopes.find(actor, Supplier, draft.supplier_id, *path[:-1], "supplierId")
    return Lot(
        variant_id=variant.id,
        code=code,
        made_on=draft.made_on,
        expires_on=draft.expires_on,
        supplier_id=draft.supplier_id,
    )


def _refuse_dates(made_on: date | None, expires_on: date | None, *path: str | int) -> None:
    inputs = Inputs()
    for each, name in ((made_on, "madeOn"), (expires_on, "expiresOn")):
        if each is not None and each.year not in YEARS:
            inputs.wrong(f"Give a date from {YEARS.start} to {YEARS.stop - 1}.", *path, name)
    if made_on is not None and expires_on is not None and expires_on < made_on:
        inputs.wrong("It cannot expire before it is made.", *path, "expiresOn")
    inputs.refuse()


def _announce_entered(actor: Actor, lot: Lot) -> None:
    announce(actor, LotEntered(variant_id=lot.variant_id, lot_id=lot.id, code=lot.code))
