"""Search: ranked pages of articles, and why each one matched."""

from enum import Enum

import strawberry
from strawberry import UNSET

from db.tables import SEARCH_ORDERS
from schema.article import Article, ArticleFilter
from schema.fields import OfHit, OfPage, OfPart, planned, rule
from schema.page import PageInfo


@strawberry.enum
class SearchOrder(Enum):
    RELEVANCE = "RELEVANCE"
    NEWEST = "NEWEST"
    OLDEST = "OLDEST"


@strawberry.type(
    description="A hit and why it matched."
    " Highlights are HTML-escaped, matches stand in <mark>, and there is no other markup."
)
class SearchEdge:
    cursor: str = rule(OfPart())
    node: Article = rule(OfPart())
    score: float = rule(OfHit("score", weight=5))
    headline_highlight: str = rule(OfHit("headline_highlight", weight=5))
    excerpt: str | None = rule(OfHit("excerpt", weight=20))


@strawberry.type
class SearchConnection:
    edges: list[SearchEdge] = rule(OfPart())
    nodes: list[Article] = rule(OfPart())
    page_info: PageInfo = rule(OfPart())
    total_count: int = rule(OfPart())
    total_count_is_exact: bool = rule(OfPart())


def _search(
    query: str,
    filter: ArticleFilter | None = UNSET,
    order_by: SearchOrder = SearchOrder.RELEVANCE,
    first: int | None = UNSET,
    after: str | None = UNSET,
    last: int | None = UNSET,
    before: str | None = UNSET,
) -> SearchConnection:
    planned()


@strawberry.type
class SearchQuery:
    search: SearchConnection | None = rule(
        OfPage(table="articles", orders=SEARCH_ORDERS, search=True),
        "Ranked full-text search. The query language is the same in filters, feeds, saved searches and webhooks.",
        _search,
    )
