"""GraphiQL: what the server sends, and what it lets a person do without internet."""

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from httpx import ASGITransport, AsyncClient
from playwright.sync_api import ConsoleMessage, Page, Route, WebSocket, expect, sync_playwright
from starlette.applications import Starlette
from starlette.routing import Route as Endpoint

from app import graphiql
from tests.servers import Server, Waybill

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    # These keep the browser itself from calling its maker's hosts.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def needs(there: bool, otherwise: str) -> None:
    if not there and os.environ.get("CI") == "true":
        pytest.fail(otherwise)
    if not there:
        pytest.skip(otherwise)


def needs_build() -> None:
    needs(graphiql.DIST.is_dir(), "GraphiQL is not built: run `make install`")


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncClient:
    monkeypatch.setattr(graphiql, "DIST", tmp_path / "dist")
    monkeypatch.setattr(graphiql, "OPERATIONS", tmp_path / "operations")
    (tmp_path / "dist/assets").mkdir(parents=True)
    (tmp_path / "operations").mkdir()
    app = Starlette(routes=[*graphiql.routes(), Endpoint("/graphql", graphiql.page)])
    return AsyncClient(transport=ASGITransport(app), base_url="http://waybill")


class TestPage:
    async def test_is_the_built_one(self, client: AsyncClient):
        (graphiql.DIST / "index.html").write_text("<title>Waybill</title>")

        response = await client.get("/graphql")

        assert response.text == "<title>Waybill</title>"
        assert response.headers["content-type"] == "text/html; charset=utf-8"

    async def test_says_what_to_run_when_nothing_is_built(self, client: AsyncClient):
        response = await client.get("/graphql")

        assert response.status_code == 200
        assert "make install" in response.text

    @pytest.mark.parametrize("built", [True, False])
    async def test_trusts_only_its_own_server(self, client: AsyncClient, built: bool):
        if built:
            (graphiql.DIST / "index.html").touch()

        headers = (await client.get("/graphql")).headers

        rules = dict(rule.split(" ", 1) for rule in headers["content-security-policy"].split("; "))
        assert rules["default-src"] == "'self'"
        assert rules["frame-ancestors"] == "'none'"
        assert not {"script-src", "connect-src", "worker-src"} & rules.keys()
        assert {source for rule in rules.values() for source in rule.split()} <= {
            "'self'", "'none'", "'unsafe-inline'", "data:",
        }  # fmt: skip
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["vary"] == "Accept"


class TestAssets:
    @pytest.mark.parametrize(
        ("name", "media_type"),
        [
            ("index-1a2b.js", "text/javascript; charset=utf-8"),
            ("graphql.worker-1a2b.js", "text/javascript; charset=utf-8"),
            ("index-1a2b.css", "text/css; charset=utf-8"),
            ("codicon-1a2b.ttf", "font/ttf"),
            ("icon-1a2b.svg", "image/svg+xml"),
        ],
    )
    async def test_are_kept_for_good_by_the_browser(
        self, client: AsyncClient, name: str, media_type: str
    ):
        (graphiql.DIST / "assets" / name).write_text("content")

        response = await client.get(f"/graphql/graphiql/assets/{name}")

        assert response.text == "content"
        assert response.headers["content-type"] == media_type
        assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert response.headers["x-content-type-options"] == "nosniff"

    @pytest.mark.parametrize("name", ["gone.js", "..%2Fsecret.js", "%2e%2e", "index.html"])
    async def test_are_nothing_else(self, client: AsyncClient, name: str):
        (graphiql.DIST / "secret.js").touch()
        (graphiql.DIST / "assets/index.html").touch()

        response = await client.get(f"/graphql/graphiql/assets/{name}")

        assert response.status_code == 404

    def test_are_all_of_a_known_type(self):
        needs_build()

        assert {path.suffix for path in (graphiql.DIST / "assets").iterdir()} <= set(
            graphiql.MEDIA_TYPES
        )


class TestOperations:
    async def test_are_one_tab_for_each_file(self, client: AsyncClient):
        (graphiql.OPERATIONS / "stock.graphql").write_text("query Levels { levels }")
        (graphiql.OPERATIONS / "orders.graphql").write_text("query Orders { orders }")

        response = await client.get("/graphql/graphiql/operations.json")

        assert response.json() == [
            {"query": "query Orders { orders }"},
            {"query": "query Levels { levels }"},
        ]
        assert response.headers["cache-control"] == "no-cache"


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory,
    own_sqlite: Callable[[], str],
    servers: Callable[..., Server],
) -> Server:
    needs(CHROMIUM is not None, "Chromium is not on PATH (on Debian: apt install chromium)")
    needs_build()
    waybill = Waybill(tmp_path_factory.mktemp("shop"), own_sqlite())
    waybill.do("seed", "--orders", "3")
    return servers(waybill)


