"""Topics: IPTC's file loaded, publishers' categories mapped to them, and articles given their topics anew.

What a category means is asked in this order: the operator's table, IPTC's code, a name of a topic in any language (as a
whole, then the parts of a path), and the words of ingest/topics.toml.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog

from db.changes import Kind, Line, append
from db.ids import uuid7
from db.pool import Database
from db.queue import enqueue
from db.statements import statements
from ingest import mediatopics
from ingest.mediatopics import MediaTopic
from ingest.search_text import fold
from ingest.slug import slug
from ingest.topics import code_of, key_of, keys_of, topic_of

# Articles in one transaction, so that none holds the log's lock for long.
BATCH = 500
_FIRST = UUID(int=0)

log = structlog.get_logger("broadsheet.topics")


class NoSuchTopic(Exception):
    """There is no topic of this slug or code; the message names it."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a file brought. `topics` and `languages` in it; `changed`: in name, place or retirement."""

    topics: int
    languages: int
    new: int
    changed: int
    retired: int


@dataclass(frozen=True, slots=True)
class _Row:
    """A topic as its row has it."""

    id: UUID
    code: str
    slug: str
    name: str
    names: Mapping[str, str]
    broader: UUID | None
    retired_at: datetime | None


async def load(database: Database, data: bytes, *, now: datetime) -> Loaded:
    """Load IPTC's file (see ingest/mediatopics.py). Topics that are there keep id and slug, and names in languages that
    the file lacks; a file that brings nothing new writes nothing. A job then gives articles their topics anew.

    Raises mediatopics.UnreadableTopics."""
    found = mediatopics.read(data)
    sql = statements("topics")
    async with database.transaction() as connection:
        await connection.execute(sql["lock_tree"])
        known = {row["code"]: _known(row) for row in await connection.fetch(sql["known"])}
        after = await _after(connection, found, known, now)
        _check_tree([*(row for code, row in known.items() if code not in {each.code for each in after}), *after])
        new = [row for row in after if row.code not in known]
        changed = [row for row in after if row.code in known and known[row.code] != row]
        # The ones above stand before the ones below.
        await _write(connection, new, changed)
        lines = [Line(Kind.TOPIC_UPDATED, f"t_{row.id}") for row in (*new, *changed)]
        if lines:
            await _ask_anew(connection)
        await append(connection, lines)
    return Loaded(
        topics=len(found),
        languages=len({tag for topic in found for tag in topic.names}),
        new=len(new),
        changed=len(changed),
        retired=sum(topic.retired for topic in found),
    )


async def map_category(database: Database, category: str, topic: str, *, now: datetime) -> str:
    """Say what a category means: a topic by slug or code. Answers with the topic's name. Raises NoSuchTopic."""
    sql = statements("topics")
    async with database.transaction() as connection:
        row = await connection.fetchrow(sql["named"], topic, code_of(topic))
        if row is None:
            raise NoSuchTopic(f"There is no topic {topic}. `broadsheet topics load` brings IPTC's.")
        if not key_of(category):
            raise NoSuchTopic("A category needs a name.")
        await connection.execute(sql["map"], key_of(category), category.strip(), row["id"], now)
        await _ask_anew(connection)
        return str(row["name"])


async def unmap_category(database: Database, category: str, *, now: datetime) -> None:
    """Forget what was said of a category."""
    async with database.transaction() as connection:
        await connection.execute(statements("topics")["unmap"], key_of(category))
        await _ask_anew(connection)


async def mapped(database: Database) -> list[tuple[str, str]]:
    """What was said of categories: category and the topic's slug, by category."""
    return [(row["printed"], row["slug"]) for row in await database.rows(statements("topics")["mapped"])]


async def topics_of(connection: Any, subjects: Iterable[str]) -> dict[str, UUID]:
    """The topic that each section, category or code means; what means none is left out."""
    wanted = {subject: (code_of(subject), keys_of(subject), topic_of(subject)) for subject in subjects}
    codes = sorted({code for code, _, _ in wanted.values() if code})
    keys = sorted({key for _, each, _ in wanted.values() for key in each})
    slugs = sorted({topic.slug for _, _, topic in wanted.values() if topic})
    if not codes and not keys and not slugs:
        return {}
    rows = await connection.fetch(statements("topics")["meant"], codes, keys, slugs)
    meant: dict[tuple[str, str], UUID] = {(row["kind"], row["word"]): row["id"] for row in rows}
    found: dict[str, UUID] = {}
    for subject, (code, named, topic) in wanted.items():
        words = [("map", key) for key in named[:1]]
        words += [("code", code)] if code else []
        words += [(kind, key) for key in named for kind in ("map", "name")]
        words += [("slug", topic.slug)] if topic else []
        hit = next((meant[word] for word in words if word in meant), None)
        if hit is not None:
            found[subject] = hit
    return found


async def give_anew(database: Database, version: int, *, now: datetime) -> int:
    """Give all articles the topics that their categories mean in this version, and the broader ones of each; how many
    changed. Where a later version is there, what is left is left to the job that was enqueued with it."""
    after, changed = _FIRST, 0
    while await database.value(statements("topics")["meaning"]) == version:
        async with database.transaction() as connection:
            rows = await connection.fetch(statements("topics")["batch"], after, BATCH)
            if not rows:
                break
            changed += await _give(connection, rows, now)
            after = rows[-1]["id"]
    log.info("topics_given", articles=changed)
    return changed


