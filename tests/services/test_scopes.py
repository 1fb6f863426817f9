from datetime import UTC, datetime

import pytest
from tortoise import Tortoise
from tortoise.queryset import QuerySet

import models
from models import CarrierEvent, Customer, Person, PurchaseOrder, Role, ShipmentStatus
from services import scopes
from services.actors import GUEST, ROLE_PERMISSIONS, SYSTEM, Actor
from services.scopes import SCOPES
from tests.api.plenty import fill
from tests.buying import actor_of, asked_for, supplier_of
from tests.cast import Shop, actor_for, refuses

# Rows that nobody is shown one by one.
INTERNAL = {
    models.Counter,
    models.DemandAsk,
    models.DemandDay,
    models.Event,
    models.IdempotencyRecord,
    models.LogCursor,
    models.LeadObservation,
    models.Password,
    models.CustomerMonth,
    models.CustomerTrait,
    models.OrderShare,
    models.SegmentSum,
    models.KpiCell,
    models.KpiEntry,
    models.KpiLevel,
    models.KpiSource,
    models.PaymentDispatch,
    models.SignInAttempts,
    models.SupplierDelivery,
}

# What customers see of their own; exceptions of their orders are for staff alone.
OWNED = [
    kind
    for kind, scope in SCOPES.items()
    if scope.customer is not None and scope.permission in ROLE_PERMISSIONS[Role.CUSTOMER]
]

OF_SUPPLIERS = [kind for kind, scope in SCOPES.items() if scope.supplier is not None]


async def lived_in() -> Shop:
    """A shop with a row of every kind that belongs to its customer."""
    shop = await fill(await Shop.open())
    shipment = await shop.shipment("shipped")
    await CarrierEvent.create(
        shipment_id=shipment.id,
        status=ShipmentStatus.IN_TRANSIT,
        occurred_at=datetime(2026, 1, 2, tzinfo=UTC),
    )
    await Person.create(name="Ada", role=Role.CUSTOMER, customer_id=shop.customer.id)
    return shop


async def ids_of(rows: QuerySet) -> set[int]:
    return set(await rows.values_list("id", flat=True))


class TestVisible:
    async def test_knows_every_kind_of_row(self, database):
        assert set(SCOPES) | INTERNAL == set(Tortoise.apps["models"].values())

    async def test_shows_a_customer_their_own_rows_alone(self, database):
        mine, theirs = await lived_in(), await lived_in()
        mine_and_theirs = {mine.customer.id, theirs.customer.id}
        strangers = await ids_of(models.Customer.exclude(id__in=mine_and_theirs))
        for kind in OWNED:
            seen = await ids_of(scopes.visible(actor_for(mine.customer), kind))
            others = await ids_of(scopes.visible(actor_for(theirs.customer), kind))

            assert seen, kind
            assert others, kind
            assert not seen & others, kind
            rest = await ids_of(kind.all()) - seen - others
            assert rest == (strangers if kind is models.Customer else set()), kind

    async def test_shows_a_supplier_their_own_rows_alone(self, database):
        mine, theirs = await lived_in(), await lived_in()
        me, them = [actor_of(await supplier_of(each)) for each in (mine, theirs)]
        for kind, scope in SCOPES.items():
            seen, others = [await ids_of(scopes.visible(each, kind)) for each in (me, them)]

            assert bool(seen) is bool(others) is (kind in OF_SUPPLIERS), kind
            assert not seen & others, kind
            unsent = await ids_of(kind.filter(**{scope.once: False})) if scope.once else set()
            assert kind not in OF_SUPPLIERS or seen | others | unsent == await ids_of(kind.all())

    async def test_shows_no_supplier_what_was_not_sent(self, shop):
        draft, sent = await asked_for(shop, sent_at=None), await asked_for(shop)
        supplier = actor_of(await supplier_of(shop))

        assert await scopes.find(supplier, PurchaseOrder, sent.id) == sent
        assert set(await scopes.find_all(supplier, PurchaseOrder, [draft.id, sent.id])) == {sent.id}
        for look in (scopes.find, scopes.take):
            async with refuses(("NOT_FOUND", ("id",))):
                await look(supplier, PurchaseOrder, draft.id)

    def test_gives_suppliers_no_permission_for_rows_that_are_not_theirs(self):
        may = ROLE_PERMISSIONS[Role.SUPPLIER]

        assert {kind for kind, scope in SCOPES.items() if scope.permission in may} == {
            *OF_SUPPLIERS
        }

    async def test_shows_nothing_without_the_permission(self, database):
        await lived_in()
        for kind, scope in SCOPES.items():
            rest = Actor(label="X", permissions=SYSTEM.permissions - {scope.permission})

            assert not await ids_of(scopes.visible(rest, kind)), kind
            assert not await ids_of(scopes.visible(GUEST, kind)), kind

    async def test_shows_everything_to_staff_with_the_permission(self, database):
        await lived_in()
        for kind, scope in SCOPES.items():
            staff = Actor(label="X", permissions=frozenset({scope.permission}))

            assert await ids_of(scopes.visible(staff, kind)) == await ids_of(kind.all()), kind

    def test_gives_customers_no_permission_for_rows_that_are_not_theirs(self):
        may = ROLE_PERMISSIONS[Role.CUSTOMER]

        assert {kind for kind, scope in SCOPES.items() if scope.permission in may} == {
            models.Product,
            models.Variant,
            models.Carrier,
            models.ShippingMethod,
            models.ShippingZone,
            *OWNED,
        }


class TestFind:
    async def test_gives_a_row_one_may_see(self, shop, clerk):
        assert await scopes.find(clerk, Customer, shop.customer.id) == shop.customer

    @pytest.mark.parametrize("row_id", [0, -1, 999, 2**63 - 1])
    async def test_refuses_one_that_is_not_there(self, shop, clerk, row_id):
        async with refuses(("NOT_FOUND", ("customerId",))):
            await scopes.find(clerk, Customer, row_id, "customerId")

    async def test_does_not_tell_what_is_not_there_from_what_is_anothers(self, shop):
        stranger = actor_for(await Customer.create(name="Eva"))

        async with refuses(("NOT_FOUND", ("id",))) as theirs:
            await scopes.find(stranger, Customer, shop.customer.id)
        async with refuses(("NOT_FOUND", ("id",))) as nobodys:
            await scopes.find(stranger, Customer, 999)
        assert theirs == nobodys


class TestFindAll:
    async def test_gives_those_of_the_rows_one_may_see(self, shop, clerk):
        ids = [shop.mug.id, shop.shirt.id, shop.mug.id, 999]

        found = await scopes.find_all(clerk, models.Variant, ids)

        assert found == {shop.mug.id: shop.mug, shop.shirt.id: shop.shirt}
