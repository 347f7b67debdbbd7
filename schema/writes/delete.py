"""A comment is deleted by its author: a placeholder stays where public replies hang below it, else nothing."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from db.changes import append
from db.retry import write
from db.statements import statements
from schema.caller import Caller
from schema.writes.desk import Desk, known, missing, named, reader
from schema.writes.edit import own
from schema.writes.outcome import Fault, Written
from schema.writes.thread import change, lock
from schema.writes.tree import is_gone


async def delete(desk: Desk, caller: Caller, input: Mapping[str, Any]) -> Written:
    """Delete one's own, at any time. What it said is wiped."""
    reader(caller)
    id_ = named(input["id"], "c", Fault.COMMENT_NOT_FOUND, "id")
    return await write(desk.database, lambda connection: _delete(connection, desk, caller, id_))


async def _delete(connection: Any, desk: Desk, caller: Caller, id_: UUID) -> Written:
    await known(connection, desk, caller)
    locked = await lock(connection, [id_])
    row = own(locked, id_, caller)
    if is_gone(row["placeholder"]):
        raise missing(Fault.COMMENT_NOT_FOUND, "id")
    await wipe(connection, [id_], desk)
    await append(connection, await change(connection, locked, [id_], lambda node: replace(node, placeholder="DELETED")))
    return Written((id_,))


async def wipe(connection: Any, ids: list[UUID], desk: Desk) -> None:
    """What comments said goes, with the notes of reports and rules, and what was reported of it is settled."""
    await connection.execute(statements("comments")["forget_texts"], ids)
    await connection.execute(statements("flags")["wipe"], ids, desk.clock())
    await connection.execute(statements("decisions")["wipe"], ids)
