"""Connections: a whole list, sorted in Python, and a window of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from tests.schema.equivalence.reference.refusal import Refusal
from tests.schema.equivalence.reference.view import View
from tests.schema.equivalence.rows import Row

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CURSOR = re.compile("([a-z]{2})(-?[0-9a-f]*)_([0-9a-f-]{36})(?:_([0-9a-f-]{36}))?")
_LONGEST = 8192
_DEFAULT_SIZE = 20


@dataclass(frozen=True)
class Order:
    """A column, then the id, both up or both down. code: how its cursors begin. kind: of the column's values."""

    code: str
    column: str
    kind: type
    down: bool = False

    def key(self, row: Row) -> tuple[Any, UUID]:
        return row[self.column], row["id"]


ORDERS: Mapping[str, Mapping[str, Order]] = {
    "articles": {
        "NEWEST": Order("an", "published_at", datetime, down=True),
        "OLDEST": Order("ao", "published_at", datetime),
        "UPDATED": Order("au", "sort_updated_at", datetime, down=True),
        "MOST_COMMENTED": Order("am", "comment_count", int, down=True),
    },
    "search": {
        "RELEVANCE": Order("sr", "score", int, down=True),
        "NEWEST": Order("sn", "published_at", datetime, down=True),
        "OLDEST": Order("so", "published_at", datetime),
    },
    "sources": {
        "NAME": Order("on", "sort_name", str),
        "MOST_RECENT": Order("om", "sort_latest_at", datetime, down=True),
    },
    "topics": {
        "NAME": Order("tn", "sort_name", str),
        "MOST_ARTICLES": Order("ta", "article_count", int, down=True),
    },
    "comments": {
        "NEWEST": Order("cn", "created_at", datetime, down=True),
        "OLDEST": Order("co", "created_at", datetime),
        "MOST_REPLIES": Order("cr", "reply_count", int, down=True),
        "MOST_REACTIONS": Order("cx", "reaction_count", int, down=True),
    },
    "own": {"": Order("cn", "created_at", datetime, down=True)},
    "queue": {"": Order("co", "created_at", datetime)},
    "thread": {"": Order("ct", "thread_key", bytes)},
    "revisions": {"": Order("rn", "seen_at", datetime, down=True)},
}

# What each connection lists.
LISTS = {
    "Query.articles": "articles",
    "Query.search": "search",
    "Query.sources": "sources",
    "Query.topics": "topics",
    "Source.articles": "articles",
    "Topic.articles": "articles",
    "Author.articles": "articles",
    "Article.revisions": "revisions",
    "Article.comments": "comments",
    "Article.thread": "thread",
    "Comment.replies": "comments",
    "Viewer.comments": "own",
    "Commenter.comments": "own",
    "Viewer.replies": "own",
    "Query.moderationQueue": "queue",
}


def order_of(field: str, arguments: Mapping[str, Any]) -> Order:
    """The order of a connection (`Type.field`) with these arguments."""
    return ORDERS[LISTS[field]][arguments.get("orderBy", "")]


@dataclass(frozen=True)
class Place:
    """Where a cursor points to. newest: the newest article when a ranked search began."""

    key: tuple[Any, UUID]
    newest: UUID | None


