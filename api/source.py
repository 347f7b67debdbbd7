"""`broadsheet source`: sources as their operator wants them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from api.command import on_database, settings_given, table

if TYPE_CHECKING:
    from db.pool import Database
    from jobs.sources import Source

source = typer.Typer(no_args_is_help=True, help="Name sources, merge them, and say what of their texts is served.")

T = TypeVar("T")

Slug = Annotated[str, typer.Argument(help="A slug that the source has or had.")]


class Policy(StrEnum):
    FULL = "FULL"
    EXCERPT = "EXCERPT"
    HEADLINE = "HEADLINE"


@source.command("list")
def source_list() -> None:
    """List the sources: slug, policy, articles, name."""
    from jobs.sources import sources

    table(
        [("SLUG", "POLICY", "ARTICLES", "NAME")]
        + [(each.slug, _policy(each), str(each.articles), each.name) for each in _run(sources, migrates=False)]
    )


@source.command("show")
def source_show(slug: Slug) -> None:
    """Show a source: its policy, names, hosts and feeds."""
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
    """Change a source."""
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
    gone: Annotated[str, typer.Argument(metavar="FROM", help="The source that becomes part of the other.")],
    into: Annotated[str, typer.Argument(metavar="INTO", help="The source that stays, with its name and policy.")],
) -> None:
    """Make two sources one: articles, feeds, hosts, authors and slugs."""
    from jobs.sources import merge

    _show(_run(lambda database: merge(database, gone, into, now=datetime.now(UTC))))


def _run(work: Callable[[Database], Awaitable[T]], *, migrates: bool = True) -> T:
    from jobs.sources import BadSource, NoSuchSource

    return on_database(settings_given(), "source", work, migrates=migrates, mendable=(NoSuchSource, BadSource))


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
    table(lines)


def _policy(found: Source) -> str:
    return f"{found.policy} with pages" if found.serves_pages else found.policy
