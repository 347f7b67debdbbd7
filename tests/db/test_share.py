"""Statements that callers share: each is told what it asked for, from after it asked, whoever is answered with it."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db import share
from db.pool import Database, DatabaseTimeout, DatabaseUnavailable
from db.share import MOST, SHARED, ForMany, Shared
from tests.databases import executed, locks, one_session, write

NAME = "select concat($1::text,' ',$2::integer)"
# Says what it is given as soon as nobody holds the lock of that number.
HELD = "select concat($1::text,pg_advisory_xact_lock_shared($2::integer)::text)"


@pytest.fixture(autouse=True)
def any_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow this machine is, who waits for a statement waits until it is back, and nothing takes too long to be
    shared. One statement runs at a time."""
    monkeypatch.setattr(share, "PATIENCE", 60)
    monkeypatch.setattr(share, "AT_ONCE", 1)
    monkeypatch.setattr(share, "LONGEST", 100)


@pytest.fixture
def three_at_a_time(any_machine: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Up to three statements run at a time, where each has a second of work."""
    monkeypatch.setattr(share, "AT_ONCE", 3)
    monkeypatch.setattr(share, "WORTH", 1)


def quick(shared: Shared) -> Shared:
    """A statement of which it is known that many may share it."""
    shared._seconds = 0.001
    return shared


async def at_once(shared: Shared, *asked: tuple[Any, ...]) -> list[Any]:
    """What callers are answered, or the error, of whom the first has not been answered before all have asked."""
    return await asyncio.gather(*(shared.value(*args) for args in asked), return_exceptions=True)


async def test_who_asks_while_a_statement_runs_goes_with_the_next(database_url: str) -> None:
    async with one_session(database_url) as database, locks(database_url, 1, 2) as held:
        names = quick(Shared(database, HELD, "name"))
        callers = [asyncio.create_task(names.value("a", 1))]
        await held.waited_for(1)
        callers += [asyncio.create_task(names.value(name, 2)) for name in "bcb"]
        await held.release(1)
        await held.waited_for(2)  # the next has begun
        callers += [asyncio.create_task(names.value(name, 3)) for name in "de"]
        await held.release(2)
        assert await asyncio.gather(*callers) == ["a", "b", "c", "b", "d", "e"]
        # And then one alone again.
        assert await names.value("f", 3) == "f"
        ran = await executed(database)
        assert (ran[HELD], ran[ForMany.of(HELD).text]) == (2, 2)


async def test_who_has_waited_long_enough_waits_no_longer(
    database_url: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(share, "PATIENCE", 0.001)
    async with locks(database_url, 1) as held, asyncio.timeout(30):
        names = quick(Shared(database, HELD, "name"))
        slow = asyncio.create_task(names.value("a", 1))
        await held.waited_for(1)
        assert await at_once(names, ("b", 2), ("c", 2), ("d", 3)) == ["b", "c", "d"]
        # Nor does who comes later wait for what was waited for in vain.
        monkeypatch.setattr(share, "PATIENCE", 60)
        assert await at_once(names, ("e", 2), ("f", 2), ("g", 3)) == ["e", "f", "g"]
        assert not slow.done()
        await held.release(1)
        assert await slow == "a"
        assert names._underway == share._Underway()


async def test_nobody_is_told_what_was_read_before_they_asked(database_url: str) -> None:
    sql = "select concat($1::text,(select max(seq) from changes),pg_advisory_xact_lock_shared($2::integer)::text)"
    async with one_session(database_url) as database, locks(database_url, 1) as held:
        names = quick(Shared(database, sql, "name and number"))
        before = asyncio.create_task(names.value("a", 1))
        await held.waited_for(1)  # and has its snapshot
        writer = await Database.open(database_url, application_name="writer")
        newest = await write(writer)
        await writer.close()
        after = [asyncio.create_task(names.value("a", 1)) for _ in range(2)]
        await asyncio.sleep(0)
        await held.release(1)
        assert [await before, *[await each for each in after]] == ["a", f"a{newest}", f"a{newest}"]


async def test_who_asks_for_something_else_shares_a_statement(database_url: str) -> None:
    async with one_session(database_url) as database:
        sql = "select concat($1::text,' ',array_length($2::text[],1))"
        names = quick(Shared(database, sql, "names and lists"))
        asked = [(name, ["x"] * number) for number in range(1, 6) for name in ("a", "b", "a")]
        assert await at_once(names, *asked) == [f"{name} {len(listed)}" for name, listed in asked]
        ran = await executed(database)
        assert (ran[sql], ran[ForMany.of(sql).text]) == (1, 1)
        assert SHARED.labels("names and lists")._value.get() == len(asked) - 1


async def test_more_than_go_together_take_several_statements(database_url: str) -> None:
    async with one_session(database_url) as database:
        names = quick(Shared(database, NAME, "name"))
        asked = [("n", number) for number in range(1 + 2 * MOST + 1)]
        assert await at_once(names, *asked) == [f"n {number}" for _, number in asked]
        # The first and the last are alone.
        ran = await executed(database)
        assert (ran[NAME], ran[ForMany.of(NAME).text]) == (2, 2)


@pytest.mark.usefixtures("three_at_a_time")
async def test_what_is_worth_it_runs_at_the_same_time(database_url: str, database: Database) -> None:
    async with locks(database_url, 1, 2) as held, asyncio.timeout(30):
        names = Shared(database, HELD, "worth")
        names._seconds = 2  # worth a statement each, but for no more than three
        first = asyncio.create_task(names.value("a", 1))
        await held.waited_for(1)
        second = asyncio.create_task(names.value("b", 2))
        await held.waited_for(2)
        assert await names.value("c", 3) == "c"
        third = asyncio.create_task(names.value("d", 2))
        waiting = [asyncio.create_task(names.value(name, 3)) for name in "ef"]
        while len(names._waiting) < 2:
            await asyncio.sleep(0)
        await held.release(1)
        assert [await first, *[await each for each in waiting]] == ["a", "e", "f"]
        assert SHARED.labels("worth")._value.get() == 2
        await held.release(2)
        assert [await second, await third] == ["b", "d"]
        assert names._underway == share._Underway()


@pytest.mark.usefixtures("three_at_a_time")
async def test_those_who_wait_go_as_soon_as_their_work_is_enough(database_url: str, database: Database) -> None:
    async with locks(database_url, 1) as held, asyncio.timeout(30):
        names = Shared(database, HELD, "enough")
        names._seconds = 0.6
        first = asyncio.create_task(names.value("a", 1))
        await held.waited_for(1)
        assert await at_once(names, *((name, 2) for name in "bcd")) == ["b", "c", "d"]
        assert not first.done()
        await held.release(1)
        assert await first == "a"


@pytest.mark.usefixtures("three_at_a_time")
async def test_what_is_left_underway_may_be_enough(database_url: str, database: Database) -> None:
    async with locks(database_url, 1, 2) as held, asyncio.timeout(30):
        names = Shared(database, HELD, "left")
        names._seconds = 2
        first = asyncio.create_task(names.value("a", 1))
        await held.waited_for(1)
        others = [asyncio.create_task(names.value(name, 2)) for name in "bc"]
        await held.waited_for(2)
        # It turns out to be quick: one at a time will do.
        names._seconds = 0.1
        waiting = [asyncio.create_task(names.value(name, 3)) for name in "de"]
        await asyncio.sleep(0)
        await held.release(1)
        assert await first == "a"
        assert len(names._waiting) == 2
        await held.release(2)
        assert [await each for each in (*others, *waiting)] == ["b", "c", "d", "e"]


@pytest.mark.parametrize(
    ("seconds", "callers", "together"),
    [
        (0.1, 4, 4),  # less than a second's work
        (0.5, 4, 2),
        (0.5, 5, 3),
        (0.5, 12, 4),
        (1.0, 60, MOST),
        (60.0, 4, 1),  # more than half of LONGEST
        (30.0, 12, 3),  # four, or one would take longer than LONGEST
    ],
)
@pytest.mark.usefixtures("three_at_a_time")
async def test_those_who_wait_are_divided_evenly(
    database: Database, seconds: float, callers: int, together: int
) -> None:
    names = Shared(database, NAME, "name")
    names._seconds = seconds
    assert names._size(callers) == together


async def test_those_who_lost_patience_go_together(database: Database) -> None:
    names = quick(Shared(database, NAME, "name"))
    names._underway.begin(1)
    assert names._room(2) == 0
    assert names._size(2) == 2


async def test_what_makes_no_sense_is_told_to_who_asked_it_alone(database_url: str) -> None:
    async with one_session(database_url) as database:
        number = quick(Shared(database, "select $1::text::integer + $2::integer", "no sense"))
        for wrong, error in ((("many", 1), asyncpg.InvalidTextRepresentationError), (("4", "one"), asyncpg.DataError)):
            found = await at_once(number, ("1", 1), ("2", 1), wrong, ("3", 1))
            assert isinstance(found.pop(2), error)
            assert found == [2, 3, 4]
        assert SHARED.labels("no sense")._value.get() == 0


async def test_what_takes_long_runs_for_each_by_itself(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the mean of what it takes for one says, which is not known at first."""
    monkeypatch.setattr(share, "_MEAN_OF", 1)
    async with one_session(database_url) as database:
        sleep = Shared(database, "select concat($1::text,pg_sleep($2::float8))", "sleep")
        sizes = [sleep._size(MOST)]
        await sleep.value("a", 0.0)
        sizes.append(sleep._size(MOST))
        assert sizes == [1, MOST]
        # Four take half a second together, and an eighth of it each.
        await at_once(sleep, ("a", 0.0), *((name, 0.125) for name in "bcde"))
        assert 0.125 <= sleep._seconds < 0.4
        monkeypatch.setattr(share, "_MEAN_OF", 1_000)
        monkeypatch.setattr(share, "LONGEST", 0.125)
        assert sleep._size(MOST) == 1
        assert await at_once(sleep, *((name, 0.0) for name in "abc")) == ["a", "b", "c"]
        ran = await executed(database)
        assert ran[ForMany.of(sleep.sql).text] == 1


async def test_one_who_leaves_takes_nobody_along(database_url: str) -> None:
    async with one_session(database_url) as database, locks(database_url, 1) as held:
        names = quick(Shared(database, HELD, "name"))
        first = asyncio.create_task(names.value("a", 1))
        await held.waited_for(1)
        leaving, staying, left = (asyncio.create_task(names.value(name, 2)) for name in "bcd")
        await asyncio.sleep(0)
        leaving.cancel()
        left.cancel()
        await held.release(1)
        assert [await first, await staying] == ["a", "c"]
        # Nothing was read for whom nobody waits.
        ran = await executed(database)
        assert (ran[HELD], ran[ForMany.of(HELD).text]) == (2, 0)


async def test_one_who_leaves_a_statement_of_their_own_keeps_nobody(database_url: str) -> None:
    async with one_session(database_url) as database, locks(database_url, 1) as held:
        names = quick(Shared(database, HELD, "name"))
        first = asyncio.create_task(names.value("a", 1))
        await held.waited_for(1)
        staying = asyncio.create_task(names.value("b", 2))
        await asyncio.sleep(0)
        first.cancel()
        assert await staying == "b"


async def test_a_statement_for_several_that_is_ended_leaves_nobody_waiting(database_url: str) -> None:
    async with one_session(database_url) as database, locks(database_url, 1, 2) as held:
        names = quick(Shared(database, HELD, "name"))
        first = asyncio.create_task(names.value("a", 1))
        await held.waited_for(1)
        waiting = [asyncio.create_task(names.value(name, 2)) for name in "bc"]
        await held.release(1)
        await held.waited_for(2)
        (running,) = names._running
        running.cancel()
        found = await asyncio.gather(first, *waiting, return_exceptions=True)
        assert [type(each) for each in found] == [str, asyncio.CancelledError, asyncio.CancelledError]


async def test_a_database_that_is_away_is_told_to_all_and_asked_again(database: Database) -> None:
    away = await Database.open("postgresql://nobody@127.0.0.1:1/nothing", application_name="nowhere")
    name = quick(Shared(away, NAME, "name"))
    for _ in range(2):
        found = await at_once(name, ("a", 1), ("b", 1), ("c", 1))
        assert [type(error) for error in found] == [DatabaseUnavailable] * 3
    await away.close()


async def test_who_takes_long_keeps_those_who_go_together_for_a_moment(database_url: str) -> None:
    async with one_session(database_url, statement_timeout=1) as database, locks(database_url, 1) as held:
        names = quick(Shared(database, HELD, "name"))
        first = asyncio.create_task(names.value("a", 2))
        await asyncio.sleep(0)
        slow, *others = [asyncio.create_task(names.value(*asked)) for asked in (("b", 1), ("c", 2), ("d", 2))]
        # The statement for all three is ended long before its time; then the slow one is, at its time.
        await held.waited_for(1)
        assert await first == "a"
        found = await asyncio.gather(*others, slow, return_exceptions=True)
        assert found[:2] == ["c", "d"]
        assert isinstance(found[2], DatabaseTimeout)
        assert names._size(MOST) == 1
        ran = await executed(database)
        assert (ran[HELD], ran[ForMany.of(HELD).text]) == (4, 1)


async def test_what_one_caller_waits_for_too_long_is_not_shared(database_url: str) -> None:
    async with one_session(database_url, statement_timeout=0.2) as database:
        sleep = quick(Shared(database, "select concat($1::text,pg_sleep($2::float8))", "sleep"))
        with pytest.raises(DatabaseTimeout):
            await sleep.value("a", 10.0)
        assert sleep._size(MOST) == 1
        assert await sleep.value("a", 0.0) == "a"


async def test_many_who_each_take_a_while_are_all_answered(database: Database) -> None:
    """Though together they would take longer than a statement may."""
    sleep = quick(Shared(database, "select concat($1::text,pg_sleep($2::float8))", "sleep"))
    names = [f"n{number}" for number in range(MOST + 1)]
    assert await at_once(sleep, *((name, 0.15) for name in names)) == names


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


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
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
