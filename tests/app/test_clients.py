"""The clients people use, as installed from npm and driven by node, against the real server."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from models import Role
from services import event_log
from tests.clients import PATIENCE
from tests.conftest import absent
from tests.servers import Served, served

NPM = Path(__file__).parents[1] / "npm"


@pytest.fixture(scope="session")
def node() -> str:
    """The command for node, with the clients installed."""
    installed = NPM / "node_modules" / "node.txt"
    if not installed.is_file():
        absent("The npm clients are not installed: run `python tests/npm/install.py`")
    return installed.read_text()


@pytest.fixture
async def server(sqlite_url: str) -> AsyncIterator[Served]:
    async with served(sqlite_url) as running:
        yield running


async def told(node: str, server: Served, script: str, *words: str, **given: str) -> Any:
    """What a script prints at its end."""
    process = await asyncio.create_subprocess_exec(
        *(node, script, *words),
        cwd=NPM,
        env=os.environ | {"WAYBILL_URL": f"{server.url}/graphql"} | given,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(PATIENCE / 2):
            printed, complaints = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == 0, complaints.decode()
    return json.loads(printed)


async def test_audits_of_graphql_over_http_all_hold(node: str, server: Served):
    answer = await told(node, server, "audit.js")

    assert answer == {"audits": 61, "failed": []}


@pytest.mark.parametrize(
    "words",
    [
        ("graphql-ws.js",),
        ("graphql-sse.js",),
        ("apollo.js", "websocket"),
        ("apollo.js", "multipart"),
        ("urql.js", "websocket"),
        ("urql.js", "events"),
        ("relay.js",),
    ],
    ids=" ".join,
)
async def test_ask_change_watch_and_resume(node: str, server: Served, words: tuple[str, ...]):
    token = await server.token(Role.CLERK)
    cursor = await event_log.last_position()

    answer = await told(*(node, server, *words), WAYBILL_TOKEN=token, WAYBILL_CURSOR=str(cursor))

    assert (answer["role"], answer["name"]) == ("CLERK", "Ada")
    assert answer["kinds"] == ["CUSTOMER_CREATED"] * 3
    first, second, third = answer["cursors"]
    assert first < second < third
