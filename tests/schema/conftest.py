"""A small, fixed edition, and an executor on it."""

from collections.abc import AsyncIterator

import pytest

from db.pool import Database
from schema.build import build_schema
from schema.execute import Executor
from tests.conftest import EDITION as EDITION

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


@pytest.fixture
async def reader(edition_url: str) -> AsyncIterator[Executor]:
    """An executor on the fixed edition that all readers share."""
    database = await Database.open(edition_url, size=2, application_name="reader", generic_plans=True)
    yield Executor(SCHEMA, database)
    await database.close()
