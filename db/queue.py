"""Jobs in Postgres: pgqueuer in the schema `jobs`, called from here and nowhere else.

A job is a name and a payload. It is written in the caller's transaction, so it exists if and only if what asked for it
does. It runs at least once: a handler must bear to be run again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import asyncpg
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.qb import (
    QueryBuilderEnvironment,
    QueryQueueBuilder,
    QuerySchedulerBuilder,
)
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.executors import DatabaseRetryEntrypointExecutor
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.models import Job
from pgqueuer.domain.settings import DBSettings, Durability
from pgqueuer.domain.types import Channel

Handler = Callable[[bytes], Awaitable[None]]

# Every name is given, because pgqueuer would else read variables such as TRIGGER and CHANNEL of the environment.
SETTINGS = DBSettings(
    prefix="",
    db_schema="jobs",
    channel=Channel("ch_pgqueuer"),
    function="fn_pgqueuer_changed",
    trigger="tg_pgqueuer_changed",
    queue_table="pgqueuer",
    queue_table_log="pgqueuer_log",
    queue_status_type="pgqueuer_status",
    statistics_table="pgqueuer_statistics",
    schedules_table="pgqueuer_schedules",
    durability=Durability.durable,
)


@dataclass(frozen=True, slots=True)
class Pace:
    """How a worker takes jobs. lost_after: a job whose worker was silent so long is run again by another one."""

    at_once: int = 10
    lost_after: timedelta = timedelta(seconds=20)
    look_every: timedelta = timedelta(seconds=5)
    attempts: int = 5
    first_pause: timedelta = timedelta(seconds=1)


def install_text() -> str:
    """The SQL by which the locked pgqueuer would install itself; migration 0002 holds it."""
    return QueryBuilderEnvironment(SETTINGS).build_install_query()


async def enqueue(
    connection: Any, name: str, payload: bytes = b"", *, key: str | None = None, after: timedelta | None = None
) -> bool:
    """Write a job in the connection's transaction; it runs once that has committed, and after a delay if one is given.

    key: while a job with the same key waits or runs, no second one is written. False says that this was so.
    """
    # "skip": the default would raise on a known key and so abort the caller's transaction.
    ids = await _queries(connection).enqueue(name, payload, execute_after=after, dedupe_key=key, on_conflict="skip")
    return ids[0] is not None


async def run_jobs(url: str, handlers: Mapping[str, Handler], *, stop: asyncio.Event, pace: Pace | None = None) -> None:
    """Run jobs over one connection until stop is set and those in flight have ended, or the connection is lost.

    A handler that raises is tried again, with doubling pauses; after the last attempt its job is kept as failed.
    Raises what the connection raises.
    """
    pace = pace or Pace()
    connection = await asyncpg.connect(
        url, timeout=10, server_settings={"application_name": "broadsheet queue", "timezone": "UTC"}
    )
    try:
        manager = QueueManager(_queries(connection), channel=Channel(SETTINGS.channel))
        for name, handler in handlers.items():
            manager.entrypoint(
                name,
                on_failure="hold",
                accepts_context=False,
                executor_factory=partial(
                    DatabaseRetryEntrypointExecutor,
                    max_attempts=pace.attempts - 1,
                    initial_delay=pace.first_pause,
                ),
            )(_entrypoint(handler))
        forward = asyncio.create_task(_forward(stop, manager.shutdown))
        try:
            await manager.run(
                dequeue_timeout=pace.look_every,
                batch_size=max(pace.at_once // 2, 1),
                max_concurrent_tasks=max(pace.at_once, 2),
                heartbeat_timeout=pace.lost_after,
                shutdown_on_listener_failure=True,
            )
        finally:
            forward.cancel()
    finally:
        await connection.close(timeout=2)


def _queries(connection: Any) -> Queries:
    return Queries(
        AsyncpgDriver(connection),
        QueryBuilderEnvironment(SETTINGS),
        QueryQueueBuilder(SETTINGS),
        QuerySchedulerBuilder(SETTINGS),
    )


def _entrypoint(handler: Handler) -> Callable[[Job], Awaitable[None]]:
    async def run(job: Job) -> None:
        await handler(job.payload or b"")

    return run


async def _forward(stop: asyncio.Event, shutdown: asyncio.Event) -> None:
    await stop.wait()
    shutdown.set()
