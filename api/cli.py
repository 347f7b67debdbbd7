"""The command `broadsheet`. Each command imports what it needs when it is called, so that small ones are quick."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from api.settings import Settings

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Broadsheet, a news backend: feeds in, GraphQL out. Settings are environment variables, "
    "see docs/configuration.md.",
)


class Part(StrEnum):
    server = "server"
    worker = "worker"


Lifeline = Annotated[bool, typer.Option("--lifeline", hidden=True, help="Of a parent: see api/lifeline.py.")]


def main() -> None:
    """The entry point of `broadsheet` and of `python -m api`."""
    app(prog_name="broadsheet")


@app.command()
def run() -> None:
    """Run everything here: Postgres, migrations, sample edition, server and worker, until Ctrl-C."""
    from api.run import run as run_all

    settings = _settings()
    try:
        raise SystemExit(run_all(settings))
    except Exception as problem:
        _fail_for(problem)


@app.command()
def serve(
    lifeline: Lifeline = False,
    listener: Annotated[int | None, typer.Option("--listener", hidden=True, help="A bound socket.")] = None,
) -> None:
    """Serve HTTP: GraphQL, health, metrics, start page and explorer."""
    from api.lifeline import await_database
    from api.serve import serve as serve_http

    settings = _settings(logs=True)
    if lifeline:
        settings = await_database(settings)
    try:
        raise SystemExit(serve_http(settings, listener))
    except Exception as problem:
        _fail_for(problem)


@app.command()
def worker(lifeline: Lifeline = False) -> None:
    """Run jobs, and write what falls due."""
    from api.lifeline import await_database
    from api.work import work

    settings = _settings(logs=True)
    if lifeline:
        settings = await_database(settings)
    try:
        work(settings)
    except Exception as problem:
        _fail_for(problem)


@app.command()
def migrate() -> None:
    """Bring the database's tables up to this version. Safe to run twice, and by several processes at once."""
    import asyncio

    from api.database import address, with_database
    from db.migrate import migrate as migrate_database

    try:
        with with_database(_settings()) as settings:
            names = asyncio.run(migrate_database(address(settings)))
    except Exception as problem:
        _fail_for(problem)
    for name in names:
        typer.echo(f"Applied {name}")
    if not names:
        typer.echo("Nothing to apply: the database is up to date.")


@app.command("import")
def import_paths(
    paths: Annotated[list[Path], typer.Argument(help="Feed files, or folders of them.", exists=True)],
) -> None:
    """Read feeds from files and folders: RSS, RDF, Atom and JSON Feed. Status 1 if any document failed."""
    from api.bring_in import bring_in

    # On a terminal the bar shows what a line for each document would say.
    settings = _settings(logs=True, quiet=sys.stderr.isatty())
    try:
        raise SystemExit(bring_in(settings, paths))
    except Exception as problem:
        _fail_for(problem)


@app.command()
def doctor() -> None:
    """Check what the service needs on this machine and say what to do where something is missing."""
    from api.doctor import examine

    raise SystemExit(examine(_settings()))


@app.command()
def alive(part: Annotated[Part, typer.Argument(help="What to look at.")]) -> None:
    """Say by the exit status whether the server or worker of this machine does its work, for health checks."""
    from api.alive import server_is_alive, worker_is_alive

    settings = _settings()
    fine = server_is_alive(settings) if part is Part.server else worker_is_alive(settings)
    typer.echo(f"The {part.value} is {'alive' if fine else 'not alive'}.")
    raise SystemExit(0 if fine else 1)


@app.command()
def schema() -> None:
    """Print the GraphQL schema (SDL)."""
    from schema.build import build_schema

    typer.echo(build_schema().as_str())


@app.command()
def settings() -> None:
    """Print every setting as the Markdown table of docs/configuration.md."""
    from api.settings import settings_table

    typer.echo(settings_table())


@app.command()
def version() -> None:
    """Print the version."""
    from importlib.metadata import version as package_version

    typer.echo(f"broadsheet {package_version('broadsheet')}")


def _settings(*, logs: bool = False, quiet: bool = False) -> Settings:
    from api.settings import BadSettings, read_settings

    try:
        settings = read_settings()
    except BadSettings as problem:
        _fail(str(problem), status=2)
    if logs:
        from api.logs import configure_logs

        configure_logs("warning" if quiet and settings.log_level == "info" else settings.log_level, settings.log_format)
    return settings


def _fail_for(problem: Exception) -> NoReturn:
    """One line for what people can mend; everything else keeps its traceback."""
    from asyncpg import PostgresError

    from api.port import PortTaken
    from db.embedded import EmbeddedPostgresError
    from db.migrate import MigrationError
    from db.pool import DatabaseTimeout, DatabaseUnavailable

    match problem:
        case PortTaken() | EmbeddedPostgresError() | MigrationError() | DatabaseTimeout():
            _fail(str(problem))
        case OSError() | DatabaseUnavailable() | PostgresError():
            _fail(
                f"The database can't be used ({type(problem).__name__}). "
                "`broadsheet doctor` looks at it; BROADSHEET_DATABASE_URL says where it is."
            )
        case _:
            raise problem


def _fail(text: str, *, status: int = 1) -> NoReturn:
    print(text, file=sys.stderr)
    raise SystemExit(status)
