"""The feeds that are polled, as rows: how each stands (`ingest.schedule.FeedState`), read and written."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import orjson

from db.ids import uuid7
from db.pool import Database
from db.retry import write
from db.statements import statements
from ingest import url as addresses
from ingest.address import NotDialled, Refusal, parse
from ingest.outcome import Hints, Validators
from ingest.schedule import PACE, UNDER_WAY, Error, FeedState, Pace, Standing, attempt_begins, paused, resumed
from ingest.wishes import Wishes

_WEEK = timedelta(days=7)


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
    """NEW: it was not there. AGAIN: it was, but was asked no more. KNOWN: it is polled or paused already."""

    NEW = "NEW"
    AGAIN = "AGAIN"
    KNOWN = "KNOWN"


def address_of(text: str) -> tuple[str, str]:
    """The address of a feed as it is asked, its query whole, and the host. Raises NotDialled for what nobody would
    dial."""
    url = addresses.encoded(parse(text).url)
    if url is None:
        raise NotDialled(Refusal.MALFORMED, f"longer than {addresses.MAX_LENGTH} characters")
    return url, parse(url).host


async def add(
    database: Database,
    text: str,
    *,
    now: datetime,
    title: str | None = None,
    site_url: str | None = None,
    asked: bool = False,
) -> tuple[UUID, Added]:
    """Poll what is found at an address, from now on. `asked`: by us, just now; it counts as taken, and no worker asks
    meanwhile. Raises NotDialled."""
    url, host = address_of(text)
    async with database.transaction() as connection:
        feed_id = await connection.fetchval(statements("feeds")["poll"], uuid7(now), url, host, title, site_url, now)
        added = Added.NEW
        if feed_id is None:
            feed_id = await connection.fetchval(statements("feeds")["by_url"], url)
            again = await connection.execute(statements("feeds")["poll_again"], feed_id, host, now)
            added = Added.KNOWN if again == "UPDATE 0" else Added.AGAIN
        if asked and added is not Added.KNOWN:
            await _begin(connection, [feed_id], now, PACE)
        return feed_id, added


async def find(database: Database, text: str) -> Feed | None:
    """The feed at an address, however it stands."""
    try:
        url, _ = address_of(text)
    except NotDialled:
        url = text
    rows = await database.rows(statements("feeds")["by_url"], url)
    return await load(database, rows[0]["id"]) if rows else None


async def load(database: Database, feed_id: UUID) -> Feed | None:
    rows = await database.rows(statements("feeds")["states"], [feed_id])
    return _feed(rows[0]) if rows else None


async def every(database: Database) -> list[Feed]:
    """All feeds that are polled, paused or ended; who succeeded longest ago stands first."""
    ids = [row["id"] for row in await database.rows(statements("feeds")["every"])]
    return [_feed(row) for row in await database.rows(statements("feeds")["states"], ids)]


async def pause(database: Database, feed_id: UUID) -> FeedState | None:
    """Ask it no more until it is resumed. None for a feed that is not polled."""
    return await _change(database, feed_id, paused)


async def resume(database: Database, feed_id: UUID, *, now: datetime) -> FeedState | None:
    """Ask a paused or ended feed again, at once. None for a feed that is not polled."""
    return await _change(database, feed_id, lambda state: resumed(state, now))


async def remove(database: Database, feed_id: UUID) -> None:
    """Poll it no more; the articles that it brought stay."""

    async def unpoll(connection: Any) -> None:
        await connection.execute(statements("feeds")["unpoll"], feed_id)
        await connection.execute(statements("feeds")["forget"], feed_id)

    # Again where it has just brought its first articles.
    await write(database, unpoll)


async def take(
    database: Database, *, now: datetime, most: int, per_host: int, pace: Pace = PACE
) -> list[tuple[Feed, datetime]]:
    """Feeds that are due, each with since when, to be asked by whoever took them: their next check is saved before
    anything is asked, so that nobody else asks meanwhile and a killed worker leaves feeds that are asked again."""
    async with database.transaction() as connection:
        await connection.execute(statements("feeds")["lock_taking"])
        rows = await connection.fetch(statements("feeds")["due"], now, now - UNDER_WAY, most, per_host)
        begun = await _begin(connection, [row["id"] for row in rows], now, pace)
        return [(feed, row["next_check_at"]) for feed, row in zip(begun, rows, strict=True)]


async def begin(database: Database, feed_id: UUID, *, now: datetime, pace: Pace = PACE) -> Feed | None:
    """Take one feed, due or not, because the operator wants it asked now. None for one that is not polled."""
    async with database.transaction() as connection:
        rows = await connection.fetch(statements("feeds")["lock"], feed_id)
        return next(iter(await _begin(connection, [row["id"] for row in rows], now, pace)), None)


async def lately(connection: Any, feed_id: UUID, now: datetime) -> int:
    """How many articles of the last week a feed brought."""
    found: int = await connection.fetchval(statements("feeds")["lately"], feed_id, now - _WEEK)
    return found


async def locked(connection: Any, feed_id: UUID) -> Feed | None:
    """A feed that nobody else changes until the transaction ends; None for one that is not polled."""
    if not await connection.fetch(statements("feeds")["lock"], feed_id):
        return None
    return _feed(await connection.fetchrow(statements("feeds")["states"], [feed_id]))


async def save(connection: Any, feed_id: UUID, state: FeedState) -> None:
    """How a feed stands, as the row has it."""
    error, hints, wishes, validators = state.last_error, state.hints, state.wishes, state.validators
    columns = {
        "standing": state.standing,
        "next_check_at": state.next_check_at,
        "reason": _kept(state.reason),
        "last_attempt_at": state.last_attempt_at,
        "last_success_at": state.last_success_at,
        "last_error_at": error.at if error else None,
        "last_error_kind": error.kind if error else "",
        "last_error": _kept(error.message) if error else "",
        "errors": state.errors,
        "unfinished": state.unfinished,
        "etag": _kept(validators.etag),
        "last_modified": _kept(validators.last_modified),
        "validated_url": _kept(validators.url),
        "max_age": _seconds(hints.max_age),
        "expires_in": _seconds(hints.expires_in),
        "retry_after": _seconds(hints.retry_after),
        "ttl": _seconds(wishes.ttl),
        "skip_hours": sorted(wishes.skip_hours),
        "skip_days": sorted(wishes.skip_days),
    }
    await connection.execute(statements("feeds")["save"], feed_id, orjson.dumps(columns).decode())


def _kept(text: str | None) -> str:
    """Words that may come from a server, as Postgres takes them."""
    return (text or "").replace("\0", "")


def _seconds(delta: timedelta | None) -> str | None:
    return None if delta is None else f"{delta.total_seconds():f} seconds"


async def _begin(connection: Any, ids: list[UUID], now: datetime, pace: Pace) -> list[Feed]:
    """An attempt of feeds that are locked, saved before anything is asked."""
    begun = []
    for feed in [_feed(row) for row in await connection.fetch(statements("feeds")["states"], ids)]:
        state = attempt_begins(feed.state, now=now, seed=str(feed.id), pace=pace)
        await save(connection, feed.id, state)
        begun.append(replace(feed, state=state))
    return begun


async def _change(database: Database, feed_id: UUID, change: Callable[[FeedState], FeedState]) -> FeedState | None:
    async with database.transaction() as connection:
        feed = await locked(connection, feed_id)
        if feed is None:
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
            validators=Validators(row["etag"] or None, row["last_modified"] or None, row["validated_url"] or None),
            hints=Hints(row["max_age"], row["expires_in"], row["retry_after"]),
            wishes=Wishes(row["ttl"], frozenset(row["skip_hours"]), frozenset(row["skip_days"])),
        ),
    )
