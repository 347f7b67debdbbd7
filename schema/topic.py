"""Topics: subjects with IPTC Media Topic codes, and how they apply to an article."""

from enum import Enum

import strawberry
from strawberry import UNSET

from schema.article import Article, article_page
from schema.fields import OfColumn, OfKey, OfPage, column, condition, edge, planned, rule
from schema.node import Node
from schema.page import Connection


@strawberry.enum
class TopicOrder(Enum):
    NAME = "NAME"
    MOST_ARTICLES = "MOST_ARTICLES"


@strawberry.enum
class TopicAssigner(Enum):
    PUBLISHER = "PUBLISHER"
    CLASSIFIER = "CLASSIFIER"
    EDITOR = "EDITOR"


@strawberry.input(one_of=True)
class TopicBy:
    id: strawberry.ID | None = condition("id")
    slug: str | None = condition("slug")
    code: str | None = condition("code")


@strawberry.input
class TopicFilter:
    name_contains: str | None = condition("nameContains", "Case and accents don't matter.")
    broader: str | None = condition("broader", "The slug of the next broader topic.")


def _name(language: str | None = UNSET) -> str:
    planned()


@strawberry.type(description="A subject, with its IPTC Media Topic code where it has one.")
class Topic(Node):
    slug: str = column("slug")
    code: str | None = column("code")
    name: str = rule(OfColumn("name_in", params=("language",), bare="name"), resolver=_name)
    broader: "Topic | None" = edge("broader")
    narrower: list["Topic"] = edge("narrower")
    article_count: int = column("article_count")
    articles: Connection[Article] = rule(OfPage(edge="articles"), resolver=article_page)


@strawberry.type(
    description="A topic as it applies to one thing: said by the publisher, or found by the service,"
    " with how sure it is (0 to 1)."
)
class TopicAssignment:
    topic: Topic = edge("topic")
    confidence: float = column("confidence")
    assigned_by: TopicAssigner = column("assigned_by")


def _topic(by: TopicBy) -> Topic | None:
    planned()


def _topics(
    filter: TopicFilter | None = UNSET,
    order_by: TopicOrder = TopicOrder.NAME,
    first: int | None = UNSET,
    after: str | None = UNSET,
    last: int | None = UNSET,
    before: str | None = UNSET,
) -> Connection[Topic]:
    planned()


@strawberry.type
class TopicQuery:
    topic: Topic | None = rule(OfKey("topics"), resolver=_topic)
    topics: Connection[Topic] | None = rule(OfPage(table="topics"), resolver=_topics)
