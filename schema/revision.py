"""Revisions: what an article said at one time."""

import strawberry
from strawberry import UNSET

from schema.fields import column, planned
from schema.node import Node
from schema.page import Connection
from schema.scalars import DateTime
from schema.text import body


@strawberry.type(description="What an article said at one time.")
class Revision(Node):
    seen_at: DateTime = column("seen_at")
    headline: str = column("headline")
    lead: str | None = column("lead")
    body: str | None = body()


def revision_page(
    first: int | None = UNSET, after: str | None = UNSET, last: int | None = UNSET, before: str | None = UNSET
) -> Connection[Revision]:
    planned()
