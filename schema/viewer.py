"""The caller's own part: who they are, what they wrote, and what others answered."""

import strawberry
from strawberry import UNSET

from schema.comment import Comment, Commenter
from schema.fields import OfPage, OfRow, OfViewer, planned, rule
from schema.page import Connection


def _own_page(
    first: int | None = UNSET, after: str | None = UNSET, last: int | None = UNSET, before: str | None = UNSET
) -> Connection[Comment]:
    planned()


@strawberry.type
class Viewer:
    commenter: Commenter = rule(OfRow())
    comments: Connection[Comment] = rule(
        OfPage(edge="comments", order="NEWEST"),
        "All of one's own, held ones included; the newest first.",
        _own_page,
    )
    replies: Connection[Comment] = rule(
        OfPage(edge="replies", order="NEWEST"), "The inbox: what others answered; the newest first.", _own_page
    )


@strawberry.type
class ViewerQuery:
    viewer: Viewer | None = rule(OfViewer(), "Who is calling; null for the anonymous.")
