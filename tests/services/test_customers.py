from dataclasses import asdict, replace

import pytest

from models import Address, Customer
from services import customers
from services.actors import SYSTEM
from tests.cast import HOME, all_at_once, one_database, refused, refuses, told

LONG_NAME = "x" * 201


@pytest.fixture
async def address(shop) -> Address:
    return await customers.create_address(SYSTEM, shop.customer.id, HOME)


class TestCreate:
    async def test_enters_a_customer(self, database, clerk):
        customer = await customers.create(
            clerk, name="Eva Lund", email=" Eva@Example.COM ", phone="+49 40 1234"
        )

        stored = await Customer.get(id=customer.id)
        assert (stored.name, stored.email, stored.phone) == (
            "Eva Lund",
            "eva@example.com",
            "+49 40 1234",
        )
        assert (await told("CustomerCreated", by=clerk)).customer_id == customer.id

    async def test_needs_no_more_than_a_name(self, database, clerk):
        one = await customers.create(clerk, name="Eva Lund")
        other = await customers.create(clerk, name="Eva Lund")

        assert (one.email, other.email) == (None, None)

    @one_database
    @pytest.mark.parametrize(
        ("given", "path"),
        [
            ({"name": " "}, ("name",)),
            ({"name": LONG_NAME}, ("name",)),
            ({"email": "eva"}, ("email",)),
            ({"email": "eva@"}, ("email",)),
            ({"email": "eva@example.com\0"}, ("email",)),
            ({"phone": "0" * 41}, ("phone",)),
        ],
    )
    async def test_refuses_what_cannot_be(self, database, clerk, given, path):
        async with refuses(("INVALID", path)):
            await customers.create(clerk, **{"name": "Eva Lund"} | given)

    async def test_refuses_the_email_of_another_in_any_case(self, shop, clerk):
        async with refuses(("TAKEN", ())):
            await customers.create(clerk, name="Eva", email=shop.customer.email.upper())

    async def test_gives_an_email_to_one_of_many_who_ask_at_once(self, database, clerk):
        def enter() -> object:
            return customers.create(clerk, name="Eva", email="eva@example.com")

        outcomes = await all_at_once([enter] * 10)

        assert len(refused(outcomes)) == 9
        assert await Customer.all().count() == 1


class TestUpdate:
    async def test_changes_what_is_given_alone(self, shop, clerk):
        await customers.update(clerk, shop.customer.id, {"phone": "+49 40 1234"})

        stored = await Customer.get(id=shop.customer.id)
        assert (stored.name, stored.phone) == (shop.customer.name, "+49 40 1234")
        assert (await told("CustomerUpdated", by=clerk)).customer_id == shop.customer.id

    async def test_takes_an_email_away(self, shop, clerk):
        await customers.update(clerk, shop.customer.id, {"email": None})

        assert (await Customer.get(id=shop.customer.id)).email is None

    async def test_refuses_to_take_the_name_away(self, shop, clerk):
        async with refuses(("INVALID", ("name",))):
            await customers.update(clerk, shop.customer.id, {"name": None})

    async def test_refuses_the_email_of_another(self, shop, clerk):
        other = await Customer.create(name="Eva", email="eva@example.com")

        async with refuses(("TAKEN", ())):
            await customers.update(clerk, other.id, {"email": shop.customer.email})

    async def test_refuses_a_customer_who_changes_another(self, shop, customer_actor):
        other = await Customer.create(name="Eva")

        async with refuses(("NOT_FOUND", ("id",))):
            await customers.update(customer_actor, other.id, {"name": "Mine"})


class TestArchive:
    async def test_puts_a_customer_away(self, shop, clerk, clock):
        await customers.archive(clerk, shop.customer.id)

        assert (await Customer.get(id=shop.customer.id)).archived_at == clock.time
        assert (await told("CustomerArchived", by=clerk)).customer_id == shop.customer.id

    async def test_refuses_to_do_it_twice(self, shop, clerk):
        await customers.archive(clerk, shop.customer.id)

        async with refuses(("BLOCKED", ("id",))):
            await customers.archive(clerk, shop.customer.id)


