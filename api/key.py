"""`broadsheet key`: the keys of programs that call the service."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from api.command import on_database, settings_given, table
from db.scopes import Scope

if TYPE_CHECKING:
    from db.pool import Database
    from jobs.keys import Key

key = typer.Typer(no_args_is_help=True, help="Make, list, rotate and revoke the keys of programs.")

T = TypeVar("T")

Named = Annotated[str, typer.Argument(metavar="KEY", help="How it begins, as `key list` shows it, or its id.")]
_DAY = ["%Y-%m-%d"]


@key.command("new")
def key_new(
    name: Annotated[str, typer.Option(help="Whose it is, for your own list.")],
    scope: Annotated[list[Scope] | None, typer.Option(help="What it may do beside reading; several times.")] = None,
    source: Annotated[
        list[str] | None,
        typer.Option(help="Slug of a source whose texts it has in full; several times."),
    ] = None,
    expires: Annotated[
        datetime | None, typer.Option(formats=_DAY, help="The first day on which it is over, UTC.")
    ] = None,
    publishable: Annotated[bool, typer.Option("--publishable", help="For an app, where anybody can read it.")] = False,
) -> None:
    """Make a key. It is shown once, here."""
    from jobs.keys import new_key

    ends = expires.replace(tzinfo=UTC) if expires else None
    now = datetime.now(UTC)
    made = _run(
        lambda database: new_key(
            database, name, scopes=scope or (), sources=source or (), publishable=publishable, expires_at=ends, now=now
        )
    )
    typer.echo(made.secret)
    typer.echo("Keep it now: it is shown only once.", err=True)


@key.command("list")
def key_list() -> None:
    """List the keys, the newest first."""
    from jobs.keys import keys

    found = _run(keys, migrates=False)
    table([("KEY", "NAME", "MAY", "FULL TEXTS", "LAST USED", "STATE"), *(_line(each) for each in found)])


@key.command("rotate")
def key_rotate(
    named: Named,
    overlap: Annotated[float, typer.Option(min=0, max=24 * 90, help="Hours for which the old one counts, too.")] = 24,
) -> None:
    """Give a key a new secret, with the same rights and budget. It is shown once, here."""
    from jobs.keys import rotate

    now = datetime.now(UTC)
    made = _run(lambda database: rotate(database, named, until=now + timedelta(hours=overlap), now=now))
    typer.echo(made.secret)
    typer.echo(f"Keep it now: it is shown only once. The old one counts for {overlap:g} hours more.", err=True)


@key.command("revoke")
def key_revoke(named: Named) -> None:
    """Revoke a key, at once and for good."""
    from jobs.keys import revoke

    now = datetime.now(UTC)
    _run(lambda database: revoke(database, named, now=now))
    typer.echo("Revoked: no server process takes it any more.")


def _run(work: Callable[[Database], Awaitable[T]], *, migrates: bool = True) -> T:
    from jobs.keys import BadKey, NoSuchKey

    return on_database(settings_given(), "key", work, migrates=migrates, mendable=(NoSuchKey, BadKey))


def _line(found: Key) -> tuple[str, ...]:
    may = ("read", *found.scopes)
    used = f"{found.last_used_at:%Y-%m-%d %H:%M}" if found.last_used_at else "-"
    return found.prefixes[0], found.name, " ".join(may), " ".join(found.sources) or "-", used, _state(found)


def _state(found: Key) -> str:
    if found.revoked_at is not None:
        return f"revoked {found.revoked_at:%Y-%m-%d}"
    if found.expires_at is None:
        return "counts"
    over = found.expires_at <= datetime.now(UTC)
    return f"{'over since' if over else 'counts until'} {found.expires_at:%Y-%m-%d}"
