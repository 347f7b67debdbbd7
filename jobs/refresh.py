"""Feeds kept fresh: those that are due are asked, read, and stored, and their next check is found.

A feed is taken (`jobs.feeds.take`) before it is asked: its next check is saved then, so that a worker that dies with it
leaves a feed that is asked again, and not at once. What it brought is stored as an import is, one transaction a
document; how the feed stands is saved after that. A worker that dies in between has lost nothing: the validators of the
document are not saved yet, so it comes again and changes nothing.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from prometheus_client import Counter, Histogram

from db.pool import Database, DatabaseTimeout, DatabaseUnavailable
from db.retry import write
from db.statements import statements
from ingest.address import NotDialled
from ingest.fetch import Fetcher
from ingest.outcome import Failed, Fetched, Gone, Moved, NotModified, Outcome, Refused
from ingest.schedule import PACE, FeedState, Pace, Reading, Standing, attempt_ends
from jobs import feeds
from jobs.feeds import Feed, address_of
from jobs.metrics import DOCUMENTS, SECONDS, count
from jobs.pages import Pages
from jobs.parse import DocumentRefused, Parsers, hash_of
from jobs.store import Stored, store

LOOK_EVERY = 1.0

FETCHES = Counter("broadsheet_feed_fetches", "Feeds asked, by what came of it.", ["outcome"])
FETCH_SECONDS = Histogram(
    "broadsheet_feed_fetch_seconds",
    "Seconds from asking for a feed to its last byte.",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30),
)
LATENESS = Histogram(
    "broadsheet_feed_lateness_seconds",
    "Seconds that a feed was asked after it was due.",
    buckets=(0.5, 1, 2, 5, 10, 30, 60, 300, 3600),
)

log = structlog.get_logger("broadsheet.refresh")


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What one attempt did. `feed` is how it stands afterwards, None if it was removed meanwhile; `stored` None where
    nothing was read; `moved_to`: where it is from now on."""

    url: str
    outcome: Outcome
    feed: Feed | None
    stored: Stored | None = None
    unreadable: str | None = None
    moved_to: str | None = None


@dataclass(frozen=True, slots=True)
class _Read:
    """A fetched document, read and stored."""

    reading: Reading
    stored: Stored | None


