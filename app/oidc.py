"""Staff who sign in at an identity provider, and call with the tokens it signs (OpenID Connect).

The provider's keys are fetched, kept for a while, and fetched anew when a token names one that is
not among them; not more often than every so many seconds, however many such tokens come.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Any

import httpx
import jwt

from app.settings import Settings
from models import Role
from services import people
from services.actors import Actor

log = logging.getLogger(__name__)

FETCH_SECONDS = 5.0
MOST_BYTES = 1_000_000
LONGEST_TOKEN = 20_000
REQUIRED = ["exp", "iat", "iss", "aud", "sub"]


@dataclass(kw_only=True)
class Keys:
    """The provider's public keys, by their ids."""

    by_id: Mapping[str | None, jwt.PyJWK]
    fetched_at: float


class Provider:
    """One identity provider, as the settings name it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._keys = Keys(by_id={}, fetched_at=float("-inf"))
        self._tried_at = float("-inf")
        self._fetching = asyncio.Lock()

    async def actor(self, token: str) -> Actor | None:
        """Who calls with a token of this provider, or None where it opens nothing."""
        claims = await self._claims(token)
        role = None if claims is None else self._role(claims)
        if claims is None or role is None:
            return None
        # Its clock may be ahead of ours by so much, for streams as well.
        expires_at = datetime.fromtimestamp(claims["exp"] + self.settings.oidc_leeway, UTC)
        person = await people.recognise(
            f"{claims['iss']} {claims['sub']}",
            name=str(claims.get("name") or claims.get("preferred_username") or claims["sub"]),
            role=role,
            signed_in_at=datetime.fromtimestamp(claims.get("auth_time") or claims["iat"], UTC),
        )
        return None if person is None else people.acting(person, expires_at=expires_at)

    async def _claims(self, token: str) -> dict[str, Any] | None:
        if len(token) > LONGEST_TOKEN:
            return None
        try:
            header = jwt.get_unverified_header(token)
            # The header is the sender's own: it may choose among what is allowed and no more.
            if header.get("alg") not in self.settings.oidc_algorithms:
                return None
            key = await self._key(header.get("kid"))
            if key is None:
                return None
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=self.settings.oidc_algorithms,
                audience=self.settings.oidc_audience,
                issuer=self.settings.oidc_issuer,
                leeway=self.settings.oidc_leeway,
                options={"require": REQUIRED, "strict_aud": False},
            )
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            # Its kind and no more: the text of some of these repeats what was sent.
            log.info("A token of the identity provider was refused: %s", type(error).__name__)
            return None
        return claims if _is_whole(claims) else None

    def _role(self, claims: Mapping[str, Any]) -> Role | None:
        """The first role of the settings whose name the token carries."""
        given: Any = claims
        for part in self.settings.oidc_role_claim.split("."):
            given = given.get(part) if isinstance(given, Mapping) else None
        names = given if isinstance(given, list) else [given]
        return next(
            (role for name, role in self.settings.oidc_roles.items() if name in names), None
        )

    async def _key(self, name: str | None) -> jwt.PyJWK | None:
        keys = self._keys
        is_old = monotonic() - keys.fetched_at > self.settings.oidc_keys_lifetime
        if is_old or name not in keys.by_id:
            async with self._fetching:
                if self._keys is keys and self._may_fetch():
                    await self._fetch()
        # Old keys are better than none while the provider is away.
        return self._keys.by_id.get(name)

    def _may_fetch(self) -> bool:
        return monotonic() - self._tried_at >= self.settings.oidc_refresh

    async def _fetch(self) -> None:
        self._tried_at = monotonic()
        try:
            async with httpx.AsyncClient(timeout=FETCH_SECONDS) as client:
                address = self.settings.oidc_keys_url or await self._discover(client)
                found = jwt.PyJWKSet.from_dict(await _json(client, address))
        except (httpx.HTTPError, jwt.PyJWTError, ValueError, KeyError, TypeError) as error:
            log.warning("The keys of the identity provider cannot be read: %s", error)
            return
        self._keys = Keys(by_id={key.key_id: key for key in found.keys}, fetched_at=monotonic())

    async def _discover(self, client: httpx.AsyncClient) -> str:
        issuer = self.settings.oidc_issuer
        found = await _json(client, f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if found["issuer"] != issuer:
            raise ValueError("the provider calls itself something else")
        return str(found["jwks_uri"])


_provider: Provider | None = None


def use(settings: Settings) -> None:
    """Know the identity provider of the settings from now on, if they name one."""
    global _provider
    _provider = Provider(settings) if settings.oidc_issuer else None


async def identify(token: str) -> Actor | None:
    """Who calls with a token that the identity provider has signed."""
    if _provider is None or token.count(".") != 2:
        return None
    return await _provider.actor(token)


async def _json(client: httpx.AsyncClient, address: str) -> Any:
    async with client.stream("GET", address) as answer:
        answer.raise_for_status()
        body = bytearray()
        async for chunk in answer.aiter_bytes():
            body += chunk
            if len(body) > MOST_BYTES:
                raise ValueError("the answer is too long")
    return httpx.Response(200, content=bytes(body)).json()


def _is_whole(claims: Mapping[str, Any]) -> bool:
    """Whether what will be stored can be."""
    times = [claims["exp"], claims["iat"], claims.get("auth_time", 0)]
    sane = all(isinstance(each, int | float) and 0 <= each < 2**33 for each in times)
    return sane and isinstance(claims["sub"], str) and 0 < len(claims["sub"]) <= 255
