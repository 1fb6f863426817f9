from decimal import Decimal

import pytest

from models import Event, PurchaseOrder, PurchaseOrderStatus, Supplier, SupplierContact
from services import suppliers
from tests.buying import actor_of, asked_for, supplier_of
from tests.cast import MANAGER, refuses, told


class TestCreate:
    async def test_enters_a_supplier(self, database):
        row = await suppliers.create(
            MANAGER,
            code=" acme ",
            name="Acme",
            currency="eur",
            email="Orders@Acme.Example",
            country_code="it",
            minimum=(Decimal("250.00"), "EUR"),
            tolerance=Decimal("2.5"),
        )

        stored = await Supplier.get(id=row.id)
        assert (stored.code, stored.currency, stored.country_code) == ("ACME", "EUR", "IT")
        assert (stored.email, stored.minimum) == ("orders@acme.example", 25_000)
        assert (stored.tolerance, stored.lead_days) == (25_000, 14)
        assert (await told("SupplierCreated", by=MANAGER)).supplier_id == row.id

    async def test_tells_everything_that_is_wrong_at_once(self, database):
        async with refuses(
            ("INVALID", ("code",)),
            ("INVALID", ("name",)),
            ("INVALID", ("currency",)),
            ("INVALID", ("email",)),
            ("INVALID", ("webhookUrl",)),
            ("INVALID", ("leadDays",)),
            ("INVALID", ("tolerance",)),
            ("INVALID", ("minimum",)),
            ("INVALID", ("countryCode",)),
        ):
            await suppliers.create(
                MANAGER,
                code=" ",
                name="",
                currency="XXY",
                email="nobody",
                webhook_url="ftp://x",
                lead_days=-1,
                tolerance=Decimal(101),
                minimum=(Decimal(1), "EUR"),
                country_code="ZZ",
            )

    async def test_refuses_a_code_that_another_has(self, shop):
        code = (await supplier_of(shop)).code

        async with refuses(("TAKEN", ())):
            await suppliers.create(MANAGER, code=code, name="Acme", currency="EUR")


class TestUpdate:
    async def test_changes_what_is_given(self, shop):
        row = await supplier_of(shop)

        await suppliers.update(MANAGER, row.id, {"lead_days": 5, "note": "Slow in August"})

        stored = await Supplier.get(id=row.id)
        assert (stored.lead_days, stored.note, stored.name) == (5, "Slow in August", "Acme")
        assert stored.version == row.version + 1
        await told("SupplierUpdated", by=MANAGER)

    async def test_refuses_another_currency_while_anything_is_sold_in_it(self, shop):
        row = await supplier_of(shop)

        async with refuses(("BLOCKED", ("currency",))):
            await suppliers.update(MANAGER, row.id, {"currency": "USD"})

    async def test_takes_another_currency_with_another_minimum(self, database):
        minimum = (Decimal(100), "EUR")
        row = await suppliers.create(MANAGER, code="A", name="A", currency="EUR", minimum=minimum)

        async with refuses(("BLOCKED", ("currency",))):
            await suppliers.update(MANAGER, row.id, {"currency": "JPY"})
        changes = {"currency": "JPY", "minimum": (Decimal(20_000), "JPY")}
        row = await suppliers.update(MANAGER, row.id, changes)

        assert (row.currency, row.minimum) == ("JPY", 20_000)

    async def test_is_not_for_another_supplier(self, shop):
        ours = await supplier_of(shop)
        other = await suppliers.create(MANAGER, code="B", name="B", currency="EUR")

        async with refuses(("NOT_FOUND", ("id",))):
            await suppliers.update(actor_of(other), ours.id, {"name": "Mine"})


class TestArchive:
    async def test_puts_a_supplier_away(self, shop):
        row = await supplier_of(shop)

        row = await suppliers.archive(MANAGER, row.id)

        assert row.archived_at is not None
        async with refuses(("BLOCKED", ("id",))):
            await suppliers.update(MANAGER, row.id, {"name": "Acme again"})

    @pytest.mark.parametrize("status", PurchaseOrderStatus)
    async def test_waits_for_the_end_of_every_order(self, shop, status):
        order = await asked_for(shop)
        await PurchaseOrder.filter(id=order.id).update(status=status)

        if status in suppliers.UNFINISHED:
            async with refuses(("BLOCKED", ("id",))):
                await suppliers.archive(MANAGER, order.supplier_id)
        else:
            assert (await suppliers.archive(MANAGER, order.supplier_id)).archived_at


class TestContact:
    async def test_works_at_a_supplier(self, shop):
        supplier = await supplier_of(shop)

        row = await suppliers.create_contact(MANAGER, supplier.id, name=" Jens ", duty="Sales")
        await suppliers.update_contact(MANAGER, row.id, {"phone": "1", "email": "j@example.com"})
        await suppliers.archive_contact(MANAGER, row.id)

        stored = await SupplierContact.get(id=row.id)
        assert (stored.name, stored.phone, stored.email) == ("Jens", "1", "j@example.com")
        assert stored.archived_at is not None
        kinds = (
            await Event.filter(supplier_id=supplier.id)
            .order_by("id")
            .values_list("kind", flat=True)
        )
        assert kinds == [
            "SupplierContactCreated",
            "SupplierContactUpdated",
            "SupplierContactArchived",
        ]

    async def test_tells_everything_that_is_wrong_at_once(self, shop):
        supplier = await supplier_of(shop)

        async with refuses(("INVALID", ("name",)), ("INVALID", ("email",))):
            await suppliers.create_contact(MANAGER, supplier.id, name="", email="x")

    async def test_is_not_entered_at_a_supplier_who_was_put_away(self, database):
        row = await suppliers.create(MANAGER, code="A", name="A", currency="EUR")
        await suppliers.archive(MANAGER, row.id)

        async with refuses(("BLOCKED", ("supplierId",))):
            await suppliers.create_contact(MANAGER, row.id, name="Jens")
