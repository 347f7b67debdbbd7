"""A small, fixed edition, and an executor on it."""

from pathlib import Path

import pytest

from db.pool import Database
from schema.build import build_schema
from schema.execute import Executor

EDITION = Path(__file__).parent / "edition.sql"


@pytest.fixture
async def executor(database: Database) -> Executor:
    """An executor on a database that is empty but for what the migrations bring."""
    return Executor(build_schema(), database)


@pytest.fixture
async def edition(database: Database) -> Executor:
    """An executor on the fixed edition of `edition.sql`."""
    async with database.transaction() as connection:
        await connection.execute(EDITION.read_text())
    return Executor(build_schema(), database)
