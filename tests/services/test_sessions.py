import asyncio
import time

import pytest
from argon2 import PasswordHasher

from models import Event, Password, Person, Role, SignInAttempts, Token
from models.errors import Refused
from services import passwords, people, sessions
from services.actors import GUEST, ROLE_PERMISSIONS
from tests.cast import one_database, refuses

PASSWORD = "correct horse battery"


# Hashing slowly is tried once; the rest is about what follows.
QUICK = PasswordHasher(time_cost=1, memory_cost=1_000, parallelism=1)


@pytest.fixture(autouse=True)
def nothing_told_yet(monkeypatch):
    sessions._told.clear()
    monkeypatch.setattr(sessions, "_untold", 0)
    monkeypatch.setattr(passwords, "_hasher", QUICK)
    passwords._nobodys.cache_clear()


@pytest.fixture
async def clara(database, admin):
    person = await people.create(admin, name="Clara", role=Role.CLERK, username="Clara")
    return await passwords.set(admin, person.id, hash=await passwords.hashed(PASSWORD))


async def sign_in(username="clara", password=PASSWORD):
    return await sessions.sign_in(GUEST, await sessions.prove(GUEST, username, password))


async def refusals(*usernames):
    """Fail to sign in by each name; how often each was judged, and how often it had to wait."""
    codes = []
    for username in usernames:
        try:
            await sign_in(username, "wrong password")
        except Refused as refusal:
            codes.append(refusal.problems[0].code)
    return codes


class TestSignIn:
    async def test_gives_a_token_that_expires(self, clara, clock):
        token = await sign_in(" CLARA ")

        actor = await people.authenticate(token.secret)
        assert (actor.person_id, actor.token_id) == (clara.id, token.id)
        assert actor.permissions == ROLE_PERMISSIONS[Role.CLERK]
        assert (await Person.get()).signed_in_at == clock.time
        clock.advance(hours=12)
        assert await people.authenticate(token.secret) is None

    async def test_is_on_record_as_done_by_who_signed_in(self, clara):
        await sign_in()

        event = await Event.get(kind="SignedIn")
        assert event.actor == clara.number
        assert event.details == {"person_id": clara.id, "by": "password"}

    @pytest.mark.parametrize(
        ("username", "password"),
        [
            ("clara", "wrong password"),
            ("nobody", PASSWORD),
            ("", ""),
            ("ü\n" * 9_999, "x" * 99_999),
        ],
    )
    @one_database
    async def test_refuses_all_else_in_the_same_words(self, clara, username, password):
        with pytest.raises(Refused) as refusal:
            await sign_in(username, password)

        assert str(refusal.value) == (
            "There is nobody with this name and this password. Try again."
        )
        assert not await Token.exists()

    @one_database
    async def test_refuses_who_was_deactivated(self, clara, admin):
        await people.deactivate(admin, clara.id)

        assert await refusals("clara") == ["INVALID"]

    @one_database
    async def test_works_as_long_for_names_there_are_as_for_others(
        self, database, admin, monkeypatch
    ):
        monkeypatch.setattr(passwords, "_hasher", PasswordHasher())
        person = await people.create(admin, name="Clara", role=Role.CLERK, username="clara")
        await passwords.set(admin, person.id, hash=await passwords.hashed(PASSWORD))

        async def seconds(username):
            # The time of all threads.
            begun = time.process_time()
            await refusals(username)
            return time.process_time() - begun

        await refusals("warm up")
        known = min([await seconds("clara") for _ in range(3)])
        unknown = min([await seconds("nobody") for _ in range(3)])

        assert 0.4 < known / unknown < 2.5, (known, unknown)


