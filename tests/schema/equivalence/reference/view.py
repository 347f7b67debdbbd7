"""What a caller sees of the rows. Everything in the reference reads through this, and nothing else asks who may see
what; it is written from the words of the contract, not from the predicates in `db/tables.py`."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from schema.caller import ANONYMOUS, Caller
from tests.schema.equivalence.rows import TYPES, Row, Rows

# By a text query in Postgres' form: the rank of each article that there is, in millionths.
Ranks = Callable[[str], Awaitable[dict[UUID, int]]]


@dataclass(frozen=True)
class View:
    """The rows for one caller. counted: what a total counts up to; ranked: how many matches are ranked."""

    rows: Rows
    ranks: Ranks
    counted: int
    ranked: int
    caller: Caller = ANONYMOUS

    def sees(self, row: Row) -> bool:
        """Whether a row exists for the caller."""
        match row.type:
            case "Article":
                return bool(row["is_public"])
            case "Comment":
                mine = row["is_public"] or (self.concerns(row) and row["placeholder"] not in ("DELETED", "ERASED"))
                return bool(mine) and self.sees(self.rows.by_id["articles"][row["article_id"]])
            case "Revision":
                return self.sees(self.rows.by_id["articles"][row["article_id"]])
            case "Author":
                return bool(row["article_count"] > 0)
            case "Commenter":
                return row["comment_count"] > 0 or row["id"] == self.caller.reader or self.moderates
            case "Source" | "Topic":
                return True
        raise TypeError(row.type)

    @property
    def moderates(self) -> bool:
        return self.caller.role in ("MODERATOR", "ADMIN") or "moderate" in self.caller.scopes

    def concerns(self, comment: Row) -> bool:
        """Whether the caller wrote a comment, or moderates it."""
        is_author = self.caller.reader is not None and comment["author_id"] == self.caller.reader
        return is_author or self.moderates

    def has_words(self, comment: Row) -> bool:
        """Whether a comment that the caller sees is more than a placeholder to them."""
        return comment["placeholder"] is None or (comment["placeholder"] == "REMOVED" and self.concerns(comment))

    def source(self, id_: UUID) -> Row:
        """A source, with the policy that it has for the caller."""
        row = self.rows.by_id["sources"][id_]
        if id_ not in self.caller.full_sources:
            return row
        return Row({**row, "body_policy": "FULL", "serves_pages": True}, row.type)

    @cached_property
    def _all(self) -> dict[str, list[Row]]:
        return {table: self.seen(self.rows[table]) for table in TYPES}

    def all(self, table: str) -> list[Row]:
        """Every row of a table that the caller sees."""
        return self._all[table]

    def seen(self, rows: Iterable[Row]) -> list[Row]:
        return [row for row in rows if self.sees(row)]

    def one(self, table: str, id_: UUID | None) -> Row | None:
        """The row with an id, where the caller sees it."""
        row = self.rows.by_id[table].get(id_) if id_ is not None else None
        return row if row is not None and self.sees(row) else None

    def by_slug(self, table: str, slug: str) -> UUID | None:
        """The id behind a slug, new or old."""
        noun = table.removesuffix("s")
        found = [row for row in self.rows.hanging("slugs", "slug", slug) if row["noun"] == noun]
        return found[0]["id"] if found else None

    def broader(self, topic: UUID | None) -> set[UUID]:
        """A topic and all that are broader."""
        found: set[UUID] = set()
        while topic is not None:
            found.add(topic)
            topic = self.rows.by_id["topics"][topic]["broader_id"]
        return found

    def topics(self, article: Row) -> set[UUID]:
        """The topics of an article, broader ones included."""
        known: set[UUID] | None = article.get("topics")
        if known is None:
            known = article["topics"] = self._topics(article)
        return known

    def _topics(self, article: Row) -> set[UUID]:
        direct = [row for row in self.rows.hanging("article_topics", "article_id", article["id"]) if row["direct"]]
        return set().union(*(self.broader(row["topic_id"]) for row in direct))
