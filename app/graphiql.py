"""GraphiQL in development: the page at /graphql and what it loads, all of it from this server."""

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

ROOT = Path(__file__).resolve().parents[1]
DIST = ROOT / "web" / "dist"
OPERATIONS = ROOT / "graphql" / "operations"

MEDIA_TYPES = {
    ".css": "text/css",
    # Python's table comes from the machine, and some machines call scripts text/plain, which
    # browsers refuse to run beside nosniff.
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
}
NOSNIFF = {"X-Content-Type-Options": "nosniff"}
PAGE_HEADERS = NOSNIFF | {
    "Content-Security-Policy": "; ".join(
        [
            "default-src 'self'",
            # Monaco writes its theme and the place of every line as inline styles, and GraphiQL's
            # style sheet carries fonts and images inside itself.
            "style-src 'self' 'unsafe-inline'",
            "font-src 'self' data:",
            "img-src 'self' data:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ]
    ),
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
    # The same address answers programs with JSON.
    "Vary": "Accept",
}
NOT_BUILT = """<!doctype html>
<html lang="en">
<title>Waybill</title>
<h1>GraphiQL is not built</h1>
<p>Run <code>make install</code>, then load this page again. The API itself is running.</p>
"""


def page(request: Request) -> Response:
    index = DIST / "index.html"
    if not index.is_file():
        return HTMLResponse(NOT_BUILT, headers=PAGE_HEADERS)
    return FileResponse(index, headers=PAGE_HEADERS)


def asset(request: Request) -> Response:
    path = DIST / "assets" / request.path_params["name"]
    if path.suffix not in MEDIA_TYPES or not path.is_file():
        raise HTTPException(404)
    # The name holds a hash of the content, so the content never changes under it.
    headers = NOSNIFF | {
        "Cache-Control": "public, max-age=31536000, immutable",
        # Monaco's workers go by the policy of their own script, which loads others.
        "Content-Security-Policy": "default-src 'self'",
    }
    return FileResponse(path, headers=headers, media_type=MEDIA_TYPES[path.suffix])


def operations(request: Request) -> Response:
    """The tabs GraphiQL opens with, one for each file of example operations."""
    tabs = [{"query": path.read_text("utf-8")} for path in sorted(OPERATIONS.glob("*.graphql"))]
    return JSONResponse(tabs, headers=NOSNIFF | {"Cache-Control": "no-cache"})


def routes() -> list[BaseRoute]:
    return [
        Route("/graphql/graphiql/operations.json", operations),
        Route("/graphql/graphiql/assets/{name}", asset),
    ]
