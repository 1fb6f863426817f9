"""What of stock counts may be seen by whom: those who count are not told what to expect."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from models import CountLine, CountScan, StockCount
from models.statements import select_by_id
from services.actors import Actor, Permission


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How many lines there are, how many are counted, and by whom."""

    lines: int
    counted: int
    counters: Sequence[str]


async def progress(actor: Actor, counts: Sequence[StockCount]) -> list[Progress]:
    """How far each count has come."""
    found = (
        await CountScan.filter(count_id__in=[count.id for count in counts])
        .distinct()
        .values_list("count_id", "actor")
    )
    counters: dict[int, set[str]] = defaultdict(set)
    for count_id, label in found:
        counters[count_id].add(label)
    return [
        Progress(
            lines=count.lines_total,
            counted=count.lines_counted,
            counters=sorted(counters[count.id]),
        )
        for count in counts
    ]


async def expected(actor: Actor, lines: Sequence[CountLine]) -> list[int | None]:
    """What the ledger said of each line, for those who may see it."""
    shown = await _shown(actor, {line.count_id for line in lines})
    return [line.expected if line.count_id in shown else None for line in lines]


async def differences(actor: Actor, lines: Sequence[CountLine]) -> list[int | None]:
    """By how much the ledger was wrong about each line, for those who may see it."""
    shown = await _shown(actor, {line.count_id for line in lines})
    return [line.difference if line.count_id in shown else None for line in lines]


async def balances(actor: Actor, scans: Sequence[CountScan]) -> list[int | None]:
    """What the ledger said at each scan, for those who may see it."""
    shown = await _shown(actor, {scan.count_id for scan in scans})
    return [scan.balance if scan.count_id in shown else None for scan in scans]


async def _shown(actor: Actor, count_ids: Iterable[int]) -> set[int]:
    """The counts of which an actor may see what the ledger expects: reviewers, once a blind one is
    counted; everybody who counts, where it is not blind."""
    counts = await select_by_id(StockCount, count_ids)
    review = actor.may(Permission.COUNTS_REVIEW)
    return {
        count.id
        for count in counts.values()
        if count.shows_expected and (review or not count.is_blind)
    }
