"""Statements that callers share: those who ask while one runs are answered by the next, all of them together.

Much of what a page costs Postgres is not the page: a message, a process woken, an executor made ready and put away. Of
sixteen article pages in one statement each takes a third of what it takes alone, and the server has less to do as well.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from prometheus_client import Counter

from db.pool import Database, DatabaseTimeout, DatabaseUnavailable

# Seconds for which those who ask wait for a statement that runs.
PATIENCE = 0.004
# Seconds that a statement for several callers should take at most, and how many they are at most.
LONGEST = 0.02
MOST = 16
# The mean of what a statement takes goes back over so many, about.
_MEAN_OF = 16

SHARED = Counter("broadsheet_shared_reads", "Reads that were answered together with others, by one statement")

# The arguments of callers, and who they are that give them.
_Asked = tuple[tuple[Any, ...], list[asyncio.Future[Any]]]


class Shared:
    """A statement that reads one value, for any number of callers at a time.

    Who asks while it doesn't run runs it at once. Who asks while it runs waits until it is back, but no longer than
    PATIENCE; then all who wait are answered together, those who gave the same arguments by the same row. So what anyone
    is told was read after they asked, and a lone caller waits for nobody.

    How many go together follows from what one takes, as it was measured: what is slow, or isn't known yet, runs for
    each by itself, as often at once as the pool allows.
    """

    def __init__(self, database: Database, sql: str) -> None:
        self.sql = sql
        self._database = database
        self._for_many: ForMany | None = None
        self._waiting: dict[tuple[Any, ...], list[asyncio.Future[Any]]] = {}
        # While it is set, who asks waits.
        self._gate: asyncio.TimerHandle | None = None
        self._seconds = LONGEST  # what it takes for one caller, the mean
        self._running: set[asyncio.Task[None]] = set()

    async def value(self, *args: Any) -> Any:
        """The first column of the first row, None without a row, read after this call began.

        Raises:
            DatabaseTimeout, DatabaseUnavailable: it can't be read.
        """
        if self._gate is None:
            self._begin()
            try:
                return await self._alone(args)
            finally:
                self._go()
        # One future for each: a waiter that is cancelled cancels what it waits for.
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(key_of(args), []).append(future)
        return await future

    def _begin(self) -> None:
        """Let who asks from now on wait."""
        if self._gate is None:
            self._gate = asyncio.get_running_loop().call_later(PATIENCE, self._go)

    def _go(self) -> None:
        """Answer all who wait."""
        if self._gate is not None:
            self._gate.cancel()
            self._gate = None
        asked, self._waiting = [*self._waiting.items()], {}
        size = self._size()
        for first in range(0, len(asked), size):
            self._begin()
            task = asyncio.create_task(self._answer(asked[first : first + size]))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    def _size(self) -> int:
        """How many go together."""
        return min(max(int(LONGEST / self._seconds), 1), MOST)

    async def _answer(self, asked: Sequence[_Asked]) -> None:
        try:
            answers = await self._answers([args for args, _ in asked])
        except Exception as error:
            answers = [error] * len(asked)
        finally:
            self._go()
        callers = [(future, answer) for (_, futures), answer in zip(asked, answers, strict=True) for future in futures]
        if len(callers) > 1:
            SHARED.inc(len(callers))
        for future, answer in callers:
            if future.done():  # Its caller left.
                continue
            if isinstance(answer, BaseException):
                future.set_exception(answer)
            else:
                future.set_result(answer)

    async def _answers(self, asked: Sequence[tuple[Any, ...]]) -> Sequence[Any]:
        """What is answered to each, or the error that it ends in."""
        if len(asked) == 1:
            return [await self._alone(asked[0])]
        try:
            return await self._together(asked)
        except DatabaseUnavailable:
            raise
        except DatabaseTimeout:
            self._seconds = LONGEST
            raise
        except Exception:
            # What one of them gave makes no sense to Postgres, which is not the others' affair.
            return await asyncio.gather(*map(self._alone, asked), return_exceptions=True)

    async def _alone(self, args: Sequence[Any]) -> Any:
        rows, seconds = await self._database.timed(self.sql, *args)
        self._took(seconds)
        return rows[0][0] if rows else None

    async def _together(self, asked: Sequence[tuple[Any, ...]]) -> Sequence[Any]:
        if self._for_many is None:
            self._for_many = ForMany.of(self.sql)
        rows, seconds = await self._database.timed(self._for_many.text, *self._for_many.arguments(asked))
        self._took(seconds / len(asked))
        found = dict(rows)
        return [found[number] for number in range(1, len(asked) + 1)]

    def _took(self, seconds: float) -> None:
        self._seconds += (seconds - self._seconds) / _MEAN_OF


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
        """That of a statement whose parameters are each cast to their type where they stand first.

        Raises:
            ValueError: one is not, or there is none.
        """
        found: dict[int, str] = {}
        for number, type_ in _PARAMETER.findall(sql):
            found.setdefault(int(number), type_)
        types = [found[number] for number in sorted(found)]
        if not types or not all(types):
            raise ValueError(f"A statement for many needs parameters, and the type of each: {sql}")
        names, given, columns = [], [], []
        for number, type_ in enumerate(types, 1):
            names.append(f"p{number}")
            # In an array of arrays all would have to be of one length. So each is a text, which is read once.
            is_list = type_.endswith("[]")
            given.append(f"${number}::{'text' if is_list else type_}[]")
            columns.append(f"p{number}::{type_} as p{number}" if is_list else f"p{number}")
        callers = f"unnest({','.join(given)}) with ordinality as u ({','.join(names)},number)"
        value = _PARAMETER.sub(lambda parameter: parameter[0].replace("$", "caller.p"), sql)
        return cls(
            f"select number,({value}) from (select number,{','.join(columns)} from {callers} offset 0) caller",
            tuple(type_.endswith("[]") for type_ in types),
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
