"""Which rows callers see, whatever way leads to them."""

import pytest

from api.execution import core
from api.nodes import KINDS, encode
from models import Event, Order, Person, Role
from services import event_log, orders, people
from services.actors import GUEST, ROLE_PERMISSIONS, SYSTEM
from services.scopes import SCOPES
from tests import cast
from tests.api.examples import (
    MUTATIONS,
    address_of,
    alert_in,
    credit_note_in,
    discount_in,
    example,
    hold_in,
    issue_in,
    needs,
    operation,
    paid,
    price_in,
    tax_rate,
)
from tests.cast import Shop, actor_for, everything
from tests.warehouse import boxed, home, mispicked, wave_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

# What customers see of each kind of row: their own, or the catalog, which is everybody's. Of
# the other kinds they see nothing.
OWN = (
    *("Customer", "Address", "Order", "OrderLine", "DataIssue", "Hold", "Reservation"),
    *("Discount", "Invoice", "CreditNote", "Promise"),
    *("Fulfillment", "FulfillmentLine", "Shipment", "ShipmentLine"),
    *("Package", "PackageLine"),
    *("Payment", "PaymentEvent"),
)
SHARED = ("Product", "Variant", "Carrier", "ShippingMethod", "ShippingZone")


def _row(field):
    """The name of the type of the rows in a list."""
    return field.type.of_type.fields["nodes"].type.of_type.of_type.of_type.name


LISTS = {
    _row(field): name for name, field in core.query_type.fields.items() if "first" in field.args
}


async def live(shop):
    """Let something of every kind happen to the shop's customer."""
    await shop.ships()
    await shop.order("delivered", mug=1, shirt=1)
    await boxed(shop)
    await mispicked(shop)
    await hold_in(shop)
    await issue_in(shop)
    await discount_in(shop)
    await credit_note_in(shop)
    await price_in(shop)
    await tax_rate()
    await address_of(shop)
    await paid(shop)


async def ids():
    """The global ids of all rows, the oldest first, by kind."""
    return {
        name: [encode(row) for row in await kind.all().order_by("id")]
        for name, kind in KINDS.items()
    }


@pytest.fixture
async def ours(shop):
    """The ids of what there is before the stranger comes."""
    await live(shop)
    return await ids()


@pytest.fixture
async def stranger(ours):
    """The customer of another shop, to whom the same happens."""
    shop = await Shop.open()
    await live(shop)
    return actor_for(shop.customer)


class TestCustomer:
    @pytest.mark.parametrize("kind", [kind for kind in OWN if kind in LISTS])
    async def test_finds_their_own_rows_in_a_list(self, api, ours, stranger, customer_actor, kind):
        document = f"{{ {LISTS[kind]}(sort: OLDEST) {{ totalCount nodes {{ id }} }} }}"

        lists = [await api.ask(each, document) for each in (customer_actor, stranger)]

        first, second = ([node["id"] for node in each["nodes"]] for each in lists)
        assert first == ours[kind] != []
        assert first + second == (await ids())[kind] != first
        assert [each["totalCount"] for each in lists] == [len(first), len(second)]

    async def test_reads_their_own_rows_by_id(self, api, ours, stranger, customer_actor):
        for kind, everybodys in (await ids()).items():
            visible = ours[kind] if kind in OWN else everybodys if kind in SHARED else []

            nodes = await api.ask(customer_actor, "Nodes", ids=everybodys)

            assert [node and node["id"] for node in nodes] == [
                each if each in visible else None for each in everybodys
            ]

    async def test_reads_their_own_orders_by_number(self, api, ours, stranger, customer_actor):
        for order in await Order.all():
            found = await api.ask(customer_actor, "Order", number=order.number)

            assert (found is not None) is (order.customer_id == customer_actor.customer_id)

    async def test_does_not_watch_the_order_of_another(self, api, shop, stranger, feed):
        order = await shop.order()

        [answer] = await api.watch(stranger, "OrderTracked", id=order.number)

        assert answer["errors"][0]["extensions"]["code"] == "NOT_FOUND"

    async def test_hears_of_their_own_rows(self, api, shop, ours, stranger, customer_actor, feed):
        await orders.create(SYSTEM, shop.draft(mug=1))
        await event_log.take_in()
        owned = Event.filter(customer_id=customer_actor.customer_id).order_by("position")
        owned = owned.exclude(kind__startswith="Exception").exclude(kind="MispickRecorded")

        heard = await api.watch(customer_actor, "Events", take=await owned.count(), after="0")

        cursors = [answer["data"]["events"]["cursor"] for answer in heard]
        assert cursors == [str(event.position) for event in await owned]
        assert len(cursors) < await Event.all().count() / 2

    @pytest.mark.parametrize(
        "mutation",
        [name for name in MUTATIONS if needs(name) in ROLE_PERMISSIONS[Role.CUSTOMER]],
    )
    async def test_changes_nothing_of_another(self, api, shop, stranger, mutation):
        input = await example(mutation, shop)
        before = await everything()

        [problem] = await api.refusal(stranger, operation(mutation), **input)

        assert problem["code"] == "NOT_FOUND"
        assert problem["path"][0] == "input"
        assert problem["path"][-1].lower().endswith("id")
        assert await everything() == before


