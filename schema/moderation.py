"""Moderation as its types: how commenters stand, what was decided, what was reported, what the rules would say."""

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from strawberry import UNSET

from ingest.moderation.case import Status
from schema.caller import Caller
from schema.comment import Comment
from schema.cost import JUDGED
from schema.fields import OfAsked, OfPage, planned, rule, said
from schema.page import Connection
from schema.writes import post
from schema.writes.desk import Desk
from schema.writes.outcome import Refusal

if TYPE_CHECKING:
    from schema.mutation import PostCommentInput


@strawberry.enum
class ModerationQueue(Enum):
    UNMODERATED = "UNMODERATED"
    REPORTED = "REPORTED"
    PENDING = "PENDING"


@strawberry.type
class ModerationFinding:
    rule: str = said()
    message: str = said()


@strawberry.type
class ModerationPreview:
    status: Status = said()
    findings: list[ModerationFinding] = said()


async def _previewed(desk: Desk, caller: Caller, input: Mapping[str, Any]) -> dict[str, Any]:
    """What would become of a comment. One that would not be taken at all is REJECTED, and the finding says why."""
    try:
        found = await post.preview(desk, caller, input)
    except Refusal as refusal:
        finding = {"rule": str(refusal.problem.code), "message": refusal.problem.message}
        return {"status": "REJECTED", "findings": [finding]}
    findings = [{"rule": each.rule, "message": each.message} for each in found.remarks]
    return {"status": found.status.value, "findings": findings}


def _preview(
    input: Annotated["PostCommentInput", strawberry.lazy("schema.mutation")],
) -> ModerationPreview | None:
    planned()


def _queue(
    queue: ModerationQueue,
    first: int | None = UNSET,
    after: str | None = UNSET,
    last: int | None = UNSET,
    before: str | None = UNSET,
) -> Connection[Comment] | None:
    planned()


@strawberry.type
class ModerationQuery:
    preview_comment: ModerationPreview | None = rule(
        OfAsked(_previewed, JUDGED), "Runs every moderation rule without posting: what would fire, and why.", _preview
    )
    moderation_queue: Connection[Comment] | None = rule(
        OfPage(table="comments", order="OLDEST", choice="queue", moderated=True),
        "Moderators only; the oldest first.",
        _queue,
    )
