"""What is going: a notice that states its dates, and who still uses what it is about.

A field, argument, enum value or input field is declared deprecated beside its declaration, with the reason that
`deprecated` makes. Nothing goes before the month that it states; a test holds the schema to that.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    EnumValueNode,
    FieldNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLObjectType,
    GraphQLSchema,
    ObjectFieldNode,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    get_nullable_type,
    is_input_type,
    separate_operations,
    type_from_ast,
    visit,
)

# How long something goes on working after its notice.
NOTICE_MONTHS = 6

_REASON = re.compile(
    r"Since (\d{4}-\d{2}); goes not before (\d{4}-\d{2})\. (?:Use `([^`]+)`|Nothing takes its place)\."
)
# Variables are looked through for as many values as an operation may have (schema/variables.py).
_MAX_VALUES = 5_000


@dataclass(frozen=True, slots=True)
class Notice:
    """since, until: first days of the months in which notice was given and before which nothing goes. use: the
    coordinate of what takes its place; None where nothing does."""

    since: date
    until: date
    use: str | None

    @property
    def months(self) -> int:
        return (self.until.year - self.since.year) * 12 + self.until.month - self.since.month


def deprecated(*, since: str, until: str, use: str | None = None) -> str:
    """The reason of a deprecation, as the schema prints it.

    since, until: months like "2026-11", that of the release which gives notice and the first in which it may go. use:
    the schema coordinate of what takes its place, such as "Article.topics".

    Raises:
        ValueError: a month is none, or there is less time between them than clients are promised.
    """
    instead = f"Use `{use}`." if use else "Nothing takes its place."
    reason = f"Since {since}; goes not before {until}. {instead}"
    notice = read_notice(reason)
    if notice is None:
        raise ValueError(f"since and until are months like 2026-11, and use is a coordinate: {reason}")
    if notice.months < NOTICE_MONTHS:
        raise ValueError(f"{NOTICE_MONTHS} months of notice are promised; from {since} to {until} are {notice.months}")
    return reason


def read_notice(reason: str) -> Notice | None:
    """The notice that a reason states; None for one that `deprecated` did not make."""
    found = _REASON.fullmatch(reason)
    if found is None:
        return None
    try:
        since, until = (date.fromisoformat(month + "-01") for month in found.group(1, 2))
    except ValueError:
        return None
    return Notice(since, until, found[3])


def deprecations(schema: GraphQLSchema) -> dict[str, str]:
    """The reasons of all that a schema deprecates, by coordinate: `Article.section`, `Query.articles(first:)`."""
    every = (pair for type_ in schema.type_map.values() for pair in _of_type(type_))
    return {coordinate: reason for coordinate, reason in every if reason is not None}


def _of_type(type_: Any) -> Iterator[tuple[str, str | None]]:
    match type_:
        case GraphQLObjectType() | GraphQLInterfaceType():
            for name, field in type_.fields.items():
                yield f"{type_}.{name}", field.deprecation_reason
                for argument, declared in field.args.items():
                    yield f"{type_}.{name}({argument}:)", declared.deprecation_reason
        case GraphQLInputObjectType():
            for name, input_field in type_.fields.items():
                yield f"{type_}.{name}", input_field.deprecation_reason
        case GraphQLEnumType():
            for name, value in type_.values.items():
                yield f"{type_}.{name}", value.deprecation_reason


@dataclass(frozen=True, slots=True)
class Uses:
    """Deprecated things that one operation uses. found: coordinates in its text. variables: those in which more may be
    given, with their types."""

    found: tuple[str, ...]
    variables: tuple[tuple[str, GraphQLInputType], ...]

    def of(self, given: Mapping[str, Any]) -> tuple[str, ...]:
        """Coordinates that a request uses, each once, by the operation's text and the variables that are given."""
        if not self.variables:
            return self.found
        rest = [(given[name], type_) for name, type_ in self.variables if name in given]
        return tuple(dict.fromkeys((*self.found, *_given(rest))))


