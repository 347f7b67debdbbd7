"""A read as data: what `schema/plan.py` makes of a selection, and `db/select.py` renders as one statement.

Tables, columns, edges, tests and orders are named as `db/tables.py` has them.
"""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Literal

from db.tables import Edge, Order


@dataclass(frozen=True, slots=True)
class Param:
    """A bound value: where it comes from is the planner's affair; equal ones share one placeholder."""

    source: Hashable


@dataclass(frozen=True, slots=True)
class OfCaller:
    """The source of a parameter that who is calling supplies: one of their attributes, by name."""

    name: str

    def value(self, _: Any, caller: Any) -> Any:
        return getattr(caller, self.name)


@dataclass(frozen=True, slots=True)
class OfSpending:
    """The source of a parameter that the caller's budget supplies: one of its attributes, by name, None without one."""

    name: str

    def value(self, _: Any, caller: Any) -> Any:
        return getattr(caller.spending, self.name, None)


@dataclass(frozen=True, slots=True)
class OfClock:
    """The source of a parameter that the service's clock supplies: when the caller asks."""

    def value(self, _: Any, caller: Any) -> Any:
        return caller.now


# Commenter's id of a reader, the ids of sources whose texts a caller may have in full, as texts, and the time.
VIEWER, FULL_SOURCES, NOW = Param(OfCaller("viewer")), Param(OfCaller("in_full")), Param(OfClock())


# -- conditions


@dataclass(frozen=True, slots=True)
class Test:
    """One of the table's tests, with its parameters."""

    name: str
    params: tuple[Param, ...] = ()


@dataclass(frozen=True, slots=True)
class All:
    of: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class AnyOf:
    of: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    of: "Condition"


Condition = Test | All | AnyOf | Not


# -- values


@dataclass(frozen=True, slots=True)
class Json:
    """JSON text as it stands."""

    text: str


@dataclass(frozen=True, slots=True)
class Value:
    """A column of the current row."""

    column: str
    params: tuple[Param, ...] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """A parameter as it is, a number or a text."""

    param: Param
    kind: Literal["integer", "text"]


@dataclass(frozen=True, slots=True)
class Present:
    """An object that is there where a number is given, else null."""

    param: Param
    read: "Object"


@dataclass(frozen=True, slots=True)
class Object:
    """A JSON object read from the current row."""

    fields: "tuple[tuple[str, Read], ...]"


@dataclass(frozen=True, slots=True)
class One:
    """The row at the end of an edge."""

    edge: str
    read: "Object"


@dataclass(frozen=True, slots=True)
class Many:
    """A short list at the end of an edge, whole."""

    edge: str
    read: "Object"


@dataclass(frozen=True, slots=True)
class Lookup:
    """A row of a table by a condition; null when there is none that may be seen."""

    table: str
    where: Condition
    read: "Object"


@dataclass(frozen=True, slots=True)
class ByLetter:
    """Rows of several tables by global id: for one id (letter and uuid), or for lists of both."""

    letters: Param
    uuids: Param
    reads: "tuple[tuple[str, Object], ...]"  # table, object
    many: bool = False


@dataclass(frozen=True, slots=True)
class Keyset:
    """The place that a cursor names: the order's key and the row's id."""

    key: Param
    id: Param


@dataclass(frozen=True, slots=True)
class Rank:
    """A ranked search: the text query, and the newest id of the first page, which freezes the candidates."""

    query: Param
    newest: Param | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A connection: rows of a table, or of an edge, in one order, from a keyset on.

    size: how many, a number in the text or a parameter. parts: the fields of the connection.
    """

    table: str
    order: Order
    size: int | Param
    parts: "tuple[tuple[str, Part], ...]"
    edge: Edge | None = None
    where: Condition | None = None
    backward: bool = False
    after: Keyset | None = None
    before: Keyset | None = None
    rank: Rank | None = None


@dataclass(frozen=True, slots=True)
class Items:
    """The rows of a page, each as this object; in it, `Cursor` stands for the row's own cursor."""

    read: Object


@dataclass(frozen=True, slots=True)
class Cursor:
    pass


@dataclass(frozen=True, slots=True)
class Info:
    """pageInfo: response keys with hasNextPage, hasPreviousPage, startCursor, endCursor, or a literal."""

    fields: tuple[tuple[str, str | Json], ...]


@dataclass(frozen=True, slots=True)
class Total:
    """totalCount, or whether it is exact."""

    exact: bool = False


Part = Json | Items | Info | Total
Read = Json | Given | Present | Value | Object | One | Many | Lookup | ByLetter | Page | Cursor


def params(read: object) -> Iterator[Param]:
    """All parameters of a read, those included that its statement has no use for (the cursor of a page of which only
    the total is asked)."""
    if isinstance(read, Param):
        yield read
    elif isinstance(read, tuple):
        for part in read:
            yield from params(part)
    elif is_dataclass(read):
        for name in fields(read):
            yield from params(getattr(read, name.name))
