"""The data set on a Postgres: the caller's, or an embedded one under .data/bench, kept for the next run."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from db.embedded import running
from db.migrate import migrate
from db.statements import parse
from tests.benchmarks.edition import SERVER, load
from tests.benchmarks.read.meter import Meter
from tests.databases import administer, at, execute
from tests.processes import described
from tests.services import ROOT

FOLDER = ROOT / ".data" / "bench"
_RIVALS = parse("rivals", (Path(__file__).parent / "rivals.sql").read_text(encoding="utf-8"))["rivals"]


class ElsewherePostgres(Exception):
    """Postgres doesn't run on this machine, so that its CPU can't be read."""


@dataclass(frozen=True, slots=True)
class Postgres:
    """A server: its version, and the meter of its processes."""

    version: str
    meter: Meter


@contextmanager
def server(given: str | None) -> Iterator[str]:
    """The address of a server: the given one, or one of our own that ends with the block."""
    if given is not None:
        yield given
        return
    with running(FOLDER, SERVER) as url:
        yield url


async def known(url: str) -> Postgres:
    """Raises ElsewherePostgres where its processes can't be seen from here."""
    connection = await asyncpg.connect(url)
    try:
        backend = described(connection.get_server_pid())
        version = await connection.fetchval("select current_setting('server_version')")
        if backend is None or not backend.command or not backend.command[0].startswith("postgres:"):
            raise ElsewherePostgres
        return Postgres(version.split()[0], Meter(backend.parent))
    finally:
        await connection.close()


async def database(url: str, articles: int) -> str:
    """The address of a database with so many articles, made and filled where it isn't there yet."""
    name = name_of(articles)
    if not await administer(url, f"select from pg_database where datname = '{name}'"):
        print(f"Loading {articles:,} articles. This is done once.", flush=True)
        # Under another name until it is whole.
        await administer(url, f"drop database if exists {name}_loading with (force)")
        await administer(url, f"create database {name}_loading encoding 'UTF8' template template0")
        await load(at(url, f"{name}_loading"), articles)
        await administer(url, f"alter database {name}_loading rename to {name}")
    address = at(url, name)
    if await migrate(address):
        # A migration that writes every row leaves the old ones behind.
        await execute(address, "vacuum analyze")
    return address


async def for_rivals(address: str) -> None:
    """Give a database what those need that Broadsheet is compared with."""
    await execute(address, _RIVALS)


def name_of(articles: int) -> str:
    """Such as bench200k or bench2m."""
    for unit, letter in ((1_000_000, "m"), (1_000, "k")):
        if articles % unit == 0:
            return f"bench{articles // unit}{letter}"
    return f"bench{articles}"
