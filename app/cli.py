"""`waybill`: serve, migrate, seed, tokens, schema, documents and check."""

import asyncio
import json
import logging.config
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from pydantic import ValidationError

from app import backups, tracing
from app.logs import configuration
from app.settings import Settings, policy, settings
from models import Customer, Role, Supplier, Token, database
from models.database import Tables
from models.errors import Refused
from services import checks, clockwork, commit, event_log, people, policies, seeds
from services.actors import SYSTEM
from services.clock import now
from services.live import live

T = TypeVar("T")

DEMO = "data/demo.sqlite3"

app = typer.Typer(
    help="Waybill: an order management system as a GraphQL API with live tracking.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
tokens = typer.Typer(help="Tokens to call with.", no_args_is_help=True)
app.add_typer(tokens, name="token")


@app.command()
def serve(
    workers: Annotated[int, typer.Option(min=1, help="How many processes.")] = 1,
) -> None:
    """Serve the API until Ctrl-C."""
    _serve(workers)


def _serve(workers: int, **given: Any) -> None:
    # It takes two seconds to put the schema together, and only those who serve need it.
    from app import serving

    configured = _configured()
    if workers > 1 and not configured.can_have_several_processes:
        _fail(
            "Several workers need PostgreSQL and a shared broadcaster. Set WAYBILL_DATABASE_URL to "
            "postgres://… and WAYBILL_BROADCAST_URL to redis://… or postgres://…, or serve with "
            "one."
        )
    if problem := tracing.reason_not_to(configured) or serving.reason_not_to_listen(configured):
        _fail(problem)
    lines = _in_database(lambda: serving.greeting(configured))
    typer.echo("\n".join(lines))
    serving.run(configured, workers, **given)


@app.command()
def demo(
    pace: Annotated[float, typer.Option(min=1, help="How many times as fast time passes.")] = 60,
) -> None:
    """Serve a shop that lives: orders arrive, are paid, picked, shipped and tracked, some late.

    It has a database of its own, data/demo.sqlite3, where no other is set.
    """
    os.environ.setdefault("WAYBILL_DATABASE_URL", f"sqlite://{DEMO}")
    os.environ["WAYBILL_DEMO_PACE"] = str(pace)
    migrate()
    seed(if_empty=True)
    typer.echo(f"A day of this shop takes {24 * 60 / pace:.0f} minutes. Ctrl-C closes it.\n")
    _serve(1, app="app.demo:application")


@app.command()
def worker() -> None:
    """Do what falls due by itself until Ctrl-C; `serve` does so too, unless told not to."""
    configured = _configured()

    logging.config.dictConfig(configuration(configured))

    async def work() -> None:
        stopped = asyncio.Event()
        for each in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(each, stopped.set)
        async with live.opened(configured.broadcast_url), clockwork.running():
            typer.echo("The clockwork runs. Ctrl-C stops it.")
            await stopped.wait()

    _in_database(work)


@app.command()
def migrate() -> None:
    """Bring the database's tables up to date; safe to run twice, and by two at once."""
    configured = _configured()

    async def work() -> list[str]:
        if await database.tables() is Tables.NEWER:
            _fail(_NEWER)
        return list(await database.migrate(configured.database_url))

    applied = _in_database(work, migrated=False)
    for name in applied:
        typer.echo(f"Applied {name}.")
    if not applied:
        typer.echo("The tables are up to date.")


@app.command()
def seed(
    orders: Annotated[int, typer.Option(min=0, help="How many orders.")] = 60,
    if_empty: Annotated[
        bool, typer.Option("--if-empty", help="Do nothing where there is data already.")
    ] = False,
) -> None:
    """Fill an empty database with a small believable shop, the same for the same number."""

    async def work() -> bool:
        if if_empty and not await seeds.is_empty():
            return False
        await seeds.seed(orders, progress=_progress)
        return True

    if _in_database(work):
        typer.echo(f"Seeded a shop with {orders} orders.")


@app.command()
def schema() -> None:
    """Print the GraphQL schema."""
    from api.schema import schema as assembled

    typer.echo(assembled.as_str())


@app.command()
def documents() -> None:
    """Print the trusted documents with their hashes, as a manifest that Apollo's tools read."""
    from api.documents import manifest

    typer.echo(json.dumps(manifest(_configured().document_folders), indent=2))


@app.command()
def check() -> None:
    """Prove that everything in the database adds up; exits with 1 where something does not."""
    results = _in_database(checks.run)
    for result in results:
        typer.echo(f"{'ok    ' if not result.broken else 'BROKEN'} {result.name}")
        if result.broken:
            typer.echo(f"       {result.broken} rows: {result.description}")
            for example in result.examples:
                typer.echo(f"       {example}")
    broken = sum(1 for result in results if result.broken)
    typer.echo(f"{len(results) - broken} of {len(results)} checks hold.")
    if broken:
        raise typer.Exit(1)


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="Where to; it may not exist yet.")]) -> None:
    """Copy a SQLite database while it is in use; PostgreSQL has pg_dump for that."""
    database_file = _sqlite_file("pg_dump --format=custom --file=FILE DATABASE")
    try:
        backups.backup(database_file, file)
    except backups.Impossible as error:
        _fail(str(error))
    typer.echo(f"Copied {database_file} to {file}.")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What `waybill backup` has made.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Put it in the place of what is there.")
    ] = False,
) -> None:
    """Put a backup back, with every server stopped; watchers are told to read afresh."""
    database_file = _sqlite_file("pg_restore --dbname=DATABASE FILE, then waybill reset-cursors")
    try:
        backups.restore(file, database_file, replace=replace)
    except backups.Impossible as error:
        _fail(str(error))
    _in_database(_restored, migrated=False)
    typer.echo(f"Restored {database_file} from {file}. Now run `waybill migrate`, then check.")


