"""The sample edition: what a first run has to show. Everything in jobs/sample/ is invented."""

import html
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from db.changes import Kind, Line, append
from db.ids import uuid7
from db.pool import Database
from db.statements import statements
from ingest.moderation.case import Status

EDITION = Path(__file__).parent / "sample"


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment of the sample. `parent` is its place in the discussion, None for a root; parents come first."""

    parent: int | None
    author: str
    text: str | None
    status: str
    placeholder: str | None
    is_public: bool
    created_at: datetime
    edited_at: datetime | None
    reactions: int


@dataclass(frozen=True, slots=True)
class Commenter:
    name: str
    role: str
    since: datetime


async def load_if_empty(database: Database, *, now: datetime) -> bool:
    """Load the sample edition unless it is there already or anything else is; True where something was loaded.

    Articles come in as every feed does, discussions in one transaction for each article. A load that was cut off is
    completed: until the last discussion stands, the articles are read again, which changes nothing that is there.
    """
    sql = statements("sample")
    if await database.value(sql["foreign"]):
        return False
    people, discussions = read_discussions(EDITION / "comments.json")
    if not await database.rows(sql["silent"], list(discussions)):
        return False
    # Imported only now: the parsers take longer to load than the checks above, which every start makes.
    from jobs.ingest import import_paths

    # In this order: the later documents correct the first.
    await import_paths(database, [EDITION / "first", EDITION / "later"], clock=lambda: now, workers=1)
    for row in await database.rows(sql["silent"], list(discussions)):
        await _post(database, row["url"], discussions[row["url"]], people, now=now)
    return True


def read_discussions(path: Path) -> tuple[dict[str, Commenter], dict[str, list[Comment]]]:
    """The commenters of a file by name, and its discussions by the address of their article."""
    document = json.loads(path.read_text(encoding="utf-8"))
    people = {
        each["name"]: Commenter(each["name"], each["role"], datetime.fromisoformat(each["since"]))
        for each in document["commenters"]
    }
    return people, {each["article"]: _flat(each["comments"]) for each in document["discussions"]}


def _flat(tree: list[Mapping[str, Any]]) -> list[Comment]:
    found: list[Comment] = []

    def add(node: Mapping[str, Any], parent: int | None, seen: bool) -> None:
        is_public = seen and _shows(node)
        found.append(
            Comment(
                parent=parent,
                author=node["by"],
                text=node.get("text"),
                status=node.get("status", "PUBLISHED"),
                placeholder=node.get("placeholder"),
                is_public=is_public,
                created_at=datetime.fromisoformat(node["at"]),
                edited_at=datetime.fromisoformat(node["edited"]) if "edited" in node else None,
                reactions=node.get("reactions", 0),
            )
        )
        place = len(found) - 1
        for reply in node.get("replies", ()):
            add(reply, place, is_public)

    for root in tree:
        add(root, None, True)
    return found


def _shows(node: Mapping[str, Any]) -> bool:
    """Whether the public sees a comment whose parents it sees: held ones never, a placeholder only above replies."""
    if not Status(node.get("status", "PUBLISHED")).is_public:
        return False
    return "placeholder" not in node or any(_shows(reply) for reply in node.get("replies", ()))


async def _post(
    database: Database, url: str, comments: list[Comment], people: Mapping[str, Commenter], *, now: datetime
) -> None:
    """Write one discussion, with its commenters, counters and lines in the log; nothing where it already stands."""
    sql = statements("comments")
    async with database.transaction() as connection:
        await connection.execute(statements("sample")["lock"])
        if not await connection.fetch(statements("sample")["silent"], [url]):
            return
        article: UUID | None = await connection.fetchval(sql["lock_article"], url)
        if article is None:
            return
        authors = await _authors(connection, [people[name] for name in sorted({c.author for c in comments})], now)
        ids: list[UUID] = []
        for comment in comments:
            ids.append(uuid7(now))
            parent = None if comment.parent is None else ids[comment.parent]
            author = None if comment.placeholder == "ERASED" else authors[comment.author]
            await connection.execute(sql["post"], ids[-1], article, parent, author, *_columns(comment))
        public = [id for id, comment in zip(ids, comments, strict=True) if comment.is_public]
        await connection.execute(sql["count_article"], public, article)
        await connection.execute(sql["count_replies"], public)
        heard = Counter(authors[c.author] for c in comments if c.is_public and c.placeholder is None)
        await connection.execute(statements("commenters")["count"], sorted(heard), [heard[id] for id in sorted(heard)])
        # Only what the public sees has been posted.
        await append(connection, [Line(Kind.COMMENT_POSTED, f"c_{id}", article) for id in public])


def _columns(comment: Comment) -> Iterator[Any]:
    yield None if comment.text is None else f"<p>{html.escape(comment.text, quote=False)}</p>"
    yield comment.text
    yield comment.status
    yield comment.placeholder
    yield comment.is_public
    yield comment.created_at
    yield comment.edited_at
    yield comment.reactions
    yield comment.text
    yield None  # its author is invented


async def _authors(connection: Any, people: list[Commenter], now: datetime) -> dict[str, UUID]:
    """The ids of commenters by name; those who are not there yet are added."""
    sql = statements("commenters")
    known = await connection.fetch(sql["known"], [p.name for p in people], [p.since for p in people])
    found: dict[str, UUID] = {row["display_name"]: row["id"] for row in known}
    new = {person: uuid7(now) for person in people if person.name not in found}
    if new:
        names, roles, since = [p.name for p in new], [p.role for p in new], [p.since for p in new]
        await connection.execute(sql["add"], list(new.values()), names, roles, since)
    return found | {person.name: id for person, id in new.items()}
