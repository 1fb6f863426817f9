"""How many queries an answer costs: the same for few rows and for many."""

from decimal import Decimal

import pytest

from api.execution import core
from models import Invoice, Role
from services import discounts, event_log, holds, invoices, payments, people, stock
from services.actors import SYSTEM
from tests.api.examples import address_of, issue_in, price_in, tax_rate
from tests.cast import STAGES, Shop, actor
from tests.warehouse import boxed, home, mispicked, wave_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

ADMIN = actor(Role.ADMIN, 9)
LISTS = [name for name, field in core.query_type.fields.items() if "first" in field.args]
ORDERS = """
query ($first: Int) {
  orders(first: $first, sort: OLDEST) {
    nodes {
      stage
      fulfillmentStatus
      customer { name addresses { city customer { number } } }
      lines { variant { sku product { name variants { sku } } levels { available } } }
      holds { kind }
      invoices { number credited { amount } lines { sku } creditNotes { reason } }
      creditNotes { invoice { number } }
      discounts { reason line { sku } }
      priceExplanation { description line { sku } }
      reservations { quantity location { code } line { sku } }
      fulfillments {
        location { code }
        lines { quantity line { sku order { number } } }
        shipments { number }
        packages { box lines { quantity } actions { name } }
        pickList { bin { code } sku lines { quantity } }
        mispickCount
        wave { number progress { units } pickList { bin { code } sku } }
        actions { name enabled blockedBy { message } }
      }
      shipments {
        lines { quantity line { sku } }
        events { status }
        actions { name enabled blockedBy { message } }
      }
      actions { name enabled blockedBy { message } }
      timeline(first: 5) { totalCount nodes { kind actor ... on OrderPlaced { order { note } } } }
    }
  }
}
"""


async def busy(orders):
    """Two shops with orders at every stage."""
    shops = [await Shop.open(north=100, south=100) for _ in range(2)]
    for shop in shops:
        await address_of(shop)
        await price_in(shop)
        await tax_rate()
        await _run_out(shop)
        await shop.ships()
        await people.create_token(
            SYSTEM, Role.CUSTOMER, name=f"Ada {shop.mug.sku}", customer_id=shop.customer.id
        )
    # The furthest come first, so that the first few orders have some of everything.
    for n in range(orders):
        order = await shops[n % 2].order(STAGES[-1 - n % len(STAGES)], mug=1, shirt=1)
        if n % len(STAGES) == 4:
            await holds.hold(SYSTEM, order.id, kind="manual", reason="Wait")
            await discounts.give(SYSTEM, order.id, reason="Loyal", rate=Decimal(5))
        elif n % len(STAGES) == 0:
            invoice = await Invoice.get(order_id=order.id)
            await invoices.issue_credit(SYSTEM, invoice.id, reason="Scratched")
        if order.placed_at is not None:
            await payments.authorize(SYSTEM, order.id)
    await _scan(shops[0])
    for shop in shops:
        await issue_in(shop)
        await shop.expect(shop.shirt, 5)
        await shop.backorder(shirt=1)
    await event_log.take_in()


async def _run_out(shop):
    at = {"variant_id": shop.mug.id, "location_id": shop.south.id}
    await stock.adjust(SYSTEM, **at, change=-100, note="Gone")


async def _scan(shop):
    """A wave, a box and a mispick."""
    await home(shop.mug, shop.north)
    await wave_of(await shop.fulfillment("released"), started_by=SYSTEM)
    await boxed(shop)
    await mispicked(shop)


async def cost(api, statements, document, **variables):
    """How many rows a list has, and the queries it was read with."""
    statements.clear()
    answer = await api.ask(ADMIN, document, **variables)
    return len(answer["nodes"]), len(statements)


async def test_fifty_orders_cost_as_many_queries_as_five(api, database, statements):
    await busy(orders=50)

    few, queries = await cost(api, statements, ORDERS, first=5)
    many, same = await cost(api, statements, ORDERS, first=50)

    assert (few, many) == (5, 50)
    assert queries == same


async def test_every_list_costs_the_same_however_long_it_is(api, database, statements):
    documents = {name: whole(name) for name in LISTS}
    await busy(orders=len(STAGES) + 2)
    before = {name: await cost(api, statements, each) for name, each in documents.items()}

    await busy(orders=len(STAGES) + 2)

    after = {name: await cost(api, statements, each) for name, each in documents.items()}
    assert _queries(before) == _queries(after)
    assert [name for name in LISTS if after[name][0] <= before[name][0] < 100] == []


def _queries(costs):
    return {name: queries for name, (_, queries) in costs.items()}


def whole(name):
    """A query for a list, all there is in its rows and in the rows those lead to."""
    rows = named(core.query_type.fields[name].type.of_type.fields["nodes"].type)
    return f"{{ {name}(first: 100) {{ nodes {_selection(rows, depth=3)} }} }}"


def _selection(kind, depth):
    chosen = []
    for name, field in kind.fields.items():
        target = named(field.type)
        if "first" in field.args:
            chosen.append(f"{name}(first: 3) {{ totalCount nodes {{ kind }} }}")
        elif not hasattr(target, "fields"):
            chosen.append(name)
        elif depth > 1:
            chosen.append(f"{name} {_selection(target, depth - 1)}")
    return f"{{ {' '.join(chosen)} }}"


def named(kind):
    while hasattr(kind, "of_type"):
        kind = kind.of_type
    return kind
