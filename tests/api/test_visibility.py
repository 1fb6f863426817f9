"""Which rows callers see, whatever way leads to them."""

import pytest

from api.execution import core
from api.nodes import KINDS, encode
from models import Event, Order, Person, Role, Supplier
from services import event_log, orders, people
from services.actors import GUEST, ROLE_PERMISSIONS, SYSTEM
from services.scopes import SCOPES
from tests import cast, remedies
from tests.api.customers import pair_in
from tests.api.desk import seen_to
from tests.api.examples import (
    MUTATIONS,
    address_of,
    alert_in,
    credit_note_in,
    discount_in,
    example,
    hold_in,
    issue_in,
    landed,
    needs,
    operation,
    paid,
    price_in,
    recalled,
    tax_rate,
)
from tests.api.planning import plan
from tests.buying import actor_of, asked_for, supplier_of
from tests.cast import Shop, actor_for, everything
from tests.counting import count_at
from tests.credit import granted
from tests.customers import buys
from tests.inbound import claim, transfer
from tests.returning import returned
from tests.warehouse import boxed, home, mispicked, wave_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

# What customers see of each kind of row: their own, or the catalog, which is everybody's. Of
# the other kinds they see nothing.
OWN = (
    *("Customer", "Address", "Order", "OrderLine", "DataIssue", "Hold", "Reservation"),
    *("Discount", "Invoice", "CreditNote", "Promise"),
    *("Fulfillment", "FulfillmentLine", "Shipment", "ShipmentLine"),
    *("Package", "PackageLine"),
    *("Payment", "PaymentEvent", "StoreCredit", "StoreCreditMovement"),
    *("ServiceCase", "CaseMessage", "Survey"),
    *("Claim", "ClaimLine", "Exchange"),
    *("Return", "ReturnLine", "ReturnUnit"),
)
# What suppliers see of each kind of row, which is their own; of the other kinds they see nothing.
SUPPLIED = (
    *("Supplier", "SupplierContact", "SupplierItem", "PurchaseOrder", "PurchaseOrderLine"),
    *("Receipt", "ReceiptLine", "SupplierClaim"),
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
    await transfer(shop, "in_transit", mug=1)
    await claim(shop, "sent")
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
    await recalled(shop)
    await asked_for(shop)
    await plan(shop)
    await asked_for(shop, sent_at=None)
    await landed(shop)
    await seen_to(shop)
    await shop.receive(shop.mug, shop.north, 20)
    await remedies.claim(shop)
    await remedies.exchange(shop)
    await returned(shop, "inspected")
    await granted(shop)


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


def listed(kind):
    """A query for the ids of all rows of a kind."""
    return f"{{ {LISTS[kind]}(sort: OLDEST) {{ totalCount nodes {{ id }} }} }}"


class TestCustomer:
    async def test_finds_their_own_rows_in_each_list(self, api, ours, stranger, customer_actor):
        everybodys = await ids()
        for kind in (kind for kind in OWN if kind in LISTS):
            lists = [await api.ask(each, listed(kind)) for each in (customer_actor, stranger)]

            first, second = ([node["id"] for node in each["nodes"]] for each in lists)
            assert first == ours[kind] != [], kind
            assert first + second == everybodys[kind] != first, kind
            assert [each["totalCount"] for each in lists] == [len(first), len(second)], kind

    @pytest.mark.parametrize("filter", ["recovery: [NONE]", 'supplierId: "1"', 'carrier: "UPS"'])
    async def test_learns_nothing_by_filters_of_what_is_not_for_them(
        self, api, shop, customer_actor, filter
    ):
        document = f"{{ claims(filter: {{{filter}}}) {{ totalCount }} }}"

        error = await api.error(customer_actor, document)

        assert error["extensions"]["code"] == "FORBIDDEN"

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

    async def test_changes_nothing_of_another(self, api, shop, stranger):
        for mutation in (n for n in MUTATIONS if needs(n) in ROLE_PERMISSIONS[Role.CUSTOMER]):
            input = await example(mutation, shop)
            before = await everything()

            [problem] = await api.refusal(stranger, operation(mutation), **input)

            assert problem["code"] == "NOT_FOUND", mutation
            assert problem["path"][0] == "input", mutation
            assert problem["path"][-1].lower().endswith("id"), mutation
            assert await everything() == before, mutation


async def visible_to(supplier_id):
    """The ids of the rows that are a supplier's, and were sent to them."""
    lookups = {name: SCOPES[kind] for name, kind in KINDS.items() if name in SUPPLIED}
    found = {}
    for name, scope in lookups.items():
        query = KINDS[name].filter(**{scope.supplier: supplier_id})
        query = query.filter(**{scope.once: True}) if scope.once else query
        found[name] = [encode(row) for row in await query.order_by("id")]
    return found


class TestSupplier:
    @pytest.fixture
    async def supplier(self, shop, ours, stranger):
        """Somebody of the first shop's supplier; the other shop has another one."""
        return actor_of(await supplier_of(shop))

    async def test_finds_their_own_rows_in_each_list(self, api, ours, supplier):
        visible = await visible_to(supplier.supplier_id)
        for kind in (kind for kind in SUPPLIED if kind in LISTS):
            found = await api.ask(supplier, listed(kind))

            assert [node["id"] for node in found["nodes"]] == visible[kind] != [], kind
            assert found["totalCount"] == len(visible[kind]) < await KINDS[kind].all().count()

    async def test_reads_their_own_rows_by_id(self, api, supplier):
        theirs = await visible_to(supplier.supplier_id)
        for kind, everybodys in (await ids()).items():
            nodes = await api.ask(supplier, "Nodes", ids=everybodys)

            assert [node["id"] for node in nodes if node] == theirs.get(kind, []), kind

    @pytest.mark.parametrize(
        "mutation",
        [name for name in MUTATIONS if needs(name) in ROLE_PERMISSIONS[Role.SUPPLIER]],
    )
    async def test_changes_nothing_of_another(self, api, shop, ours, mutation):
        other = await Supplier.create(code="OTHER", name="Other", currency="EUR")
        input = await example(mutation, shop)
        before = await everything()

        [problem] = await api.refusal(actor_of(other), operation(mutation), **input)

        assert problem["code"] == "NOT_FOUND"
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

    async def test_follows_nothing_by_a_wrong_token(self, api, ours, feed):
        for token in ("", "wrong", "ORD-1001"):
            error = await api.error(GUEST, "TrackedOrder", token=token)
            [answer] = await api.watch(GUEST, "OrderTracked", token=token)

            assert error["code"] == answer["errors"][0]["extensions"]["code"] == "NOT_FOUND"


class TestRelation:
    """A field that leads to a kind of row asks for the permission to see that kind."""

    async def test_leads_only_to_what_the_caller_may_see(self, api, shop, ours):
        await alert_in(shop)
        await home(shop.mug, shop.north)
        await wave_of(await shop.fulfillment("released"))
        await shop.expect(shop.mug, 1)
        await count_at(shop, "posted")
        await buys(shop)
        await pair_in(shop)
        ada = await Person.create(name="Ada", role=Role.CUSTOMER, customer_id=shop.customer.id)
        await people.make_token(ada.id)
        supplier = actor_of(await supplier_of(shop))
        for kind in KINDS:
            await self.look(api, kind, supplier)

    async def look(self, api, kind, supplier):
        row = await KINDS[kind].all().order_by("id").first()
        assert row is not None, kind
        leading = relations(kind)
        fields = " ".join(f"{name} {{ __typename }}" for name in leading) or "id"
        document = f'{{ node(id: "{encode(row)}") {{ ... on {kind} {{ {fields} }} }} }}'

        for role in set(Role) - {Role.CUSTOMER}:
            actor = supplier if role is Role.SUPPLIER else cast.actor(role, 1)
            answer = await api.send(actor, document)

            if actor.may(SCOPES[KINDS[kind]].permission):
                refused = {error["path"][1] for error in answer.get("errors", [])}
                hidden = {
                    name
                    for name, target in leading.items()
                    if not actor.may(SCOPES[KINDS[target]].permission)
                }
                assert refused == hidden, (kind, role)
            else:
                assert answer["data"] == {"node": None}, (kind, role)


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
