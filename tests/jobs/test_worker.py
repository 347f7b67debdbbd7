"""The worker: jobs in the caller's transaction, at least once; heartbeats; what happens when it is killed."""

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from db.pool import Database
from db.queue import Pace, enqueue, install_text, run_jobs
from jobs import worker
from jobs.worker import JobsLeft, handlers, work
from tests.services import ROOT, until

QUICK = Pace(lost_after=timedelta(seconds=1), look_every=timedelta(milliseconds=200), first_pause=timedelta())


def test_the_migration_is_what_the_locked_version_installs() -> None:
    migration = ROOT / "db" / "migrations" / "0002_jobs.sql"
    assert migration.read_text(encoding="utf-8").strip() == install_text().strip()


async def test_a_job_exists_once_its_transaction_has_committed(database: Database) -> None:
    async def fail() -> None:
        async with database.transaction() as connection:
            assert await enqueue(connection, "probe")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await database.value("select count(*) from jobs.pgqueuer") == 0

    async with database.transaction() as connection:
        assert await enqueue(connection, "probe", b"x")
    assert await database.value("select payload from jobs.pgqueuer") == b"x"


async def test_a_known_key_is_skipped_and_the_transaction_goes_on(database: Database) -> None:
    async with database.transaction() as connection:
        assert await enqueue(connection, "probe", key="one")
        assert not await enqueue(connection, "probe", key="one")
        assert await enqueue(connection, "probe", key="two")
    assert await database.value("select count(*) from jobs.pgqueuer") == 2


async def test_jobs_run_and_the_worker_stops_when_told(database: Database, database_url: str) -> None:
    done: list[bytes] = []
    stop = asyncio.Event()

    async def probe(payload: bytes) -> None:
        done.append(payload)
        if len(done) == 3:
            stop.set()

    async with database.transaction() as connection:
        for payload in (b"1", b"2", b"3"):
            await enqueue(connection, "probe", payload)
    async with asyncio.timeout(10):
        await work(database, database_url, {"probe": probe}, stop=stop, graceful_seconds=5, pace=QUICK)
    assert sorted(done) == [b"1", b"2", b"3"]
    assert await database.value("select count(*) from jobs.pgqueuer where entrypoint = 'probe'") == 0
    assert await database.value("select count(*) from workers") == 0


async def test_a_job_that_fails_is_tried_again_and_kept_at_last(database: Database, database_url: str) -> None:
    tries: list[bytes] = []
    stop = asyncio.Event()

    async def probe(payload: bytes) -> None:
        tries.append(payload)
        raise ValueError("not today")

    async with database.transaction() as connection:
        await enqueue(connection, "probe")
    pace = Pace(look_every=timedelta(milliseconds=100), attempts=3, first_pause=timedelta())
    working = asyncio.create_task(
        work(database, database_url, {"probe": probe}, stop=stop, graceful_seconds=5, pace=pace)
    )

    async def failed() -> bool:
        return bool(await database.value("select count(*) from jobs.pgqueuer where status = 'failed'"))

    await until(failed)
    stop.set()
    await working
    assert len(tries) == 3


async def test_jobs_that_outlast_the_grace_are_left_to_others(database: Database, database_url: str) -> None:
    began, stop = asyncio.Event(), asyncio.Event()

    async def endless(_payload: bytes) -> None:
        began.set()
        await asyncio.Event().wait()

    async with database.transaction() as connection:
        await enqueue(connection, "endless")
    working = asyncio.create_task(
        work(database, database_url, {"endless": endless}, stop=stop, graceful_seconds=0.1, pace=QUICK)
    )
    await began.wait()
    stop.set()
    with pytest.raises(JobsLeft):
        await working
    assert await database.value("select status::text from jobs.pgqueuer where entrypoint = 'endless'") == "picked"


