"""The forms an answer can take, and which of them a client accepts."""

from collections.abc import Iterator

from app.streams import MULTIPART, SERVER_SENT_EVENTS, Encoding

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
EITHER = ("application/*", "*/*")
SUBSCRIPTIONS = "1.0"

Form = str | Encoding


class Accepted:
    """The forms a client accepts, those it prefers first; without a wish it gets JSON."""

    def __init__(self, header: str | None) -> None:
        self.forms: list[Form] = [JSON] if header is None else list(_forms(header))

    def plain(self) -> str:
        """The media type of one whole answer."""
        return next((form for form in self.forms if isinstance(form, str)), JSON)

    def stream(self) -> Encoding | None:
        """How to write a subscription, if the client takes one."""
        return next((form for form in self.forms if not isinstance(form, str)), None)

    def single(self) -> Form:
        """How to write the one answer of a query or mutation: Apollo accepts its parts for
        subscriptions only, so they are the last resort."""
        return next((form for form in self.forms if form is not MULTIPART), MULTIPART)


def _forms(header: str) -> Iterator[Form]:
    wishes = [_wish(part) for part in header.split(",")]
    for weight, name, parameters in sorted(wishes, key=lambda each: -each[0]):
        form = _form(name, parameters) if weight > 0 else None
        if form is not None:
            yield form


def _form(name: str, parameters: dict[str, str]) -> Form | None:
    if name in (JSON, GRAPHQL):
        return name
    if name in EITHER:
        return JSON
    if name == "text/event-stream":
        return SERVER_SENT_EVENTS
    if name == "multipart/mixed" and parameters.get("subscriptionspec") == SUBSCRIPTIONS:
        return MULTIPART
    return None


def _wish(part: str) -> tuple[float, str, dict[str, str]]:
    """How much a client wants a media type, and the parameters it gives with it."""
    name, *rest = (each.strip().lower() for each in part.split(";"))
    pairs = (each.partition("=") for each in rest)
    parameters = {key.strip(): value.strip().strip('"') for key, _, value in pairs}
    quality = parameters.get("q", "1")
    return float(quality) if _is_quality(quality) else 0.0, name, parameters


def _is_quality(text: str) -> bool:
    digits = text.replace(".", "", 1)
    return digits.isascii() and digits.isdigit()
