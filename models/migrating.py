"""Applies migrations without making more of the tables as they were than these need."""

from functools import cached_property
from typing import Any

from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.graph import MigrationKey
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import ModelState, State
from tortoise.migrations.schema_generator.state_apps import StateApps
from tortoise.models import Model


class Executor(MigrationExecutor):
    async def _project_state(
        self, applied: set[MigrationKey], *, upto: MigrationKey | None = None
    ) -> State:
        connections = dict.fromkeys(self.loader.apps_config, "default")
        state = _State(models={}, apps=_Tables(default_connections=connections))
        for key in self._full_plan():
            if key == upto:
                break
            if key in applied:
                await self.loader.graph.nodes[key].apply(state, dry_run=True)  # type: ignore[union-attr]
        return state

    def _schema_editor(self, atomic: bool = True, collect_sql: bool = False) -> BaseSchemaEditor:
        editor = super()._schema_editor(atomic, collect_sql)
        add_as_it_is = editor.add_field

        async def add_field(model: type[Model], field_name: str) -> None:
            field: Any = model._meta.fields_map[field_name]
            # Rows that are there have to have something in a new column: what new rows have.
            if not (field.null or field.default is None or field.has_db_default()):
                field.db_default = field.default
            await add_as_it_is(model, field_name)

        editor.add_field = add_field  # type: ignore[method-assign]
        return editor


class _State(State):
    def clone(self) -> State:
        return _Before({key: model.clone() for key, model in self.models.items()}, self.apps)


class _Before(State):
    """How tables stood before an operation. Every operation is given this, and hardly any looks
    at it, so it is only made ready when one does."""

    def __init__(self, models: dict[tuple[str, str], ModelState], following: StateApps) -> None:
        self.models = models
        self._following = following

    @cached_property
    def apps(self) -> StateApps:  # type: ignore[override]
        return self._following.clone(model_states=self.models)


class _Tables(StateApps):
    """Tables as they stand between two operations, without the filters and queries that Tortoise
    makes for each of them after each operation: migrations only change columns."""

    def _build_initial_querysets(self) -> None:
        for model in (model for app in self.apps.values() for model in app.values()):
            if model._meta._inited:
                model._meta.finalise_fields()
