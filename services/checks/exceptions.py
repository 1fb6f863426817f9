"""What must hold of the queue of exceptions: it is there for a reason, and only as long."""

from models import HoldKind, OrderStatus
from services.checks.rules import Rule, one_of
from services.exceptions import OF_HOLDS, OF_PARCELS, OUTLASTING

_O = OrderStatus
OVER = one_of({_O.COMPLETED, _O.CLOSED, _O.CANCELLED, _O.EXPIRED})
HELD = one_of(OF_HOLDS.values())
# The kind of exception that stands for a hold, in SQL.
OF_HOLD = (
    f"CASE hold.kind WHEN '{HoldKind.MANUAL}' THEN '{OF_HOLDS[HoldKind.MANUAL]}' ELSE hold.kind END"
)
# The kind of exception that a parcel is.
OF_PARCEL = " ".join(f"WHEN '{status}' THEN '{kind}'" for status, kind in OF_PARCELS.items())

RULES = (
    Rule(
        name="exception-status",
        description="An exception is open, or it has a time and somebody who resolved it.",
        says="{exception_id} of {order_id} is neither open nor resolved, or both.",
        broken="""
            SELECT id AS exception_id, order_id FROM order_exceptions
            WHERE (is_open IS NOT NULL) <> (resolved_at IS NULL) OR NOT COALESCE(is_open, TRUE)
               OR (resolved_at IS NULL) <> (resolved_by IS NULL)
        """,
    ),
    Rule(
        name="exception-ended",
        description="An order that has ended is out of the queue, but for what is owed.",
        says="{exception_id} is open ({kind}), but {order_id} is {status}.",
        broken=f"""
            SELECT row.id AS exception_id, row.order_id, row.kind, orders.status
            FROM order_exceptions AS row JOIN orders ON orders.id = row.order_id
            WHERE row.is_open AND orders.status IN {OVER}
              AND row.kind NOT IN {one_of(OUTLASTING)}
        """,
    ),
    Rule(
        name="exception-holds",
        description="Each active hold of an order that has not ended is in the queue, and as long "
        "as it is active.",
        says="{order_id} is held and in the queue of exceptions for different reasons: {kind}.",
        broken=f"""
            SELECT hold.order_id, hold.kind
            FROM order_holds AS hold JOIN orders ON orders.id = hold.order_id
            LEFT JOIN order_exceptions AS row
              ON row.order_id = hold.order_id AND row.is_open AND row.kind = {OF_HOLD}
            WHERE hold.released_at IS NULL AND orders.status NOT IN {OVER} AND row.id IS NULL
            UNION ALL
            SELECT row.order_id, row.kind
            FROM order_exceptions AS row
            LEFT JOIN order_holds AS hold
              ON hold.order_id = row.order_id AND hold.released_at IS NULL AND row.kind = {OF_HOLD}
            WHERE row.is_open AND row.kind IN {HELD} AND hold.id IS NULL
        """,
    ),
    Rule(
        name="exception-parcels",
        description="An open exception of a parcel has a parcel of its order in such a status.",
        says="{exception_id} is open ({kind}), but no parcel of {order_id} is.",
        broken=f"""
            SELECT row.id AS exception_id, row.order_id, row.kind
            FROM order_exceptions AS row
            LEFT JOIN shipments AS parcel
              ON parcel.order_id = row.order_id AND row.kind = CASE parcel.status {OF_PARCEL} END
            WHERE row.is_open AND row.kind IN {one_of(OF_PARCELS.values())} AND parcel.id IS NULL
        """,
    ),
)
