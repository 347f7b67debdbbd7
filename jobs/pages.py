"""Articles' pages fetched in full, where the operator wants a source's: off by default.

What a feed brings asks for its pages in the transaction that stores it (`pages.want`), as rows that fall due. They are
taken as feeds are, by the same workers and counted with them, a host's one at a time, so that a feed never waits for
them. A page's text is kept beside what the feed carried and never takes its place: which of them is served is the
source's policy.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from prometheus_client import Counter

from db.pool import Database, DatabaseTimeout, DatabaseUnavailable
from db.statements import statements
from ingest.fetch import Fetcher
from ingest.outcome import Failed, Failure, Fetched, Gone, Moved, Refused
from ingest.schedule import UNDER_WAY
from jobs.page_texts import drop_page
from jobs.parse import DocumentRefused, Parsers
from jobs.parsed import PAGE
from jobs.sources import source
from jobs.store import store_page

# Pauses before a page is asked again; after the last one it is left.
PAUSES = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
_PASSING = frozenset(
    {Failure.DNS, Failure.UNREACHABLE, Failure.TOO_SLOW, Failure.TRUNCATED, Failure.BUSY, Failure.SERVER}
)

PAGES = Counter("broadsheet_page_fetches", "Articles' pages asked for, by what came of it.", ["outcome"])

log = structlog.get_logger("broadsheet.pages")


async def fetch_pages(database: Database, slug: str, wanted: bool) -> bool:
    """Say whether a source's pages are fetched from now on; True where that is new. Raises sources.NoSuchSource."""
    await source(database, slug)
    async with database.transaction() as connection:
        changed = await connection.fetchval(statements("pages")["fetch"], slug, wanted)
        if changed is not None and not wanted:
            await connection.execute(statements("pages")["leave"], changed)
        return changed is not None


@dataclass(frozen=True, slots=True)
class Page:
    """A page that was taken, to be asked for. `url` is None where nobody may see the article any more; `attempts`
    counts this one; `due_at`: when it would be asked again."""

    article_id: UUID
    url: str | None
    attempts: int
    due_at: datetime


class Pages:
    """Pages that are due, taken, asked for, and kept."""

    def __init__(
        self,
        database: Database,
        fetcher: Fetcher,
        parsers: Parsers,
        *,
        clock: Callable[[], datetime],
        per_host: int = 2,
    ) -> None:
        self._database = database
        self._fetcher = fetcher
        self._parsers = parsers
        self._clock = clock
        self._per_host = per_host

    async def take(self, most: int) -> list[Page]:
        """So many pages that are due, longest first. When they fall due again is saved before anything is asked: a
        worker that is killed leaves pages that are asked for again."""
        if most <= 0:
            return []
        now = self._clock()
        async with self._database.transaction() as connection:
            await connection.execute(statements("feeds")["lock_taking"])
            rows = await connection.fetch(
                statements("pages")["take"], now, now - UNDER_WAY, most, self._per_host, list(PAUSES)
            )
        return [Page(row["article_id"], row["url"], row["attempts"], row["due_at"]) for row in rows]

    async def ask(self, page: Page) -> None:
        """Fetch a page that was taken, heeding robots.txt, and keep its text. To do it again does no harm."""
        try:
            word, again_at = await self._fetch(page) if page.url else ("unwanted", None)
            async with self._database.transaction() as connection:
                if again_at is None:
                    await connection.execute(statements("pages")["done"], page.article_id, page.due_at)
                else:
                    await connection.execute(statements("pages")["later"], page.article_id, page.due_at, again_at)
        except (DatabaseTimeout, DatabaseUnavailable) as problem:
            log.warning("page_waits_for_database", url=page.url, kind=type(problem).__name__)
        except Exception as problem:
            log.error("page_failed", url=page.url, exc_info=problem)
        else:
            PAGES.labels(word).inc()
            log.info("page_asked", article=f"a_{page.article_id}", url=page.url, outcome=word)

    async def _fetch(self, page: Page) -> tuple[str, datetime | None]:
        """What came of it, and when to ask again if that may help."""
        outcome = await self._fetcher.page(page.url or "", now=self._clock())
        match outcome.outcome if isinstance(outcome, Moved) else outcome:
            case Fetched() as found:
                return await self._keep(page, found), None
            case Gone() | Failed(kind=Failure.NOT_FOUND):
                await drop_page(self._database, page.article_id, now=self._clock())
                return "gone", None
            case Failed(kind=kind, retry_after=wait):
                is_passing = kind in _PASSING and page.attempts <= len(PAUSES)
                return kind.value.lower(), self._clock() + (wait or timedelta()) if is_passing else None
            case Refused():
                return "refused", None
            case other:
                return type(other).__name__.lower(), None

    async def _keep(self, page: Page, found: Fetched) -> str:
        try:
            parsed = await self._parsers.parse(found.body, found.url, self._clock(), found.charset, may_be_page=True)
        except DocumentRefused as refused:
            log.warning("page_unreadable", article=f"a_{page.article_id}", url=found.url, reason=str(refused))
            return "unreadable"
        if parsed.form != PAGE or parsed.candidates[0].content is None:
            return "not_article"
        return await store_page(self._database, page.article_id, parsed, clock=self._clock)
