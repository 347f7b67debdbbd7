"""Statements that callers share: each is told what it asked for, from after it asked, whoever is answered with it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db import changes
from db.changes import Kind, Line
from db.pool import Database, DatabaseTimeout, DatabaseUnavailable
from db.share import MOST, SHARED, ForMany, Shared
from db.statements import statements
from tests.databases import executed

HEAD = statements("changes")["place"]
NAME = "select concat($1::text,' ',$2::integer)"
FOR_MANY = ForMany.of(NAME).text


@asynccontextmanager
async def one_session(url: str, **options: Any) -> AsyncIterator[Database]:
    database = await Database.open(url, size=1, application_name="share", **options)
    try:
        yield database
    finally:
        await database.close()


async def known_as_quick(shared: Shared, *args: Any) -> None:
    """Run a statement until it is known to take so little that as many as may share it."""
    async with asyncio.timeout(60):
        while shared._size() < MOST:
            await shared.value(*args)


async def at_once(database: Database, shared: Shared, *asked: tuple[Any, ...]) -> list[Any]:
    """What callers are answered, or the error, who all ask before the database's one session is free."""
    async with database.transaction():
        callers = [asyncio.create_task(shared.value(*args)) for args in asked]
        async with asyncio.timeout(10):
            while shared._waiting or not shared._running:  # until the first is joined by a statement of all others
                await asyncio.sleep(0)
    return await asyncio.gather(*callers, return_exceptions=True)


async def write(database: Database) -> None:
    async with database.transaction() as connection:
        await changes.append(connection, [Line(Kind.SOURCE_UPDATED, "s_1")])


async def test_what_was_committed_before_the_question_is_in_the_answer(database: Database) -> None:
    head = Shared(database, HEAD)
    seen = [await head.value()]
    for _ in range(20):
        # Who waits already makes who comes after the write wait for a read of its own.
        waiting = [asyncio.create_task(head.value()) for _ in range(3)]
        await write(database)
        seen.append(await head.value())
        await asyncio.gather(*waiting)
    assert len(set(seen)) == len(seen)
    log, number = seen[-1].split("/")
    assert log == str(await database.value("select id from log"))
    assert int(number) == await database.value("select max(seq) from changes")


async def test_who_asks_the_same_shares_a_row(database_url: str) -> None:
    async with one_session(database_url) as database:
        head = Shared(database, HEAD)
        await head.value()
        before, shared = await executed(database), SHARED._value.get()
        places = await at_once(database, head, *[()] * 100)
        assert len(set(places)) == 1
        assert await executed(database) - before == {HEAD: 2}  # one for the first, one for all others
        assert SHARED._value.get() - shared == 99


async def test_who_asks_for_something_else_shares_a_statement(database_url: str) -> None:
    async with one_session(database_url) as database:
        names = Shared(database, NAME)
        await known_as_quick(names, "a", 0)
        before = await executed(database)
        asked = [(name, number) for number in range(5) for name in ("a", "b", "a")]
        assert await at_once(database, names, *asked) == [f"{name} {number}" for name, number in asked]
        ran = await executed(database) - before
        assert (ran[NAME], ran[FOR_MANY]) == (1, 1)


async def test_more_than_go_together_take_several_statements(database_url: str) -> None:
    async with one_session(database_url) as database:
        names = Shared(database, NAME)
        await known_as_quick(names, "a", 0)
        before = await executed(database)
        asked = [("n", number) for number in range(1 + 2 * MOST + 1)]
        assert await at_once(database, names, *asked) == [f"n {number}" for _, number in asked]
        # The first and the last are alone.
        ran = await executed(database) - before
        assert (ran[NAME], ran[FOR_MANY]) == (2, 2)


async def test_what_makes_no_sense_is_told_to_who_asked_it_alone(database_url: str) -> None:
    async with one_session(database_url) as database:
        number = Shared(database, "select $1::text::integer + $2::integer")
        await known_as_quick(number, "1", 1)
        asked = [("1", 1), ("2", 1), ("many", 1), ("3", 1), ("4", "one"), ("5", 1)]
        two, three, many, four, word, six = await at_once(database, number, *asked)
        assert [two, three, four, six] == [2, 3, 4, 6]
        assert isinstance(many, asyncpg.InvalidTextRepresentationError)
        assert isinstance(word, asyncpg.DataError)


