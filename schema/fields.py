"""How a field of the schema is read: declared beside the field, as metadata, and nowhere else.

`schema/plan.py` turns a selection into a read by these rules alone. A field without a rule can't be read, and a test
fails on it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

import strawberry

from db.tables import Order

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
    """A connection: of an edge of the row, or, at the root, of a table."""

    edge: str = ""
    table: str = ""
    order: str = ""  # where the field has no orderBy
    orders: Mapping[str, Order] | None = None  # where they are not the table's own
    search: bool = False


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


Rule = OfColumn | OfRow | OfEdge | OfPage | OfKey | OfIds | OfViewer | OfSpending | OfPart | OfHit


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


def condition(name: str, description: str | None = None, deprecated: str | None = None) -> Any:
    """A field of a filter that is one of the table's tests."""
    return strawberry.field(
        default=strawberry.UNSET, description=description, deprecation_reason=deprecated, metadata={RULE: name}
    )
