"""Articles withheld from everyone, and given back.

A withheld article is gone from every read; it keeps its addresses and guids, so that a feed or file that brings one
again meets it and publishes nothing. Withholding what is withheld, and restoring what is not, changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from db.changes import Kind, Line, append
from db.ids import uuid7
from db.pool import Database
from db.retry import write
from db.statements import statements
from ingest import url
from ingest.decide import withheld_key
from jobs.counters import count_public

MAX_REASON = 1000


class NoSuchArticle(Exception):
    """There is no article with this address or id; the message names it."""


class AddressShared(Exception):
    """Several articles are served with this address; the message lists their ids, by which they can be named."""


class BadReason(Exception):
    """A reason is needed, of at most 1,000 characters."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an article. `changed`: it was not so before; `reason` and `since`: why and since when it is (or
    was) withheld; `is_public`: everybody sees it now. A restored article is not public while its embargo holds."""

    article_id: UUID
    url: str
    headline: str
    changed: bool
    is_public: bool
    reason: str | None
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Withheld:
    """An article that is withheld now."""

    article_id: UUID
    url: str
    headline: str
    reason: str
    since: datetime


async def withhold(database: Database, named: str, *, reason: str, now: datetime) -> Outcome:
    """Withhold an article, named by any of its addresses or its global id (a_…). Raises NoSuchArticle, AddressShared,
    BadReason."""
    reason = reason.strip()
    if not reason or len(reason) > MAX_REASON:
        raise BadReason(f"A reason is needed, of at most {MAX_REASON:,} characters.")
    return await write(database, lambda connection: _withhold(connection, named, reason, now))


async def _withhold(connection: Any, named: str, reason: str, now: datetime) -> Outcome:
    sql = statements("withholdings")
    row = await _article(connection, named)
    article = row["id"]
    if row["status"] == "WITHHELD":
        return await _outcome(connection, row, changed=False, is_public=False)
    await connection.execute(sql["withhold"], article, now)
    await connection.execute(sql["open"], uuid7(now), article, reason, now)
    site = await connection.fetchval(sql["site"], row["source_id"])
    if not url.is_home_page(row["url"], site):
        await connection.execute(sql["claim"], article, row["url"])
    addresses = [row["url"], *(each["value"] for each in await connection.fetch(sql["addresses"], article))]
    loosely = {withheld_key(each)[2] for each in addresses if not url.is_home_page(each, site)}
    await connection.execute(sql["recognise"], article, sorted(loosely))
    if row["is_public"]:
        await count_public(connection, [], [article])
        await append(connection, [Line(Kind.ARTICLE_WITHDRAWN, f"a_{article}", article)])
    return await _outcome(connection, row, changed=True, is_public=False)


async def restore(database: Database, named: str, *, now: datetime) -> Outcome:
    """Give a withheld article back, with all that came in meanwhile. Raises NoSuchArticle, AddressShared."""
    return await write(database, lambda connection: _restore(connection, named, now))


async def _restore(connection: Any, named: str, now: datetime) -> Outcome:
    sql = statements("withholdings")
    row = await _article(connection, named)
    article = row["id"]
    if row["status"] != "WITHHELD":
        return await _outcome(connection, row, changed=False, is_public=row["is_public"])
    is_public = bool(await connection.fetchval(sql["restore"], article, now))
    outcome = await _outcome(connection, row, changed=True, is_public=is_public)
    await connection.execute(sql["close"], article, now)
    await connection.execute(sql["forget"], article)
    if is_public:
        await count_public(connection, [article], [])
        await append(connection, [Line(Kind.ARTICLE_PUBLISHED, f"a_{article}", article)])
    return outcome


async def withheld(database: Database, *, limit: int = 100) -> list[Withheld]:
    """What is withheld, the newest first."""
    rows = await database.rows(statements("withholdings")["list"], limit)
    return [Withheld(row["id"], row["url"], row["headline"], row["reason"], row["withheld_at"]) for row in rows]


async def _article(connection: Any, named: str) -> Any:
    """The article's row, locked against imports and against others who withhold."""
    sql = statements("withholdings")
    if (article := _id(named)) is not None:
        row = await connection.fetchrow(sql["by_id"], article)
        if row is None:
            raise NoSuchArticle(f"There is no article {named}.")
        return row
    forms = list(dict.fromkeys(form for form in (named, url.canonical(named)) if form))
    row = await connection.fetchrow(sql["by_address"], forms)
    if row is not None:
        return row
    rows: Sequence[Any] = await connection.fetch(sql["by_printed_address"], forms)
    if not rows:
        # As it may stand with the other scheme, with or without 'www.' and a slash at the end.
        near = [each for form in forms for each in url.spellings(form)]
        row = await connection.fetchrow(sql["by_address"], near)
        if row is not None:
            return row
    if len(rows) > 1:
        ids = ", ".join(f"a_{each['id']}" for each in rows[:10])
        raise AddressShared(f"{len(rows)} articles have this address. Name one by its id: {ids}")
    if not rows:
        raise NoSuchArticle(f"There is no article at {named}.")
    return rows[0]


def _id(named: str) -> UUID | None:
    if not named.startswith("a_"):
        return None
    try:
        return UUID(named[2:])
    except ValueError:
        return None


async def _outcome(connection: Any, row: Any, *, changed: bool, is_public: bool) -> Outcome:
    current = await connection.fetchrow(statements("withholdings")["current"], row["id"])
    return Outcome(
        article_id=row["id"],
        url=row["url"],
        headline=row["headline"],
        changed=changed,
        is_public=is_public,
        reason=current["reason"] if current else None,
        since=current["withheld_at"] if current else None,
    )
