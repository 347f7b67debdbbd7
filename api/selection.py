"""Sparse fields: which paths a type has, and what of them a request asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from graphql import (
    FieldNode,
    GraphQLObjectType,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    is_leaf_type,
    parse,
)

# Names of fields with what is selected in them; nothing, where a field is a value.
Tree: TypeAlias = "Mapping[str, Tree]"


class UnknownField(Exception):
    """A path that leads nowhere. known: what its last good step has instead."""

    def __init__(self, path: str, within: str, known: Iterable[str]) -> None:
        super().__init__(path)
        self.path = path
        self.within = within
        self.known = tuple(known)


def opened(type_: GraphQLObjectType, depth: int) -> dict[str, Tree]:
    """Everything that can be selected in a type, so many fields deep; lists with pages of their own are left out,
    since they have endpoints of their own."""
    found: dict[str, Tree] = {}
    for name, field in type_.fields.items():
        inner = get_named_type(field.type)
        if is_leaf_type(inner):
            found[name] = {}
        elif isinstance(inner, GraphQLObjectType) and "pageInfo" not in inner.fields and depth > 1:
            found[name] = opened(inner, depth - 1)
    return found


def read_tree(selection: str, open_: Tree) -> Tree:
    """A selection in GraphQL's own words as a tree. KeyError: it has a field that is not open."""
    (operation,) = parse(f"{{ {selection} }}").definitions
    assert isinstance(operation, OperationDefinitionNode)
    return _tree(operation.selection_set, open_)


def _tree(selection: SelectionSetNode, open_: Tree) -> Tree:
    found: dict[str, Tree] = {}
    for node in selection.selections:
        assert isinstance(node, FieldNode)
        inner = open_[node.name.value]
        found[node.name.value] = _tree(node.selection_set, inner) if node.selection_set else {}
    return found


def paths(open_: Tree, before: str = "") -> Iterator[str]:
    """All paths, each before what hangs on it: source, source.id, source.slug …"""
    for name, inner in open_.items():
        yield before + name
        yield from paths(inner, f"{before}{name}.")


def chosen(wanted: Iterable[str], open_: Tree, standard: Tree) -> Tree:
    """What a list of paths selects. An object that is named alone brings what the endpoint gives of it anyway, else
    all its plain fields.

    Raises:
        UnknownField
    """
    found: dict[str, Tree] = {}
    for path in wanted:
        at, possible, usual, here = found, open_, standard, ""
        *steps, last = path.split(".")
        for step in steps:
            if not possible.get(step):
                raise UnknownField(path, here, possible)
            at = at.setdefault(step, {})  # type: ignore[assignment]  # made here, and so not read-only
            possible, usual, here = possible[step], usual.get(step, {}), f"{here}{step}."
        if last not in possible:
            raise UnknownField(path, here, possible)
        _add(at, last, usual.get(last) or leaves_only(possible[last]))
    return found


def leaves_only(tree: Tree) -> Tree:
    """The plain fields of an object."""
    return {name: {} for name, inner in tree.items() if not inner}


def sorted_as(open_: Tree, tree: Tree) -> Tree:
    """The tree in the schema's order, so that the order of asking does not matter."""
    return {name: sorted_as(inner, tree[name]) for name, inner in open_.items() if name in tree}


def _add(at: dict[str, Tree], name: str, tree: Tree) -> None:
    inner: dict[str, Tree] = at.setdefault(name, {})  # type: ignore[assignment]  # made here, and so not read-only
    for each, below in tree.items():
        _add(inner, each, below)
