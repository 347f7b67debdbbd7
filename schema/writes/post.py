"""A comment or a reply is posted, once for each idempotency key."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any
from uuid import UUID

from db.changes import Kind, Line, append
from db.ids import uuid7
from db.statements import statements
from ingest.moderation.case import Case, Opinion
from ingest.moderation.judge import Judgement
from ingest.moderation.judge import preview as previewed
from ingest.text import clean
from schema.caller import Caller
from schema.errors import BadRequest
from schema.writes.desk import Desk, missing, named, paced, reader
from schema.writes.judged import AskFirst, case_of, checked, judgement, note, written
from schema.writes.outcome import Code, Refusal, Written
from schema.writes.thread import count_commenters

# A thread key grows by 12 bytes a level, and an index takes no more than 2,704 of them.
DEEPEST = 200
_LONGEST_KEY = 200


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be posted. hash: of all that was sent."""

    article: UUID
    parent: UUID | None
    body: str
    key: str | None
    hash: bytes


def draft_of(input: Mapping[str, Any]) -> Draft:
    """A draft of what was sent. Raises Refusal, BadRequest."""
    body, key, parent = checked(input["body"]), input.get("idempotencyKey"), input.get("parentId")
    if key is not None and (not key or len(key) > _LONGEST_KEY or "\0" in key):
        raise BadRequest(f"An idempotency key has 1 to {_LONGEST_KEY} characters.")
    digest = blake2b(repr((str(input["articleId"]), parent, body)).encode("utf-8", "surrogatepass"), digest_size=32)
    return Draft(
        named(input["articleId"], "a", Code.ARTICLE_NOT_FOUND, "articleId"),
        named(parent, "c", Code.COMMENT_NOT_FOUND, "parentId") if parent is not None else None,
        body,
        key,
        digest.digest(),
    )


async def post(desk: Desk, caller: Caller, input: Mapping[str, Any]) -> Written:
    """Post a comment. The same key with the same input again gives what came of it the first time."""
    reader(caller)
    draft = draft_of(input)
    now = desk.clock()
    return await written(desk, lambda connection, opinion: _post(connection, desk, caller, draft, opinion, now))


async def preview(desk: Desk, caller: Caller, input: Mapping[str, Any]) -> Judgement:
    """What would become of a comment, and what every rule has to say of it; nothing is written."""
    reader(caller)
    draft = draft_of(input)
    now = desk.clock()
    async with desk.database.transaction() as connection:
        case = await _case(connection, desk, caller, draft, now)
    try:
        judgement(desk, case, None, "articleId")
    except AskFirst as unknown:
        assert desk.external is not None
        case = Case(case.body, now, case.article, case.author, await desk.external(unknown.case) or Opinion())
    except Refusal:
        pass  # which one, the preview tells beside the rest
    return previewed(case, desk.rules)


async def _post(
    connection: Any, desk: Desk, caller: Caller, draft: Draft, opinion: Opinion | None, now: datetime
) -> Written:
    sql, id_ = statements("comments"), uuid7(now)
    if draft.key is not None:
        earlier = await _claimed(connection, caller, draft, id_, now)
        if earlier is not None:
            return Written((earlier,))
    await paced(connection, caller, "comment", desk.rules.pace.comment_seconds, 1, now)
    await connection.fetchval(sql["hold_article"], draft.article)
    if draft.parent is not None:
        await connection.fetchval(sql["hold"], draft.parent)
    found = judgement(desk, await _case(connection, desk, caller, draft, now), opinion, "articleId")
    text, public = found.text, found.status.is_public
    editable = now + timedelta(seconds=desk.rules.editing.seconds)
    await connection.execute(
        sql["post"],
        *(id_, draft.article, draft.parent, reader(caller), text.html, text.plain, found.status, None, public, now),
        *(None, 0, clean(draft.body), editable),
    )
    await note(connection, id_, found, now)
    if not public:
        return Written((id_,))
    await connection.execute(sql["count_article"], [id_], draft.article)
    await connection.execute(sql["count_replies"], [id_])
    await count_commenters(connection, {reader(caller): 1})
    lines = [Line(Kind.COMMENT_POSTED, f"c_{id_}", draft.article)]
    if draft.parent is not None:
        lines.insert(0, Line(Kind.COMMENT_UPDATED, f"c_{draft.parent}", draft.article))
    await append(connection, lines)
    return Written((id_,))


async def _claimed(connection: Any, caller: Caller, draft: Draft, id_: UUID, now: datetime) -> UUID | None:
    """Take the draft's key; the comment that it was taken for before, if it was. Raises Refusal."""
    sql, author = statements("idempotency"), reader(caller)
    # A token outlives an erasure, and a key hangs on its commenter.
    if await connection.fetchval(statements("commenters")["state"], author) is None:
        raise missing(Code.COMMENTER_NOT_FOUND)
    if await connection.fetchval(sql["claim"], author, draft.key, draft.hash, id_, now) is not None:
        return None
    earlier = await connection.fetchrow(sql["claimed"], author, draft.key)
    if earlier["input_hash"] != draft.hash:
        raise Refusal(
            Code.IDEMPOTENCY_CONFLICT, "This key was used for another comment. Make a new one.", "idempotencyKey"
        )
    comment: UUID = earlier["comment_id"]
    return comment


async def _case(connection: Any, desk: Desk, caller: Caller, draft: Draft, now: datetime) -> Case:
    place = await connection.fetchrow(statements("comments")["place"], draft.article)
    if place is None:
        raise missing(Code.ARTICLE_NOT_FOUND, "articleId")
    if draft.parent is not None:
        depth = await connection.fetchval(statements("comments")["answerable"], draft.parent, draft.article)
        if depth is None:
            raise missing(Code.COMMENT_NOT_FOUND, "parentId")
        if depth >= DEEPEST:
            raise Refusal(Code.TOO_MANY, f"A discussion has at most {DEEPEST} levels. Answer further up.", "parentId")
    return await case_of(connection, desk.rules, caller, draft.body, place, now)
