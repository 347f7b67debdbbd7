"""What of a GraphQL schema changed in a way that clients may notice.

graphql-core compares two schemas; added here are where each change is, what it does not look at (defaults that appear,
@oneOf, @specifiedBy, root types), and notices: what goes before its date breaks a promise.
"""

import re
from collections.abc import Iterator
from datetime import date

from graphql import GraphQLInputObjectType, GraphQLScalarType, GraphQLSchema, OperationType, build_schema
from graphql.utilities import (
    BreakingChangeType,
    DangerousChangeType,
    SafeChangeType,
    find_schema_changes,
)

from schema.deprecation import deprecations, read_notice
from tests.changes import ADDED, BREAKING, CHANGED, DEPRECATED, REMOVED, Change

# Clients are told to expect more values, types and arguments; the changelog tells which.
_ADDED = {
    DangerousChangeType.VALUE_ADDED_TO_ENUM,
    DangerousChangeType.TYPE_ADDED_TO_UNION,
    DangerousChangeType.OPTIONAL_INPUT_FIELD_ADDED,
    DangerousChangeType.OPTIONAL_ARG_ADDED,
    DangerousChangeType.IMPLEMENTED_INTERFACE_ADDED,
}
_REMOVED = {
    BreakingChangeType.TYPE_REMOVED,
    BreakingChangeType.FIELD_REMOVED,
    BreakingChangeType.ARG_REMOVED,
    BreakingChangeType.VALUE_REMOVED_FROM_ENUM,
}
# A client that leaves the argument out gets another answer.
_DEFAULT_ADDED = {SafeChangeType.ARG_DEFAULT_VALUE_ADDED, SafeChangeType.INPUT_FIELD_DEFAULT_VALUE_ADDED}

# Where a change is, as graphql-core's sentences say it: a member or directive, else a type.
_MEMBER = re.compile(r"@\w+(?:\(\w+:\))?|\w+\.\w+(?:\(\w+:\))?")
_TYPE = re.compile(
    r"union type (\w+)\.$|implemented by (\w+)\.$|^(\w+) no longer implements|^(\w+) changed from"
    r"|^(?:Standard scalar )?(\w+) was removed(?:\.| because)"
)


def changes(old: str, new: str, today: date) -> list[Change]:
    """The changes between two schemas, given as SDL, that the changelog has to tell or that are not allowed yet."""
    before, after = build_schema(old), build_schema(new)
    return [*_structure(before, after, today), *_beyond(before, after), *_notices(before, after)]


def _structure(before: GraphQLSchema, after: GraphQLSchema, today: date) -> Iterator[Change]:
    going = deprecations(before)
    for kind, what in find_schema_changes(before, after):
        if kind in _REMOVED:
            yield _removal(_coordinate(what), what, going, today)
        elif kind in _ADDED:
            yield Change(_coordinate(what), what, (ADDED, CHANGED))
        elif isinstance(kind, BreakingChangeType | DangerousChangeType) or kind in _DEFAULT_ADDED:
            yield Change(_coordinate(what), what, (BREAKING,))


def _coordinate(description: str) -> str:
    member = _MEMBER.search(description)
    if member is not None:
        return member[0]
    type_ = _TYPE.search(description)
    if type_ is None:
        raise ValueError(f"where is this? {description}")
    return next(name for name in type_.groups() if name)


def _removal(coordinate: str, what: str, going: dict[str, str], today: date) -> Change:
    """With its notice over, a removal like any other; with none, a break; before its date, a promise broken. A notice
    of what is inside counts too."""
    inside = (coordinate, f"{coordinate}.", f"{coordinate}(")
    notices = [
        notice
        for name, reason in going.items()
        if (name == coordinate or name.startswith(inside[1:])) and (notice := read_notice(reason)) is not None
    ]
    last = max((notice.until for notice in notices), default=None)
    if last is not None and today < last:
        return Change(coordinate, f"{what} Its notice says not before {last:%Y-%m}.", ())
    is_type = "." not in coordinate
    return Change(
        coordinate, what, (REMOVED,) if coordinate in going else (REMOVED, BREAKING) if is_type else (BREAKING,)
    )


def _beyond(before: GraphQLSchema, after: GraphQLSchema) -> Iterator[Change]:
    for name, old in before.type_map.items():
        match old, after.type_map.get(name):
            case GraphQLInputObjectType(), GraphQLInputObjectType() as new if new.is_one_of and not old.is_one_of:
                yield Change(name, f"{name} takes only one of its fields now.", (BREAKING,))
            case GraphQLScalarType(), GraphQLScalarType() as new if new.specified_by_url != old.specified_by_url:
                what = f"{name} is specified by {new.specified_by_url} instead of {old.specified_by_url} now."
                yield Change(name, what, (BREAKING,))
    for operation in OperationType:
        root, now = before.get_root_type(operation), after.get_root_type(operation)
        if root is not None and (now is None or now.name != root.name):
            yield Change(root.name, f"{root.name} is no longer the root of a {operation.value}.", (BREAKING,))


def _notices(before: GraphQLSchema, after: GraphQLSchema) -> Iterator[Change]:
    old = deprecations(before)
    for coordinate, reason in deprecations(after).items():
        if coordinate not in old:
            yield Change(coordinate, f"{coordinate} is deprecated now.", (DEPRECATED,))
            continue
        promised, stated = read_notice(old[coordinate]), read_notice(reason)
        if promised is not None and (stated is None or stated.until < promised.until):
            yield Change(coordinate, f"The notice of {coordinate} said not before {promised.until:%Y-%m}.", ())
