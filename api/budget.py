"""What callers may spend: points a period, counted over all server processes, with hardly a round trip.

Each process counts what it lets through, and ten times a second tells the others by one statement, which also brings
what they told (`db/sql/budgets.sql`). A caller who is far from the limit is let through by what is known. One who is
new here, has spent half, or has spent much since the last exchange, waits for one that holds their points already: so
two processes never give the same points away. What the others may let through untold is a fiftieth of the limit, which
is kept back from what answers say is left.

Where the exchange fails or takes too long, each process goes on by what it counts itself, so that a caller gets at most
the limit of each.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, NoReturn

import structlog
from prometheus_client import Counter, Histogram

from api.account import UNTOLD, Account
from db.pool import Database
from db.statements import statements
from schema.rate_limit import RateLimited

log = structlog.get_logger("broadsheet.budget")

Asking = list[tuple[int, asyncio.Future[bool]]]

LIMITED = Counter("broadsheet_rate_limited", "Requests refused since their caller's budget was spent.", ["kind"])
BLIND = Counter("broadsheet_budget_blind", "Requests let through or refused without knowing what other processes did.")
EXCHANGES = Histogram(
    "broadsheet_budget_exchange_seconds",
    "Seconds of an exchange of what was spent",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25),
)

# Seconds from one exchange to the next, for which one may be waited for, for which what was heard is taken to hold, and
# for which nobody waits after one failed.
INTERVAL, PATIENCE, HOLDS, PAUSE = 0.1, 0.25, 1.0, 1.0
# Seconds without a request after which a process stops to exchange.
_IDLE = 2.0
# What others told while the last exchange ran may have come too late for it.
_OVERLAP = timedelta(seconds=0.25)
_MOST_ACCOUNTS = 50_000
# Seconds for which rows are kept, and between two times that old ones are dropped.
_KEPT, _SWEPT = 3_600, 600


class Budget:
    """Everybody's budget, for one process. seconds: of a period; processes: that serve; clock: seconds since 1970."""

    def __init__(
        self, database: Database, seconds: int, *, processes: int = 1, clock: Callable[[], float] = time.time
    ) -> None:
        self.seconds = seconds
        self._untold = UNTOLD / max(processes - 1, 1)
        self._database = database
        self.clock = clock
        self.accounts: dict[str, Account] = {}
        self._dirty: dict[str, Account] = {}
        self._told_of: dict[str, Account] = {}  # By the exchange that is underway, or was the last.
        self._heard = self._failed = self._asked = -float("inf")
        self._swept = time.monotonic()
        self._since: datetime | None = None
        self._wanted = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._queries: set[asyncio.Task[Any]] = set()

    async def close(self) -> None:
        """Tell what is untold."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        if self._dirty:
            await self._exchanged()
        await asyncio.gather(*self._queries, return_exceptions=True)

    def account(self, bucket: str, limit: int) -> Account:
        """The account of a bucket, whose first word says of what kind it is."""
        account = self.accounts.get(bucket)
        if account is None:
            if len(self.accounts) >= _MOST_ACCOUNTS:
                self._drop()
            account = self.accounts[bucket] = Account(bucket, limit, self.seconds, self._untold)
            account.turn(self.clock())
        return account

    def spend(self, account: Account, points: int) -> bool:
        """Spend points by what is known; False where that is not enough to decide, and `ask` has to."""
        self._asked = now = time.monotonic()
        account.turn(self.clock())
        untold = account.untold + points
        if (
            not account.met
            or now - self._heard > HOLDS
            or untold > account.most_untold
            or account.known + untold > account.most_known
        ):
            return False
        account.untold = untold
        self._dirty[account.bucket] = account
        return True

    async def ask(self, account: Account, points: int) -> None:
        """Spend points by what all processes know.

        Raises:
            RateLimited: there are not so many left.
        """
        if time.monotonic() - self._failed < PAUSE:
            is_admitted = self._by_own(account, points)
        elif not account.has(points):
            is_admitted = False
        else:
            asked: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
            account.waiting.append((points, asked))
            self._dirty[account.bucket] = account
            self._exchange_soon()
            is_admitted = await asked
        if not is_admitted:
            self.refuse(account, points)

    def refuse(self, account: Account, points: int) -> NoReturn:
        """Raises RateLimited: there are not so many points left."""
        LIMITED.labels(account.kind).inc()
        raise RateLimited(account.spending(points, self.clock()))

    def refund(self, account: Account, points: int) -> None:
        """Give back what was spent for nothing, unless that is over anyway."""
        if not account.is_over(self.clock()):
            account.untold -= points
            self._dirty[account.bucket] = account

    # -- between the processes

    def _by_own(self, account: Account, points: int, *, is_told: bool = False) -> bool:
        """Spend points by what this process knows. is_told: the others may have been told of them, or not; they are not
        told twice."""
        BLIND.inc()
        if not account.has(points):
            return False
        if is_told:
            account.known += points
        else:
            account.untold += points
            self._dirty[account.bucket] = account
        return True

    def _exchange_soon(self) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._exchange_on())
        self._wanted.set()

    async def _exchange_on(self) -> None:
        """Exchange as long as there are requests."""
        self._begin_anew()
        try:
            while self._dirty or time.monotonic() - self._asked < _IDLE:
                with suppress(TimeoutError):
                    async with asyncio.timeout(INTERVAL):
                        await self._wanted.wait()
                self._wanted.clear()
                if not await self._exchanged():
                    await asyncio.sleep(PAUSE)
                    self._begin_anew()
                elif time.monotonic() - self._swept > _SWEPT:
                    self._sweep()
        finally:
            self._task = None

    def _begin_anew(self) -> None:
        """After a pause take nothing for known: to hear all that was told meanwhile could be much."""
        self._since = None
        for account in self.accounts.values():
            account.met = False

    async def _exchanged(self) -> bool:
        """Exchange once; whether that went well."""
        dirty, self._dirty = self._dirty, {}
        self._told_of = dirty
        # In one order, so that two processes never wait for each other.
        accounts = [dirty[bucket] for bucket in sorted(dirty)]
        waiting = [account.waiting for account in accounts]
        points = []
        for account in accounts:
            points.append(account.untold + sum(asked for asked, _ in account.waiting))
            account.known += account.untold
            account.untold, account.waiting = 0, []
        told = [account.period for account in accounts]
        expected = {
            account.bucket: account.known + sum(asked for asked, _ in asking)
            for account, asking in zip(accounts, waiting, strict=True)
        }
        began = time.monotonic()
        try:
            rows = await self._told([account.bucket for account in accounts], told, points)
        except Exception as error:  # whatever it is, the service goes on
            log.warning("budget_not_exchanged", kind=type(error).__name__)
            self._failed = time.monotonic()
            for account, asking in zip(accounts, waiting, strict=True):
                _settle(asking, partial(self._by_own, account, is_told=True))
            # Those who came meanwhile would wait for another one in vain.
            for account in self._dirty.values():
                asking, account.waiting = account.waiting, []
                _settle(asking, partial(self._by_own, account))
            return False
        except asyncio.CancelledError:
            for asking in waiting:
                _settle(asking, lambda _: True)
            raise
        EXCHANGES.observe(time.monotonic() - began)
        self._heard = began
        self._since = rows[0]["clock"] - _OVERLAP
        for row in rows[1:]:
            self._hear(row, expected)
        for account, period, asking in zip(accounts, told, waiting, strict=True):
            account.met = True
            if asking:
                self._admit(account, period, asking)
        return True

    async def _told(self, buckets: list[str], periods: list[int], points: list[int]) -> Any:
        """The rows that an exchange brings, within the time that one may be waited for: asyncpg takes longer than that
        to give up a connection which hangs."""
        sql = statements("budgets")["exchange"]
        query = self._ask(self._once(sql, buckets, periods, points, self._since))
        await asyncio.wait({query}, timeout=PATIENCE)
        if query.done():
            return query.result()
        query.cancel()
        raise TimeoutError

    async def _once(self, sql: str, *args: Any) -> Any:
        """The rows of a statement that writes: never sent twice, as a read may be."""
        async with self._database.transaction() as connection:
            return await connection.fetch(sql, *args)

    def _ask(self, what: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        query = asyncio.create_task(what)
        self._queries.add(query)
        query.add_done_callback(self._over)
        return query

    def _over(self, query: asyncio.Task[Any]) -> None:
        self._queries.discard(query)
        if not query.cancelled():
            query.exception()  # said already, or too late to matter

    def _hear(self, row: Any, expected: Mapping[str, int]) -> None:
        account = self.accounts.get(row["bucket"])
        if account is None or row["period"] < account.period:
            return
        if row["period"] > account.period:
            account.begin(row["period"])
            account.shared = True
        account.shared |= row["spent"] > expected.get(account.bucket, account.known)
        account.known = row["spent"]

    def _admit(self, account: Account, period: int, asking: Asking) -> None:
        """Let those through for whom there is enough, in the order in which they came; their points are told."""
        if account.period != period:
            _settle(asking, lambda _: True)  # a new one has begun meanwhile
            return
        spent = account.known - sum(points for points, _ in asking)

        def fits(points: int) -> bool:
            nonlocal spent
            if spent + points > account.limit:
                self.refund(account, points)
                return False
            spent += points
            return True

        _settle(asking, fits)

    def _sweep(self) -> None:
        """Forget what is over."""
        self._swept = time.monotonic()
        self._drop()
        before = datetime.fromtimestamp(self.clock(), UTC) - timedelta(seconds=_KEPT + self.seconds)
        self._ask(self._once(statements("budgets")["forget"], before))

    def _drop(self) -> None:
        """Forget the accounts of periods that are over, and where they are still too many, the oldest."""
        now = self.clock()
        # Who waits, or has something to tell, can't be forgotten.
        needed = self._told_of | self._dirty
        kept = {bucket: account for bucket, account in self.accounts.items() if not account.is_over(now)} | needed
        if len(kept) >= _MOST_ACCOUNTS:
            for bucket in list(kept)[: _MOST_ACCOUNTS // 10]:
                if bucket not in needed:
                    del kept[bucket]
        self.accounts = kept


def _settle(asking: Asking, decide: Callable[[int], bool]) -> None:
    for points, future in asking:
        decided = decide(points)
        if not future.done():
            future.set_result(decided)
