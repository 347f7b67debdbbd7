"""`broadsheet topics`: the subjects, and what publishers' categories mean."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from api.command import on_database, read_file, settings_given, table

if TYPE_CHECKING:
    from db.pool import Database

topics = typer.Typer(no_args_is_help=True, help="Load IPTC's Media Topics, and map publishers' categories to them.")

T = TypeVar("T")


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

    table([("CATEGORY", "TOPIC"), *_run(mapped, migrates=False)])


def _run(work: Callable[[Database], Awaitable[T]], *, migrates: bool = True) -> T:
    from ingest.mediatopics import UnreadableTopics
    from jobs.topics import NoSuchTopic

    return on_database(settings_given(), "topics", work, migrates=migrates, mendable=(NoSuchTopic, UnreadableTopics))
