"""What can be wrong with a database, and which rules must speak of it: these and no others."""

from collections.abc import Sequence


def first(table: str, condition: str = "TRUE") -> str:
    """A condition for the oldest row of a table that answers to one."""
    return f"id = (SELECT MIN(id) FROM {table} WHERE {condition})"


def line_of(status: str, condition: str = "TRUE") -> str:
    """A condition for a line of an order of a status."""
    orders = f"order_id IN (SELECT id FROM orders WHERE status = '{status}')"
    return first("order_lines", f"{orders} AND {condition}")


def work(status: str) -> str:
    """A condition for a line of a fulfillment of a status."""
    ids = f"fulfillment_id IN (SELECT id FROM fulfillments WHERE status = '{status}')"
    return first("fulfillment_lines", ids)


ORDINARY = first("stock_levels")
WAITING = first("order_lines", "backordered > 0")
EMPTY = "id = (SELECT MAX(level_id) FROM stock_alerts WHERE is_open)"

# What is done to the rows of a lived-in shop, and the names of the rules that it breaks.
DAMAGES: Sequence[tuple[str, set[str]]] = (
    (
        f"UPDATE stock_levels SET reserved = on_hand + 1, reorder_point = NULL WHERE {ORDINARY}",
        {"level-bounds", "level-ledger", "level-reservations"},
    ),
    (f"UPDATE stock_levels SET on_hand = on_hand + 1 WHERE {ORDINARY}", {"level-ledger"}),
    (
        f"UPDATE stock_movements SET on_hand_after = on_hand_after + 1 "
        f"WHERE {first('stock_movements')}",
        {"movement-balance"},
    ),
    (
        "UPDATE stock_movements SET on_hand_after = on_hand_after + 1 "
        "WHERE id = (SELECT MAX(id) FROM stock_movements)",
        {"movement-balance"},
    ),
    (
        f"DELETE FROM stock_movements WHERE {first('stock_movements', 'order_id IS NULL')}",
        {"movement-balance", "level-ledger"},
    ),
    (
        "UPDATE stock_movements SET reason = 'shipped' "
        f"WHERE {first('stock_movements', 'order_id IS NULL')}",
        {"movement-reason"},
    ),
    (
        "UPDATE stock_movements SET order_id = NULL "
        f"WHERE {first('stock_movements', 'order_id IS NOT NULL')}",
        {"movement-reason", "order-movements"},
    ),
    (
        "UPDATE reservations SET quantity = quantity + 1 WHERE "
        + first("reservations", "order_id IN (SELECT id FROM orders WHERE status = 'placed')"),
        {"level-reservations", "line-reservations", "order-movements"},
    ),
    (
        f"UPDATE stock_movements SET variant_id = 0 WHERE {first('stock_movements')}",
        {"stock-copies"},
    ),
    (f"UPDATE stock_alerts SET location_id = 0 WHERE {first('stock_alerts')}", {"stock-copies"}),
    (
        "UPDATE stock_alerts SET is_open = NULL WHERE " + first("stock_alerts", "is_open"),
        {"alert-status"},
    ),
    (
        "UPDATE stock_alerts SET is_open = FALSE WHERE "
        + first("stock_alerts", "status = 'resolved'"),
        {"alert-status"},
    ),
    (
        "UPDATE stock_alerts SET resolved_at = NULL WHERE "
        + first("stock_alerts", "status = 'resolved'"),
        {"alert-status"},
    ),
    (
        "UPDATE stock_alerts SET status = 'open' WHERE "
        + first("stock_alerts", "status = 'resolved'"),
        {"alert-status", "alert-single"},
    ),
    (
        "UPDATE stock_levels SET reorder_point = NULL WHERE " + EMPTY,
        {"alert-over"},
    ),
    (
        f"UPDATE stock_levels SET reorder_point = 1000000 WHERE {ORDINARY}",
        {"alert-missing"},
    ),
    (
        f"UPDATE order_lines SET packed = packed + 1 WHERE {line_of('in_progress', 'packed = 2')}",
        {"line-chain", "fulfillment-sums"},
    ),
    (
        f"UPDATE order_lines SET backordered = -1 WHERE {line_of('placed')}",
        {"line-chain", "line-demand"},
    ),
    (
        f"UPDATE order_lines SET backordered = 1 WHERE {line_of('confirmed')}",
        {"line-demand", "line-waiting"},
    ),
    (
        f"UPDATE order_lines SET backordered = 1 WHERE {line_of('draft')}",
        {"line-demand", "line-waiting"},
    ),
    (
        f"UPDATE order_lines SET backordered = 1 WHERE {line_of('cancelled')}",
        {"line-given-up", "line-waiting"},
    ),
    (f"UPDATE order_lines SET cancelled = 0 WHERE {line_of('cancelled')}", {"line-given-up"}),
    (f"UPDATE order_lines SET return_received = 1 WHERE {line_of('completed')}", {"line-returns"}),
    (
        f"UPDATE order_lines SET return_requested = 9 WHERE {line_of('completed')}",
        {"line-returns"},
    ),
    (
        f"UPDATE order_lines SET reserved = 0, backordered = ordered WHERE {line_of('placed')}",
        {"line-reservations", "line-waiting"},
    ),
    (f"UPDATE order_lines SET currency = 'USD' WHERE {line_of('draft')}", {"line-currency"}),
    (
        f"UPDATE orders SET total = total + 1 WHERE {first('orders')}",
        {"order-total", "order-explained"},
    ),
    (f"UPDATE order_lines SET total = 7 WHERE {line_of('cancelled')}", {"order-total"}),
    (f"UPDATE order_lines SET unit_price = 7 WHERE {line_of('placed')}", {"line-total"}),
    (
        f"UPDATE orders SET price_steps = '[]' WHERE {first('orders', 'total > 0')}",
        {"order-explained"},
    ),
    ("UPDATE counters SET value = value + 1 WHERE name = 'INV'", {"invoice-numbers"}),
    ("UPDATE counters SET value = value + 1 WHERE name = 'CRN'", {"credit-note-numbers"}),
    (
        "UPDATE invoices SET content_hash = 'f' || SUBSTR(content_hash, 2, 62) WHERE id = 1",
        {"invoice-content"},
    ),
    ("UPDATE credit_notes SET content = '{}' WHERE id = 1", {"credit-note-content"}),
    (
        "UPDATE credit_notes SET total = total + 1 WHERE id = 1",
        {"invoice-credited", "credit-note-content"},
    ),
    ("UPDATE invoices SET currency = 'USD' WHERE id = 1", {"invoice-order"}),
    *(
        (f"UPDATE orders SET {time} = NULL WHERE {first('orders', condition)}", {"order-times"})
        for time, condition in (
            ("placed_at", "status = 'placed'"),
            ("placed_at", "status = 'cancelled' AND confirmed_at IS NOT NULL"),
            ("confirmed_at", "status = 'in_progress'"),
            ("completed_at", "status = 'completed'"),
            ("cancelled_at", "status = 'cancelled'"),
        )
    ),
    (
        "UPDATE orders SET status = 'placed', total = 0, subtotal = 0, price_steps = '[]', "
        "placed_at = created_at WHERE "
        + first("orders", "status = 'draft'")
        + "; DELETE FROM order_lines WHERE "
        + "order_id = (SELECT MIN(id) FROM orders WHERE status = 'placed')",
        {"order-lines"},
    ),
    (
        "UPDATE orders SET status = 'in_progress', completed_at = NULL WHERE "
        + first("orders", "status = 'completed'"),
        {"order-received"},
    ),
    (
        "UPDATE orders SET status = 'cancelled', cancelled_at = placed_at WHERE "
        + first("orders", "status = 'placed'"),
        {"line-given-up", "order-reservations", "reservation-expiry", "promise-ended"},
    ),
    (
        "UPDATE orders SET status = 'placed', confirmed_at = NULL WHERE "
        + first("orders", "status = 'confirmed'"),
        {"fulfillment-order"},
    ),
    (
        "UPDATE fulfillments SET released_at = NULL WHERE " + first("fulfillments", "picker <> ''"),
        {"fulfillment-times", "fulfillment-order"},
    ),
    *(
        (
            f"UPDATE fulfillments SET {column} = NULL WHERE "
            + first("fulfillments", f"status = '{status}'"),
            {"fulfillment-times"},
        )
        for column, status in (
            ("picker", "picking"),
            ("picked_at", "packing"),
            ("packed_at", "packed"),
        )
    ),
    (
        f"UPDATE fulfillment_lines SET quantity = 0, picked = 0 WHERE {work('cancelled')}",
        {"fulfillment-counts"},
    ),
    (
        f"UPDATE fulfillment_lines SET packed = 1 WHERE {work('picked')}",
        {"fulfillment-counts", "fulfillment-sums"},
    ),
    (
        f"UPDATE fulfillment_lines SET picked = 1 WHERE {work('pending')}",
        {"fulfillment-counts", "fulfillment-sums"},
    ),
    (
        f"UPDATE order_lines SET picked = 0, reserved = ordered "
        f"WHERE {line_of('in_progress', 'picked > 0 AND packed = 0')}",
        {"fulfillment-sums"},
    ),
    (
        f"UPDATE fulfillment_lines SET quantity = quantity + 1 WHERE {work('released')}",
        {"fulfillment-reservations"},
    ),
    (
        "UPDATE reservations SET status = 'consumed' WHERE "
        + first("reservations", "status = 'released'"),
        {"line-reservations", "order-movements"},
    ),
    (
        "UPDATE stock_movements SET order_id = order_id + 1 "
        f"WHERE {first('stock_movements', 'order_id IS NOT NULL')}",
        {"order-movements"},
    ),
    (
        f"DELETE FROM fulfillment_lines WHERE {work('released')}",
        {"fulfillment-missing"},
    ),
    (
        "UPDATE reservations SET order_id = 0 WHERE " + first("reservations"),
        {"order-copies", "order-movements"},
    ),
    (
        "UPDATE shipment_lines SET line_id = (SELECT MIN(id) FROM order_lines) WHERE "
        + "shipment_id = (SELECT MIN(id) FROM shipments WHERE status = 'labelled')",
        {"order-copies"},
    ),
    (
        "UPDATE shipments SET status = 'voided' WHERE " + first("shipments", "status = 'labelled'"),
        {"shipment-fulfillment"},
    ),
    (
        "UPDATE shipments SET tracking_code = NULL WHERE "
        + first("shipments", "status = 'labelled'"),
        {"shipment-times"},
    ),
    *(
        (
            f"UPDATE shipments SET {column} = NULL WHERE "
            + first("shipments", "status = 'delivered'"),
            {"shipment-times"},
        )
        for column in ("shipped_at", "delivered_at")
    ),
    (
        "UPDATE shipment_lines SET quantity = quantity + 1 WHERE "
        + "shipment_id = (SELECT MIN(id) FROM shipments WHERE status = 'labelled')",
        {"shipment-contents"},
    ),
    (
        "UPDATE shipment_lines SET quantity = quantity - 1 WHERE "
        + "shipment_id = (SELECT MIN(id) FROM shipments WHERE status = 'shipped')",
        {"shipment-contents", "shipment-sums"},
    ),
    (
        "UPDATE order_lines SET delivered = 1 WHERE "
        + line_of("in_progress", "shipped = 2 AND delivered = 0"),
        {"shipment-sums"},
    ),
    (
        "UPDATE shipments SET status = 'in_transit' WHERE " + first("shipments", "status = 'lost'"),
        {"shipment-reports", "exception-parcels"},
    ),
    (
        "INSERT INTO carrier_events (shipment_id, status, code, occurred_at, place, description, "
        "received_at) SELECT MIN(id), 'lost', '', CURRENT_TIMESTAMP, '', '', CURRENT_TIMESTAMP "
        "FROM shipments WHERE status = 'labelled'",
        {"shipment-reports"},
    ),
    (
        f"UPDATE bins SET archived_at = created_at WHERE {first('bins')}",
        {"bin-home"},
    ),
    *(
        (
            f"UPDATE waves SET {column} = NULL WHERE {first('waves', condition)}",
            {"wave-times"},
        )
        for column, condition in (
            ("picker", "status = 'picking'"),
            ("started_at", "status = 'done'"),
            ("done_at", "status = 'done'"),
            ("cancelled_at", "status = 'cancelled'"),
        )
    ),
    (
        "UPDATE fulfillments SET wave_id = (SELECT MIN(id) FROM waves WHERE status = 'done') "
        "WHERE " + first("fulfillments", "status = 'picking'"),
        {"wave-work"},
    ),
    (
        "UPDATE fulfillments SET wave_id = NULL WHERE "
        + first("fulfillments", "status = 'released' AND wave_id IS NOT NULL"),
        {"wave-over"},
    ),
    (
        "UPDATE mispicks SET order_id = (SELECT MIN(id) FROM orders) WHERE " + first("mispicks"),
        {"mispick-copies"},
    ),
    (
        "UPDATE packages SET in_use = NULL WHERE " + first("packages", "status = 'open'"),
        {"package-status"},
    ),
    (
        "UPDATE packages SET status = 'open' WHERE " + first("packages", "status = 'closed'"),
        {"package-status"},
    ),
    (
        "UPDATE package_lines SET quantity = quantity + 1 WHERE "
        "package_id = (SELECT MIN(id) FROM packages WHERE status = 'open')",
        {"package-contents"},
    ),
    (
        "UPDATE package_lines SET quantity = quantity + 1 WHERE "
        "package_id = (SELECT MIN(id) FROM packages WHERE status = 'closed')",
        {"package-contents", "package-parcel"},
    ),
    (
        "UPDATE packages SET order_id = (SELECT MIN(id) FROM orders) WHERE "
        + first("packages", "status = 'open'"),
        {"package-copies"},
    ),
    (
        "UPDATE fulfillment_lines SET picked = picked + 1 WHERE picked = 2 AND "
        "fulfillment_id IN (SELECT id FROM fulfillments WHERE status = 'picking')",
        {"fulfillment-sums"},
    ),
    (f"UPDATE order_lines SET moved = 1 WHERE {line_of('placed')}", {"line-moved"}),
    ("UPDATE orders SET split_from_id = 0 WHERE " + first("orders"), {"order-links"}),
    (
        "UPDATE orders SET merged_into_id = id WHERE " + first("orders", "status = 'placed'"),
        {"order-links"},
    ),
    ("UPDATE order_holds SET automatic = FALSE WHERE automatic", {"issue-holds"}),
    ("UPDATE data_issues SET resolved_by = 'PER-1001'", {"issue-times"}),
    (
        "UPDATE order_holds SET released_at = NULL WHERE id = (SELECT MIN(hold.id) "
        "FROM order_holds AS hold JOIN orders ON orders.id = hold.order_id "
        "WHERE orders.status = 'cancelled')",
        {"hold-ended"},
    ),
    (
        "UPDATE orders SET fraud_review = 'pending', fraud_score = 80 WHERE " + first("orders"),
        {"fraud-review"},
    ),
    (
        "UPDATE payments SET captured = captured + 1 WHERE " + first("payments"),
        {"payment-sums"},
    ),
    (
        "UPDATE payments SET status = 'paid' WHERE " + first("payments", "status = 'failed'"),
        {"payment-sums"},
    ),
    (
        "UPDATE orders SET captured = captured + 1 WHERE " + first("orders", "captured > 0"),
        {"payment-orders"},
    ),
    (
        "UPDATE orders SET payment_status = 'paid' WHERE "
        + first("orders", "payment_status = 'none'"),
        {"payment-orders"},
    ),
    (
        "UPDATE payment_events SET amount = amount + 9000 WHERE "
        + first("payment_events", "kind = 'refund' AND state = 'requested'"),
        {"payment-bounds"},
    ),
    (
        "UPDATE payment_events SET courtesy = amount + 1 WHERE "
        + first("payment_events", "kind = 'refund' AND state = 'requested'"),
        {"payment-answers"},
    ),
    (
        "UPDATE payment_events SET retries_id = 0 WHERE "
        + first("payment_events", "retries_id IS NOT NULL"),
        {"payment-answers"},
    ),
    (
        "UPDATE payment_events SET currency = 'USD' WHERE " + first("payment_events"),
        {"payment-copies"},
    ),
    ("UPDATE payment_dispatches SET due_at = NULL", {"payment-dispatches"}),
    (
        "UPDATE orders SET expired_at = NULL WHERE " + first("orders", "status = 'expired'"),
        {"order-expired"},
    ),
    (
        "UPDATE orders SET payment_due_at = NULL WHERE " + first("orders", "status = 'expired'"),
        {"order-expired"},
    ),
    (f"UPDATE order_lines SET queue_key = NULL WHERE {WAITING}", {"line-waiting"}),
    (f"UPDATE order_lines SET waiting_since = NULL WHERE {WAITING}", {"line-waiting"}),
    (
        f"UPDATE order_lines SET expected_at = updated_at WHERE {line_of('placed')}",
        {"line-waiting"},
    ),
    (
        "UPDATE reservations SET expires_at = updated_at WHERE order_id = "
        "(SELECT MIN(id) FROM orders WHERE status = 'confirmed')",
        {"reservation-expiry"},
    ),
    (
        "UPDATE reservations SET expires_at = NULL WHERE status = 'expired'",
        {"reservation-expiry"},
    ),
    (
        "UPDATE arrivals SET arrived = quantity WHERE " + first("arrivals"),
        {"arrival-counts", "arrival-movements"},
    ),
    ("UPDATE arrivals SET ended_at = NULL WHERE status = 'cancelled'", {"arrival-counts"}),
    (f"DELETE FROM events WHERE {first('events', 'position > 5')}", {"event-positions"}),
    (
        "UPDATE events SET position = position - 1000000",
        {"event-positions"},
    ),
    (f"UPDATE events SET kind = 'Rumor' WHERE {first('events')}", {"event-kinds"}),
    ("UPDATE idempotency_records SET row_id = 0", {"idempotency-answers"}),
    ("UPDATE idempotency_records SET row_type = 'Rumor'", {"idempotency-answers"}),
    ("UPDATE people SET customer_id = NULL", {"people-customers"}),
    (
        "UPDATE order_exceptions SET resolved_by = NULL WHERE "
        + first("order_exceptions", "is_open IS NULL"),
        {"exception-status"},
    ),
    (
        "UPDATE order_exceptions SET is_open = FALSE WHERE "
        + first("order_exceptions", "is_open IS NULL"),
        {"exception-status"},
    ),
    (
        "UPDATE order_exceptions SET is_open = NULL, resolved_at = opened_at, resolved_by = 'X' "
        "WHERE " + first("order_exceptions", "is_open AND kind = 'on_hold'"),
        {"exception-holds"},
    ),
    (
        "UPDATE order_exceptions SET kind = 'address' WHERE "
        + first("order_exceptions", "is_open AND kind = 'on_hold'"),
        {"exception-holds"},
    ),
    (
        "UPDATE order_exceptions SET kind = 'damaged' WHERE "
        + first("order_exceptions", "is_open AND kind = 'lost'"),
        {"exception-parcels"},
    ),
    (
        "UPDATE order_exceptions SET kind = 'late', order_id = "
        "(SELECT MIN(id) FROM orders WHERE status = 'cancelled') WHERE "
        + first("order_exceptions", "is_open AND kind = 'lost'"),
        {"exception-ended"},
    ),
    (
        "UPDATE promises SET promised_at = CURRENT_TIMESTAMP WHERE " + first("promises"),
        {"promise-history"},
    ),
    (
        "UPDATE orders SET promised_at = NULL WHERE " + first("orders", "status = 'placed'"),
        {"promise-history"},
    ),
    (
        "UPDATE orders SET evaluate_at = created_at WHERE " + first("orders", "status = 'draft'"),
        {"promise-drafts"},
    ),
    (
        "UPDATE orders SET evaluate_at = created_at WHERE "
        + first("orders", "status = 'completed'"),
        {"promise-ended"},
    ),
    (
        "UPDATE fulfillments SET dispatch_by = created_at WHERE "
        + first("fulfillments", "status = 'released'"),
        {"promise-work"},
    ),
    (
        "UPDATE orders SET shipping_method_id = NULL WHERE "
        + first("orders", "shipping_price > 0"),
        {"shipping-charge"},
    ),
    ("UPDATE shipping_methods SET is_default = TRUE", {"shipping-default"}),
)
