"""The pool of connections: reads that survive a lost connection, writes that are never sent twice."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from itertools import chain, repeat
from time import perf_counter
from typing import Any, Self, TypeVar

import asyncpg
from prometheus_client import Counter, Gauge, Histogram

# livesum: with several server processes, what those that live have together. Such gauges can't be asked for their
# value when it is wanted, so each step is counted.
SIZE = Gauge("broadsheet_pool_connections", "Open connections to Postgres", ["pool"], multiprocess_mode="livesum")
IN_USE = Gauge(
    "broadsheet_pool_in_use",
    "Connections that a query or a transaction holds",
    ["pool"],
    multiprocess_mode="livesum",
)
WAITING = Gauge("broadsheet_pool_waiting", "Callers that wait for a connection", ["pool"], multiprocess_mode="livesum")
QUERIES = Counter("broadsheet_pool_queries", "Reads and transactions, by how they ended", ["pool", "outcome"])
RETRIES = Counter("broadsheet_pool_retries", "Attempts repeated after a lost connection", ["pool"])
SECONDS = Histogram(
    "broadsheet_pool_seconds",
    "Seconds of a read, waiting and retries included",
    ["pool"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
)

# Seconds in which a lost connection is tried again. Below 1, so that a caller hears of a restart within a second.
RETRY_FOR = 0.8
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
# The server is there and cannot serve: disk or memory full, broken files, a standby. Trying again does not help.
_REFUSED = (asyncpg.InsufficientResourcesError, asyncpg.PostgresSystemError, asyncpg.ReadOnlySQLTransactionError)
_CLIENT = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)

T = TypeVar("T")


class DatabaseTimeout(Exception):
    """The database took too long to answer."""

    def __init__(self) -> None:
        super().__init__(type(self).__doc__)


class DatabaseUnavailable(Exception):
    """The database cannot be reached at the moment."""

    def __init__(self) -> None:
        super().__init__(type(self).__doc__)


class Database:
    """A pool on one database. Make it with `open`.

    Sessions keep their named prepared statements for good, so Postgres plans a text once for each connection. The
    reset that asyncpg sends on release is left out, since it costs a round trip on every read; therefore only
    settings local to a transaction may be changed on a connection.
    """

    def __init__(self, pool: Any, name: str, size: int, give_up: float | None) -> None:
        self._pool = pool
        self._size = size
        self._give_up = give_up
        self._asked = 0  # Callers that have a connection or wait for one.
        # Connections that are ours and that nobody uses. asyncpg's own way to give one back and to take it again costs
        # 60 µs, a fifth of what the server spends on a page; it is left to those who wait.
        self._idle: list[Any] = []
        self._queries = {o: QUERIES.labels(name, o) for o in ("ok", "timeout", "unavailable", "error")}
        self._retries = RETRIES.labels(name)
        self._seconds = SECONDS.labels(name)
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
        statement_cache: int = 256,
    ) -> Self:
        """A pool of at most `size` connections, which are made when they are needed: opening reaches no server.

        `statement_timeout` in seconds is what the server allows one statement (0: no limit); half a second later
        the caller gives up, whether the server answers or not. `application_name` also names the pool in metrics.
        """
        give_up = statement_timeout + 0.5 if statement_timeout else None
        connections = SIZE.labels(application_name)

        async def count(connection: Any) -> None:
            connections.inc()
            connection.add_termination_listener(lambda _: connections.dec())

        pool = await asyncpg.create_pool(
            url,
            min_size=0,
            max_size=size,
            max_queries=1 << 62,
            max_inactive_connection_lifetime=0,
            init=count,
            reset=_keep,
            timeout=give_up or 60,
            command_timeout=give_up,
            statement_cache_size=statement_cache,
            max_cached_statement_lifetime=0,
            max_cacheable_statement_size=0,
            server_settings={
                "application_name": application_name,
                "timezone": "UTC",
                "statement_timeout": str(round(statement_timeout * 1000)),
                # A writer that stands still in its transaction would hold the log's lock, and so every other writer.
                "idle_in_transaction_session_timeout": "60000",
                "jit": "off",
            },
        )
        return cls(pool, application_name, size, give_up)

    async def close(self) -> None:
        """Close every connection, within a second even where queries still run."""
        idle, self._idle = self._idle, []
        try:
            async with asyncio.timeout(1):
                for connection in idle:
                    await self._pool.release(connection)
                await self._pool.close()
        except TimeoutError:
            self._pool.terminate()
        # asyncpg tells of closed connections in the loop's next step.
        await asyncio.sleep(0)

    async def value(self, sql: str, *args: Any) -> Any:
        """The first column of the first row, None without a row. A read: it may be sent more than once."""
        return await self._read(lambda connection, limit: connection.fetchval(sql, *args, timeout=limit))

    async def rows(self, sql: str, *args: Any) -> list[asyncpg.Record]:
        """All rows. A read: it may be sent more than once."""
        result: list[asyncpg.Record] = await self._read(
            lambda connection, limit: connection.fetch(sql, *args, timeout=limit)
        )
        return result

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        """A connection in a transaction, which commits at the end of the block and rolls back on any exception.

        Beginning is retried on a lost connection; nothing after it is ever sent twice. DatabaseUnavailable at the
        end of the block means that it is not known whether the commit arrived.
        """
        with self._counted():
            connection, transaction = await self._retried(self._begin)
            try:
                yield connection
                await transaction.commit()
            except BaseException as error:
                known = _named(error, connection)
                try:
                    await _roll_back(connection, transaction, error)
                finally:
                    await self._release_after(error, connection)
                if known is not None:
                    raise known from error
                raise
            await self._release(connection)

    async def _read(self, send: Callable[[Any, float | None], Awaitable[T]]) -> T:
        started = perf_counter()
        try:
            with self._counted():
                return await self._retried(lambda deadline: self._once(send, deadline))
        finally:
            self._seconds.observe(perf_counter() - started)

    async def _retried(self, attempt: Callable[[float | None], Awaitable[T]]) -> T:
        """Run `attempt` with its deadline, again while it raises _ConnectionLost and there is time."""
        clock = asyncio.get_running_loop().time
        deadline = clock() + self._give_up if self._give_up else None
        until = None
        for pause in chain(_PAUSES, repeat(0.1)):
            try:
                return await attempt(deadline)
            except _ConnectionLost as lost:
                until = until or clock() + RETRY_FOR
                if clock() + pause > until:
                    raise DatabaseUnavailable from lost.__cause__
                self._retries.inc()
                await asyncio.sleep(pause)
        raise AssertionError("pauses never end")

    async def _once(self, send: Callable[[Any, float | None], Awaitable[T]], deadline: float | None) -> T:
        connection = await self._acquire(deadline)
        try:
            # asyncpg's own limit: a third of the price of asyncio's, in a place where microseconds count.
            left = max(deadline - asyncio.get_running_loop().time(), 0.001) if deadline else None
            result = await send(connection, left)
        except BaseException as error:
            lost, known = _is_lost(error, connection), _named(error, connection)
            await self._release_after(error, connection)
            if lost:
                raise _ConnectionLost from error
            if known is not None:
                raise known from error
            raise
        await self._release(connection)
        return result

    async def _begin(self, deadline: float | None) -> tuple[Any, Any]:
        connection = await self._acquire(deadline)
        transaction = connection.transaction()
        try:
            async with asyncio.timeout_at(deadline):
                await transaction.start()
        except BaseException as error:
            lost, known = _is_lost(error, connection), _named(error, connection)
            _terminate(connection)
            await self._release_after(error, connection)
            if lost:
                raise _ConnectionLost from error
            if known is not None:
                raise known from error
            raise
        return connection, transaction

    async def _acquire(self, deadline: float | None) -> Any:
        self._one_more()
        while self._idle:
            connection = self._idle.pop()
            if not _gone(connection):
                return connection
        try:
            if self._asked <= self._size:
                # Nobody to wait for; connecting has a limit of its own.
                return await self._pool.acquire()
            async with asyncio.timeout_at(deadline):
                return await self._pool.acquire()
        except BaseException as error:
            self._one_less()
            if isinstance(error, TimeoutError):
                raise DatabaseUnavailable from error
            if isinstance(error, (OSError, *_LOST)):
                raise _ConnectionLost from error
            if isinstance(error, asyncpg.PostgresError):
                # No such database, role or password, or no room: this server will not let us in.
                raise DatabaseUnavailable from error
            raise

    def _one_more(self) -> None:
        self._asked += 1
        (self._in_use if self._asked <= self._size else self._waiting).inc()

    def _one_less(self) -> None:
        """A caller went. While others wait, one of them takes its place."""
        (self._in_use if self._asked <= self._size else self._waiting).dec()
        self._asked -= 1

    async def _release(self, connection: Any) -> None:
        self._one_less()
        if self._asked < self._size and not self._pool.is_closing():
            self._idle.append(connection)
        else:
            await self._pool.release(connection)

    async def _release_after(self, error: BaseException, connection: Any) -> None:
        """Release a connection on which something failed, so that it may still have to come to rest."""
        if isinstance(error, TimeoutError):
            # The server did not even end the statement at its own limit: it hangs, so don't wait for its word.
            _terminate(connection)
        self._one_less()
        # One that does not come to rest is closed by asyncpg, which is all that its exception would say.
        with suppress(*_CLIENT):
            await self._pool.release(connection, timeout=1)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        outcome = "error"
        try:
            yield
            outcome = "ok"
        except DatabaseTimeout:
            outcome = "timeout"
            raise
        except DatabaseUnavailable:
            outcome = "unavailable"
            raise
        finally:
            self._queries[outcome].inc()


class _ConnectionLost(Exception):
    """An attempt ended since its connection went away; the reason is its cause."""


def _gone(connection: Any) -> bool:
    try:
        return bool(connection.is_closed())
    except asyncpg.InterfaceError:
        return True  # asyncpg took it back when it closed.


def _is_lost(error: BaseException, connection: Any) -> bool:
    if isinstance(error, TimeoutError):
        return False
    return isinstance(error, _LOST) or (isinstance(error, _CLIENT) and _gone(connection))


def _named(error: BaseException, connection: Any) -> DatabaseTimeout | DatabaseUnavailable | None:
    """What a caller should be told of an error; None where it is the caller's own."""
    if isinstance(error, (TimeoutError, asyncpg.QueryCanceledError)):
        return DatabaseTimeout()
    if isinstance(error, _REFUSED) or _is_lost(error, connection):
        return DatabaseUnavailable()
    return None


async def _roll_back(connection: Any, transaction: Any, error: BaseException) -> None:
    """Roll back, by closing the connection where that cannot be asked for any more."""
    if isinstance(error, TimeoutError):
        _terminate(connection)
    if _gone(connection):
        return
    try:
        await transaction.rollback()
    except asyncio.CancelledError:
        _terminate(connection)
        raise
    except _CLIENT:
        _terminate(connection)


def _terminate(connection: Any) -> None:
    with suppress(asyncpg.InterfaceError):
        connection.terminate()


async def _keep(connection: Any) -> None:
    """Leave a session as it is when its connection goes back to the pool."""
