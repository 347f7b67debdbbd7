"""The pool of connections: reads that survive a lost connection, writes that are never sent twice."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import chain, repeat
from time import perf_counter
from typing import Any, Self, TypeVar

import asyncpg
from asyncpg.protocol import NO_TIMEOUT
from prometheus_client import Counter, Gauge, Histogram

from db.tally import Durations

# livesum: with several server processes, what those that live have together.
SIZE = Gauge("broadsheet_pool_connections", "Open connections to Postgres", ["pool"], multiprocess_mode="livesum")
# These two are set when deadlines are looked at, twenty times a second, and not by every read.
IN_USE = Gauge(
    "broadsheet_pool_in_use",
    "Connections that a query or a transaction holds",
    ["pool"],
    multiprocess_mode="livesum",
)
WAITING = Gauge("broadsheet_pool_waiting", "Callers that wait for a connection", ["pool"], multiprocess_mode="livesum")
RETRIES = Counter("broadsheet_pool_retries", "Attempts repeated after a lost connection", ["pool"])
SECONDS = Histogram(
    "broadsheet_pool_seconds",
    "Seconds of a read or a transaction, waiting and retries included, by how it ended (left: by its own caller)",
    ["pool", "outcome"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
)

# How many statements a session keeps prepared. An operation takes two: for one caller, and for many (db/share.py).
STATEMENTS = 256

# Seconds in which a lost connection is tried again. Below 1, so that a caller hears of a restart within a second.
RETRY_FOR = 0.8
# Seconds between two looks at deadlines.
_LOOK_EVERY = 0.05
_PAUSES = (0.0, 0.01, 0.02, 0.05)

# What asyncpg raises when the connection or the server went away, beside OSError.
_LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.IdleInTransactionSessionTimeoutError,
)
# What a statement was prepared for is no more.
_OUTDATED = (asyncpg.InvalidCachedStatementError, asyncpg.OutdatedSchemaCacheError)
# The server is there and cannot serve: disk or memory full, broken files, a standby. Trying again does not help.
_REFUSED = (asyncpg.InsufficientResourcesError, asyncpg.PostgresSystemError, asyncpg.ReadOnlySQLTransactionError)
# All that asyncpg raises. The last is for a fault of its own: such as where a server says that it ends while an answer
# is awaited.
CLIENT_ERRORS = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)

T = TypeVar("T")


class DatabaseTimeout(Exception):
    """The database took too long to answer."""

    def __init__(self) -> None:
        super().__init__(type(self).__doc__)


class DatabaseUnavailable(Exception):
    """The database can't be reached."""

    def __init__(self) -> None:
        super().__init__(type(self).__doc__)


# How a read or transaction can end, beside well and with an error of its own.
_OUTCOMES: dict[type[BaseException], str] = {DatabaseTimeout: "timeout", DatabaseUnavailable: "unavailable"}


