"""The sandbox: what a feed would become, entry by entry, and when it would be asked next. Nothing is written.

The decisions are those of `ingest.decide`, on the same rows that `jobs.store` reads, without its locks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from db.ids import uuid7
from db.pool import Database
from db.statements import statements
from ingest.article import Content
from ingest.decide import Decision, Keep, KeepPage, Key, Publish, Revise, SetAside, claims, decide, identities
from ingest.schedule import PACE, FeedState, Pace, Reading, Standing, added, attempt_ends
from jobs import feeds
from jobs.feeds import Feed
from jobs.look import Around, Looked
from jobs.parsed import Parsed
from jobs.written import known_of

_WEEK = timedelta(days=7)


class Becomes(StrEnum):
    """NEW: an article. REVISED: another content of an article. UNCHANGED: an article that stays as it is.
    KNOWN: the feed has given this very entry before. REPEATED: in the document already. SET_ASIDE: no article."""

    NEW = "NEW"
    REVISED = "REVISED"
    UNCHANGED = "UNCHANGED"
    KNOWN = "KNOWN"
    REPEATED = "REPEATED"
    SET_ASIDE = "SET_ASIDE"


@dataclass(frozen=True, slots=True)
class Fate:
    """What one entry would become, and why. `place` counts from 1, as the document has them; `content` is None for what
    is set aside."""

    place: int
    becomes: Becomes
    why: str
    content: Content | None


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found. `feed`: ours at that address, if it is one of ours; `source`: the outlet that is recognised
    by it, None for a new one; `state`: how the feed would stand after this attempt."""

    around: Around
    feed: Feed | None
    source: str | None
    fates: tuple[Fate, ...]
    state: FeedState

    @property
    def seen(self) -> Looked:
        return self.around.seen


async def check(database: Database, around: Around, *, now: datetime, pace: Pace = PACE) -> Checked:
    """What would become of what was found."""
    seen = around.seen
    feed = await feeds.find(database, seen.url)
    source, fates = None, list[Fate]()
    if seen.parsed is not None:
        source, fates = await _fates(database, seen.parsed, feed, now)
    lately = await database.value(statements("feeds")["lately"], feed.id, now - _WEEK) if feed else 0
    fresh = sum(1 for fate in fates if fate.becomes is Becomes.NEW and _is_of_last_week(fate, now))
    state = added(now) if feed is None or feed.state.standing is Standing.UNPOLLED else feed.state
    reading = None
    if seen.fetched is not None:
        reading = Reading(unreadable=seen.problem or "")
        if seen.parsed is not None:
            reading = Reading(seen.parsed.wishes, is_whole=not seen.parsed.beyond)
    state = attempt_ends(
        state, seen.outcome, now=now, items_last_week=lately + fresh, seed=str(feed.id if feed else ""),
        reading=reading, pace=pace,
    )  # fmt: skip
    return Checked(around, feed, source, tuple(fates), state)


async def _fates(database: Database, parsed: Parsed, feed: Feed | None, now: datetime) -> tuple[str | None, list[Fate]]:
    """The outlet's name if it is known, and what would become of each entry."""
    source_id, name = await _source(database, parsed, feed, now)
    candidates = parsed.candidates
    before: dict[bytes, Any] = {}
    if feed is not None:
        rows = await database.rows(statements("check")["entries"], feed.id, [c.hash for c in candidates])
        before = {row["content_hash"]: row for row in rows}
    keys, named = identities(candidates, source_id, parsed.site_url), claims(candidates, source_id)
    identifying = {key for each in keys for key in each}
    owners = await _owners(database, "owners", identifying)
    owners |= await _owners(database, "withheld", {key for each in named for key in each} - identifying)
    found = await database.rows(statements("check")["articles"], sorted(set(owners.values()))) if owners else []
    articles = {row["id"]: row for row in found}
    decisions = decide(
        candidates,
        keys,
        skip=frozenset(before),
        source_id=source_id,
        owners=owners,
        known={each: known_of(row) for each, row in articles.items()},
        now=now,
        claimed_by=named,
    )
    fates = {fate.place: fate for decision in decisions for fate in _decided(decision, parsed, articles, source_id)}
    first = {candidate.hash: place for place, candidate in reversed(list(enumerate(candidates, 1)))}
    for place, candidate in enumerate(candidates, 1):
        if place in fates:
            continue
        if (row := before.get(candidate.hash)) is not None:
            why = f"set aside: {row['set_aside']}" if row["set_aside"] else f'is "{row["headline"]}"'
            why = f"given before, on {row['first_seen_at']:%Y-%m-%d}; {why}"
            fates[place] = Fate(place, Becomes.KNOWN, why, candidate.content)
        else:
            why = f"stands in the document already, as entry {first[candidate.hash]}"
            fates[place] = Fate(place, Becomes.REPEATED, why, candidate.content)
    return name, [fates[place] for place in sorted(fates)]


async def _source(database: Database, parsed: Parsed, feed: Feed | None, now: datetime) -> tuple[UUID, str | None]:
    rows = await database.rows(statements("check")["source"], parsed.source.host)
    if feed is not None and feed.source_id is not None:
        return feed.source_id, rows[0]["name"] if rows else None
    return (rows[0]["id"], rows[0]["name"]) if rows else (uuid7(now), None)


async def _owners(database: Database, statement: str, keys: set[Key]) -> dict[Key, UUID]:
    if not keys:
        return {}
    columns = [list(column) for column in zip(*sorted(keys), strict=True)]
    rows = await database.rows(statements("articles")[statement], *columns)
    return {(row["kind"], row["scope"], row["value"]): row["article_id"] for row in rows}


def _decided(decision: Decision, parsed: Parsed, articles: dict[UUID, Any], source_id: UUID) -> list[Fate]:
    """What becomes of the entries of one decision: of one article, the first said is what counts."""
    candidates = parsed.candidates
    if isinstance(decision, SetAside):
        return [Fate(decision.entry + 1, Becomes.SET_ASIDE, decision.reason.value, None)]
    places = decision.entries
    chosen = places[0]
    match decision:
        case Publish(content):
            chosen = next((place for place in places if candidates[place].content is content), chosen)
            becomes, why = Becomes.NEW, "a new article"
        case Revise(article_id):
            becomes, why = Becomes.REVISED, _of(articles[article_id], source_id)
        case Keep(article_id) | KeepPage(article_id):
            becomes, why = Becomes.UNCHANGED, _of(articles[article_id], source_id)
    fates = [Fate(chosen + 1, becomes, why, candidates[chosen].content)]
    again = f"about the same article as entry {chosen + 1}"
    return fates + [
        Fate(place + 1, Becomes.REPEATED, again, candidates[place].content) for place in places if place != chosen
    ]


def _of(article: Any, source_id: UUID) -> str:
    """Which article an entry is about."""
    told = f'is "{article["headline"]}" (a_{article["id"]})'
    if article["source_id"] != source_id:
        told += f" of {article['source']}, which is not this feed's to change"
    if article["status"] != "USABLE":
        told += f", which is {article['status'].lower()}"
    return told


def _is_of_last_week(fate: Fate, now: datetime) -> bool:
    published = fate.content.published if fate.content else None
    return published is None or published.instant >= now - _WEEK


def counts(fates: Sequence[Fate]) -> dict[Becomes, int]:
    """How many entries become what."""
    return {each: sum(fate.becomes is each for fate in fates) for each in Becomes}
