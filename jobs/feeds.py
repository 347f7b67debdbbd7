"""The feeds that are polled, as rows: how each stands (`ingest.schedule.FeedState`), read and written."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from db.ids import uuid7
from db.pool import Database
from db.statements import statements
from ingest import url as addresses
from ingest.address import NotDialled, Refusal, parse
from ingest.outcome import Hints, Validators
from ingest.schedule import PACE, Error, FeedState, Pace, Standing, attempt_begins, paused, resumed
from ingest.wishes import Wishes

_WEEK = timedelta(days=7)
# A fetch is over within 20 seconds. One whose worker was killed stops counting after this.
UNDER_WAY = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed and how it stands. `document_hash`: of the document that was read last."""

    id: UUID
    url: str
    host: str
    title: str | None
    site_url: str | None
    source_id: UUID | None
    document_hash: bytes | None
    state: FeedState


class Added(StrEnum):
    """NEW: it was not there. AGAIN: it was, but was not polled. KNOWN: it is polled, paused or ended already."""

    NEW = "NEW"
    AGAIN = "AGAIN"
    KNOWN = "KNOWN"


def address_of(text: str) -> tuple[str, str]:
    """The canonical address of a feed and the host to be asked. Raises NotDialled for what nobody would dial."""
    url = addresses.canonical(parse(text).url)
    if url is None:
        raise NotDialled(Refusal.MALFORMED, f"longer than {addresses.MAX_LENGTH} characters")
    return url, parse(url).host


async def add(
    database: Database, text: str, *, now: datetime, title: str | None = None, site_url: str | None = None
) -> tuple[UUID, Added]:
    """Poll what is found at an address, from now on. Raises NotDialled."""
    url, host = address_of(text)
    async with database.transaction() as connection:
        made = await connection.fetchval(statements("feeds")["poll"], uuid7(now), url, host, title, site_url, now)
        if made is not None:
            return made, Added.NEW
        row = await connection.fetchrow(statements("feeds")["by_url"], url)
        again = await connection.execute(statements("feeds")["poll_again"], row["id"], host, now)
        return row["id"], Added.KNOWN if again == "UPDATE 0" else Added.AGAIN


async def find(database: Database, text: str) -> Feed | None:
    """The feed at an address, however it stands."""
    try:
        url, _ = address_of(text)
    except NotDialled:
        url = text
    rows = await database.rows(statements("feeds")["by_url"], url)
    return await load(database, rows[0]["id"]) if rows else None


async def load(database: Database, feed_id: UUID) -> Feed | None:
    rows = await database.rows(statements("feeds")["state"], feed_id)
    return _feed(rows[0]) if rows else None


async def every(database: Database) -> list[Feed]:
    """All feeds that are polled, paused or ended; who succeeded longest ago stands first."""
    return [_feed(row) for row in await database.rows(statements("feeds")["states"])]


async def pause(database: Database, feed_id: UUID) -> FeedState | None:
    """Ask it no more until it is resumed. None for a feed that is not polled."""
    return await _change(database, feed_id, paused)


async def resume(database: Database, feed_id: UUID, *, now: datetime) -> FeedState | None:
    """Ask a paused or ended feed again, at once. None for a feed that is not polled."""
    return await _change(database, feed_id, lambda state: resumed(state, now))


async def remove(database: Database, feed_id: UUID) -> None:
    """Poll it no more; the articles that it brought stay."""
    async with database.transaction() as connection:
        await connection.execute(statements("feeds")["unpoll"], feed_id)
        await connection.execute(statements("feeds")["forget"], feed_id)


async def take(
    database: Database, *, now: datetime, most: int, per_host: int, pace: Pace = PACE
) -> list[tuple[Feed, datetime]]:
    """Feeds that are due, each with since when, to be asked by whoever took them: their next check is saved before
    anything is asked, so that nobody else asks meanwhile and a killed worker leaves feeds that are asked again."""
    async with database.transaction() as connection:
        await connection.execute(statements("feeds")["lock_taking"])
        rows = await connection.fetch(statements("feeds")["due"], now, now - UNDER_WAY, most, per_host)
        begun = await _begun(connection, rows, now, pace)
        return [(feed, row["next_check_at"]) for feed, row in zip(begun, rows, strict=True)]


