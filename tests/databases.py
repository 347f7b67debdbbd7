"""Databases that tests make on the server they are given."""

import re
from collections import Counter
from typing import Any

import asyncpg

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
