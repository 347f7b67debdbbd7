"""A small, fixed edition, and an executor on it."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from db.pool import Database
from schema.build import build_schema
from schema.execute import Executor
from tests.databases import administer, at, execute

EDITION = Path(__file__).parent / "edition.sql"
SCHEMA = build_schema()


@pytest.fixture
async def executor(database: Database) -> Executor:
    """An executor on a database that is empty but for what the migrations bring."""
    return Executor(SCHEMA, database)


@pytest.fixture
async def edition(database: Database) -> Executor:
    """An executor on the fixed edition of `edition.sql`."""
    async with database.transaction() as connection:
        await connection.execute(EDITION.read_text())
    return Executor(SCHEMA, database)


@pytest.fixture(scope="session")
def edition_url(server_url: str, template: str) -> Iterator[str]:
    """The address of a database with the fixed edition, made once for tests that only read."""
    name = f"broadsheet_test_{os.getpid()}_edition"

    url = at(server_url, name)
    asyncio.run(administer(server_url, f"create database {name} template {template} strategy file_copy"))
    asyncio.run(execute(url, EDITION.read_text()))
    yield url
    asyncio.run(administer(server_url, f"drop database {name} with (force)"))


@pytest.fixture
async def reader(edition_url: str) -> AsyncIterator[Executor]:
    """An executor on the fixed edition that all readers share."""
    database = await Database.open(edition_url, size=2, application_name="reader")
    yield Executor(SCHEMA, database)
    await database.close()
