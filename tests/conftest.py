"""What every test can ask for: a migrated database of its own on a real Postgres, and golden files.

The server is the embedded one under .data/tests, or the one that BROADSHEET_TEST_DATABASE_URL names, whose role must
be allowed to make databases; they are dropped afterwards.
"""

import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from db.cluster import ELSEWHERE
from db.embedded import running
from db.migrate import migrate
from db.pool import Database
from tests.databases import administer, at, execute
from tests.processes import is_alive

ROOT = Path(__file__).parents[1]
# Nothing here has to survive a power cut.
FAST = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "300",
    # Each test has a copy of a database: this leaves copying to the kernel.
    "file_copy_method": "clone",
}
PREFIX = "broadsheet_test"
EDITION = ROOT / "tests" / "schema" / "edition.sql"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="rewrite golden files instead of comparing with them")
    parser.addoption("--conformance", action="store_true", help="all of make conformance")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--update") and os.environ.get("CI"):
        raise pytest.UsageError("--update is for a desk, not for CI: goldens are looked at before they are committed")


@pytest.fixture(scope="session", autouse=True)
def _clean_elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Remove what an embedded Postgres of a test, run by root, kept outside of its folder (db/embedded.py says why)."""
    yield
    for note in ELSEWHERE.glob("*/belongs-to"):
        if Path(note.read_text().strip()).is_relative_to(tmp_path_factory.getbasetemp()):
            shutil.rmtree(note.parent)


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """A server for the whole run: an address whose role can make databases."""
    given = os.environ.get("BROADSHEET_TEST_DATABASE_URL")
    if given:
        yield given
    else:
        with running(ROOT / ".data" / "tests", FAST) as url:
            yield url


@pytest.fixture(scope="session")
def template(server_url: str) -> Iterator[str]:
    """The name of a database with all migrations, for this process' tests to be cloned from."""
    name = f"{PREFIX}_{os.getpid()}_template"

    async def make() -> None:
        await _drop_leftovers(server_url)
        await administer(server_url, f"create database {name} encoding 'UTF8' template template0")
        await migrate(at(server_url, name))

    asyncio.run(make())
    yield name
    asyncio.run(administer(server_url, f"drop database if exists {name} with (force)"))


_numbers = count(1)


@pytest.fixture
async def database_url(server_url: str, template: str) -> AsyncIterator[str]:
    """The address of a fresh, migrated database that is dropped after the test."""
    name = f"{PREFIX}_{os.getpid()}_{next(_numbers)}"
    await administer(server_url, f"create database {name} template {template} strategy file_copy")
    yield at(server_url, name)
    await administer(server_url, f"drop database {name} with (force)")


@pytest.fixture(scope="session")
def edition_url(server_url: str, template: str) -> Iterator[str]:
    """The address of a database with the fixed edition, made once for tests that only read."""
    name = f"{PREFIX}_{os.getpid()}_edition"
    url = at(server_url, name)
    asyncio.run(administer(server_url, f"create database {name} template {template} strategy file_copy"))
    asyncio.run(execute(url, EDITION.read_text()))
    yield url
    asyncio.run(administer(server_url, f"drop database {name} with (force)"))


@pytest.fixture
async def empty_database_url(server_url: str) -> AsyncIterator[str]:
    """The address of a fresh database without any table."""
    name = f"{PREFIX}_{os.getpid()}_{next(_numbers)}"
    await administer(server_url, f"create database {name} encoding 'UTF8' template template0")
    yield at(server_url, name)
    await administer(server_url, f"drop database {name} with (force)")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A pool on a fresh, migrated database."""
    opened = await Database.open(database_url, application_name="test")
    yield opened
    await opened.close()


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """golden(path, text): the text is what the file at `path` holds. With --update the file is written."""
    update = bool(request.config.getoption("--update"))

    def compare(path: Path, text: str) -> None:
        if update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            return
        assert path.exists(), f"{path} is missing; pytest --update writes it"
        assert text == path.read_text(encoding="utf-8"), f"{path} differs; pytest --update rewrites it"

    return compare


async def _drop_leftovers(url: str) -> None:
    """Drop the databases of runs on this machine that were killed: those whose process is no more."""
    for row in await administer(url, f"select datname from pg_database where datname ~ '^{PREFIX}_[0-9]+_'"):
        pid = int(re.findall(r"[0-9]+", row["datname"])[0])
        if not is_alive(pid):
            await administer(url, f"drop database if exists {row['datname']} with (force)")
