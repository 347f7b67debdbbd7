"""What the database says now, read once for all who ask at the same time.

An answer that is kept is served only after the log's head has been read anew, which alone would cost more than all the
rest. So one read tells all whose requests came before it was sent. A page that takes no values is read so, too.
"""

import asyncio
from math import inf
from time import perf_counter
from typing import Any

from db.pool import Database
from db.share import PATIENCE, SHARED

# What who waits is told where the one who led left before there was an answer.
_UNREAD = object()

_Waiting = list[asyncio.Future[Any]]


class Current:
    """The value that a statement without arguments reads. name: what metrics call it.

    Who asks first leads: sends a read at once or, while one is underway, when that is back or PATIENCE has passed. It
    is for all who have asked by then and, as long, for those who ask later and whose requests had come when it was
    sent. So nobody is told what was read before their request had come, and what hangs holds up nobody who asks later.
    """

    def __init__(self, database: Database, sql: str, name: str) -> None:
        self.sql = sql
        self._database = database
        self._shared = SHARED.labels(name)
        # Those who wait for a read that is still to be sent, and for the one that is underway: the last that was sent,
        # where who led lost patience with another.
        self._gathering: _Waiting | None = None
        self._underway: _Waiting | None = None
        self._sent_at = 0.0
        # What the one who leads waits for, while a read is underway.
        self._turn: asyncio.Future[None] | None = None

    async def value(self, received_at: float = inf) -> Any:
        """The first column of the first row, None without a row.

        received_at: when the caller's request was here, by `time.perf_counter`: a read that was sent after that will
        do. Without it, one that is sent after this call.

        Raises:
            DatabaseTimeout, DatabaseUnavailable: it can't be read.
            asyncpg.PostgresError: what Postgres says of the statement.
        """
        while True:
            waiting = self._gathering
            if self._underway is not None and received_at < self._sent_at and perf_counter() - self._sent_at < PATIENCE:
                waiting = self._underway
            if waiting is None:
                return await self._lead()
            # One future for each: a waiter that is cancelled cancels what it waits for.
            place: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
            waiting.append(place)
            found = await place
            if found is not _UNREAD:
                return found

    async def _lead(self) -> Any:
        deadline = self._database.deadline()
        found: Any = _UNREAD
        others = self._gathering = []
        try:
            if self._underway is not None:
                await self._wait()
                # Those whom it told may ask again at once, and go along.
                await asyncio.sleep(0)
            self._gathering, self._underway, self._sent_at = None, others, perf_counter()
            rows, _ = await self._database.measured(self.sql, (), deadline)
            found = rows[0][0] if rows else None
        except Exception as error:
            for place in others:
                if not place.done():
                    place.set_exception(error)
            raise
        finally:
            self._finish(others)
            # Where the one who leads leaves before there is an answer, one of the others leads then.
            for place in others:
                if not place.done():  # else its caller left
                    place.set_result(found)
        if others:
            self._shared.inc(1 + len(others))
        return found

    def _finish(self, others: _Waiting) -> None:
        """Let nobody join those any more, and the next read be sent."""
        if self._gathering is others:
            self._gathering = None
        if self._underway is others:
            self._underway = None
            self._end_wait()

    async def _wait(self) -> None:
        """Until the read that is underway is back, or PATIENCE has passed."""
        loop = asyncio.get_running_loop()
        self._turn = loop.create_future()
        patience = loop.call_later(PATIENCE, self._end_wait)
        try:
            await self._turn
        finally:
            patience.cancel()

    def _end_wait(self) -> None:
        """Let the one who leads send a read, if they wait for that."""
        if self._turn is not None and not self._turn.done():
            self._turn.set_result(None)
