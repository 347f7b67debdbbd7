"""Moderators decide: on comments, on those who write them, and on whether an article takes any."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from db.changes import Kind, Line, append
from db.ids import uuid7
from db.retry import write
from db.statements import statements
from ingest.moderation.roles import Role
from schema.caller import Caller
from schema.errors import BadRequest, Forbidden
from schema.writes.desk import Desk, decides, missing, moderator, named, staff
from schema.writes.flag import noted
from schema.writes.outcome import Fault, Refusal, Written
from schema.writes.thread import change, lock
from schema.writes.tree import is_gone

MOST = 100
# What only rules say of a comment, and what moderators say in its place.
_BY_RULES = {"PUBLISHED": "APPROVED to let a comment stand", "WITHHELD": "PENDING to hold a comment"}


async def comments(desk: Desk, caller: Caller, input: Mapping[str, Any]) -> Written:
    """Give comments a status, all or none of them. What readers reported of them is decided thereby."""
    by, note = moderator(caller), noted(input.get("note"))
    if len(input["ids"]) > MOST:
        raise Refusal(Fault.TOO_MANY, f"At most {MOST} comments are decided at once.", "ids")
    ids = list(dict.fromkeys(named(id_, "c", Fault.COMMENT_NOT_FOUND, "ids") for id_ in input["ids"]))
    status, reason = input["status"].value, input.get("reason")
    if not ids:
        raise BadRequest("Name at least one comment in `ids`.")
    if status in _BY_RULES:
        raise BadRequest(f"{status} is what rules say. Set {_BY_RULES[status]}.")
    if reason is not None and status != "REJECTED":
        raise BadRequest("A reason goes with the status REJECTED.")
    decided = (status, reason.value if reason is not None else None, note)
    return await write(desk.database, lambda connection: _decide(connection, desk, ids, decided, by))


async def _decide(
    connection: Any, desk: Desk, ids: list[UUID], decided: tuple[str, str | None, str | None], by: UUID | None
) -> Written:
    (status, reason, note), now = decided, desk.clock()
    await decides(connection, desk, by, now)
    locked = await lock(connection, ids)
    gone = [id_ for id_ in ids if id_ not in locked.rows or is_gone(locked.rows[id_]["placeholder"])]
    if gone or not all(locked.articles[locked.rows[id_]["article_id"]]["is_public"] for id_ in ids):
        raise missing(Fault.COMMENT_NOT_FOUND, "ids")
    new = [uuid7(now) for _ in ids]
    await connection.execute(statements("decisions")["of_comments"], new, ids, status, reason, note, None, now, by)
    await connection.execute(statements("flags")["decide"], ids, now)
    await connection.execute(statements("comments")["unflag"], ids)
    await append(connection, await change(connection, locked, ids, lambda node: replace(node, status=status)))
    return Written(tuple(ids))


async def commenter(desk: Desk, caller: Caller, input: Mapping[str, Any]) -> Written:
    """Say how a commenter stands, for a time or for good."""
    by, note, now = moderator(caller), noted(input.get("note")), desk.clock()
    id_ = named(input["id"], "m", Fault.COMMENTER_NOT_FOUND, "id")
    state, until = input["state"].value, input.get("until")
    if id_ == by:
        raise Forbidden("How you stand yourself, another moderator says.")
    if until is not None and (state == "ACTIVE" or until <= now):
        raise BadRequest("`until` lies in the future, and goes with every state but ACTIVE.")

    async def work(connection: Any) -> Written:
        await decides(connection, desk, by, now)
        sql = statements("commenters")
        row = await connection.fetchrow(sql["set_state"], id_, state, until)
        if row is None:
            raise missing(Fault.COMMENTER_NOT_FOUND, "id")
        if row["role"] == Role.ADMIN and caller.role != Role.ADMIN:
            raise Forbidden("How an admin stands, another admin says.")
        if row["erased"] and state in ("ACTIVE", "PREMODERATED"):
            # They stayed only so that they don't write.
            await connection.execute(sql["remove"], [id_])
            return Written((id_,))
        await connection.execute(statements("decisions")["of_commenter"], uuid7(now), id_, state, until, note, now, by)
        return Written((id_,))

    return await write(desk.database, work)


async def comments_open(desk: Desk, caller: Caller, input: Mapping[str, Any]) -> Written:
    """Open or close the comments of an article, whatever its age."""
    by, now, is_open = staff(caller), desk.clock(), bool(input["open"])
    id_ = named(input["articleId"], "a", Fault.ARTICLE_NOT_FOUND, "articleId")
    closes_at, premoderated = input.get("closesAt"), input.get("premoderated")
    if closes_at is not None and (not is_open or closes_at <= now):
        raise BadRequest("`closesAt` lies in the future, and goes with an article that is open.")

    async def work(connection: Any) -> Written:
        await decides(connection, desk, by, now)
        how = (id_, is_open, now, closes_at, premoderated)
        if await connection.fetchval(statements("comments")["set_open"], *how) is None:
            raise missing(Fault.ARTICLE_NOT_FOUND, "articleId")
        decided = (uuid7(now), id_, is_open, closes_at, premoderated, now, by)
        await connection.execute(statements("decisions")["of_article"], *decided)
        await append(connection, [Line(Kind.ARTICLE_UPDATED, f"a_{id_}", id_)])
        return Written((id_,))

    return await write(desk.database, work)
