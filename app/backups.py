"""Copies of a SQLite database, made while it is in use, and put back.

PostgreSQL brings its own tools for this; OPERATIONS.md says how to use them.
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote


class Impossible(Exception):
    """It cannot be done; the message says why, and what to do."""


def backup(database: Path, file: Path) -> None:
    """Copy the database as it is at one moment; those who use it go on meanwhile."""
    if file.exists():
        raise Impossible(f"{file} exists already. Name a file that does not.")
    if not database.is_file():
        raise Impossible(f"There is no database at {database}.")
    _copy(database, file)


def restore(file: Path, database: Path, *, replace: bool) -> None:
    """Put a copy in the place of the database, which nobody may be using."""
    if not file.is_file():
        raise Impossible(f"There is no file {file}.")
    if database.exists() and not replace:
        raise Impossible(
            f"There is a database at {database}. Stop every server, then add --replace to lose it."
        )
    _prove(file)
    database.parent.mkdir(parents=True, exist_ok=True)
    _copy(file, database)
    # They belong to the database that was there, and would be taken for a part of this one.
    for rest in ("-wal", "-shm"):
        Path(f"{database}{rest}").unlink(missing_ok=True)


def _prove(file: Path) -> None:
    try:
        with closing(_reading(file)) as connection:
            [[found]] = connection.execute("PRAGMA quick_check(1)").fetchall()
            connection.execute("SELECT 1 FROM tortoise_migrations LIMIT 1")
    except sqlite3.Error as error:
        raise Impossible(f"{file} is no backup of Waybill: {error}.") from error
    if found != "ok":
        raise Impossible(f"{file} is damaged: {found}.")


def _copy(source: Path, target: Path) -> None:
    """Whole or not at all: what is copied gets its name when it is complete."""
    part = Path(f"{target}.part")
    part.unlink(missing_ok=True)
    try:
        with closing(_reading(source)) as begun, closing(sqlite3.connect(part)) as ended:
            begun.backup(ended)
        with part.open("rb+") as written:
            os.fsync(written.fileno())
        part.replace(target)
    except (OSError, sqlite3.Error) as error:
        part.unlink(missing_ok=True)
        raise Impossible(f"{source} cannot be copied to {target}: {error}.") from error


def _reading(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True)
