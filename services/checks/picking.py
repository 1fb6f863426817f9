"""What must hold of bins, waves and mispicks."""

from models import FulfillmentStatus, WaveStatus
from services.checks.rules import Rule, one_of

_F, _W = FulfillmentStatus, WaveStatus
UNSTARTED = one_of({_F.PENDING, _F.RELEASED})
UNPICKED = one_of({_F.PENDING, _F.RELEASED, _F.PICKING})

RULES = (
    Rule(
        name="bin-home",
        description="A level's home is an open bin of its own location.",
        says="{level_id} has its home in {bin_id}, which is archived or of another location.",
        broken="""
            SELECT level.id AS level_id, bins.id AS bin_id
            FROM stock_levels AS level JOIN bins ON bins.id = level.bin_id
            WHERE bins.location_id <> level.location_id OR bins.archived_at IS NOT NULL
        """,
    ),
    Rule(
        name="wave-times",
        description="A wave has the times of the steps it took, and of no others.",
        says="{wave_id} is {status}, which does not fit the times it has.",
        broken=f"""
            SELECT id AS wave_id, status FROM waves
            WHERE (status = '{_W.CANCELLED}') <> (cancelled_at IS NOT NULL)
               OR (status = '{_W.DONE}') <> (done_at IS NOT NULL)
               OR (status <> '{_W.CANCELLED}'
                   AND (status = '{_W.OPEN}') <> (started_at IS NULL))
               OR (started_at IS NULL) <> (picker IS NULL)
        """,
    ),
    Rule(
        name="wave-work",
        description="The work of a wave is at its location, waits while the wave is open, is "
        "begun with it, and is picked or given up once it is over.",
        says="{wave_id} is {status}, but {fulfillment_id} of it is {fulfillment_status}.",
        broken=f"""
            SELECT waves.id AS wave_id, waves.status, work.id AS fulfillment_id,
                   work.status AS fulfillment_status
            FROM waves JOIN fulfillments AS work ON work.wave_id = waves.id
            WHERE work.location_id <> waves.location_id OR NOT CASE waves.status
              WHEN '{_W.OPEN}' THEN work.status IN ('{_F.RELEASED}', '{_F.CANCELLED}')
              WHEN '{_W.PICKING}' THEN work.status NOT IN {UNSTARTED}
              ELSE work.status NOT IN {UNPICKED}
            END
        """,
    ),
    Rule(
        name="wave-over",
        description="A wave with nothing left to pick is over.",
        says="{wave_id} is {status}, but has nothing left to pick.",
        broken=f"""
            SELECT waves.id AS wave_id, waves.status
            FROM waves LEFT JOIN fulfillments AS work
              ON work.wave_id = waves.id AND work.status IN {UNPICKED}
            WHERE waves.status IN ('{_W.OPEN}', '{_W.PICKING}')
            GROUP BY waves.id, waves.status HAVING COUNT(work.id) = 0
        """,
    ),
    Rule(
        name="mispick-copies",
        description="A mispick names the order and the location of its fulfillment.",
        says="{mispick_id} names another order or location than {fulfillment_id} has.",
        broken="""
            SELECT wrong.id AS mispick_id, work.id AS fulfillment_id
            FROM mispicks AS wrong JOIN fulfillments AS work ON work.id = wrong.fulfillment_id
            WHERE (wrong.order_id, wrong.location_id) <> (work.order_id, work.location_id)
               OR wrong.order_id IS NULL
        """,
    ),
)
