"""A read → SQL: one statement that returns the finished JSON as text.

The text is canonical: the same read gives the same text, so that prepared statements hit. `concat` with `to_json` is
used because it is faster than `json_build_object` and keeps the order of fields.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from db.read import (
    All,
    AnyOf,
    ByLetter,
    Condition,
    Cursor,
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
    Read,
    Test,
    Total,
    Value,
)
from db.tables import RANK, TABLES, Audience, Column, Edge, KeyKind, Order, Table

# `concat` takes at most 100 arguments.
_CONCAT = 90
# What a total counts up to, and how many matches (the newest) a ranked search ranks.
COUNTED = 10_000
RANKED = 2_000


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement and its parameters in order. constant: its answer, where that needs no row."""

    text: str
    params: tuple[Param, ...]
    constant: str | None = None


def statement(read: Object, audience: Audience) -> Statement:
    """The statement of a whole answer, `{"data": …}` as text, with what this audience may see."""
    writer = _Writer(audience)
    pieces = ['{"data":', *writer.object(read, None, ""), "}"]
    texts = [piece for piece in pieces if isinstance(piece, str)]
    constant = "".join(texts) if len(texts) == len(pieces) else None
    return Statement(f"select {writer.concat(pieces)}", tuple(writer.params), constant)


@dataclass(frozen=True, slots=True)
class _Sql:
    """A piece of an answer that is an expression; plain strings are JSON text."""

    text: str


_Pieces = list["str | _Sql"]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


