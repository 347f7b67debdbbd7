"""Variables: coerced by graphql-core's rules, and told apart into shape and leaves.

The shape is what a plan depends on: which keys are there, enum values, booleans, usual page sizes, and between which
of them another number or the length of a list lies, since that is what a plan may cost. Leaves are bound.
While a plan is made, leaves are stood in for by slots, so that graphql-core's own coercion of arguments carries them
to the place where they are used.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Self

from graphql import GraphQLID, GraphQLInputType, GraphQLString, Undefined, get_nullable_type, is_non_null_type
from graphql.execution.get_variable_signature import GraphQLVariableSignature
from graphql.utilities.coerce_input_value import coerce_default_value, coerce_input_value

from schema.errors import BadRequest

# Page sizes that stand in a statement's text; Postgres plans `LIMIT $n` anew at every call.
USUAL_SIZES = frozenset({10, 20, 25, 50, 100})


# As a tuple: a union would be made anew each time.
_NESTED = (dict, list)
# graphql-core coerces about a hundred in a millisecond.
_MAX_VALUES = 5_000


class NotCoercible(Exception):
    """Variables that don't fit their types; graphql-core says what is wrong."""


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of a leaf in the coerced variables."""

    path: tuple[str | int, ...]


def within_bounds(given: Mapping[str, Any]) -> None:
    """Look at how much is given, whether the operation asks for it or not.

    Raises:
        BadRequest: too many values to coerce in time.
    """
    rest: list[Any] = [value for value in given.values() if isinstance(value, _NESTED)]
    count = len(given)
    while rest:
        value = rest.pop()
        if isinstance(value, _NESTED):
            count += len(value)
            if count > _MAX_VALUES:
                raise BadRequest(f"The variables hold more than {_MAX_VALUES} values.")
            rest.extend(value.values() if isinstance(value, dict) else value)


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of an operation. default: its value, Undefined without one; nothing of the document, which would be
    kept with it. plain: it takes a text as it is."""

    name: str
    type: GraphQLInputType
    default: Any
    plain: bool

    @classmethod
    def of(cls, signature: GraphQLVariableSignature) -> Self:
        default = coerce_default_value(signature) if signature.default is not None else Undefined
        plain = get_nullable_type(signature.type) in (GraphQLString, GraphQLID)
        return cls(signature.name, signature.type, default, plain)


def coerced(variables: Iterable[Variable], given: Mapping[str, Any]) -> dict[str, Any]:
    """Values of the operation's variables.

    Raises:
        NotCoercible: one is missing or of another type.
    """
    values: dict[str, Any] = {}
    for variable in variables:
        name = variable.name
        if name in given:
            value = given[name]
            if variable.plain and type(value) is str:
                values[name] = value
                continue
            try:
                value = coerce_input_value(value, variable.type)
            except RecursionError as error:
                raise NotCoercible from error
        elif variable.default is not Undefined:
            value = variable.default
        elif is_non_null_type(variable.type):
            raise NotCoercible
        else:
            continue
        if value is Undefined:
            raise NotCoercible
        values[name] = value
    return values


def room(number: int) -> int:
    """The smallest usual page size that holds so many rows; 0 where there is none."""
    return min((size for size in USUAL_SIZES if size >= number), default=0) if number > 0 else 0


def _is_shape(value: Any) -> bool:
    """Whether a value decides the statement's text."""
    return (
        value is None or value == [] or isinstance(value, (bool, Enum)) or (type(value) is int and value in USUAL_SIZES)
    )


def _holds_objects(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(item, _NESTED) for item in value)


def shape(value: Any) -> Hashable:
    """What of a coerced value a plan depends on."""
    if isinstance(value, dict):
        return tuple([(key, "str" if type(item) is str else shape(item)) for key, item in value.items()])
    if type(value) is str:
        return "str"
    if _holds_objects(value):
        return tuple(shape(item) for item in value)
    if value == []:
        return "[]"
    if type(value) is int and not _is_shape(value):
        return "int", room(value)
    if isinstance(value, list):
        return "list", room(len(value))
    return (value,) if _is_shape(value) else type(value).__name__


def parts(shape: Hashable) -> int:
    """How large a shape is: all that is in its tuples, and they themselves."""
    return 1 + sum(map(parts, shape)) if isinstance(shape, tuple) else 1


def slotted(value: Any, path: tuple[str | int, ...] = ()) -> Any:
    """The value with slots for its leaves."""
    if isinstance(value, dict):
        return {key: slotted(item, (*path, key)) for key, item in value.items()}
    if _holds_objects(value):
        return [slotted(item, (*path, i)) for i, item in enumerate(value)]
    return value if _is_shape(value) else Slot(path)


def filled(value: Any, variables: Any) -> Any:
    """What stands in a slot, or in a tuple of slots and values."""
    if isinstance(value, Slot):
        found = variables
        for step in value.path:
            found = found[step]
        return found
    if isinstance(value, tuple):
        return [filled(item, variables) for item in value]
    return value
