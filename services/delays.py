"""Whether an order will be late, how likely that is, why, and what helps. Pure calculation.

Before the last hand-over: what is left to do takes as long as it usually does (`Dwell`, in hours
of the clock, nights and weekends included), each hour that a stage takes longer or shorter than
its median being as likely as its spread says. The chance to be late is that of being done after
the dispatch deadline, by the normal distribution; each begun day after it is a day of delay.
On the way: a carrier that is silent for as long as it should be asked has an even chance to be
late, for twice as long three in four, and so on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, erf, sqrt

from models import FulfillmentStatus, HoldKind, ShipmentStatus
from models.lifecycle import Status

HOURS_OF_A_HOLD = 24.0
DAYS_TO_SEND_AGAIN = 5.0
LEAST_SPREAD = 0.5
USUAL_CHANCE = 0.03


class DelayReason(Status):
    PAST_PROMISE = "past_promise", "What was promised has passed."
    MISSED_CUTOFF = "missed_cutoff", "It was not handed over by its dispatch deadline."
    PICKING_BEHIND = "picking_behind", "Work on it takes longer than it usually does."
    ON_HOLD = "on_hold", "A hold keeps it from being worked on."
    UNPAID = "unpaid", "It waits for its payment."
    BACK_ORDER = "back_order", "Units of it wait for stock."
    SUPPLIER_LATE = "supplier_late", "A supplier is late with units that it waits for."
    CARRIER_SILENCE = "carrier_silence", "Its carrier has not reported for too long."
    DELIVERY_FAILED = "delivery_failed", "A delivery was attempted in vain."
    PARCEL_LOST = "parcel_lost", "A parcel is lost."
    PARCEL_DAMAGED = "parcel_damaged", "A parcel is damaged."
    PARCEL_RETURNING = "parcel_returning", "A parcel is on its way back, or came back."


class Remedy(Status):
    RELEASE_HOLD = "release_hold", "Clear up and release the hold: orderReleaseHold."
    COLLECT_PAYMENT = "collect_payment", "Ask the customer to pay."
    PICK_FIRST = "pick_first", "Release it, or pick and pack it before the rest."
    UPGRADE_SERVICE = "upgrade_service", "Send it faster: orderShippingMethodSet."
    SHIP_FROM_ELSEWHERE = "ship_from_elsewhere", "Send it from another location: fulfillmentCancel."
    SHIP_PART = "ship_part", "Send what is there now, and the rest later."
    CALL_SUPPLIER = "call_supplier", "Ask the supplier when they come: purchaseOrderAcknowledge."
    CALL_CARRIER = "call_carrier", "Ask the carrier where the parcel is."
    CALL_CUSTOMER = "call_customer", "Agree with the customer when and where to deliver."
    SEND_AGAIN = "send_again", "Send the goods again and claim the parcel."
    PROMISE_ANEW = "promise_anew", "Promise another date: orderPromiseRevise."


_D, _R = DelayReason, Remedy
REMEDIES: Mapping[DelayReason, tuple[Remedy, ...]] = {
    _D.PAST_PROMISE: (_R.PROMISE_ANEW,),
    _D.MISSED_CUTOFF: (_R.PICK_FIRST, _R.UPGRADE_SERVICE, _R.PROMISE_ANEW),
    _D.PICKING_BEHIND: (_R.PICK_FIRST, _R.SHIP_FROM_ELSEWHERE, _R.UPGRADE_SERVICE),
    _D.ON_HOLD: (_R.RELEASE_HOLD,),
    _D.UNPAID: (_R.COLLECT_PAYMENT,),
    _D.BACK_ORDER: (_R.SHIP_PART, _R.SHIP_FROM_ELSEWHERE, _R.PROMISE_ANEW),
    _D.SUPPLIER_LATE: (_R.CALL_SUPPLIER, _R.SHIP_FROM_ELSEWHERE, _R.PROMISE_ANEW),
    _D.CARRIER_SILENCE: (_R.CALL_CARRIER,),
    _D.DELIVERY_FAILED: (_R.CALL_CUSTOMER, _R.CALL_CARRIER),
    _D.PARCEL_LOST: (_R.SEND_AGAIN, _R.CALL_CARRIER),
    _D.PARCEL_DAMAGED: (_R.SEND_AGAIN,),
    _D.PARCEL_RETURNING: (_R.CALL_CUSTOMER, _R.SEND_AGAIN),
}
# What becomes of a parcel that will not come by itself.
ASTRAY = {
    ShipmentStatus.LOST: _D.PARCEL_LOST,
    ShipmentStatus.DAMAGED: _D.PARCEL_DAMAGED,
    ShipmentStatus.RETURNING: _D.PARCEL_RETURNING,
    ShipmentStatus.RETURNED_TO_SENDER: _D.PARCEL_RETURNING,
}

_F = FulfillmentStatus
# The stages of work on the way to the carrier, and which are still to come from each status on.
STAGES = ("release", "pick", "pack", "hand_over")
STAGE_OF = {
    _F.PENDING: 0,
    _F.RELEASED: 1,
    _F.PICKING: 1,
    _F.PICKED: 2,
    _F.PACKING: 2,
    _F.PACKED: 3,
}


@dataclass(frozen=True, kw_only=True)
class Dwell:
    """How many hours a stage takes usually, and how many more it takes one time in six."""

    median: float
    spread: float


Dwells = Mapping[str, Dwell]


@dataclass(frozen=True, kw_only=True)
class Held:
    number: str
    kind: HoldKind
    is_payment: bool
    due_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Work:
    """Work at a location, and since when it is in its status."""

    number: str
    status: FulfillmentStatus
    since: datetime


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Units that wait for stock, which should come then, as far as anybody knows; and the
    purchase order that should have brought some of them at `due_at`, where one is late."""

    sku: str
    units: int
    expected_at: datetime
    purchase: str = ""
    due_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Way:
    """A parcel with a carrier, which reported last then."""

    number: str
    status: ShipmentStatus
    carrier: str
    heard_at: datetime
    silence_hours: int

    @property
    def falls_silent_at(self) -> datetime:
        return self.heard_at + timedelta(hours=self.silence_hours)


