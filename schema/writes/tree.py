"""What the public sees of a thread when some of its comments change. Pure: rows in, rows out.

A comment says something to everybody (it is live) while its status is public and it is not gone for good. One that is
not live stays in sight as a placeholder while replies hang below it that are in sight, and disappears with the last.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from typing import Any
from uuid import UUID

from db.changes import Kind, Line
from ingest.moderation.case import Status


def is_gone(placeholder: str | None) -> bool:
    """Whether a comment is gone for good, of its author's own doing: its text is wiped, so that it never comes back."""
    return placeholder in ("DELETED", "ERASED")


@dataclass(frozen=True, slots=True)
class Node:
    """A comment as far as its place in sight depends on it."""

    id: UUID
    article_id: UUID
    parent_id: UUID | None
    author_id: UUID | None
    depth: int
    status: str
    placeholder: str | None
    is_public: bool
    reply_count: int

    @classmethod
    def of(cls, row: Any) -> "Node":
        return cls(*(row[name] for name in cls.__slots__))

    @property
    def live(self) -> bool:
        """Whether everybody sees what it says."""
        return self.is_public and self.placeholder is None


@dataclass(slots=True)
class Settled:
    """nodes: those that differ from before. articles, commenters: by how much their counts of live comments move.
    lines: of the log, in the order of ids."""

    nodes: list[Node] = field(default_factory=list)
    articles: Counter[UUID] = field(default_factory=Counter)
    commenters: Counter[UUID] = field(default_factory=Counter)
    lines: list[Line] = field(default_factory=list)


def settle(before: Mapping[UUID, Node], changed: Iterable[Node], hidden: Set[UUID] = frozenset()) -> Settled:
    """The rows after a change.

    before: the changed ones and all that they hang below. changed: with the status, placeholder (DELETED or ERASED) and
    author that they get; what follows from that is found here. hidden: articles that nobody sees now; what commenters
    wrote there is counted when they come back.
    """
    after = dict(before)
    waiting: list[tuple[int, UUID]] = []
    touched = set()
    for node in changed:
        after[node.id] = node
        touched.add(node.id)
        heappush(waiting, (-node.depth, node.id))
    queued = set(touched)
    while waiting:
        _, id_ = heappop(waiting)
        node = after[id_] = _placed(after[id_])
        parent = after.get(node.parent_id) if node.parent_id is not None else None
        by = node.is_public - before[id_].is_public
        if parent is not None and by:
            # The deepest first, so that a parent is looked at when all of its replies are settled.
            after[parent.id] = replace(parent, reply_count=parent.reply_count + by)
            if parent.id not in queued:
                queued.add(parent.id)
                heappush(waiting, (-parent.depth, parent.id))
    return _told(before, after, touched, hidden)


def _placed(node: Node) -> Node:
    gone = is_gone(node.placeholder)
    live = Status(node.status).is_public and not gone
    shown = live or node.reply_count > 0
    placeholder = node.placeholder if gone else "REMOVED" if shown and not live else None
    return replace(node, placeholder=placeholder, is_public=shown)


def _told(before: Mapping[UUID, Node], after: Mapping[UUID, Node], touched: Set[UUID], hidden: Set[UUID]) -> Settled:
    settled = Settled()
    for id_ in sorted(after):
        old, new = before[id_], after[id_]
        if old != new:
            settled.nodes.append(new)
        settled.articles[new.article_id] += new.live - old.live
        for author, by in ((old.author_id, -old.live), (new.author_id, new.live)):
            if author is not None and new.article_id not in hidden:
                settled.commenters[author] += by
        if new.is_public and (old != new or id_ in touched):
            kind = Kind.COMMENT_UPDATED if old.is_public else Kind.COMMENT_POSTED
            settled.lines.append(Line(kind, f"c_{id_}", new.article_id))
        elif old.is_public and not new.is_public:
            settled.lines.append(Line(Kind.COMMENT_REMOVED, f"c_{id_}", new.article_id))
    return settled
