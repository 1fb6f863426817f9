"""What can be done with a stock count or a variance now, and what stands in the way of the rest."""

from collections import defaultdict
from collections.abc import Sequence

from models import CountScan, StockCount, StockCountStatus, Variance, VarianceStatus
from models.statements import select_by_id
from services import count_postings, count_scans, counts, variances
from services.actors import Actor, Permission
from services.offers import Action, action, offered, step

_P = Permission


async def of_stock_counts(actor: Actor, rows: Sequence[StockCount]) -> list[list[Action]]:
    found: dict[int, list[Variance]] = defaultdict(list)
    ids = [row.id for row in rows]
    for variance in await Variance.filter(count_id__in=ids, is_current=True):
        found[variance.count_id].append(variance)
    counters: dict[int, set[str]] = defaultdict(set)
    scans = CountScan.filter(count_id__in=ids, actor=actor.label).distinct()
    for count_id in await scans.values_list("count_id", flat=True):
        counters[int(str(count_id))].add(actor.label)
    reversed_ids = set(
        await StockCount.filter(reverses_id__in=ids).values_list("reverses_id", flat=True)
    )
    return [
        offered(
            actor,
            action("stockCountOpen", _P.COUNTS_PLAN, counts.reasons_not_to_open(row)),
            action("stockCountScan", _P.COUNTS_WORK, count_scans.reasons_not_to_scan(row)),
            action("stockCountBinFinish", _P.COUNTS_WORK, count_scans.reasons_not_to_scan(row)),
            action("stockCountComplete", _P.COUNTS_WORK, counts.reasons_not_to_complete(row)),
            action("stockCountReview", _P.COUNTS_REVIEW, step(row, StockCountStatus.REVIEW)),
            action("stockCountRecount", _P.COUNTS_REVIEW, counts.reasons_not_to_recount(row)),
            action(
                "stockCountApprove",
                _P.COUNTS_REVIEW,
                count_postings.reasons_not_to_approve(actor, row, found[row.id], counters[row.id]),
            ),
            action("stockCountPost", _P.COUNTS_REVIEW, step(row, StockCountStatus.POSTED)),
            action("stockCountCancel", _P.COUNTS_PLAN, step(row, StockCountStatus.CANCELLED)),
            action(
                "stockCountReverse",
                _P.COUNTS_REVIEW,
                count_postings.reasons_not_to_reverse(row, is_reversed=row.id in reversed_ids),
            ),
        )
        for row in rows
    ]


async def of_variances(actor: Actor, rows: Sequence[Variance]) -> list[list[Action]]:
    of = await select_by_id(StockCount, {row.count_id for row in rows})
    return [
        offered(
            actor,
            *(
                action(
                    name,
                    _P.COUNTS_REVIEW,
                    variances.reasons_not_to_change(of[row.count_id], row) or step(row, wanted),
                )
                for name, wanted in (
                    ("stockCountVarianceInvestigate", VarianceStatus.INVESTIGATING),
                    ("stockCountVarianceExplain", VarianceStatus.EXPLAINED),
                    ("stockCountVarianceAccept", VarianceStatus.ACCEPTED),
                )
            ),
        )
        for row in rows
    ]
