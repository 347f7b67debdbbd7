"""What is kept of a reader, for that reader: one JSON text, in pieces."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from db.pool import Database
from db.statements import statements
from schema.writes.desk import Desk, missing
from schema.writes.outcome import Fault

# Rows in one statement: it stays far below the time that one may take, however much somebody wrote, and no more than
# these are held in memory.
PAGE = 200
_FIRST = UUID(int=0)
# What there may be any number of: the list, whose statement gives it, and a key that comes before all others.
LISTS: tuple[tuple[str, str, tuple[Any, ...]], ...] = (
    ("comments", "comments", (datetime.min.replace(tzinfo=UTC), _FIRST)),
    ("reactions", "reactions", (_FIRST,)),
    ("flags", "flags", (_FIRST,)),
    ("decided", "decisions", (_FIRST,)),
    ("idempotencyKeys", "idempotency", ("",)),
)


async def export(desk: Desk, commenter: UUID) -> AsyncIterator[str]:
    """Name, identities, comments with their texts as they were written and what was decided of them, reactions, flags,
    decisions, keys. What is there from beginning to end is in it exactly once; what comes or goes meanwhile may be.

    Raises:
        Refusal: there is no such commenter.
    """
    found: str | None = await desk.database.value(statements("commenters")["export"], commenter)
    if found is None:
        raise missing(Fault.COMMENTER_NOT_FOUND)
    return _pieces(desk.database, commenter, found)


async def _pieces(database: Database, commenter: UUID, found: str) -> AsyncIterator[str]:
    yield found.removesuffix("}")
    for name, noun, key in LISTS:
        yield f', "{name}" : ['
        comma = ""
        while rows := await database.rows(statements(noun)["export"], commenter, *key, PAGE):
            yield comma + ",\n".join(row["json"] for row in rows)
            key, comma = tuple(rows[-1].values())[1:], ",\n"
        yield "]"
    yield "}"
