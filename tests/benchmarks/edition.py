"""An invented edition for benchmarks: `python -m tests.benchmarks.edition --database URL [--articles 200000]`.

Fills a migrated, empty database with articles, 500 sources, 300 topics and threaded comments, everything as the
program itself would have written it (tests/benchmarks/edition.sql says what, a test proves it on a small one). The
same size gives the same rows every time. Postgres makes the rows; indexes are dropped before and made after. A load
that was broken off leaves them out: drop the database and begin anew.
"""

import argparse
import asyncio
import os
import time
from collections.abc import Sequence
from pathlib import Path

import asyncpg

from db.migrate import migrate
from db.statements import parse

_MEMORY = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
# What a server for benchmarks is told (see db/embedded.py): as many buffers as docs/operations.md advises, and for all
# who are compared the `work_mem` that Broadsheet's own sessions have.
SERVER = {
    "shared_buffers": f"{_MEMORY // 4}MB",
    "effective_cache_size": f"{_MEMORY // 2}MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "512MB",
    "max_wal_size": "16GB",
    "checkpoint_timeout": "30min",
}
# Comments for each article, so that larger editions stay loadable: five, two from 2 million on, one from 10 million on.
COMMENTS = ((10_000_000, 1), (2_000_000, 2), (0, 5))
_SQL = parse("edition", Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
_FILLED = (
    "articles", "article_keys", "article_topics", "article_authors", "comments", "entries", "images", "revisions",
)  # fmt: skip
_CHUNK = 5_000


def comments_for(articles: int) -> int:
    """How many comments an edition of so many articles has, about."""
    return articles * next(each for least, each in COMMENTS if articles >= least)


async def load(url: str, articles: int, *, sessions: int = 2) -> None:
    """Migrate the database if need be and fill it, over so many sessions. RuntimeError where it is not empty."""
    await migrate(url)
    connections = [await _connect(url) for _ in range(sessions)]
    first = connections[0]
    try:
        if await first.fetchval("select exists (select from articles)"):
            raise RuntimeError("This database has articles already.")
        made = await _strip(first)
        await first.execute(_SQL["begin"])
        await first.execute(_SQL["choose"], articles, comments_for(articles))
        for step in ("words", "sources", "authors", "topics", "commenters", "plan"):
            await first.execute(_SQL[step])
            _say(step)
        await first.execute("analyze")
        chunks = [(start, min(start + _CHUNK - 1, articles)) for start in range(1, articles + 1, _CHUNK)]
        # Comments first: articles carry how many they have.
        await _share(connections, [[(name, chunk) for name in ("comments", "articles")] for chunk in chunks])
        keys, indexes, references = made
        for some in (keys, indexes):
            await _share(connections, [[(statement, ())] for statement in some])
        await first.execute("analyze")
        _say("indexes")
        await first.execute(_SQL["count"])
        await first.execute("drop schema edition cascade")
        for statement in references:
            await first.execute(statement)
        _say("counters and references")
        await first.execute("vacuum analyze")
        await first.execute("checkpoint")
        _say("vacuum")
    finally:
        for connection in connections:
            await connection.close()


async def _connect(url: str) -> "asyncpg.Connection[asyncpg.Record]":
    connection = await asyncpg.connect(url, statement_cache_size=0, command_timeout=None)
    # What is joined here is made of series, whose sizes the planner guesses wrongly.
    await connection.execute(
        "set synchronous_commit = off; set enable_nestloop = off; set work_mem = '256MB'; set jit = off;"
        "set maintenance_work_mem = '1GB'; set timezone = 'UTC'"
    )
    return connection


async def _strip(connection: "asyncpg.Connection[asyncpg.Record]") -> tuple[list[str], list[str], list[str]]:
    """Drop keys, indexes and references of the tables that are filled; the statements that make them again."""
    constraints = await connection.fetch(_SQL["constraints"], _FILLED)
    indexes = await connection.fetch(_SQL["indexes"], _FILLED)
    for row in (*constraints, *indexes):
        await connection.execute(row["dropped"])
    keys = [row["made"] for row in constraints if row["is_key"]]
    references = [row["made"] for row in constraints if not row["is_key"]]
    return keys, [row["made"] for row in indexes], references


async def _share(
    connections: Sequence["asyncpg.Connection[asyncpg.Record]"], work: Sequence[Sequence[tuple[str, tuple[int, ...]]]]
) -> None:
    """Run parts of several statements, named ones or as they stand, over all sessions at once."""
    left = iter(work)
    done = 0

    async def some(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        nonlocal done
        for part in left:
            for statement, arguments in part:
                await connection.execute(_SQL.get(statement, statement), *arguments)
            done += 1
            if done % 20 == 0 or done == len(work):
                _say(f"{done} of {len(work)} parts")

    await asyncio.gather(*(some(connection) for connection in connections))


def _say(what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {what}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True, help="its address")
    parser.add_argument("--articles", type=int, default=200_000)
    parser.add_argument("--sessions", type=int, default=2)
    arguments = parser.parse_args()
    asyncio.run(load(arguments.database, arguments.articles, sessions=arguments.sessions))


if __name__ == "__main__":
    main()
