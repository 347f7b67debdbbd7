"""Counters in rows, moved when articles enter or leave the public."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from db.statements import statements


async def count_public(connection: Any, came: Sequence[UUID], went: Sequence[UUID]) -> None:
    """Count articles that came into the public and went out of it at their sources, topics (broader ones included),
    authors and commenters, in the order of ids. The articles are written and locked already."""
    for noun in ("sources", "topics", "authors", "commenters"):
        moved = await connection.fetch(statements("due")[noun], came, went)
        ids, by = [row["id"] for row in moved], [row["by"] for row in moved]
        if noun == "sources":
            await connection.execute(statements(noun)["lock"], ids)
        await connection.execute(statements(noun)["count"], ids, by)
