"""Parameters of REST requests: derived from the variables of an endpoint's document, and read into them.

A variable is a parameter of its name; of a filter, each condition is one. What a parameter takes is what its GraphQL
type takes: lists are separated by commas.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, cast
from urllib.parse import parse_qsl

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInt,
    GraphQLNamedType,
    GraphQLScalarType,
    GraphQLSchema,
    Undefined,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    parse_type,
    type_from_ast,
)

from api.endpoints import Plan
from schema.page import LARGEST, SMALLEST

FIELDS = "fields"
# More paths than any endpoint has would only repeat some.
MOST_FIELDS = 100
SIZES = ("first", "last")
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,9})")


class BadParameter(Exception):
    """A parameter that can't be used; the message names it and says what it takes."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the query. within: the variable that it is a part of, empty where it is a variable itself.
    default: what holds without it, as it is written in a request."""

    name: str
    type: GraphQLInputType
    within: str
    description: str | None
    default: str | bool | None = None

    @property
    def leaf(self) -> GraphQLNamedType:
        return get_named_type(self.type)

    @property
    def is_list(self) -> bool:
        return is_list_type(get_nullable_type(self.type))

    @property
    def is_required(self) -> bool:
        return is_non_null_type(self.type)

    @property
    def is_size(self) -> bool:
        return self.name in SIZES and self.leaf is GraphQLInt


def parameters(plan: Plan, schema: GraphQLSchema) -> dict[str, Parameter]:
    """The parameters of an endpoint's query by name; `fields`, which is none of GraphQL's, is not among them."""
    found: dict[str, Parameter] = {}
    arguments = plan.way[-1].args
    for name, text in plan.widest.variables.items():
        if name in plan.path_variables:
            continue
        type_ = cast(GraphQLInputType, type_from_ast(schema, parse_type(text.partition(" =")[0])))
        named = get_named_type(type_)
        if isinstance(named, GraphQLInputObjectType):
            for key, field in named.fields.items():
                if is_leaf_type(get_named_type(field.type)):
                    found[key] = Parameter(key, field.type, name, field.description)
        else:
            argument = arguments.get(name)
            description = argument.description if argument is not None else None
            default = argument.default_value if argument is not None else Undefined
            if text.endswith("= false"):
                type_, default = cast(GraphQLInputType, get_nullable_type(type_)), False
            elif isinstance(default, Enum):
                default = default.name
            found[name] = Parameter(name, type_, "", description, default if isinstance(default, str | bool) else None)
    return found


def sent(query: bytes, known: Mapping[str, Parameter]) -> dict[str, str]:
    """The parameters of a request's query, each once and known.

    Raises:
        BadParameter
    """
    found: dict[str, str] = {}
    for name, value in parse_qsl(query.decode("latin-1"), keep_blank_values=True):
        if name != FIELDS and name not in known:
            raise BadParameter(name, f"`{name[:100]}` is no parameter here; known are {_listed([*known, FIELDS])}.")
        if name in found:
            several = name == FIELDS or known[name].is_list
            raise BadParameter(name, f"`{name}` is given twice{'; separate values by commas' if several else ''}.")
        found[name] = value
    return found


def variables(given: Mapping[str, str], known: Mapping[str, Parameter]) -> dict[str, Any]:
    """The variables of a document, from parameters that are known.

    Raises:
        BadParameter
    """
    found: dict[str, Any] = {}
    for name, parameter in known.items():
        if name not in given:
            if parameter.is_required:
                raise BadParameter(name, f"`{name}` is missing.")
            continue
        value = read(parameter, given[name])
        if parameter.within:
            found.setdefault(parameter.within, {})[name] = value
        else:
            found[name] = value
    return found


def read(parameter: Parameter, text: str) -> Any:
    """A parameter's value, as a variable of GraphQL takes it.

    Raises:
        BadParameter
    """
    if not parameter.is_list:
        return _value(parameter, text)
    return [_value(parameter, item) for item in split(parameter.name, text)]


def split(name: str, text: str) -> Sequence[str]:
    """The values of a list that commas separate.

    Raises:
        BadParameter: one of them is empty.
    """
    items = text.split(",")
    if not all(items):
        raise BadParameter(name, f"`{name}` has an empty value; separate values by single commas.")
    return items


def takes(parameter: Parameter) -> str:
    """What one value of a parameter is, in words."""
    match parameter.leaf:
        case GraphQLEnumType() as enum:
            return f"one of {_listed(enum.values)}"
        case type_ if type_ is GraphQLBoolean:
            return "`true` or `false`"
        case type_ if type_ is GraphQLInt and parameter.is_size:
            return f"a whole number from {SMALLEST} to {LARGEST}"
        case type_ if type_ is GraphQLInt:
            return "a whole number"
    return "a text"


def _value(parameter: Parameter, text: str) -> Any:
    name, type_ = parameter.name, parameter.leaf
    value: Any = text
    reason = f"`{name}` takes {takes(parameter)}."
    if type_ is GraphQLBoolean:
        value = {"true": True, "false": False}.get(text)
    elif type_ is GraphQLInt:
        value = int(text) if _INTEGER.fullmatch(text) else None
        if parameter.is_size and value is not None and not SMALLEST <= value <= LARGEST:
            value = None
    if value is None:
        raise BadParameter(name, reason)
    try:
        assert isinstance(type_, GraphQLScalarType | GraphQLEnumType)
        type_.coerce_input_value(value)
    except GraphQLError as error:
        if isinstance(type_, GraphQLEnumType):
            raise BadParameter(name, reason) from None
        hint = " In an address, + is written %2B." if " " in text else ""
        raise BadParameter(name, f"`{name}`: {error.message}{hint}") from None
    return value


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
