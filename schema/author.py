"""Authors: people who sign articles at a publisher."""

import strawberry

from schema.article import Article, article_page
from schema.fields import OfKey, OfPage, column, condition, planned, rule
from schema.node import Node
from schema.page import Connection
from schema.scalars import URL


@strawberry.input(one_of=True)
class AuthorBy:
    id: strawberry.ID | None = condition("id")
    slug: str | None = condition("slug")


@strawberry.type(description="A person who signs articles at a publisher.")
class Author(Node):
    slug: str = column("slug")
    name: str = column("name")
    url: URL | None = column("url")
    article_count: int = column("article_count")
    articles: Connection[Article] = rule(OfPage(edge="articles"), resolver=article_page)


def _author(by: AuthorBy) -> Author | None:
    planned()


@strawberry.type
class AuthorQuery:
    author: Author | None = rule(OfKey("authors"), resolver=_author)
