"""All rows of a database, read with one simple statement a table, and kept in Python."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import orjson

from db.pool import Database

# The type of the things in each table that has ids.
TYPES = {
    "articles": "Article",
    "sources": "Source",
    "topics": "Topic",
    "authors": "Author",
    "comments": "Comment",
    "commenters": "Commenter",
    "revisions": "Revision",
}
LINKS = ("article_keys", "article_authors", "article_topics", "images", "enclosures", "slugs")
SAID = ("reactions", "flags", "decisions")


class Row(dict[str, Any]):
    """A row by the names of its columns. type: what GraphQL calls it; empty for rows that only link others."""

    def __init__(self, values: Any, type_: str = "") -> None:
        super().__init__(values)
        self.type = type_


class Rows:
    """Every row, by table and id, and by what it hangs on."""

    def __init__(self, tables: dict[str, list[Row]]) -> None:
        self.tables = tables
        self.by_id: dict[str, dict[UUID, Row]] = {table: {row["id"]: row for row in tables[table]} for table in TYPES}
        self._hanging: dict[tuple[str, str], dict[Any, list[Row]]] = {}

    @classmethod
    async def read(cls, database: Database) -> "Rows":
        tables = {}
        for table in (*TYPES, *LINKS, *SAID):
            # As text a `real` is the number that was meant, 0.9 and not 0.8999999761581421.
            more = ", confidence::text as sure" if table == "article_topics" else ""
            found = await database.rows(f"select *{more} from {table}")
            tables[table] = [Row(row, TYPES.get(table, "")) for row in found]
        for row in tables["article_topics"]:
            row["confidence"] = float(row.pop("sure"))
        for row in tables["topics"]:
            row["names"] = orjson.loads(row["names"])
        return cls(tables)

    def __getitem__(self, table: str) -> list[Row]:
        return self.tables[table]

    def hanging(self, table: str, column: str, on: Any) -> list[Row]:
        """The rows of a table whose column holds a value."""
        known = self._hanging.get((table, column))
        if known is None:
            known = self._hanging[table, column] = defaultdict(list)
            for row in self.tables[table]:
                known[row[column]].append(row)
        return known.get(on, [])

    def with_ids(self) -> Iterator[Row]:
        for table in TYPES:
            yield from self.tables[table]