@dataclass(frozen=True, kw_only=True)
class Situation:
    """All there is to know of an order at a moment. `has_unplanned` units are placed, and nobody
    was told to send them."""

    at: datetime
    promised_at: datetime
    dispatch_by: datetime | None
    has_unplanned: bool = False
    holds: Sequence[Held] = ()
    work: Sequence[Work] = ()
    waiting: Sequence[Waiting] = ()
    parcels: Sequence[Way] = ()


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Why an order is or may be late, what shows that, and how many days it costs by itself."""

    reason: DelayReason
    evidence: str
    days: float

    @property
    def remedies(self) -> tuple[Remedy, ...]:
        return REMEDIES[self.reason]


@dataclass(frozen=True, kw_only=True)
class DelayRisk:
    """How likely an order arrives after what was promised, how many days later, and why."""

    probability: float
    expected_days_late: float
    causes: Sequence[Cause]


def assess(situation: Situation, dwells: Dwells) -> DelayRisk:
    causes, chance, days = _before_hand_over(situation, dwells)
    for parcel in situation.parcels:
        cause, likely, longer = _on_the_way(situation, parcel)
        causes += [cause] if cause is not None else []
        chance, days = max(chance, likely), max(days, longer)
    passed = _days(situation.at - situation.promised_at)
    if passed > 0:
        evidence = f"It was promised until {_moment(situation.promised_at)}."
        causes.insert(0, Cause(reason=_D.PAST_PROMISE, evidence=evidence, days=passed))
        chance, days = 1.0, max(days, passed)
    return DelayRisk(probability=round(chance, 2), expected_days_late=round(days, 1), causes=causes)


def _before_hand_over(situation: Situation, dwells: Dwells) -> tuple[list[Cause], float, float]:
    """What keeps the goods from leaving, the chance to miss the deadline, and by how many days."""
    deadline = situation.dispatch_by
    is_left = situation.has_unplanned or situation.work or situation.waiting
    if deadline is None or not is_left:
        return [], 0.0, 0.0
    at, causes = situation.at, _holding_up(situation)
    hours, spread = _hours_left(situation, dwells)
    slack = _hours(deadline - at)
    for each in situation.work:
        usual = dwells[STAGES[STAGE_OF[each.status]]]
        taken = _hours(at - each.since)
        if taken > usual.median + usual.spread and not situation.holds:
            evidence = (
                f"{each.number} is {each.status.spoken} for {taken:.0f} hours; "
                f"usually that takes {usual.median:.0f}."
            )
            late = max(0.0, (taken - usual.median) / 24)
            causes.append(Cause(reason=_D.PICKING_BEHIND, evidence=evidence, days=_tenths(late)))
    if slack < 0:
        evidence = f"It was to be handed over until {_moment(deadline)}."
        causes.append(Cause(reason=_D.MISSED_CUTOFF, evidence=evidence, days=_tenths(-slack / 24)))
    chance = 1 - _normal((slack - hours) / spread)
    return causes, chance, float(max(0, ceil((hours - slack) / 24)))


def _holding_up(situation: Situation) -> list[Cause]:
    causes = []
    for hold in situation.holds:
        until = "" if hold.due_at is None else f", to be cleared up until {_moment(hold.due_at)}"
        causes.append(
            Cause(
                reason=_D.UNPAID if hold.is_payment else _D.ON_HOLD,
                evidence=f"{hold.number} holds it ({hold.kind.spoken}){until}.",
                days=_tenths(_hold_hours(situation.at, hold) / 24),
            )
        )
    for wait in situation.waiting:
        comes = _moment(wait.expected_at)
        causes.append(
            Cause(
                reason=_D.BACK_ORDER,
                evidence=f"{wait.units} units of {wait.sku} should come {comes}.",
                days=_tenths(max(0.0, _hours(wait.expected_at - situation.at) / 24)),
            )
        )
        if wait.due_at is not None:
            evidence = f"{wait.purchase} should have brought {wait.sku} {_moment(wait.due_at)}."
            late = max(0.0, _hours(situation.at - wait.due_at) / 24)
            causes.append(Cause(reason=_D.SUPPLIER_LATE, evidence=evidence, days=_tenths(late)))
    return causes


def _hours_left(situation: Situation, dwells: Dwells) -> tuple[float, float]:
    """How many hours it takes until everything is with the carrier, and how unsure that is."""
    at = situation.at
    held = max((_hold_hours(at, hold) for hold in situation.holds), default=0.0)
    stock = max((_hours(wait.expected_at - at) for wait in situation.waiting), default=0.0)
    every = [dwells[stage] for stage in STAGES]
    ways = [_stages_left(work, at, dwells) for work in situation.work]
    if situation.has_unplanned or situation.waiting:
        ways.append((sum(each.median for each in every), _together(every)))
    hours, spread = max(ways)
    # A hold and missing stock keep it from going on at the same time, not one after the other.
    wait = max(held, stock, 0.0)
    return hours + wait, max(sqrt(spread**2 + (wait / 4) ** 2), LEAST_SPREAD)


def _stages_left(work: Work, at: datetime, dwells: Dwells) -> tuple[float, float]:
    stages = [dwells[stage] for stage in STAGES[STAGE_OF[work.status] :]]
    # What has taken its time already takes a little longer still.
    taken = max(0.0, _hours(at - work.since))
    now = max(stages[0].median - taken, stages[0].spread / 2)
    return now + sum(each.median for each in stages[1:]), _together(stages)


def _together(stages: Sequence[Dwell]) -> float:
    return sqrt(sum(each.spread**2 for each in stages))


def _on_the_way(situation: Situation, parcel: Way) -> tuple[Cause | None, float, float]:
    """Why a parcel may be late, the chance of it, and by how many days."""
    at, what = situation.at, f"{parcel.number} with {parcel.carrier}"
    left = _hours(situation.promised_at - at) / 24
    if parcel.status in ASTRAY:
        evidence = f"{what} is {parcel.status.spoken}."
        reason, days = ASTRAY[parcel.status], DAYS_TO_SEND_AGAIN
        return Cause(reason=reason, evidence=evidence, days=days), 1.0, max(days - left, 1.0)
    if parcel.status is ShipmentStatus.DELIVERY_FAILED:
        evidence = f"{what} could not be delivered on {_moment(parcel.heard_at)}."
        cause = Cause(reason=_D.DELIVERY_FAILED, evidence=evidence, days=1.0)
        return cause, 0.9 if left < 1 else 0.3, max(0.0, ceil(1 - left))
    silent = _hours(at - parcel.heard_at)
    if silent < parcel.silence_hours:
        return None, USUAL_CHANCE, 0.0
    evidence = f"Nothing of {what} since {_moment(parcel.heard_at)}."
    longer = (silent - parcel.silence_hours) / 24 + 1
    cause = Cause(reason=_D.CARRIER_SILENCE, evidence=evidence, days=_tenths(longer))
    chance = 1 - 0.5 ** (silent / parcel.silence_hours)
    return cause, chance, max(0.0, longer - max(left, 0.0))


def _hold_hours(at: datetime, hold: Held) -> float:
    due = HOURS_OF_A_HOLD if hold.due_at is None else _hours(hold.due_at - at)
    # One that is overdue is cleared up as anybody's guess says.
    return due if due > 0 else HOURS_OF_A_HOLD


def _normal(z: float) -> float:
    """The share of a normal distribution below z standard deviations."""
    return (1 + erf(z / sqrt(2))) / 2


def _hours(duration: timedelta) -> float:
    return duration.total_seconds() / 3600


def _days(duration: timedelta) -> float:
    return _tenths(_hours(duration) / 24)


def _tenths(number: float) -> float:
    # Upwards, as what is a little late is late.
    return ceil(number * 10) / 10


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
