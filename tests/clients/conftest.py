"""The running service with the sample edition, as a front-end team meets it."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from subprocess import STDOUT, Popen

import pytest

from db.pool import Database
from jobs.sample import load_if_empty
from tests.databases import administer, at
from tests.packages import node_modules
from tests.services import BROADSHEET, PLENTY, ROOT, answers, clean_environment, free_port

HERE = Path(__file__).parent


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Linters of OpenAPI are half as much again to install; they are part of `make conformance` alone."""
    return True if collection_path.name == "test_linters.py" and not config.getoption("--conformance") else None


@pytest.fixture(scope="session")
def sample_url(server_url: str, template: str) -> Iterator[str]:
    """The address of a database with the sample edition, made once for tests that only read."""
    name = f"broadsheet_test_{os.getpid()}_sample"
    url = at(server_url, name)

    async def fill() -> None:
        await administer(server_url, f"create database {name} template {template} strategy file_copy")
        database = await Database.open(url, application_name="test")
        await load_if_empty(database, now=datetime.now(UTC))
        await database.close()

    asyncio.run(fill())
    yield url
    asyncio.run(administer(server_url, f"drop database {name} with (force)"))


@contextmanager
def serving(database_url: str, log: Path, **settings: str) -> Iterator[str]:
    """The address of a `broadsheet serve` of its own process. log: a file for what it says, since nobody reads a pipe
    in the meantime."""
    given = {
        "database_url": database_url,
        "port": str(free_port()),
        "log_level": "error",
        "budget_address": str(PLENTY),
    }
    given |= settings
    environment = clean_environment() | {f"BROADSHEET_{name.upper()}": value for name, value in given.items()}
    with (
        log.open("wb") as said,
        Popen([*BROADSHEET, "serve"], cwd=ROOT, env=environment, stdout=said, stderr=STDOUT) as process,
    ):
        try:
            url = f"http://127.0.0.1:{given['port']}"
            asyncio.run(answers(url + "/readyz"))
            yield url
        finally:
            process.kill()


@pytest.fixture(scope="session")
def service(sample_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the service as it comes."""
    with serving(sample_url, tmp_path_factory.mktemp("service") / "log") as url:
        yield url


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder of a front-end team, with the npm packages of tests/clients/package.json."""
    (tmp_path / "node_modules").symlink_to(node_modules(HERE))
    (tmp_path / "package.json").write_text('{"type": "module"}')
    return tmp_path
