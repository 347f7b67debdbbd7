"""The log: readers that follow it by number miss nothing and see nothing twice, however writers overlap."""

import asyncio
import random
from contextlib import AsyncExitStack
from uuid import UUID

import asyncpg
import pytest

from db import changes
from db.changes import Kind, Line
from db.pool import Database
from db.statements import statements

CHANGES = statements("changes")
SEEDS = 20
WRITERS, WRITES, READERS = 12, 5, 3
# What the log would be without its lock: numbers are given out in one order and become visible in another.
PLAIN = "insert into changes (kind, node) select c.kind, c.node from unnest($1::text[], $2::text[]) as c (kind, node)"


async def append(connection: asyncpg.Connection, *nodes: str) -> None:
    await changes.append(connection, [Line(Kind.SOURCE_UPDATED, node) for node in nodes])


async def write(connection: asyncpg.Connection, writer: int, seed: int) -> list[str]:
    """Transactions with work before the append and, as no writer should, after it; some are rolled back. Returns the
    nodes that were committed."""
    chance = random.Random(seed * 100 + writer)
    committed = []
    for write in range(WRITES):
        nodes = [f"{seed}-{writer}-{write}-{line}" for line in range(chance.randint(1, 3))]
        transaction = connection.transaction()
        await transaction.start()
        # These delays are the experiment: they mix the order in which transactions begin, append and commit.
        await asyncio.sleep(chance.random() * 0.01)
        await append(connection, *nodes)
        await asyncio.sleep(chance.random() * 0.002)
        if chance.random() < 0.2:
            await transaction.rollback()
        else:
            await transaction.commit()
            committed += nodes
    return committed


async def follow(connection: asyncpg.Connection, seen: list[tuple[int, str]], start: int, done: asyncio.Event) -> None:
    """Read on from the number of the last line seen until writers are done and the head is reached."""
    at = start
    while True:
        was_done = done.is_set()
        lines = await connection.fetch(CHANGES["since"], at, 4)
        seen += [(line["seq"], line["node"]) for line in lines]
        if lines:
            at = lines[-1]["seq"]
        elif was_done:
            return


async def test_followers_miss_nothing_and_see_nothing_twice(database_url: str) -> None:
    async with AsyncExitStack() as stack:

        async def connect() -> asyncpg.Connection:
            connection = await asyncpg.connect(database_url)
            stack.push_async_callback(connection.close)
            return connection

        writers = [await connect() for _ in range(WRITERS)]
        readers = [await connect() for _ in range(READERS)]
        for seed in range(SEEDS):
            start = await readers[0].fetchval(CHANGES["head"])
            done = asyncio.Event()
            seen: list[list[tuple[int, str]]] = [[] for _ in readers]
            async with asyncio.TaskGroup() as following:
                for reader, lines in zip(readers, seen, strict=True):
                    following.create_task(follow(reader, lines, start, done))
                written = await asyncio.gather(*(write(c, n, seed) for n, c in enumerate(writers)))
                done.set()
            committed = sorted(node for nodes in written for node in nodes)
            for lines in seen:
                assert sorted(node for _, node in lines) == committed, f"seed {seed}"
                numbers = [number for number, _ in lines]
                assert numbers == sorted(set(numbers))
                assert numbers[-1] == await readers[0].fetchval(CHANGES["head"])


@pytest.mark.parametrize("locked", [False, True])
async def test_without_the_lock_a_late_commit_is_passed_over(database_url: str, locked: bool) -> None:
    """Two transactions in an order made by hand: the first takes its number first and commits last."""
    async with AsyncExitStack() as stack:
        first, second, reader = [await asyncpg.connect(database_url) for _ in range(3)]
        for connection in (first, second, reader):
            stack.push_async_callback(connection.close)

        async def line(connection: asyncpg.Connection, node: str) -> None:
            if locked:
                await append(connection, node)
            else:
                await connection.execute(PLAIN, ["SOURCE_UPDATED"], [node])

        async def commit_second() -> None:
            async with second.transaction():
                await line(second, "second")

        early = first.transaction()
        await early.start()
        await line(first, "first")
        late = asyncio.create_task(commit_second())
        if locked:
            # The second waits for the lock, seen from outside, so the first commits before it.
            waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted"
            while not await reader.fetchval(waiting):
                assert not late.done()
        else:
            await late
        seen = await reader.fetch(CHANGES["since"], 0, 10)
        await early.commit()
        await late
        at = seen[-1]["seq"] if seen else 0
        seen += await reader.fetch(CHANGES["since"], at, 10)
        nodes = [found["node"] for found in seen]
        assert nodes == (["first", "second"] if locked else ["second"])


async def test_what_is_rolled_back_leaves_no_line(database: Database) -> None:
    class Undone(Exception):
        """The writer changed its mind."""

    async with database.transaction() as connection:
        await append(connection, "one")
    with pytest.raises(Undone):
        async with database.transaction() as connection:
            await append(connection, "two", "three")
            raise Undone
    async with database.transaction() as connection:
        await append(connection, "four")
    lines = await database.rows(CHANGES["since"], 0, 10)
    assert [line["node"] for line in lines] == ["one", "four"]
    # A number that is gone is no line that is missed: what is read is what is there.
    assert lines[1]["seq"] - lines[0]["seq"] > 1
    assert await database.value(CHANGES["head"]) == lines[1]["seq"]


async def test_lines_keep_their_order_and_what_they_carry(database: Database) -> None:
    article = UUID("00000000-0000-7000-8000-000400000001")
    async with database.transaction() as connection:
        await changes.append(
            connection,
            [
                Line(Kind.ARTICLE_UPDATED, f"a_{article}", article, {"headline": '"old" 港'}),
                Line(Kind.COMMENT_POSTED, "c_1", article),
                Line(Kind.TOPIC_UPDATED, "t_1", None, {"topics": ["a"]}),
            ],
        )
    lines = await database.rows(CHANGES["since"], 0, 10)
    assert [(line["kind"], line["node"], line["article_id"], line["was"]) for line in lines] == [
        ("ARTICLE_UPDATED", f"a_{article}", article, '{"headline": "\\"old\\" 港"}'),
        ("COMMENT_POSTED", "c_1", article, "{}"),
        ("TOPIC_UPDATED", "t_1", None, '{"topics": ["a"]}'),
    ]
    assert [line["seq"] for line in lines] == sorted(line["seq"] for line in lines)
    assert all(line["at"].tzinfo is not None for line in lines)


async def test_an_empty_log_and_an_empty_append(database: Database) -> None:
    assert await database.value(CHANGES["head"]) == 0
    async with database.transaction() as connection:
        await changes.append(connection, [])
    assert await database.value(CHANGES["head"]) == 0
    assert await database.rows(CHANGES["since"], 0, 10) == []


async def test_following_reads_an_index(database: Database) -> None:
    async with database.transaction() as connection:
        await append(connection, *(f"n{n}" for n in range(5_000)))
    plan = "\n".join(
        line["QUERY PLAN"]
        for line in await database.rows(
            "explain " + CHANGES["since"].replace("$1", "4900::bigint").replace("$2", "100")
        )
    )
    assert "Index" in plan
    assert "Sort" not in plan
