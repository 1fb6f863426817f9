"""A payment provider that is asked over HTTP, and answers at once or calls back."""

from dataclasses import asdict

import httpx
import orjson
from pydantic import TypeAdapter, ValidationError

from models import PaymentEventKind
from services import policies
from services.clock import now
from services.providers.outcomes import Outcome, Question, Report, Unreachable
from services.signatures import HEADER, sign

_REPORT = TypeAdapter(Report)
# Answers that have nothing to do with the question: it may be taken when it is asked again.
_PASSING = {401, 403, 404, 408, 409, 425, 429}


class HttpProvider:
    is_remote = True

    def outcome_at_once(self, kind: PaymentEventKind, amount: int) -> Outcome | None:
        return None

    async def send(self, question: Question) -> Report | None:
        policy = policies.current()
        body = orjson.dumps(asdict(question), default=str)
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": question.id,
            HEADER: sign(policy.payment_provider_secret, body, at=now()),
        }
        try:
            async with httpx.AsyncClient(timeout=policy.payment_provider_timeout_seconds) as client:
                answer = await client.post(
                    policy.payment_provider_url, content=body, headers=headers
                )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unreachable(f"{type(error).__name__}: {error}") from error
        return _read(question, answer)


def _read(question: Question, answer: httpx.Response) -> Report | None:
    if answer.status_code == 202:
        return None
    if answer.status_code == 200:
        try:
            return _REPORT.validate_json(answer.content)
        except ValidationError as error:
            raise Unreachable(f"The answer cannot be read: {error.errors()[0]['msg']}") from error
    if answer.is_client_error and answer.status_code not in _PASSING:
        # It was understood and turned down, so asking once more would change nothing.
        return Report(
            id=f"{question.id}-turned-down",
            kind=question.kind,  # type: ignore[arg-type]
            state="FAILED",
            amount=question.amount,
            currency=question.currency,
            request=question.id,
            failure_code=f"HTTP_{answer.status_code}",
            failure_message=answer.text,
        )
    raise Unreachable(f"It answered {answer.status_code}.")
