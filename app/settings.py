"""Settings, from the environment: each by its name with the prefix WAYBILL_."""

import os
from dataclasses import fields
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

import orjson
from pydantic import Field, SecretStr, TypeAdapter, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from api.documents import OPERATIONS, Trust
from api.limits import Limits
from app.rates import Rate, Rates
from models import Role
from models.database import is_sqlite
from services import policies
from services.case_deadlines import desk_of
from services.policies import Policy


class Mode(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


DATABASES = ("sqlite", "postgres")
BROADCASTERS = ("memory", "redis", "rediss", "postgres", "postgresql")

SIGNATURES = {f"{kind}{bits}" for kind in ("RS", "PS", "ES") for bits in (256, 384, 512)} | {
    "EdDSA"
}
# On a machine of one's own they would only be in the way.
PRODUCTION = {"rate_per_actor": 50.0, "rate_per_address": 100.0, "subscriptions_per_actor": 1_000}


class Settings(BaseSettings):
    """`database_url` is sqlite://FILE or postgres://…; `broadcast_url` is memory://, redis://…
    or postgres://….

    Sizes are in bytes, times in seconds, rates in calls a second. Rates and
    `subscriptions_per_actor` may be 0 for none, which they are in development. `allowed_origins`
    lists the web pages on other hosts, such as https://shop.example, that may call. A websocket
    that has not answered a ping, sent every `keepalive`, before the next one is due, is dropped; a
    stream over HTTP says something as often. `trusted_proxies` are addresses or networks whose
    word on where a call comes from is believed. `secret` signs links to papers; without it they
    are good as long as the processes that were started together.

    `metrics_token` opens /metrics, which is not there in production without one; `traces` sends
    spans by OpenTelemetry, as its own variables OTEL_* say.

    `oidc_issuer` and `oidc_audience` name the identity provider whose tokens staff may call with;
    `oidc_roles` says which role goes with which value of `oidc_role_claim` (a.b reaches into it),
    the first that fits, as {"waybill-admins": "admin"}. Its keys are kept for `oidc_keys_lifetime`
    and asked for anew every `oidc_refresh` at the most.
    """

    model_config = SettingsConfigDict(env_prefix="WAYBILL_", frozen=True)

    database_url: str = "sqlite://data/waybill.sqlite3"
    database_connections: int = Field(default=10, ge=1)
    broadcast_url: str = "memory://"
    mode: Mode = Mode.DEVELOPMENT
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    secret: SecretStr | None = Field(default=None, min_length=16)
    allowed_origins: Annotated[list[str], NoDecode] = []
    trusted_proxies: Annotated[list[str], NoDecode] = []
    depth_limit: int = Field(default=20, ge=1)
    alias_limit: int = Field(default=200, ge=0)
    field_limit: int = Field(default=2_000, ge=1)
    token_limit: int = Field(default=4_000, ge=1)
    cost_limit: int = Field(default=100_000, ge=1)
    batch_limit: int = Field(default=1, ge=1)
    operation_timeout: float = Field(default=30.0, gt=0)
    rate_per_actor: float | None = Field(default=None, ge=0)
    rate_per_address: float | None = Field(default=None, ge=0)
    compiled: bool = True
    trusted_documents: Trust = Trust.OFF
    trusted_documents_folder: Path | None = None
    rate_burst: float = Field(default=10.0, ge=1)
    body_limit: int = Field(default=1_000_000, ge=1)
    body_timeout: float = Field(default=30.0, gt=0)
    subscriptions_per_connection: int = Field(default=100, ge=1)
    subscriptions_per_actor: int | None = Field(default=None, ge=0)
    connection_init_timeout: float = Field(default=10.0, gt=0)
    metrics_token: SecretStr | None = None
    traces: bool = False
    oidc_issuer: str = ""
    oidc_audience: str = ""
    oidc_keys_url: str = ""
    oidc_algorithms: list[str] = ["RS256", "ES256"]
    oidc_role_claim: str = "roles"
    oidc_roles: dict[str, Role] = {}
    oidc_leeway: float = Field(default=30.0, ge=0, le=300)
    oidc_keys_lifetime: float = Field(default=3600.0, gt=0)
    oidc_refresh: float = Field(default=10.0, ge=0)
    keepalive: float = Field(default=20.0, gt=0)
    shutdown_timeout: int = Field(default=10, ge=1)

    @model_validator(mode="before")
    @classmethod
    def _is_fit_for_production(cls, given: dict[str, Any]) -> dict[str, Any]:
        return (PRODUCTION if given.get("mode") == Mode.PRODUCTION else {}) | given

    @field_validator("database_url")
    @classmethod
    def _is_a_database(cls, url: str) -> str:
        scheme, _, rest = url.partition("://")
        # A database in memory would be another one for each command.
        if scheme not in DATABASES or rest in ("", ":memory:"):
            raise ValueError("Give sqlite://FILE or postgres://USER@HOST/DATABASE")
        return url

    @field_validator("broadcast_url")
    @classmethod
    def _is_a_broadcaster(cls, url: str) -> str:
        if urlsplit(url).scheme not in BROADCASTERS:
            raise ValueError("Give memory://, redis://HOST:PORT/0 or postgres://USER@HOST/DATABASE")
        return url

    @field_validator("oidc_algorithms")
    @classmethod
    def _are_signatures(cls, names: list[str]) -> list[str]:
        # With a shared secret, or none, whoever can check a token can make one.
        if not names or set(names) - SIGNATURES:
            raise ValueError(f"Give some of {', '.join(sorted(SIGNATURES))}")
        return names

    @field_validator("oidc_roles")
    @classmethod
    def _are_of_staff(cls, roles: dict[str, Role]) -> dict[str, Role]:
        if {Role.CUSTOMER, Role.SUPPLIER} & set(roles.values()):
            raise ValueError("Give roles of staff")
        return roles

    @model_validator(mode="after")
    def _knows_its_provider(self) -> Self:
        if self.oidc_issuer and not (self.oidc_audience and self.oidc_roles):
            raise ValueError("Beside WAYBILL_OIDC_ISSUER set WAYBILL_OIDC_AUDIENCE and _ROLES")
        for address in (self.oidc_issuer, self.oidc_keys_url):
            is_local = urlsplit(address).hostname in ("localhost", "127.0.0.1", "::1")
            if address and not (address.startswith("https://") or is_local):
                raise ValueError("An identity provider is asked over https")
        return self

    @field_validator("allowed_origins", "trusted_proxies", mode="before")
    @classmethod
    def _is_a_list(cls, given: Any) -> Any:
        if not isinstance(given, str):
            return given
        try:
            return orjson.loads(given)
        except orjson.JSONDecodeError:
            raise ValueError('Give a list, such as ["https://shop.example"]') from None

    @property
    def is_development(self) -> bool:
        return self.mode is Mode.DEVELOPMENT

    @property
    def limits(self) -> Limits:
        """What one operation may ask for."""
        return Limits(
            depth=self.depth_limit,
            aliases=self.alias_limit,
            fields=self.field_limit,
            tokens=self.token_limit,
            cost=self.cost_limit,
            page=policies.current().page_limit,
            seconds=self.operation_timeout,
        )

    @property
    def document_folders(self) -> list[Path]:
        """Where trusted documents are: Waybill's own, and the shop's."""
        return [OPERATIONS, *filter(None, [self.trusted_documents_folder])]

    @property
    def rates(self) -> Rates:
        """How often somebody may call, shared through Redis where that is the broadcaster."""
        is_shared = urlsplit(self.broadcast_url).scheme in ("redis", "rediss")
        return Rates(
            actor=self._rate(self.rate_per_actor),
            address=self._rate(self.rate_per_address),
            redis_url=self.broadcast_url if is_shared else None,
        )

    def _rate(self, per_second: float | None) -> Rate | None:
        if not per_second:
            return None
        return Rate(per_second=per_second, most=max(1.0, per_second * self.rate_burst))

    @property
    def can_have_several_processes(self) -> bool:
        """One file has one writer, and memory is shared with nobody."""
        return not (is_sqlite(self.database_url) or self.broadcast_url.startswith("memory:"))


@cache
def settings() -> Settings:
    return Settings()


@cache
def policy() -> Policy:
    """The shop's policies, from the environment like every other setting."""
    values = {each.name: os.environ.get(f"WAYBILL_{each.name.upper()}") for each in fields(Policy)}
    given = {name: value for name, value in values.items() if value is not None}
    found: Policy = TypeAdapter(Policy).validate_python(given)
    # Opening hours that make no sense are told at the start, not with the first case.
    desk_of(found)
    return found
