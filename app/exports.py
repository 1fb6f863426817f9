"""Exports over HTTP: /exports/{customer}.json by a signed link, as `customerExport` makes it."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from app.papers import HEADERS
from models import Customer
from services import customer_exports


async def answer(request: Request) -> Response:
    number = request.path_params["number"].upper()
    given = [request.query_params.get(name, "") for name in ("expires", "signature")]
    if not customer_exports.is_good(number, *given):
        message = "This link has expired, or was not made here. Ask for a new one.\n"
        return PlainTextResponse(message, status_code=403, headers=HEADERS)
    row_id = Customer.id_of(number)
    if row_id is None or not await Customer.exists(id=row_id):
        return PlainTextResponse("There is no such customer.\n", status_code=404, headers=HEADERS)
    named = {"Content-Disposition": f'attachment; filename="{number}.json"'}
    return StreamingResponse(
        customer_exports.written(row_id),
        media_type="application/json",
        headers=HEADERS | named,
    )


def routes() -> list[Route]:
    return [Route("/exports/{number}.json", answer, methods=["GET"])]
