from datetime import timedelta

import pytest

from models import Person, Role, Token
from services import people
from services.actors import ROLE_PERMISSIONS, SYSTEM, Permission
from tests.buying import supplier_of
from tests.cast import one_database, refuses, told


class TestCreateToken:
    async def test_gives_what_opens_the_door(self, database, admin):
        secret = await people.create_token(admin, Role.PICKER, name="Paul", label="Scanner 3")

        actor = await people.authenticate(secret)
        token = await Token.get()
        person = await Person.get()
        assert (person.name, person.role, token.label) == ("Paul", Role.PICKER, "Scanner 3")
        assert (actor.label, actor.person_id, actor.token_id) == (
            person.number,
            person.id,
            token.id,
        )
        assert actor.permissions == ROLE_PERMISSIONS[Role.PICKER]
        assert (await told("TokenCreated", by=admin)).details == {"token_id": token.id}

    async def test_keeps_the_secret_nowhere(self, database, admin):
        secret = await people.create_token(admin, Role.PICKER, name="Paul")

        token = await Token.get()
        event = await told("TokenCreated", by=admin)
        assert len(secret) >= 43
        assert secret not in f"{token.hash} {token.label} {event.details}"

    async def test_knows_a_person_again(self, database, admin):
        for _ in range(2):
            await people.create_token(admin, Role.PICKER, name="Paul")

        assert (await Person.all().count(), await Token.all().count()) == (1, 2)

    async def test_lets_a_customer_act_for_themselves(self, shop, admin):
        secret = await people.create_token(
            admin, Role.CUSTOMER, name="Ada", customer_id=shop.customer.id
        )

        assert (await people.authenticate(secret)).customer_id == shop.customer.id

    async def test_refuses_a_customer_role_without_a_customer(self, shop, admin):
        async with refuses(("INVALID", ("customerId",))):
            await people.create_token(admin, Role.CUSTOMER, name="Ada")

    async def test_refuses_a_customer_for_any_other_role(self, shop, admin):
        async with refuses(("INVALID", ("customerId",))):
            await people.create_token(admin, Role.CLERK, name="Clara", customer_id=shop.customer.id)

    async def test_lets_somebody_act_for_a_supplier(self, shop, admin):
        supplier = await supplier_of(shop)

        secret = await people.create_token(
            admin, Role.SUPPLIER, name="Sofia", supplier_id=supplier.id
        )

        assert (await people.authenticate(secret)).supplier_id == supplier.id

    async def test_refuses_a_supplier_for_any_other_role(self, shop, admin):
        supplier = await supplier_of(shop)
        async with refuses(("INVALID", ("supplierId",))):
            await people.create_token(admin, Role.CLERK, name="Clara", supplier_id=supplier.id)

    async def test_refuses_a_supplier_role_without_a_supplier(self, database, admin):
        async with refuses(("INVALID", ("supplierId",))):
            await people.create_token(admin, Role.SUPPLIER, name="Sofia")
        async with refuses(("NOT_FOUND", ("supplierId",))):
            await people.create_token(admin, Role.SUPPLIER, name="Sofia", supplier_id=999)

    async def test_lets_who_has_lost_their_supplier_do_nothing(self, database):
        lost = await Person.create(name="Sofia", role=Role.SUPPLIER)

        assert people.acting(lost).permissions == frozenset()

    async def test_refuses_a_customer_who_is_not_there(self, database, admin):
        async with refuses(("NOT_FOUND", ("customerId",))):
            await people.create_token(admin, Role.CUSTOMER, name="Ada", customer_id=999)


class TestAuthenticate:
    @pytest.mark.parametrize("secret", ["", "wb_", "wb_guess", "ü", "a\0b", "x" * 100_000])
    async def test_knows_nobody_by_a_guess(self, database, secret):
        await people.create_token(SYSTEM, Role.ADMIN, name="Anna")

        assert await people.authenticate(secret) is None

    async def test_knows_nobody_by_what_is_stored(self, database):
        await people.create_token(SYSTEM, Role.ADMIN, name="Anna")

        assert await people.authenticate((await Token.get()).hash) is None

    async def test_ends_when_the_token_expires(self, database, clock):
        end = clock.time + timedelta(hours=1)
        secret = await people.create_token(SYSTEM, Role.ADMIN, name="Anna", expires_at=end)

        clock.advance(minutes=59)
        assert (await people.authenticate(secret)).expires_at == end
        clock.advance(minutes=1)
        assert await people.authenticate(secret) is None


