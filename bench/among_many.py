"""Pages of orders among ever more of them, in process."""

from bench import growing
from bench.measure import Cost, Side
from bench.questions import ORDERS, Question
from bench.reading import asking
from bench.shop import LISTED
from bench.site import Site
from bench.table import Row, rows_of

DOCUMENT = f"""
query Found($filter: OrderFilter, $search: String, $sort: OrderSort! = NEWEST) {{
  orders(first: {LISTED}, filter: $filter, search: $search, sort: $sort) {{ {ORDERS} }}
}}
"""
PAGES = {
    "newest": {},
    "of a status": {"filter": {"status": ["CONFIRMED"]}},
    "of two statuses": {"filter": {"status": ["CONFIRMED", "IN_PROGRESS"]}},
    "of a customer": {"filter": {"customerId": "CUS-1001"}},
    "of a customer, of a status": {"filter": {"customerId": "CUS-1001", "status": ["COMPLETED"]}},
    "highest total": {"sort": "HIGHEST_TOTAL"},
    "by telephone, highest total": {"filter": {"channel": ["PHONE"]}, "sort": "HIGHEST_TOTAL"},
    "search a number": {"search": "ORD-1001"},
    "search a reference": {"search": "no such reference"},
    "search a name": {"search": "customer 4711"},
    "search a note": {"search": "with neighbor 600"},
}
# In each round.
READS = 3


async def grown(site: Site) -> list[Row]:
    """Pages of 50 orders among many against the same pages among the fewest."""
    rows: list[Row] = []
    fewest: dict[str, list[Cost]] = {}
    for orders in site.effort.grown:
        await growing.grow(site.bare, orders)
        for what, variables in PAGES.items():
            question = Question(document=DOCUMENT, variables=variables)
            ours = Side(work=asking(question, compiled=True))
            many = [await ours.cost(READS) for _ in range(site.effort.rounds + 1)][1:]
            few = fewest.setdefault(what, many)
            rows += rows_of(f"{what}, of {orders:,} orders", site.on, (many, few))
    return rows
