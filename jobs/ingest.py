"""Files in: feed documents and saved pages, alone or in folders, become articles.

Documents are parsed in processes of their own (`jobs/parse.py`) and stored one transaction each (`jobs/store.py`), in
the order of their paths, so that two imports of the same files give the same. What is already there costs no write.
"""

import asyncio
import contextlib
import time
from collections import Counter as Count
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import structlog

from db.pool import Database
from db.statements import statements
from jobs.files import Skipped, find, printed, strerror
from jobs.metrics import DOCUMENTS, SECONDS, count
from jobs.parse import DocumentRefused, Limits, Parsers, hash_of, read_file
from jobs.parsed import PAGE, Parsed
from jobs.store import Stored, store

__all__ = ["Limits", "Summary", "import_paths"]

Progress = Callable[[int, int, str], None]

log = structlog.get_logger("broadsheet.ingest")


@dataclass(slots=True)
class Summary:
    """What an import did. `failed` are documents that could not be read, `skipped` files that are neither feeds nor
    pages; both with the reason. `texts`: of pages, kept beside what a feed carried; `pages`: how many of the documents
    were pages, `fields`: how many of those state each field, those that became no article included. `seconds` from
    start to end."""

    documents: int = 0
    unchanged_documents: int = 0
    entries: int = 0
    articles: int = 0
    revisions: int = 0
    unchanged: int = 0
    repeated: int = 0
    texts: int = 0
    set_aside: Count[str] = field(default_factory=Count)
    pages: int = 0
    fields: Count[str] = field(default_factory=Count)
    failed: list[tuple[str, str]] = field(default_factory=list)
    skipped: Skipped = field(default_factory=list)
    seconds: float = 0.0

    @property
    def read(self) -> int:
        """Documents that were read, unchanged ones included."""
        return self.documents - len(self.failed)

    @property
    def entries_per_second(self) -> float:
        return self.entries / self.seconds if self.seconds else 0.0


async def import_paths(
    database: Database,
    paths: Sequence[Path],
    *,
    clock: Callable[[], datetime],
    limits: Limits | None = None,
    workers: int = 2,
    progress: Progress | None = None,
) -> Summary:
    """Import feeds and pages from files and folders (searched through, links included, hidden files left out).

    `clock` says when the articles of a document are first seen, each at its turn; `workers` processes parse;
    `progress` is called with documents done, documents in all, and the name of the last one. Documents that can't be
    read are reported and stop nothing; what the database raises does.
    """
    started = time.perf_counter()
    limits = limits or Limits()
    summary = Summary()
    files, summary.skipped = await asyncio.to_thread(find, paths)
    summary.documents = len(files)
    async with (
        Parsers(workers, limits) as parsers,
        contextlib.aclosing(_parsed(database, files, parsers, limits, clock, ahead=2 * workers)) as documents,
    ):
        done = 0
        async for path, outcome in documents:
            await _take(database, path, outcome, summary, clock)
            done += 1
            if progress is not None:
                progress(done, len(files), path.name)
    summary.seconds = time.perf_counter() - started
    log.info(
        "import_done",
        documents=summary.documents,
        articles=summary.articles,
        revisions=summary.revisions,
        failed=len(summary.failed),
        seconds=round(summary.seconds, 3),
    )
    return summary


# What came of reading a file: a parsed document, None for one that is known, or the reason for neither.
_Outcome = Parsed | None | str


async def _parsed(
    database: Database,
    files: Sequence[Path],
    parsers: Parsers,
    limits: Limits,
    clock: Callable[[], datetime],
    *,
    ahead: int,
) -> AsyncGenerator[tuple[Path, _Outcome]]:
    """The files in order, each with its outcome, parsed at most so many ahead."""
    waiting = iter(files)
    running: list[tuple[Path, asyncio.Task[_Outcome]]] = []
    try:
        while True:
            while len(running) < max(1, ahead) and (path := next(waiting, None)) is not None:
                running.append((path, asyncio.create_task(_read(database, path, parsers, limits, clock))))
            if not running:
                return
            path, task = running.pop(0)
            yield path, await task
    finally:
        for _, task in running:
            task.cancel()
        await asyncio.gather(*(task for _, task in running), return_exceptions=True)


async def _read(
    database: Database, path: Path, parsers: Parsers, limits: Limits, clock: Callable[[], datetime]
) -> _Outcome:
    try:
        data = await asyncio.to_thread(read_file, path, limits)
    except DocumentRefused as error:
        return str(error)
    except OSError as error:
        return strerror(error)
    if await database.rows(statements("feeds")["have"], [hash_of(data)]):
        return None
    with SECONDS.labels("parse").time():
        try:
            return await parsers.parse(data, path.as_uri(), clock(), may_be_page=True)
        except DocumentRefused as error:
            return str(error)


async def _take(
    database: Database, path: Path, outcome: _Outcome, summary: Summary, clock: Callable[[], datetime]
) -> None:
    if isinstance(outcome, str):
        DOCUMENTS.labels("failed").inc()
        summary.failed.append((printed(path), outcome))
        log.warning("document_failed", path=printed(path), reason=outcome)
        return
    stored = None
    if outcome is not None:
        with SECONDS.labels("store").time():
            stored = await store(database, outcome, clock=clock)
    # What stands beyond the limit is told each time.
    if outcome is None or stored is None or not (stored.wrote or outcome.beyond):
        DOCUMENTS.labels("unchanged").inc()
        summary.unchanged_documents += 1
        log.info("document_unchanged", path=printed(path))
        return
    DOCUMENTS.labels("read").inc()
    _count(summary, outcome, stored)
    log.info(
        "document_read",
        path=printed(path),
        form=outcome.form,
        feed=outcome.feed_url,
        entries=len(outcome.candidates),
        articles=stored.articles,
        revisions=stored.revisions,
        set_aside=stored.set_aside.total(),
    )


def _count(summary: Summary, parsed: Parsed, stored: Stored) -> None:
    reasons = count(stored, parsed.beyond)
    summary.entries += len(parsed.candidates) + parsed.beyond
    summary.pages += parsed.form == PAGE
    summary.fields.update(parsed.said)
    summary.articles += stored.articles
    summary.revisions += stored.revisions
    summary.unchanged += stored.unchanged
    summary.repeated += stored.repeated
    summary.texts += stored.pages
    summary.set_aside += reasons
