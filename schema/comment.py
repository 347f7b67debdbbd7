"""Comments and who writes them."""

from enum import Enum
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import UNSET

from ingest.moderation.case import State, Status
from ingest.moderation.roles import Role
from schema.fields import OfColumn, OfKey, OfPage, column, edge, planned, rule
from schema.node import Node
from schema.page import Connection
from schema.scalars import DateTime
from schema.text import body

if TYPE_CHECKING:
    from schema.article import Article


strawberry.enum(Role)


@strawberry.enum(description="By its author, by a moderator, or with the author's data.")
class CommentPlaceholder(Enum):
    DELETED = "DELETED"
    REMOVED = "REMOVED"
    ERASED = "ERASED"


strawberry.enum(
    Status,
    name="CommentStatus",
    description="PUBLISHED and APPROVED are public; PENDING (held before publication), WITHHELD (held by a rule)"
    " and REJECTED are seen by author and moderators.",
)


@strawberry.enum
class CommentOrder(Enum):
    NEWEST = "NEWEST"
    OLDEST = "OLDEST"
    MOST_REPLIES = "MOST_REPLIES"
    MOST_REACTIONS = "MOST_REACTIONS"


strawberry.enum(State, name="CommenterState")


@strawberry.enum
class FlagReason(Enum):
    OFFENSIVE = "OFFENSIVE"
    ABUSIVE = "ABUSIVE"
    SPAM = "SPAM"
    OTHER = "OTHER"


@strawberry.enum
class RejectionReason(Enum):
    OFFENSIVE = "OFFENSIVE"
    ABUSIVE = "ABUSIVE"
    SPAM = "SPAM"
    BANNED_WORD = "BANNED_WORD"
    AD = "AD"
    ILLEGAL_CONTENT = "ILLEGAL_CONTENT"
    HARASSMENT_BULLYING = "HARASSMENT_BULLYING"
    MISINFORMATION = "MISINFORMATION"
    HATE_SPEECH = "HATE_SPEECH"
    IRRELEVANT_CONTENT = "IRRELEVANT_CONTENT"
    OTHER = "OTHER"


def comment_page(
    order_by: CommentOrder = CommentOrder.OLDEST,
    first: int | None = UNSET,
    after: str | None = UNSET,
    last: int | None = UNSET,
    before: str | None = UNSET,
) -> Connection["Comment"]:
    planned()


def thread_page(
    first: int | None = UNSET, after: str | None = UNSET, last: int | None = UNSET, before: str | None = UNSET
) -> Connection["Comment"]:
    planned()


@strawberry.type(description="What a moderator said of how a commenter stands. decidedBy is null where a key said so.")
class CommenterDecision:
    state: State = column("state")
    until: DateTime | None = column("state_until")
    note: str | None = column("note")
    decided_at: DateTime = column("decided_at")
    decided_by: "Commenter | None" = edge("decided_by")


@strawberry.type(
    description="What moderators or staff said of an article's comments."
    " premoderated is null where nothing was said of it, decidedBy where a key said so."
)
class CommentsDecision:
    comments_open: bool = column("comments_open")
    closes_at: DateTime | None = column("closes_at")
    premoderated: bool | None = column("premoderated")
    decided_at: DateTime = column("decided_at")
    decided_by: "Commenter | None" = edge("decided_by")


@strawberry.type
class Commenter(Node):
    display_name: str = column("display_name")
    role: Role = column("role")
    comment_count: int = column("comment_count")
    state: State | None = column("state", "Moderators and oneself only.")
    state_until: DateTime | None = column("state_until")
    comments: Connection["Comment"] = rule(
        OfPage(edge="record", order="NEWEST"),
        "Moderators and oneself only; empty for others. The newest first, held ones included.",
        thread_page,
    )
    decisions: list[CommenterDecision] = edge(
        "decisions", "Moderators only; empty for others. The newest first, at most 50."
    )


@strawberry.type(description="decidedBy is null for a rule's decision, and for anyone but moderators.")
class ModerationDecision:
    status: Status = column("status")
    reason: RejectionReason | None = column("reason")
    note: str | None = column("note")
    rule: str | None = column("rule")
    decided_at: DateTime = column("decided_at")
    decided_by: Commenter | None = edge("decided_by")


@strawberry.type
class CommentFlag:
    reason: FlagReason = column("reason")
    note: str | None = column("note")
    created_at: DateTime = column("created_at")


@strawberry.type(
    description="A reader's comment."
    " One that is gone but has public replies stays as a placeholder, without author and body."
)
class Comment(Node):
    article: Annotated["Article", strawberry.lazy("schema.article")] = edge("article")
    parent: "Comment | None" = edge("parent")
    depth: int = column("depth", "0 for a root comment.")
    author: Commenter | None = edge("author")
    body: str | None = body()
    placeholder: CommentPlaceholder | None = column("placeholder")
    status: Status = column("status")
    created_at: DateTime = column("created_at")
    edited_at: DateTime | None = column("edited_at")
    replies: Connection["Comment"] = rule(OfPage(edge="replies"), resolver=comment_page)
    reply_count: int = column("reply_count")
    reaction_count: int = column("reaction_count")
    viewer_has_reacted: bool = rule(OfColumn("viewer_has_reacted", weight=1))
    viewer_has_flagged: bool = rule(OfColumn("viewer_has_flagged", weight=1))
    viewer_can_edit: bool = column("viewer_can_edit")
    decisions: list[ModerationDecision] = edge(
        "decisions", "Moderators and the author only; empty for others. The newest first, at most 50."
    )
    flags: list[CommentFlag] = edge("flags", "Moderators only; empty for others. The newest first, at most 50.")


def _comment(id: strawberry.ID) -> Comment | None:
    planned()


@strawberry.type
class CommentQuery:
    comment: Comment | None = rule(OfKey("comments"), resolver=_comment)
