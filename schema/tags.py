"""What an answer was made of, as tags by which a CDN can be told to drop it.

A tag is a global id (`a_0192…`) or the name of a table (`articles`). The rule for whoever purges: for each line of the
log, drop the tag of what it names, the tag of its article, and the names of both their tables. An answer therefore
carries the ids of what it looked up by id and the tables of everything else that it read; what lies within a row (the
comments of an article) changes with lines that name that row.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from db.read import All, AnyOf, ByLetter, Condition, Items, Lookup, Many, Not, Object, One, Page, Test, Value
from db.tables import TABLES
from schema.bind import Bound
from schema.variables import filled

Tag = str | Bound

# Columns and keys of orders that count or date rows of another table.
_COUNTED = {"article_count": "articles", "latest_article_at": "articles", "sort_latest_at": "articles"}
_COUNTED_OF = {"commenters": {"comment_count": "comments"}}
# What policies of sources decide about.
_BY_POLICY = {"articles", "revisions"}


def tags(read: Object) -> tuple[Tag, ...]:
    """The tags of a read's answers, in a fixed order; a `Bound` stands for the ids that it holds."""
    return tuple(dict.fromkeys(_of(read, "", "")))


def named(tags: Sequence[Tag], variables: Mapping[str, Any]) -> tuple[str, ...]:
    """Tags as they go out, with the ids of this request."""
    found: list[str] = []
    for tag in tags:
        if isinstance(tag, str):
            found.append(tag)
            continue
        ids = filled(tag.of, variables)
        found += map(str, ids) if isinstance(ids, list) else (str(ids),)
    return tuple(found)


def _of(read: object, table: str, owner: str) -> Iterator[Tag]:
    """Tags of what is read from a row of `table`, where lines of the log that change the row name `owner` too."""
    match read:
        case Object(fields):
            for _, value in fields:
                yield from _of(value, table, owner)
        case Value(column):
            yield from _counted(table, column)
        case One(edge, inner) | Many(edge, inner):
            yield from _row(TABLES[table].edges[edge].table, inner, owner)
        case Lookup(name, Test("id", (param,)), inner):
            yield cast(Bound, param.source)
            yield from _row(name, inner, name)
        case Lookup(name, _, inner):
            yield name
            yield from _row(name, inner, name)
        case ByLetter(_, uuids, reads):
            yield cast(Bound, uuids.source)
            for name, inner in reads:
                yield from _row(name, inner, name)
        case Page():
            yield from _counted(page_table := read.table, read.order.key)
            if read.edge is None:
                yield page_table
            if read.where is not None:
                yield from _tested(read.where)
            for _, part in read.parts:
                inner = part.read if isinstance(part, Items) else Object(())
                yield from _row(page_table, inner, page_table if read.edge is None else owner)


def _row(name: str, inner: Object, owner: str) -> Iterator[Tag]:
    if name in _BY_POLICY:
        yield "sources"
    if not _lies_within(name, owner):
        yield name
        owner = name
    yield from _of(inner, name, owner)


def _lies_within(name: str, owner: str) -> bool:
    """Whether lines that change a row of the table name the row of `owner` by which it was reached."""
    table = TABLES[name]
    if name == owner or not table.letter:
        return True
    return bool(table.within) and table.edges[table.within].table == owner


def _counted(table: str, column: str) -> Iterator[str]:
    found = _COUNTED_OF.get(table, {}).get(column) or _COUNTED.get(column)
    if found is not None:
        yield found


def _tested(condition: Condition) -> Iterator[str]:
    match condition:
        case Test(name):
            if name in TABLES:
                yield name
        case All(of) | AnyOf(of):
            for part in of:
                yield from _tested(part)
        case Not(of):
            yield from _tested(of)
