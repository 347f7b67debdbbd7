"""The log of changes: what its lines say, and how a transaction ends with them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from db.statements import statements


class Kind(StrEnum):
    """What happened. These are the contract's ChangeKind."""

    ARTICLE_PUBLISHED = "ARTICLE_PUBLISHED"
    ARTICLE_UPDATED = "ARTICLE_UPDATED"
    ARTICLE_ENRICHED = "ARTICLE_ENRICHED"
    ARTICLE_WITHDRAWN = "ARTICLE_WITHDRAWN"
    COMMENT_POSTED = "COMMENT_POSTED"
    COMMENT_UPDATED = "COMMENT_UPDATED"
    COMMENT_REMOVED = "COMMENT_REMOVED"
    STORY_UPDATED = "STORY_UPDATED"
    STORY_MERGED = "STORY_MERGED"
    STORY_REMOVED = "STORY_REMOVED"
    SOURCE_UPDATED = "SOURCE_UPDATED"
    TOPIC_UPDATED = "TOPIC_UPDATED"


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `node` is the global id of what changed, `article` the article that it belongs to, `was` what filters
    read before, of what this change made different."""

    kind: Kind
    node: str
    article: UUID | None = None
    was: Mapping[str, Any] = field(default_factory=dict)


async def append(connection: Any, lines: Sequence[Line]) -> None:
    """Write lines, as the last thing that a transaction does: from here to its end it holds the log's lock. Without
    lines nothing is sent."""
    if lines:
        await connection.execute(
            statements("changes")["append"],
            [line.kind.value for line in lines],
            [line.node for line in lines],
            [line.article for line in lines],
            [json.dumps(line.was, ensure_ascii=False) for line in lines],
        )
