"""What the database says now: told to all who ask at the same time by one read, which began after they asked."""

import asyncio
from time import perf_counter
from typing import Any

import asyncpg
import pytest

from db import current
from db.current import Current
from db.pool import Database, DatabaseTimeout, DatabaseUnavailable
from db.share import SHARED
from db.statements import statements
from tests.databases import executed, locks, one_session, write
from tests.proxy import proxied

HEAD = statements("changes")["place"]
# Reads the log, and is back as soon as nobody holds the lock.
HELD = "select concat((select max(seq) from changes),pg_advisory_xact_lock_shared(1)::text)"


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow this machine is, who waits for a read waits until it is back."""
    monkeypatch.setattr(current, "PATIENCE", 60)


async def asked(value: Current, steps: int = 0) -> Any:
    """What is told to who asks so many steps of the loop from now."""
    for _ in range(steps):
        await asyncio.sleep(0)
    return await value.value()


async def at_once(value: Current, callers: int) -> list[Any]:
    """What callers are told whose requests came together."""
    received_at = perf_counter()
    return await asyncio.gather(*(value.value(received_at) for _ in range(callers)))


async def failing(value: Current, callers: int) -> Exception:
    """The one error that callers are told whose requests came together: that of one read."""
    received_at = perf_counter()
    told = await asyncio.gather(*(value.value(received_at) for _ in range(callers)), return_exceptions=True)
    (error,) = {id(each): each for each in told}.values()
    assert isinstance(error, Exception)
    return error


async def test_those_whose_requests_came_together_are_told_by_one_read(database_url: str) -> None:
    async with one_session(database_url) as database:
        head = Current(database, HEAD, "together")
        await head.value()
        before = await executed(database)
        assert len(set(await at_once(head, 100))) == 1
        assert await executed(database) - before == {HEAD: 1}
        assert SHARED.labels("together")._value.get() == 100


async def test_who_asks_while_a_read_is_underway_goes_with_the_next(database_url: str) -> None:
    async with one_session(database_url) as database:
        head = Current(database, HEAD, "the next")
        await head.value()
        before = await executed(database)
        told = await asyncio.gather(*(head.value() for _ in range(100)))
        assert len(set(told)) == 1
        assert await executed(database) - before == {HEAD: 2}
        assert SHARED.labels("the next")._value.get() == 99


async def test_who_is_told_and_asks_again_goes_with_those_who_wait(database_url: str) -> None:
    async with one_session(database_url) as database, locks(database_url, 1) as held:
        number = Current(database, HELD, "again")

        async def twice() -> None:
            await number.value()
            await asked(number, 1)

        asking = [asyncio.create_task(twice())]
        await held.waited_for(1)
        asking += [asyncio.create_task(number.value()) for _ in range(2)]
        await asyncio.sleep(0)
        await held.release(1)
        await asyncio.gather(*asking)
        assert (await executed(database))[HELD] == 2


async def test_nobody_is_told_what_was_read_before_they_asked(database_url: str, database: Database) -> None:
    async with locks(database_url, 1) as held, asyncio.timeout(30):
        number = Current(database, HELD, "number")
        received_at = perf_counter()
        before = [asyncio.create_task(number.value(received_at)) for _ in range(3)]
        await held.waited_for(1)  # and has its snapshot
        newest = await write(database)
        after = [asyncio.create_task(number.value()) for _ in range(3)]
        await asyncio.sleep(0)
        await held.release(1)
        assert {await each for each in before} == {""}
        assert {await each for each in after} == {str(newest)}


async def test_who_came_before_the_read_was_sent_joins_it(database_url: str, database: Database) -> None:
    async with locks(database_url, 1) as held, asyncio.timeout(30):
        number = Current(database, HELD, "came before")
        received_at = perf_counter()
        first = asyncio.create_task(number.value())
        await held.waited_for(1)
        newest = await write(database)
        joining = [asyncio.create_task(number.value(received_at)) for _ in range(2)]
        later = [asyncio.create_task(number.value(perf_counter())) for _ in range(2)]
        await asyncio.sleep(0)
        # One who waits for the next read already doesn't keep from this one who came before it.
        joining.append(asyncio.create_task(number.value(received_at)))
        await asyncio.sleep(0)
        await held.release(1)
        assert [await each for each in (first, *joining)] == [""] * 4
        assert [await each for each in later] == [str(newest)] * 2
        assert SHARED.labels("came before")._value.get() == 6
        # A read that is back is joined by nobody.
        assert await number.value(received_at) == str(newest)


async def test_everybody_is_told_of_every_line_that_was_committed_before_they_asked(database: Database) -> None:
    head = Current(database, HEAD, "head")
    log = str(await database.value("select id from log"))
    newest, writing = 0, True

    async def caller(steps: int) -> None:
        while writing:
            await asyncio.sleep(0)
            least = newest
            place, number = (await asked(head, steps)).split("/")
            assert place == log
            assert int(number or 0) >= least

    callers = [asyncio.create_task(caller(number % 5)) for number in range(20)]
    for _ in range(40):
        newest = await write(database)
        # Who waits already makes who comes after the write wait for a read of its own.
        assert await head.value() == f"{log}/{newest}"
    writing = False
    await asyncio.gather(*callers)


async def test_who_has_waited_long_enough_waits_no_longer(
    database_url: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with locks(database_url, 1) as held, asyncio.timeout(30):
        told = await database.value(HEAD)
        number = Current(database, HELD, "number")
        received_at = perf_counter()
        slow = asyncio.create_task(number.value())
        await held.waited_for(1)
        monkeypatch.setattr(current, "PATIENCE", 0)
        # What hangs is overtaken, here by a read that needs no lock.
        number.sql = HEAD
        overtaking = [asyncio.create_task(number.value(*given)) for given in ((), (received_at,), (perf_counter(),))]
        assert [await each for each in overtaking] == [told] * 3
        # Nor does who comes later wait for it.
        monkeypatch.setattr(current, "PATIENCE", 60)
        assert await at_once(number, 3) == [told] * 3
        assert not slow.done()
        await held.release(1)
        assert await slow == ""
        assert await at_once(number, 3) == [told] * 3


@pytest.mark.parametrize("steps", [0, 1, 2, 3])
async def test_one_who_leads_and_leaves_takes_nobody_along(database: Database, steps: int) -> None:
    """Before it has asked, and after that."""
    head = Current(database, HEAD, "head")
    told = await head.value()
    received_at = perf_counter()
    leading, *others = [asyncio.create_task(head.value(received_at)) for _ in range(3)]
    for _ in range(steps):
        await asyncio.sleep(0)
    leading.cancel()
    async with asyncio.timeout(10):
        assert await asyncio.gather(*others, *(asked(head, later) for later in range(4))) == [told] * 6
    with pytest.raises(asyncio.CancelledError):
        await leading


async def test_one_who_leaves_before_it_is_their_turn_takes_nobody_along(database_url: str, database: Database) -> None:
    async with locks(database_url, 1) as held, asyncio.timeout(30):
        number = Current(database, HELD, "number")
        first = asyncio.create_task(number.value())
        await held.waited_for(1)
        leading, staying, leaving = (asyncio.create_task(number.value()) for _ in range(3))
        await asyncio.sleep(0)
        leading.cancel()
        leaving.cancel()
        await held.release(1)
        assert [await first, await staying] == ["", ""]
        assert leading.cancelled()
        assert leaving.cancelled()


async def test_who_waits_for_a_read_that_fails_has_the_next_turn(database_url: str, database: Database) -> None:
    async with locks(database_url, 1) as held, asyncio.timeout(30):
        number = Current(database, HELD, "number")
        leading = asyncio.create_task(number.value())
        await held.waited_for(1)
        waiting = [asyncio.create_task(number.value()) for _ in range(2)]
        await asyncio.sleep(0)
        leading.cancel()
        await held.release(1)
        assert [await each for each in waiting] == ["", ""]


async def test_a_database_that_is_away_is_told_to_all_and_asked_again() -> None:
    away = await Database.open("postgresql://nobody@127.0.0.1:1/nothing", application_name="nowhere")
    head = Current(away, HEAD, "head")
    for _ in range(2):
        assert isinstance(await failing(head, 3), DatabaseUnavailable)
    await away.close()
    # It fails before anyone else can ask.
    for _ in range(2):
        with pytest.raises(DatabaseUnavailable):
            await head.value()


async def test_a_read_that_takes_too_long_is_told_to_all_and_holds_up_nobody(database_url: str) -> None:
    async with one_session(database_url, statement_timeout=0.2) as database, locks(database_url, 1) as held:
        number = Current(database, HELD, "number")
        assert isinstance(await failing(number, 3), DatabaseTimeout)
        await held.release(1)
        assert await at_once(number, 3) == [""] * 3


async def test_a_server_that_hangs_is_given_up_by_all(database_url: str) -> None:
    async with proxied(database_url) as proxy, asyncio.timeout(20):
        database = await Database.open(proxy.url, size=1, application_name="hanging", statement_timeout=0.2)
        head = Current(database, HEAD, "head")
        await head.value()
        proxy.hang()
        assert isinstance(await failing(head, 3), DatabaseTimeout)
        await database.close()


async def test_what_makes_no_sense_to_postgres_is_told_to_all(database: Database) -> None:
    assert isinstance(await failing(Current(database, "select 1/0", "nothing"), 3), asyncpg.DivisionByZeroError)


async def test_without_a_row_there_is_no_value(database: Database) -> None:
    assert await Current(database, "select 1 where false", "nothing").value() is None
