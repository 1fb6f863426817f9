"""What other programs tell us by signed callbacks, such as payment providers and carriers.

Every callback is a POST of a JSON object whose signature, of a time and the body, is in the
header `waybill-signature`. It may be sent again at will, and in any order.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.bodies import Unreadable, body_of
from app.settings import Settings
from app.wire import Malformed, is_storable, read_json, write_json
from models import PaymentProvider
from models.errors import Refused
from services import carrier_reports, payment_reports, policies
from services.carrier_reports import CarrierReports
from services.clock import now
from services.providers import Report
from services.signatures import HEADER, Unsigned, verify

log = logging.getLogger(__name__)

STATUSES = {"NOT_FOUND": 404, "MISMATCH": 422}
_REPORT = TypeAdapter(Report)
_REPORTS = TypeAdapter(CarrierReports)


@dataclass(frozen=True)
class Callbacks:
    """One kind of callbacks: who may send them, by the secret they share with us, and what is
    done with what they tell. `secret_of` is empty for a sender nobody knows."""

    path: str
    secret_of: Callable[[str], str]
    take: Callable[[str, dict[str, Any]], Awaitable[dict[str, Any]]]

    def route(self, settings: Settings) -> Route:
        async def answer(request: Request) -> Response:
            return await self._answer(request, settings)

        return Route(f"{self.path}/{{sender}}", answer, methods=["POST"])

    async def _answer(self, request: Request, settings: Settings) -> Response:
        sender = request.path_params["sender"]
        try:
            secret = self.secret_of(sender)
            if not secret:
                return _refusal(404, "NOT_FOUND", "Nobody of this name tells us anything.")
            body = await body_of(request, settings)
            tolerance = timedelta(seconds=policies.current().callback_tolerance_seconds)
            verify(secret, request.headers.get(HEADER), body, at=now(), tolerance=tolerance)
            content = read_json(body)
            if not isinstance(content, dict) or not is_storable(content):
                return _refusal(400, "BAD_REQUEST", "Send a JSON object, without NUL characters.")
            return _json(200, await self.take(sender, content))
        except Unreadable as error:
            return _refusal(error.status, error.code, str(error))
        except Unsigned as error:
            log.warning("A callback of %s was turned away: %s", sender, error)
            return _refusal(401, "UNAUTHENTICATED", str(error))
        except Malformed as error:
            return _refusal(400, "BAD_REQUEST", str(error))
        except ValidationError as error:
            return _refusal(400, "BAD_REQUEST", _first(error))
        except Refused as refusal:
            problem = refusal.problems[0]
            return _refusal(STATUSES.get(problem.code, 422), problem.code, problem.message)


def _payment_secret(sender: str) -> str:
    is_known = sender == PaymentProvider.HTTP.value
    return policies.current().payment_provider_secret if is_known else ""


async def _take_payment_report(sender: str, content: dict[str, Any]) -> dict[str, Any]:
    heard = await payment_reports.hear(
        PaymentProvider[sender.upper()], _REPORT.validate_python(content)
    )
    return {"payment": heard.payment.number, "recorded": heard.is_news}


async def _take_carrier_reports(sender: str, content: dict[str, Any]) -> dict[str, Any]:
    reports = _REPORTS.validate_python(content)
    await carrier_reports.hear(sender, reports.events)
    # The same whatever we know, or it would tell which parcels there are.
    return {"received": len(reports.events)}


PAYMENTS = Callbacks("/callbacks/payments", _payment_secret, _take_payment_report)
CARRIERS = Callbacks("/callbacks/carriers", carrier_reports.secret_of, _take_carrier_reports)
ALL = (PAYMENTS, CARRIERS)


def routes(settings: Settings) -> list[Route]:
    return [each.route(settings) for each in ALL]


def _first(error: ValidationError) -> str:
    problem = error.errors()[0]
    return f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}"


def _refusal(status: int, code: str, message: str) -> Response:
    return _json(status, {"error": {"code": code, "message": message}})


def _json(status: int, content: dict[str, Any]) -> Response:
    return Response(
        write_json(content),
        status_code=status,
        headers={
            "Content-Type": "application/json; charset=utf-8",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )
