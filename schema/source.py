"""Sources: the outlets, as named to readers."""

from enum import Enum

import strawberry
from strawberry import UNSET

from schema.article import Article, article_page
from schema.fields import OfKey, OfPage, column, condition, planned, rule
from schema.node import Node
from schema.page import Connection
from schema.scalars import URL, DateTime


@strawberry.enum
class SourceOrder(Enum):
    NAME = "NAME"
    MOST_RECENT = "MOST_RECENT"


@strawberry.input(one_of=True)
class SourceBy:
    id: strawberry.ID | None = condition("id")
    slug: str | None = condition("slug")


@strawberry.input
class SourceFilter:
    languages: list[str] | None = condition("languages", 'BCP 47; "en" matches "en-GB".')
    countries: list[str] | None = condition("countries", "Two letters, as in ISO 3166; any of them.")
    name_contains: str | None = condition("nameContains", "Case and accents don't matter.")


@strawberry.type(description="An outlet, as named to readers.")
class Source(Node):
    slug: str = column("slug")
    name: str = column("name")
    publisher: str | None = column("publisher", "The organisation behind it.")
    homepage_url: URL | None = column("homepage_url")
    logo_url: URL | None = column("logo_url")
    language: str | None = column("language")
    country: str | None = column("country")
    description: str | None = column("description")
    article_count: int = column("article_count")
    latest_article_at: DateTime | None = column("latest_article_at")
    articles: Connection[Article] = rule(OfPage(edge="articles"), resolver=article_page)


def _source(by: SourceBy) -> Source | None:
    planned()


def _sources(
    filter: SourceFilter | None = UNSET,
    order_by: SourceOrder = SourceOrder.NAME,
    first: int | None = UNSET,
    after: str | None = UNSET,
    last: int | None = UNSET,
    before: str | None = UNSET,
) -> Connection[Source]:
    planned()


@strawberry.type
class SourceQuery:
    source: Source | None = rule(OfKey("sources"), resolver=_source)
    sources: Connection[Source] | None = rule(OfPage(table="sources"), resolver=_sources)
