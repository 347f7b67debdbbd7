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

from prometheus_client import Counter

from db.ids import uuid7
from db.pool import DatabaseUnavailable
from db.retry import write
from db.statements import statements
from ingest.moderation.case import Article, Author, Case, Opinion
from ingest.moderation.judge import Judgement, judge
from ingest.moderation.phases import measured
from ingest.moderation.settings import Rules
from schema.caller import Caller
from schema.writes.desk import Desk, may_write, reader
from schema.writes.outcome import Fault, Refusal, Written

_NO_TEXT = re.compile("[\0\ud800-\udfff]")
# The worst text takes 40 ms, and 200 ms where 20,000 characters are allowed. Beside this thread the event loop goes on,
# a few milliseconds late; beside several it would wait for each of them.
_JUDGES = ThreadPoolExecutor(1, thread_name_prefix="judge")
# How often a case is judged of which the external moderator is to be asked after all.
_TRIES = 3
# Seconds that a text may wait for its turn and be judged.
_PATIENCE = 2.0

SHED = Counter("broadsheet_comments_shed", "Comments and previews that were not judged in time.")


class Busy(DatabaseUnavailable):
    """Too many comments wait to be judged."""


class Changed(Exception):
    """What was judged is no longer so, and the external moderator is to be asked of `case`, as it stands now."""

    def __init__(self, case: Case) -> None:
        super().__init__()
        self.case = case


async def written(desk: Desk, case: Case, field: str, work: Callable[[Judgement, Any], Awaitable[Written]]) -> Written:
    """Judge a case, and do work in a transaction with what came of it, which that has to confirm (`confirmed`). field:
    of the input, where the comment is to stand.

    Raises:
        Refusal: the comment is not taken.
        Busy: there is no time to judge it.
    """
    for _ in range(_TRIES):
        found = _taken(await judgement(desk, case), field)
        try:
            return await write(desk.database, partial(work, found))
        except Changed as changed:
            case = changed.case
    raise Busy


async def judgement(desk: Desk, case: Case, *, by_all: bool = False) -> Judgement:
    """What becomes of a case; the external moderator is asked where no rule before has decided. by_all: as `judge`.

    Raises:
        Busy: there is no time to judge it.
    """
    asked = partial(judge, case, desk.rules, by_all=by_all)
    try:
        async with asyncio.timeout(_PATIENCE):
            found = await asyncio.get_running_loop().run_in_executor(_JUDGES, asked)
    except TimeoutError as error:
        SHED.inc()
        raise Busy from error
    if not found.undecided or case.external is not None or not desk.rules.external.is_asked or desk.external is None:
        return found
    return found.with_opinion(await desk.external(found.case) or Opinion(), desk.rules)


def confirmed(desk: Desk, found: Judgement, case: Case, field: str) -> Judgement:
    """The judgement of a case as it stands now, while nobody else can change it. Where its author or article is not as
    they were, those rules are asked again that look at more than the text, which takes no more than a moment.

    Raises:
        Refusal: the comment is not taken.
        Changed: the external moderator is to be asked first.
    """
    if (found.case.article, found.case.author) == (case.article, case.author):
        return found
    case = replace(case, external=found.case.external)
    again = judge(case, desk.rules, before=found)
    if again.undecided and case.external is None and desk.rules.external.is_asked and desk.external is not None:
        raise Changed(case)
    return _taken(again, field)


def _taken(found: Judgement, field: str) -> Judgement:
    """Raises Refusal: the comment is not taken."""
    if found.refused is not None:
        at_fault = field if found.refused.code == Fault.COMMENTS_CLOSED else "body"
        raise Refusal(Fault(found.refused.code), found.refused.message, at_fault)
    return found


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
    text, refused = measured(body, rules)
    if refused is not None:
        raise Refusal(Fault(refused.code), refused.message, "body")
    if _NO_TEXT.search(body):
        raise Refusal(Fault.BODY_INVALID, "The text holds characters that no text can hold.", "body")
    return text
