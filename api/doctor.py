"""`broadsheet doctor`: what the service needs on this machine, looked at one by one, and what to do about each."""

from __future__ import annotations

import asyncio
import os
import platform
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as package_version
from urllib.parse import urlsplit

from rich.console import Console
from rich.markup import escape

from api.database import address, opened, with_database
from api.port import PortTaken, listen
from api.settings import CHECKOUT, PREFIX, Settings

OLDEST_PYTHON = (3, 11)
OLDEST_POSTGRES = 150_000
# Locked for installing; running needs neither.
_TOOLS = {"pip", "setuptools"}


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look showed. remedy: what to do, where something is wrong."""

    subject: str
    fine: bool
    seen: str
    remedy: str = ""


def examine(settings: Settings) -> int:
    """Print what was found; the exit status is 1 if anything is wrong."""
    console = Console(highlight=False, soft_wrap=True)
    wrong = 0
    for finding in findings(settings):
        mark = "[green]ok[/green]    " if finding.fine else "[red]wrong[/red] "
        console.print(f"{mark} {finding.subject}: {escape(finding.seen)}")
        if not finding.fine:
            wrong += 1
            console.print(f"       [bold]{escape(finding.remedy)}[/bold]")
    console.print("Everything is in order." if not wrong else f"{wrong} to mend.")
    return 1 if wrong else 0


def findings(settings: Settings) -> Iterator[Finding]:
    """Look at everything, the cheap things first."""
    yield python()
    yield packages()
    if settings.database_url is None:
        yield data_dir(settings)
    yield port(settings)
    yield from database(settings)


def python() -> Finding:
    fine = sys.version_info[:2] >= OLDEST_PYTHON
    return Finding("Python", fine, platform.python_version(), "Use Python 3.11 or later.")


def packages() -> Finding:
    """Whether what is installed is what is locked."""
    try:
        locked = dict(read_lock((CHECKOUT / "requirements.txt").read_text()))
    except OSError:
        return Finding("Packages", True, "no lock file here, nothing to compare")
    wrong = []
    for name, wanted in locked.items():
        if name in _TOOLS:
            continue
        try:
            found = package_version(name)
        except PackageNotFoundError:
            found = "missing"
        if found != wanted:
            wrong.append(f"{name} {found} instead of {wanted}")
    seen = "; ".join(wrong[:5]) or f"{len(locked)} as locked"
    return Finding(
        "Packages",
        not wrong,
        seen,
        "Install what is locked: .venv/bin/python -m pip install --require-hashes -r requirements.txt",
    )


def read_lock(text: str) -> Iterator[tuple[str, str]]:
    """Names and versions of a lock file's lines, those for other platforms left out."""
    from packaging.markers import Marker

    for line in text.splitlines():
        match = re.match(r"([A-Za-z0-9._-]+)==([^ ;\\]+)\s*(?:;\s*([^\\]+))?", line)
        if match and (match[3] is None or Marker(match[3].strip()).evaluate()):
            yield match[1], match[2]


def data_dir(settings: Settings) -> Finding:
    folder = settings.data_dir
    nearest = next(path for path in (folder, *folder.parents) if path.exists())
    fine = os.access(nearest, os.W_OK | os.X_OK) and nearest.is_dir()
    seen = f"{folder}{'' if folder.exists() else ' (made at the first run)'}"
    return Finding("Data folder", fine, seen, f"Make it writable, or choose another: {PREFIX}DATA_DIR=…")


def port(settings: Settings) -> Finding:
    try:
        listen(settings.host, settings.port).close()
    except PortTaken as problem:
        return Finding("Port", False, f"{settings.host}:{settings.port}", str(problem))
    return Finding("Port", True, f"{settings.host}:{settings.port} is free")


def database(settings: Settings) -> Iterator[Finding]:
    """Reach the database (the embedded one is started for it) and look at version, extensions, migrations, room."""
    where = "embedded" if settings.database_url is None else shown(settings.database_url)
    try:
        with with_database(settings) as ready:
            yield from asyncio.run(_look(ready, where))
    except Exception as problem:
        remedy = (
            f"Look into the log under {settings.data_dir}."
            if settings.database_url is None
            else f"Check {PREFIX}DATABASE_URL, and that the server runs and lets this user in."
        )
        yield Finding("Database", False, f"{where}: {type(problem).__name__}: {problem}", remedy)


async def _look(settings: Settings, where: str) -> list[Finding]:
    import asyncpg

    from db.migrate import pending
    from db.statements import statements

    # Not through the pool, which says only that the database can't be reached, and not why.
    connection = await asyncpg.connect(address(settings), timeout=5, command_timeout=10)
    try:
        facts = await connection.fetchrow(statements("doctor")["facts"])
    finally:
        await connection.close()
    async with opened(settings, "doctor") as database:
        waiting = await pending(database)
    found = [
        Finding(
            "Database",
            facts["number"] >= OLDEST_POSTGRES,
            f"Postgres {facts['version']} at {where}",
            "Use Postgres 15 or later.",
        )
    ]
    missing = sorted({"pg_trgm", "unaccent"} - set(facts["extensions"]))
    found.append(
        Finding(
            "Extensions",
            not missing,
            f"without {', '.join(missing)}" if missing else "pg_trgm and unaccent can be used",
            "Install Postgres' contrib package on the server.",
        )
    )
    found.append(
        Finding(
            "Migrations",
            not waiting,
            f"waiting: {', '.join(waiting)}" if waiting else "all applied",
            "Apply them: broadsheet migrate (make run does it too)",
        )
    )
    needed = settings.workers * settings.pool_size + settings.worker_pool_size + 2
    found.append(
        Finding(
            "Connections",
            needed <= facts["connections"],
            f"up to {needed} of the {facts['connections']} that the server allows",
            f"Lower {PREFIX}POOL_SIZE or {PREFIX}WORKERS, or raise the server's max_connections.",
        )
    )
    return found


def shown(url: str) -> str:
    """An address without its password."""
    parts = urlsplit(url)
    return f"{parts.hostname or 'local socket'}:{parts.port or 5432}{parts.path}"
