"""Migrations: plain SQL files in db/migrations, applied in the order of their names, each once."""

import asyncio
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from db.pool import Database
from db.statements import statements

MIGRATIONS = Path(__file__).parent / "migrations"
# A statement waits at most this long for a lock, since everything that comes after it waits behind it.
LOCK_TIMEOUT = "2s"
LOCK_ATTEMPTS = 10


class MigrationChanged(Exception):
    """A migration file is not the one that was applied: {0}. Put the file back; a change is a new file."""

    def __init__(self, name: str) -> None:
        super().__init__((type(self).__doc__ or "").format(name))


class MigrationMissing(MigrationChanged):
    """The database has a migration that this program does not have: {0}. It was migrated by another version."""


class MigrationBlocked(MigrationChanged):
    """A migration did not get its lock, another session holds the table: {0}. Nothing of it was applied."""


@dataclass(frozen=True, slots=True)
class Migration:
    name: str
    text: str
    checksum: str


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


async def migrate(url: str, folder: Path = MIGRATIONS) -> list[str]:
    """Apply what is not applied yet and return its names. Safe when several processes do it at once.

    Raises MigrationChanged or MigrationMissing before anything is applied, MigrationBlocked where a table stayed
    locked by others.
    """
    files = migrations(folder)
    connection = await asyncpg.connect(
        url,
        statement_cache_size=0,
        server_settings={"application_name": "broadsheet migrate", "timezone": "UTC", "statement_timeout": "0"},
    )
    try:
        await _with_lock(connection, "the table of migrations", statements("migrations")["create"])
        applied = await _applied(connection)
        if newer := [name for name in applied if name not in {m.name for m in files}]:
            raise MigrationMissing(", ".join(newer))
        return [m.name for m in _outstanding(files, applied) if await _apply(connection, m)]
    finally:
        await connection.close()


async def pending(database: Any, folder: Path = MIGRATIONS) -> list[str]:
    """The names of the files that are not applied yet. `database`: an address, a Database, or an open connection.

    Migrations that are newer than this program's are no concern here: while a new version is rolled out, the old
    one goes on serving.
    """
    if not isinstance(database, str):
        return [m.name for m in _outstanding(migrations(folder), await _applied(database))]
    connection = await asyncpg.connect(database, statement_cache_size=0)
    try:
        return await pending(connection, folder)
    finally:
        await connection.close()


async def _applied(connection: Any) -> dict[str, str]:
    pool = isinstance(connection, Database)
    value, rows = (connection.value, connection.rows) if pool else (connection.fetchval, connection.fetch)
    if not await value(statements("migrations")["exists"]):
        return {}
    return {row["name"]: row["checksum"] for row in await rows(statements("migrations")["applied"])}


def _outstanding(files: list[Migration], applied: dict[str, str]) -> list[Migration]:
    newest = files[-1].name if files else ""
    if (missing := sorted(applied.keys() - {m.name for m in files})) and missing[0] < newest:
        raise MigrationMissing(missing[0])
    for migration in files:
        if applied.get(migration.name, migration.checksum) != migration.checksum:
            raise MigrationChanged(migration.name)
    return [m for m in files if m.name not in applied]


async def _apply(connection: Any, migration: Migration) -> bool:
    """Apply one file and write it down, in one transaction; False where another process was faster."""
    return await _with_lock(connection, migration.name, migration.text, migration)


async def _with_lock(connection: Any, name: str, text: str, migration: Migration | None = None) -> bool:
    for attempt in range(LOCK_ATTEMPTS):
        try:
            async with connection.transaction():
                await connection.fetchval(statements("migrations")["lock"])
                if migration and migration.name in await _applied(connection):
                    return False
                await connection.fetchval(statements("migrations")["limit_locks"], LOCK_TIMEOUT)
                await connection.execute(text)
                if migration:
                    insert = statements("migrations")["insert"]
                    await connection.execute(insert, migration.name, migration.checksum)
                return True
        except asyncpg.LockNotAvailableError:
            # Rolled back, so those who queued behind us go on; a growing pause lets a long transaction end.
            await asyncio.sleep(0.1 * 2 ** min(attempt, 5))
    raise MigrationBlocked(name)
