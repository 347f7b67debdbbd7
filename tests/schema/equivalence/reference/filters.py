"""Filters, applied row by row in Python: written from docs/graphql.md and the descriptions of the contract."""

from collections.abc import Callable, Mapping
from typing import Any

from ingest.search_text import fold
from tests.schema.equivalence.reference import queries
from tests.schema.equivalence.reference.refusal import Refusal
from tests.schema.equivalence.reference.view import View
from tests.schema.equivalence.rows import Row

MOST_LISTED = 100
_MOST_CONDITIONS, _DEEPEST = 20, 4
Test = Callable[[View, Row, Any], bool]


def _slug_of(table: str, column: str) -> Test:
    return lambda view, row, slugs: row[column] in _ids(view, table, slugs)


def _ids(view: View, table: str, slugs: list[str]) -> set[Any]:
    return {view.by_slug(table, slug) for slug in slugs} - {None}


def _signed(view: View, article: Row, slugs: list[str]) -> bool:
    asked = _ids(view, "authors", slugs)
    links = view.rows.hanging("article_authors", "article_id", article["id"])
    return any(link["author_id"] in asked for link in links)


def _has_image(view: View, article: Row, wanted: bool) -> bool:
    return bool(view.rows.hanging("images", "article_id", article["id"])) is wanted


ARTICLES: Mapping[str, Test] = {
    "sources": _slug_of("sources", "source_id"),
    "topics": lambda view, row, slugs: bool(view.topics(row) & _ids(view, "topics", slugs)),
    "authors": _signed,
    "languages": lambda _, row, tags: queries.speaks(row["language"], tags),
    "kinds": lambda _, row, kinds: row["kind"] in kinds,
    "publishedFrom": lambda _, row, time: row["published_at"] >= time,
    "publishedTo": lambda _, row, time: row["published_at"] < time,
    "changedFrom": lambda _, row, time: row["changed_at"] >= time,
    "changedTo": lambda _, row, time: row["changed_at"] < time,
    "hasImage": _has_image,
    "matching": lambda view, row, query: queries.matches(view, row, queries.read(query)),
    "and": lambda view, row, of: all(holds(view, row, filter_, ARTICLES) for filter_ in of),
    "or": lambda view, row, of: any(holds(view, row, filter_, ARTICLES) for filter_ in of),
    "not": lambda view, row, filter_: not holds(view, row, filter_, ARTICLES),
}
SOURCES: Mapping[str, Test] = {
    "languages": lambda _, row, tags: queries.speaks(row["language"], tags),
    "countries": lambda _, row, codes: row["country"] in [code.upper() for code in codes],
    "nameContains": lambda _, row, text: fold(text) in row["sort_name"],
}
TOPICS: Mapping[str, Test] = {
    "nameContains": lambda _, row, text: fold(text) in row["sort_name"],
    "broader": lambda view, row, slug: (
        row["broader_id"] is not None and row["broader_id"] == view.by_slug("topics", slug)
    ),
}
TESTS = {"ArticleFilter": ARTICLES, "SourceFilter": SOURCES, "TopicFilter": TOPICS}


def holds(view: View, row: Row, filter_: Mapping[str, Any] | None, tests: Mapping[str, Test]) -> bool:
    """Whether all conditions of a filter hold; a null one is as if it was not there."""
    return all(tests[name](view, row, value) for name, value in (filter_ or {}).items() if value is not None)


def refuse(filter_: Mapping[str, Any] | None) -> None:
    """Look at a whole filter.

    Raises:
        Refusal: it is too large or too deep, or holds what can't be read.
    """
    if filter_ is not None:
        _refuse(filter_, 1, [0])


def _refuse(filter_: Mapping[str, Any], depth: int, conditions: list[int]) -> None:
    if depth > _DEEPEST:
        raise Refusal("BAD_REQUEST", f"The filter is nested more than {_DEEPEST} deep.")
    for name, value in filter_.items():
        if value is None:
            continue
        _count(conditions)
        if name in ("and", "or", "not"):
            for inner in [value] if name == "not" else value:
                _count(conditions)
                _refuse(inner, depth + 1, conditions)
        elif name == "matching":
            queries.read(value)
        elif isinstance(value, list):
            refuse_long(value)


def _count(conditions: list[int]) -> None:
    conditions[0] += 1
    if conditions[0] > _MOST_CONDITIONS:
        raise Refusal("BAD_REQUEST", f"The filter has more than {_MOST_CONDITIONS} conditions.")


def refuse_long(values: list[Any]) -> None:
    if len(values) > MOST_LISTED:
        raise Refusal("BAD_REQUEST", f"A list holds {len(values)} values; at most {MOST_LISTED} are allowed.")
