"""A read → SQL: one statement that returns the finished JSON as text.

The text is canonical: the same read gives the same text, so that prepared statements hit. `concat` with `to_json` is
used because it is faster than `json_build_object` and keeps the order of fields.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from db.find import KEY_TYPE, by_text, found_by_text, way_of
from db.read import (
    FULL_SOURCES,
    NOW,
    VIEWER,
    All,
    AnyOf,
    ByLetter,
    Condition,
    Cursor,
    Given,
    Info,
    Items,
    Json,
    Keyset,
    Lookup,
    Many,
    Not,
    Object,
    One,
    Page,
    Param,
    Present,
    Rank,
    Read,
    Test,
    Total,
    Value,
)
from db.tables import (
    PAGES,
    PAGES_IN_FULL,
    POLICY,
    POLICY_IN_FULL,
    RANK,
    TABLES,
    WHOLE,
    Audience,
    Column,
    Edge,
    KeyKind,
    Table,
)

# `concat` takes at most 100 arguments.
_CONCAT = 90
# What a total counts up to, and how many matches (the newest) a ranked search ranks.
COUNTED = 10_000
RANKED = 250


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement and its parameters in order. constant: its answer, where that needs no row."""

    text: str
    params: tuple[Param, ...]
    constant: str | None = None


def statement(read: Object, audience: Audience, *, in_full: bool = False) -> Statement:
    """The statement of a whole answer, `{"data": …}` as text, with what this audience may see.

    in_full: whether the caller has the texts of some sources in full.
    """
    writer = Writer(audience, in_full)
    pieces = ['{"data":', *writer.object(read, None, ""), "}"]
    texts = [piece for piece in pieces if isinstance(piece, str)]
    constant = "".join(texts) if len(texts) == len(pieces) else None
    return Statement(f"select {writer.concat(pieces)}", tuple(writer.params), constant)


@dataclass(frozen=True, slots=True)
class _Sql:
    """A piece of an answer that is an expression; plain strings are JSON text."""

    text: str


_Pieces = list["str | _Sql"]


def _beside(t: str, edge: str) -> str:
    """The alias of the row beside a row, to which an edge of it always leads."""
    return f"{t}_{edge}"


def _named(sql: str, t: str) -> list[str]:
    """The columns of a row that an expression names."""
    return [*dict.fromkeys(re.findall(rf"\b{t}\.(\w+)", sql))]


def _select(t: str, columns: Iterable[str]) -> str:
    return f"select {','.join(f'{t}.{column}' for column in columns)}"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


class _Lazily:
    """A piece of SQL that is made where a template names it: a parameter that nothing names must not be bound."""

    def __init__(self, made: Callable[[], str]) -> None:
        self._made = made

    def __format__(self, _: str) -> str:
        return self._made()


