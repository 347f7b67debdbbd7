"""Comments changed in a transaction: locked with all that they hang below, settled (`tree.py`), counted."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from db.changes import Line
from db.statements import statements
from schema.writes.tree import Node, Settled, settle


@dataclass(frozen=True, slots=True)
class Locked:
    """Comments that are locked, with those they hang below, and the rows of their articles."""

    articles: dict[UUID, Any]
    rows: dict[UUID, Any]

    @property
    def nodes(self) -> dict[UUID, Node]:
        return {id_: Node.of(row) for id_, row in self.rows.items()}


async def lock(connection: Any, comments: Sequence[UUID]) -> Locked:
    """Lock comments, first their articles. What isn't there is left out."""
    sql = statements("comments")
    articles = await connection.fetch(sql["articles_of"], comments)
    rows = await connection.fetch(sql["with_ancestors"], comments)
    return Locked({row["id"]: row for row in articles}, {row["id"]: row for row in rows})


async def change(connection: Any, locked: Locked, ids: Iterable[UUID], to: Callable[[Node], Node]) -> list[Line]:
    """Change locked comments and count what follows; the lines for the log."""
    before = locked.nodes
    hidden = {id_ for id_, row in locked.articles.items() if not row["is_public"]}
    settled = settle(before, [to(before[id_]) for id_ in ids], hidden)
    await _write(connection, settled)
    return settled.lines


async def _write(connection: Any, settled: Settled) -> None:
    nodes = settled.nodes
    if nodes:
        columns = ("id", "status", "placeholder", "is_public", "reply_count", "author_id")
        values = [[getattr(node, name) for node in nodes] for name in columns]
        await connection.execute(statements("comments")["settle"], *values)
    articles = sorted(id_ for id_, by in settled.articles.items() if by)
    if articles:
        by = [settled.articles[id_] for id_ in articles]
        await connection.execute(statements("comments")["count_articles"], articles, by)
    await count_commenters(connection, settled.commenters)


async def count_commenters(connection: Any, moved: Mapping[UUID, int]) -> None:
    """Move commenters' counts, in the order of ids."""
    ids = sorted(id_ for id_, by in moved.items() if by)
    if ids:
        await connection.execute(statements("commenters")["count"], ids, [moved[id_] for id_ in ids])
