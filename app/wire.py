"""What clients send, strictly read: JSON, and in it a GraphQL request."""

from typing import Any

import orjson

from api.execution import Request
from api.limits import is_storable as is_storable_text


class Malformed(Exception):
    """What was sent cannot be read; the message says why."""


def read_json(text: str | bytes) -> Any:
    """JSON of sane depth and numbers, in UTF-8, without half characters."""
    try:
        return orjson.loads(text)
    except (orjson.JSONDecodeError, UnicodeError) as error:
        raise Malformed("This is no valid JSON.") from error


def read_request(content: Any) -> Request:
    """A request of GraphQL over HTTP, or the payload of a `subscribe` message."""
    if not isinstance(content, dict):
        raise Malformed("Send a JSON object with a `query`.")
    query = content.get("query")
    if not isinstance(query, str) or not query.strip():
        raise Malformed("Send the document as text in `query`.")
    variables, name = content.get("variables"), content.get("operationName")
    if not isinstance(variables, dict | None):
        raise Malformed("Send `variables` as an object, or leave it out.")
    if not isinstance(name, str | None):
        raise Malformed("Send `operationName` as text, or leave it out.")
    if not isinstance(content.get("extensions"), dict | None):
        raise Malformed("Send `extensions` as an object, or leave it out.")
    if not (is_storable_text(query) and is_storable(variables)):
        raise Malformed("A text may not contain NUL or half a character.")
    # Some clients send an empty name for no name.
    return Request(query=query, variables=variables, operation_name=name or None)


def is_storable(value: Any) -> bool:
    """Whether every text in it can be kept, on every kind of database."""
    # Without recursion: what is sent may nest more deeply than Python's calls may.
    waiting = [value]
    while waiting:
        match waiting.pop():
            case str() as text if not is_storable_text(text):
                return False
            case dict() as content:
                waiting += [*content.keys(), *content.values()]
            case list() as items:
                waiting += items
    return True


def write_json(content: Any) -> bytes:
    return orjson.dumps(content, option=orjson.OPT_NON_STR_KEYS)
