"""Opens databases in a fraction of the time, as thousands of tests open one each.

Whenever a database is opened, Tortoise works out the same filters and queries of every table, and
then statements as they are needed; here they are kept, for each kind of database.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from tortoise.apps import Apps
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.connection import get_connection

WORKED_OUT = (
    "filters",
    "db_native_fields",
    "db_default_fields",
    "db_complex_fields",
    "basetable",
    "basequery",
    "basequery_all_fields",
)

_work_out = Apps._build_initial_querysets
_tables: dict[Any, list[dict[str, Any]]] = {}
_statements: dict[str, dict[Any, Any]] = {}


def _work_out_once(apps: Apps) -> None:
    metas = [model._meta for app in apps.apps.values() for model in app.values()]
    key = (metas[0].db.query_class, *metas)
    if key not in _tables:
        for meta in metas:
            # Else each kind of database would write into what the other one's stands in.
            meta.filters = {}
            meta.db_native_fields, meta.db_default_fields, meta.db_complex_fields = [], [], []
        _work_out(apps)
        _tables[key] = [{name: getattr(meta, name) for name in WORKED_OUT} for meta in metas]
    for meta, found in zip(metas, _tables[key], strict=True):
        for name, value in found.items():
            setattr(meta, name, value)


def reopen_quickly(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Apps, "_build_initial_querysets", _work_out_once)


@contextmanager
def same_statements() -> Iterator[None]:
    """While a database is open, with the statements of those of its kind before it."""
    kept = _statements.setdefault(get_connection("default").capabilities.dialect, {})
    EXECUTOR_CACHE.update(kept)
    yield
    kept.update(EXECUTOR_CACHE)