class TestBackOff:
    @pytest.mark.parametrize("username", ["clara", "nobody"])
    @one_database
    async def test_lets_a_name_wait_twice_as_long_each_time(self, clara, clock, username):
        assert await refusals(*[username] * 6) == ["INVALID"] * 5 + ["BLOCKED"]
        for seconds in (1, 2, 4):
            clock.advance(seconds=seconds - 0.1)
            assert await refusals(username) == ["BLOCKED"]
            clock.advance(seconds=0.1)
            assert await refusals(username) == ["INVALID"]

    @one_database
    async def test_ends_when_somebody_signs_in(self, clara, clock):
        await refusals(*["clara"] * 5)
        clock.advance(seconds=1)

        await sign_in()

        assert not await SignInAttempts.exists()

    @one_database
    async def test_keeps_other_names_out_of_it(self, clara, clock):
        await refusals(*["nobody"] * 5)

        assert await sign_in()

    async def test_counts_attempts_at_once_as_many(self, clara, clock):
        answers = await asyncio.gather(*(refusals("clara") for _ in range(12)))

        assert sorted(code for [code] in answers) == ["BLOCKED"] * 7 + ["INVALID"] * 5


class TestAudit:
    @one_database
    async def test_does_not_keep_a_name_nobody_has(self, clara):
        await refusals("my-password-in-the-wrong-field", "clara")

        events = await Event.filter(kind="SignInRefused").order_by("id")
        assert [each.details for each in events] == [
            {"person_id": None, "attempts": 1},
            {"person_id": clara.id, "attempts": 1},
        ]

    @one_database
    async def test_is_not_flooded(self, clara, monkeypatch):
        monkeypatch.setattr(sessions, "MOST_TOLD", 5)
        await refusals(*(f"nobody{n}" for n in range(20)))
        assert await Event.filter(kind="SignInRefused").count() == sessions.MOST_TOLD

        sessions._told.clear()
        await refusals("one more")

        last = await Event.filter(kind="SignInRefused").order_by("-id").first()
        assert last.details["attempts"] == 20 - sessions.MOST_TOLD + 1


class TestSignOut:
    async def test_revokes_the_token_it_is_called_with(self, clara):
        token, other = await sign_in(), await sign_in()

        await sessions.sign_out(await people.authenticate(token.secret))

        assert await people.authenticate(token.secret) is None
        assert await people.authenticate(other.secret)
        assert (await Event.get(kind="TokenRevoked")).details == {"token_id": token.id}


class TestPassword:
    @one_database
    async def test_is_kept_as_an_argon2_hash(self, clara):
        assert (await Password.get()).hash.startswith("$argon2id$")

    @pytest.mark.parametrize("password", ["", "x" * 11, "x" * 501])
    async def test_has_12_to_500_characters(self, password):
        with pytest.raises(Refused):
            await passwords.hashed(password)

    @one_database
    async def test_that_is_new_ends_what_the_old_one_gave(self, clara, admin):
        signed_in = await sign_in()
        scanner = await people.give_token(admin, clara.id, label="Scanner")

        await passwords.set(admin, clara.id, hash=await passwords.hashed("another sentence"))

        assert await people.authenticate(signed_in.secret) is None
        assert await people.authenticate(scanner.secret)
        assert await Event.filter(kind="PasswordSet", actor=admin.label).count() == 2
        assert await sessions.prove(GUEST, "clara", PASSWORD) is None

    @one_database
    async def test_is_changed_by_who_knows_it_and_keeps_them_signed_in(self, clara):
        mine, other = await sign_in(), await sign_in()
        me = await people.authenticate(mine.secret)

        new = await sessions.new_password(me, PASSWORD, "another sentence")
        await passwords.change(me, hash=new)

        assert await people.authenticate(mine.secret)
        assert await people.authenticate(other.secret) is None
        assert await sign_in(password="another sentence")

    @one_database
    async def test_is_not_changed_by_a_guess(self, clara, clock):
        me = await people.authenticate((await sign_in()).secret)

        for _ in range(5):
            assert await sessions.new_password(me, "a guess", "another sentence") is None
        async with refuses(("BLOCKED", ("username",))):
            await sessions.new_password(me, PASSWORD, "another sentence")
        async with refuses(("INVALID", ("currentPassword",))):
            await passwords.change(me, hash=None)
