"""`broadsheet feed`: which feeds are polled, how each stands, and what one would become."""

from __future__ import annotations

import re
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.command import on_database, read_file, settings_given

if TYPE_CHECKING:
    from api.fetching import Fetching
    from db.pool import Database
    from jobs.check import Checked
    from jobs.feeds import Feed
    from jobs.look import Around
    from jobs.refresh import Refreshed

feed = typer.Typer(no_args_is_help=True, help="Poll feeds, see how they stand, and try what one would become.")

# What can only be meant as a file, there or not.
_FILE = re.compile(r"^[./~]|\.(?:opml|xml)$", re.IGNORECASE)

Address = Annotated[str, typer.Argument(help="Address of the feed, as `feed list` shows it.")]


@feed.command("add")
def feed_add(
    target: Annotated[str, typer.Argument(help="Address of a feed or of a site, or an OPML file.")],
    unseen: Annotated[bool, typer.Option("--unseen", help="Add the address without asking it first.")] = False,
) -> None:
    """Poll a feed, the feed of a site, or all feeds of an OPML file."""
    path = Path(target)
    if "://" not in target and (path.exists() or _FILE.search(target)):
        data = read_file(path)
        _run(lambda database, _: _add_list(database, data))
    elif unseen:
        _run(lambda database, _: _add_unseen(database, _completed(target)))
    else:
        _run(lambda database, fetching: _add(database, fetching, _completed(target)))


@feed.command("list")
def feed_list(
    failing: Annotated[bool, typer.Option("--failing", help="Only those whose last attempt failed.")] = False,
) -> None:
    """Show every feed: who succeeded longest ago stands first."""
    _run(lambda database, _: _list(database, failing), migrates=False)


@feed.command("refresh")
def feed_refresh(
    address: Annotated[str | None, typer.Argument(help="Ask this feed now; else those that are due.")] = None,
) -> None:
    """Ask feeds here and now, without waiting for the worker. Status 1 if one failed."""
    _run(lambda database, fetching: _refresh(database, fetching, address))


@feed.command("check")
def feed_check(target: Annotated[str, typer.Argument(help="Address of a feed or of a site.")]) -> None:
    """Show what a feed would become, entry by entry, and when it would be asked next. Writes nothing."""
    _run(lambda database, fetching: _check(database, fetching, _completed(target)), migrates=False)


@feed.command("pause")
def feed_pause(address: Address) -> None:
    """Ask a feed no more until it is resumed."""
    _run(lambda database, _: _pause(database, address))


@feed.command("resume")
def feed_resume(address: Address) -> None:
    """Ask a paused or ended feed again; its errors are forgiven."""
    _run(lambda database, _: _resume(database, address))


@feed.command("remove")
def feed_remove(address: Address) -> None:
    """Poll a feed no more. The articles that it brought stay."""
    _run(lambda database, _: _remove(database, address))


@feed.command("export")
def feed_export() -> None:
    """Print all feeds as OPML."""
    _run(lambda database, _: _export(database), migrates=False)


async def _add(database: Database, fetching: Fetching, target: str) -> int:
    from ingest.outcome import Moved
    from jobs import feeds
    from jobs.look import look_around

    around = await look_around(fetching.fetcher, fetching.parsers, target, now=_now())
    seen = around.seen
    if seen.parsed is None:
        return _problem(f"No feed at {target}: {seen.problem}. Nothing was added.")
    moved = isinstance(seen.outcome, Moved)
    url = seen.outcome.to if isinstance(seen.outcome, Moved) else seen.url
    # What was fetched just now is not fetched again.
    feed_id, added = await feeds.add(
        database, url, now=_now(), title=seen.parsed.title, site_url=seen.parsed.site_url, asked=True
    )
    if added is feeds.Added.KNOWN:
        known = await feeds.load(database, feed_id)
        return _problem(f"{known.url if known else url} is here already; `broadsheet feed list` shows how it stands.")
    found = seen.outcome.outcome if isinstance(seen.outcome, Moved) else seen.outcome
    done = await fetching.refresher.take_in(feed_id, found)
    typer.echo(f"Added {seen.parsed.title or url}: {done.feed.url if done and done.feed else url}")
    if moved:
        typer.echo(f"  It has moved there for good from {seen.url}.")
    if done:
        _tell(done)
    _tell_others(around)
    return 0


