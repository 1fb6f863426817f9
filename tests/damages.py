"""What can be wrong with a database, and which rules must speak of it: these and no others."""

from collections.abc import Sequence

from services.kpis.reader import measures as kpi_measures


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
EMPTY = "id = (SELECT MAX(level_id) FROM stock_alerts WHERE is_open AND kind = 'out_of_stock')"


# A condition for a line of a transfer of a status, by the name of the column of its id.
def travelling(status: str, column: str = "id") -> str:
    lines = "SELECT MIN(line.id) FROM transfer_lines AS line JOIN transfers AS row"
    return f"{column} = ({lines} ON row.id = line.transfer_id WHERE row.status = '{status}')"


def buying(status: str) -> str:
    """A condition for a line of a purchase order of a status."""
    ids = f"purchase_order_id IN (SELECT id FROM purchase_orders WHERE status = '{status}')"
    return first("purchase_order_lines", ids)


# A condition for a line of a return that nothing has come of.
of_return = "returned_id IN (SELECT id FROM returns WHERE status = 'requested')"

# What is done to the rows of a lived-in shop, and the names of the rules that it breaks.
DAMAGES: Sequence[tuple[str, set[str]]] = (
    (
        "INSERT INTO order_shares (order_id, customer_id, currency, month, placed_at, orders, "
        "cancelled, units, returned, spent, allowed) "
        "VALUES (0, 0, 'EUR', '2026-01', '2026-01-01', 1, 0, 1, 0, 1, 0)",
        {"order-shares", "customer-figures", "customer-months"},
    ),
    (
        "INSERT INTO customer_figures (customer_id, currency, orders, cancelled, units, returned, "
        "spent, allowed, segment, first_order_at, last_order_at, version, created_at, updated_at) "
        "SELECT MIN(id), 'EUR', 1, 0, 1, 0, 1, 0, 'new', MIN(created_at), MIN(created_at), 1, "
        "MIN(created_at), MIN(created_at) FROM customers",
        {"customer-figures", "customer-segments"},
    ),
    (f"UPDATE customers SET erased_at = created_at WHERE {first('customers')}", {"customer-ended"}),
    (
        f"UPDATE stock_levels SET reserved = on_hand + 1, reorder_point = NULL WHERE {ORDINARY}",
        {"level-bounds", "level-ledger", "level-reservations"},
    ),
    (
        f"UPDATE stock_levels SET on_hand = on_hand + 1 WHERE {ORDINARY}",
        {"level-ledger", "level-quants"},
    ),
    (
        f"UPDATE stock_quants SET on_hand = on_hand + 1 WHERE {first('stock_quants')}",
        {"level-quants", "quant-ledger"},
    ),
    (
        "INSERT INTO stock_quants (level_id, on_hand, damaged, quarantined) "
        "SELECT MIN(id), 0, 0, 0 FROM stock_levels",
        {"quant-bounds"},
    ),
    (
        "UPDATE stock_quants SET lot_id = NULL "
        "WHERE lot_id = (SELECT id FROM lots WHERE code = 'S1')",
        {"lot-quants", "quant-ledger"},
    ),
    (
        "UPDATE stock_quants SET lot_id = (SELECT id FROM lots WHERE code = 'S1') "
        "WHERE lot_id = (SELECT id FROM lots WHERE code = 'S2')",
        {"lot-serials", "quant-ledger"},
    ),
    (
        "UPDATE reservations SET lot_id = NULL WHERE status = 'active' AND lot_id IS NOT NULL",
        {"lot-reservations"},
    ),
    (
        "UPDATE reservations SET lot_id = (SELECT id FROM lots WHERE code = 'EMPTY') "
        "WHERE status = 'active' AND lot_id IS NOT NULL",
        {"lot-kept"},
    ),
    ("UPDATE lots SET recalled_at = NULL", {"lot-recalls"}),
    ("UPDATE recalls SET ended_at = created_at", {"lot-recalls"}),
    ("UPDATE stock_levels SET in_bins = FALSE", {"quant-places"}),
    (f"UPDATE stock_levels SET maximum = 0 WHERE {ORDINARY}", {"alert-missing"}),
    ("UPDATE lots SET expires_on = '2199-01-01'", {"alert-expiring"}),
    (
        "UPDATE lots SET expires_on = '2000-01-01' WHERE expires_on > '2100-01-01'",
        {"alert-expiring"},
    ),
    ("UPDATE forecasts SET mean = 0", {"alert-projected"}),
    (
        "UPDATE bins SET storage = 'frozen' WHERE "
        + first("bins", "id IN (SELECT bin_id FROM stock_quants)"),
        {"quant-places"},
    ),
    (
        f"UPDATE stock_movements SET bin_id = 1 WHERE {first('stock_movements', 'bin_id IS NULL')}",
        {"quant-ledger"},
    ),
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
        {"movement-balance", "level-ledger", "quant-ledger"},
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
        "UPDATE receipt_lines SET inspecting = -1 WHERE " + first("receipt_lines"),
        {"receipt-units"},
    ),
    (
        "UPDATE receipt_lines SET accepted = accepted + 1 WHERE "
        + first("receipt_lines", "accepted > 0"),
        {"receipt-movements", "receipt-scans", "receipt-orders"},
    ),
    (
        "UPDATE receipt_scans SET quantity = quantity + 1 WHERE "
        + first("receipt_scans", "result = 'accepted'"),
        {"receipt-scans"},
    ),
    (
        "UPDATE receipts SET status = 'cancelled' WHERE "
        + first("receipts", "status = 'completed'"),
        {"receipt-status"},
    ),
    (
        "UPDATE supplier_claims SET settled_at = NULL WHERE "
        + first("supplier_claims", "status = 'settled'"),
        {"claim-status"},
    ),
    (
        f"UPDATE transfer_lines SET allocated = allocated + 1 WHERE {travelling('allocated')}",
        {"transfer-units", "level-reservations"},
    ),
    (
        f"UPDATE transfer_lines SET received = received + 1 WHERE {travelling('received')}",
        {"transfer-units", "transfer-status", "transfer-movements", "transfer-arrivals"},
    ),
    (
        "UPDATE transfers SET status = 'received' WHERE "
        + first("transfers", "status = 'partially_received'"),
        {"transfer-status"},
    ),
    (
        "UPDATE transfers SET status = 'in_transit' WHERE "
        + first("transfers", "status = 'partially_received'"),
        {"transfer-status"},
    ),
    (
        "UPDATE stock_movements SET transfer_id = (SELECT MIN(id) FROM transfers) WHERE "
        + first("stock_movements", "reason = 'transferred'"),
        {"transfer-movements"},
    ),
    (
        "UPDATE arrivals SET quantity = quantity + 1 WHERE "
        + travelling("in_transit", "transfer_line_id"),
        {"transfer-arrivals"},
    ),
    (
        "UPDATE order_lines SET return_requested = return_requested - 1 WHERE "
        + first("order_lines", "return_requested > return_received + return_rejected"),
        {"return-counts"},
    ),
    (
        "UPDATE return_lines SET variant_id = (SELECT MAX(id) FROM variants) WHERE "
        + first("return_lines"),
        {"return-delivered"},
    ),
    (
        "UPDATE return_lines SET quantity = 90 WHERE " + first("return_lines", of_return),
        {"return-counts", "return-delivered"},
    ),
    (
        "UPDATE return_units SET units = units + 1 WHERE "
        + first("return_units", "line_id IS NOT NULL AND disposition IS NULL"),
        {"return-units", "return-movements"},
    ),
    (
        "UPDATE return_units SET disposition = NULL WHERE "
        + first("return_units", "disposition = 'restock'"),
        {"return-status", "return-movements"},
    ),
    (
        "UPDATE returns SET status = 'in_transit' WHERE "
        + first("returns", "status = 'partially_received'"),
        {"return-status"},
    ),
    (
        "UPDATE stock_movements SET return_id = (SELECT MAX(id) FROM returns) WHERE "
        + first("stock_movements", "reason = 'returned'"),
        {"return-movements"},
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
    (
        f"UPDATE order_lines SET return_received = 1 WHERE {line_of('completed')}",
        {"line-returns", "return-counts"},
    ),
    (
        f"UPDATE order_lines SET return_requested = 9 WHERE {line_of('completed')}",
        {"line-returns", "return-counts"},
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
        {"bin-home", "quant-places"},
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
        "UPDATE arrivals SET arrived = quantity WHERE "
        + first("arrivals", "COALESCE(transfer_line_id, purchase_order_id) IS NULL"),
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
    *(
        (f"UPDATE service_cases SET {what} WHERE {first('service_cases', where)}", {rule})
        for what, where, rule in (
            ("due_at = resolve_due_at", "first_responded_at IS NULL", "case-due"),
            ("turn_at = opened_at", "due_at IS NULL", "case-due"),
            ("escalate_at = NULL", "due_at IS NOT NULL", "case-escalation"),
            ("paused_at = opened_at", "status = 'open'", "case-status"),
            ("closed_at = NULL", "status = 'closed'", "case-status"),
            ("resolved_by = NULL", "status = 'resolved'", "case-status"),
            (
                "exception_id = (SELECT MAX(id) FROM order_exceptions WHERE kind = 'on_hold')",
                "exception_id IS NULL AND status = 'open'",
                "case-order",
            ),
            (
                "customer_id = (SELECT MAX(id) FROM customers)",
                "order_id IS NOT NULL AND id NOT IN (SELECT case_id FROM surveys "
                "WHERE case_id IS NOT NULL)",
                "case-order",
            ),
        )
    ),
    ("UPDATE case_messages SET is_internal = TRUE", {"case-response"}),
    ("UPDATE case_messages SET is_internal = FALSE WHERE is_internal", {"case-response"}),
    ("UPDATE surveys SET score = NULL WHERE status = 'answered'", {"survey-answer"}),
    ("UPDATE surveys SET goods_score = 6 WHERE status = 'answered'", {"survey-answer"}),
    ("UPDATE surveys SET subject = 'case' WHERE order_id IS NOT NULL", {"survey-subject"}),
    ("UPDATE surveys SET customer_id = customer_id + 999", {"survey-subject"}),
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
    (f"UPDATE demand_days SET units = units + 1 WHERE {first('demand_days')}", {"demand-days"}),
    (f"UPDATE demand_days SET out = 1.5 WHERE {first('demand_days')}", {"demand-shares"}),
    (f"UPDATE forecasts SET location_id = 0 WHERE {first('forecasts')}", {"forecast-copies"}),
    (
        "UPDATE replenishment_proposals SET is_open = NULL WHERE "
        + first("replenishment_proposals", "status = 'open'"),
        {"proposal-open"},
    ),
    (
        "UPDATE replenishment_proposals SET quantity = quantity + pack_size WHERE "
        + first("replenishment_proposals"),
        {"proposal-explanation"},
    ),
    (
        "UPDATE replenishment_proposals SET pack_size = 7 WHERE "
        + first("replenishment_proposals", "quantity = 40"),
        {"proposal-packs"},
    ),
    (
        "UPDATE replenishment_proposals SET purchase_order_id = NULL WHERE "
        + first("replenishment_proposals", "status = 'accepted'"),
        {"proposal-orders"},
    ),
    (
        "UPDATE replenishment_proposals SET decided_at = '2100-01-01 00:00:00+00:00' WHERE "
        + first("replenishment_proposals", "status = 'accepted'"),
        {"proposal-drafts"},
    ),
    (
        f"UPDATE replenishment_policies SET variant_id = 0 WHERE {first('replenishment_policies')}",
        {"replenishment-copies"},
    ),
    (
        "UPDATE replenishment_proposals SET variant_id = 0 WHERE "
        + first("replenishment_proposals"),
        {"replenishment-copies"},
    ),
    ("UPDATE shipping_methods SET is_default = TRUE", {"shipping-default"}),
    ("UPDATE supplier_items SET pack_size = 0", {"item-prices"}),
    ("UPDATE supplier_items SET breaks = '[[1, 500], [10, 600]]'", {"item-prices"}),
    ("UPDATE supplier_items SET breaks = '[[10, 500], [1, 600]]'", {"item-prices"}),
    ("UPDATE supplier_items SET currency = 'USD'", {"item-currency"}),
    ("UPDATE people SET supplier_id = NULL WHERE role = 'supplier'", {"people-suppliers"}),
    (
        "UPDATE supplier_deliveries SET damaged = damaged + 1 WHERE "
        + first("supplier_deliveries"),
        {"delivery-units"},
    ),
    ("DELETE FROM supplier_deliveries", {"delivery-units"}),
    (
        "UPDATE purchase_order_lines SET confirmed = quantity + 1 WHERE " + buying("sent"),
        {"purchase-lines"},
    ),
    (
        "UPDATE purchase_order_lines SET price = price + 1 WHERE " + buying("sent"),
        {"purchase-sums"},
    ),
    (
        "UPDATE landed_costs SET amount = amount + 1 WHERE " + first("landed_costs"),
        {"purchase-sums"},
    ),
    (
        "UPDATE arrivals SET quantity = quantity + 1 WHERE "
        + first("arrivals", "status = 'expected' AND purchase_order_id IS NOT NULL"),
        {"purchase-arrivals"},
    ),
    (
        "UPDATE arrivals SET arrived = arrived + 9, quantity = quantity + 9 WHERE "
        + first("arrivals", "status = 'expected' AND purchase_order_id IS NOT NULL"),
        {"purchase-arrived"},
    ),
    (
        "UPDATE purchase_orders SET acknowledged_at = NULL WHERE "
        + first("purchase_orders", "status = 'acknowledged'"),
        {"purchase-status"},
    ),
    (
        "UPDATE purchase_orders SET closed_at = NULL WHERE "
        + first("purchase_orders", "status = 'closed'"),
        {"purchase-status"},
    ),
    (
        "UPDATE purchase_orders SET due_at = NULL WHERE "
        + first("purchase_orders", "status = 'sent'"),
        {"purchase-dates"},
    ),
    (
        "UPDATE purchase_dispatches SET delivered_at = created_at, due_at = created_at WHERE "
        + first("purchase_dispatches"),
        {"purchase-told"},
    ),
    (
        "UPDATE stock_counts SET lines_counted = lines_counted - 1 WHERE "
        + first("stock_counts", "status = 'open' AND lines_counted > 0"),
        {"count-progress"},
    ),
    (
        "UPDATE stock_counts SET posted_by = NULL WHERE "
        + first("stock_counts", "status = 'posted'"),
        {"count-status"},
    ),
    (
        "UPDATE stock_count_lines SET open_key = NULL WHERE "
        + first("stock_count_lines", "open_key IS NOT NULL"),
        {"count-place"},
    ),
    (
        "UPDATE stock_count_scans SET counted = counted + 1 WHERE "
        "id = (SELECT MAX(id) FROM stock_count_scans)",
        {"count-scans"},
    ),
    (
        "UPDATE stock_variances SET quantity = quantity + 1 WHERE "
        + first("stock_variances", "posted IS NULL"),
        {"variance-units"},
    ),
    (
        "UPDATE stock_variances SET status = 'explained' WHERE "
        + first("stock_variances", "posted IS NOT NULL"),
        {"variance-status"},
    ),
    (
        "UPDATE stock_movements SET count_id = NULL WHERE "
        + first("stock_movements", "count_id IS NOT NULL"),
        {"count-movements"},
    ),
    (
        "UPDATE orders SET allowance = allowance - 1 WHERE "
        + first("orders", "allowance > 0 AND payment_status = 'none'"),
        {"order-allowance"},
    ),
    (
        "UPDATE exchanges SET worth = worth + 1 WHERE "
        + first("exchanges", "unsettled_at IS NULL"),
        {"exchange-shares"},
    ),
    (
        "UPDATE returns SET explanation = '[]' WHERE " + first("returns", "refund > 0"),
        {"return-explained"},
    ),
    (
        "UPDATE claims SET explanation = '[]' WHERE " + first("claims", "refund > 0"),
        {"claim-explained"},
    ),
    (
        "UPDATE claim_lines SET units = 99 WHERE " + first("claim_lines", "written_off = 0"),
        {"line-made-good"},
    ),
    (
        "UPDATE claim_lines SET written_off = 0 WHERE " + first("claim_lines", "written_off > 0"),
        {"line-written-off"},
    ),
    (
        "UPDATE claims SET settled_at = NULL WHERE " + first("claims", "status = 'settled'"),
        {"claim-settled"},
    ),
    (
        "UPDATE claims SET recovered = asked + 1 WHERE " + first("claims", "recovered > 0"),
        {"claim-recovery"},
    ),
    (
        "UPDATE store_credits SET balance = balance + 1 WHERE " + first("store_credits"),
        {"store-credit-balance"},
    ),
    (
        "UPDATE store_credit_movements SET balance = balance + 1 WHERE "
        + first("store_credit_movements"),
        {"store-credit-movements"},
    ),
    (
        "UPDATE store_credit_movements SET amount = 9000, balance = balance - amount + 9000 WHERE "
        + first("store_credit_movements", "reason = 'revoke'"),
        {"store-credit-balance", "store-credit-movements"},
    ),
    (
        "UPDATE store_credit_movements SET payment_event_id = NULL WHERE "
        + first("store_credit_movements", "reason = 'payment'"),
        {"store-credit-payments"},
    ),
    (
        "UPDATE store_credit_movements SET reason = 'grant' WHERE "
        + first("store_credit_movements", "reason = 'payment_back'"),
        {"store-credit-payments"},
    ),
    (
        "UPDATE returns SET credited = 0 WHERE " + first("returns", "credited > 0"),
        {"store-credit-returns"},
    ),
    (
        "UPDATE returns SET resolution = 'refund' WHERE " + first("returns", "credited > 0"),
        {"store-credit-returns"},
    ),
    (
        "UPDATE store_credits SET customer_id = 0 WHERE " + first("store_credits"),
        {"store-credit-owners"},
    ),
    (
        "UPDATE payment_events SET provider = 'store_credit' WHERE "
        + first("payment_events", "kind = 'capture' AND provider = 'manual'"),
        {"payment-copies"},
    ),
    (
        "INSERT INTO kpi_cells (kpi, day, channel, dimension, dimension_key, bucket, numerator, "
        "denominator) VALUES ('on_time', '2026-01-05', 'online', 'all', '', 0, 1, 1)",
        {"kpi-cells"},
    ),
    ("INSERT INTO kpi_levels (level_id, worth, position) VALUES (1, 5, 1)", {"kpi-levels"}),
    # All was read, and nothing came of it.
    (
        "INSERT INTO log_cursors (reader, position) "
        f"VALUES ('kpis', {2**62}), ('{kpi_measures()}', {2**62})",
        {"kpi-orders"},
    ),
)
