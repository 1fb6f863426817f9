"""Tortoise's SQLite engine, with transactions that take the write lock when they begin.

A deferred transaction that reads first and writes later fails at once, whatever its timeout,
when another process wrote in between; one that begins with the lock waits its turn instead.
Named as an engine in `models.database.configuration`.
"""

from asyncio import CancelledError
from typing import Any

from tortoise.backends.base.client import ConnectionWrapper, TransactionalDBClient
from tortoise.backends.sqlite.client import (
    SqliteClient,
    SqliteTransactionContext,
    SqliteTransactionWrapper,
)
from tortoise.connection import get_connections

from models.measuring import Timed


class ImmediateTransaction(Timed, SqliteTransactionWrapper):
    async def begin(self) -> None:
        try:
            await self._connection.execute("BEGIN IMMEDIATE")
        except BaseException:
            # It begins even when whoever waited for it is gone. What is asked of a connection
            # happens in the order of asking, so nothing comes between that and this.
            await self._connection.rollback()
            raise


class ImmediateTransactionContext(SqliteTransactionContext):
    async def __aenter__(self) -> TransactionalDBClient:
        await self._trxlock.acquire()
        try:
            await self.ensure_connection()
            await self.connection.begin()
        except BaseException:
            # Tortoise keeps this lock when a transaction cannot begin, and nobody ever gets it.
            self._trxlock.release()
            raise
        self.token = get_connections().set(self.connection_name, self.connection)
        client: TransactionalDBClient = self.connection
        return client


class Interruptible(ConnectionWrapper[Any]):
    """Ends the statement under way when nobody waits for it any more: it would run to its end, and
    everything else in this process would wait behind it."""

    async def __aexit__(self, kind: Any, error: Any, traceback: Any) -> None:
        if isinstance(error, CancelledError) and self.connection:
            await self.connection.interrupt()
        await super().__aexit__(kind, error, traceback)


class ImmediateSqliteClient(Timed, SqliteClient):
    def acquire_connection(self) -> Interruptible:
        return Interruptible(self._lock, self)

    def _in_transaction(self) -> SqliteTransactionContext:
        return ImmediateTransactionContext(ImmediateTransaction(self), self._lock)


def get_client_class(db_info: dict[str, Any]) -> type[SqliteClient]:
    return ImmediateSqliteClient