@app.command("reset-cursors")
def reset_cursors() -> None:
    """After a restore by other means, with every server stopped: let watchers read afresh."""
    end = _in_database(event_log.renumber)
    typer.echo(f"The log ends at {end} now; every cursor from before is answered with a reset.")


async def _restored() -> None:
    # The tables of an older Waybill are renumbered as well as those of this one.
    if await database.tables() is not Tables.NEWER:
        await event_log.renumber()


def _sqlite_file(instead: str) -> Path:
    url = _configured().database_url
    if not database.is_sqlite(url):
        _fail(f"This is for SQLite. For PostgreSQL run: {instead}")
    return Path(url.removeprefix("sqlite://"))


@tokens.command("create")
def token_create(
    role: Annotated[Role, typer.Option(help="What its bearer is here for.")],
    name: Annotated[str, typer.Option(help="Its bearer's name.")] = "",
    customer: Annotated[
        str, typer.Option(help="The customer a token of that role acts for, such as CUS-1001.")
    ] = "",
    supplier: Annotated[
        str, typer.Option(help="The supplier a token of that role acts for, such as SUP-1001.")
    ] = "",
    label: Annotated[str, typer.Option(help="What it is for.")] = "",
    days: Annotated[int, typer.Option(min=0, help="For how long; 0 for ever.")] = 0,
) -> None:
    """Print a new token, and nothing else."""

    async def work() -> str:
        acts_for = await people.first_to_act_for(role)
        if customer:
            acts_for["customer_id"] = Customer.id_of(customer)
        if supplier:
            acts_for["supplier_id"] = Supplier.id_of(supplier)
        return await people.create_token(
            SYSTEM,
            role,
            name=name or seeds.STAFF.get(role, role.value),
            label=label,
            **{name: row_id or 0 for name, row_id in acts_for.items()},
            expires_at=now() + timedelta(days=days) if days else None,
        )

    typer.echo(_in_database(work))


@tokens.command("list")
def token_list() -> None:
    """List the tokens; the secrets themselves are not kept anywhere."""

    async def work() -> list[Token]:
        return await Token.all().order_by("id").select_related("person")

    for token in _in_database(work):
        state = (
            "revoked"
            if token.revoked_at
            else "expired"
            if people.has_expired(token.expires_at)
            else "active"
        )
        until = f" until {token.expires_at:%Y-%m-%d}" if token.expires_at else ""
        typer.echo(
            f"{token.number}  {state:8}{until}  {token.person.role}  {token.person.name}"
            f"  {token.label}"
        )


@tokens.command("revoke")
def token_revoke(number: Annotated[str, typer.Argument(help="Such as TOK-1001.")]) -> None:
    """Let a token open nothing from now on; the streams it opened end."""
    _in_database(lambda: people.revoke_token(SYSTEM, Token.id_of(number) or 0))
    typer.echo(f"Revoked {number.upper()}.")


def main() -> None:
    app()


_NEWER = (
    "The database was migrated by a newer Waybill than this one. Run that version, or restore a "
    "backup from before."
)
_UNMIGRATED = "The database has no tables for this Waybill yet. Run `waybill migrate` first."


def _configured() -> Settings:
    try:
        policies.apply(policy())
        return settings()
    except ValidationError as error:
        each = error.errors()[0]
        name = "WAYBILL_" + "_".join(map(str, each["loc"])).upper()
        _fail(f"The setting {name} cannot be used: {each['msg'].removeprefix('Value error, ')}.")


def _in_database(work: Callable[[], Awaitable[T]], *, migrated: bool = True) -> T:
    """Run `work` with the database open; whatever stands in the way is one line."""
    configured = _configured()

    async def inside() -> T:
        async with AsyncExitStack() as stack:
            try:
                await stack.enter_async_context(database.opened(configured.database_url))
                await database.answers()
            except Exception as error:
                reason = " ".join(str(error).split())
                _fail(f"The database at WAYBILL_DATABASE_URL cannot be reached: {reason}")
            if migrated and (tables := await database.tables()) is not Tables.CURRENT:
                _fail(_UNMIGRATED if tables is Tables.UNMIGRATED else _NEWER)
            result = await work()
            await commit.finish_all()
            if migrated:
                await event_log.take_in()
            return result

    try:
        return asyncio.run(inside())
    except Refused as refusal:
        _fail(str(refusal))
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def _progress(what: str, done: int, total: int) -> None:
    if sys.stderr.isatty():
        end = "\n" if done >= total else ""
        typer.echo(f"\r{what}: {done} of {total}", nl=False, err=True)
        typer.echo(end, nl=False, err=True)


def _fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(1)


if __name__ == "__main__":
    app()
