"""Filters and search queries → conditions on the table's tests.

Null is as if it was not there. An empty list of slugs matches nothing, since it asks for any of none.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from db.read import All, AnyOf, Condition, Not, Param, Test
from schema import bind
from schema.bind import Bound, hashable
from schema.document import Limits
from schema.errors import BadRequest
from schema.query import Group, Query, Shape, read_query
from schema.variables import Slot, filled

# How the value of a filter's field is read; what is not named here is a list of texts.
_READERS: Mapping[str, Callable[..., Any]] = {
    "languages": bind.languages,
    "countries": bind.countries,
    "publishedFrom": bind.time,
    "publishedTo": bind.time,
    "changedFrom": bind.time,
    "changedTo": bind.time,
    "hasImage": bind.flag,
    "nameContains": bind.folded,
    "broader": bind.text,
}
_LISTS = (bind.languages, bind.countries, bind.texts)


@dataclass(slots=True)
class Queries:
    """Search queries among the arguments. One in a slot is read for the variables at hand, and the slot remembered:
    the plan then depends on how the query reads."""

    variables: Mapping[str, Any]
    slots: list[Slot] = field(default_factory=list)

    def read(self, text: Any) -> Query:
        if isinstance(text, Slot):
            self.slots.append(text)
        return read_query(filled(text, self.variables))


@dataclass(slots=True)
class Conditions:
    """Conditions of one field's arguments. tests: how many look-ups they come to."""

    limits: Limits
    queries: Queries
    nodes: int = 0
    tests: int = 0

    def of(self, filter_: Mapping[str, Any] | None, depth: int = 1) -> Condition | None:
        """A filter as one condition; None where it asks for nothing."""
        if filter_ is None:
            return None
        if depth > self.limits.filter_depth:
            raise BadRequest(f"The filter is nested more than {self.limits.filter_depth} deep.")
        found: list[Condition] = []
        for name, value in filter_.items():
            if value is None:
                continue
            self.count()
            found.append(self.one(name, value, depth))
        return found[0] if len(found) == 1 else All(tuple(found)) if found else None

    def count(self) -> None:
        self.nodes += 1
        if self.nodes > self.limits.filter_nodes:
            raise BadRequest(f"The filter has more than {self.limits.filter_nodes} conditions.")

    def one(self, name: str, value: Any, depth: int) -> Condition:
        match name:
            case "and":
                return All(tuple(self.inner(item, depth) for item in value))
            case "or":
                return AnyOf(tuple(self.inner(item, depth) for item in value))
            case "not":
                return Not(self.inner(value, depth))
            case "matching":
                return self.search(value)
        self.tests += 1
        reader = _READERS.get(name, bind.texts)
        about = (self.limits.list_items,) if reader in _LISTS else ()
        bound = Bound(hashable(value), reader, about)
        bound.value(self.queries.variables)  # what makes no sense is refused in the order of the document
        return Test(name, (Param(bound),))

    def inner(self, filter_: Mapping[str, Any], depth: int) -> Condition:
        self.count()
        condition = self.of(filter_, depth + 1)
        return All(()) if condition is None else condition

    def search(self, text: Any) -> Condition:
        """A search query as a condition, its leaves bound."""
        return self.shaped(self.queries.read(text).shape, text)

    def shaped(self, shape: Shape, text: Any) -> Condition:
        if not isinstance(shape, Group):
            self.tests += 1
            return Test(shape.test, tuple(Param(Bound(text, bind.leaf, (at, shape.test))) for at in shape.at))
        of = tuple(self.shaped(part, text) for part in shape.of)
        match shape.kind:
            case "not":
                return Not(of[0])
            case "or":
                return AnyOf(of)
        return All(of)