class TestGuest:
    async def test_is_shown_no_node(self, api, ours):
        for operation_name, given in (("Node", {"id": "ORD-1001"}), ("Nodes", {"ids": ["x"]})):
            error = await api.error(GUEST, operation_name, **given)

            assert error["code"] == "UNAUTHENTICATED"

    async def test_follows_an_order_by_its_token_and_no_further(self, api, shop, feed):
        order = await shop.order("shipped")

        tracked = await api.ask(GUEST, "TrackedOrder", token=order.tracking_token)
        [answer] = await api.watch(GUEST, "OrderTracked", token=order.tracking_token)

        watched = answer["data"]["orderTracked"]
        assert watched["tracked"] == tracked
        assert watched["order"] is None
        assert tracked["number"] == order.number
        assert tracked["shipments"][0]["status"] == "SHIPPED"

    @pytest.mark.parametrize("token", ["", "wrong", "ORD-1001"])
    async def test_follows_nothing_by_a_wrong_token(self, api, ours, feed, token):
        error = await api.error(GUEST, "TrackedOrder", token=token)
        [answer] = await api.watch(GUEST, "OrderTracked", token=token)

        assert error["code"] == answer["errors"][0]["extensions"]["code"] == "NOT_FOUND"


class TestRelation:
    """A field that leads to a kind of row asks for the permission to see that kind."""

    @pytest.mark.parametrize("kind", KINDS)
    async def test_leads_only_to_what_the_caller_may_see(self, api, shop, ours, kind):
        await alert_in(shop)
        await home(shop.mug, shop.north)
        await wave_of(await shop.fulfillment("released"))
        await shop.expect(shop.mug, 1)
        ada = await Person.create(name="Ada", role=Role.CUSTOMER, customer_id=shop.customer.id)
        await people.make_token(ada.id)
        row = await KINDS[kind].all().order_by("id").first()
        leading = relations(kind)
        fields = " ".join(f"{name} {{ __typename }}" for name in leading) or "id"
        document = f'{{ node(id: "{encode(row)}") {{ ... on {kind} {{ {fields} }} }} }}'

        for role in set(Role) - {Role.CUSTOMER}:
            actor = cast.actor(role, 1)
            answer = await api.send(actor, document)

            if actor.may(SCOPES[KINDS[kind]].permission):
                refused = {error["path"][1] for error in answer.get("errors", [])}
                assert refused == {
                    name
                    for name, target in leading.items()
                    if not actor.may(SCOPES[KINDS[target]].permission)
                }
            else:
                assert answer["data"] == {"node": None}


def relations(kind):
    """The fields of a type that lead to rows, with the type of those."""
    found = {}
    for name, field in core.get_type(kind).fields.items():
        target = field.type
        while hasattr(target, "of_type"):
            target = target.of_type
        if target.name in KINDS:
            found[name] = target.name
    return found
