"""For schemathesis: what GraphQL can't say of arguments, so that operations that are meant to be valid are.

`first` excludes `last` and is 1 to 100, a cursor belongs to its list and order, a search query has a grammar, a time
lies between the years 2 and 9997, a filter and what is read have a size. Operations that are meant to be refused stay
as they are.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

import schemathesis
from graphql import (
    ArgumentNode,
    EnumValueNode,
    FieldNode,
    IntValueNode,
    ListValueNode,
    NameNode,
    NullValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    ValueNode,
    Visitor,
    parse,
    print_ast,
    visit,
)
from hypothesis import strategies as st
from schemathesis.graphql import nodes, scalar

from db.tables import SEARCH_ORDERS, TABLES, Order
from schema.build import build_schema

SCHEMA = build_schema()._schema
_ROWS = 5
_IDS = 3
_CONDITIONS = 18
_LEVELS = 4
_ID = "00000000-0000-7000-8000-000000000000"
_ORDERS = {
    "articles": (TABLES["articles"].orders, "NEWEST"),
    "search": (SEARCH_ORDERS, "RELEVANCE"),
    "sources": (TABLES["sources"].orders, "NAME"),
    "topics": (TABLES["topics"].orders, "NAME"),
    "comments": (TABLES["comments"].orders, "OLDEST"),
    "replies": (TABLES["comments"].orders, "OLDEST"),
    "moderationQueue": (TABLES["comments"].orders, "OLDEST"),
    "Commenter.comments": (TABLES["comments"].orders, "NEWEST"),
    "Viewer.comments": (TABLES["comments"].orders, "NEWEST"),
    "Viewer.replies": (TABLES["comments"].orders, "NEWEST"),
    "thread": (TABLES["comments"].orders, "THREAD"),
    "revisions": (TABLES["revisions"].orders, "NEWEST"),
}

_PARTS = st.text("abcxyz0123456789-_~", min_size=1, max_size=12)
_TIMES = st.datetimes(min_value=datetime(2, 1, 2), max_value=datetime(9997, 12, 30))
scalar("DateTime", _TIMES.map(lambda time: nodes.String(f"{time.isoformat()}Z")))
scalar("URL", st.builds("https://{}.example/{}".format, _PARTS, _PARTS).map(nodes.String))


@schemathesis.hook
def before_call(_context: object, case: Any, **_: object) -> None:
    if case.meta is not None and case.meta.generation.mode.is_positive:
        case.body = within_the_rules(case.body)


def within_the_rules(document: str) -> str:
    """A valid document with arguments that the service takes."""
    info = TypeInfo(SCHEMA)
    return print_ast(visit(parse(document, no_location=True), TypeInfoVisitor(info, _Rules(info))))


class _Rules(Visitor):
    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self.info = info

    def leave_field(self, node: FieldNode, *_: Any) -> FieldNode:
        field = self.info.get_field_def()
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        given = {name: value for name, value in given.items() if not isinstance(value, NullValueNode)}
        if field is not None and "first" in field.args:
            parent = self.info.get_parent_type()
            whole = f"{parent.name}.{node.name.value}" if parent is not None else ""
            given = _page(whole if whole in _ORDERS else node.name.value, given)
        for name, made in (("by", _one), ("filter", _tidy), ("query", _query), ("ids", _few)):
            if name in given:
                given[name] = made(given[name])
        arguments = (ArgumentNode(name=NameNode(value=name), value=value) for name, value in given.items())
        return replace(node, arguments=tuple(arguments))


def _page(list_: str, given: dict[str, ValueNode]) -> dict[str, ValueNode]:
    """`first` or `last`, both of few rows, and cursors that the list could have given out."""
    orders, usual = _ORDERS[list_]
    order_by = given.get("orderBy")
    order = orders[order_by.value if isinstance(order_by, EnumValueNode) else usual]
    kept = "last" if "last" in given and "first" not in given else "first"
    asked = given.get(kept)
    rows = abs(int(asked.value)) % _ROWS + 1 if isinstance(asked, IntValueNode) else _ROWS
    given = {name: value for name, value in given.items() if name not in ("first", "last")}
    given |= {name: StringValueNode(value=_cursor(order)) for name in ("after", "before") if name in given}
    return given | {kept: IntValueNode(value=str(rows))}


def _cursor(order: Order) -> str:
    # 10 is a time, a number, and a byte in hexadecimal; a ranked page remembers the newest id as well.
    return f"{order.code}10_{_ID}" + (f"_{_ID}" if order.code == "sr" else "")


def _one(by: ValueNode) -> ValueNode:
    """The first key that has a value, since only one is taken."""
    assert isinstance(by, ObjectValueNode)
    named = [field for field in by.fields if not isinstance(field.value, NullValueNode)]
    nobody = ObjectFieldNode(name=NameNode(value="id"), value=StringValueNode(value=""))
    return ObjectValueNode(fields=tuple(named[:1]) or (nobody,))


def _few(ids: ValueNode) -> ValueNode:
    """So many that all of them may be read with lists in lists."""
    assert isinstance(ids, ListValueNode)
    return ListValueNode(values=ids.values[:_IDS])


def _query(text: ValueNode) -> ValueNode:
    """A search query that holds any text, as a phrase."""
    assert isinstance(text, StringValueNode)
    phrase = text.value.replace('"', "")[:480]
    return StringValueNode(value=f'ferry OR "{phrase}"')


def _tidy(filter_: ValueNode) -> ValueNode:
    """A filter without the conditions that are too many or too deep."""
    return _within(filter_, [_CONDITIONS], 1)


def _within(filter_: ValueNode, room: list[int], level: int) -> ObjectValueNode:
    assert isinstance(filter_, ObjectValueNode)
    kept = []
    for field in filter_.fields:
        name, value = field.name.value, field.value
        if name in ("and", "or", "not") and not isinstance(value, NullValueNode):
            if level == _LEVELS or room[0] < 2:
                continue
            room[0] -= 1
            inner = [item for item in _items(value) if not isinstance(item, NullValueNode)]
            found = [_inner(item, room, level) for item in inner if room[0] > 0]
            value = ListValueNode(values=tuple(found)) if isinstance(value, ListValueNode) else found[0]
        elif room[0] == 0:
            continue
        else:
            room[0] -= 1
            if name == "matching" and not isinstance(value, NullValueNode):
                value = _query(value)
        kept.append(replace(field, value=value))
    return ObjectValueNode(fields=tuple(kept))


def _inner(filter_: ValueNode, room: list[int], level: int) -> ObjectValueNode:
    room[0] -= 1
    return _within(filter_, room, level + 1)


def _items(value: ValueNode) -> tuple[ValueNode, ...]:
    return value.values if isinstance(value, ListValueNode) else (value,)
