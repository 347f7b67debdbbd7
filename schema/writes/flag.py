"""A reader reports a comment to the moderators, once."""

from collections.abc import Mapping
from typing import Any

from db.ids import uuid7
from db.retry import write
from db.statements import statements
from schema.caller import Caller
from schema.errors import BadRequest
from schema.writes.desk import Desk, admitted, named, paced, reader
from schema.writes.outcome import Fault, Written
from schema.writes.react import live

LONGEST_NOTE = 1_000


def noted(note: Any) -> str | None:
    """A note as it is kept. Raises BadRequest: it is too long."""
    text = str(note).replace("\0", "").strip() if note is not None else ""
    if len(text) > LONGEST_NOTE:
        raise BadRequest(f"A note has at most {LONGEST_NOTE:,} characters; this has {len(text):,}.")
    return text or None


async def flag(desk: Desk, caller: Caller, input: Mapping[str, Any]) -> Written:
    """Report a comment that everybody sees; to report it again changes nothing."""
    author, now, note = reader(caller), desk.clock(), noted(input.get("note"))
    id_ = named(input["commentId"], "c", Fault.COMMENT_NOT_FOUND, "commentId")

    async def work(connection: Any) -> Written:
        await paced(connection, desk, caller, "flag", desk.rules.pace.flag_seconds, 2, now)
        await live(connection, id_)
        await admitted(connection, desk, caller, now)
        flagged = (uuid7(now), id_, author, input["reason"].value, note, None, now)
        if await connection.fetchval(statements("flags")["add"], *flagged) is not None:
            await connection.execute(statements("comments")["flagged"], id_)
        return Written((id_,))

    return await write(desk.database, work)
