"""Databases that tests make on the server they are given, and locks that statements wait for."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from db import changes
from db.changes import Kind, Line
from db.pool import Database


def at(url: str, database: str) -> str:
    """The address of another database on the same server."""
    return re.sub(r"^([a-z]+://[^/?]*)(/[^?]*)?", rf"\1/{database}", url)


async def administer(url: str, statement: str) -> Any:
    """The rows of a statement, which is sent outside of any pool."""
    connection = await asyncpg.connect(url, statement_cache_size=0)
    try:
        return await connection.fetch(statement)
    finally:
        await connection.close()


async def execute(url: str, script: str) -> None:
    """Run any number of statements."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(script)
    finally:
        await connection.close()


@asynccontextmanager
async def one_session(url: str, **options: Any) -> AsyncIterator[Database]:
    """A pool of one session, whose block ends within 30 seconds."""
    database = await Database.open(url, size=1, application_name="one session", **options)
    try:
        async with asyncio.timeout(30):
            yield database
    finally:
        await database.close()


class Locks:
    """Locks for which statements wait, of a connection that holds them."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def release(self, number: int) -> None:
        assert await self._connection.fetchval("select pg_advisory_unlock($1)", number)

    async def waited_for(self, number: int) -> None:
        """Wait until a statement waits for one."""
        waits = "select exists (select from pg_locks where locktype = 'advisory' and objid = $1 and not granted)"
        async with asyncio.timeout(10):
            while not await self._connection.fetchval(waits, number):
                await asyncio.sleep(0)


@asynccontextmanager
async def locks(url: str, *numbers: int) -> AsyncIterator[Locks]:
    """Hold the locks of these numbers during the block."""
    connection = await asyncpg.connect(url)
    for number in numbers:
        await connection.execute("select pg_advisory_lock($1)", number)
    try:
        yield Locks(connection)
    finally:
        await connection.close()


async def write(database: Database) -> int:
    """Commit a change, by a line of the log whose number is the newest now."""
    async with database.transaction() as connection:
        await changes.append(connection, [Line(Kind.SOURCE_UPDATED, "s_1")])
    newest: int = await database.value("select max(seq) from changes")
    return newest


async def executed(database: Database) -> Counter[str]:
    """How often each text of a read was executed so far, as Postgres counts it, by the one session of a pool."""
    assert database.sessions == 1, "what is read by several sessions can't be counted by one of them"
    counts = await database.rows("select statement, generic_plans + custom_plans as n from pg_prepared_statements")
    return Counter({row["statement"]: row["n"] for row in counts if "pg_prepared_statements" not in row["statement"]})


async def traces(database: Database, text: str) -> dict[str, int]:
    """Where a text stands in any table: rows by `table.column`."""
    names = await database.rows(
        "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('public', 'jobs')"
    )
    found: dict[str, int] = {}
    for table in sorted(row["name"] for row in names):
        rows = await database.rows(
            f"""select v.key, count(*) as n from {table} t, jsonb_each_text(to_jsonb(t)) v
                where position($1 in v.value) > 0 group by v.key""",
            text,
        )
        found |= {f"{table.removeprefix('public.')}.{row['key']}": row["n"] for row in rows}
    return found
