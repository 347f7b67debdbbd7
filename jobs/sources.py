"""Outlets as operators want them: what of their texts is served, what they are called, and which are one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import asyncpg

from db.changes import Kind, Line, append
from db.pool import Database
from db.statements import statements
from ingest.search_text import fold
from ingest.slug import slug

Policy = Literal["FULL", "EXCERPT", "HEADLINE"]
POLICIES: tuple[Policy, ...] = ("FULL", "EXCERPT", "HEADLINE")
_TRIES = 6


class NoSuchSource(Exception):
    """There is no source of this slug; the message names it."""


class BadSource(Exception):
    """What a source is to become can't be; the message says why."""


@dataclass(frozen=True, slots=True)
class Source:
    """An outlet as an operator sees it. `slugs`: what it was ever called, `hosts` and `feeds`: by what it is known."""

    id: UUID
    slug: str
    name: str
    publisher: str | None
    country: str | None
    policy: str
    serves_pages: bool
    articles: int
    latest_article_at: datetime | None
    slugs: tuple[str, ...]
    hosts: tuple[str, ...]
    feeds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be different; None leaves a thing as it is, '' takes publisher or country away."""

    name: str | None = None
    slug: str | None = None
    publisher: str | None = None
    country: str | None = None
    policy: Policy | None = None
    serves_pages: bool | None = None


async def sources(database: Database) -> list[Source]:
    """All outlets, by name."""
    return [_source(row) for row in await database.rows(statements("sources")["list"])]


async def source(database: Database, named: str) -> Source:
    """An outlet by any slug that it ever had. Raises NoSuchSource."""
    rows = await database.rows(statements("sources")["by_slug"], named)
    if not rows:
        raise NoSuchSource(f"There is no source {named}.")
    return _source(rows[0])


async def change(database: Database, named: str, wanted: Change, *, now: datetime) -> Source:
    """Change an outlet. A new name gives it a new slug where one can be made of it and is free; the old ones go on
    answering. What of its texts is served changes at once, and every article of it has a line in the log. Raises
    NoSuchSource, BadSource."""
    sql = statements("sources")
    _check(wanted)
    before = await source(database, named)
    async with database.transaction() as connection:
        lines: list[Line] = []
        served = (wanted.policy or before.policy, before.serves_pages if wanted.serves_pages is None
                  else wanted.serves_pages)  # fmt: skip
        if served != (before.policy, before.serves_pages):
            # Articles before sources, as everybody locks them.
            touched = await connection.fetch(sql["touch_articles"], before.id, now)
            was = {"text": True}
            lines = [Line(Kind.ARTICLE_UPDATED, f"a_{row['id']}", row["id"], was) for row in touched]
        await connection.execute(sql["lock"], [before.id])
        called = await _slug(connection, before, wanted)
        name = wanted.name.strip() if wanted.name else before.name
        publisher = before.publisher if wanted.publisher is None else wanted.publisher.strip() or None
        country = before.country if wanted.country is None else wanted.country.upper() or None
        facts = (called, name, fold(name), publisher, country, *served)
        if facts != (before.slug, before.name, fold(before.name), before.publisher, before.country, before.policy,
                     before.serves_pages):  # fmt: skip
            await connection.execute(sql["change"], before.id, *facts)
            await append(connection, [Line(Kind.SOURCE_UPDATED, f"s_{before.id}"), *lines])
    return await source(database, called)


async def merge(database: Database, gone: str, into: str, *, now: datetime) -> Source:
    """Make two outlets one: articles, feeds, hosts, authors, keys and slugs of `gone` become those of `into`, whose
    name and policy hold. Raises NoSuchSource, BadSource.

    Where both have an article of the same guid, the guid stays that of `into`, unless the other one is withheld.
    """
    for attempt in range(_TRIES):
        one, other = await source(database, gone), await source(database, into)
        if one.id == other.id:
            raise BadSource(f"{gone} and {into} are the same source.")
        try:
            async with database.transaction() as connection:
                await _merge(connection, one, other, now)
        except (asyncpg.DeadlockDetectedError, asyncpg.UniqueViolationError, asyncpg.ForeignKeyViolationError):
            # An import of one of them was under way; the next try sees what it wrote.
            if attempt == _TRIES - 1:
                raise
        else:
            break
    return await source(database, into)


async def _merge(connection: Any, one: Source, other: Source, now: datetime) -> None:
    async def run(name: str, *args: Any) -> None:
        await connection.execute(sql[name], *args)

    sql, ids = statements("merge"), (one.id, other.id)
    # Imports of these outlets wait until it is done.
    for host in sorted({*one.hosts, *other.hosts}):
        await connection.execute(statements("ingest")["lock_source"], host)
    moved = await connection.fetch(sql["lock_articles"], one.id)
    await connection.execute(statements("sources")["lock"], sorted(ids))
    public = [row["id"] for row in moved if row["is_public"]]
    await run("articles", *ids, now)
    await run("drop_weaker_keys", str(one.id), str(other.id))
    await run("keys", str(one.id), str(other.id))
    for name in ("feeds", "hosts", "slugs"):
        await run(name, *ids)
    await _merge_authors(connection, ids)
    await run("facts", *ids)
    await connection.execute(statements("sources")["count"], [other.id], [len(public)])
    await run("remove", one.id)
    was: dict[str, Any] = {"source": f"s_{one.id}"}
    if (one.policy, one.serves_pages) != (other.policy, other.serves_pages):
        was["text"] = True
    lines = [Line(Kind.SOURCE_UPDATED, f"s_{source}") for source in ids]
    await append(connection, [*lines, *(Line(Kind.ARTICLE_UPDATED, f"a_{id}", id, was) for id in public)])


async def _merge_authors(connection: Any, ids: tuple[UUID, UUID]) -> None:
    """Authors of one name become one; the others only change their outlet."""
    sql = statements("merge")
    twins = await connection.fetch(sql["twins"], *ids)
    gone, kept = [row["gone"] for row in twins], [row["kept"] for row in twins]
    if twins:
        for name in ("sign_for_twin", "twin_slugs"):
            await connection.execute(sql[name], gone, kept)
        await connection.execute(sql["remove_authors"], gone)
        await connection.execute(sql["count_authors"], sorted(kept))
    await connection.execute(sql["authors"], *ids)


async def _slug(connection: Any, before: Source, wanted: Change) -> str:
    """What the outlet is called from now on; new slugs are written."""
    asked = wanted.slug or (slug(wanted.name) if wanted.name and wanted.name.strip() != before.name else "")
    if not asked or asked == before.slug:
        return before.slug
    if asked in before.slugs:
        return asked
    if await connection.fetch(statements("slugs")["taken"], "source", [asked]):
        if wanted.slug:
            raise BadSource(f"The slug {asked} is another source's.")
        return before.slug
    await connection.execute(statements("slugs")["insert"], "source", [asked], [before.id])
    return asked


def _check(wanted: Change) -> None:
    if wanted.name is not None and not 0 < len(wanted.name.strip()) <= 200:
        raise BadSource("A name has 1 to 200 characters.")
    if wanted.slug is not None and (not wanted.slug or slug(wanted.slug) != wanted.slug):
        raise BadSource("A slug is made of lower-case letters a to z, digits and single hyphens, at most 60.")
    country = wanted.country
    if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
        raise BadSource("A country is two letters, as in ISO 3166: JP, GB.")
    if wanted.publisher is not None and len(wanted.publisher) > 200:
        raise BadSource("A publisher has at most 200 characters.")


def _source(row: Mapping[str, Any]) -> Source:
    def texts(name: str) -> tuple[str, ...]:
        values: Sequence[str] = row[name]
        return tuple(values)

    return Source(
        row["id"], row["slug"], row["name"], row["publisher"], row["country"], row["body_policy"],
        row["serves_pages"], row["article_count"], row["latest_article_at"], texts("slugs"), texts("hosts"),
        texts("feeds"),
    )  # fmt: skip