class Refresher:
    """Asks feeds: at most `at_once`, and `per_host` of one host, which the database counts over all workers; and pages,
    with what feeds leave."""

    def __init__(
        self,
        database: Database,
        fetcher: Fetcher,
        parsers: Parsers,
        *,
        clock: Callable[[], datetime],
        at_once: int = 16,
        per_host: int = 2,
        pace: Pace = PACE,
    ) -> None:
        self._database = database
        self._fetcher = fetcher
        self._parsers = parsers
        self._clock = clock
        self._at_once = at_once
        self._per_host = per_host
        self._pace = pace
        self._pages = Pages(database, fetcher, parsers, clock=clock, per_host=per_host)
        self._running: set[asyncio.Task[Refreshed | None]] = set()
        self._asking_pages: set[asyncio.Task[None]] = set()
        self._stopped_at = 0.0

    async def now(self, feed_id: UUID) -> Refreshed | None:
        """Ask one feed, due or not. None if it is not polled."""
        feed = await feeds.begin(self._database, feed_id, now=self._clock(), pace=self._pace)
        return await self._ask(feed) if feed else None

    async def take_in(self, feed_id: UUID, outcome: Outcome) -> Refreshed | None:
        """Take in what was fetched before the feed was added (`feeds.add`, asked). None if it is not there."""
        feed = await feeds.load(self._database, feed_id)
        return await self._end(feed, outcome) if feed else None

    async def all_due(self) -> list[Refreshed]:
        """Ask what is due until nothing is, and nothing under way."""
        done: list[Refreshed] = []
        while True:
            await self._start()
            if not self._running:
                return done
            finished, _ = await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
            done += [each for task in finished if (each := task.result()) is not None]
            self._running -= finished

    async def keep(self, stop: asyncio.Event) -> None:
        """Ask what is due whenever something is, until `stop` is set. A database that is away is waited for."""
        stopped = asyncio.create_task(stop.wait())
        away = False
        try:
            while not stop.is_set():
                try:
                    await self._start()
                    await self._start_pages()
                    away = False
                except (DatabaseTimeout, DatabaseUnavailable) as problem:
                    if not away:
                        log.warning("refresh_waits_for_database", kind=type(problem).__name__)
                    away = True
                except Exception as problem:
                    log.error("refresh_failed", exc_info=problem)
                # Something that ends makes room; otherwise a look at what has become due meanwhile.
                full = len(self._running) >= self._at_once
                await asyncio.wait(
                    {stopped, *self._running},
                    timeout=None if full else LOOK_EVERY,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                self._running = {task for task in self._running if not task.done()}
        finally:
            stopped.cancel()
            self._stopped_at = asyncio.get_running_loop().time()

    async def finish(self, seconds: float) -> None:
        """Let what is under way end, for so long after `keep` stopped; the rest is given up, and asked again when its
        next check is due."""
        if self._running:
            left = self._stopped_at + seconds - asyncio.get_running_loop().time()
            _, late = await asyncio.wait(self._running, timeout=max(0.0, left))
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
            self._running.clear()

    async def _start(self) -> None:
        """Take what is due and there is room for, and begin with it."""
        room = self._at_once - len(self._running)
        if room <= 0:
            return
        now = self._clock()
        taken = await feeds.take(self._database, now=now, most=room, per_host=self._per_host, pace=self._pace)
        for feed, was_due in taken:
            LATENESS.observe(max(0.0, (now - was_due).total_seconds()))
            self._running.add(asyncio.create_task(self._safely(feed), name=f"refresh {feed.url}"))

    async def _start_pages(self) -> None:
        """The same with pages, in the room that is left, and at most half of all: feeds find the rest free."""
        room = min(self._at_once - len(self._running), max(1, self._at_once // 2) - len(self._asking_pages))
        for page in await self._pages.take(room):
            task = asyncio.create_task(self._pages.ask(page), name=f"page {page.url}")
            self._running.add(task)
            self._asking_pages.add(task)
            task.add_done_callback(self._asking_pages.discard)

    async def _safely(self, feed: Feed) -> Refreshed | None:
        try:
            return await self._ask(feed)
        except (DatabaseTimeout, DatabaseUnavailable) as problem:
            # Nothing is saved, so the attempt counts as one that did not end.
            log.warning("feed_waits_for_database", feed=feed.url, kind=type(problem).__name__)
        except Exception as problem:
            log.error("feed_failed", feed=feed.url, exc_info=problem)
        return None

    async def _ask(self, feed: Feed) -> Refreshed | None:
        with FETCH_SECONDS.time():
            outcome = await self._fetcher.feed(feed.url, now=self._clock(), known=feed.state.validators)
        return await self._end(feed, outcome)

    async def _end(self, feed: Feed, outcome: Outcome) -> Refreshed:
        """What was fetched, read and stored; and how the feed stands now."""
        found = outcome.outcome if isinstance(outcome, Moved) else outcome
        read = await self._read(feed, found) if isinstance(found, Fetched) else None
        after, moved_to = await self._save(feed, outcome, read)
        unreadable = read.reading.unreadable if read else None
        FETCHES.labels(_word(outcome, unreadable)).inc()
        done = Refreshed(feed.url, outcome, after, read.stored if read else None, unreadable, moved_to)
        _log(done)
        return done

    async def _read(self, feed: Feed, found: Fetched) -> _Read:
        if feed.document_hash == hash_of(found.body):
            DOCUMENTS.labels("unchanged").inc()
            return _Read(Reading(feed.state.wishes), Stored())
        try:
            with SECONDS.labels("parse").time():
                parsed = await self._parsers.parse(found.body, found.url, self._clock(), found.charset)
            with SECONDS.labels("store").time():
                # The feed is where we ask for it, whatever its document says of itself.
                found_as = replace(parsed, feed_url=feed.url)
                stored = await store(self._database, found_as, clock=self._clock, feed_id=feed.id)
        except DocumentRefused as refused:
            DOCUMENTS.labels("failed").inc()
            return _Read(Reading(unreadable=str(refused)), None)
        except (DatabaseTimeout, DatabaseUnavailable):
            raise
        except Exception as problem:
            # Of this one document something is wrong, with us or with it: the feed is to say so, and be asked again.
            log.error("document_not_stored", feed=feed.url, exc_info=problem)
            DOCUMENTS.labels("failed").inc()
            return _Read(Reading(unreadable=f"could not be stored: {type(problem).__name__}"), None)
        DOCUMENTS.labels("read").inc()
        count(stored, parsed.beyond)
        return _Read(Reading(parsed.wishes, is_whole=not parsed.beyond), stored)

    async def _save(self, feed: Feed, outcome: Outcome, read: _Read | None) -> tuple[Feed | None, str | None]:
        """How the feed stands after the attempt, saved; and its new address if it has one."""
        now = self._clock()

        async def save(connection: Any) -> tuple[Feed | None, str | None]:
            # As it is now: the operator may have paused or removed it meanwhile.
            current = await feeds.locked(connection, feed.id)
            if current is None:
                return None, None
            state = attempt_ends(
                current.state,
                outcome,
                now=now,
                items_last_week=await feeds.lately(connection, feed.id, now),
                seed=str(feed.id),
                reading=read.reading if read else None,
                pace=self._pace,
            )
            moved_to = None
            if isinstance(outcome, Moved) and (read is None or read.reading.unreadable is None):
                state, moved_to = await _move(connection, current, outcome.to, state, now)
            await feeds.save(connection, feed.id, state)
            return replace(current, url=moved_to or current.url, state=state), moved_to

        return await write(self._database, save)


@contextlib.asynccontextmanager
async def keep_fresh(refresher: Refresher, *, stop: asyncio.Event, graceful_seconds: float) -> AsyncIterator[None]:
    """Keep feeds fresh for as long as the block lasts, whose end sets `stop`; none is taken after that."""
    task = asyncio.create_task(refresher.keep(stop), name="refresh")
    try:
        yield
    finally:
        # Not cancelled: feeds that were taken and not begun with would wait for their next check.
        stop.set()
        await task
        await refresher.finish(graceful_seconds)


async def _move(connection: Any, feed: Feed, to: str, state: FeedState, now: datetime) -> tuple[FeedState, str | None]:
    """The state and the address of a feed that moved for good. One that moved to where another feed is ends, and that
    one is polled from now on if it was not: of two that lead to each other in turn, one always lives."""
    try:
        url, host = address_of(to)
    except NotDialled:
        return state, None  # too long to be kept
    if url == feed.url:
        return state, None
    other = await connection.fetchrow(statements("feeds")["by_url"], url)
    if other is None:
        await connection.execute(statements("feeds")["move"], feed.id, url, host)
        return state, url
    await connection.execute(statements("feeds")["poll_again"], other["id"], host, now)
    reason = f"ended: moved to {url}, which is a feed of its own here"
    return replace(state, standing=Standing.ENDED, next_check_at=None, reason=reason), None


def _word(outcome: Outcome, unreadable: str | None) -> str:
    """An outcome as one word of a metric."""
    if unreadable is not None:
        return "unreadable"
    match outcome:
        case Moved(outcome=found):
            return _word(found, None)
        case Fetched():
            return "fetched"
        case NotModified():
            return "not_modified"
        case Gone():
            return "gone"
        case Refused():
            return "refused"
        case Failed(kind=kind):
            return kind.value.lower()


def _log(done: Refreshed) -> None:
    word = _word(done.outcome, done.unreadable)
    facts: dict[str, Any] = {"feed": done.url, "outcome": word}
    if done.moved_to:
        facts["moved_to"] = done.moved_to
    if done.stored:
        facts |= {"articles": done.stored.articles, "revisions": done.stored.revisions}
    if done.feed:
        state = done.feed.state
        facts |= {"next_check_at": state.next_check_at and state.next_check_at.isoformat(), "reason": state.reason}
    fine = word in ("fetched", "not_modified")
    (log.info if fine else log.warning)("feed_asked", **facts)
