"""Comments judged in the transaction that writes them, the external moderator outside of it."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from db.ids import uuid7
from db.retry import write
from db.statements import statements
from ingest.moderation.case import Article, Author, Case, Opinion
from ingest.moderation.judge import Judgement, judge
from ingest.moderation.settings import Rules
from schema.caller import Caller
from schema.writes.desk import Desk, may_write, reader
from schema.writes.outcome import Code, Refusal

T = TypeVar("T")

_NO_TEXT = re.compile("[\0\ud800-\udfff]")

Work = Callable[[Any, Opinion | None], Awaitable[T]]


class AskFirst(Exception):
    """The external moderator has to be asked about a case before the transaction can end."""

    def __init__(self, case: Case) -> None:
        super().__init__()
        self.case = case


async def written(desk: Desk, work: Work[T]) -> T:
    """Do work in a transaction. Where it needs the external moderator's opinion, nothing of it is kept, that one is
    asked while no lock is held, and the work is done again with the answer."""
    try:
        return await write(desk.database, lambda connection: work(connection, None))
    except AskFirst as unknown:
        assert desk.external is not None
        opinion = await desk.external(unknown.case) or Opinion()
        return await write(desk.database, lambda connection: work(connection, opinion))


async def case_of(
    connection: Any, rules: Rules, caller: Caller, body: str, place: Any, now: datetime, editing: UUID | None = None
) -> Case:
    """What the rules are told. place: the article's row. editing: the comment that is written anew.

    Raises:
        Refusal: the author may not write at all.
    """
    since, recent = now - timedelta(days=rules.history.days), now - timedelta(seconds=rules.repeat.seconds)
    row = await connection.fetchrow(statements("commenters")["history"], reader(caller), since, recent, editing)
    state = may_write(row, now)
    author = Author(
        role=caller.role,
        state=state,
        approved=row["comment_count"],
        judged=row["judged"],
        rejected=row["rejected"],
        recent=tuple(row["recent"]),
        id=f"m_{caller.reader}",
    )
    article = Article(
        open=place["comments_open"],
        premoderated=place["comments_premoderated"],
        closes_at=closes_at(place, rules),
        language=place["language"],
        id=f"a_{place['id']}",
    )
    return Case(body, now, article, author)


def closes_at(place: Any, rules: Rules) -> datetime | None:
    """When an article stops taking comments: at its own time (infinity comes as none), else by its age."""
    own: datetime | None = place["comments_close_at"]
    if own is not None:
        return None if own.year == datetime.max.year else own
    published: datetime = place["published_at"]
    return published + rules.closing.after if rules.closing.after else None


def judgement(desk: Desk, case: Case, opinion: Opinion | None, field: str) -> Judgement:
    """What becomes of a case. field: the input's that names where it is to stand.

    Raises:
        AskFirst: nobody has asked the external moderator yet.
        Refusal: the comment is not taken.
    """
    found = judge(replace(case, external=opinion), desk.rules)
    if opinion is None and found.undecided and desk.rules.external.is_asked and desk.external is not None:
        raise AskFirst(replace(case, text=found.text))
    if found.refused is not None:
        at_fault = field if found.refused.code == Code.COMMENTS_CLOSED else "body"
        raise Refusal(Code(found.refused.code), found.refused.message, at_fault)
    return found


async def note(connection: Any, comment: UUID, found: Judgement, now: datetime) -> None:
    """Write what rules said of a comment: a decision of the one that decided, a flag for each that only told."""
    findings = {finding.rule: finding.message for finding in found.findings}
    decisions, flags = statements("decisions"), statements("flags")
    if found.rule:
        why = findings.pop(found.rule, None)
        args = ([uuid7(now)], [comment], found.status, None, why, found.rule, now, None)
        await connection.execute(decisions["of_comments"], *args)
    for rule, message in findings.items():
        await connection.execute(flags["add"], uuid7(now), comment, None, "OTHER", message, rule, now)
        await connection.execute(statements("comments")["flagged"], comment)


def checked(body: str) -> str:
    """A body as it may be judged. Raises Refusal: it holds what no text holds."""
    if _NO_TEXT.search(body):
        raise Refusal(Code.BODY_INVALID, "The text holds characters that no text can hold.", "body")
    return body
