"""How many queries an answer costs: the same for few rows and for many."""

import pytest
from graphql import is_required_argument

from api.execution import core
from models import Fulfillment, Role
from services import event_log, fulfillments, payments
from services.actors import SYSTEM
from tests.api.plenty import fill
from tests.cast import STAGES, Shop, actor, deliver, parcel
from tests.warehouse import packed

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

ADMIN = actor(Role.ADMIN, 9)
LISTS = [name for name, field in core.query_type.fields.items() if "first" in field.args]
ORDERS = """
query ($first: Int) {
  orders(first: $first, sort: NEWEST) {
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
    """Two shops with orders at every stage, of which the newest have some of everything."""
    shops = [await Shop.open(north=100, south=100) for _ in range(2)]
    for n in range(orders):
        order = await shops[n % 2].order(STAGES[n % len(STAGES)], mug=1, shirt=1)
        if order.placed_at is not None:
            await payments.authorize(SYSTEM, order.id)
    for shop in shops:
        await fill(shop)
        await _send_boxed(shop)
    await event_log.take_in()


async def _send_boxed(shop):
    box = await packed(shop)
    work = await Fulfillment.get(id=box.fulfillment_id)
    await parcel(work)
    await fulfillments.hand_over(SYSTEM, work.id)
    await deliver(work)


async def cost(api, statements, document, **variables):
    """How many rows a list has, and the queries it was read with."""
    statements.clear()
    answer = await api.ask(ADMIN, document, **variables)
    return len(answer["nodes"]), len(statements)


async def test_many_orders_cost_as_many_queries_as_few(api, database, statements):
    await busy(orders=50)

    few, queries = await cost(api, statements, ORDERS, first=35)
    many, same = await cost(api, statements, ORDERS, first=70)

    assert (few, many) == (35, 70)
    assert queries == same


async def test_every_list_costs_the_same_however_long_it_is(api, database, statements):
    documents = {name: whole(name) for name in LISTS}
    await busy(orders=len(STAGES) + 2)
    before = {name: await cost(api, statements, each) for name, each in documents.items()}

    await busy(orders=len(STAGES) + 2)

    after = {name: await cost(api, statements, each) for name, each in documents.items()}
    # Rows that two relations lead to are read once where those of one were those of the other.
    assert [name for name in LISTS if after[name][1] > before[name][1] + 1] == []
    assert [name for name in LISTS if after[name][0] <= before[name][0] < 100] == []


def whole(name):
    """A query for a list, all there is in its rows and in the rows those lead to."""
    rows = named(core.query_type.fields[name].type.of_type.fields["nodes"].type)
    return f"{{ {name}(first: 100) {{ nodes {_selection(rows, depth=2)} }} }}"


def _selection(kind, depth):
    chosen = []
    for name, field in kind.fields.items():
        target = named(field.type)
        if any(is_required_argument(each) for each in field.args.values()):
            continue
        if "first" in field.args:
            chosen.append(f"{name}(first: 3) {{ totalCount nodes {{ __typename }} }}")
        elif not hasattr(target, "fields"):
            chosen.append(name)
        elif depth > 1:
            chosen.append(f"{name} {_selection(target, depth - 1)}")
    return f"{{ {' '.join(chosen)} }}"


def named(kind):
    while hasattr(kind, "of_type"):
        kind = kind.of_type
    return kind
