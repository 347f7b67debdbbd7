"""What commands share: settings, work on the database, and an end that says what to do."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, NoReturn, TypeVar

if TYPE_CHECKING:
    from pathlib import Path

    from api.settings import Settings
    from db.pool import Database

T = TypeVar("T")


def on_database(
    settings: Settings,
    part: str,
    work: Callable[[Database], Awaitable[T]],
    *,
    migrates: bool = True,
    mendable: tuple[type[Exception], ...] = (),
) -> T:
    """Do something on the migrated database, without hurry. part: as `opened` takes it; migrates: bring the tables up
    to date first, which a command that only reads leaves to others; mendable: problems whose message tells operators
    all that they need."""
    from api.database import address, opened, with_database
    from db.migrate import MigrationsWait, migrate, pending

    async def run(ready: Settings) -> T:
        if migrates:
            await migrate(address(ready))
        async with opened(ready, part, patient=True) as database:
            if not migrates and (waiting := await pending(database)):
                raise MigrationsWait(", ".join(waiting))
            return await work(database)

    try:
        with with_database(settings) as ready:
            return asyncio.run(run(ready))
    except mendable as problem:
        fail(str(problem))
    except Exception as problem:
        fail_for(problem)


def settings_given(*, logs: bool = False, quiet: bool = False) -> Settings:
    """The settings of the environment; ends the command with status 2 where they make no sense. logs: set up logs too,
    quiet: of what goes wrong only."""
    from api.settings import BadSettings, read_settings

    try:
        settings = read_settings()
    except BadSettings as problem:
        fail(str(problem), status=2)
    if logs:
        from api.logs import configure_logs

        configure_logs("warning" if quiet and settings.log_level == "info" else settings.log_level, settings.log_format)
    return settings


def read_file(path: Path) -> bytes:
    """The bytes of a file that an operator named; ends the command where they can't be had."""
    try:
        return path.read_bytes()
    except OSError as problem:
        fail(f"{path} can't be read: {problem.strerror}.")


def fail_for(problem: Exception) -> NoReturn:
    """One line for what people can mend; everything else keeps its traceback."""
    from asyncpg import PostgresError

    from api.port import PortTaken
    from db.embedded import EmbeddedPostgresError
    from db.migrate import MigrationError
    from db.pool import DatabaseTimeout, DatabaseUnavailable

    match problem:
        case PortTaken() | EmbeddedPostgresError() | MigrationError() | DatabaseTimeout():
            fail(str(problem))
        case OSError() | DatabaseUnavailable() | PostgresError():
            fail(
                f"The database can't be used ({type(problem).__name__}). "
                "`broadsheet doctor` looks at it; BROADSHEET_DATABASE_URL says where it is."
            )
        case _:
            raise problem


def fail(text: str, *, status: int = 1) -> NoReturn:
    """End the command with one line."""
    print(text, file=sys.stderr)
    raise SystemExit(status)


def table(rows: Sequence[tuple[str, ...]]) -> None:
    """Print rows in columns."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip())
