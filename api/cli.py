"""The command `broadsheet`. Each command imports what it needs when it is called, so that small ones are quick."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from api import article, feed, key, reader, source, topics
from api.command import fail_for, settings_given
from ingest.moderation.roles import Role

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Broadsheet, a news backend: feeds in, GraphQL out. Settings are environment variables, "
    "see docs/configuration.md.",
)
app.add_typer(feed.feed, name="feed")
app.add_typer(article.article, name="article")
app.add_typer(key.key, name="key")
app.add_typer(reader.reader, name="reader")
app.add_typer(source.source, name="source")
app.add_typer(topics.topics, name="topics")


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

    settings = settings_given()
    try:
        raise SystemExit(run_all(settings))
    except Exception as problem:
        fail_for(problem)


@app.command()
def serve(
    lifeline: Lifeline = False,
    listener: Annotated[int | None, typer.Option("--listener", hidden=True, help="A bound socket.")] = None,
) -> None:
    """Serve HTTP: GraphQL, health, metrics, start page and explorer."""
    from api.lifeline import await_database
    from api.serve import serve as serve_http

    settings = settings_given(logs=True)
    if lifeline:
        settings = await_database(settings)
    try:
        raise SystemExit(serve_http(settings, listener))
    except Exception as problem:
        fail_for(problem)


@app.command()
def worker(lifeline: Lifeline = False) -> None:
    """Run jobs, and write what falls due."""
    from api.lifeline import await_database
    from api.work import work

    settings = settings_given(logs=True)
    if lifeline:
        settings = await_database(settings)
    try:
        work(settings)
    except Exception as problem:
        fail_for(problem)


@app.command()
def migrate() -> None:
    """Bring the database's tables up to this version. Safe to run twice, and by several processes at once."""
    import asyncio

    from api.database import address, with_database
    from db.migrate import migrate as migrate_database

    try:
        with with_database(settings_given()) as settings:
            names = asyncio.run(migrate_database(address(settings)))
    except Exception as problem:
        fail_for(problem)
    for name in names:
        typer.echo(f"Applied {name}")
    if not names:
        typer.echo("Nothing to apply: the database is up to date.")


@app.command("import")
def import_paths(
    paths: Annotated[list[Path], typer.Argument(help="Feeds, saved pages, or folders of them.", exists=True)],
) -> None:
    """Read feeds (RSS, RDF, Atom, JSON Feed) and saved pages from files. Status 1 if any document failed."""
    from api.bring_in import bring_in

    # On a terminal the bar shows what a line for each document would say.
    settings = settings_given(logs=True, quiet=sys.stderr.isatty())
    try:
        raise SystemExit(bring_in(settings, paths))
    except Exception as problem:
        fail_for(problem)


@app.command()
def doctor() -> None:
    """Check what the service needs on this machine and say what to do where something is missing."""
    from api.doctor import examine

    raise SystemExit(examine(settings_given()))


@app.command()
def alive(part: Annotated[Part, typer.Argument(help="What to look at.")]) -> None:
    """Say by the exit status whether the server or worker of this machine does its work, for health checks."""
    from api.alive import server_is_alive, worker_is_alive

    settings = settings_given()
    fine = server_is_alive(settings) if part is Part.server else worker_is_alive(settings)
    typer.echo(f"The {part.value} is {'alive' if fine else 'not alive'}.")
    raise SystemExit(0 if fine else 1)


@app.command()
def token(
    subject: Annotated[str, typer.Option(help="Whom the token is about; the same subject is the same reader.")],
    name: Annotated[str | None, typer.Option(help="The name to show.")] = None,
    role: Annotated[Role | None, typer.Option(help="What the reader may do.")] = None,
    hours: Annotated[float, typer.Option(min=0.01, max=24 * 365, help="How long it counts.")] = 12,
) -> None:
    """Print a reader's token for development, signed with BROADSHEET_TOKEN_KEY, which the server must have too."""
    from datetime import UTC, datetime

    from api.command import fail
    from api.tokens import make

    shared = settings_given().token_key
    if shared is None:
        fail("Set BROADSHEET_TOKEN_KEY, for this command and for the server: 32 characters or more.")
    typer.echo(make(shared, subject, name=name, role=role, now=datetime.now(UTC), hours=hours))


@app.command()
def schema() -> None:
    """Print the GraphQL schema (SDL)."""
    from graphql import print_schema

    from schema.build import build_schema

    typer.echo(print_schema(build_schema()._schema))


@app.command()
def openapi() -> None:
    """Print the description of REST (OpenAPI 3.1)."""
    import json
    from importlib.metadata import version as package_version

    from api.openapi import describe
    from api.rest import doors
    from schema.build import build_schema

    made = doors(build_schema()).values()
    found = describe(made, version=package_version("broadsheet"), list_items=settings_given().max_list_items)
    typer.echo(json.dumps(json.loads(found), indent=2, ensure_ascii=False))


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