async def _add_unseen(database: Database, target: str) -> int:
    from ingest.address import NotDialled
    from jobs import feeds

    try:
        _, added = await feeds.add(database, target, now=_now())
    except NotDialled as refused:
        return _problem(f"{target} can't be added: {refused}.")
    typer.echo(f"{'Was here already' if added is feeds.Added.KNOWN else 'Added'}: {target}")
    return 0


async def _add_list(database: Database, data: bytes) -> int:
    from ingest.address import NotDialled
    from ingest.opml import UnreadableOpmlError, read
    from jobs import feeds

    try:
        outlines = read(data)
    except UnreadableOpmlError as problem:
        return _problem(f"The file can't be read as OPML: {problem}.")
    new = known = 0
    refused: list[str] = []
    for outline in outlines:
        try:
            _, added = await feeds.add(
                database, outline.url, now=_now(), title=outline.title, site_url=outline.site_url
            )
        except NotDialled as problem:
            refused.append(f"{outline.url}: {problem}")
            continue
        known += added is feeds.Added.KNOWN
        new += added is not feeds.Added.KNOWN
    typer.echo(f"Feeds added: {new}; here already: {known}. The worker asks the new ones now.")
    for line in refused:
        _problem(f"Not added: {line}.")
    return 1 if refused else 0


async def _list(database: Database, failing: bool) -> int:
    from rich.console import Console
    from rich.table import Table

    from ingest.schedule import fails
    from jobs import feeds

    now = _now()
    rows = [each for each in await feeds.every(database) if not failing or fails(each.state, now)]
    table = Table("Last success", "Last attempt", "Next check", "Errors", "Feed", "Why", box=None, pad_edge=False)
    for each in rows:
        table.add_row(*_row(each, now))
    # In a pipe every feed is a line, however long.
    console = Console(width=None if sys.stdout.isatty() else 1000, highlight=False, markup=False)
    if rows:
        console.print(table)
    else:
        typer.echo("No feed fails." if failing else "No feeds. `broadsheet feed add URL` adds one.")
    return 0


def _row(each: Feed, now: datetime) -> tuple[str, ...]:
    state = each.state
    why = state.reason
    if state.errors and state.last_error:
        why = f"{state.last_error.kind}, {_when(state.last_error.at)}: {why}"
    return (
        _when(state.last_success_at),
        _when(state.last_attempt_at),
        _when(state.next_check_at) if state.next_check_at else state.standing.value.lower(),
        str(state.errors or ""),
        f"{each.title}\n{each.url}" if each.title and sys.stdout.isatty() else each.url,
        why,
    )


async def _refresh(database: Database, fetching: Fetching, address: str | None) -> int:
    from jobs import feeds

    if address is None:
        done = await fetching.refresher.all_due()
        typer.echo("1 feed was due." if len(done) == 1 else f"{len(done)} feeds were due.")
    else:
        found = await feeds.find(database, address)
        if found is None:
            return _unknown(address)
        one = await fetching.refresher.now(found.id)
        if one is None:
            return _unknown(address)
        done = [one]
    for each in done:
        typer.echo(each.url)
        _tell(each)
    return 1 if any(_failed(each) for each in done) else 0


async def _check(database: Database, fetching: Fetching, target: str) -> int:
    from jobs.check import check
    from jobs.look import look_around

    around = await look_around(fetching.fetcher, fetching.parsers, target, now=_now())
    checked = await check(database, around, now=_now())
    _show(checked)
    _tell_others(around)
    return 0 if around.seen.parsed else 1


async def _pause(database: Database, address: str) -> int:
    from jobs import feeds

    found = await feeds.find(database, address)
    if found is None or await feeds.pause(database, found.id) is None:
        return _unknown(address)
    typer.echo(f"Paused: {found.url}")
    return 0


async def _resume(database: Database, address: str) -> int:
    from jobs import feeds

    found = await feeds.find(database, address)
    if found is None or await feeds.resume(database, found.id, now=_now()) is None:
        return _unknown(address)
    typer.echo(f"Asked again from now on: {found.url}")
    return 0


async def _remove(database: Database, address: str) -> int:
    from ingest.schedule import Standing
    from jobs import feeds

    found = await feeds.find(database, address)
    if found is None or found.state.standing is Standing.UNPOLLED:
        return _unknown(address)
    await feeds.remove(database, found.id)
    typer.echo(f"No longer polled: {found.url}. The articles that it brought stay.")
    return 0


