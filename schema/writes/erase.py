"""A reader's own data goes: comments nameless or wiped, reactions, keys, flags, and the name itself."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from db.changes import Kind, Line, append
from db.retry import write
from db.statements import statements
from ingest.moderation.case import State
from schema.caller import Caller
from schema.writes.delete import wipe
from schema.writes.desk import Desk, erased, missing, reader, standing
from schema.writes.outcome import Fault, Refusal, Written
from schema.writes.thread import change, lock
from schema.writes.tree import Node, is_gone

# Comments and reactions in one transaction, so that none holds the log's lock for long.
BATCH = 200


async def viewer(desk: Desk, caller: Caller, input: Mapping[str, Any]) -> Written:
    """Erase the caller, whose token brings them no longer. Raises Unauthenticated: they were erased before."""
    id_ = reader(caller)
    try:
        await commenter(desk, id_, texts=input["comments"].value == "DELETE")
    except Refusal:
        raise erased(desk, id_) from None
    desk.forget(id_)
    return Written(said={"erased": True})


async def commenter(desk: Desk, id_: UUID, *, texts: bool) -> None:
    """Erase a commenter. texts: whether what they wrote goes too.

    In several transactions, each of them whole: what was begun and cut off is completed when it is asked for again. Of
    a commenter who is suspended or banned a row without a name stays, as long as that holds, so that erasing brings
    nobody back.

    Raises:
        Refusal: there is no such commenter.
    """
    if await desk.database.value(statements("commenters")["state"], id_) is None:
        raise missing(Fault.COMMENTER_NOT_FOUND)
    gone = False
    while not gone:
        while await write(desk.database, lambda connection: _comments(connection, desk, id_, texts)):
            pass
        while await write(desk.database, lambda connection: _reactions(connection, id_)):
            pass
        gone = await write(desk.database, lambda connection: _rest(connection, desk, id_))


async def _comments(connection: Any, desk: Desk, author: UUID, texts: bool) -> bool:
    rows = await connection.fetch(statements("comments")["of_author"], author, BATCH)
    ids = [row["id"] for row in rows]
    if not ids:
        return False
    locked = await lock(connection, ids)
    if texts:
        await wipe(connection, ids, desk)

    def nameless(node: Node) -> Node:
        gone = "ERASED" if texts or is_gone(node.placeholder) else node.placeholder
        return replace(node, author_id=None, placeholder=gone)

    await append(connection, await change(connection, locked, ids, nameless))
    return True


async def _reactions(connection: Any, author: UUID) -> bool:
    lines = []
    for row in await connection.fetch(statements("reactions")["of_commenter"], author, BATCH):
        id_ = row["comment_id"]
        await connection.fetchval(statements("comments")["hold"], id_)
        if await connection.fetchval(statements("reactions")["remove"], id_, author) is not None:
            article = await connection.fetchval(statements("comments")["react"], id_, -1)
            lines.append(Line(Kind.COMMENT_UPDATED, f"c_{id_}", article))
    await append(connection, lines)
    return bool(lines)


async def _rest(connection: Any, desk: Desk, author: UUID) -> bool:
    """Erase what else is kept of a commenter, and the commenter; False where they did something meanwhile."""
    sql = statements("commenters")
    await connection.execute(sql["forget"], author)
    await connection.execute(statements("flags")["forget"], author)
    row = await connection.fetchrow(sql["hold"], author)
    if row is None:
        return True  # somebody else was as quick
    if await connection.fetchval(sql["left"], author):
        return False
    if standing(row, desk.clock()) in (State.SUSPENDED, State.BANNED):
        await connection.execute(sql["forget_name"], author)
    else:
        await connection.execute(sql["remove"], [author])
    return True
