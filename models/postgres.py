"""Tortoise's PostgreSQL engine, with transactions that always let go of their connection.

Tortoise never returns a connection on which a transaction could not begin; after as many of those
as the pool has, everybody waits for ever. And where one cannot be returned, as it is broken, the
task goes on to use it for all that follows. Named as an engine in `models.database.configuration`.
"""

from types import TracebackType
from typing import Any

from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionalDBClient, TransactionContextPooled
from tortoise.connection import get_connections
from tortoise.exceptions import TransactionManagementError

from models.measuring import Timed


class ReturningTransactionContext(TransactionContextPooled):
    async def __aenter__(self) -> TransactionalDBClient:
        try:
            return await super().__aenter__()
        except BaseException:
            if self.client._connection is not None:
                await self._let_go()
            raise

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                await self.client.commit()
            elif kind is not TransactionManagementError:
                await self.client.rollback()
        finally:
            await self._let_go()

    async def _let_go(self) -> None:
        # The task first, as a broken connection raises when it is returned.
        get_connections().reset(self.token)
        await self.client._parent._pool.release(self.client._connection)


class TimedTransaction(Timed, TransactionWrapper):
    pass


class ReturningPostgresClient(Timed, AsyncpgDBClient):
    def _in_transaction(self) -> TransactionContextPooled:
        return ReturningTransactionContext(TimedTransaction(self), self._pool_init_lock)


def get_client_class(db_info: dict[str, Any]) -> type[AsyncpgDBClient]:
    return ReturningPostgresClient
