"""Sources as operators want them: what of their texts is served, what they are called, and which are one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from db.changes import Kind, Line, append
from db.pool import Database
from db.retry import Conflict, write
from db.statements import statements
from ingest.search_text import fold
from ingest.slug import slug

Policy = Literal["FULL", "EXCERPT", "HEADLINE"]


class NoSuchSource(Exception):
    """There is no source of this slug; the message names it."""


class BadSource(Exception):
    """What a source is to become can't be; the message says why."""


@dataclass(frozen=True, slots=True)
class Source:
    """A source as an operator sees it. `slugs`: what it was ever called, `hosts` and `feeds`: by what it is known."""

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
    """All sources, by name."""
    return [_source(row) for row in await database.rows(statements("sources")["list"])]


async def source(database: Database, named: str) -> Source:
    """A source by any slug that it ever had. Raises NoSuchSource."""
    return _only(await database.rows(statements("sources")["by_slug"], named), named)


async def _found(connection: Any, named: str) -> Source:
    return _only(await connection.fetch(statements("sources")["by_slug"], named), named)


def _only(rows: Sequence[Any], named: str) -> Source:
    if not rows:
        raise NoSuchSource(f"There is no source {named}.")
    return _source(rows[0])


async def change(database: Database, named: str, wanted: Change, *, now: datetime) -> Source:
    """Change a source. A new name gives it a new slug where one can be made of it and is free; the old ones go on
    answering. What of its texts is served changes at once, and every article of it has a line in the log. Raises
    NoSuchSource, BadSource."""
    _check(wanted)
    return await write(database, lambda connection: _change(connection, named, wanted, now))


async def _change(connection: Any, named: str, wanted: Change, now: datetime) -> Source:
    sql = statements("sources")
    before = await _found(connection, named)
    after = await _after(connection, before, wanted)
    if after == before:
        return before
    lines = [Line(Kind.SOURCE_UPDATED, f"s_{before.id}")]
    if (after.policy, after.serves_pages) != (before.policy, before.serves_pages):
        # Articles before sources, as everybody locks them.
        touched = await connection.fetch(sql["touch_articles"], before.id, now)
        lines += [Line(Kind.ARTICLE_UPDATED, f"a_{row['id']}", row["id"], {"text": True}) for row in touched]
    await connection.execute(sql["lock"], [before.id])
    if replace(await _found(connection, named), articles=0, latest_article_at=None) != replace(
        before, articles=0, latest_article_at=None
    ):
        raise Conflict
    if after.slug not in before.slugs:
        await connection.execute(statements("slugs")["insert"], "source", [after.slug], [before.id])
    await connection.execute(
        sql["change"], before.id, after.slug, after.name, fold(after.name), after.publisher, after.country,
        after.policy, after.serves_pages,
    )  # fmt: skip
    await append(connection, lines)
    return await _found(connection, after.slug)


async def _after(connection: Any, before: Source, wanted: Change) -> Source:
    """What a source is to be."""
    name = wanted.name.strip() if wanted.name else before.name
    asked = wanted.slug or (slug(name) if name != before.name else "")
    if asked and asked not in before.slugs and await connection.fetch(statements("slugs")["taken"], "source", [asked]):
        if wanted.slug:
            raise BadSource(f"The slug {asked} is another source's.")
        asked = ""
    return replace(
        before,
        slug=asked or before.slug,
        name=name,
        publisher=before.publisher if wanted.publisher is None else wanted.publisher.strip() or None,
        country=before.country if wanted.country is None else wanted.country.upper() or None,
        policy=wanted.policy or before.policy,
        serves_pages=before.serves_pages if wanted.serves_pages is None else wanted.serves_pages,
    )


async def merge(database: Database, gone: str, into: str, *, now: datetime) -> Source:
    """Make two sources one: articles, feeds, hosts, authors, keys and slugs of `gone` become those of `into`, whose
    name and policy hold. Raises NoSuchSource, BadSource.

    Where both have an article of the same guid, the guid stays that of `into`, unless the other one is withheld.
    """
    return await write(database, lambda connection: _merge(connection, gone, into, now))


async def _merge(connection: Any, gone: str, into: str, now: datetime) -> Source:
    async def run(name: str, *args: Any) -> None:
        await connection.execute(sql[name], *args)

    one, other = await _found(connection, gone), await _found(connection, into)
    if one.id == other.id:
        raise BadSource(f"{gone} and {into} are the same source.")
    sql, ids = statements("merge"), (one.id, other.id)
    # Imports of these sources wait until it is done.
    for host in sorted({*one.hosts, *other.hosts}):
        await connection.execute(statements("ingest")["lock_source"], host)
    await run("lock_articles", one.id)
    # Those that came while it waited for the others are among them.
    moved = await connection.fetch(sql["articles"], *ids, now)
    await connection.execute(statements("sources")["lock"], sorted(ids))
    public = sorted(row["id"] for row in moved if row["is_public"])
    await run("drop_weaker_keys", str(one.id), str(other.id))
    await run("keys", str(one.id), str(other.id))
    for name in ("feeds", "hosts", "slugs", "keys_in_full"):
        await run(name, *ids)
    await connection.execute(statements("keys")["changed"])
    await _merge_authors(connection, ids)
    await run("facts", *ids)
    await connection.execute(statements("sources")["count"], [other.id], [len(public)])
    await run("remove", one.id)
    was: dict[str, Any] = {"source": f"s_{one.id}"}
    if (one.policy, one.serves_pages) != (other.policy, other.serves_pages):
        was["text"] = True
    lines = [Line(Kind.SOURCE_UPDATED, f"s_{source}") for source in ids]
    await append(connection, [*lines, *(Line(Kind.ARTICLE_UPDATED, f"a_{id}", id, was) for id in public)])
    return await _found(connection, into)


async def _merge_authors(connection: Any, ids: tuple[UUID, UUID]) -> None:
    """Authors of one name become one; the others only change their source."""
    sql = statements("merge")
    twins = await connection.fetch(sql["twins"], *ids)
    gone, kept = [row["gone"] for row in twins], [row["kept"] for row in twins]
    if twins:
        for name in ("sign_for_twin", "twin_slugs"):
            await connection.execute(sql[name], gone, kept)
        await connection.execute(sql["remove_authors"], gone)
        await connection.execute(sql["count_authors"], sorted(kept))
    await connection.execute(sql["authors"], *ids)


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
