"""The worker: runs jobs, writes what falls due, and gives signs of life."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog

from db.ids import uuid7
from db.pool import CLIENT_ERRORS, Database, DatabaseTimeout, DatabaseUnavailable
from db.queue import Handler, Pace, enqueue, run_jobs
from db.statements import statements
from jobs.due import keep_due
from jobs.topics import give_anew

BEAT_SECONDS = 5.0
TIDY_EVERY = timedelta(hours=1)
KEEP_LOG = timedelta(days=7)
# Longer than anybody tries again to post a comment.
KEEP_KEYS, KEYS_AT_ONCE = timedelta(days=7), 100_000
KEEP_WORKERS = timedelta(days=1)

log = structlog.get_logger("broadsheet.worker")


class JobsLeft(Exception):
    """Jobs did not end in the time that a stop allows; they run again elsewhere. End the process at once."""


def utc_now() -> datetime:
    return datetime.now(UTC)


def handlers(database: Database, clock: Callable[[], datetime]) -> Mapping[str, Handler]:
    """What this edition's worker can do, by the name of the job."""

    async def tidy(_payload: bytes) -> None:
        now = clock()
        async with database.transaction() as connection:
            await connection.execute(statements("workers")["tidy"], now - KEEP_WORKERS)
            await connection.execute(statements("queue")["tidy"], now - KEEP_LOG)
            await connection.execute(statements("idempotency")["expire"], now - KEEP_KEYS, KEYS_AT_ONCE)

    async def topics(payload: bytes) -> None:
        await give_anew(database, int(payload), now=clock())

    return {"tidy": tidy, "topics": topics}


async def work(
    database: Database,
    listen_url: str,
    can_do: Mapping[str, Handler],
    *,
    stop: asyncio.Event,
    graceful_seconds: float,
    clock: Callable[[], datetime] = utc_now,
    pace: Pace | None = None,
    close_after: timedelta | None = None,
) -> None:
    """Work until stop is set and the jobs in flight have ended. A database that is away is waited for.

    listen_url leads to the same database without a pooler between; close_after is as `write_due` has it. Raises
    JobsLeft when jobs outlast graceful_seconds; the caller must then end the process without cancelling them, or they
    would count as done.
    """
    worker_id = uuid7(clock())
    async with keep_due(database, clock=clock, close_after=close_after):
        beat = asyncio.create_task(_beat(database, worker_id, clock))
        jobs = asyncio.create_task(_run(listen_url, can_do, stop, pace))
        try:
            stopped = asyncio.create_task(stop.wait())
            await asyncio.wait({jobs, stopped}, return_when=asyncio.FIRST_COMPLETED)
            stopped.cancel()
            await asyncio.wait({jobs}, timeout=graceful_seconds)
            if not jobs.done():
                raise JobsLeft
            jobs.result()
        finally:
            beat.cancel()
        await _leave(database, worker_id)


async def _run(url: str, can_do: Mapping[str, Handler], stop: asyncio.Event, pace: Pace | None) -> None:
    """Run jobs over one connection after the other, with growing pauses while the database is away."""
    pause = 0.25
    while not stop.is_set():
        try:
            began = asyncio.get_running_loop().time()
            await run_jobs(url, can_do, stop=stop, pace=pace)
        except (*CLIENT_ERRORS, RuntimeError) as problem:
            if asyncio.get_running_loop().time() - began > 30:
                pause = 0.25
            log.warning("queue_lost", kind=type(problem).__name__, pause=pause)
            await _stop_or(stop, pause)
            pause = min(pause * 2, 10.0)


async def _beat(database: Database, worker_id: UUID, clock: Callable[[], datetime]) -> None:
    """Give signs of life, and ask for a tidying at the first one and then every hour."""
    tidied: datetime | None = None
    while True:
        now = clock()
        due = tidied is None or now - tidied >= TIDY_EVERY
        try:
            async with database.transaction() as connection:
                beat = statements("workers")["beat"]
                await connection.execute(beat, worker_id, socket.gethostname(), os.getpid(), now)
                if due:
                    await enqueue(connection, "tidy", key="tidy")
            tidied = now if due else tidied
        except (DatabaseTimeout, DatabaseUnavailable):
            pass  # Its absence is the sign.
        except Exception as problem:
            log.error("beat_failed", exc_info=problem)
        await asyncio.sleep(BEAT_SECONDS)


async def _leave(database: Database, worker_id: UUID) -> None:
    """Take the worker's row along; without the database, the tidying does it one day."""
    with contextlib.suppress(DatabaseTimeout, DatabaseUnavailable):
        async with database.transaction() as connection:
            await connection.execute(statements("workers")["leave"], worker_id)


async def _stop_or(stop: asyncio.Event, seconds: float) -> None:
    waiting = asyncio.create_task(stop.wait())
    await asyncio.wait({waiting}, timeout=seconds)
    waiting.cancel()