def cursor(order: Order, row: Row, newest: UUID | None) -> str:
    value = row[order.column]
    if isinstance(value, datetime):
        text = str((value - _EPOCH) // timedelta(microseconds=1))
    elif isinstance(value, str):
        text = value.encode().hex()
    else:
        text = value.hex() if isinstance(value, bytes) else str(value)
    return f"{order.code}{text}_{row['id']}" + (f"_{newest}" if newest else "")


def place(text: str, order: Order) -> Place:
    """What a cursor says.

    Raises:
        Refusal: it is damaged, or of another order.
    """
    match = _CURSOR.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        raise Refusal(
            "BAD_CURSOR",
            "This is no cursor of this service. Take one from `pageInfo` or from an edge, as it stands.",
        )
    code, key, id_, newest = match.groups()
    if code != order.code:
        raise Refusal("BAD_CURSOR", "This cursor belongs to another list or order. Start again without it.")
    try:
        if (newest is None) == (order.code == "sr"):
            raise ValueError(text)
        return Place((_key(key, order.kind), _uuid(id_)), _uuid(newest) if newest else None)
    except (ValueError, OverflowError):
        raise Refusal("BAD_CURSOR", "This cursor is damaged. Start again without it.") from None


def _uuid(text: str) -> UUID:
    found = UUID(text)
    if str(found) != text:
        raise ValueError(text)
    return found


def _key(text: str, kind: type) -> Any:
    if kind is str:
        found = bytes.fromhex(text).decode()
        if "\0" in found:
            raise ValueError(text)
        return found
    if kind is bytes:
        return bytes.fromhex(text)
    number = int(text)
    if kind is datetime:
        return _EPOCH + timedelta(microseconds=number)
    if not -(2**31) <= number < 2**31:
        raise ValueError(text)
    return number


def refuse(arguments: Mapping[str, Any]) -> None:
    """Look at `first` and `last`.

    Raises:
        Refusal: they make no sense.
    """
    first, last = arguments.get("first"), arguments.get("last")
    if first is not None and last is not None:
        raise Refusal("BAD_REQUEST", "Give `first` or `last`, not both.")
    size = first if first is not None else last
    if size is not None and not 1 <= size <= 100:
        raise Refusal("BAD_REQUEST", f"`first` and `last` are 1 to 100; this is {size}.")


@dataclass
class Page:
    """A window of a list. query: the search query that its rows match, where it is one."""

    order: Order
    rows: list[Row]
    total: int
    exact: bool
    has_next: bool
    has_previous: bool
    query: str = ""
    newest: UUID | None = None

    def cursor(self, row: Row) -> str:
        return cursor(self.order, row, self.newest)


@dataclass
class Edge:
    page: Page
    row: Row


def page(
    view: View,
    rows: list[Row],
    order: Order,
    arguments: Mapping[str, Any],
    *,
    matches: int | None = None,
    query: str = "",
    newest: UUID | None = None,
) -> Page:
    """The window that the arguments ask for. rows: all of the list. matches: how many a search found, where not all
    of them are in the list."""
    total = len(rows) if matches is None else matches
    ordered = sorted(rows, key=order.key, reverse=order.down)
    after, before = (
        place(arguments[name], order).key if arguments.get(name) is not None else None for name in ("after", "before")
    )

    def side(row: Row, of: tuple[Any, UUID]) -> int:
        """-1 before a place, 0 at it, 1 after it."""
        found = (order.key(row) > of) - (order.key(row) < of)
        return -found if order.down else found

    window = [
        row for row in ordered if (after is None or side(row, after) > 0) and (before is None or side(row, before) < 0)
    ]
    first, last = arguments.get("first"), arguments.get("last")
    size = first if first is not None else last if last is not None else _DEFAULT_SIZE
    cut = len(window) > size
    has_next = before is not None and any(side(row, before) >= 0 for row in ordered)
    has_previous = after is not None and any(side(row, after) <= 0 for row in ordered)
    return Page(
        order=order,
        rows=window[-size:] if last is not None else window[:size],
        total=min(total, view.counted),
        exact=total <= view.counted,
        has_next=has_next or (cut and last is None),
        has_previous=has_previous or (cut and last is not None),
        query=query,
        newest=newest,
    )


def _page_info(name: str) -> Any:
    def read(_: View, page: Page, __: Mapping[str, Any]) -> Any:
        match name:
            case "hasNextPage":
                return page.has_next
            case "hasPreviousPage":
                return page.has_previous
            case "startCursor":
                return page.cursor(page.rows[0]) if page.rows else None
        return page.cursor(page.rows[-1]) if page.rows else None

    return read


_PARTS: Mapping[str, Any] = {
    "edges": lambda _, page, __: [Edge(page, row) for row in page.rows],
    "nodes": lambda _, page, __: page.rows,
    "pageInfo": lambda _, page, __: page,
    "totalCount": lambda _, page, __: page.total,
    "totalCountIsExact": lambda _, page, __: page.exact,
}
_EDGE: Mapping[str, Any] = {
    "cursor": lambda _, edge, __: edge.page.cursor(edge.row),
    "node": lambda _, edge, __: edge.row,
}
NOUNS = ("Article", "Search", "Source", "Topic", "Revision", "Comment")

FIELDS = {
    **{f"{noun}Connection.{name}": part for noun in NOUNS for name, part in _PARTS.items()},
    **{f"{noun}Edge.{name}": part for noun in NOUNS for name, part in _EDGE.items()},
    **{f"PageInfo.{n}": _page_info(n) for n in ("hasNextPage", "hasPreviousPage", "startCursor", "endCursor")},
}
