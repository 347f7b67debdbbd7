"""A comment is edited by its author, for a short while, and judged anew."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from db.changes import append
from db.retry import write
from db.statements import statements
from ingest.moderation.case import Case, Status
from ingest.moderation.judge import Judgement
from schema.caller import Caller
from schema.writes.desk import Desk, missing, named, paced, reader
from schema.writes.judged import case_of, checked, confirmed, note, written
from schema.writes.outcome import Fault, Refusal, Written
from schema.writes.thread import Locked, change, lock
from schema.writes.tree import is_gone

_STRICTNESS = (Status.PUBLISHED, Status.APPROVED, Status.PENDING, Status.WITHHELD, Status.REJECTED)


async def edit(desk: Desk, caller: Caller, input: Mapping[str, Any]) -> Written:
    """Put another text in the place of one's own."""
    reader(caller)
    id_, body = named(input["id"], "c", Fault.COMMENT_NOT_FOUND, "id"), checked(input["body"], desk.rules)
    now = desk.clock()

    async def begun(connection: Any) -> Case:
        await paced(connection, desk, caller, "edit", desk.rules.pace.edit_seconds, 1, now)
        return await _case(connection, desk, caller, id_, body, await lock(connection, [id_]), now)

    async def work(found: Judgement, connection: Any) -> Written:
        locked = await lock(connection, [id_])
        found = confirmed(desk, found, await _case(connection, desk, caller, id_, body, locked, now), "id")
        return await _edit(connection, locked, id_, body, found, now)

    return await written(desk, await write(desk.database, begun), "id", work)


async def _case(
    connection: Any, desk: Desk, caller: Caller, id_: UUID, body: str, locked: Locked, now: datetime
) -> Case:
    """What the rules are told of another text for a comment. Raises Refusal: the caller may not edit it."""
    row = own(locked, id_, caller)
    if row["placeholder"] is not None:
        raise missing(Fault.COMMENT_NOT_FOUND, "id")
    if row["editable_until"] is None or row["editable_until"] <= now:
        seconds = f"{desk.rules.editing.seconds:g}"
        raise Refusal(Fault.EDIT_WINDOW_OVER, f"A comment can be edited for {seconds} seconds after posting.", "id")
    place = locked.articles[row["article_id"]]
    return await case_of(connection, desk, caller, body, place, now, editing=id_)


async def _edit(connection: Any, locked: Locked, id_: UUID, body: str, found: Judgement, now: datetime) -> Written:
    newest = await connection.fetchval(statements("decisions")["by_moderator"], id_)
    decided = Status(newest) if newest is not None else Status.PUBLISHED
    # What a moderator keeps from others stays so, unless a rule says worse of the new text.
    stays = not decided.is_public and _STRICTNESS.index(found.status) <= _STRICTNESS.index(decided)
    status, text = decided if stays else found.status, found.text
    await connection.execute(statements("comments")["rewrite"], id_, text.html, text.plain, body, now)
    await connection.execute(statements("flags")["withdraw"], id_, now)
    if not stays:
        await note(connection, id_, found, now)
    lines = await change(connection, locked, [id_], lambda node: replace(node, status=status.value))
    await append(connection, lines)
    return Written((id_,))


def own(locked: Locked, id_: UUID, caller: Caller) -> Any:
    """The row of a comment that the caller wrote.

    Raises:
        Refusal: it is another's, or the caller doesn't see it, which is said as of one that doesn't exist.
    """
    row = locked.rows.get(id_)
    if row is None or not locked.articles[row["article_id"]]["is_public"]:
        raise missing(Fault.COMMENT_NOT_FOUND, "id")
    if row["author_id"] == caller.reader:
        return row
    if row["is_public"] or (caller.moderates and not is_gone(row["placeholder"])):
        raise Refusal(Fault.NOT_YOURS, "Another reader wrote this.", "id")
    raise missing(Fault.COMMENT_NOT_FOUND, "id")
