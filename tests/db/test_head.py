"""The log's head as it is read for all who wait: never from before the question, never twice at once."""

import asyncio

import pytest

from db import changes
from db.changes import Kind, Line
from db.head import Head
from db.pool import Database, DatabaseUnavailable
from tests.databases import executed


async def write(database: Database) -> None:
    async with database.transaction() as connection:
        await changes.append(connection, [Line(Kind.SOURCE_UPDATED, "s_1")])


async def test_a_head_tells_of_every_line_that_was_committed_before_it_was_asked_for(database: Database) -> None:
    head = Head(database)
    seen = [await head.read()]
    for _ in range(20):
        # Readers who are waiting already make the one that comes after the write wait for a read of its own.
        waiting = [asyncio.create_task(head.read()) for _ in range(3)]
        await write(database)
        seen.append(await head.read())
        await asyncio.gather(*waiting)
    assert len(set(seen)) == len(seen)
    log, number = seen[-1].split("/")
    assert log == str(await database.value("select id from log"))
    assert int(number) == await database.value("select max(seq) from changes")


async def test_all_who_wait_share_the_next_read(database: Database) -> None:
    head = Head(database)
    await head.read()
    before = await executed(database)
    places = await asyncio.gather(*(head.read() for _ in range(100)))
    assert len(set(places)) == 1
    assert (await executed(database) - before).total() == 1


async def test_one_who_leaves_takes_nobody_along(database: Database) -> None:
    head = Head(database)
    leaving, staying = asyncio.create_task(head.read()), asyncio.create_task(head.read())
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying == await head.read()


async def test_a_database_that_is_away_is_told_to_all_and_asked_again(database: Database) -> None:
    away = await Database.open("postgresql://nobody@127.0.0.1:1/nothing", application_name="nowhere")
    head = Head(away)
    for _ in range(2):
        found = await asyncio.gather(head.read(), head.read(), return_exceptions=True)
        assert [type(error) for error in found] == [DatabaseUnavailable] * 2
    await away.close()


async def test_closing_ends_a_read(database: Database) -> None:
    head = Head(database)
    waiting = asyncio.create_task(head.read())
    await asyncio.sleep(0)
    await head.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting
