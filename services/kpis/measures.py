"""What an order adds to each figure: one function per figure, of one order's story.

What the figures mean, in words, is in `definitions.py`.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from models import ClaimKind, KpiDimension, KpiName, OrderStatus, ReturnReason
from models.lifecycle import ClaimStatus, ReturnStatus, SurveyStatus
from services.kpis.buckets import bucket_of
from services.kpis.shares import Share
from services.kpis.stays import dwell
from services.kpis.stories import Story

# Counted anew where a measure comes to something else for the same story.
VERSION = 1

# What ends well or badly by our own doing.
_FULFILLED = {OrderStatus.COMPLETED, OrderStatus.CLOSED}
_WRONG = {ClaimKind.WRONG, ClaimKind.MISSING}
_OFF = {ReturnStatus.DECLINED, ReturnStatus.CANCELLED}
_OUR_FAULT = {ReturnReason.WRONG_ITEM, ReturnReason.DAMAGED, ReturnReason.DEFECTIVE}


class Place(NamedTuple):
    """Where shares are added up: in which figure, on which day, and told apart by what."""

    kpi: str
    day: date
    channel: str
    dimension: str
    key: str
    bucket: int


Measure = Callable[[Story], Iterator[Share]]
# The numerator and the denominator at each place.
Sums = dict[Place, tuple[int, int]]


def order_accuracy(story: Story) -> Iterator[Share]:
    if (at := story.delivered_at) is not None and story.is_placed:
        yield _whether(KpiName.ORDER_ACCURACY, story.day(at), is_accurate(story))


def fulfilment_rate(story: Story) -> Iterator[Share]:
    status = story.order.status
    given_up = status == OrderStatus.EXPIRED or (
        status == OrderStatus.CANCELLED and not story.order.cancelled_by_customer
    )
    if story.is_placed and (status in _FULFILLED or given_up):
        day = story.day(story.placed_at)
        yield _whether(KpiName.FULFILMENT_RATE, day, status in _FULFILLED)


def cycle_time(story: Story) -> Iterator[Share]:
    if (at := story.delivered_at) is not None and story.is_placed:
        # A carrier's clock may be behind ours.
        seconds = max(0.0, (at - story.placed_at).total_seconds())
        yield Share(
            kpi=KpiName.CYCLE_TIME,
            day=story.day(at),
            numerator=round(seconds),
            denominator=1,
            seconds=seconds,
        )


def on_time(story: Story) -> Iterator[Share]:
    promised, at = story.order.first_promised_at, story.delivered_at
    if at is not None and promised is not None and story.is_placed:
        yield _whether(KpiName.ON_TIME, story.day(at), at <= promised)


def backorder_rate(story: Story) -> Iterator[Share]:
    if story.is_placed:
        waited = any(line.waited for line in story.lines)
        yield _whether(KpiName.BACKORDER_RATE, story.day(story.placed_at), waited)


def return_rate(story: Story) -> Iterator[Share]:
    at = story.delivered_at or story.last_delivered_at
    delivered = sum(line.delivered for line in story.lines)
    if at is not None and delivered:
        yield Share(
            kpi=KpiName.RETURN_RATE,
            day=story.day(at),
            numerator=sum(line.return_received + line.return_rejected for line in story.lines),
            denominator=delivered,
        )
        yield from _what_came_back(story, story.day(at))


def _what_came_back(story: Story, day: date) -> Iterator[Share]:
    """What was delivered and came back by what it was, and what came back by why it did."""
    for line in story.lines:
        if line.delivered:
            yield Share(
                kpi=KpiName.RETURN_RATE,
                day=day,
                numerator=line.return_received + line.return_rejected,
                denominator=line.delivered,
                dimension=KpiDimension.VARIANT,
                key=str(line.variant_id),
            )
    for each in story.return_lines:
        if each.received:
            yield Share(
                kpi=KpiName.RETURN_RATE,
                day=day,
                numerator=each.received,
                denominator=0,
                dimension=KpiDimension.REASON,
                key=str(each.reason),
            )


def satisfaction(story: Story) -> Iterator[Share]:
    for row in story.surveys:
        if row.answered_at is not None and row.score is not None:
            yield Share(
                kpi=KpiName.SATISFACTION,
                day=story.day(row.answered_at),
                numerator=row.score,
                denominator=1,
            )


def response_rate(story: Story) -> Iterator[Share]:
    for row in story.surveys:
        answered = row.status == SurveyStatus.ANSWERED
        yield _whether(KpiName.RESPONSE_RATE, story.day(row.asked_at), answered)


def perfect_order(story: Story) -> Iterator[Share]:
    if (at := story.delivered_at) is not None and story.is_placed:
        promised = story.order.first_promised_at
        perfect = (
            (promised is None or at <= promised)
            and all(line.cancelled == line.moved for line in story.lines)
            and is_accurate(story)
            and not any(claim.status != ClaimStatus.DECLINED for claim in story.claims)
            and not _sent_back(story, _OUR_FAULT)
        )
        yield _whether(KpiName.PERFECT_ORDER, story.day(at), perfect)


MEASURES: Sequence[Measure] = (
    order_accuracy,
    fulfilment_rate,
    cycle_time,
    on_time,
    backorder_rate,
    return_rate,
    satisfaction,
    response_rate,
    perfect_order,
    dwell,
)


def measured(story: Story) -> Sums:
    """All that an order adds, at each place."""
    sums: dict[Place, list[int]] = {}
    told_apart = list(_told_apart(story))
    for measure in MEASURES:
        for share in measure(story):
            own = [(share.dimension, share.key)] if share.dimension is not None else told_apart
            for dimension, key in own:
                place = Place(
                    kpi=str(share.kpi),
                    day=share.day,
                    channel=str(story.order.channel),
                    dimension=str(dimension),
                    key=key,
                    bucket=0 if share.seconds is None else bucket_of(share.seconds),
                )
                sum_ = sums.setdefault(place, [0, 0])
                sum_[0] += share.numerator
                sum_[1] += share.denominator
    return {place: (above, below) for place, (above, below) in sums.items() if above or below}


def is_accurate(story: Story) -> bool:
    """Whether nothing was mispicked, nothing else came than was ordered, or less, and nothing was
    found wrong with its data once work on it had begun."""
    released = [each.released_at for each in story.fulfillments if each.released_at is not None]
    begun = min(released, default=None)
    return not (
        story.mispicks
        or any(
            claim.kind in _WRONG and claim.status != ClaimStatus.DECLINED for claim in story.claims
        )
        or _sent_back(story, {ReturnReason.WRONG_ITEM})
        or (begun is not None and any(each.created_at > begun for each in story.data_issues))
    )


def _sent_back(story: Story, reasons: set[ReturnReason]) -> bool:
    """Whether something came back, or is to, for one of some reasons."""
    off = {row.id for row in story.returns if row.status in _OFF}
    return any(
        line.reason in reasons and line.returned_id not in off for line in story.return_lines
    )


def _told_apart(story: Story) -> Iterator[tuple[KpiDimension, str]]:
    yield KpiDimension.ALL, ""
    work, sources = story.work, story.sources
    keys = {(KpiDimension.LOCATION, str(each.location_id)) for each in work}
    keys |= {(KpiDimension.PICKER, each.picker) for each in work if each.picker}
    keys |= {(KpiDimension.SUPPLIER, str(each.supplier_id)) for each in sources if each.supplier_id}
    yield from sorted(keys)


def _whether(kpi: KpiName, day: date, holds: bool) -> Share:
    return Share(kpi=kpi, day=day, numerator=int(holds), denominator=1)
