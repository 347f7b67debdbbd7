"""Anything that has a global id: a letter that tells its type, and the UUID."""

import re

import strawberry

from schema.fields import OfColumn, OfIds, planned, rule

_ID = re.compile(r"[a-z]_[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@strawberry.interface(description="Anything that has a global id.")
class Node:
    id: strawberry.ID = rule(OfColumn("id"))


def read_id(text: str) -> tuple[str, str | None]:
    """Letter and UUID of a global id; ("", None) for what is none, so that it finds nothing."""
    return (text[0], text[2:]) if _ID.fullmatch(text) else ("", None)


def _node(id: strawberry.ID) -> Node | None:
    planned()


def _nodes(ids: list[strawberry.ID]) -> list[Node | None]:
    planned()


@strawberry.type
class NodeQuery:
    node: Node | None = rule(OfIds(), resolver=_node)
    nodes: list[Node | None] = rule(
        OfIds(), "At most 100; null in the place of an id that does not exist.", resolver=_nodes
    )
