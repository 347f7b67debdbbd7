"""The pool against real faults: killed backends, slow statements, a server that goes away or hangs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from prometheus_client import REGISTRY

from db.pool import RETRY_FOR, Database, DatabaseTimeout, DatabaseUnavailable
from db.tally import tell
from tests.databases import execute
from tests.proxy import Proxy, proxied


@asynccontextmanager
async def opened(url: str, **options: Any) -> AsyncIterator[Database]:
    database = await Database.open(url, **{"application_name": "pool", **options})
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def hangable(url: str, **options: Any) -> AsyncIterator[tuple[Proxy, Database]]:
    async with proxied(url) as proxy, opened(proxy.url, **options) as database:
        yield proxy, database


async def until_idle(connection: Any) -> None:
    """Wait until no other session of this database is in the middle of something."""
    busy = "select count(*) from pg_stat_activity where datname = current_database() and state <> 'idle'"
    async with asyncio.timeout(10):
        while await connection.fetchval(f"{busy} and pid <> pg_backend_pid()"):
            await asyncio.sleep(0.01)


def metric(name: str, **labels: str) -> float:
    tell()
    return REGISTRY.get_sample_value(f"broadsheet_pool_{name}", {"pool": "pool", **labels}) or 0.0


async def until_metrics(**wanted: float) -> None:
    async with asyncio.timeout(10):
        while any(metric(name) != value for name, value in wanted.items()):
            await asyncio.sleep(0.01)


# Other tests have pools of the same name on databases of their own.
KILL = """select count(pg_terminate_backend(pid)) from pg_stat_activity
  where application_name = $1 and datname = current_database()"""
KILL_ONE = """select pg_terminate_backend(pid) from pg_stat_activity
  where application_name = $1 and datname = current_database()
  order by state <> 'active', random() limit 1"""


async def test_reads_values_and_rows(database: Database) -> None:
    assert await database.value("select $1::int + 1", 41) == 42
    assert await database.value("select 1 where false") is None
    assert [row["n"] for row in await database.rows("select n from generate_series(1, $1) n", 3)] == [1, 2, 3]


async def test_sessions_are_in_utc_and_limited(database: Database) -> None:
    names = ("timezone", "statement_timeout", "application_name", "jit")
    shown = [await database.value(f"show {name}") for name in names]
    assert shown == ["UTC", "2s", "test", "off"]


async def test_statements_are_prepared_once_by_name(database_url: str) -> None:
    async with opened(database_url, size=1) as database:
        text = "select count(*) from sources where name = $1 -- this one"
        for n in range(20):
            await database.value(text, str(n))
        found = await database.rows("select * from pg_prepared_statements where statement = $1", text)
    assert len(found) == 1
    assert found[0]["name"]
    assert found[0]["generic_plans"] + found[0]["custom_plans"] == 20


async def test_killed_backends_are_not_noticed_by_readers(database_url: str) -> None:
    killer = await asyncpg.connect(database_url)
    retries = metric("retries_total")
    async with opened(database_url, size=4) as database:
        done = asyncio.Event()
        reads = asyncio.Semaphore(0)

        async def read() -> None:
            while not done.is_set():
                assert await database.value("select 1 from pg_sleep(0.002)") == 1
                reads.release()

        readers = [asyncio.create_task(read()) for _ in range(8)]
        for n in range(40):
            for _ in range(10):
                await reads.acquire()
            # One session, and now and then all of them, as when a server is restarted.
            await killer.fetchval(KILL if n % 10 == 9 else KILL_ONE, "pool")
        done.set()
        await asyncio.gather(*readers)
        await until_metrics(in_use=0, waiting=0)
        # Those that were killed are open no more.
        ours = "select count(*) from pg_stat_activity where application_name = 'pool' and datname = current_database()"
        async with asyncio.timeout(10):
            while metric("connections") != await killer.fetchval(ours):
                await asyncio.sleep(0.01)
    assert metric("connections") == 0
    assert metric("retries_total") - retries >= 10
    await killer.close()


async def test_slow_statement_is_a_timeout_and_keeps_its_connection(database_url: str) -> None:
    async with opened(database_url, size=1, statement_timeout=0.1) as database:
        backend = await database.value("select pg_backend_pid()")
        with pytest.raises(DatabaseTimeout, match="too long"):
            await database.value("select pg_sleep(10)")
        with pytest.raises(DatabaseTimeout):
            async with database.transaction() as connection:
                await connection.execute("select pg_sleep(10)")
        assert await database.value("select pg_backend_pid()") == backend


async def test_hanging_server_is_given_up(database_url: str) -> None:
    clock = asyncio.get_running_loop().time
    async with hangable(database_url, size=2, statement_timeout=0.1) as (proxy, database):
        assert await database.value("select 1") == 1
        proxy.hang()
        started = clock()
        outcomes = await asyncio.gather(*(database.value("select 1") for _ in range(6)), return_exceptions=True)
        with pytest.raises((DatabaseTimeout, DatabaseUnavailable)):
            async with database.transaction() as connection:
                await connection.execute("select 1")
        assert clock() - started < 2 * 0.6 + 1
        assert {type(outcome) for outcome in outcomes} <= {DatabaseTimeout, DatabaseUnavailable}
        proxy.flow()
        assert await database.value("select 1") == 1


async def test_a_cold_pool_gives_up_a_hanging_server_for_all_who_wait(database_url: str) -> None:
    clock = asyncio.get_running_loop().time
    async with hangable(database_url, size=2, statement_timeout=0.1) as (proxy, database):
        proxy.hang()
        started = clock()
        outcomes = await asyncio.gather(*(database.value("select 1") for _ in range(20)), return_exceptions=True)
        assert clock() - started < 0.6 + 1
        assert {type(outcome) for outcome in outcomes} <= {DatabaseTimeout, DatabaseUnavailable}
        proxy.flow()
        assert await database.value("select 1") == 1


async def test_a_closed_pool_leaves_nobody_waiting_and_no_connection(database_url: str) -> None:
    async with opened(database_url, size=1) as database:
        async with database.transaction():
            waiting = [asyncio.create_task(database.value("select 1")) for _ in range(3)]
            await until_metrics(waiting=3)
            closing = asyncio.create_task(database.close())
            outcomes = await asyncio.gather(*waiting, return_exceptions=True)
        await closing
        assert {type(outcome) for outcome in outcomes} == {DatabaseUnavailable}
        with pytest.raises(DatabaseUnavailable):
            await database.value("select 1")
        await until_metrics(connections=0)


async def test_one_who_is_cancelled_while_waiting_takes_no_session_along(database_url: str) -> None:
    async with opened(database_url, size=1) as database:
        async with database.transaction():
            waiting = [asyncio.create_task(database.value("select 1")) for _ in range(4)]
            await until_metrics(waiting=4)
            waiting[0].cancel()
        waiting[1].cancel()  # handed a session in this very step, or about to be
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)
        assert outcomes[2:] == [1, 1]
        assert {type(outcome) for outcome in outcomes[:1]} == {asyncio.CancelledError}
        assert await database.value("select 1") == 1
        assert database.sessions == 1


async def test_hang_within_a_transaction_ends_it(database_url: str) -> None:
    async with hangable(database_url, size=1, statement_timeout=0.1) as (proxy, database):
        with pytest.raises(DatabaseTimeout):
            async with database.transaction() as connection:
                await connection.execute("create table half (n int)")
                proxy.hang()
                await connection.execute("select 1")
        proxy.flow()
        assert await database.value("select to_regclass('half')") is None


async def test_server_that_is_gone_is_told_within_a_second_and_found_again(database_url: str) -> None:
    clock = asyncio.get_running_loop().time
    async with hangable(database_url, size=2) as (proxy, database):
        assert await database.value("select 1") == 1
        await proxy.cut()
        started = clock()
        with pytest.raises(DatabaseUnavailable, match="can't be reached"):
            await database.value("select 1")
        with pytest.raises(DatabaseUnavailable):
            async with database.transaction():
                pass
        assert clock() - started < 2 * (RETRY_FOR + 1)
        reading = asyncio.create_task(database.value("select 1"))
        await proxy.open()
        assert await reading == 1


async def test_no_free_connection_is_unavailable(database_url: str) -> None:
    async with opened(database_url, size=1, statement_timeout=0.1) as database, database.transaction():
        waiting = asyncio.create_task(database.value("select 1"))
        await until_metrics(waiting=1, in_use=1, connections=1)
        with pytest.raises(DatabaseUnavailable):
            await waiting


async def test_wrong_database_is_unavailable(database_url: str) -> None:
    async with opened(database_url.replace("broadsheet_test_", "broadsheet_none_")) as database:
        with pytest.raises(DatabaseUnavailable):
            await database.value("select 1")


async def test_cancelled_read_ends_on_the_server_and_frees_its_connection(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    async with opened(database_url, size=1) as database:
        reading = asyncio.create_task(database.value("select pg_sleep(1.5)"))
        active = "select count(*) from pg_stat_activity where application_name = 'pool' and state = 'active'"
        while not await connection.fetchval(f"{active} and datname = current_database()"):
            await asyncio.sleep(0.01)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        await until_metrics(in_use=0)
        await until_idle(connection)
        assert await database.value("select 1") == 1
    await connection.close()


async def test_transaction_commits_or_rolls_back_and_passes_errors_on(database: Database) -> None:
    async with database.transaction() as connection:
        await connection.execute("create table kept (n int primary key)")
        await connection.execute("insert into kept values (1)")
    with pytest.raises(KeyError):
        async with database.transaction() as connection:
            await connection.execute("insert into kept values (2)")
            raise KeyError
    with pytest.raises(asyncpg.UniqueViolationError):
        async with database.transaction() as connection:
            await connection.execute("insert into kept values (1)")
    assert await database.value("select array_agg(n) from kept") == [1]


async def test_lost_transaction_is_not_repeated(database_url: str) -> None:
    killer = await asyncpg.connect(database_url)
    async with opened(database_url, size=1) as database:
        await database.value("create table kept (n int)")
        runs = 0
        with pytest.raises(DatabaseUnavailable):
            async with database.transaction() as connection:
                runs += 1
                await connection.execute("insert into kept values (1)")
                await killer.fetchval(KILL, "pool")
                await connection.execute("insert into kept values (2)")
        assert (runs, await database.value("select count(*) from kept")) == (1, 0)
        # The connection that is found dead before anything was sent costs nothing.
        await killer.fetchval(KILL, "pool")
        async with database.transaction() as connection:
            await connection.execute("insert into kept values (3)")
        assert await database.value("select array_agg(n) from kept") == [3]
    await killer.close()


async def test_a_type_that_changed_is_read_as_it_is(database_url: str) -> None:
    async with opened(database_url, size=1) as database:
        await execute(database_url, "create type pair as (a int, b int); create table pairs (p pair);")
        await execute(database_url, "insert into pairs values ((1, 2))")
        assert tuple(await database.value("select p from pairs")) == (1, 2)
        await execute(database_url, "alter type pair add attribute c text cascade; update pairs set p = (1, 2, 'x')")
        assert tuple(await database.value("select p from pairs")) == (1, 2, "x")


async def test_outcomes_are_counted(database_url: str) -> None:
    outcomes = ("ok", "timeout", "unavailable", "error")
    before = [metric("seconds_count", outcome=outcome) for outcome in outcomes]
    async with opened(database_url, size=1, statement_timeout=0.1) as database:
        await database.value("select 1")
        with pytest.raises(DatabaseTimeout):
            await database.value("select pg_sleep(10)")
        with pytest.raises(asyncpg.UndefinedColumnError):
            await database.value("select nothing")
        async with database.transaction():
            with pytest.raises(DatabaseUnavailable):
                await database.value("select 1")
    after = [metric("seconds_count", outcome=outcome) for outcome in outcomes]
    assert [b - a for a, b in zip(before, after, strict=True)] == [2, 1, 1, 1]
    assert metric("connections") == 0