class TestCreateAddress:
    async def test_adds_to_the_book(self, shop, clerk):
        row = await customers.create_address(
            clerk, shop.customer.id, replace(HOME, country_code="de", city=" Hamburg ")
        )

        stored = await Address.get(id=row.id)
        assert {name: getattr(stored, name) for name in asdict(HOME)} == asdict(HOME)
        assert (await told("AddressCreated", by=clerk)).customer_id == shop.customer.id

    @one_database
    @pytest.mark.parametrize(
        ("given", "path"),
        [
            ({"recipient": ""}, "recipient"),
            ({"line1": ""}, "line1"),
            ({"line2": LONG_NAME}, "line2"),
            ({"city": ""}, "city"),
            ({"region": LONG_NAME}, "region"),
            ({"postal_code": "0" * 21}, "postalCode"),
            ({"country_code": "XX"}, "countryCode"),
            ({"country_code": "EU"}, "countryCode"),
            ({"country_code": "Germany"}, "countryCode"),
        ],
    )
    async def test_refuses_what_cannot_be(self, shop, clerk, given, path):
        async with refuses(("INVALID", ("address", path))):
            await customers.create_address(clerk, shop.customer.id, replace(HOME, **given))

    async def test_says_everything_that_is_wrong_at_once(self, shop, clerk):
        wrong = replace(HOME, line1="", country_code="")

        line, country = ("address", "line1"), ("address", "countryCode")
        async with refuses(("INVALID", line), ("INVALID", country)):
            await customers.create_address(clerk, shop.customer.id, wrong)

    async def test_refuses_a_customer_who_is_not_there(self, shop, clerk):
        async with refuses(("NOT_FOUND", ("customerId",))):
            await customers.create_address(clerk, 999, HOME)

    async def test_refuses_an_archived_customer(self, shop, clerk):
        await customers.archive(SYSTEM, shop.customer.id)

        async with refuses(("BLOCKED", ("customerId",))):
            await customers.create_address(clerk, shop.customer.id, HOME)


class TestUpdateAddress:
    async def test_changes_what_is_given_alone(self, shop, clerk, address):
        await customers.update_address(clerk, address.id, {"city": "Kiel"})

        stored = await Address.get(id=address.id)
        assert (stored.city, stored.line1) == ("Kiel", HOME.line1)
        assert (await told("AddressUpdated", by=clerk)).customer_id == shop.customer.id

    async def test_leaves_the_orders_there_are_alone(self, shop, clerk, address):
        order = await shop.order("draft")

        await customers.update_address(clerk, address.id, {"city": "Kiel"})

        await order.refresh_from_db()
        assert order.shipping_address == HOME

    @one_database
    @pytest.mark.parametrize("field", ["city", "country_code", "line2"])
    async def test_refuses_null(self, shop, clerk, address, field):
        path = "countryCode" if field == "country_code" else field

        async with refuses(("INVALID", (path,))):
            await customers.update_address(clerk, address.id, {field: None})

    async def test_refuses_a_customer_who_changes_anothers(self, shop, customer_actor):
        stranger = await Customer.create(name="Eva")
        theirs = await customers.create_address(SYSTEM, stranger.id, HOME)

        async with refuses(("NOT_FOUND", ("id",))):
            await customers.update_address(customer_actor, theirs.id, {"city": "Kiel"})


class TestArchiveAddress:
    async def test_takes_it_out_of_the_book(self, shop, clerk, clock, address):
        await customers.archive_address(clerk, address.id)

        assert (await Address.get(id=address.id)).archived_at == clock.time
        assert (await told("AddressArchived", by=clerk)).customer_id == shop.customer.id

    async def test_refuses_to_do_it_twice(self, shop, clerk, address):
        await customers.archive_address(clerk, address.id)

        async with refuses(("BLOCKED", ("id",))):
            await customers.archive_address(clerk, address.id)
