"""How the rows of a page are found: by a text, or by the way that a test leaves open. The rest is `db/select.py`'s."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from db.read import All, Condition, Page, Param, Test
from db.tables import KeyKind, Table

if TYPE_CHECKING:
    from db.select import Writer

# A text that the last day holds less often than this is found seldom: what volumes hold of it comes at once, in a third
# of the time that it takes from span to span.
FEW = 4
# What a cursor's key is bound as. A time comes as text: asyncpg sends the first moment of the year 1, which stands for
# never, as -infinity.
KEY_TYPE: dict[KeyKind, str] = {"time": "text::timestamptz", "int": "integer", "text": "text", "bytes": "bytea"}


def found_by_text(
    writer: "Writer",
    page: Page,
    table: Table,
    t: str,
    where: Sequence[str],
    limit: str,
    *,
    any_order: bool = False,
) -> str:
    """The first rows that a text finds, among other tests: their ids, keys and places.

    How often the last day holds the text tells how it is best looked for. Where it holds few, all matches of the newest
    volume are looked at at once, then those of older ones, until there are enough; where the page has another order,
    those of all volumes. Where it holds many, rows are taken in the order of the page: from span to span where that is
    the order of the spans and nothing leads to fewer rows, else as an index gives them. A row between the spans and
    their rows would be read however many were found. `offset 0` keeps Postgres, which guesses that every text finds
    many, from walking through all rows in order instead.
    """
    spans, tests = table.spans, tests_of(page)
    assert spans is not None
    found = [each for each in _all(page.where) if isinstance(each, Test) and each.name in spans.tests]
    looked_at = [each for each in found if each.name != spans.final]
    edges, near, p, w = (writer.alias() for _ in range(4))
    # What the index decides alone is not looked at again.
    rest = without(page, [each for each in found if each.name == spans.final])
    passing = [*writer.conditions(rest, table, t, "", "", each=" offset 0"), *where]
    ordered = f" limit {limit}" if any_order else writer.ordered(page, t, limit=limit)
    columns = f"{t}.id, {t}.{page.order.key}, {t}.ctid as at"
    in_spans = (any_order or _as_spans(page, table)) and not tests.keys() & set(spans.instead)
    newest = f"({spans.top.format(t=w)})"
    if in_spans and not any_order and page.after is not None:
        # A cursor comes from outside, and may name a year in which nothing is.
        newest = f"least({writer.param(page.after.key)}::{KEY_TYPE['time']},{newest})"

    def by_index(part: str) -> list[str]:
        """What a row passes that the index finds in a part."""
        return [writer.filled(part, t, each.params[1:], o=edges, p=p) for each in found]

    def parts(of: str, part: str, when: str, ordered: str) -> str:
        """Rows that are found in parts: those of one after those of another, since each part is looked through when it
        is its turn (`lateral`)."""
        where = " and ".join([*passing, *by_index(part)])
        each = f"select {t}.* from (select {columns} from {table.name} {t} where {where} offset 0) {t}{ordered}"
        return f"select {t}.* from {edges}, {of.format(o=edges, p=p)} cross join lateral ({each}) {t} where {when}"

    lately = [writer.seen(table, t), *by_index(spans.lately), *(writer.condition(each, table, t) for each in looked_at)]
    counted = f"(select count(*) from {near})"
    few, many = f"{counted} < {FEW}", f"{counted} >= {FEW}"
    inner, outer = (ordered, f" limit {limit}") if in_spans else ("", ordered)
    at_once = parts(spans.volumes, spans.in_volume, few, inner) + outer
    if in_spans:
        walked = parts(spans.spans, spans.in_span, many, ordered) + outer
    else:
        walked = _walked(writer, page, table, t, [*where, many], columns, limit, ordered)
    return (
        f"with {edges} as materialized (select {w}.newest, {spans.edges.format(o=w)} from"
        f" (select {newest} as newest, ({spans.bottom.format(t=w)}) as oldest offset 0) {w}),"
        f" {near} as materialized (select from {table.name} {t} where {' and '.join(lately)} limit {FEW})"
        f" ({at_once}) union all ({walked})"
    )


def _walked(
    writer: "Writer", page: Page, table: Table, t: str, where: Sequence[str], columns: str, limit: str, ordered: str
) -> str:
    """Rows in the order of the page, by an index of all or by the way that a test leaves open."""
    way = way_of(page, table)
    if way is None:
        passing = [*writer.conditions(page, table, t, "", "", each=" offset 0"), *where]
        return f"select {columns} from {table.name} {t} where {' and '.join(passing)}{ordered}"
    k = writer.alias()
    each = _tested(writer, way.page, table, t, k, where, columns, limit)
    things = writer.filled(way.of, "", way.params)
    return (
        f"select distinct on ({t}.{page.order.key}, {t}.id) {t}.* from {things} {k}"
        f" cross join lateral ({each}) {t}{writer.ordered(page, t, limit=limit)}"
    )


def _tested(
    writer: "Writer", page: Page, table: Table, t: str, o: str, where: Sequence[str], columns: str, limit: str
) -> str:
    """Rows at the end of an edge, in its order, each looked at as it comes until enough have passed. Postgres would
    collect all that pass the text test instead."""
    edge, x = page.edge, writer.alias()
    assert edge is not None
    same = {page.order.key: page.order.key, "id": "id"}
    beside = edge.beside if edge.through else same
    entry = writer.filled(edge.entry or edge.on, x, o=o, x=x)
    direction = " desc" if page.order.descending != page.backward else ""
    place = f"{x}.{beside[page.order.key]}{direction}, {x}.{beside['id']}{direction}"
    passing = [
        f"{t}.id = {x}.{beside['id']}",
        writer.seen(table, t),
        *([writer.condition(page.where, table, t, " offset 0")] if page.where is not None else ()),
        *where,
    ]
    row = f"select {columns} from {table.name} {t} where {' and '.join(passing)} offset 0"
    return (
        f"select {t}.* from {edge.through or table.name} {x} cross join lateral ({row}) {t}"
        f" where {entry} order by {place} limit {limit}"
    )


@dataclass(frozen=True, slots=True)
class Way:
    """The way by which the rows of a page are reached: the things from which, and the page of one of them."""

    of: str
    params: tuple[Param, ...]
    page: Page


def way_of(page: Page, table: Table) -> Way | None:
    """The best way that a test of the page leaves open. None where its rows are reached by an edge already, or stand in
    another order."""
    tests = tests_of(page)
    if page.edge is not None or page.rank is not None:
        return None
    for name, way in table.ways.items():
        if name in tests and table.orders[way.edge.order].key == page.order.key:
            return Way(way.of, tests[name].params, replace(without(page, [tests[name]]), edge=way.edge))
    return None


def without(page: Page, tests: Sequence[Test]) -> Page:
    """The page without some of the tests that every row of it passes."""
    conditions = list(_all(page.where))
    for test in tests:
        conditions.remove(test)
    return replace(page, where=All(tuple(conditions)) if conditions else None)


def by_text(page: Page, table: Table) -> bool:
    """Whether a text finds the rows of a page."""
    return table.spans is not None and page.edge is None and not tests_of(page).keys().isdisjoint(table.spans.tests)


def _as_spans(page: Page, table: Table) -> bool:
    """Whether a page is in the order of the spans of its table."""
    if table.spans is None or page.backward:
        return False
    order = table.orders[table.spans.order]
    return (page.order.key, page.order.descending) == (order.key, order.descending)


def tests_of(page: Page) -> dict[str, Test]:
    """By name, tests that every row of a page passes."""
    return {each.name: each for each in _all(page.where) if isinstance(each, Test)}


def _all(condition: Condition | None) -> Iterator[Condition]:
    """What has to be true of all that a condition is made of."""
    if isinstance(condition, All):
        for each in condition.of:
            yield from _all(each)
    elif condition is not None:
        yield condition
