"""Writes that are tried again when another's got in between."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import asyncpg

from db.pool import Database

T = TypeVar("T")

_TRIES = 6


class Conflict(Exception):
    """What a write has read is no longer so: another's got in between."""


_CONFLICTS = (
    Conflict,
    asyncpg.UniqueViolationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    # What a row was to hang on became part of another meanwhile.
    asyncpg.ForeignKeyViolationError,
)


async def write(database: Database, work: Callable[[Any], Awaitable[T]]) -> T:
    """Do work in a transaction, on its connection; from the beginning in a new one where a concurrent write made it
    impossible, up to six times. What the last try raises is raised."""
    for left in reversed(range(_TRIES)):
        try:
            async with database.transaction() as connection:
                return await work(connection)
        except _CONFLICTS:
            if not left:
                raise
    raise AssertionError("the last try returns or raises")
