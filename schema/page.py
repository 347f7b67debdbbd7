"""Connections, after Relay, with keyset cursors."""

from typing import Generic, TypeVar

import strawberry

from schema.fields import OfPart, rule

T = TypeVar("T")

# How many rows a page may have, and how many it has when nobody says.
SMALLEST, LARGEST, DEFAULT_SIZE = 1, 100, 20


@strawberry.type
class PageInfo:
    has_next_page: bool = rule(OfPart())
    has_previous_page: bool = rule(OfPart())
    start_cursor: str | None = rule(OfPart())
    end_cursor: str | None = rule(OfPart())


@strawberry.type
class Edge(Generic[T]):
    cursor: str = rule(OfPart())
    node: T = rule(OfPart())


@strawberry.type
class Connection(Generic[T]):
    edges: list[Edge[T]] = rule(OfPart())
    nodes: list[T] = rule(OfPart())
    page_info: PageInfo = rule(OfPart())
    total_count: int = rule(
        OfPart(), "Counted only when selected, and up to 10,000; past that totalCountIsExact is false."
    )
    total_count_is_exact: bool = rule(OfPart())
