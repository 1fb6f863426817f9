"""Surveys over HTTP: /survey/{token} is a page that asks, and takes the answer without script."""

from base64 import b64encode
from hashlib import sha256
from urllib.parse import parse_qs

from jinja2 import Environment, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from app.bodies import Unreadable, body_of
from app.settings import Settings
from models import Survey, SurveyStatus
from models.errors import Problem, Refused
from models.surveys import BEST
from services import surveys
from services.actors import GUEST
from services.clock import now

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #111; margin: 2rem auto; max-width: 32rem;
  padding: 0 1rem; }
h1 { font-size: 1.5rem; line-height: 1.2; }
fieldset { border: 0; padding: 0; margin: 1rem 0; }
legend { font-weight: 600; padding: 0; }
label { margin-right: 1rem; white-space: nowrap; }
textarea { display: block; width: 100%; box-sizing: border-box; font: inherit; }
button { font: inherit; padding: .5rem 1.5rem; }
.wrong { color: #a00; }
"""

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }}</title>
<style>{{ style }}</style>
</head>
<body>
<h1>{{ title }}</h1>
{% for each in wrong %}<p class="wrong" role="alert">{{ each }}</p>
{% endfor %}
{% if asks %}
<form method="post">
{% for name, question, is_needed in questions %}<fieldset>
<legend>{{ question }}</legend>
{% for n in range(1, best + 1) %}<label><input type="radio" name="{{ name }}" value="{{ n }}"
{%- if is_needed %} required{% endif %}{% if given.get(name) == n %} checked{% endif %}> {{ n }}
{%- if n == 1 %} (bad){% elif n == best %} (very good){% endif %}</label>
{% endfor %}</fieldset>
{% endfor %}
<p><label for="comment">What else would you like to say?</label>
<textarea id="comment" name="comment" rows="4" maxlength="{{ most }}">{{ comment }}</textarea></p>
<p><button type="submit">Send</button></p>
</form>
{% else %}<p>{{ said }}</p>
{% endif %}
</body>
</html>
"""

QUESTIONS = (
    ("score", "All in all, how content are you?", True),
    ("ordering_score", "How was ordering?", False),
    ("delivery_score", "How was the delivery?", False),
    ("goods_score", "How are the goods?", False),
    ("service_score", "How was our service?", False),
)
NAMES = frozenset({"comment", *(name for name, _, _ in QUESTIONS)})
STATUSES = {"NOT_FOUND": 404, "EXPIRED": 410, "WRONG_STATUS": 409}
HEADERS = {
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex",
    "Content-Security-Policy": "default-src 'none'; "
    f"style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
}

_page = Environment(autoescape=True, undefined=StrictUndefined).from_string(PAGE)


def routes(settings: Settings) -> list[Route]:
    async def answer(request: Request) -> Response:
        token = request.path_params["token"]
        try:
            if request.method == "POST":
                return await _take(token, await body_of(request, settings))
            return _ask(await surveys.find_by_token(token))
        except Unreadable as error:
            return _says(error.status, "This did not arrive", str(error))
        except Refused as refusal:
            return _refused(refusal.problems[0])

    return [Route("/survey/{token}", answer, methods=["GET", "POST"])]


def _ask(row: Survey) -> Response:
    if row.status is SurveyStatus.ANSWERED:
        return _thanks()
    if problems := surveys.reasons_not_to_answer(row, now()):
        return _refused(problems[0])
    return _form(200)


async def _take(token: str, body: bytes) -> Response:
    scores, comment, wrong = _read(body)
    try:
        if wrong:
            await surveys.find_by_token(token)
            return _form(422, wrong=wrong)
        await surveys.answer(GUEST, token=token, scores=scores, comment=comment)
    except Refused as refusal:
        if refusal.problems[0].code in STATUSES:
            raise
        said = [problem.message for problem in refusal.problems]
        return _form(422, wrong=said, given=scores, comment=comment)
    return _thanks()


def _read(body: bytes) -> tuple[dict[str, int | None], str, list[str]]:
    """The scores and the comment of a form, and what is wrong with it."""
    try:
        sent = parse_qs(body.decode(), max_num_fields=20, errors="strict")
        given = {name: values[-1] for name, values in sent.items() if name in NAMES}
        comment = given.pop("comment", "").replace("\r\n", "\n")
        return {name: int(value) for name, value in given.items()}, comment, []
    except ValueError:
        return {}, "", ["This is not what the form asks for. Choose from it."]


def _form(
    status: int,
    *,
    wrong: list[str] | None = None,
    given: dict[str, int | None] | None = None,
    comment: str = "",
) -> Response:
    return _draw(
        status,
        "How content are you?",
        asks=True,
        wrong=wrong or [],
        given=given or {},
        comment=comment,
    )


def _thanks() -> Response:
    return _says(200, "Thank you", "Your answer has arrived.")


def _refused(problem: Problem) -> Response:
    return _says(STATUSES.get(problem.code, 422), "This link does not work", problem.message)


def _says(status: int, title: str, said: str) -> Response:
    return _draw(status, title, asks=False, wrong=[], given={}, comment="", said=said)


def _draw(status: int, title: str, *, asks: bool, said: str = "", **shown: object) -> Response:
    content = _page.render(
        title=title,
        asks=asks,
        said=said,
        style=STYLE,
        questions=QUESTIONS,
        best=BEST,
        most=surveys.MOST_COMMENT,
        **shown,
    )
    return HTMLResponse(content, status_code=status, headers=HEADERS)