async def test_a_worker_gives_signs_of_life_and_tidies(database: Database, database_url: str) -> None:
    stop = asyncio.Event()
    now = datetime(2025, 6, 18, 12, tzinfo=UTC)
    async with database.transaction() as connection:
        await connection.execute(
            "insert into workers values (gen_random_uuid(), 'gone', 1, $1, $1)", now - timedelta(days=2)
        )
    working = asyncio.create_task(
        work(
            database,
            database_url,
            handlers(database, lambda: now),
            stop=stop,
            graceful_seconds=5,
            clock=lambda: now,
            pace=QUICK,
        )
    )

    async def tidied() -> bool:
        rows = await database.rows("select host, pid, beat_at from workers")
        return [(row["pid"], row["beat_at"]) for row in rows] == [(os.getpid(), now)]

    await until(tidied)
    stop.set()
    await working


KILLED = """
import asyncio, sys
from pathlib import Path
from tests.jobs.test_worker import QUICK
from db.pool import Database
from jobs.worker import work

async def main(url):
    database = await Database.open(url, size=3)

    async def probe(payload):
        print("began", flush=True)
        await asyncio.Event().wait()

    await work(database, url, {"probe": probe}, stop=asyncio.Event(), graceful_seconds=5, pace=QUICK)

asyncio.run(main(sys.argv[1]))
"""


async def test_jobs_of_a_killed_worker_run_again(database: Database, database_url: str) -> None:
    async with database.transaction() as connection:
        await enqueue(connection, "probe", b"again")
    victim = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED, database_url, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert victim.stdout is not None
    assert await asyncio.wait_for(victim.stdout.readline(), 20) == b"began\n"
    victim.send_signal(signal.SIGKILL)
    await victim.wait()

    done: list[bytes] = []
    stop = asyncio.Event()

    async def probe(payload: bytes) -> None:
        done.append(payload)
        stop.set()

    async with asyncio.timeout(20):
        await work(database, database_url, {"probe": probe}, stop=stop, graceful_seconds=5, pace=QUICK)
    assert done == [b"again"]


def test_a_lost_worker_is_noticed_within_a_minute() -> None:
    pace = Pace()
    # pgqueuer looks for lost jobs each time it looks for any.
    assert pace.lost_after + pace.look_every < timedelta(seconds=60)


@pytest.mark.parametrize(
    "lost",
    [
        ConnectionResetError(),
        asyncpg.AdminShutdownError(),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.InternalClientError("cannot switch to state 11; another operation (2) is in progress"),
    ],
    ids=lambda lost: type(lost).__name__,
)
async def test_a_connection_may_be_lost_at_any_step(
    lost: Exception, database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    done, stop = asyncio.Event(), asyncio.Event()
    runs = []

    async def lost_at_first(*given: Any, **more: Any) -> None:
        runs.append(given)
        if len(runs) == 1:
            raise lost
        await run_jobs(*given, **more)

    async def probe(_payload: bytes) -> None:
        done.set()
        stop.set()

    monkeypatch.setattr(worker, "run_jobs", lost_at_first)
    async with database.transaction() as connection:
        await enqueue(connection, "probe")
    async with asyncio.timeout(20):
        await work(database, database_url, {"probe": probe}, stop=stop, graceful_seconds=5, pace=QUICK)
    assert done.is_set()


async def test_a_lost_connection_is_made_again(database: Database, database_url: str) -> None:
    done, stop = asyncio.Event(), asyncio.Event()

    async def probe(_payload: bytes) -> None:
        done.set()

    working = asyncio.create_task(
        work(database, database_url, {"probe": probe}, stop=stop, graceful_seconds=5, pace=QUICK)
    )
    listening = "select count(*) from pg_stat_activity where application_name = 'broadsheet queue' and datname = $1"
    name = await database.value("select current_database()")

    async def is_listening() -> bool:
        return bool(await database.value(listening, name))

    await until(is_listening)
    async with database.transaction() as connection:
        await connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where application_name = 'broadsheet queue' and datname = $1",
            name,
        )
        await enqueue(connection, "probe")
    await asyncio.wait_for(done.wait(), 20)
    stop.set()
    await working
