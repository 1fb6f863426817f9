"""Staff who call with the tokens of an identity provider, over HTTP and websocket."""

import asyncio
import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Iterator

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from pydantic import ValidationError

from app.settings import Settings
from models import Event, Person, Role
from services import people
from services.actors import SYSTEM
from tests.clients import bearer, opened
from tests.issuer import Issuer
from tests.servers import Served, served

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

ME = "{ me { id name role } }"
WATCH = "subscription { events { kind } }"


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with Issuer().listening() as listening:
        yield listening


@pytest.fixture
async def server(database_url: str, issuer: Issuer) -> AsyncIterator[Served]:
    async with served(database_url, **issuer.settings, oidc_refresh=0.2) as running:
        yield running


async def ask(server: Served, token: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=server.url, timeout=60) as client:
        return await client.post("/graphql", json={"query": ME}, headers=bearer(token))


async def me(server: Served, token: str) -> dict[str, str]:
    answer = await ask(server, token)
    assert answer.status_code == 200, answer.text
    found: dict[str, str] = answer.json()["data"]["me"]
    return found


class TestToken:
    async def test_gives_the_first_role_that_fits_and_signs_in_once(self, server, issuer):
        token = issuer.token()

        clerk = await me(server, token)
        assert await me(server, token) == clerk
        boss = await me(server, issuer.token(sub="b", realm={"groups": ["desk", "bosses"]}))

        assert (clerk["name"], clerk["role"]) == ("Karla Klein", "CLERK")
        assert boss["role"] == "ADMIN"
        told = await Event.filter(kind__in=["PersonCreated", "SignedIn"]).order_by("id")
        assert [each.kind for each in told] == ["PersonCreated", "SignedIn"] * 2
        assert issuer.asked == 1

    async def test_changes_the_role_when_the_provider_does(self, server, issuer):
        before = await me(server, issuer.token())

        after = await me(server, issuer.token(realm={"groups": ["bosses"]}))

        assert after == before | {"role": "ADMIN"}
        [event] = await Event.filter(kind="PersonRoleSet")
        assert (event.details["role_before"], event.details["role"]) == ("clerk", "admin")

    async def test_opens_nothing_for_who_was_deactivated_here(self, server, issuer):
        await me(server, issuer.token())
        await people.deactivate(SYSTEM, (await Person.get(name="Karla Klein")).id)

        assert (await ask(server, issuer.token())).status_code == 401

    @pytest.mark.parametrize(
        "given",
        [
            {"exp": 1_000_000_000},
            {"exp": None},
            {"iss": "https://elsewhere.example"},
            {"aud": "another-program"},
            {"sub": None},
            {"nbf": 4_000_000_000},
            {"exp": 10**30},
            {"realm": {"groups": ["everybody"]}},
            {"realm": "desk"},
            {"name": "no such key"},
        ],
    )
    async def test_that_does_not_fit_opens_nothing(self, server, issuer, given):
        assert (await ask(server, issuer.token(**given))).status_code == 401
        assert not await Person.filter(subject__isnull=False).exists()

    async def test_that_is_not_signed_by_the_provider_opens_nothing(self, server, issuer):
        name, key = next(iter(issuer.keys.items()))
        public = key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        forged = Issuer()
        header, claims, signature = issuer.token().split(".")
        tokens = [
            # With what is public as a shared secret, with nothing, by somebody else, cut off.
            signed_by_secret(issuer, public),
            jwt.encode(
                jwt.decode(issuer.token(), options={"verify_signature": False}), None, "none"
            ),
            issuer.token(name=name, key=next(iter(forged.keys.values()))),
            f"{header}.{claims}.",
            f"{header}.{claims}.{signature[:-4]}AAAA",
            "a.b.c",
            "x" * 30_000 + "..",
        ]

        assert [(await ask(server, token)).status_code for token in tokens] == [401] * 7

    async def test_may_be_as_late_as_clocks_differ(self, server, issuer):
        assert (await me(server, issuer.token(exp=int(time.time()) - 10)))["role"] == "CLERK"


def unsigned(issuer: Issuer) -> str:
    claims = jwt.decode(issuer.token(), options={"verify_signature": False})
    return jwt.encode(claims, None, "none")


def signed_by_secret(issuer: Issuer, secret: bytes) -> str:
    """What libraries refuse to make: a public key as the secret both sides share."""
    header, claims, _ = issuer.token().split(".")
    name = jwt.get_unverified_header(issuer.token())["kid"]
    header = urlsafe_b64encode(json.dumps({"alg": "HS256", "kid": name}).encode()).decode()
    begun = f"{header.rstrip('=')}.{claims}"
    proof = hmac.new(secret, begun.encode(), "sha256").digest()
    return f"{begun}.{urlsafe_b64encode(proof).decode().rstrip('=')}"


class TestKeys:
    async def test_that_are_new_are_fetched_when_a_token_names_them(self, server, issuer):
        old = issuer.token()
        await me(server, old)
        await asyncio.sleep(0.2)
        issuer.rotate()

        assert (await me(server, issuer.token()))["role"] == "CLERK"
        assert (await ask(server, old)).status_code == 401
        assert 2 <= issuer.asked <= 3

    async def test_are_not_fetched_for_every_unknown_name(self, server, issuer):
        await me(server, issuer.token())
        begun, before = time.monotonic(), issuer.asked

        for n in range(30):
            assert (await ask(server, issuer.token(name=f"made up {n}"))).status_code == 401

        assert issuer.asked - before <= 1 + (time.monotonic() - begun) / 0.2

    async def test_that_are_known_serve_while_the_provider_is_away(self, server, issuer):
        await me(server, issuer.token())
        issuer.is_away = True

        assert (await ask(server, issuer.token(name="unknown"))).status_code == 401
        assert (await me(server, issuer.token()))["role"] == "CLERK"


class TestSocket:
    async def test_ends_when_the_token_does(self, server, issuer):
        # The leeway is 30 s, and the end comes 2 s from now.
        token = issuer.token(exp=int(time.time()) - 28)
        async with opened(server.url) as socket:
            await socket.introduce(token)
            await socket.subscribe("1", WATCH)

            assert await socket.close_code() == 4403

    async def test_ends_when_the_role_changes(self, server, issuer):
        async with opened(server.url) as socket:
            await socket.introduce(issuer.token(realm={"groups": ["bosses"]}))
            await socket.subscribe("1", WATCH)

            await me(server, issuer.token(realm={"groups": ["desk"]}))

            assert await socket.close_code() == 4403

    async def test_does_not_open_for_a_token_that_does_not_fit(self, server, issuer):
        async with opened(server.url) as socket:
            await socket.send({"type": "connection_init", "payload": bearer(issuer.token(aud="x"))})

            assert await socket.close_code() == 4403


class TestSettings:
    @pytest.mark.parametrize(
        "given",
        [
            {"oidc_algorithms": ["HS256"]},
            {"oidc_algorithms": ["none"]},
            {"oidc_algorithms": []},
            {"oidc_roles": {"x": Role.CUSTOMER}},
            {"oidc_issuer": "http://id.example"},
            {"oidc_audience": ""},
            {"oidc_roles": {}},
        ],
    )
    def test_that_would_open_doors_are_refused(self, database_url, given):
        usual = {
            "oidc_issuer": "https://id.example",
            "oidc_audience": "waybill",
            "oidc_roles": {"desk": "clerk"},
        }
        Settings(**usual)

        with pytest.raises(ValidationError):
            Settings(**usual | given)
