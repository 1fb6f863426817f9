"""Towns: a database, and the servers on it. On SQLite that is one, on PostgreSQL two with Redis."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.servers import Server, Waybill, servers  # noqa: F401

# The same customer orders the same things all the time.
TRUSTING = {"duplicate_hours": 0, "fraud_review_score": 0}
# What one server seals the other one can read.
TOGETHER = {"secret": "of both servers of a town, as they have one shop"}


@dataclass(frozen=True, kw_only=True)
class Town:
    """`here` and `there` are two servers of one Waybill, or the same one twice."""

    waybill: Waybill
    here: Server
    there: Server

    @property
    def apart(self) -> bool:
        return self.here is not self.there

    def adds_up(self) -> bool:
        """Whether `waybill check` finds nothing broken; else it shows what is."""
        done = self.waybill.run("check")
        assert done.returncode == 0, done.stdout + done.stderr
        return True


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def town(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    servers: Callable[..., Server],  # noqa: F811
) -> Town:
    """The servers of one module's tests, which leave one another's shops alone."""
    folder = tmp_path_factory.mktemp("town")
    if request.param == "sqlite":
        url = request.getfixturevalue("own_sqlite")()
        here = servers(Waybill(folder, url, **TRUSTING))
        return Town(waybill=here.waybill, here=here, there=here)
    return request.getfixturevalue("city")


@pytest.fixture(scope="module")
def city(
    tmp_path_factory: pytest.TempPathFactory,
    own_postgres: Callable[[], str],
    redis_url: str,
    servers: Callable[..., Server],  # noqa: F811
) -> Town:
    """Two servers on PostgreSQL that hear of each other through Redis."""
    waybill = Waybill(
        tmp_path_factory.mktemp("city"),
        own_postgres(),
        broadcast_url=redis_url,
        **TRUSTING,
        **TOGETHER,
    )
    return Town(waybill=waybill, here=servers(waybill), there=servers(waybill))