async def _give(connection: Any, rows: Sequence[Any], now: datetime) -> int:
    """Give the articles of a batch their topics, with counters and lines."""
    sql, ids = statements("topics"), [row["id"] for row in rows]
    before = await _standing(connection, ids)
    meant = await topics_of(connection, {subject for row in rows for subject in row["subjects"]})
    wanted = {row["id"]: dict.fromkeys(meant[s] for s in row["subjects"] if s in meant) for row in rows}
    other = [
        row["id"] for row in rows if set(wanted[row["id"]]) != {t for t, mine in before[row["id"]].items() if mine}
    ]
    if other:
        pairs = [(article, topic) for article in other for topic in wanted[article]]
        await connection.fetch(sql["clear"], other)
        await connection.fetch(sql["assign"], [a for a, _ in pairs], [t for _, t in pairs])
    await connection.execute(sql["rebroaden_away"], ids)
    await connection.execute(sql["rebroaden"], ids)
    after = await _standing(connection, ids)
    moved = [row for row in rows if before[row["id"]] != after[row["id"]]]
    public = [row["id"] for row in moved if row["is_public"]]
    counts = Counter[UUID]()
    for article in public:
        counts.update(after[article].keys())
        counts.subtract(before[article].keys())
    by = sorted((topic, count) for topic, count in counts.items() if count)
    if by:
        await connection.execute(sql["count"], [t for t, _ in by], [n for _, n in by])
    if public:
        await connection.execute(statements("articles")["touch"], now, public)
        # The broader ones too: a follower of one that lies elsewhere now has to hear of it.
        await append(
            connection,
            [
                Line(Kind.ARTICLE_UPDATED, f"a_{a}", a, {"topics": [f"t_{topic}" for topic in sorted(before[a])]})
                for a in public
            ],
        )
    return len(moved)


async def _standing(connection: Any, ids: Sequence[UUID]) -> dict[UUID, dict[UUID, bool]]:
    """The topics of articles, broader ones included, and whether it is a publisher's own word."""
    found: dict[UUID, dict[UUID, bool]] = {article: {} for article in ids}
    for row in await connection.fetch(statements("topics")["standing"], ids):
        found[row["article_id"]][row["topic_id"]] = row["is_publishers"]
    return found


async def _ask_anew(connection: Any) -> None:
    version = await connection.fetchval(statements("topics")["mean_anew"])
    await enqueue(connection, "topics", str(version).encode(), key=f"topics-{version}")


def _check_tree(rows: Sequence[_Row]) -> None:
    """Every topic has to have a topmost one above it. A file may be well by itself and make a ring with what is
    there."""
    above = {row.id: row.broader for row in rows}
    for row in rows:
        place, passed = row.broader, {row.id}
        while place is not None:
            if place in passed:
                raise mediatopics.UnreadableTopics(f"{row.code} would have no end of broader topics.")
            passed.add(place)
            place = above.get(place)


async def _after(connection: Any, found: Sequence[MediaTopic], known: Mapping[str, _Row], now: datetime) -> list[_Row]:
    """The topics of the file as their rows are to be, the ones above first."""
    ids = {code: row.id for code, row in known.items()} | {
        topic.code: uuid7(now) for topic in found if topic.code not in known
    }
    named = {topic.code: _slugs(topic) for topic in found if topic.code not in known}
    every = sorted({each for slugs in named.values() for each in slugs})
    taken = {row[0] for row in await connection.fetch(statements("slugs")["taken"], "topic", every)} if every else set()
    rows: list[_Row] = []
    for topic in found:
        row = known.get(topic.code)
        names = _names(topic)
        if row is None:
            called = next(each for each in named[topic.code] if each not in taken)
            taken.add(called)
        else:
            called = row.slug
        retired_at = ((row.retired_at if row else None) or now) if topic.retired else None
        rows.append(
            _Row(
                ids[topic.code],
                topic.code,
                called,
                _capital(topic.name),
                {**(row.names if row else {}), **names},
                ids.get(topic.broader) if topic.broader else None,
                retired_at,
            )
        )
    return rows


def _names(topic: MediaTopic) -> dict[str, str]:
    """Names by tag, and by the language alone where only a region's or script's name is there."""
    plain = {tag.split("-")[0]: name for tag, name in sorted(topic.names.items(), reverse=True) if "-" in tag}
    return {tag: _capital(name) for tag, name in sorted({**plain, **topic.names}.items())}


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def _slugs(topic: MediaTopic) -> list[str]:
    """What a topic may be called: by its name, by name and number, by number."""
    number = topic.code.removeprefix("medtop:")
    made = slug(topic.name)
    return [each for each in (made, made and f"{made}-{number}", f"topic-{number}") if each]


async def _write(connection: Any, new: Sequence[_Row], changed: Sequence[_Row]) -> None:
    sql = statements("topics")
    if new:
        await connection.execute(sql["insert"], *_columns(new))
        slugs, ids = [row.slug for row in new], [row.id for row in new]
        await connection.execute(statements("slugs")["insert"], "topic", slugs, ids)
    if changed:
        await connection.execute(sql["change"], *_columns(changed))
    if written := [*new, *changed]:
        await connection.execute(sql["place"], [r.id for r in written], [r.broader for r in written])
        words = [(row.id, tag, key_of(name)) for row in written for tag, name in row.names.items()]
        await connection.execute(sql["clear_names"], [row.id for row in written])
        await connection.execute(
            sql["insert_names"], [w[0] for w in words], [w[1] for w in words], [w[2] for w in words]
        )


def _columns(rows: Sequence[_Row]) -> list[list[Any]]:
    return [
        [row.id for row in rows],
        [row.code for row in rows],
        [row.slug for row in rows],
        [row.name for row in rows],
        [fold(row.name) for row in rows],
        [json.dumps(row.names, ensure_ascii=False) for row in rows],
        [row.retired_at for row in rows],
    ]


def _known(row: Any) -> _Row:
    names: dict[str, str] = json.loads(row["names"])
    return _Row(row["id"], row["code"], row["slug"], row["name"], names, row["broader_id"], row["retired_at"])
