"""How a field of the schema is read: declared beside the field, as metadata, and nowhere else.

`schema/plan.py` turns a selection into a read by these rules alone. A field without a rule can't be read, and a test
fails on it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

import strawberry

from db.tables import Order
from schema.cost import WRITTEN

RULE = "rule"


@dataclass(frozen=True, slots=True)
class OfColumn:
    """A column of the row. `argument` and `choices`: which column an enum argument picks; `params`: arguments bound;
    `bare`: the column where none of those is given; `weight`: how many rows could be read in its time
    (`schema/cost.py`)."""

    column: str = ""
    argument: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    params: tuple[str, ...] = ()
    bare: str = ""
    weight: int = 0


@dataclass(frozen=True, slots=True)
class OfRow:
    """An object made of the same row."""


@dataclass(frozen=True, slots=True)
class OfEdge:
    """The row (or rows, by the field's own type) at the end of an edge of the table."""

    edge: str


@dataclass(frozen=True, slots=True)
class OfPage:
    """A connection: of an edge of the row, or, at the root, of a table. choice: the argument that names one of the
    table's tests; moderated: whether it is there for moderators only."""

    edge: str = ""
    table: str = ""
    order: str = ""  # where the field has no orderBy
    orders: Mapping[str, Order] | None = None  # where they are not the table's own
    search: bool = False
    choice: str = ""
    moderated: bool = False


@dataclass(frozen=True, slots=True)
class OfKey:
    """A root look-up: one row of a table by one of its tests, named by `by` or by the argument `id`."""

    table: str


@dataclass(frozen=True, slots=True)
class OfIds:
    """A root look-up of any node by its global id."""


@dataclass(frozen=True, slots=True)
class OfViewer:
    """The root object that is the caller's own: a commenter's row, and null for whoever is no reader."""


@dataclass(frozen=True, slots=True)
class OfSpending:
    """The caller's budget after this operation, or one of its attributes."""

    name: str = ""


@dataclass(frozen=True, slots=True)
class OfPart:
    """A part of a connection, an edge or a page: its own name says which."""


@dataclass(frozen=True, slots=True)
class OfHit:
    """What search knows of a hit: a column that is computed from the query. `weight` as of a column."""

    column: str
    weight: int = 0


@dataclass(frozen=True, slots=True)
class OfWrite:
    """A mutation: the function of `schema/writes` that does it, with the desk, the caller and the input. weight: rows
    that take as long."""

    write: Callable[..., Any]
    weight: int = WRITTEN


@dataclass(frozen=True, slots=True)
class OfAsked:
    """A root field that Python answers: a function of the desk, the caller and the arguments, which gives what its
    fields say (`OfSaid`). weight: rows that take as long."""

    ask: Callable[..., Any]
    weight: int


@dataclass(frozen=True, slots=True)
class OfWritten:
    """What a mutation has written, in its payload: rows of a table by their ids, read like everything else once the
    transaction has ended. A list has them in the order of the ids."""

    table: str


@dataclass(frozen=True, slots=True)
class OfSaid:
    """A value that a write or an answer of Python brings along, by the field's own name. without: where it doesn't."""

    without: Any = None


Rule = (
    OfColumn
    | OfRow
    | OfEdge
    | OfPage
    | OfKey
    | OfIds
    | OfViewer
    | OfSpending
    | OfPart
    | OfHit
    | OfWrite
    | OfAsked
    | OfWritten
    | OfSaid
)


def planned(*_: object) -> NoReturn:
    """The body of every resolver: it only declares arguments, since plans do the reading."""
    raise RuntimeError("this field is read by a plan")


def rule(rule: Rule, description: str | None = None, resolver: Any = None, deprecated: str | None = None) -> Any:
    """A field that is read by a rule. deprecated: the notice, where it is going (`schema/deprecation.py`)."""
    return strawberry.field(
        resolver=resolver, description=description, deprecation_reason=deprecated, metadata={RULE: rule}
    )


def column(name: str, description: str | None = None, deprecated: str | None = None) -> Any:
    return rule(OfColumn(name), description, deprecated=deprecated)


def edge(name: str, description: str | None = None, deprecated: str | None = None) -> Any:
    return rule(OfEdge(name), description, deprecated=deprecated)


def said(description: str | None = None, without: Any = None) -> Any:
    return rule(OfSaid(without), description)


def condition(name: str, description: str | None = None, deprecated: str | None = None) -> Any:
    """A field of a filter that is one of the table's tests."""
    return strawberry.field(
        default=strawberry.UNSET, description=description, deprecation_reason=deprecated, metadata={RULE: name}
    )
