"""Which lives the demo shop's orders lead, and when they take their steps."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from random import Random

from models import OrderChannel, Role, ShipmentStatus
from services.actors import SYSTEM, Actor
from services.seeds.endings import cancel, expire
from services.seeds.orders import Life, Step, confirm, draft, hold, let_go, place, place_unpaid
from services.seeds.payments import dispute, give_some_back
from services.seeds.risks import draft_wrong, place_risky, place_wrong
from services.seeds.waiting import draft_more, place_more, run_out
from services.seeds.work import (
    hand_over,
    pack,
    pack_start,
    parcel,
    pick,
    pick_short,
    pick_start,
    release,
    report,
)

Script = tuple[Step, ...]

# In the middle of their lives at the end of the history: two fifths of a small shop's orders.
UNFINISHED = 200
CHANNELS = {
    OrderChannel.ONLINE: 50,
    OrderChannel.MARKETPLACE: 18,
    OrderChannel.PHONE: 12,
    OrderChannel.IN_PERSON: 10,
    OrderChannel.EDI: 6,
    OrderChannel.FILE: 4,
}
FIRST_CUSTOMERS = 40

in_transit = partial(report, ShipmentStatus.IN_TRANSIT)
out_for_delivery = partial(report, ShipmentStatus.OUT_FOR_DELIVERY)
delivered = partial(report, ShipmentStatus.DELIVERED)
delivery_failed = partial(report, ShipmentStatus.DELIVERY_FAILED)
returning = partial(report, ShipmentStatus.RETURNING)
returned = partial(report, ShipmentStatus.RETURNED_TO_SENDER)
lost = partial(report, ShipmentStatus.LOST)
damaged = partial(report, ShipmentStatus.DAMAGED)

# How many minutes each step takes, at least and at most.
MINUTES: Mapping[Step, tuple[int, int]] = {
    draft: (0, 0),
    place: (2, 45),
    place_unpaid: (2, 45),
    draft_wrong: (0, 0),
    place_wrong: (2, 45),
    place_risky: (2, 45),
    hold: (5, 60),
    let_go: (120, 1500),
    confirm: (10, 240),
    release: (30, 600),
    pick_start: (15, 300),
    pick: (5, 60),
    pick_short: (5, 60),
    pack_start: (5, 60),
    pack: (5, 30),
    parcel: (2, 20),
    hand_over: (60, 360),
    in_transit: (240, 900),
    out_for_delivery: (1200, 2400),
    delivered: (60, 480),
    delivery_failed: (60, 480),
    returning: (1200, 3000),
    returned: (2000, 4000),
    lost: (4000, 7000),
    damaged: (600, 2000),
    cancel: (20, 600),
    draft_more: (0, 0),
    place_more: (2, 45),
    run_out: (4320, 4320),
    expire: (2881, 2885),
    give_some_back: (600, 5000),
    dispute: (3000, 9000),
}

ENTRY: Script = (draft, place, confirm)
WORK: Script = (release, pick_start, pick, pack_start, pack, parcel, hand_over)
SHORT: Script = (release, pick_start, pick_short, pack_start, pack, parcel, hand_over)
OUT: Script = (in_transit, out_for_delivery)
WHOLE: Script = (*ENTRY, *WORK, *OUT, delivered)
HELD: Script = (draft, place, hold)

# Lives led to their end, and how many of a hundred orders lead them.
ENDED: Mapping[Script, int] = {
    (*WHOLE, give_some_back): 2,
    (*WHOLE, dispute): 1,
    (draft, place_unpaid, expire): 1,
    WHOLE: 66,
    (*ENTRY, *WORK, *OUT, delivery_failed, *OUT[1:], delivered): 6,
    (*ENTRY, *SHORT, *WORK, *OUT, delivered): 5,
    (*HELD, let_go, confirm, *WORK, *OUT, delivered): 6,
    (draft, place, cancel): 4,
    (*ENTRY, *WORK[:-1], cancel): 3,
    (draft, cancel): 2,
    (*ENTRY, *WORK, *OUT, delivery_failed, returning, returned): 2,
    (*ENTRY, *WORK, in_transit, damaged): 1,
    (*ENTRY, *WORK, in_transit, lost): 1,
}

# Where an order can stand today.
TODAY: Sequence[Script] = (
    *(WHOLE[:steps] for steps in range(1, len(WHOLE) + 1)),
    HELD,
    (*ENTRY, hold),
    (*ENTRY, *SHORT[:3]),
    (*ENTRY, *WORK, *OUT, delivery_failed),
    (*ENTRY, *WORK, *OUT, delivery_failed, returning),
    (*ENTRY, *WORK[:-1], cancel),
    (*ENTRY, *WORK[:2], hold),
    (*ENTRY, *SHORT),
    (draft, place, run_out),
    (draft_more, place_more),
    (draft_more, place_more, confirm),
    (draft_wrong, place_wrong),
    (draft, place_risky),
)


def lives(
    dice: Random,
    *,
    orders: int,
    customer_ids: Sequence[int],
    staff: Mapping[Role, Actor],
    opening: datetime,
    until: datetime,
) -> tuple[Iterator[Life], list[Life]]:
    """Lives that begin one after the other over the whole history, and those that stand at a
    chosen step at its end."""
    unfinished = min(orders * 2 // 5, UNFINISHED)
    ended = orders - unfinished
    cast = partial(_life, dice, customer_ids, staff)

    def past() -> Iterator[Life]:
        spacing = (until - timedelta(hours=4) - opening) / max(ended, 1)
        scripts, weights = list(ENDED), list(ENDED.values())
        for n in range(ended):
            # Each kind of life is led once before chance decides.
            script = scripts[n] if n < len(scripts) else dice.choices(scripts, weights)[0]
            yield cast(n, opening + spacing * (n + dice.uniform(0.1, 0.9)), script)

    def present() -> Iterator[Life]:
        for n in range(unfinished):
            life = cast(n, opening, TODAY[n % len(TODAY)])
            late = until - timedelta(minutes=dice.randint(5, 600)) - life.steps[-1][0]
            life.steps = deque((at + late, step) for at, step in life.steps)
            yield life

    return past(), list(present())


def _life(
    dice: Random,
    customer_ids: Sequence[int],
    staff: Mapping[Role, Actor],
    n: int,
    begin: datetime,
    script: Script,
) -> Life:
    # The first customer is one of the people who can call, so they should find something.
    is_first = n < FIRST_CUSTOMERS and n % 6 == 0
    customer = 0 if is_first else dice.randrange(len(customer_ids))
    channel = dice.choices(list(CHANNELS), list(CHANNELS.values()))[0]
    if is_first:
        channel = OrderChannel.ONLINE
    keyed_by = {
        OrderChannel.PHONE: staff[Role.CLERK],
        OrderChannel.IN_PERSON: staff[Role.CLERK],
        OrderChannel.ONLINE: staff[Role.CUSTOMER] if customer == 0 else SYSTEM,
    }
    return Life(
        customer=customer,
        customer_id=customer_ids[customer],
        channel=channel,
        actor=keyed_by.get(channel, SYSTEM),
        steps=_steps(dice, begin, script),
    )


def way(dice: Random, at: datetime) -> deque[tuple[datetime, Step]]:
    """The steps of an order that is placed already, up to its delivery."""
    return _steps(dice, at, WHOLE[WHOLE.index(confirm) :])


def _steps(dice: Random, begin: datetime, script: Script) -> deque[tuple[datetime, Step]]:
    steps: deque[tuple[datetime, Step]] = deque()
    at = begin.replace(microsecond=0)
    for step in script:
        least, most = MINUTES[step]
        at += timedelta(seconds=dice.randint(least * 60, most * 60))
        steps.append((at, step))
    return steps
