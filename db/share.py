"""Statements that callers share: those who ask while one runs are answered together by the next.

Much of what a page costs Postgres is not the page: a message, a process woken, an executor made ready and put away. Of
sixteen article pages in one statement each takes a third of what it takes alone, and the server has less to do as well.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Self

import asyncpg
import structlog
from prometheus_client import Counter

from db.pool import Database, DatabaseTimeout

# Seconds for which those who ask wait at most, while statements run.
PATIENCE = 0.004
# Seconds of work that each of several statements at a time has at least, since another costs something by itself, and
# how many at a time are worth it. Measured on 2 cores, where three statements answer a quarter more of 16 callers of a
# list than one does, and two fewer of those of an article page.
WORTH, AT_ONCE = 0.0016, 3
# Seconds that a statement for several callers should take at most: in Postgres it has one core.
LONGEST = 0.02
# Seconds after which it is ended, and each goes alone.
TOO_LONG = 0.2
# For how many it is at most. From 8 to 16 an article page gains a fifth, beyond hardly anything.
MOST = 16
# The mean of what a statement takes goes back over so many, about: so what is slow is soon met alone.
_MEAN_OF = 16

SHARED = Counter("broadsheet_shared_reads", "Reads that one statement answered together with others", ["read"])

# What an argument of one caller can lead to.
_OF_ONE = (DatabaseTimeout, asyncpg.PostgresError, asyncpg.InterfaceError)

log = structlog.get_logger("broadsheet.share")

# The arguments of callers, and who they are that give them.
_Asked = tuple[tuple[Any, ...], list[asyncio.Future[Any]]]


@dataclass(slots=True)
class _Underway:
    """Statements that were sent and are not back, and for how many callers they are. There is a new one where those who
    waited lost patience, so that what hangs holds up nobody after them; what comes back is counted where it was sent.
    """

    statements: int = 0
    callers: int = 0

    def begin(self, callers: int) -> Self:
        self.statements += 1
        self.callers += callers
        return self

    def end(self, callers: int) -> None:
        self.statements -= 1
        self.callers -= callers


class Shared:
    """A statement that reads one value by arguments, for any number of callers at a time. name: what metrics call it.

    Who asks first sends it at once. From then on who asks waits, until the work of all who ask is worth more statements
    than are underway, or PATIENCE has passed; then all who wait go together, those with equal arguments as one. Nobody
    joins a statement that was sent before they asked, so that what anyone is told was read after they asked.

    How many go in one statement, and how many statements run at a time, follows from the mean of what a caller takes.
    What takes more than half of LONGEST, has just taken too long, or is new, goes one by one, after the same wait.
    Where several can't be answered together within TOO_LONG, each is answered alone.
    """

    def __init__(self, database: Database, sql: str, name: str) -> None:
        self.sql = sql
        self._database = database
        self._shared = SHARED.labels(name)
        self._for_many: ForMany | None = None
        self._waiting: dict[tuple[Any, ...], list[asyncio.Future[Any]]] = {}
        # Set as long as anyone waits.
        self._gate: asyncio.TimerHandle | None = None
        self._seconds = LONGEST  # what it takes for one caller, the mean
        self._underway = _Underway()
        # asyncio keeps no task alive.
        self._running: set[asyncio.Task[None]] = set()

    async def value(self, *args: Any) -> Any:
        """The first column of the first row, None without a row, read after this call began. Arguments are hashable, or
        lists of what is, and of one type for each parameter: equal ones are taken for the same.

        Raises:
            DatabaseTimeout, DatabaseUnavailable: it can't be read.
            asyncpg.PostgresError, asyncpg.InterfaceError: what Postgres or asyncpg says of the arguments.
        """
        if not self._waiting and self._room(1) > 0:
            underway = self._underway.begin(1)
            try:
                (value,) = await self._read([args], self._database.deadline())
                return value
            finally:
                self._back(1, underway)
        # One future for each: a waiter that is cancelled cancels what it waits for.
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        key = key_of(args)
        if key in self._waiting:
            self._waiting[key].append(future)
            return await future
        self._waiting[key] = [future]
        if self._gate is None:
            self._gate = loop.call_later(PATIENCE, self._hurry)
        if self._room(len(self._waiting)) > 0:
            self._send_waiting()
        return await future

    def _room(self, callers: int) -> int:
        """How many statements should be sent for so many more callers; 0 or less where they should wait."""
        work = (self._underway.callers + callers) * self._seconds
        # No fewer than there have to be if none is to take longer than LONGEST.
        worth = max(min(int(work / WORTH), AT_ONCE), int(work / LONGEST), 1)
        return worth - self._underway.statements

    def _back(self, callers: int, underway: _Underway) -> None:
        underway.end(callers)
        if self._waiting and self._room(len(self._waiting)) > 0:
            self._send_waiting()

    def _hurry(self) -> None:
        """Wait no longer for what was sent, neither now nor later."""
        self._underway = _Underway()
        self._send_waiting()

    def _send_waiting(self) -> None:
        if self._gate is not None:
            self._gate.cancel()
            self._gate = None
        # What everybody left who asked it isn't asked any more.
        asked = [each for each in self._waiting.items() if not all(future.done() for future in each[1])]
        self._waiting = {}
        size = self._size(len(asked))
        for first in range(0, len(asked), size):
            self._send(asked[first : first + size])

    def _size(self, callers: int) -> int:
        """How many of so many callers go together."""
        # There may be no room: who lost patience goes all the same, and some who made room may have left.
        evenly = ceil(callers / max(self._room(callers), 1))
        return max(min(evenly, int(LONGEST / self._seconds), MOST), 1)

    def _send(self, asked: Sequence[_Asked], deadline: float | None = None) -> asyncio.Task[None]:
        task = asyncio.create_task(self._answer(asked, deadline, self._underway.begin(len(asked))))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def _answer(self, asked: Sequence[_Asked], deadline: float | None, underway: _Underway) -> None:
        try:
            deadline = deadline or self._database.deadline()
            answers = await self._read([args for args, _ in asked], deadline)
            callers = sum(len(futures) for _, futures in asked)
            if callers > 1:
                self._shared.inc(callers)
        except asyncio.CancelledError:
            for _, futures in asked:
                for future in futures:
                    future.cancel()
            raise
        except Exception as error:
            if len(asked) > 1 and isinstance(error, _OF_ONE):
                # What one of them asks for makes no sense to Postgres, or takes long: no affair of the others.
                log.warning("shared_statement_failed", error=repr(error), callers=len(asked))
                # They count twice until they are back, which has others wait, and not for long.
                await asyncio.gather(*(self._send([each], deadline) for each in asked))
                return
            answers = [error] * len(asked)
        finally:
            self._back(len(asked), underway)
        for (_, futures), answer in zip(asked, answers, strict=True):
            for future in futures:
                if future.done():  # Its caller left.
                    continue
                if isinstance(answer, Exception):
                    future.set_exception(answer)
                else:
                    future.set_result(answer)

    async def _read(self, arguments: Sequence[Sequence[Any]], deadline: float | None) -> Sequence[Any]:
        """The values for callers, in their order."""
        callers = len(arguments)
        try:
            if callers == 1:
                rows, seconds = await self._database.measured(self.sql, arguments[0], deadline)
                values = [rows[0][0] if rows else None]
            else:
                if self._for_many is None:
                    self._for_many = ForMany.of(self.sql)
                given = self._for_many.arguments(arguments)
                rows, seconds = await self._database.measured(self._for_many.text, given, deadline, within=TOO_LONG)
                found = dict(rows)
                values = [found[number] for number in range(1, callers + 1)]
        except DatabaseTimeout:
            self._seconds = LONGEST
            raise
        self._seconds += (seconds / callers - self._seconds) / _MEAN_OF
        return values


def key_of(args: Sequence[Any]) -> tuple[Any, ...]:
    """Arguments as a key: lists as tuples, which serve as well."""
    return tuple(tuple(value) if isinstance(value, list) else value for value in args)


# A parameter, and its type where that is told.
_PARAMETER = re.compile(r"\$(\d+)\b(?:::(\w+(?:\[\])?))?")


@dataclass(frozen=True, slots=True)
class ForMany:
    """A statement of one value as one for many callers. It takes a list for each parameter and gives each caller a row:
    their number, counted from 1, and the value. lists: which parameters are lists themselves."""

    text: str
    lists: tuple[bool, ...]

    @classmethod
    def of(cls, sql: str) -> Self:
        """That of a statement whose parameters are each cast to their type where they stand first: a type of one word,
        or a list of texts. No `$1` stands within a literal of it, and no table of it is called `caller`.

        Raises:
            ValueError: one is not, or there is none.
        """
        found: dict[int, str] = {}
        for number, type_ in _PARAMETER.findall(sql):
            found.setdefault(int(number), type_)
        types = [found[number] for number in sorted(found)]
        if not types or not all(types):
            raise ValueError(f"A statement for many needs parameters, and the type of each: {sql}")
        lists = tuple(type_.endswith("[]") for type_ in types)
        names, given, columns = [], [], []
        for number, (type_, is_list) in enumerate(zip(types, lists, strict=True), 1):
            names.append(f"p{number}")
            # In an array of arrays all would have to be of one length. So each is a text, which is read once.
            given.append(f"${number}::{'text' if is_list else type_}[]")
            columns.append(f"p{number}::{type_} as p{number}" if is_list else f"p{number}")
        callers = f"unnest({','.join(given)}) with ordinality as u ({','.join(names)},number)"
        value = _PARAMETER.sub(lambda parameter: parameter[0].replace("$", "caller.p"), sql)
        return cls(
            f"select number,({value}) from (select number,{','.join(columns)} from {callers} offset 0) caller",
            lists,
        )

    def arguments(self, callers: Sequence[Sequence[Any]]) -> list[list[Any]]:
        """A list for each parameter, of what each caller gives for it."""
        columns = zip(*callers, strict=True)
        return [
            [*map(_text_of, column)] if is_list else [*column]
            for column, is_list in zip(columns, self.lists, strict=True)
        ]


def _text_of(values: Sequence[str | None] | None) -> str | None:
    """An array of texts as Postgres reads it."""
    if values is None:
        return None
    return "{" + ",".join("null" if value is None else _quoted(value) for value in values) + "}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