class Writer:
    def __init__(self, audience: Audience, in_full: bool) -> None:
        self.audience: Audience = audience
        self.params: dict[Param, int] = {}
        self.aliases = 0
        self.in_full = in_full
        self.viewer = _Lazily(lambda: self.param(VIEWER))

    # -- names and parameters

    def alias(self) -> str:
        self.aliases += 1
        return f"t{self.aliases}"

    def param(self, param: Param) -> str:
        return f"${self.params.setdefault(param, len(self.params) + 1)}"

    def filled(self, template: str, t: str, params: Iterable[Param] = (), **more: "str | _Lazily") -> str:
        return template.format(
            *(_Lazily(partial(self.param, param)) for param in params),
            t=t,
            viewer=self.viewer,
            now=_Lazily(lambda: self.param(NOW)),
            moderates=str(self.audience == "moderator").lower(),
            policy=_Lazily(lambda: self.let_out(POLICY, POLICY_IN_FULL, t)),
            pages=_Lazily(lambda: self.let_out(PAGES, PAGES_IN_FULL, t)),
            whole=_Lazily(lambda: WHOLE[self.audience].format(t=more.get("o", t), viewer=self.viewer)),
            **more,
        )

    def let_out(self, usually: str, in_full: str, t: str) -> str:
        """What the source of a row lets out."""
        p = _beside(t, "source")
        return in_full.format(self.param(FULL_SOURCES), p=p) if self.in_full else usually.format(p=p)

    def with_beside(self, table: Table, t: str, body: str) -> str:
        """Joins of the rows that stand beside a row, those that an expression of it names. `offset 0` keeps the rows in
        their order: Postgres looks up what stands beside each, instead of joining all."""
        joins = ""
        for name, edge in table.edges.items():
            b = _beside(t, name)
            if edge.always and f"{b}." in body:
                other, v = TABLES[edge.table], self.alias()
                further = self.with_beside(other, b, body)
                columns = _select(v, _named(body + further, b))
                found = f"{columns} from {other.name} {v} where {self.reached(edge, other, v, t)} offset 0"
                joins += f" cross join lateral ({found}) {b}{further}"
        return joins

    def row_of(self, table: Table, t: str, body: str) -> str:
        """An expression of a row, selected from its table."""
        return f"select {body} from {table.name} {t}{self.with_beside(table, t, body)}"

    # -- pieces

    def concat(self, pieces: Sequence["str | _Sql"]) -> str:
        """One expression of pieces, neighbouring texts joined."""
        merged: list[str] = []
        text = ""
        for piece in pieces:
            if isinstance(piece, str):
                text += piece
                continue
            if text:
                merged.append(_quoted(text))
            text = ""
            merged.append(piece.text)
        if text or not merged:
            merged.append(_quoted(text))
        chunks = [merged[i : i + _CONCAT] for i in range(0, len(merged), _CONCAT)]
        return "||".join(f"concat({','.join(chunk)})" for chunk in chunks)

    def object(self, read: Object, table: Table | None, t: str, cursor: str = "") -> _Pieces:
        pieces: _Pieces = ["{"]
        for i, (key, value) in enumerate(read.fields):
            pieces.append(f'{"," if i else ""}"{key}":')
            pieces += self.value(value, table, t, cursor)
        pieces.append("}")
        return pieces

    def value(self, read: Read, table: Table | None, t: str, cursor: str) -> _Pieces:
        match read:
            case Json(text):
                return [text]
            case Given(param, kind):
                return [_Sql(f"to_json({self.param(param)}::{kind})")]
            case Present(param, inner):
                body = self.concat(self.object(inner, None, ""))
                return [_Sql(f"coalesce((select {body} where {self.param(param)}::integer is not null),'null')")]
            case Cursor():
                return ['"', _Sql(cursor), '"']
            case Object():
                return self.object(read, table, t, cursor)
            case Lookup():
                return [_Sql(self.lookup(read))]
            case ByLetter():
                return [_Sql(self.by_letter(read))]
            case Page():
                return [_Sql(self.page(read, t))]
        if table is None:
            raise TypeError(f"{read!r} needs a row")
        match read:
            case Value(name, params):
                return self.column(table.columns[name], t, params)
            case One():
                edge = table.edges[read.edge]
                if edge.always:
                    return self.object(read.read, TABLES[edge.table], _beside(t, read.edge))
                return [_Sql(self.one(edge, read, t))]
            case Many():
                return [_Sql(self.many(table.edges[read.edge], read, t))]

    def column(self, column: Column, t: str, params: tuple[Param, ...]) -> _Pieces:
        sql = self.filled(column.sql, t, params)
        if column.kind == "id":
            return [f'"{column.letter}_', _Sql(sql), '"']
        if column.kind == "int" and not column.nullable:
            return [_Sql(sql)]
        json = f"to_json({sql})"
        return [_Sql(f"coalesce({json},'null')" if column.nullable else json)]

    # -- single rows and short lists

    def one(self, edge: Edge, read: One, o: str) -> str:
        t, table = self.alias(), TABLES[edge.table]
        body = self.concat(self.object(read.read, table, t))
        found = f"({self.row_of(table, t, body)} where {self.reached(edge, table, t, o)})"
        return f"coalesce({found},'null')" if edge.nullable else found

    def many(self, edge: Edge, read: Many, o: str) -> str:
        t, table = self.alias(), TABLES[edge.table]
        body = self.concat(self.object(read.read, table, t))
        listed = f"concat('[',string_agg({body},',' order by {self.filled(edge.order, t, o=o)}),']')"
        if not edge.most:
            return f"({self.row_of(table, t, listed)} where {self.reached(edge, table, t, o)})"
        r, beside = f"{t}r", self.with_beside(table, t, listed)
        found = (
            f"{_select(r, _named(listed + beside, t))} from {table.name} {r} where {self.reached(edge, table, r, o)}"
        )
        first = f"{found} order by {self.filled(edge.order, r, o=o)} limit {edge.most}"
        return f"(select {listed} from ({first}) {t}{beside})"

    def seen(self, table: Table, t: str) -> str:
        """Whether the audience sees a row."""
        return self.filled(table.visible.get(self.audience, "false"), t)

    def reached(self, edge: Edge, table: Table, t: str, o: str, x: str = "") -> str:
        on = self.filled(f"{edge.entry} and {edge.on}" if edge.entry else edge.on, t, o=o, x=x)
        if edge.counted and self.audience == "public":
            on += f" and {o}.{edge.counted} > 0"  # known before anything is looked for
        visible = self.reachable(table, t) if edge.apart else self.seen(table, t)
        return on if visible == "true" else f"{on} and {visible}"

    def reachable(self, table: Table, t: str) -> str:
        """What a row has to be, that is looked up by itself: visible, and so what it lies within."""
        visible = self.seen(table, t)
        if not table.within:
            return visible
        edge, w = table.edges[table.within], self.alias()
        owner = TABLES[edge.table]
        within = f"{self.filled(edge.on, w, o=t)} and {self.reachable(owner, w)}"
        return f"{visible} and exists (select 1 from {owner.name} {w} where {within})"

    def lookup(self, read: Lookup) -> str:
        t, table = self.alias(), TABLES[read.table]
        body = self.concat(self.object(read.read, table, t))
        where = f"{self.condition(read.where, table, t)} and {self.reachable(table, t)}"
        return f"coalesce(({self.row_of(table, t, body)} where {where}),'null')"

    def by_letter(self, read: ByLetter) -> str:
        one = not read.many
        letter, uuid = (self.param(read.letters), self.param(read.uuids)) if one else ("i.letter", "i.id")
        cases = []
        for name, each in read.reads:
            t, table = self.alias(), TABLES[name]
            body = self.concat(self.object(each, table, t))
            cases.append(
                f" when '{table.letter}' then ({self.row_of(table, t, body)}"
                f" where {t}.id = {uuid}{'::uuid' if one else ''} and {self.reachable(table, t)})"
            )
        case = f"coalesce(case {letter}{'::text' if one else ''}{''.join(cases)} end,'null')"
        if one:
            return case
        ids = f"unnest({self.param(read.letters)}::text[],{self.param(read.uuids)}::text[]::uuid[])"
        return (
            f"(select concat('[',string_agg({case},',' order by i.n),']')"
            f" from {ids} with ordinality as i (letter, id, n))"
        )

    # -- conditions

    def condition(self, condition: Condition, table: Table, t: str, each: str = "") -> str:
        match condition:
            case Test(name, params):
                return self.filled(table.tests[name], t, params, each=each, seen=_Lazily(lambda: self.seen(table, "v")))
            case All(of):
                return "(" + " and ".join(self.condition(c, table, t, each) for c in of) + ")" if of else "true"
            case AnyOf(of):
                return "(" + " or ".join(self.condition(c, table, t, each) for c in of) + ")" if of else "false"
            case Not(of):
                # A test on a null column is neither true nor false: what does not match is all the rest.
                return f"({self.condition(of, table, t, each)}) is not true"

    # -- pages

    def page(self, page: Page, o: str) -> str:
        table, t = TABLES[page.table], self.alias()
        pieces: _Pieces = ["{"]
        rows_needed = False
        for i, (key, part) in enumerate(page.parts):
            pieces.append(f'{"," if i else ""}"{key}":')
            match part:
                case Json(text):
                    pieces.append(text)
                case Items(read):
                    rows_needed = True
                    pieces += ["[", _Sql(self.items(page, read, table, t)), "]"]
                case Info(fields):
                    # Without an aggregate over the rows there would be an answer for each of them.
                    rows_needed |= _counts_for(page, fields)
                    pieces += self.info(page, fields, table, t, o)
                case Total(exact):
                    compared = f"to_json(k.counted <= {COUNTED})" if exact else f"least(k.counted, {COUNTED})"
                    pieces.append(_Sql(f"(select {compared} from ({self.counted(page, table, o)}) k)"))
        pieces.append("}")
        body = self.concat(pieces)
        if not rows_needed:
            return f"(select {body})"
        beside = self.with_beside(table, t, body)
        return f"(select {body} from ({self.numbered(page, table, t, o, _named(body + beside, t))}) {t}{beside})"

    def size(self, page: Page) -> str:
        return str(page.size) if isinstance(page.size, int) else f"{self.param(page.size)}::integer"

    def items(self, page: Page, read: Object, table: Table, t: str) -> str:
        body = self.concat(self.object(read, table, t, cursor=self.cursor(page, t)))
        if not _counts(page):
            return f"string_agg({body},',')"
        direction = " desc" if page.backward else ""
        return f"string_agg({body},',' order by {t}.n{direction}) filter (where {t}.n <= {self.size(page)})"

    def info(self, page: Page, fields: tuple[tuple[str, str | Json], ...], table: Table, t: str, o: str) -> _Pieces:
        # Each is a function, since what is asked for a parameter has to use it.
        def more() -> str:
            return f"count({t}.n) > {self.size(page)}"

        def first() -> str:
            return f"coalesce(to_json((array_agg({self.cursor(page, t)}) filter (where {t}.n = 1))[1]),'null')"

        def last() -> str:
            return (
                f"coalesce(to_json((array_agg({self.cursor(page, t)} order by {t}.n desc)"
                f" filter (where {t}.n <= {self.size(page)}))[1]),'null')"
            )

        def beyond(keyset: Keyset | None, *, ahead: bool) -> str:
            return f"exists(select 1{self.beyond(page, keyset, table, o, ahead=ahead)})" if keyset is not None else ""

        def either(*conditions: str) -> str:
            found = " or ".join(filter(None, conditions))
            return f"to_json({found})" if found else "false"

        answers: dict[str, Callable[[], str]] = {
            "hasNextPage": lambda: either(beyond(page.before, ahead=True), "" if page.backward else more()),
            "hasPreviousPage": lambda: either(beyond(page.after, ahead=False), more() if page.backward else ""),
            "startCursor": last if page.backward else first,
            "endCursor": first if page.backward else last,
        }
        pieces: _Pieces = ["{"]
        for i, (key, name) in enumerate(fields):
            pieces.append(f'{"," if i else ""}"{key}":')
            if isinstance(name, Json):
                pieces.append(name.text)
            else:
                answer = answers[name]()
                pieces.append(answer if answer == "false" else _Sql(answer))
        pieces.append("}")
        return pieces

    def numbered(self, page: Page, table: Table, t: str, o: str, columns: Sequence[str]) -> str:
        """These columns of the page's rows in their order; where it counts them, numbered from its own side and with
        one more. All columns of wide rows would cost a short page a tenth of its time."""
        u = f"{t}r"
        way = way_of(page, table)
        # A row's number and rank are made here, and stand in no table.
        columns = [column for column in columns if column not in ("n", "score")]
        if page.rank is not None:
            found = f"select {u}.id, {u}.score, {u}.at{self.some(page, table, u, o)}"
            rows = self.picked(page, table, u, found, columns)
        elif by_text(page, table):
            where = [self.keyset(page, keyset, u, "", after=after) for keyset, after in self.bounds(page) if keyset]
            rows = self.picked(page, table, u, found_by_text(self, page, table, u, where, self.room(page)), columns)
        elif way is None:
            rows = f"{_select(u, columns)}{self.some(page, table, u, o)}"
        else:
            # As many of each thing that the test names, which an index gives, and the first of all those.
            k = self.alias()
            things = self.filled(way.of, "", way.params)
            each = f"{_select(u, dict.fromkeys((page.order.key, 'id', *columns)))}{self.some(way.page, table, u, k)}"
            rows = (
                f"select distinct on ({u}.{page.order.key}, {u}.id) {u}.* from {things} {k}"
                f" cross join lateral ({each}) {u}{self.ordered(page, u)}"
            )
        return f"select {u}.*, row_number() over () as n from ({rows}) {u}" if _counts(page) else rows

    def bounds(self, page: Page) -> tuple[tuple[Keyset | None, bool], tuple[Keyset | None, bool]]:
        return ((page.after, True), (page.before, False))

    def keyset(self, page: Page, keyset: Keyset, t: str, x: str, *, after: bool, inclusive: bool = False) -> str:
        sign = ">" if after != page.order.descending else "<"
        key, id_ = f"{self.param(keyset.key)}::{KEY_TYPE[page.order.kind]}", f"{self.param(keyset.id)}::uuid"
        return f"({', '.join(self.place(page, t, x))}) {sign}{'=' if inclusive else ''} ({key}, {id_})"

    def some(self, page: Page, table: Table, t: str, o: str) -> str:
        """FROM, WHERE, ORDER BY and LIMIT of a page's rows."""
        x = self.between(page)
        where = [self.keyset(page, keyset, t, x, after=after) for keyset, after in self.bounds(page) if keyset]
        return self.rows(page, table, t, o, x, where) + self.ordered(page, t, x)

    def ordered(self, page: Page, t: str, x: str = "", limit: str = "") -> str:
        """ORDER BY and LIMIT: the page, and one row more where it tells whether there are more, unless it is given."""
        direction = " desc" if page.order.descending != page.backward else ""
        key, id_ = self.place(page, t, x)
        return f" order by {key}{direction}, {id_}{direction} limit {limit or self.room(page)}"

    def room(self, page: Page) -> str:
        more = int(_counts(page))
        if isinstance(page.size, int):
            return str(page.size + more)
        return f"{self.size(page)} + 1" if more else self.size(page)

    def picked(self, page: Page, table: Table, t: str, found: str, columns: Sequence[str]) -> str:
        """Columns of rows that were found by little of them, in the page's order: read where they stand, `ctid`, which
        is faster than by an index."""
        v = self.alias()
        picked = [f"{t}.{column}" for column in columns] + ([f"{v}.score"] if page.rank is not None else [])
        there = f"{table.name} {t} on {t}.ctid = {v}.at"
        return f"select {','.join(picked)} from ({found}) {v} join {there}{self.ordered(page, v)}"

    def place(self, page: Page, t: str, x: str) -> tuple[str, str]:
        """The order's key and the id, in the row between where they stand there too."""
        beside = page.edge.beside if page.edge is not None and x else {}
        if page.order.key in beside:
            return f"{x}.{beside[page.order.key]}", f"{x}.{beside['id']}"
        return f"{t}.{page.order.key}", f"{t}.id"

    def between(self, page: Page) -> str:
        """An alias for the row between, where there is one."""
        return self.alias() if page.edge is not None and page.edge.through else ""

    def beyond(self, page: Page, keyset: Keyset, table: Table, o: str, *, ahead: bool) -> str:
        """Rows at the cursor itself or on its far side."""
        u = self.alias()
        if page.rank is None and by_text(page, table):
            where = [self.keyset(page, keyset, u, "", after=ahead, inclusive=True)]
            return f" from ({found_by_text(self, page, table, u, where, '1', any_order=True)}) {u}"
        way = way_of(page, table)
        if way is not None:
            page, o = way.page, self.alias()
        x = self.between(page)
        where = [self.keyset(page, keyset, u, x, after=ahead, inclusive=True)]
        rows = self.rows(page, table, u, o, x, where)
        if way is None:
            return rows
        return f" from {self.filled(way.of, '', way.params)} {o} cross join lateral (select 1{rows}) {u}"

    def rows(self, page: Page, table: Table, t: str, o: str, x: str, where: Sequence[str]) -> str:
        """FROM and WHERE of a page's rows, before paging."""
        if page.rank is not None:
            ranked = self.ranked(page.rank, page, table, t, o)
            return f" from ({ranked}) {t} where {' and '.join(where) if where else 'true'}"
        between = f", {page.edge.through} {x}" if page.edge is not None and x else ""
        where = [*self.conditions(page, table, t, o, x), *where]
        return f" from {table.name} {t}{between} where {' and '.join(where)}"

    def ranked(self, rank: Rank, page: Page, table: Table, t: str, o: str) -> str:
        """Ids, places and scores of a bounded number of the newest that a search finds."""
        frozen = [f"{t}.id <= {self.param(rank.newest)}::uuid"] if rank.newest is not None else []
        newest = replace(page, rank=None, order=table.orders["NEWEST"], backward=False, after=None, before=None)
        if by_text(newest, table):
            candidates = found_by_text(self, newest, table, t, frozen, str(RANKED))
        else:
            reached = self.rows(newest, table, t, o, "", frozen)
            first = self.ordered(newest, t, limit=str(RANKED))
            candidates = f"select {t}.ctid as at{reached}{first}"
        # Read again where they stand: sorting all that is found with its text beside it would take longer.
        c, score = self.alias(), self.filled(RANK, t, (rank.query,))
        return (
            f"select {t}.id, {t}.ctid as at, {score} as score from {table.name} {t}"
            f" where {t}.ctid = any(array(select {c}.at from ({candidates}) {c}))"
        )

    def conditions(self, page: Page, table: Table, t: str, o: str, x: str, *, each: str = "") -> list[str]:
        edge = page.edge
        conditions = [self.reached(edge, table, t, o, x)] if edge is not None else [self.reachable(table, t)]
        if page.where is not None:
            # Postgres guesses that a topic has few articles, and would go through all of them instead.
            where = self.condition(page.where, table, t, " offset 0" if edge is not None else each)
            for column, other in edge.beside.items() if edge is not None else ():
                where = where.replace(f"{t}.{column} ", f"{x}.{other} ")
            conditions.append(where)
        return conditions

    def counted(self, page: Page, table: Table, o: str) -> str:
        t, x, most = self.alias(), self.between(page), str(COUNTED + 1)
        page = replace(page, rank=None)
        if by_text(page, table):
            page = replace(page, order=table.orders["NEWEST"])
            return (
                f"select count(*) as counted from ({found_by_text(self, page, table, t, (), most, any_order=True)}) {t}"
            )
        return f"select count(*) as counted from (select 1{self.rows(page, table, t, o, x, ())} limit {most}) {t}"

    def cursor(self, page: Page, t: str) -> str:
        """A cursor as text: the order's code, the key, the id, and of a ranked search the newest id."""
        parts = [f"'{page.order.code}'", _KEY_TEXT[page.order.kind].format(f"{t}.{page.order.key}"), "'_'", f"{t}.id"]
        if page.rank is not None:
            newest = (
                f"{self.param(page.rank.newest)}::uuid"
                if page.rank.newest is not None
                else "(select w.id from articles w order by w.id desc limit 1)"
            )
            parts += ["'_'", newest]
        return f"concat({','.join(parts)})"


def _counts(page: Page) -> bool:
    """Whether a page's rows have to be numbered. Where they need not be, they are read in their order, and go into the
    answer as they come."""
    return page.backward or any(isinstance(part, Info) and _counts_for(page, part.fields) for _, part in page.parts)


def _counts_for(page: Page, fields: tuple[tuple[str, str | Json], ...]) -> bool:
    of_rows = {"startCursor", "endCursor", "hasPreviousPage" if page.backward else "hasNextPage"}
    return any(name in of_rows for _, name in fields)


# A key as the text of a cursor; `schema/cursor.py` reads it again.
_KEY_TEXT: dict[KeyKind, str] = {
    "time": "(extract(epoch from {0}) * 1000000)::bigint",
    "int": "{0}",
    "text": "encode(convert_to({0}, 'UTF8'), 'hex')",
    "bytes": "encode({0}, 'hex')",
}
