"""Articles' pages fetched in full, where the operator wants an outlet's: off by default.

What a feed brings asks for its pages in the transaction that stores it, one job an article. A page's text is kept
beside what the feed carried and never takes its place: which of them is served is the outlet's policy.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import structlog
from prometheus_client import Counter

from db.changes import Kind, Line, append
from db.pool import Database
from db.queue import Handler, enqueue
from db.statements import statements
from ingest.fetch import Fetcher
from ingest.outcome import Failed, Failure, Fetched, Moved, Outcome
from jobs.parse import PAGE, DocumentRefused, Parsers
from jobs.sources import source

JOB = "page"
# Pauses before a page is asked again; after the last one it is left.
PAUSES = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
_PASSING = frozenset(
    {Failure.DNS, Failure.UNREACHABLE, Failure.TOO_SLOW, Failure.TRUNCATED, Failure.BUSY, Failure.SERVER}
)

PAGES = Counter("broadsheet_page_fetches", "Articles' pages asked for, by what came of it.", ["outcome"])

log = structlog.get_logger("broadsheet.pages")


async def fetch_pages(database: Database, slug: str, wanted: bool) -> bool:
    """Say whether an outlet's pages are fetched from now on; True where that is new. Raises sources.NoSuchSource."""
    await source(database, slug)
    async with database.transaction() as connection:
        return await connection.fetchval(statements("pages")["want"], slug, wanted) is not None


async def want_pages(connection: Any, source_id: UUID, articles: Sequence[UUID]) -> None:
    """Ask for the pages of articles in the transaction that writes them, if their outlet's are fetched."""
    if articles and await connection.fetchval(statements("pages")["wanted"], source_id):
        for article in articles:
            await enqueue(connection, JOB, _payload(article, 0), key=f"{JOB}:{article}")


def page_handler(database: Database, fetcher: Fetcher, parsers: Parsers, clock: Callable[[], datetime]) -> Handler:
    """What fetches an article's page, heeding robots.txt, and keeps its text. To run it again does no harm."""

    async def run(payload: bytes) -> None:
        said = orjson.loads(payload)
        article, attempt = UUID(said["article"]), int(said["attempt"])
        rows = await database.rows(statements("pages")["article"], article)
        if not rows:
            PAGES.labels("unwanted").inc()
            return
        address = rows[0]["url"]
        outcome = await fetcher.page(address, now=clock())
        found = outcome.outcome if isinstance(outcome, Moved) else outcome
        if isinstance(found, Fetched):
            word = await _keep(database, parsers, article, found, clock())
        else:
            word = await _again(database, article, attempt, outcome)
        PAGES.labels(word).inc()
        log.info("page_asked", article=f"a_{article}", url=address, outcome=word)

    return run


async def _keep(database: Database, parsers: Parsers, article: UUID, found: Fetched, now: datetime) -> str:
    try:
        parsed = await parsers.parse(found.body, found.url, now, found.charset, may_be_page=True)
    except DocumentRefused as refused:
        log.warning("page_unreadable", article=f"a_{article}", url=found.url, reason=str(refused))
        return "unreadable"
    content = parsed.candidates[0].content if parsed.form == PAGE else None
    if content is None or content.body_html is None:
        return "not_article"
    async with database.transaction() as connection:
        told = await connection.fetchval(
            statements("pages")["keep"], article, content.body_html, content.body_text, now
        )
        if told:
            await append(connection, [Line(Kind.ARTICLE_UPDATED, f"a_{article}", article, {"text": True})])
    return "kept"


async def _again(database: Database, article: UUID, attempt: int, outcome: Outcome) -> str:
    """Ask once more later, where that may help."""
    if not isinstance(outcome, Failed):
        return type(outcome).__name__.lower()
    if outcome.kind in _PASSING and attempt < len(PAUSES):
        pause = max(PAUSES[attempt], outcome.retry_after or timedelta())
        async with database.transaction() as connection:
            payload = _payload(article, attempt + 1)
            await enqueue(connection, JOB, payload, key=f"{JOB}:{article}:{attempt + 1}", after=pause)
    return outcome.kind.value.lower()


def _payload(article: UUID, attempt: int) -> bytes:
    return orjson.dumps({"article": str(article), "attempt": attempt})