async def begin(database: Database, feed_id: UUID, *, now: datetime, pace: Pace = PACE) -> Feed | None:
    """Take one feed, due or not, because the operator wants it asked now."""
    async with database.transaction() as connection:
        rows = await connection.fetch(statements("feeds")["state_locked"], feed_id)
        return next(iter(await _begun(connection, rows, now, pace)), None)


async def lately(connection: Any, feeds: Iterable[UUID], now: datetime) -> dict[UUID, int]:
    """How many articles of the last week each feed brought."""
    rows = await connection.fetch(statements("feeds")["lately"], list(feeds), now - _WEEK)
    return {row["feed_id"]: row["articles"] for row in rows}


async def locked(connection: Any, feed_id: UUID) -> Feed | None:
    """A feed that nobody else changes until the transaction ends."""
    rows = await connection.fetch(statements("feeds")["state_locked"], feed_id)
    return _feed(rows[0]) if rows else None


async def save(connection: Any, feed_id: UUID, state: FeedState) -> None:
    """How a feed stands, as the row has it."""
    error, hints, wishes = state.last_error, state.hints, state.wishes
    await connection.execute(
        statements("feeds")["save"],
        feed_id,
        state.standing.value, state.next_check_at, _kept(state.reason), state.last_attempt_at, state.last_success_at,
        error.at if error else None, error.kind if error else "", _kept(error.message) if error else "",
        state.errors, state.unfinished,
        _kept(state.validators.etag), _kept(state.validators.last_modified),
        hints.max_age, hints.expires_in, hints.retry_after, wishes.ttl,
        sorted(wishes.skip_hours), sorted(wishes.skip_days),
    )  # fmt: skip


def _kept(text: str | None) -> str:
    """Words that may come from a server, as Postgres takes them."""
    return (text or "").replace("\0", "")


async def _begun(connection: Any, rows: list[Any], now: datetime, pace: Pace) -> list[Feed]:
    feeds = [_feed(row) for row in rows]
    articles = await lately(connection, (feed.id for feed in feeds), now) if feeds else {}
    begun = []
    for feed in feeds:
        state = attempt_begins(
            feed.state, now=now, items_last_week=articles.get(feed.id, 0), seed=str(feed.id), pace=pace
        )
        await save(connection, feed.id, state)
        begun.append(replace(feed, state=state))
    return begun


async def _change(database: Database, feed_id: UUID, change: Callable[[FeedState], FeedState]) -> FeedState | None:
    async with database.transaction() as connection:
        feed = await locked(connection, feed_id)
        if feed is None or feed.state.standing is Standing.UNPOLLED:
            return None
        state = change(feed.state)
        await save(connection, feed_id, state)
        return state


def _feed(row: Any) -> Feed:
    error = None
    if row["last_error_at"] is not None:
        error = Error(row["last_error_kind"], row["last_error"], row["last_error_at"])
    return Feed(
        id=row["id"],
        url=row["url"],
        host=row["host"],
        title=row["title"],
        site_url=row["site_url"],
        source_id=row["source_id"],
        document_hash=row["document_hash"],
        state=FeedState(
            standing=Standing(row["standing"]),
            next_check_at=row["next_check_at"],
            reason=row["reason"],
            last_attempt_at=row["last_attempt_at"],
            last_success_at=row["last_success_at"],
            last_error=error,
            errors=row["errors"],
            unfinished=row["unfinished"],
            validators=Validators(row["etag"] or None, row["last_modified"] or None),
            hints=Hints(row["max_age"], row["expires_in"], row["retry_after"]),
            wishes=Wishes(row["ttl"], frozenset(row["skip_hours"]), frozenset(row["skip_days"])),
        ),
    )
