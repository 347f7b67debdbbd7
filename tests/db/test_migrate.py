"""Migrations on a real server: order, one transaction each, several processes, locks held by others."""

import asyncio
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from db import migrate as module
from db.migrate import MIGRATIONS, MigrationBlocked, MigrationChanged, MigrationMissing, migrate, migrations, pending
from db.pool import Database


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "0001_one.sql").write_text("create table one (n int); insert into one values (1);\n")
    (tmp_path / "0002_two.sql").write_text("alter table one add column m int not null default 2;\n")
    return tmp_path


async def ask(url: str, statement: str) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def applied(url: str, folder: Path) -> list[str]:
    """The names of a folder's files that migrating applied."""
    return await migrate(url, migrations(folder))


async def waiting(url: str, folder: Path = MIGRATIONS) -> list[str]:
    """The names of a folder's files that are not applied yet."""
    database = await Database.open(url)
    try:
        return await pending(database, migrations(folder))
    finally:
        await database.close()


def test_our_own_files_are_numbered_in_order() -> None:
    numbers = [int(m.name[:4]) for m in migrations()]
    assert numbers == sorted(set(numbers))


def test_a_number_is_given_once(folder: Path) -> None:
    (folder / "0002_zwei.sql").write_text("select 1;")
    with pytest.raises(ValueError, match="0002_two, 0002_zwei"):
        migrations(folder)


async def test_applies_each_file_once_in_order(empty_database_url: str, folder: Path) -> None:
    assert await waiting(empty_database_url, folder) == ["0001_one", "0002_two"]
    assert await applied(empty_database_url, folder) == ["0001_one", "0002_two"]
    assert await applied(empty_database_url, folder) == []
    (folder / "0003_three.sql").write_text("update one set m = 3;")
    assert await waiting(empty_database_url, folder) == ["0003_three"]
    assert await applied(empty_database_url, folder) == ["0003_three"]
    assert await ask(empty_database_url, "select n + m from one") == 4


async def test_a_file_that_fails_leaves_nothing(empty_database_url: str, folder: Path) -> None:
    (folder / "0002_two.sql").write_text("create table two (n int); select no_such_column;")
    with pytest.raises(asyncpg.UndefinedColumnError):
        await applied(empty_database_url, folder)
    assert await waiting(empty_database_url, folder) == ["0002_two"]
    assert await ask(empty_database_url, "select to_regclass('two')") is None


async def test_a_concurrent_file_locks_nothing_and_may_be_cut_off(empty_database_url: str, folder: Path) -> None:
    await applied(empty_database_url, folder)
    index = "create index concurrently one_n on one (n)"
    (folder / "0003_three.sql").write_text(
        f"-- concurrently\ndrop index concurrently if exists one_n;\n{index};\nselect 1 / 0;\n"
    )
    with pytest.raises(asyncpg.DivisionByZeroError):
        await applied(empty_database_url, folder)
    assert await ask(empty_database_url, "select to_regclass('one_n')::text") == "one_n"
    assert await waiting(empty_database_url, folder) == ["0003_three"]
    (folder / "0003_three.sql").write_text(
        f"-- concurrently\ndrop index concurrently if exists one_n;\n{index};\nselect pg_sleep(0);\n"
    )
    writer = await asyncpg.connect(empty_database_url)
    try:
        # Whoever migrates waits for the writer, and nobody waits for whoever migrates.
        async with writer.transaction():
            await writer.execute("insert into one values (2)")
            migrating = asyncio.create_task(applied(empty_database_url, folder))
            await until_true(empty_database_url, "select exists (select from pg_index where not indisvalid)")
            assert await ask(empty_database_url, "insert into one values (3) returning n") == 3
        assert await migrating == ["0003_three"]
    finally:
        await writer.close()


async def until_true(url: str, question: str) -> None:
    async with asyncio.timeout(20):
        while not await ask(url, question):
            await asyncio.sleep(0.02)


async def test_five_processes_at_once_apply_each_file_once(empty_database_url: str) -> None:
    outcomes = await asyncio.gather(*(migrate(empty_database_url) for _ in range(5)))
    assert sorted(name for names in outcomes for name in names) == [m.name for m in migrations()]
    assert await waiting(empty_database_url) == []


async def test_a_changed_or_missing_file_is_told(empty_database_url: str, folder: Path) -> None:
    await applied(empty_database_url, folder)
    kept = (folder / "0001_one.sql").read_text()
    (folder / "0001_one.sql").write_text(kept + "-- changed")
    for check in (applied, waiting):
        with pytest.raises(MigrationChanged, match="0001_one"):
            await check(empty_database_url, folder)
    (folder / "0001_one.sql").unlink()
    for check in (applied, waiting):
        with pytest.raises(MigrationMissing, match="0001_one"):
            await check(empty_database_url, folder)


async def test_an_older_program_serves_a_newer_database_but_does_not_migrate_it(
    empty_database_url: str, folder: Path
) -> None:
    await applied(empty_database_url, folder)
    (folder / "0002_two.sql").unlink()
    assert await waiting(empty_database_url, folder) == []
    with pytest.raises(MigrationMissing, match="0002_two"):
        await applied(empty_database_url, folder)


async def test_waits_for_a_table_in_steps(
    empty_database_url: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another session has the table: the migration lets go again and again, so that readers get through."""
    monkeypatch.setattr(module, "LOCK_TIMEOUT", "50ms")
    (folder / "0002_two.sql").rename(folder.parent / "0002_two.sql")
    await applied(empty_database_url, folder)
    (folder.parent / "0002_two.sql").rename(folder / "0002_two.sql")
    holder = await asyncpg.connect(empty_database_url)
    holding = holder.transaction()
    await holding.start()
    await holder.fetch("select * from one")
    migrating = asyncio.create_task(applied(empty_database_url, folder))
    for _ in range(10):
        assert await ask(empty_database_url, "select count(*) from one") == 1
    assert not migrating.done()
    await holding.rollback()
    assert await migrating == ["0002_two"]
    await holder.close()


async def test_gives_up_on_a_table_that_stays_locked(
    empty_database_url: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOCK_TIMEOUT", "20ms")
    monkeypatch.setattr(module, "LOCK_ATTEMPTS", 2)
    await applied(empty_database_url, folder)
    (folder / "0003_three.sql").write_text("drop table one;")
    holder = await asyncpg.connect(empty_database_url)
    async with holder.transaction():
        await holder.fetch("select * from one")
        with pytest.raises(MigrationBlocked, match="0003_three"):
            await applied(empty_database_url, folder)
    assert await waiting(empty_database_url, folder) == ["0003_three"]
    await holder.close()