class Browser:
    """A page without internet, and what it does that a person does not see."""

    def __init__(self, page: Page, home: str) -> None:
        self.page = page
        self.editor = page.get_by_label("Operation Editor").locator(".view-lines")
        self.home = home
        self.strangers: list[str] = []
        self.complaints: list[str] = []
        self.sent: list[list[str]] = []
        self.received: list[list[str]] = []
        page.context.route("**/*", self.refuse_strangers)
        page.on("websocket", self.record)
        page.on("console", self.listen)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(f"{home}/graphql")
        self.editor.wait_for()

    def refuse_strangers(self, route: Route) -> None:
        if route.request.url.startswith(f"{self.home}/"):
            route.continue_()
        else:
            self.strangers.append(route.request.url)
            route.abort()

    def record(self, socket: WebSocket) -> None:
        if socket.url != f"{self.home}/graphql".replace("http", "ws"):
            self.strangers.append(socket.url)
        sent: list[str] = []
        received: list[str] = []
        self.sent.append(sent)
        self.received.append(received)
        socket.on("framesent", lambda frame: sent.append(str(frame)))
        socket.on("framereceived", lambda frame: received.append(str(frame)))

    def listen(self, message: ConsoleMessage) -> None:
        # Monaco without its workers only warns, and then makes the page slow.
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def give(self, token: str) -> None:
        self.page.get_by_label("Bearer token").fill(token)
        self.page.get_by_label("Bearer token").press("Enter")

    def run(self, name: str, operation: str) -> None:
        self.page.get_by_role("button", name="New tab").click()
        self.editor.click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(operation)
        # GraphiQL has understood the operation when its tab bears the name.
        expect(self.page.get_by_role("tab", name=name, selected=True)).to_be_visible()
        self.page.get_by_role("button", name="Execute query").click()

    def follow(self) -> None:
        self.run("Live", "subscription Live { events { __typename } }")
        self.wait_for_events(connection=1)

    def wait_for_events(self, connection: int) -> None:
        deadline = time.monotonic() + 30
        while '"next"' not in str(self.received[connection - 1 :]):
            assert time.monotonic() < deadline, self.received
            # Frames are recorded only while the page is waited for.
            self.page.wait_for_timeout(50)

    def introduction(self, connection: int) -> dict[str, object]:
        return json.loads(self.sent[connection - 1][0])


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


@pytest.fixture
def browser(server: Server) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        expect.set_options(timeout=15_000)
        yield Browser(chromium.new_page(), server.url)
        chromium.close()


class TestBrowser:
    def test_asks_and_follows_without_internet(self, server: Server, browser: Browser):
        token = server.token("admin")
        browser.give(token)

        with browser.page.expect_request(lambda request: "Shop" in str(request.post_data)) as asked:
            browser.run("Shop", "query Shop { __typename }")
        expect(browser.page.get_by_label("Result Window")).to_contain_text('"Query"')
        browser.follow()
        expect(browser.page.get_by_label("Result Window")).to_contain_text('"events"')

        assert browser.page.title() == "Waybill"
        assert asked.value.headers.items() >= bearer(token).items()
        assert browser.introduction(1) == {"type": "connection_init", "payload": bearer(token)}
        assert not browser.strangers
        assert not browser.complaints

    def test_opens_with_the_example_operations(self, browser: Browser):
        files = list(graphiql.OPERATIONS.glob("*.graphql"))

        expect(browser.page.get_by_role("tab")).to_have_count(len(files))

    def test_follows_with_the_new_token_when_it_changes(self, server: Server, browser: Browser):
        browser.give(server.token("admin"))
        browser.follow()
        token = server.token("clerk")

        browser.give(token)
        browser.wait_for_events(connection=2)

        assert browser.introduction(2)["payload"] == bearer(token)

    def test_follows_on_when_the_server_has_restarted(self, server: Server, browser: Browser):
        browser.give(server.token("admin"))
        browser.follow()

        server.stop()
        server.start()

        browser.wait_for_events(connection=2)