class TestRevokeToken:
    async def test_closes_the_door(self, database, admin, clock):
        secret = await people.create_token(SYSTEM, Role.PICKER, name="Paul")
        token = await Token.get()

        await people.revoke_token(admin, token.id)

        assert await people.authenticate(secret) is None
        assert (await Token.get()).revoked_at == clock.time
        assert (await told("TokenRevoked", by=admin)).details == {"token_id": token.id}

    async def test_leaves_other_tokens_of_the_person_alone(self, database, admin):
        await people.create_token(SYSTEM, Role.PICKER, name="Paul")
        other = await people.create_token(SYSTEM, Role.PICKER, name="Paul")

        await people.revoke_token(admin, (await Token.all().order_by("id").first()).id)

        assert await people.authenticate(other)

    async def test_refuses_one_that_is_not_there(self, database, admin):
        async with refuses(("NOT_FOUND", ("id",))):
            await people.revoke_token(admin, 999)

    async def test_refuses_to_do_it_twice(self, database, admin):
        await people.create_token(SYSTEM, Role.PICKER, name="Paul")
        token = await people.revoke_token(admin, (await Token.get()).id)

        async with refuses(("BLOCKED", ("id",))):
            await people.revoke_token(admin, token.id)


class TestRoles:
    def test_are_all_told_what_they_may(self):
        assert set(ROLE_PERMISSIONS) == set(Role)

    def test_give_a_customer_nothing_of_the_warehouse(self):
        may = {permission.name for permission in ROLE_PERMISSIONS[Role.CUSTOMER]}

        assert not {name for name in may if name.startswith(("STOCK", "FULFILL", "PEOPLE"))}

    def test_let_a_supplier_read_and_answer_what_is_theirs(self):
        assert ROLE_PERMISSIONS[Role.SUPPLIER] == {
            Permission.SUPPLIERS_READ,
            Permission.PURCHASES_READ,
            Permission.PURCHASES_ANSWER,
        }


class TestPerson:
    @one_database
    async def test_is_created_and_changed_on_record(self, database, admin):
        person = await people.create(admin, name=" Clara ", role=Role.CLERK, username=" CLARA ")
        await people.update(admin, person.id, {"name": "Clara K."})

        found = await Person.get()
        assert (found.name, found.username) == ("Clara K.", "clara")
        for kind in ("PersonCreated", "PersonUpdated"):
            assert (await told(kind, by=admin)).details == {"person_id": person.id}

    async def test_has_a_name_to_sign_in_by_of_their_own(self, database, admin):
        await people.create(admin, name="Clara", role=Role.CLERK, username="clara")

        async with refuses(("TAKEN", ())):
            await people.create(admin, name="Klara", role=Role.CLERK, username="Clara")

    @one_database
    async def test_may_do_other_things_at_once_in_another_role(self, database, admin):
        person = await people.create(admin, name="Clara", role=Role.CLERK)
        token = await people.give_token(admin, person.id)

        await people.set_role(admin, person.id, role=Role.PICKER)

        actor = await people.authenticate(token.secret)
        assert actor.permissions == ROLE_PERMISSIONS[Role.PICKER]
        assert (await told("PersonRoleSet", by=admin)).details == {
            "person_id": person.id,
            "role": "picker",
            "role_before": "clerk",
        }

    @one_database
    async def test_may_not_call_once_deactivated(self, database, admin):
        person = await people.create(admin, name="Clara", role=Role.CLERK)
        token = await people.give_token(admin, person.id)

        await people.deactivate(admin, person.id)

        assert await people.authenticate(token.secret) is None
        assert await told("PersonDeactivated", by=admin)
        async with refuses(("BLOCKED", ("personId",))):
            await people.give_token(admin, person.id)

    @one_database
    async def test_is_never_the_last_admin_to_go(self, database, admin):
        await Person.create(id=admin.person_id, name="Anna", role=Role.ADMIN)

        async with refuses(("BLOCKED", ("id",))):
            await people.deactivate(admin, admin.person_id)
        async with refuses(("BLOCKED", ("id",))):
            await people.set_role(admin, admin.person_id, role=Role.CLERK)
