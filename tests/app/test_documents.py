"""Trusted documents: called by their hash, and where it is wished nothing else."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.documents import OPERATIONS, digest, manifest
from models import Role
from tests.clients import bearer, opened
from tests.servers import Served, Waybill, served

JSON, GRAPHQL = "application/json", "application/graphql-response+json"
WHO = "query Who { me { role } }"
FREE = "{ __typename }"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A shop's own documents: two operations that share a fragment."""
    made = tmp_path / "documents" / "shop"
    made.mkdir(parents=True)
    text = "query Who{me{...P}} query Other{me{...P}} fragment P on Person{role}"
    (made / "people.graphql").write_text(text)
    return made.parent


@pytest.fixture
def ids(folder: Path) -> dict[str, str]:
    return {each["name"]: each["id"] for each in manifest([OPERATIONS, folder])["operations"]}


async def post(server: Served, content: dict[str, Any], accept: str = GRAPHQL) -> httpx.Response:
    headers = bearer(await server.token(Role.CLERK)) | {"Accept": accept}
    async with httpx.AsyncClient(base_url=server.url, headers=headers) as client:
        return await client.post("/graphql", json=content)


def codes(answer: httpx.Response) -> list[str]:
    return [error["extensions"]["code"] for error in answer.json()["errors"]]


def persisted(name: str) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": name}}}


class TestKnown:
    async def test_are_called_by_their_hash_over_http(
        self, sqlite_url: str, folder: Path, ids: dict[str, str]
    ):
        given = {"trusted_documents": "only", "trusted_documents_folder": folder}
        calls: list[dict[str, Any]] = [
            {"documentId": ids["Who"]},
            {"documentId": f"sha256:{ids['Who']}", "operationName": "Who"},
            {"query": "", "documentId": ids["Who"].upper()},
            persisted(ids["Who"]),
        ]
        async with served(sqlite_url, **given) as server:
            for content in calls:
                answer = await post(server, content)

                assert answer.json() == {"data": {"me": {"role": "CLERK"}}}

            headers = bearer(await server.token(Role.CLERK))
            async with httpx.AsyncClient(base_url=server.url, headers=headers) as client:
                for params in (
                    {"documentId": ids["Who"]},
                    {"extensions": json.dumps(persisted(ids["Who"])["extensions"])},
                ):
                    answer = await client.get("/graphql", params=params)

                    assert answer.json() == {"data": {"me": {"role": "CLERK"}}}

    async def test_are_called_by_their_hash_over_a_websocket(
        self, sqlite_url: str, ids: dict[str, str], folder: Path
    ):
        given = {"trusted_documents": "only", "trusted_documents_folder": folder}
        async with served(sqlite_url, **given) as server, opened(server.url) as socket:
            await socket.introduce(await server.token(Role.CLERK))
            payload = persisted(ids["Who"])
            await socket.send({"id": "1", "type": "subscribe", "payload": payload})
            known = await socket.receive()
            await socket.receive()
            await socket.subscribe("2", FREE)
            unknown = await socket.receive()

        assert known["payload"] == {"data": {"me": {"role": "CLERK"}}}
        assert unknown["type"] == "error"
        assert unknown["payload"][0]["extensions"] == {"code": "DOCUMENT_NOT_TRUSTED"}

    async def test_may_be_sent_as_text(self, sqlite_url: str, folder: Path):
        texts = {each["name"]: each["body"] for each in manifest([folder])["operations"]}
        given = {"trusted_documents": "only", "trusted_documents_folder": folder}
        async with served(sqlite_url, **given) as server:
            answer = await post(server, {"query": texts["Who"]})
            both = await post(server, {"query": texts["Who"]} | persisted(digest(texts["Who"])))
            other = await post(server, {"query": texts["Who"]} | persisted(digest(FREE)))

        assert answer.json() == both.json() == {"data": {"me": {"role": "CLERK"}}}
        assert (other.status_code, codes(other)) == (400, ["BAD_REQUEST"])


class TestUnknown:
    @pytest.mark.parametrize(
        "content", [{"query": FREE}, {"query": WHO}, {"query": FREE} | persisted(digest(FREE))]
    )
    async def test_are_not_run_where_only_known_ones_are(
        self, sqlite_url: str, content: dict[str, Any]
    ):
        async with served(sqlite_url, trusted_documents="only") as server:
            new, old = await post(server, content), await post(server, content, JSON)

        assert (new.status_code, old.status_code) == (400, 200)
        assert codes(new)[0] in ("DOCUMENT_NOT_TRUSTED", "PERSISTED_QUERY_NOT_FOUND")
        assert "data" not in new.json()

    async def test_are_run_as_text_where_both_are_welcome(
        self, sqlite_url: str, ids: dict[str, str]
    ):
        async with served(sqlite_url, trusted_documents="also") as server:
            text = await post(server, {"query": FREE})
            asked = await post(server, persisted(digest(FREE)), JSON)
            again = await post(server, {"query": FREE} | persisted(digest(FREE)))
            known = await post(server, {"documentId": ids["Me"]})

        assert text.json() == again.json() == {"data": {"__typename": "Query"}}
        assert asked.json()["errors"][0]["message"] == "PersistedQueryNotFound"
        assert "errors" not in known.json()

    async def test_hashes_are_not_understood_where_they_are_off(self, sqlite_url: str):
        async with served(sqlite_url) as server:
            answer = await post(server, persisted(digest(FREE)), JSON)
            text = await post(server, {"query": FREE} | persisted(digest(FREE)))
            bad = [
                await post(server, each) for each in ({"documentId": 7}, persisted(7), {}, {"q": 1})
            ]

        assert answer.json()["errors"][0]["message"] == "PersistedQueryNotSupported"
        assert text.json() == {"data": {"__typename": "Query"}}
        assert [codes(each) for each in bad] == [["BAD_REQUEST"]] * 4


class TestManifest:
    def test_holds_each_operation_with_the_fragments_it_needs(self, folder: Path):
        written = manifest([folder])

        assert written["format"] == "apollo-persisted-query-manifest"
        other, who = written["operations"]
        assert (other["name"], who["name"]) == ("Other", "Who")
        assert who["type"] == "query"
        assert who["id"] == digest(who["body"])
        assert "query Other" not in who["body"]
        assert "fragment P on Person" in who["body"]

    def test_is_printed_by_a_command(self, sqlite_waybill: Waybill, folder: Path):
        printed = sqlite_waybill.do("documents")

        assert json.loads(printed) == manifest([OPERATIONS])
