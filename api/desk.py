"""`broadsheet article`, `source` and `topics`: what operators decide about articles, outlets and subjects."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from api.command import on_database, read_file, settings_given

if TYPE_CHECKING:
    from db.pool import Database
    from jobs.sources import Source

article = typer.Typer(no_args_is_help=True, help="Withhold articles from everyone, and give them back.")
source = typer.Typer(no_args_is_help=True, help="Name outlets, merge them, and say what of their texts is served.")
topics = typer.Typer(no_args_is_help=True, help="Load IPTC's Media Topics, and map publishers' categories to them.")

T = TypeVar("T")

Address = Annotated[str, typer.Argument(help="Any address of the article, or its id (a_…).")]
Slug = Annotated[str, typer.Argument(help="A slug that the source has or had.")]


class Policy(StrEnum):
    FULL = "FULL"
    EXCERPT = "EXCERPT"
    HEADLINE = "HEADLINE"


@article.command("withhold")
def article_withhold(
    address: Address,
    reason: Annotated[str, typer.Option(help="Why; kept with the time, shown to operators only.")],
) -> None:
    """Take an article out of every read. It stays out when a feed or file brings it again."""
    from jobs.withhold import withhold

    done = _run(lambda database: withhold(database, address, reason=reason, now=datetime.now(UTC)))
    told = "Withheld" if done.changed else f"Withheld already, since {done.since:%Y-%m-%d %H:%M} UTC ({done.reason})"
    typer.echo(f"{told}: {done.headline}\n  {done.url}\n  a_{done.article_id}")


@article.command("restore")
def article_restore(address: Address) -> None:
    """Give a withheld article back, with all that came in meanwhile."""
    from jobs.withhold import restore

    done = _run(lambda database: restore(database, address, now=datetime.now(UTC)))
    told = "Restored" if done.changed else "Not withheld"
    if not done.is_public:
        told += ", and not public: it is under embargo or has expired"
    typer.echo(f"{told}: {done.headline}\n  {done.url}\n  a_{done.article_id}")


@article.command("withheld")
def article_withheld(limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100) -> None:
    """List what is withheld, the newest first, with the reasons."""
    from jobs.withhold import withheld

    for each in _run(lambda database: withheld(database, limit=limit), migrates=False):
        typer.echo(f"{each.since:%Y-%m-%d %H:%M}  a_{each.article_id}  {each.url}\n  {each.headline}\n  {each.reason}")


@source.command("list")
def source_list() -> None:
    """List the outlets: slug, policy, articles, name."""
    from jobs.sources import sources

    _table(
        [("SLUG", "POLICY", "ARTICLES", "NAME")]
        + [(each.slug, _policy(each), str(each.articles), each.name) for each in _run(sources, migrates=False)]
    )


@source.command("show")
def source_show(slug: Slug) -> None:
    """Show an outlet: its policy, names, hosts and feeds."""
    from jobs.sources import source as find

    _show(_run(lambda database: find(database, slug), migrates=False))


@source.command("set")
def source_set(
    slug: Slug,
    policy: Annotated[Policy | None, typer.Option(help="What of a text is served.")] = None,
    name: Annotated[str | None, typer.Option(help="Makes a new slug too; the old ones go on answering.")] = None,
    new_slug: Annotated[str | None, typer.Option("--slug", help="The slug, where the name's is not wanted.")] = None,
    publisher: Annotated[str | None, typer.Option(help="The organisation behind it; '' for none.")] = None,
    country: Annotated[str | None, typer.Option(help="Two letters, as in ISO 3166; '' for none.")] = None,
    pages: Annotated[
        bool | None, typer.Option("--serve-pages/--keep-pages", help="Serve texts of its pages, or keep them.")
    ] = None,
) -> None:
    """Change an outlet."""
    from jobs.sources import Change, change

    wanted = Change(name, new_slug, publisher, country, policy.value if policy else None, pages)
    _show(_run(lambda database: change(database, slug, wanted, now=datetime.now(UTC))))


@source.command("pages")
def source_pages(
    slug: Slug,
    fetch: Annotated[bool, typer.Option("--fetch/--leave", help="Fetch the pages of its articles in full, or not.")],
) -> None:
    """Fetch the pages of what its feeds bring from now on. Their texts are served after `set --serve-pages`."""
    from jobs.pages import fetch_pages

    is_new = _run(lambda database: fetch_pages(database, slug, fetch))
    typer.echo(f"{'' if is_new else 'Already so: '}the pages of {slug} are {'fetched' if fetch else 'not fetched'}.")


@source.command("merge")
def source_merge(
    gone: Annotated[str, typer.Argument(metavar="FROM", help="The outlet that becomes part of the other.")],
    into: Annotated[str, typer.Argument(metavar="INTO", help="The outlet that stays, with its name and policy.")],
) -> None:
    """Make two outlets one: articles, feeds, hosts, authors and slugs."""
    from jobs.sources import merge

    _show(_run(lambda database: merge(database, gone, into, now=datetime.now(UTC))))


@topics.command("load")
def topics_load(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)]) -> None:
    """Load IPTC's Media Topics as published: JSON, RDF/XML or a NewsML-G2 Knowledge Item."""
    from jobs.topics import load

    data = read_file(file)
    done = _run(lambda database: load(database, data, now=datetime.now(UTC)))
    typer.echo(
        f"{done.topics} topics in {done.languages} languages: {done.new} new, {done.changed} changed, "
        f"{done.retired} retired."
    )
    if done.new or done.changed:
        typer.echo("The worker gives articles their topics anew.")


