"""`broadsheet article`: what is withheld from everyone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from api.command import on_database, settings_given

if TYPE_CHECKING:
    from db.pool import Database

article = typer.Typer(no_args_is_help=True, help="Withhold articles from everyone, and give them back.")

T = TypeVar("T")

Address = Annotated[str, typer.Argument(help="Any address of the article, or its id (a_…).")]


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


def _run(work: Callable[[Database], Awaitable[T]], *, migrates: bool = True) -> T:
    from jobs.withhold import AddressShared, BadReason, NoSuchArticle

    return on_database(
        settings_given(), "article", work, migrates=migrates, mendable=(NoSuchArticle, AddressShared, BadReason)
    )
