"""What falls due by time alone: ends of embargoes and expiries, of discussions and of suspensions. Time changes nothing
by itself; this writes it.

Every process that lives looks twice a second, server or worker, and an advisory lock lets one of them write.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from db.changes import Kind, Line, append
from db.pool import Database, DatabaseTimeout, DatabaseUnavailable
from db.retry import write
from db.statements import statements
from jobs.counters import count_public

# Things in one transaction, so that none holds the log's lock for long.
BATCH = 500
INTERVAL = 0.5

log = structlog.get_logger("broadsheet.due")


async def write_due(database: Database, *, now: datetime, close_after: timedelta | None = None) -> int:
    """Publish, withdraw, close and let lapse what has fallen due at now, with counters and log lines; how many things
    it were.

    close_after: the age at which articles take no more comments; None: none does by age. 0 also means that another
    process is at it. At most BATCH things each way: call again until it answers 0.
    """
    closed_until = now - close_after if close_after else None
    if not await database.value(statements("due")["waiting"], now, closed_until):
        return 0
    written = await write(database, lambda connection: _articles(connection, now, closed_until))
    # In a transaction of their own: both count or change commenters, each in the order of ids.
    written |= await write(database, lambda connection: _commenters(connection, now))
    if any(written.values()):
        log.info("due_written", **written)
    return sum(written.values())


async def _articles(connection: Any, now: datetime, closed_until: datetime | None) -> dict[str, int]:
    due = statements("due")
    if not await connection.fetchval(due["lock"]):
        return {}
    came = await connection.fetch(due["publish"], now, BATCH)
    went = await connection.fetch(due["withdraw"], now, BATCH)
    closed = await connection.fetch(due["close_comments"], now, closed_until, BATCH)
    published, withdrawn = sorted(row["id"] for row in came), sorted(row["id"] for row in went)
    if published or withdrawn:
        await count_public(connection, published, withdrawn)
    seen = sorted({row["id"] for row in closed if row["is_public"]} - set(published))
    await append(connection, _lines(published, withdrawn, seen))
    return {"published": len(published), "withdrawn": len(withdrawn), "closed": len(closed)}


async def _commenters(connection: Any, now: datetime) -> dict[str, int]:
    """End what moderators said for a time. Whoever was erased meanwhile stayed for nothing else."""
    sql = statements("commenters")
    if not await connection.fetchval(statements("due")["lock"]):
        return {}
    lapsed = await connection.fetch(sql["lapse"], now, BATCH)
    over = [row["id"] for row in await connection.fetch(sql["over"], now, BATCH)]
    if over:
        await connection.execute(sql["remove"], over)
    return {"lapsed": len(lapsed), "removed": len(over)}


def _lines(published: list[UUID], withdrawn: list[UUID], closed: list[UUID]) -> list[Line]:
    """Lines of the log. Nothing that a filter reads has changed, only whether the article is there at all, or takes
    comments."""
    return [
        Line(kind, f"a_{article}", article)
        for kind, articles in (
            (Kind.ARTICLE_PUBLISHED, published),
            (Kind.ARTICLE_WITHDRAWN, withdrawn),
            (Kind.ARTICLE_UPDATED, closed),
        )
        for article in articles
    ]


@contextlib.asynccontextmanager
async def keep_due(
    database: Database, *, clock: Callable[[], datetime], close_after: timedelta | None = None
) -> AsyncIterator[None]:
    """Look every half second, for as long as the block lasts. A database that is away is waited for."""
    task = asyncio.create_task(_keep(database, clock, close_after), name="due")
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _keep(database: Database, clock: Callable[[], datetime], close_after: timedelta | None) -> None:
    away = False
    while True:
        try:
            while await write_due(database, now=clock(), close_after=close_after):
                pass
            away = False
        except (DatabaseTimeout, DatabaseUnavailable) as problem:
            if not away:
                log.warning("due_waits_for_database", kind=type(problem).__name__)
            away = True
        except Exception as problem:
            log.error("due_failed", exc_info=problem)
        await asyncio.sleep(INTERVAL)
