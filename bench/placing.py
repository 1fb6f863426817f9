"""Placing orders of three lines: through the services, and through the whole server."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from api.nodes import encode
from bench import bare, servers
from bench.measure import Side, Work, side_by_side
from bench.servers import Server
from bench.site import Site
from bench.table import Row, rows_of
from models import Customer, Event, Movement, OrderLine, Reservation, Variant
from services import checks, event_log
from services.orders import Draft

PLACE = """
mutation Place($input: OrderPlaceInput!) {
  orderPlace(input: $input) { order { number status } userErrors { code message } }
}
"""
WRITTEN = (OrderLine, Movement, Reservation, Event)


async def by_services(site: Site) -> list[Row]:
    remark = await _statements(site)
    effort = site.effort
    ours, least = Side(work=site.shop.place), Side(work=_least(site))
    costs = await side_by_side(effort.rounds, effort.orders, ours, least)
    await _prove()
    return rows_of("order of 3 lines, services", site.on, costs, remark)


async def by_http(site: Site) -> list[Row]:
    with servers.served(servers.WAYBILL, site.url, site.shop.token) as server:

        async def work() -> None:
            place(server, site.shop.draft())

        effort = site.effort
        ours = Side(work=work, server=server.process)
        costs = await side_by_side(effort.rounds, effort.orders, ours, Side(work=_least(site)))
        remark = f"server RSS {server.megabytes:.0f} MB"
    return rows_of("order of 3 lines, HTTP", site.on, costs, remark)


def place(server: Server, draft: Draft) -> None:
    answer = server.ask(PLACE, input={"order": written(draft)})
    if answer["orderPlace"]["userErrors"]:
        raise RuntimeError(f"An order was refused: {answer}")


def written(draft: Draft) -> dict[str, Any]:
    """A draft as an input of the API."""
    address = draft.shipping_address
    assert address is not None
    return {
        "customerId": encode(Customer(id=draft.customer_id)),
        "channel": draft.channel.name,
        "lines": [
            {"variantId": encode(Variant(id=line.variant_id)), "quantity": line.quantity}
            for line in draft.lines
        ],
        "shippingAddress": {
            "recipient": address.recipient,
            "line1": address.line1,
            "city": address.city,
            "postalCode": address.postal_code,
            "countryCode": address.country_code,
        },
    }


def _least(site: Site) -> Work:
    async def work() -> None:
        await bare.place(site.bare, site.shop.draft())

    return work


async def _statements(site: Site) -> str:
    """How many statements either way takes, both of which must write the same rows."""
    before = await _written()
    with statements_of_tortoise() as statements:
        await site.shop.place()
    between = await _written()
    site.bare.statements = 0
    await _least(site)()
    after = await _written()
    ours = [b - a for a, b in zip(before, between, strict=True)]
    least = [b - a for a, b in zip(between, after, strict=True)]
    if ours != least:
        raise RuntimeError(f"The baseline writes {least} rows where Waybill writes {ours}.")
    return f"{len(statements)} statements : {site.bare.statements}"


async def _written() -> list[int]:
    return [await kind.all().count() for kind in WRITTEN]


@contextmanager
def statements_of_tortoise() -> Iterator[list[Any]]:
    heard: list[Any] = []
    log, handler = logging.getLogger("tortoise.db_client"), logging.Handler()
    handler.emit = heard.append  # type: ignore[method-assign]
    level, log.propagate = log.level, False
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)
    try:
        yield heard
    finally:
        log.removeHandler(handler)
        log.setLevel(level)
        log.propagate = True


async def _prove() -> None:
    """Whatever either side wrote adds up; a baseline that cuts corners would be no baseline."""
    await event_log.take_in()
    if broken := [result.name for result in await checks.run() if result.broken]:
        raise RuntimeError(f"What the bench wrote breaks these rules: {broken}")
