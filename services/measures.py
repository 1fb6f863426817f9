"""What is counted and timed for Prometheus; `/metrics` shows it.

Where several processes share a port, each keeps its numbers in a file, and whichever is asked
adds up all of them (prometheus-client's multiprocess mode).
"""

from prometheus_client import Counter, Gauge, Histogram

OPERATIONS = Counter(
    "waybill_operations", "Operations, by name, kind and outcome.", ["operation", "kind", "outcome"]
)
OPERATION_SECONDS = Histogram(
    "waybill_operation_seconds", "How long operations take.", ["operation", "kind"]
)
SQL_SECONDS = Histogram(
    "waybill_operation_sql_seconds",
    "How long the database takes for one operation, with the wait for a connection.",
    ["operation"],
)
SQL_STATEMENTS = Histogram(
    "waybill_operation_sql_statements",
    "How many statements one operation takes.",
    ["operation"],
    buckets=(0, 1, 2, 5, 10, 20, 50, 100, 200, 500),
)
REJECTED = Counter("waybill_requests_rejected", "Documents that could not be run.")
COMPILED = Counter(
    "waybill_plans",
    "Root fields answered by a plan (done) or by graphql-core (given up, none).",
    ["outcome"],
)
DELIVERIES = Counter("waybill_deliveries", "Answers of subscriptions that were sent.")
OVERFLOWS = Counter("waybill_inbox_overflows", "Watchers who had to go back to the log.")
WATCHERS = Gauge("waybill_watchers", "Streams that read the feed.", multiprocess_mode="livesum")
LINES = Gauge("waybill_lines", "Open websockets and streams.", multiprocess_mode="livesum")
PROCESSES = Gauge("waybill_processes", "Processes that serve.", multiprocess_mode="livesum")
MEMORY = Gauge(
    "waybill_memory_bytes", "Resident memory at its highest.", multiprocess_mode="livesum"
)
FEED_POSITION = Gauge(
    "waybill_feed_position", "How far the slowest process has come.", multiprocess_mode="livemin"
)
HEARD = Gauge(
    "waybill_broadcaster_connected",
    "Whether every process hears the broadcaster.",
    multiprocess_mode="livemin",
)
LOG_POSITION = Gauge(
    "waybill_log_position", "The end of the event log.", multiprocess_mode="mostrecent"
)
LOG_UNPLACED = Gauge(
    "waybill_log_unplaced", "Committed events without a place.", multiprocess_mode="mostrecent"
)
LOG_LAG = Gauge(
    "waybill_log_lag_seconds",
    "How old the oldest event without a place is.",
    multiprocess_mode="mostrecent",
)
DUE = Gauge(
    "waybill_clockwork_due",
    "What is due and waits for the clockwork; 100 for more.",
    ["job"],
    multiprocess_mode="mostrecent",
)
CLOCKWORK = Counter("waybill_clockwork_runs", "What the clockwork did.", ["job", "outcome"])
