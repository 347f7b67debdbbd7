"""`broadsheet import`: a progress bar over the import of files and folders, and what came of it."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from api.database import address, opened, with_database
from api.settings import Settings
from db.migrate import migrate
from jobs.ingest import Limits, Summary, import_paths
from jobs.parsed import PAGE_FIELDS


def bring_in(settings: Settings, paths: Sequence[Path]) -> int:
    """Import and print the summary; the exit status is 1 if a document could not be read."""
    console = Console(stderr=True, highlight=False)
    with with_database(settings) as ready:
        summary = asyncio.run(_import(ready, paths, console))
    rows = table(summary)
    width = max(len(what) for what, _ in rows)
    for what, value in rows:
        print(f"{what:<{width}}  {value}")
    for name, reason in summary.failed:
        print(f"Failed: {name}  {reason}")
    for name, reason in summary.skipped:
        print(f"Skipped: {name}  {reason}")
    return 1 if summary.failed else 0


def table(summary: Summary) -> list[tuple[str, str]]:
    """The summary's figures: what, and how many."""
    rows = [
        ("Documents read", f"{summary.read} of {summary.documents}"),
        ("  unchanged", f"{summary.unchanged_documents}"),
        ("Entries", f"{summary.entries}"),
        ("  new articles", f"{summary.articles}"),
        ("  new revisions", f"{summary.revisions}"),
        ("  unchanged", f"{summary.unchanged}"),
        ("  repeated in their document", f"{summary.repeated}"),
        ("  set aside", f"{summary.set_aside.total()}"),
    ]
    if summary.texts:
        rows.insert(5, ("  texts of pages beside a feed's", f"{summary.texts}"))
    rows += [(f"    {reason}", f"{count}") for reason, count in summary.set_aside.most_common()]
    if summary.pages:
        rows.append(("Pages", f"{summary.pages}"))
        rows += [(f"  with {name}", f"{summary.fields[name]}") for name in PAGE_FIELDS]
    rows.append(("Seconds", f"{summary.seconds:.1f}"))
    if summary.entries:
        rows.append(("Entries a second", f"{summary.entries_per_second:.0f}"))
    return rows


async def _import(settings: Settings, paths: Sequence[Path], console: Console) -> Summary:
    await migrate(address(settings))
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    # On a terminal only, and gone at the end: a log keeps the lines of the import itself.
    async with opened(settings, "import", patient=True) as database:
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task("Documents", total=None)

            def moved(done: int, total: int, _name: str) -> None:
                bar.update(task, completed=done, total=total)

            return await import_paths(
                database,
                paths,
                clock=lambda: datetime.now(UTC),
                limits=limits(settings),
                workers=settings.import_processes,
                progress=moved,
            )


def limits(settings: Settings) -> Limits:
    """The settings' limits of one feed document. Waiting is given six times the processor's seconds; where larger
    documents are allowed, memory in proportion."""
    usual = Limits()
    return Limits(
        memory_bytes=math.ceil(max(1.0, settings.max_feed_bytes / usual.document_bytes) * usual.memory_bytes),
        cpu_seconds=settings.parse_seconds,
        wall_seconds=6.0 * settings.parse_seconds,
        document_bytes=settings.max_feed_bytes,
        entries=settings.max_feed_entries,
    )
