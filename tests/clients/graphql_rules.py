"""For schemathesis: what GraphQL can't say of arguments, so that operations that are meant to be valid are.

`first` excludes `last`, both are 1 to 100, a cursor belongs to its list and order, a search query has a grammar, a
filter has a size. Operations that are meant to be refused stay as they are.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import schemathesis
from graphql import (
    ArgumentNode,
    FieldNode,
    ListValueNode,
    NameNode,
    NullValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    StringValueNode,
    ValueNode,
    Visitor,
    parse,
    parse_value,
    print_ast,
    visit,
)
from hypothesis import strategies as st
from schemathesis.graphql import nodes

from db.tables import SEARCH_ORDERS, TABLES, Order
from schema.query import MAX_CHARACTERS

_ID = "00000000-0000-7000-8000-000000000000"
_LISTS = {
    "articles": (TABLES["articles"].orders, "NEWEST"),
    "search": (SEARCH_ORDERS, "RELEVANCE"),
    "sources": (TABLES["sources"].orders, "NAME"),
    "topics": (TABLES["topics"].orders, "NAME"),
    "comments": (TABLES["comments"].orders, "OLDEST"),
    "replies": (TABLES["comments"].orders, "OLDEST"),
    "thread": (TABLES["comments"].orders, "THREAD"),
    "revisions": (TABLES["revisions"].orders, "NEWEST"),
}
# An article's topics are few and no connection; the root field of that name is one.
_PAGED = {"first", "last", "after", "before", "orderBy", "filter"}
_MOST_ROWS = 5
_MOST_CONDITIONS = 18
_MOST_LEVELS = 4

_PARTS = st.text("abcxyz0123456789-._~", min_size=1, max_size=12)
schemathesis.graphql.scalar("URL", st.builds("https://{}.example/{}".format, _PARTS, _PARTS).map(nodes.String))


@schemathesis.hook
def before_call(_context: object, case: Any, **_: object) -> None:
    if case.meta is not None and case.meta.generation.mode.is_positive:
        case.body = within_the_rules(case.body)


def within_the_rules(document: str) -> str:
    """A valid document with arguments that the service takes."""
    return print_ast(visit(parse(document, no_location=True), _Rules()))


class _Rules(Visitor):
    def leave_field(self, node: FieldNode, *_: Any) -> FieldNode:
        given = {a.name.value: a.value for a in node.arguments or () if not isinstance(a.value, NullValueNode)}
        if "by" in given:
            given["by"] = _one(given["by"])
        if "query" in given:
            given["query"] = _phrase(given["query"])
        if "filter" in given:
            given["filter"] = _tidy(given["filter"], _Room())
        if node.name.value in _LISTS and node.selection_set and _is_list(node, given):
            given = _page(node.name.value, given)
        return replace(node, arguments=tuple(ArgumentNode(name=NameNode(value=n), value=v) for n, v in given.items()))