async def test_what_is_slow_or_not_known_yet_runs_for_each_by_itself(database: Database) -> None:
    slow = Shared(database, "select pg_sleep($1::float8)::text")
    shared = SHARED._value.get()
    for _ in range(2):
        await asyncio.gather(*(slow.value(0.03 + n / 1_000) for n in range(6)))
    assert SHARED._value.get() == shared
    assert slow._size() == 1
    # The six ran at the same time, on sessions of their own.
    assert database.sessions == 6


async def test_one_who_leaves_takes_nobody_along(database_url: str) -> None:
    async with one_session(database_url) as database:
        names = Shared(database, NAME)
        await known_as_quick(names, "a", 0)
        async with database.transaction():
            first, leaving, staying = (asyncio.create_task(names.value("n", number)) for number in range(3))
            await asyncio.sleep(0)
            leaving.cancel()
        assert [*await asyncio.gather(first, staying)] == ["n 0", "n 2"]
        # And who runs the statement for nobody but themselves.
        async with database.transaction():
            first, staying = (asyncio.create_task(names.value("n", number)) for number in range(2))
            await asyncio.sleep(0)
            first.cancel()
        assert await staying == "n 1"


async def test_a_database_that_is_away_is_told_to_all_and_asked_again(database: Database) -> None:
    away = await Database.open("postgresql://nobody@127.0.0.1:1/nothing", application_name="nowhere")
    head = Shared(away, HEAD)
    for _ in range(2):
        found = await asyncio.gather(head.value(), head.value(), return_exceptions=True)
        assert [type(error) for error in found] == [DatabaseUnavailable] * 2
    await away.close()


async def test_a_statement_that_is_ended_is_told_to_all(database_url: str) -> None:
    async with one_session(database_url, statement_timeout=0.2) as database:
        sleep = Shared(database, "select pg_sleep($1::float8)::text")
        await known_as_quick(sleep, 0.0)
        found = await at_once(database, sleep, (0.0,), (10.0,), (0.001,))
        assert found[0] == ""
        assert [type(error) for error in found[1:]] == [DatabaseTimeout] * 2
        assert await sleep.value(0.0) == ""


def test_a_statement_for_many_reads_lists_as_texts() -> None:
    sql = "select concat($2::text,a.id) from articles a where a.id = any($1::text[]::uuid[]) and $2 <> ''"
    made = ForMany.of(sql)
    assert made.text == (
        "select number,(select concat(caller.p2::text,a.id) from articles a"
        " where a.id = any(caller.p1::text[]::uuid[]) and caller.p2 <> '')"
        " from (select number,p1::text[] as p1,p2 from unnest($1::text[],$2::text[])"
        " with ordinality as u (p1,p2,number) offset 0) caller"
    )
    callers: list[tuple[Any, ...]] = [((), "a"), (("b", None, 'c"\\'), "d"), (None, "e")]
    lists, texts = made.arguments(callers)
    assert lists == ["{}", '{"b",null,"c\\"\\\\"}', None]
    assert texts == ["a", "d", "e"]


@pytest.mark.parametrize("sql", ["select 1", "select $1", "select $1::text, $2"])
def test_a_statement_for_many_needs_types(sql: str) -> None:
    with pytest.raises(ValueError, match="parameters, and the type of each"):
        ForMany.of(sql)


TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
TIMES = st.datetimes(datetime(1, 1, 1), datetime(9999, 1, 1), timezones=st.just(UTC))
CALLER = st.tuples(
    st.none() | TEXTS,
    st.none() | st.lists(st.none() | TEXTS),
    st.none() | st.integers(-(2**31), 2**31 - 1),
    st.none() | st.booleans(),
    st.none() | TIMES,
    st.none() | st.binary(),
    st.none() | st.uuids(),
)
TYPES = ("text", "text[]", "integer", "boolean", "timestamptz", "bytea", "uuid")
_VALUES = (f"coalesce(to_json(${n}::{type_})::text,$1::text)" for n, type_ in enumerate(TYPES, 1))
ANY = f"select concat_ws('|',{','.join(_VALUES)})"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(callers=st.lists(CALLER, min_size=1, max_size=MOST))
def test_together_each_is_answered_as_alone(callers: list[tuple[Any, ...]], server_url: str) -> None:
    async def both_ways() -> None:
        connection = await asyncpg.connect(server_url)
        alone = [await connection.fetchval(ANY, *caller) for caller in callers]
        together = ForMany.of(ANY)
        rows = await connection.fetch(together.text, *together.arguments(callers))
        await connection.close()
        assert [(row["number"], row[1]) for row in rows] == [*enumerate(alone, 1)]

    asyncio.run(both_ways())