class Deprecations:
    """What of a schema is deprecated, made ready for looking through documents."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        coordinates = deprecations(schema)
        # As they stand in a document: `first` of `Query.articles(first:)`.
        self._names = {re.findall(r"\w+", coordinate)[-1] for coordinate in coordinates}
        self._holders = _holders(schema, {coordinate.partition(".")[0] for coordinate in coordinates})

    def uses(self, text: str, ast: DocumentNode, operation: OperationDefinitionNode) -> Uses | None:
        """What a valid operation uses; None where it is nothing, whatever its variables will be. text: the document."""
        if not self._names:
            return None
        found: tuple[str, ...] = ()
        # Looking for words costs a hundredth of walking through the document with its types.
        if any(name in text for name in self._names):
            found = self._found(separate_operations(ast)[operation.name.value if operation.name else ""])
        variables = tuple(self._variables(operation))
        return Uses(found, variables) if found or variables else None

    def _found(self, ast: DocumentNode) -> tuple[str, ...]:
        types = TypeInfo(self._schema)
        finder = _Finder(types)
        visit(ast, TypeInfoVisitor(types, finder))
        return tuple(finder.found)

    def _variables(self, operation: OperationDefinitionNode) -> Iterator[tuple[str, GraphQLInputType]]:
        for node in operation.variable_definitions or ():
            type_ = type_from_ast(self._schema, node.type)
            if is_input_type(type_) and get_named_type(type_).name in self._holders:
                yield node.variable.name.value, type_


def _holders(schema: GraphQLSchema, named: set[str]) -> set[str]:
    """Names of input types and enums in whose values something of the named types can stand."""
    inputs = {name: type_ for name, type_ in schema.type_map.items() if isinstance(type_, GraphQLInputObjectType)}
    holders = {name for name in named if is_input_type(schema.type_map[name])}
    grown = -1
    while grown != len(holders):
        grown = len(holders)
        for name, type_ in inputs.items():
            if any(get_named_type(field.type).name in holders for field in type_.fields.values()):
                holders.add(name)
    return holders


class _Finder(Visitor):
    """Collects the coordinates of deprecated things that are met."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self.found: dict[str, None] = {}
        self._types = types
        self._field = ""

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        self._field = f"{self._types.get_parent_type()}.{node.name.value}"
        self._note(self._types.get_field_def(), self._field)

    def enter_argument(self, node: ArgumentNode, *_: Any) -> None:
        # Directives of a field come after its arguments and before its selection.
        if self._types.get_directive() is None:
            self._note(self._types.get_argument(), f"{self._field}({node.name.value}:)")

    def enter_object_field(self, node: ObjectFieldNode, *_: Any) -> None:
        type_ = get_named_type(self._types.get_parent_input_type())
        if isinstance(type_, GraphQLInputObjectType):
            self._note(type_.fields.get(node.name.value), f"{type_}.{node.name.value}")

    def enter_enum_value(self, node: EnumValueNode, *_: Any) -> None:
        self._note(self._types.get_enum_value(), f"{get_named_type(self._types.get_input_type())}.{node.value}")

    def _note(self, definition: Any, coordinate: str) -> None:
        if definition is not None and definition.deprecation_reason is not None:
            self.found[coordinate] = None


def _given(rest: list[tuple[Any, Any]]) -> Iterator[str]:
    """Coordinates of deprecated things in values, each with its type."""
    seen = 0
    while rest and seen < _MAX_VALUES:
        seen += 1
        value, type_ = rest.pop()
        type_ = get_nullable_type(type_)
        match type_:
            case GraphQLList():
                rest += [(item, type_.of_type) for item in (value if isinstance(value, list) else [value])]
            case GraphQLInputObjectType() if isinstance(value, dict):
                for name, inner in value.items():
                    if name in type_.fields:
                        if type_.fields[name].deprecation_reason is not None:
                            yield f"{type_}.{name}"
                        rest.append((inner, type_.fields[name].type))
            case GraphQLEnumType() if isinstance(value, str):
                found = type_.values.get(value)
                if found is not None and found.deprecation_reason is not None:
                    yield f"{type_}.{value}"
