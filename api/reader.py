"""`broadsheet reader`: the data of those who comment, taken along or erased."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO, TypeVar
from uuid import UUID

import typer

from api.command import fail, on_database, settings_given

if TYPE_CHECKING:
    from schema.writes.desk import Desk

reader = typer.Typer(no_args_is_help=True, help="Hand out or erase what is kept of a reader.")

T = TypeVar("T")

Id = Annotated[str, typer.Argument(metavar="ID", help="The commenter's id (m_…), as GraphQL gives it.")]


class NotWritten(Exception):
    """The output can't be written."""

    def __init__(self, problem: OSError, output: Path | None) -> None:
        super().__init__(f"{output or 'The output'} can't be written: {problem.strerror}.")


class Comments(StrEnum):
    """What becomes of what they wrote."""

    anonymise = "anonymise"
    delete = "delete"


@reader.command("export")
def reader_export(
    id: Id,
    output: Annotated[Path | None, typer.Option(help="File to write; without it the text is printed.")] = None,
) -> None:
    """Write all that is kept of a reader, as JSON."""
    from schema.writes.export import export

    commenter = _id(id)
    with _written(output) as file:

        async def write(desk: Desk) -> None:
            found = await export(desk, commenter)
            try:
                async for piece in found:
                    file.write(piece)
                file.write("\n")
            except OSError as problem:
                raise NotWritten(problem, output) from problem

        _run(write, migrates=False)
    if output is not None:
        typer.echo(f"Written: {output}")


@reader.command("erase")
def reader_erase(
    id: Id,
    comments: Annotated[Comments, typer.Option(help="Keep the texts without a name, or delete them too.")],
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
) -> None:
    """Erase a reader. What is gone can't be brought back."""
    from schema.writes.erase import commenter as erase

    commenter = _id(id)
    if not yes:
        typer.confirm(f"Erase {id} for good?", abort=True)
    _run(lambda desk: erase(desk, commenter, texts=comments is Comments.delete))
    typer.echo(f"Erased: {id}")


@contextmanager
def _written(output: Path | None) -> Iterator[TextIO]:
    """Where to write. A file is there when all of it is written, and not before."""
    if output is None:
        yield sys.stdout
        return
    part = output.with_name(f"{output.name}.part")
    try:
        with part.open("w", encoding="utf-8") as file:
            yield file
        part.replace(output)
    except OSError as problem:
        fail(str(NotWritten(problem, output)))
    finally:
        part.unlink(missing_ok=True)


def _id(text: str) -> UUID:
    from schema.node import read_id

    letter, id_ = read_id(text)
    if letter != "m" or id_ is None:
        fail(f"{text} is no id of a commenter: those begin with m_.", status=2)
    return UUID(id_)


def _run(work: Callable[[Desk], Awaitable[T]], *, migrates: bool = True) -> T:
    from schema.writes.desk import Desk
    from schema.writes.outcome import Refusal

    return on_database(
        settings_given(),
        "reader",
        lambda database: work(Desk(database)),
        migrates=migrates,
        mendable=(Refusal, NotWritten),
    )
