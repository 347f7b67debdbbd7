"""What is kept of a reader, for that reader: one JSON text."""

from uuid import UUID

from db.statements import statements
from schema.writes.desk import Desk, missing
from schema.writes.outcome import Code


async def export(desk: Desk, commenter: UUID) -> str:
    """Name, identities, comments with their texts as they were written and what was decided of them, reactions and
    flags.

    Raises:
        Refusal: there is no such commenter.
    """
    found: str | None = await desk.database.value(statements("commenters")["export"], commenter)
    if found is None:
        raise missing(Code.COMMENTER_NOT_FOUND)
    return found
