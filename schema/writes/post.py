"""A comment or a reply is posted, once for each idempotency key."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any
from uuid import UUID

from db.changes import Kind, Line, append
from db.ids import uuid7
from db.retry import write
from db.statements import statements
from ingest.moderation.case import Case
from ingest.moderation.judge import Judgement
from ingest.moderation.phases import measured
from ingest.moderation.settings import Rules
from schema.caller import Caller
from schema.errors import BadRequest
from schema.writes.desk import Desk, known, missing, named, paced, reader
from schema.writes.judged import case_of, checked, confirmed, judgement, note, written
from schema.writes.outcome import Fault, Refusal, Written
from schema.writes.thread import count_commenters

# A thread key grows by 12 bytes a level, and an index takes no more than 2,704 of them.
DEEPEST = 200
_LONGEST_KEY = 200


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be posted. hash: of all that was sent, as it was sent."""

    article: UUID
    parent: UUID | None
    body: str
    key: str | None
    hash: bytes


def draft_of(input: Mapping[str, Any], rules: Rules) -> Draft:
    """A draft of what was sent. Raises Refusal, BadRequest."""
    body = checked(input["body"], rules)
    key, parent = input.get("idempotencyKey"), input.get("parentId")
    if key is not None and (not key or len(key) > _LONGEST_KEY or "\0" in key):
        raise BadRequest(f"An idempotency key has 1 to {_LONGEST_KEY} characters.")
    sent = repr((str(input["articleId"]), parent, input["body"]))
    digest = blake2b(sent.encode("utf-8", "surrogatepass"), digest_size=32)
    return Draft(
        named(input["articleId"], "a", Fault.ARTICLE_NOT_FOUND, "articleId"),
        named(parent, "c", Fault.COMMENT_NOT_FOUND, "parentId") if parent is not None else None,
        body,
        key,
        digest.digest(),
    )


async def post(desk: Desk, caller: Caller, input: Mapping[str, Any]) -> Written:
    """Post a comment. The same key with the same input again gives what came of it the first time."""
    reader(caller)
    draft, now = draft_of(input, desk.rules), desk.clock()

    async def begun(connection: Any) -> Written | Case:
        if (earlier := await _earlier(connection, caller, draft)) is not None:
            return Written((earlier,))
        await paced(connection, desk, caller, "comment", desk.rules.pace.comment_seconds, 1, now, draft.key)
        return await _case(connection, desk, caller, draft, now)

    async def work(found: Judgement, connection: Any) -> Written:
        return await _post(connection, desk, caller, draft, found, now)

    try:
        case = await write(desk.database, begun)
        return case if isinstance(case, Written) else await written(desk, case, "articleId", work)
    except Refusal:
        if draft.key is None:
            raise
        # Another try with the same key, which was under way at the same moment, may have posted it by now.
        async with desk.database.transaction() as connection:
            if (earlier := await _earlier(connection, caller, draft)) is not None:
                return Written((earlier,))
        raise


async def preview(desk: Desk, caller: Caller, input: Mapping[str, Any]) -> Judgement:
    """What would become of a comment, and what every rule has to say of it; nothing is written."""
    reader(caller)
    now = desk.clock()
    body, refused = measured(input["body"], desk.rules)
    if refused is not None:
        return Judgement(Case(body, now), (("LENGTH", refused),))
    draft = draft_of(input, desk.rules)

    async def begun(connection: Any) -> Case:
        await paced(connection, desk, caller, "preview", desk.rules.pace.preview_seconds, 2, now)
        return await _case(connection, desk, caller, draft, now)

    return await judgement(desk, await write(desk.database, begun), by_all=True)


async def _post(connection: Any, desk: Desk, caller: Caller, draft: Draft, found: Judgement, now: datetime) -> Written:
    sql, id_ = statements("comments"), uuid7(now)
    if draft.key is not None:
        earlier = await _claimed(connection, desk, caller, draft, id_, now)
        if earlier is not None:
            return Written((earlier,))
    await connection.fetchval(sql["hold_article"], draft.article)
    if draft.parent is not None:
        await connection.fetchval(sql["hold"], draft.parent)
    found = confirmed(desk, found, await _case(connection, desk, caller, draft, now), "articleId")
    text, public = found.text, found.status.is_public
    editable = now + timedelta(seconds=desk.rules.editing.seconds)
    await connection.execute(
        sql["post"],
        *(id_, draft.article, draft.parent, reader(caller), text.html, text.plain, found.status, None, public, now),
        *(None, 0, draft.body, editable),
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


async def _claimed(connection: Any, desk: Desk, caller: Caller, draft: Draft, id_: UUID, now: datetime) -> UUID | None:
    """Take the draft's key; the comment that it was taken for before, if it was. Raises Unauthenticated, Refusal."""
    await known(connection, desk, caller)  # on whom the key hangs
    claim = (reader(caller), draft.key, draft.hash, id_, now)
    if await connection.fetchval(statements("idempotency")["claim"], *claim) is not None:
        return None
    return await _earlier(connection, caller, draft)


async def _earlier(connection: Any, caller: Caller, draft: Draft) -> UUID | None:
    """The comment that the draft's key was taken for, if it was. Raises Refusal: it was another draft's, or the comment
    is deleted."""
    if draft.key is None:
        return None
    earlier = await connection.fetchrow(statements("idempotency")["claimed"], reader(caller), draft.key)
    if earlier is None:
        return None
    if earlier["input_hash"] != draft.hash:
        raise Refusal(
            Fault.IDEMPOTENCY_CONFLICT,
            "This key was used for another comment. Make a new one.",
            "idempotencyKey",
        )
    if earlier["is_gone"]:
        raise Refusal(
            Fault.COMMENT_NOT_FOUND,
            "The comment that was posted with this key was deleted.",
            "idempotencyKey",
        )
    comment: UUID = earlier["comment_id"]
    return comment


async def _case(connection: Any, desk: Desk, caller: Caller, draft: Draft, now: datetime) -> Case:
    place = await connection.fetchrow(statements("comments")["place"], draft.article)
    if place is None:
        raise missing(Fault.ARTICLE_NOT_FOUND, "articleId")
    if draft.parent is not None:
        depth = await connection.fetchval(statements("comments")["answerable"], draft.parent, draft.article)
        if depth is None:
            raise missing(Fault.COMMENT_NOT_FOUND, "parentId")
        if depth >= DEEPEST:
            raise Refusal(Fault.TOO_MANY, f"A discussion has at most {DEEPEST} levels. Answer further up.", "parentId")
    return await case_of(connection, desk, caller, draft.body, place, now)
