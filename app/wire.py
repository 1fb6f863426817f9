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
    query, document_id = content.get("query"), _document_id(content)
    # Who calls a document by its hash may leave out its text, or send it empty.
    if document_id is not None and query in (None, ""):
        query = None
    elif not isinstance(query, str) or not query.strip():
        raise Malformed("Send the document as text in `query`.")
    variables, name = content.get("variables"), content.get("operationName")
    if not isinstance(variables, dict | None):
        raise Malformed("Send `variables` as an object, or leave it out.")
    if not isinstance(name, str | None):
        raise Malformed("Send `operationName` as text, or leave it out.")
    if not (is_storable_text(query or "") and is_storable(variables)):
        raise Malformed("A text may not contain NUL or half a character.")
    # Some clients send an empty name for no name.
    return Request(
        query=query, document_id=document_id, variables=variables, operation_name=name or None
    )


def _document_id(content: dict[str, Any]) -> str | None:
    """The hash a document is called by: as `documentId`, or as Apollo's persisted queries."""
    extensions = content.get("extensions")
    if not isinstance(extensions, dict | None):
        raise Malformed("Send `extensions` as an object, or leave it out.")
    document_id = content.get("documentId")
    if document_id is None and isinstance(
        persisted := (extensions or {}).get("persistedQuery"), dict
    ):
        document_id = persisted.get("sha256Hash")
    if not isinstance(document_id, str | None):
        raise Malformed("Send the document's hash as text, or leave it out.")
    return document_id


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
