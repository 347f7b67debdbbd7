"""Which database the commands use: the given one, or else the embedded Postgres; and pools on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

from api.settings import Settings

if TYPE_CHECKING:
    from db.pool import Database


@contextmanager
def with_database(settings: Settings) -> Iterator[Settings]:
    """The settings with database_url set, for as long as the block lasts.

    With an address given, the embedded Postgres is not touched; without one it runs at least until the block ends.
    """
    if settings.database_url is not None:
        yield settings
        return
    from db.embedded import running

    with running(settings.data_dir) as url:
        yield settings.model_copy(update={"database_url": url})


@asynccontextmanager
async def opened(settings: Settings, part: str, *, patient: bool = False) -> AsyncIterator[Database]:
    """A pool on the database of settings that with_database gave, closed after the block.

    part of the program: how Postgres' list of sessions and the metrics name it. patient: with the worker's size and
    limit of time, for work that nobody waits for, instead of the server's.
    """
    from db.pool import Database

    database = await Database.open(
        address(settings),
        size=settings.worker_pool_size if patient else settings.pool_size,
        statement_timeout=settings.worker_statement_timeout if patient else settings.statement_timeout,
        application_name=f"broadsheet {part}",
        generic_plans=not patient,
    )
    try:
        yield database
    finally:
        await database.close()


def address(settings: Settings) -> str:
    """The database's address in settings that with_database gave."""
    assert settings.database_url is not None
    return settings.database_url


def listen_url(settings: Settings) -> str:
    """The address for LISTEN: without a pooler between, where one stands before the database."""
    return settings.listen_url or address(settings)
