"""Health: /livez (the process), /readyz (database and migrations), /version."""

from __future__ import annotations

import asyncio
import hashlib
import platform
import re
from dataclasses import asdict, dataclass
from importlib.metadata import version as package_version
from pathlib import Path

import orjson
from starlette.requests import Request
from starlette.responses import Response

from api.settings import CHECKOUT, Settings
from db.migrate import MigrationError, pending
from db.pool import Database, DatabaseTimeout, DatabaseUnavailable

# Postgres that hangs must show within 5 seconds; the pool's own limit is shorter.
READY_SECONDS = 4.0


@dataclass(frozen=True, slots=True)
class Version:
    """What runs here. schema is the SHA-256 of the exported SDL, to tell two contracts apart."""

    version: str
    commit: str | None
    python: str
    schema: str


@dataclass(slots=True)
class Lifecycle:
    """Where a server process stands. draining: it was told to stop and only finishes what it has."""

    draining: bool = False


def read_version(settings: Settings, sdl: str) -> Version:
    return Version(
        version=package_version("broadsheet"),
        commit=settings.commit or read_commit(CHECKOUT),
        python=platform.python_version(),
        schema=hashlib.sha256(sdl.encode()).hexdigest(),
    )


def read_commit(checkout: Path) -> str | None:
    """The commit a git checkout stands at, read from its files; None where there is no checkout."""
    git = checkout / ".git"
    try:
        head = (git / "HEAD").read_text().strip()
        if not head.startswith("ref: "):
            return head if re.fullmatch(r"[0-9a-f]{40,64}", head) else None
        ref = head.removeprefix("ref: ")
        if (git / ref).is_file():
            return (git / ref).read_text().strip()
        for line in (git / "packed-refs").read_text().splitlines():
            commit, _, name = line.partition(" ")
            if name == ref:
                return commit
    except OSError:
        return None
    return None


async def livez(_request: Request) -> Response:
    """GET /livez: 200 as long as the process answers at all."""
    return _json({"status": "alive"})


async def readyz(request: Request) -> Response:
    """GET /readyz: 200 when reads can be served, else 503 that names what is missing."""
    state = request.app.state
    if state.lifecycle.draining:
        return _json({"status": "draining"}, 503)
    missing = await missing_parts(state.database)
    if missing:
        return _json({"status": "not ready", "missing": missing}, 503)
    return _json({"status": "ready"})


async def missing_parts(database: Database) -> list[str]:
    """What keeps reads from being served: nothing, the database, names of migrations that wait, or what is wrong
    with those that were applied."""
    try:
        async with asyncio.timeout(READY_SECONDS):
            waiting = await pending(database)
    except (DatabaseTimeout, DatabaseUnavailable, TimeoutError):
        return ["database"]
    except MigrationError as problem:
        return [str(problem)]
    return [f"migration {name}" for name in waiting]


async def version(request: Request) -> Response:
    """GET /version: program, commit, Python and the hash of the GraphQL schema."""
    return _json(asdict(request.app.state.version))


def _json(document: dict[str, object], status: int = 200) -> Response:
    return Response(
        orjson.dumps(document), status, headers={"Cache-Control": "no-store"}, media_type="application/json"
    )
