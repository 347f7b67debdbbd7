"""Anything that has a global id: a letter that tells its type, and the UUID."""

from uuid import UUID

import strawberry

from schema.fields import OfColumn, OfIds, planned, rule

_LONGEST = 40


@strawberry.interface(description="Anything that has a global id.")
class Node:
    id: strawberry.ID = rule(OfColumn("id"))


def read_id(text: str) -> tuple[str, UUID | None]:
    """Letter and UUID of a global id; ("", None) for what is none, so that it finds nothing."""
    if len(text) > _LONGEST or text[1:2] != "_":
        return "", None
    try:
        uuid = UUID(text[2:])
    except ValueError:
        return "", None
    return (text[0], uuid) if text[2:] == str(uuid) else ("", None)


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