async def _export(database: Database) -> int:
    from ingest.opml import Outline, write
    from jobs import feeds

    listed = sorted(await feeds.every(database), key=lambda each: each.url)
    outlines = [Outline(each.url, each.title, each.site_url) for each in listed]
    sys.stdout.buffer.write(write(outlines, title="Broadsheet", now=_now()))
    return 0


def _show(checked: Checked) -> None:
    """The sandbox's findings."""
    from ingest.outcome import Moved
    from ingest.schedule import explain
    from jobs.check import counts

    seen, parsed = checked.seen, checked.seen.parsed
    if checked.around.page:
        typer.echo(f"{checked.around.page} is a page; its feed is {seen.url}")
    typer.echo(f"Address      {seen.url}")
    if isinstance(seen.outcome, Moved):
        typer.echo(f"Moved to     {seen.outcome.to}")
    if parsed is None:
        typer.echo(f"Problem      {seen.problem}")
    else:
        typer.echo(f"Title        {parsed.title or '(none)'}")
        typer.echo(f"Form         {parsed.form}, {len(parsed.candidates) + parsed.beyond} entries")
        typer.echo(f"Source       {checked.source or f'{parsed.source.name} (new)'}")
        found = ", ".join(f"{number} {each.value}" for each, number in counts(checked.fates).items() if number)
        typer.echo(f"Would become {found or 'nothing'}")
        if parsed.beyond:
            typer.echo(f"             {parsed.beyond} entries are beyond the limit and would only be counted")
    here = "polled here" if checked.feed else "not polled here"
    typer.echo(f"Next check   {explain(checked.state, _now())} ({here})")
    for fate in checked.fates:
        headline = fate.content.headline if fate.content else "(no article)"
        typer.echo(f"\n{fate.place:>4}  {fate.becomes.value:<9}  {headline}\n      {fate.why}")
        if fate.content:
            published = fate.content.published
            date = published.text if published else "no date"
            typer.echo(f"      {fate.content.url}")
            typer.echo(
                f"      {date}; {fate.content.language}; {fate.content.word_count} words, "
                f"{fate.content.body_extent.value.lower()} text"
            )


def _tell(done: Refreshed) -> None:
    """One attempt, in a few lines."""
    from ingest.schedule import explain
    from jobs.look import told

    if done.unreadable:
        typer.echo(f"  no feed: {done.unreadable}")
    elif done.stored is None:
        typer.echo(f"  {told(done.outcome)}")
    else:
        stored = done.stored
        typer.echo(
            f"  {stored.articles} new articles, {stored.revisions} revisions, {stored.unchanged} unchanged, "
            f"{stored.set_aside.total()} set aside"
        )
    if done.moved_to:
        typer.echo(f"  moved for good to {done.moved_to}")
    if done.feed:
        typer.echo(f"  next check {explain(done.feed.state, _now())}")


def _tell_others(around: Around) -> None:
    if around.others:
        typer.echo("\nThe page speaks of other feeds too:")
    for other in around.others:
        typer.echo(f"  {other.url}" + (f"  ({other.title})" if other.title else ""))


def _failed(done: Refreshed) -> bool:
    from ingest.outcome import Failed, Gone, Refused

    return done.unreadable is not None or isinstance(done.outcome, Failed | Gone | Refused)


def _completed(target: str) -> str:
    """An address as people type it."""
    return target if "://" in target else f"https://{target}"


def _when(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "never"


def _unknown(address: str) -> int:
    return _problem(f"No feed is polled at {address}; `broadsheet feed list` shows them all.")


def _problem(text: str) -> int:
    print(text, file=sys.stderr)
    return 1


def _now() -> datetime:
    return datetime.now(UTC)


def _run(work: Callable[[Database, Fetching], Awaitable[int]], *, migrates: bool = True) -> None:
    """Do something with the database and what fetches, and end with the status that it gives."""
    from api.fetching import fetching

    settings = settings_given(logs=True, quiet=True)

    async def run(database: Database) -> int:
        async with fetching(settings, database, clock=_now) as ready:
            return await work(database, ready)

    raise SystemExit(on_database(settings, "feed", run, migrates=migrates))