class Database:
    """A pool on one database. Make it with `open`.

    Sessions keep their prepared statements for good, so Postgres plans a text once for each connection. Nothing resets
    a session when it comes back, since that is a round trip on every read; therefore only settings local to a
    transaction may be changed on a connection. Who is done hands its session to who has waited longest: with more
    readers than connections every read waits, and asyncpg's own pool takes 60 µs for that, a fifth of what the server
    spends on a page.
    """

    def __init__(self, connect: Callable[[], Awaitable[Any]], name: str, size: int, give_up: float | None) -> None:
        self._connect = connect
        self._size = size
        self._give_up = give_up
        self._open = 0  # Sessions that are there or on their way.
        self._free: list[_Session] = []
        self._busy: set[_Session] = set()
        self._queue: deque[tuple[asyncio.Future[_Session | None], float | None]] = deque()
        self._closed = False
        self._at_rest = asyncio.Event()  # Set while close waits and nobody has a session any more.
        # A read has no timer of its own, which would cost it 5 µs: all deadlines are looked at now and then.
        self._watch: asyncio.TimerHandle | None = None
        self._clock = asyncio.get_running_loop().time
        self._seconds = {
            outcome: Durations(SECONDS.labels(name, outcome))
            for outcome in ("ok", *_OUTCOMES.values(), "error", "left")
        }
        self._retries = RETRIES.labels(name)
        self._in_use = IN_USE.labels(name)
        self._waiting = WAITING.labels(name)

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        size: int = 10,
        statement_timeout: float = 2.0,
        application_name: str = "broadsheet",
        generic_plans: bool = False,
    ) -> Self:
        """A pool of at most `size` connections, which are made when they are needed: opening reaches no server.

        `statement_timeout` in seconds is what the server allows one statement (0: no limit); half a second later
        the caller gives up, whether the server answers or not. `application_name` also names the pool in metrics.
        `generic_plans`: each statement is planned once for each connection, whatever its parameters are; what reads
        rows for readers is written so that it may be, and planning a search takes longer than searching.
        """
        give_up = statement_timeout + 0.5 if statement_timeout else None
        connections = SIZE.labels(application_name)

        async def connect() -> Any:
            connection = await asyncpg.connect(
                url,
                timeout=give_up or 60,
                command_timeout=give_up,
                statement_cache_size=STATEMENTS,
                max_cached_statement_lifetime=0,
                max_cacheable_statement_size=0,
                server_settings={
                    "application_name": application_name,
                    "timezone": "UTC",
                    "statement_timeout": str(round(statement_timeout * 1000)),
                    # A writer that stands still in its transaction would hold the log's lock, and so every writer.
                    "idle_in_transaction_session_timeout": "60000",
                    "jit": "off",
                    # Postgres' 4 MB have no room for the places of a hundred thousand articles, so that a phrase of two
                    # frequent words would have it look at all articles near one that holds them.
                    "work_mem": "16MB",
                    "plan_cache_mode": "force_generic_plan" if generic_plans else "auto",
                },
            )
            connections.inc()
            connection.add_termination_listener(lambda _: connections.dec())
            return connection

        return cls(connect, application_name, size, give_up)

    async def close(self) -> None:
        """Close every connection, within a second even where queries still run."""
        self._closed = True
        for place, _ in self._queue:
            if not place.done():
                place.set_exception(DatabaseUnavailable())
        try:
            async with asyncio.timeout(1):
                if self._busy:
                    await self._at_rest.wait()
                for session in self._free:
                    await session.connection.close()
        except (TimeoutError, *CLIENT_ERRORS):
            pass
        for session in (*self._free, *self._busy):
            session.connection.terminate()
        self._free.clear()
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        self._in_use.set(0)
        self._waiting.set(0)
        # asyncpg tells of closed connections in the loop's next step.
        await asyncio.sleep(0)

    @property
    def sessions(self) -> int:
        """How many are open or on their way."""
        return self._open

    async def value(self, sql: str, *args: Any) -> Any:
        """The first column of the first row, None without a row. A read: it may be sent more than once."""
        found, _ = await self._read(sql, args, self.deadline(), rows=1)
        return found[0][0] if found else None

    async def rows(self, sql: str, *args: Any) -> list[asyncpg.Record]:
        """All rows. A read: it may be sent more than once."""
        found, _ = await self._read(sql, args, self.deadline())
        return found

    async def measured(
        self, sql: str, args: Sequence[Any], deadline: float | None, *, within: float | None = None
    ) -> tuple[list[asyncpg.Record], float]:
        """All rows, and the seconds that they took: without those of waiting for a session, with those of preparing the
        statement where the session hasn't. A read: it may be sent more than once.

        deadline: until when there has to be an answer (`deadline`). within: seconds after which a session gives up,
        which is a DatabaseTimeout, if that is sooner.
        """
        return await self._read(sql, args, deadline, within=within)

    def deadline(self) -> float | None:
        """Until when a read that begins now has to be answered, by the loop's clock; None without a limit."""
        return self._clock() + self._give_up if self._give_up else None

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        """A connection in a transaction, which commits at the end of the block and rolls back on any exception.

        Beginning is retried on a lost connection; nothing after it is ever sent twice. DatabaseUnavailable at the
        end of the block means that it is not known whether the commit arrived.
        """
        started = perf_counter()
        try:
            deadline = self.deadline()
            try:
                session, transaction = await self._begin(deadline)
            except _ConnectionLost as lost:
                session, transaction = await self._again(lost, deadline, self._begin)
            try:
                yield session.connection
                await transaction.commit()
            except BaseException as error:
                known = _named(error, session)
                try:
                    await _roll_back(session.connection, transaction, error)
                finally:
                    self._give_back(session)
                if known is not None:
                    raise known from error
                raise
            self._give_back(session)
        except BaseException as error:
            self._ended(started, error)
            raise
        self._ended(started)

    async def _read(
        self, sql: str, args: Sequence[Any], deadline: float | None, *, rows: int = 0, within: float | None = None
    ) -> tuple[list[asyncpg.Record], float]:
        """So many of a read's rows, or all with 0, and the seconds that a session took for them."""
        started = perf_counter()
        try:
            try:
                result = await self._once(deadline, sql, args, rows, within)
            except _ConnectionLost as lost:
                result = await self._again(lost, deadline, self._once, sql, args, rows, within)
        except BaseException as error:
            self._ended(started, error)
            raise
        self._ended(started)
        return result

    def _ended(self, started: float, error: BaseException | None = None) -> None:
        outcome = "ok"
        if error is not None:
            outcome = _OUTCOMES.get(type(error), "error" if isinstance(error, CLIENT_ERRORS) else "left")
        self._seconds[outcome].observe(perf_counter() - started)

    async def _again(
        self, lost: "_ConnectionLost", deadline: float | None, attempt: Callable[..., Awaitable[T]], *args: Any
    ) -> T:
        """Run an attempt that lost its connection again, as long as there is time."""
        clock = self._clock
        until = clock() + RETRY_FOR
        for pause in chain(_PAUSES, repeat(0.1)):
            if clock() + pause > until:
                raise DatabaseUnavailable from lost.__cause__
            self._retries.inc()
            await asyncio.sleep(pause)
            try:
                return await attempt(deadline, *args)
            except _ConnectionLost as error:
                lost = error
        raise AssertionError("pauses never end")

    async def _once(
        self, deadline: float | None, sql: str, args: Sequence[Any], rows: int, within: float | None
    ) -> tuple[list[asyncpg.Record], float]:
        session = self._at_once(deadline) or await self._take(deadline)
        started = perf_counter()
        try:
            statement = session.known(sql) or await session.prepare(sql)
            limit = NO_TIMEOUT if within is None else within
            found: list[asyncpg.Record] = await session.send(statement._state, args, "", rows, False, limit)
            return found, perf_counter() - started
        except BaseException as error:
            if isinstance(error, asyncpg.OutdatedSchemaCacheError):
                await session.connection.reload_schema_state()
            self._raise_named(error, session)
            raise
        finally:
            self._give_back(session)

    async def _begin(self, deadline: float | None) -> "tuple[_Session, Any]":
        session = await self._take(deadline)
        try:
            transaction = session.connection.transaction()
            await transaction.start()
        except BaseException as error:
            try:
                self._raise_named(error, session)
            finally:
                session.connection.terminate()
                self._give_back(session)
            raise
        session.until = None  # From here on each statement has its own limit.
        return session, transaction

    def _raise_named(self, error: BaseException, session: "_Session") -> None:
        """Raise what an error of one attempt is for the caller, if it is anything else than it says."""
        if isinstance(error, _OUTDATED):
            # A migration changed what the statements of every session bring.
            for each in (session, *self._free):
                each.prepared.clear()
            raise _ConnectionLost from error
        if _is_lost(error, session):
            raise _ConnectionLost from error
        known = _named(error, session)
        if known is not None:
            raise known from error

    # -- sessions: free, busy, and who waits for one

    async def _take(self, deadline: float | None) -> "_Session":
        """A session, to be given back. It is closed when the deadline passes before that, unless it is put off.

        Raises:
            _ConnectionLost, DatabaseUnavailable: there is none.
        """
        session = self._at_once(deadline)
        if session is None:
            session = await self._wait(deadline) or await self._connected(deadline)
            self._lend(session, deadline)
        return session

    def _at_once(self, deadline: float | None) -> "_Session | None":
        """A session that is free, if there is one."""
        while self._free:
            session = self._free.pop()
            if not session.is_gone():
                self._lend(session, deadline)
                return session
            self._open -= 1
        return None

    def _lend(self, session: "_Session", deadline: float | None) -> None:
        session.until = deadline
        self._busy.add(session)
        if self._watch is None:
            self._look()

    async def _wait(self, deadline: float | None) -> "_Session | None":
        """The session of who is done next; None where there is room for another one, which is counted as open."""
        if self._closed:
            raise DatabaseUnavailable
        if self._open < self._size:
            self._open += 1
            return None
        place: asyncio.Future[_Session | None] = asyncio.get_running_loop().create_future()
        self._queue.append((place, deadline))
        if self._watch is None:
            self._look()
        try:
            return await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled() and place.exception() is None:
                self._hand_on(place.result())
            raise
        except TimeoutError as error:
            raise DatabaseUnavailable from error

    async def _connected(self, deadline: float | None) -> "_Session":
        try:
            async with asyncio.timeout_at(deadline):
                session = _Session(await self._connect())
            if self._closed:
                session.connection.terminate()
                raise DatabaseUnavailable
            return session
        except BaseException as error:
            self._hand_on(None)
            if isinstance(error, TimeoutError):
                raise DatabaseUnavailable from error
            if isinstance(error, (OSError, *_LOST)):
                raise _ConnectionLost from error
            if isinstance(error, asyncpg.PostgresError):
                # No such database, role or password, or no room: this server will not let us in.
                raise DatabaseUnavailable from error
            raise

    def _give_back(self, session: "_Session") -> None:
        self._busy.discard(session)
        if self._closed:
            session.connection.terminate()
        self._hand_on(None if session.is_gone() else session)
        if self._closed and not self._busy:
            self._at_rest.set()

    def _hand_on(self, session: "_Session | None") -> None:
        """Give a session, or the room that one leaves, to who has waited longest."""
        while self._queue:
            place, _ = self._queue.popleft()
            if not place.done():
                place.set_result(session)
                return
        if session is None:
            self._open -= 1
        else:
            self._free.append(session)

    def _look(self) -> None:
        """End what is past its deadline, and look again while anything may pass it."""
        self._in_use.set(len(self._busy))
        self._waiting.set(len(self._queue))
        loop = asyncio.get_running_loop()
        now = loop.time()
        for session in self._busy:
            if session.until is not None and session.until <= now:
                # The server did not even end the statement at its own limit: it hangs, so don't wait for its word.
                session.late = True
                session.connection.terminate()
        for place, until in self._queue:
            if until is not None and until <= now and not place.done():
                place.set_exception(TimeoutError())
        self._watch = loop.call_later(_LOOK_EVERY, self._look) if self._busy or self._queue else None


