"""Comments judged before they are written: outside of the event loop, and while nothing is locked.

What is cheap to refuse is refused first and counts for nothing. Then a short transaction counts the attempt at its pace
and reads what the rules are told; the text is judged, and the external moderator asked; and the transaction that writes
looks whether what was judged on still holds.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from db.ids import uuid7
from db.retry import Conflict, write
from db.statements import statements
from ingest.markdown import tidy
from ingest.moderation.case import Article, Author, Case, Opinion
from ingest.moderation.judge import Judgement, judge
from ingest.moderation.phases import of_length
from ingest.moderation.settings import Rules
from schema.caller import Caller
from schema.writes.desk import Desk, may_write, reader
from schema.writes.outcome import Fault, Refusal, Written

_NO_TEXT = re.compile("[\0\ud800-\udfff]")
# The worst text takes 40 ms, and 200 ms where 20,000 characters are allowed. Beside this thread the event loop goes on,
# a few milliseconds late; beside several it would wait for each of them.
_JUDGES = ThreadPoolExecutor(1, thread_name_prefix="judge")
# How often a case is judged that changes meanwhile.
_TRIES = 6


class Changed(Exception):
    """What was judged is no longer so; `case` is as it stands now."""

    def __init__(self, case: Case) -> None:
        super().__init__()
        self.case = case


async def written(desk: Desk, case: Case, field: str, work: Callable[[Judgement, Any], Awaitable[Written]]) -> Written:
    """Judge a case, and do work in a transaction with what came of it. Where that finds another case (`confirm`),
    nothing of it is kept, and it begins anew with that one. field: of the input, where the comment is to stand.

    Raises:
        Refusal: the comment is not taken.
    """
    for _ in range(_TRIES):
        found = await judgement(desk, case)
        if found.refused is not None:
            at_fault = field if found.refused.code == Fault.COMMENTS_CLOSED else "body"
            raise Refusal(Fault(found.refused.code), found.refused.message, at_fault)
        try:
            return await write(desk.database, partial(work, found))
        except Changed as changed:
            # What the external moderator said of the text, it need not be asked again.
            case = replace(changed.case, external=found.case.external)
    raise Conflict("what is known of a comment's author or article changed each time that it was judged")


async def judgement(desk: Desk, case: Case, *, by_all: bool = False) -> Judgement:
    """What becomes of a case; the external moderator is asked where no rule before has decided. by_all: as `judge`."""
    asked = partial(judge, case, desk.rules, by_all=by_all)
    found = await asyncio.get_running_loop().run_in_executor(_JUDGES, asked)
    if not found.undecided or case.external is not None or not desk.rules.external.is_asked or desk.external is None:
        return found
    return found.with_opinion(await desk.external(found.case) or Opinion(), desk.rules)


def confirm(found: Judgement, case: Case) -> None:
    """Raises Changed: the case that was judged was another one."""
    if (found.case.article, found.case.author) != (case.article, case.author):
        raise Changed(case)


async def case_of(
    connection: Any, desk: Desk, caller: Caller, body: str, place: Any, now: datetime, editing: UUID | None = None
) -> Case:
    """What the rules are told. place: the article's row. editing: the comment that is written anew.

    Raises:
        Unauthenticated: the author was erased since their token was read.
        Refusal: the author may not write at all.
    """
    rules = desk.rules
    since, recent = now - timedelta(days=rules.history.days), now - timedelta(seconds=rules.repeat.seconds)
    row = await connection.fetchrow(statements("commenters")["history"], reader(caller), since, recent, editing)
    state = may_write(desk, caller, row, now)
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


def checked(body: str, rules: Rules) -> str:
    """A body as it may be judged and kept. Raises Refusal: it is empty, too short or too long, or holds what no text
    holds."""
    refused = of_length(body, rules)
    if refused is not None:
        raise Refusal(Fault(refused.code), refused.message, "body")
    if _NO_TEXT.search(body):
        raise Refusal(Fault.BODY_INVALID, "The text holds characters that no text can hold.", "body")
    return tidy(body)
