"""Operations of a migration that are applied together."""

from collections.abc import Sequence
from typing import Any

from tortoise.fields.base import Field
from tortoise.migrations.operations import AlterField, Operation, TortoiseOperation
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State


class Together(TortoiseOperation):
    """Operations of one kind, none of which needs another one of them.

    For each operation Tortoise copies what is known of all tables and makes related ones anew,
    which takes longer than everything else about it; for these it does so once.
    """

    def __init__(self, *operations: Operation) -> None:
        self.operations: Sequence[Operation] = operations

    def describe(self) -> str:
        return "; ".join(operation.describe() for operation in self.operations)

    def state_forward(self, app_label: str, state: State) -> None:
        changed: set[tuple[str, str]] = set()
        # Where it is not the method of its class, it is called in its place.
        state._reload = changed.update  # type: ignore[assignment, method-assign]
        for operation in self.operations:
            operation.state_forward(app_label, state)
        del state._reload
        state._reload(changed)

    async def database_forward(
        self,
        app_label: str,
        old_state: State,
        new_state: State,
        state_editor: BaseSchemaEditor | None = None,
    ) -> None:
        for operation in self.operations:
            if _matters(operation, app_label, old_state, new_state, state_editor):
                await operation.database_forward(app_label, old_state, new_state, state_editor)

    async def database_backward(
        self,
        app_label: str,
        old_state: State,
        new_state: State,
        state_editor: BaseSchemaEditor | None = None,
    ) -> None:
        for operation in reversed(self.operations):
            if _matters(operation, app_label, old_state, new_state, state_editor):
                await operation.database_backward(app_label, old_state, new_state, state_editor)


def _matters(
    operation: Operation,
    app_label: str,
    old_state: State,
    new_state: State,
    state_editor: BaseSchemaEditor | None,
) -> bool:
    """Whether an operation changes anything in the database. On SQLite Tortoise alters a field by
    making its table anew, without the indexes and unique constraints it had, even where only the
    description changed, as it does with each new member of an enum."""
    if not isinstance(operation, AlterField) or state_editor is None:
        return True
    if state_editor.DIALECT != "sqlite":
        return True
    name = f"{app_label}.{operation.model_name}"
    old, new = (
        _column(state.apps.get_model(name)._meta.fields_map[operation.name], state_editor.DIALECT)
        for state in (old_state, new_state)
    )
    return old != new


def _column(field: Field[Any], dialect: str) -> tuple[Any, ...]:
    return (
        type(field).__name__,
        field.source_field,
        field.get_for_dialect(dialect, "SQL_TYPE"),
        field.null,
        field.unique,
        field.index,
        field.pk,
        repr(field.db_default),
    )