class _Writer:
    def __init__(self, audience: Audience) -> None:
        self.audience: Audience = audience
        self.params: dict[Param, int] = {}
        self.aliases = 0

    # -- names and parameters

    def alias(self) -> str:
        self.aliases += 1
        return f"t{self.aliases}"

    def param(self, param: Param) -> str:
        return f"${self.params.setdefault(param, len(self.params) + 1)}"

    def filled(self, template: str, t: str, params: Iterable[Param] = (), o: str = "") -> str:
        return template.format(*map(self.param, params), t=t, o=o)

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
                return [_Sql(self.one(table.edges[read.edge], read, t))]
            case Many():
                return [_Sql(self.many(table.edges[read.edge], read, t))]

    def column(self, column: Column, t: str, params: tuple[Param, ...]) -> _Pieces:
        sql = self.filled(column.sql, t, params)
        if column.kind == "id":
            return [f'"{column.letter}_', _Sql(sql), '"']
        if column.kind == "int" and not column.nullable:
            return [_Sql(sql)]
        json = f"to_json({sql})"
        return [_Sql(f"coalesce({json}::text,'null')" if column.nullable else json)]

    # -- single rows and short lists

    def one(self, edge: Edge, read: One, o: str) -> str:
        t, table = self.alias(), TABLES[edge.table]
        body = self.concat(self.object(read.read, table, t))
        found = f"(select {body} from {table.name} {t} where {self.reached(edge, table, t, o)})"
        return f"coalesce({found},'null')" if edge.nullable else found

    def many(self, edge: Edge, read: Many, o: str) -> str:
        t, table = self.alias(), TABLES[edge.table]
        body = self.concat(self.object(read.read, table, t))
        order = self.filled(edge.order, t, o=o)
        return (
            f"(select concat('[',string_agg({body},',' order by {order}),']')"
            f" from {table.name} {t} where {self.reached(edge, table, t, o)})"
        )

    def reached(self, edge: Edge, table: Table, t: str, o: str) -> str:
        on = self.filled(edge.on, t, o=o)
        visible = self.filled(table.visible.get(self.audience, "false"), t)
        return on if visible == "true" else f"{on} and {visible}"

    def reachable(self, table: Table, t: str) -> str:
        """What a row has to be, that is looked up by itself: visible, and so what it lies within."""
        visible = self.filled(table.visible.get(self.audience, "false"), t)
        if not table.within:
            return visible
        edge, w = table.edges[table.within], self.alias()
        owner = TABLES[edge.table]
        within = f"{self.filled(edge.on, w, o=t)} and {self.reachable(owner, w)}"
        return f"{visible} and exists (select 1 from {owner.name} {w} where {within})"

    def lookup(self, read: Lookup) -> str:
        t, table = self.alias(), TABLES[read.table]
        body = self.concat(self.object(read.read, table, t))
        where = self.condition(read.where, table, t)
        return f"coalesce((select {body} from {table.name} {t} where {where} and {self.reachable(table, t)}),'null')"

    def by_letter(self, read: ByLetter) -> str:
        one = not read.many
        letter, uuid = (self.param(read.letters), self.param(read.uuids)) if one else ("i.letter", "i.id")
        cases = []
        for name, found in read.reads:
            t, table = self.alias(), TABLES[name]
            body = self.concat(self.object(found, table, t))
            cases.append(
                f" when '{table.letter}' then (select {body} from {table.name} {t}"
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

    def condition(self, condition: Condition, table: Table, t: str) -> str:
        match condition:
            case Test(name, params):
                return self.filled(table.tests[name], t, params)
            case All(of):
                return "(" + " and ".join(self.condition(c, table, t) for c in of) + ")" if of else "true"
            case AnyOf(of):
                return "(" + " or ".join(self.condition(c, table, t) for c in of) + ")" if of else "false"
            case Not(of):
                # A test on a null column is neither true nor false: what does not match is all the rest.
                return f"({self.condition(of, table, t)}) is not true"

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
                    of_rows = {"startCursor", "endCursor", "hasPreviousPage" if page.backward else "hasNextPage"}
                    rows_needed |= any(name in of_rows for _, name in fields)
                    pieces += self.info(page, fields, table, t, o)
                case Total(exact):
                    compared = f"to_json(k.counted <= {COUNTED})" if exact else f"least(k.counted, {COUNTED})"
                    pieces.append(_Sql(f"(select {compared} from ({self.counted(page, table, o)}) k)"))
        pieces.append("}")
        rows = f" from ({self.numbered(page, table, t, o)}) {t}" if rows_needed else ""
        return f"(select {self.concat(pieces)}{rows})"

    def size(self, page: Page) -> str:
        return str(page.size) if isinstance(page.size, int) else f"{self.param(page.size)}::integer"

    def items(self, page: Page, read: Object, table: Table, t: str) -> str:
        body = self.concat(self.object(read, table, t, cursor=self.cursor(page, t)))
        direction = " desc" if page.backward else ""
        return f"string_agg({body},',' order by {t}.n{direction}) filter (where {t}.n <= {self.size(page)})"

    def info(self, page: Page, fields: tuple[tuple[str, str | Json], ...], table: Table, t: str, o: str) -> _Pieces:
        # Each is a function, since what is asked for a parameter has to use it.
        def more() -> str:
            return f"count({t}.n) > {self.size(page)}"

        def first() -> str:
            return f"coalesce(to_json((array_agg({self.cursor(page, t)}) filter (where {t}.n = 1))[1])::text,'null')"

        def last() -> str:
            return (
                f"coalesce(to_json((array_agg({self.cursor(page, t)} order by {t}.n desc)"
                f" filter (where {t}.n <= {self.size(page)}))[1])::text,'null')"
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

    def numbered(self, page: Page, table: Table, t: str, o: str) -> str:
        """The rows of the page and one more, numbered from its own side."""
        u = f"{t}r"
        direction = " desc" if page.order.descending != page.backward else ""
        where = [self.keyset(page.order, keyset, u, after=after) for keyset, after in self.bounds(page) if keyset]
        size = str(page.size + 1) if isinstance(page.size, int) else f"{self.size(page)} + 1"
        return (
            f"select {u}.*, row_number() over () as n from (select {u}.*{self.rows(page, table, u, o, where)}"
            f" order by {u}.{page.order.key}{direction}, {u}.id{direction} limit {size}) {u}"
        )

    def bounds(self, page: Page) -> tuple[tuple[Keyset | None, bool], tuple[Keyset | None, bool]]:
        return ((page.after, True), (page.before, False))

    def keyset(self, order: Order, keyset: Keyset, t: str, *, after: bool, inclusive: bool = False) -> str:
        sign = ">" if after != order.descending else "<"
        cast = {"time": "timestamptz", "int": "integer", "text": "text", "bytes": "bytea"}[order.kind]
        key, id_ = f"{self.param(keyset.key)}::{cast}", f"{self.param(keyset.id)}::uuid"
        return f"({t}.{order.key}, {t}.id) {sign}{'=' if inclusive else ''} ({key}, {id_})"

    def beyond(self, page: Page, keyset: Keyset, table: Table, o: str, *, ahead: bool) -> str:
        """Rows at the cursor itself or on its far side."""
        u = self.alias()
        where = self.keyset(page.order, keyset, u, after=ahead, inclusive=True)
        return self.rows(page, table, u, o, [where])

    def rows(self, page: Page, table: Table, t: str, o: str, where: Sequence[str]) -> str:
        """FROM and WHERE of a page's rows, before paging; a ranked search ranks a bounded number of the newest."""
        conditions = self.conditions(page, table, t, o)
        if page.rank is None:
            return f" from {table.name} {t} where {' and '.join([*conditions, *where])}"
        if page.rank.newest is not None:
            conditions.append(f"{t}.id <= {self.param(page.rank.newest)}::uuid")
        rank = self.filled(RANK, t, (page.rank.query,))
        candidates = (
            f"select {t}.* from {table.name} {t} where {' and '.join(conditions)}"
            f" order by {t}.published_at desc, {t}.id desc limit {RANKED}"
        )
        ranked = f"select {t}.*, {rank} as score from ({candidates}) {t}"
        return f" from ({ranked}) {t} where {' and '.join(where) if where else 'true'}"

    def conditions(self, page: Page, table: Table, t: str, o: str) -> list[str]:
        conditions = [self.reached(page.edge, table, t, o)] if page.edge is not None else [self.reachable(table, t)]
        if page.where is not None:
            conditions.append(self.condition(page.where, table, t))
        return conditions

    def counted(self, page: Page, table: Table, o: str) -> str:
        t = self.alias()
        where = " and ".join(self.conditions(page, table, t, o))
        return f"select count(*) as counted from (select 1 from {table.name} {t} where {where} limit {COUNTED + 1}) {t}"

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


# A key as the text of a cursor; `schema/cursor.py` reads it again.
_KEY_TEXT: dict[KeyKind, str] = {
    "time": "(extract(epoch from {0}) * 1000000)::bigint",
    "int": "{0}",
    "text": "encode(convert_to({0}, 'UTF8'), 'hex')",
    "bytes": "encode({0}, 'hex')",
}
