"""Reactions, one of each reader to each comment. Adding one twice, or removing none, changes nothing."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from db.changes import Kind, Line, append
from db.retry import write
from db.statements import statements
from schema.caller import Caller
from schema.writes.desk import Desk, admitted, missing, named, paced, reader
from schema.writes.outcome import Fault, Written


async def add(desk: Desk, caller: Caller, input: Mapping[str, Any]) -> Written:
    """React to a comment that everybody sees."""
    return await _react(desk, caller, input, 1)


async def remove(desk: Desk, caller: Caller, input: Mapping[str, Any]) -> Written:
    """Take one's reaction back."""
    return await _react(desk, caller, input, -1)


async def _react(desk: Desk, caller: Caller, input: Mapping[str, Any], by: int) -> Written:
    author, now = reader(caller), desk.clock()
    id_ = named(input["commentId"], "c", Fault.COMMENT_NOT_FOUND, "commentId")

    async def work(connection: Any) -> Written:
        await paced(connection, desk, caller, "reaction", desk.rules.pace.reaction_seconds, 2, now)
        article = await live(connection, id_)
        await admitted(connection, desk, caller, now)
        sql = statements("reactions")
        args = (id_, author, now) if by > 0 else (id_, author)
        if await connection.fetchval(sql["add" if by > 0 else "remove"], *args) is not None:
            await connection.execute(statements("comments")["react"], id_, by)
            await append(connection, [Line(Kind.COMMENT_UPDATED, f"c_{id_}", article)])
        return Written((id_,))

    return await write(desk.database, work)


async def live(connection: Any, id_: UUID) -> UUID:
    """The article of a comment that everybody sees, which is locked. Raises Refusal."""
    row = await connection.fetchrow(statements("comments")["live"], id_)
    if row is None:
        raise missing(Fault.COMMENT_NOT_FOUND, "commentId")
    article: UUID = row["article_id"]
    return article