@dataclass(slots=True, eq=False)
class _Session:
    """A connection and the statements of reads that it has prepared, the one used last at the end. until: when its user
    gives up; late: whether that has happened. send: what asyncpg itself executes a prepared statement by; its methods
    for that add six calls, a twenty-fifth of what the server spends on a page."""

    connection: Any
    prepared: dict[str, Any] = field(default_factory=dict)
    until: float | None = None
    late: bool = False
    send: Callable[..., Awaitable[Any]] = field(init=False)

    def __post_init__(self) -> None:
        self.send = self.connection._protocol.bind_execute

    def is_gone(self) -> bool:
        """Whether the connection is closed. asyncpg tells so before it has put everything away, and forgets the rest of
        one that nobody holds any more."""
        if not self.connection.is_closed():
            return False
        self.connection.terminate()
        return True

    def known(self, sql: str) -> Any:
        """The prepared statement of a text, which is now the one used last; None where there is none."""
        found = self.prepared.pop(sql, None)
        if found is not None:
            self.prepared[sql] = found
        return found

    async def prepare(self, sql: str) -> Any:
        """A statement that is not known yet."""
        made = await self.connection.prepare(sql)
        if len(self.prepared) >= STATEMENTS:
            del self.prepared[next(iter(self.prepared))]
        self.prepared[sql] = made
        return made


class _ConnectionLost(Exception):
    """An attempt ended since its connection went away; the reason is its cause."""


def _is_lost(error: BaseException, session: _Session) -> bool:
    if session.late or isinstance(error, TimeoutError):
        return False
    return isinstance(error, _LOST) or (isinstance(error, CLIENT_ERRORS) and session.connection.is_closed())


def _named(error: BaseException, session: _Session) -> DatabaseTimeout | DatabaseUnavailable | None:
    """What a caller should be told of an error; None where it is the caller's own."""
    if isinstance(error, (TimeoutError, asyncpg.QueryCanceledError)) or (
        session.late and isinstance(error, CLIENT_ERRORS)
    ):
        return DatabaseTimeout()
    if isinstance(error, _REFUSED) or _is_lost(error, session):
        return DatabaseUnavailable()
    return None


async def _roll_back(connection: Any, transaction: Any, error: BaseException) -> None:
    """Roll back, by closing the connection where that cannot be asked for any more."""
    if isinstance(error, TimeoutError):
        connection.terminate()
    if connection.is_closed():
        return
    try:
        await transaction.rollback()
    except asyncio.CancelledError:
        connection.terminate()
        raise
    except CLIENT_ERRORS:
        connection.terminate()
