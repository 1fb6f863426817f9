"""What must hold of promises and of how orders are sent."""

from models import FulfillmentStatus, OrderStatus
from services.checks.rules import Rule, one_of

_O = OrderStatus
OPEN = one_of({_O.PLACED, _O.CONFIRMED, _O.IN_PROGRESS})
FINISHED = one_of({FulfillmentStatus.HANDED_OVER, FulfillmentStatus.CANCELLED})

RULES = (
    Rule(
        name="promise-history",
        description="What an order was promised at first and at last is what its promises say.",
        says="{order_id} is promised for {promised_at}, at first for {first_promised_at}, which is "
        "not what its promises say.",
        broken="""
            SELECT orders.id AS order_id, orders.promised_at, orders.first_promised_at
            FROM orders
            LEFT JOIN (
              SELECT order_id, MIN(id) AS first_id, MAX(id) AS last_id
              FROM promises GROUP BY order_id
            ) AS told ON told.order_id = orders.id
            LEFT JOIN promises AS earliest ON earliest.id = told.first_id
            LEFT JOIN promises AS latest ON latest.id = told.last_id
            WHERE COALESCE(orders.promised_at <> latest.promised_at,
                           orders.promised_at IS NOT NULL OR latest.id IS NOT NULL)
               OR COALESCE(orders.first_promised_at <> earliest.promised_at,
                           orders.first_promised_at IS NOT NULL OR earliest.id IS NOT NULL)
        """,
    ),
    Rule(
        name="promise-drafts",
        description="Nothing is promised before an order is placed.",
        says="{order_id} is a draft and is promised for {promised_at}.",
        broken=f"""
            SELECT id AS order_id, promised_at FROM orders
            WHERE status = '{_O.DRAFT}' AND (promised_at IS NOT NULL OR evaluate_at IS NOT NULL)
        """,
    ),
    Rule(
        name="promise-work",
        description="Work that is not finished is to be handed over when its order is.",
        says="{fulfillment_id} is to be handed over by {work_by}, {order_id} by {dispatch_by}.",
        broken=f"""
            SELECT work.id AS fulfillment_id, orders.id AS order_id, orders.dispatch_by,
                   work.dispatch_by AS work_by
            FROM fulfillments AS work JOIN orders ON orders.id = work.order_id
            WHERE work.status NOT IN {FINISHED} AND orders.dispatch_by <> work.dispatch_by
        """,
    ),
    Rule(
        name="promise-ended",
        description="The prospects of an order that has ended are not looked at any more.",
        says="{order_id} is {status} and is still to be looked at.",
        broken=f"""
            SELECT id AS order_id, status FROM orders
            WHERE evaluate_at IS NOT NULL AND status NOT IN {OPEN} AND status <> '{_O.DRAFT}'
        """,
    ),
    Rule(
        name="shipping-charge",
        description="Shipping is charged for by a method.",
        says="{order_id} is charged {shipping_price} minor units for shipping without a method.",
        broken="""
            SELECT id AS order_id, shipping_price FROM orders
            WHERE shipping_price <> 0 AND shipping_method_id IS NULL
        """,
    ),
    Rule(
        name="shipping-default",
        description="One method at most is the default, and it is offered.",
        says="{method_id} is the default beside others, or although it is no longer offered.",
        broken="""
            SELECT id AS method_id FROM shipping_methods
            WHERE is_default AND (
              archived_at IS NOT NULL
              OR (SELECT COUNT(*) FROM shipping_methods WHERE is_default) > 1
            )
        """,
    ),
)
