"""Migrations: plain SQL files in db/migrations, applied in the order of their names, each once.

A file is one transaction, and holds what it locks until its end. What takes long on a large table, such as an index,
stands in a file of its own that begins with `-- concurrently`: its statements are run one by one outside of any
transaction, and have to stand being run again after they were cut off.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar

import asyncpg

from db.pool import Database
from db.statements import statements

MIGRATIONS = Path(__file__).parent / "migrations"
# A statement waits at most this long for a lock, since everything that comes after it waits behind it.
LOCK_TIMEOUT = "2s"
LOCK_ATTEMPTS = 10


T = TypeVar("T")


class MigrationError(Exception):
    """The database can't be migrated: {0}."""

    def __init__(self, name: str) -> None:
        super().__init__((type(self).__doc__ or "").format(name))


class MigrationChanged(MigrationError):
    """A migration file is not the one that was applied: {0}. Put the file back; a change is a new file."""


class MigrationMissing(MigrationError):
    """The database has a migration that this program does not have: {0}. It was migrated by another version."""


class MigrationsWait(MigrationError):
    """The tables are not up to date: {0}. Run `broadsheet migrate`."""


class MigrationBlocked(MigrationError):
    """A migration did not get its lock, another session holds the table: {0}. Nothing of it was applied."""


@dataclass(frozen=True, slots=True)
class Migration:
    name: str
    text: str
    checksum: str

    @property
    def is_concurrent(self) -> bool:
        return self.text.startswith("-- concurrently")

    @property
    def statements(self) -> list[str]:
        """What is sent at once."""
        return [each for each in self.text.split(";\n") if each.strip()] if self.is_concurrent else [self.text]


def migrations(folder: Path = MIGRATIONS) -> list[Migration]:
    """The files NNNN_name.sql of a folder, in order; a number that is there twice is a ValueError."""
    found = []
    for path in sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql")):
        content = path.read_bytes()
        found.append(Migration(path.stem, content.decode(), hashlib.sha256(content).hexdigest()))
    numbers = [migration.name[:4] for migration in found]
    if len(set(numbers)) != len(numbers):
        raise ValueError(f"two migrations have one number: {', '.join(m.name for m in found)}")
    return found


@cache
def ours() -> Sequence[Migration]:
    """This program's own migrations, read once."""
    return tuple(migrations())


async def migrate(url: str, files: Sequence[Migration] | None = None) -> list[str]:
    """Apply what is not applied yet and return its names. Safe when several processes do it at once.

    files: this program's own, unless others are given. Raises MigrationChanged or MigrationMissing before anything is
    applied, MigrationBlocked where a table stayed locked by others.
    """
    files = ours() if files is None else files
    connection = await asyncpg.connect(
        url,
        statement_cache_size=0,
        server_settings={"application_name": "broadsheet migrate", "timezone": "UTC", "statement_timeout": "0"},
    )
    try:
        await _patiently("the table of migrations", partial(_create_table, connection))
        applied = await _applied(connection.fetchval, connection.fetch)
        if newer := [name for name in applied if name not in {m.name for m in files}]:
            raise MigrationMissing(", ".join(newer))
        waiting = _outstanding(files, applied)
        return [m.name for m in waiting if await _patiently(m.name, partial(_apply, connection, m))]
    finally:
        await connection.close()


async def pending(database: Database, files: Sequence[Migration] | None = None) -> list[str]:
    """The names of the files that are not applied yet. Raises MigrationChanged or MigrationMissing.

    Migrations that are newer than this program's are no concern here: while a new version is rolled out, the old
    one goes on serving.
    """
    applied = await _applied(database.value, database.rows)
    return [m.name for m in _outstanding(ours() if files is None else files, applied)]


async def _applied(value: Callable[[str], Awaitable[Any]], rows: Callable[[str], Awaitable[Any]]) -> dict[str, str]:
    """Names and checksums of what was applied, asked of a pool or of a connection."""
    if not await value(statements("migrations")["exists"]):
        return {}
    return {row["name"]: row["checksum"] for row in await rows(statements("migrations")["applied"])}


def _outstanding(files: Sequence[Migration], applied: dict[str, str]) -> list[Migration]:
    newest = files[-1].name if files else ""
    if (missing := sorted(applied.keys() - {m.name for m in files})) and missing[0] < newest:
        raise MigrationMissing(missing[0])
    for migration in files:
        if applied.get(migration.name, migration.checksum) != migration.checksum:
            raise MigrationChanged(migration.name)
    return [m for m in files if m.name not in applied]


async def _create_table(connection: Any) -> None:
    async with _alone(connection):
        await connection.execute(statements("migrations")["create"])


async def _apply(connection: Any, migration: Migration) -> bool:
    """Apply one file and write it down; False where another process was faster."""
    async with _alone(connection, in_transaction=not migration.is_concurrent):
        if migration.name in await _applied(connection.fetchval, connection.fetch):
            return False
        for statement in migration.statements:
            await connection.execute(statement)
        await connection.execute(statements("migrations")["insert"], migration.name, migration.checksum)
        return True


@asynccontextmanager
async def _alone(connection: Any, *, in_transaction: bool = True) -> AsyncIterator[None]:
    """A time in which no other migrates; in a transaction, which doesn't wait long for what is in use, or in none."""
    sql = statements("migrations")
    # Asked for again and again: who waited in a statement would hold up an index that is made concurrently.
    while True:
        if await connection.fetchval(sql["lock"]):
            break
        await asyncio.sleep(0.05)
    try:
        if not in_transaction:
            yield
            return
        async with connection.transaction():
            await connection.fetchval(sql["limit_locks"], LOCK_TIMEOUT)
            yield
    finally:
        if not connection.is_closed():
            await connection.fetchval(sql["unlock"])


async def _patiently(name: str, attempt: Callable[[], Awaitable[T]]) -> T:
    """What an attempt gives, made again while others hold what it needs."""
    for number in range(LOCK_ATTEMPTS):
        try:
            return await attempt()
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
            # Rolled back, so those who queued behind us go on; a growing pause lets a long transaction end.
            await asyncio.sleep(0.1 * 2 ** min(number, 5))
    raise MigrationBlocked(name)
