"""What an order adds to how long things stay in each stage: a share for each stay that is over.

A stay counts on the day it ended, in all and at the location where it was, if at any. Those of
returns and service cases count with their order; of a case about no order `services/dwells.py`
looks at the row.
"""

from collections.abc import Iterator
from datetime import datetime

from models import KpiDimension
from services.kpis.shares import Share
from services.kpis.stories import Story
from services.queues import Stage

_G = Stage


def name_of(stage: Stage) -> str:
    """The figure of a stage in the journal."""
    return f"dwell_{stage}"


def dwell(story: Story) -> Iterator[Share]:
    if not story.is_placed:
        return
    yield from _stay(story, _G.ENTRY, story.placed_at, story.order.confirmed_at)
    places = {}
    for work in story.fulfillments:
        places[work.id] = at = work.location_id
        yield from _stay(story, _G.WAITING, work.created_at, work.released_at, at)
        yield from _stay(story, _G.PICKING, work.released_at, work.picked_at, at)
        yield from _stay(story, _G.PACKING, work.picked_at, work.packed_at, at)
        yield from _stay(story, _G.HANDOVER, work.packed_at, work.handed_over_at, at)
    for parcel in story.shipments:
        place = places.get(parcel.fulfillment_id)
        yield from _stay(story, _G.TRANSIT, parcel.shipped_at, parcel.delivered_at, place)
    for back in story.returns:
        at = back.location_id
        yield from _stay(story, _G.RETURN_RECEIPT, back.requested_at, back.received_at, at)
        yield from _stay(story, _G.RETURN_INSPECTION, back.received_at, back.inspected_at, at)
        yield from _stay(story, _G.RETURN_RESOLUTION, back.inspected_at, back.resolved_at, at)
    for case in story.cases:
        answered = case.first_responded_at
        yield from _stay(story, _G.CASE_RESPONSE, case.opened_at, answered)
        yield from _stay(story, _G.CASE_RESOLUTION, answered or case.opened_at, case.resolved_at)


def _stay(
    story: Story,
    stage: Stage,
    since: datetime | None,
    until: datetime | None,
    location_id: int | None = None,
) -> Iterator[Share]:
    if since is None or until is None:
        return
    # A carrier's clock may be behind ours.
    seconds = max(0.0, (until - since).total_seconds())
    cuts = [(KpiDimension.ALL, "")]
    if location_id is not None:
        cuts.append((KpiDimension.LOCATION, str(location_id)))
    for dimension, key in cuts:
        yield Share(
            kpi=name_of(stage),
            day=story.day(until),
            numerator=round(seconds),
            denominator=1,
            seconds=seconds,
            dimension=dimension,
            key=key,
        )
