"""Reading over HTTP: a page of orders with everything around them, and next to nothing."""

import orjson

from bench import bare, servers
from bench.measure import Side, side_by_side
from bench.shop import LISTED
from bench.site import Site
from bench.table import Row, rows_of

LIST = """
query List($first: Int!) {
  orders(first: $first) {
    nodes {
      number status total { amount currency } placedAt
      customer { name email }
      lines { ordered total { amount currency } variant { sku name } }
    }
  }
}
"""
TRIFLES = {"{ __typename }": "{ __typename }", "{ me }": "{ me { name role } }"}


async def page(site: Site) -> list[Row]:
    """A page over HTTP against the same bytes made by hand in process."""
    request = servers.asking(LIST, first=LISTED)
    with servers.served(servers.WAYBILL, site.url, site.shop.token) as server:

        async def ask() -> bytes:
            answer: bytes = server.post(request)
            return answer

        async def read() -> bytes:
            return await bare.list_orders(site.bare, LISTED)

        if orjson.loads(await ask()) != orjson.loads(await read()):
            raise RuntimeError("The baseline lists something else than Waybill.")
        effort = site.effort
        ours = Side(work=ask, server=server.process)
        costs = await side_by_side(effort.rounds, effort.lists, ours, Side(work=read))
        remark = f"server RSS {server.megabytes:.0f} MB"
    return rows_of(f"list {LISTED} orders, HTTP", site.on, costs, remark)


async def trifles(site: Site) -> list[Row]:
    """The smallest requests against a server that answers without looking."""
    rows = []
    with servers.both(site.url, site.shop.token) as (waybill, plain):
        for name, query in TRIFLES.items():
            request = servers.asking(query)

            async def ask(request: bytes = request) -> None:
                waybill.post(request)

            async def echo(request: bytes = request) -> None:
                plain.post(request)

            costs = await side_by_side(
                site.effort.rounds,
                site.effort.trifles,
                Side(work=ask, server=waybill.process),
                Side(work=echo, server=plain.process),
            )
            rows += rows_of(f"{name}, HTTP", site.on, costs)
    return rows