@topics.command("map")
def topics_map(
    category: Annotated[str, typer.Argument(help="As the publisher prints it.")],
    topic: Annotated[str, typer.Argument(help="The topic's slug or code (medtop:15000000).")],
) -> None:
    """Say what a publisher's category means; the operator's word comes before code and name."""
    from jobs.topics import map_category

    done = _run(lambda database: map_category(database, category, topic, now=datetime.now(UTC)))
    typer.echo(f"{category} is {done}. The worker gives articles their topics anew.")


@topics.command("unmap")
def topics_unmap(category: Annotated[str, typer.Argument(help="As the publisher prints it.")]) -> None:
    """Forget what was said of a category."""
    from jobs.topics import unmap_category

    _run(lambda database: unmap_category(database, category, now=datetime.now(UTC)))
    typer.echo(f"Nothing is said of {category} any more. The worker gives articles their topics anew.")


@topics.command("mapped")
def topics_mapped() -> None:
    """List what was said of categories."""
    from jobs.topics import mapped

    _table([("CATEGORY", "TOPIC"), *_run(mapped, migrates=False)])


def _run(work: Callable[[Database], Awaitable[T]], *, migrates: bool = True) -> T:
    """Do something on the database; what an operator can mend ends the command with one line."""
    from ingest.mediatopics import UnreadableTopics
    from jobs.sources import BadSource, NoSuchSource
    from jobs.topics import NoSuchTopic
    from jobs.withhold import AddressShared, BadReason, NoSuchArticle

    mendable = (NoSuchArticle, AddressShared, BadReason, NoSuchSource, BadSource, NoSuchTopic, UnreadableTopics)
    return on_database(settings_given(), "desk", work, migrates=migrates, mendable=mendable)


def _show(found: Source) -> None:
    lines = [
        ("Slug", found.slug),
        ("Name", found.name),
        ("Publisher", found.publisher or "-"),
        ("Country", found.country or "-"),
        ("Policy", _policy(found)),
        ("Articles", str(found.articles)),
        ("Latest", f"{found.latest_article_at:%Y-%m-%d %H:%M} UTC" if found.latest_article_at else "-"),
        ("Also called", ", ".join(slug for slug in found.slugs if slug != found.slug) or "-"),
        ("Hosts", ", ".join(found.hosts) or "-"),
        *(("Feed", feed) for feed in found.feeds),
    ]
    _table(lines)


def _policy(found: Source) -> str:
    return f"{found.policy} with pages" if found.serves_pages else found.policy


def _table(rows: Sequence[tuple[str, ...]]) -> None:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        typer.echo("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip())
