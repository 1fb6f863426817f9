"""Trusted documents: operations that are known beforehand and called by the SHA-256 of their text.

A server that runs only these cannot be asked anything its owners have not read.
"""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

from graphql import DocumentNode, GraphQLError, OperationDefinitionNode, parse, print_ast
from graphql.utilities import separate_operations

from models.lifecycle import Status

OPERATIONS = Path(__file__).resolve().parents[1] / "operations"


class Trust(Status):
    OFF = "off", "Documents are sent as text."
    ALSO = "also", "Documents are sent as text, or called by their hash when they are known."
    ONLY = "only", "Only known documents are run."


class Documents:
    """The documents that are known, by their hashes."""

    def __init__(self, trust: Trust = Trust.OFF, folders: Iterable[Path] = ()) -> None:
        self.trust = trust
        self.texts: dict[str, str] = {}
        for text in () if trust is Trust.OFF else _operations(folders):
            self.texts[digest(text)] = text

    def find(self, text: str | None, name: str | None) -> str | GraphQLError:
        """The document to run, given its text or its hash; or why none is."""
        if name is not None:
            return self._by_name(text, name.lower().removeprefix("sha256:"))
        if text is None:
            return _error("BAD_REQUEST", "Send the document as text in `query`.")
        if self.trust is Trust.ONLY and digest(text) not in self.texts:
            return _error("DOCUMENT_NOT_TRUSTED", "Only documents that are known here are run.")
        return text

    def _by_name(self, text: str | None, name: str) -> str | GraphQLError:
        # The words are Apollo's: its clients then send the text, or stop sending hashes.
        if self.trust is Trust.OFF:
            known = text
            missing = _error("PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported")
        else:
            known = self.texts.get(name)
            if known is None and self.trust is Trust.ALSO:
                known = text
            missing = _error("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")
        if text is not None and digest(text) != name:
            return _error("BAD_REQUEST", "The hash is not that of the document beside it.")
        return missing if known is None else known


def manifest(folders: Iterable[Path]) -> dict[str, Any]:
    """The known operations as Apollo's tools write and read them down."""
    operations = [_entry(text) for text in sorted(_operations(folders))]
    return {
        "format": "apollo-persisted-query-manifest",
        "version": 1,
        "operations": sorted(operations, key=lambda each: (each["name"], each["id"])),
    }


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _operations(folders: Iterable[Path]) -> Iterable[str]:
    """Each operation of each file, with the fragments it needs and in one way of printing."""
    for path in sorted(file for folder in folders for file in folder.rglob("*.graphql")):
        for document in separate_operations(parse(path.read_text("utf-8"))).values():
            yield print_ast(document)


def _entry(text: str) -> dict[str, str]:
    operation = _operation(parse(text))
    name = operation.name.value if operation.name is not None else ""
    return {"id": digest(text), "name": name, "type": operation.operation.value, "body": text}


def _operation(document: DocumentNode) -> OperationDefinitionNode:
    return next(node for node in document.definitions if isinstance(node, OperationDefinitionNode))


def _error(code: str, message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": code})
