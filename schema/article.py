"""Articles: the publications that readers are served, with what hangs on them."""

from enum import Enum
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import UNSET

from schema.comment import Comment, CommentsDecision, comment_page, thread_page
from schema.fields import OfColumn, OfKey, OfPage, OfRow, column, condition, edge, planned, rule
from schema.node import Node
from schema.page import Connection
from schema.revision import Revision, revision_page
from schema.scalars import URL, DateTime
from schema.text import body

if TYPE_CHECKING:
    from schema.author import Author
    from schema.source import Source
    from schema.topic import TopicAssignment


@strawberry.enum
class ArticleKind(Enum):
    TEXT = "TEXT"
    LIVE = "LIVE"
    VIDEO = "VIDEO"
    AUDIO = "AUDIO"
    GALLERY = "GALLERY"


@strawberry.enum(
    description="RESTRICTED: there is a body, and rights keep it from this caller. UNAVAILABLE: none was ever had."
)
class BodyAvailability(Enum):
    FULL = "FULL"
    EXCERPT = "EXCERPT"
    RESTRICTED = "RESTRICTED"
    UNAVAILABLE = "UNAVAILABLE"


@strawberry.enum
class ArticleStatus(Enum):
    USABLE = "USABLE"
    WITHHELD = "WITHHELD"
    CANCELED = "CANCELED"


@strawberry.enum
class ArticleOrder(Enum):
    NEWEST = "NEWEST"
    OLDEST = "OLDEST"
    UPDATED = "UPDATED"
    MOST_COMMENTED = "MOST_COMMENTED"


@strawberry.input(
    one_of=True,
    description="By url: the canonical one, or any alias"
    " (before redirects, with tracking parameters, an earlier address).",
)
class ArticleBy:
    id: strawberry.ID | None = condition("id")
    url: URL | None = condition("url")


@strawberry.input
class ArticleFilter:
    sources: list[str] | None = condition("sources", "Slugs; any of them.")
    topics: list[str] | None = condition("topics", "Slugs; any of them, narrower topics included.")
    authors: list[str] | None = condition("authors", "Slugs; any of them.")
    languages: list[str] | None = condition("languages", 'BCP 47; "en" matches "en-GB".')
    kinds: list[ArticleKind] | None = condition("kinds", "Any of them.")
    published_from: DateTime | None = condition("publishedFrom", "On publishedAt; inclusive.")
    published_to: DateTime | None = condition("publishedTo", "On publishedAt; exclusive.")
    changed_from: DateTime | None = condition("changedFrom", "On changedAt; inclusive.")
    changed_to: DateTime | None = condition("changedTo", "On changedAt; exclusive.")
    has_image: bool | None = condition("hasImage", "Whether there is a picture.")
    matching: str | None = condition("matching", "The query language of `search`.")
    and_: list["ArticleFilter"] | None = strawberry.field(name="and", default=UNSET)
    or_: list["ArticleFilter"] | None = strawberry.field(name="or", default=UNSET)
    not_: "ArticleFilter | None" = strawberry.field(name="not", default=UNSET)


@strawberry.type(
    description="Whose it is and what may be done with it."
    " The holder is not the source: '© KYODO' on a Japan Today page."
)
class Rights:
    holder: str | None = column("rights_holder")
    notice: str | None = column("rights_notice", "As printed ('[Copyright The Jiji Press, Ltd.]').")
    usage_terms: str | None = column("rights_terms")
    embargoed_until: DateTime | None = column("embargoed_until")
    expires_at: DateTime | None = column("expires_at")


@strawberry.type
class Image:
    url: URL = column("url")
    alt: str | None = column("alt")
    caption: str | None = column("caption")
    credit: str | None = column("credit")
    width: int | None = column("width")
    height: int | None = column("height")


@strawberry.type(description="Audio, video or a document that came with the article (RSS enclosure, Media RSS).")
class Enclosure:
    url: URL = column("url")
    mime_type: str | None = column("mime_type")
    byte_length: int | None = column("byte_length")
    duration_seconds: int | None = column("duration_seconds")


@strawberry.type(description="A publication that readers are served.")
class Article(Node):
    url: URL = column("url", "Canonical: after redirects, rel=canonical and tracking removal.")
    alias_urls: list[URL] = rule(OfColumn("alias_urls", weight=4), "Other addresses under which it was met.")
    kind: ArticleKind = column("kind")
    source: Annotated["Source", strawberry.lazy("schema.source")] = edge("source")
    headline: str = column("headline")
    lead: str | None = column(
        "lead", "The first paragraph or the publisher's abstract, as plain text. Never the whole body."
    )
    body: str | None = body(
        "Sanitised. Null where rights or extraction leave nothing to serve; bodyAvailability says which."
    )
    body_availability: BodyAvailability = column("body_availability")
    byline: str | None = column("byline", "The printed credit, as it stands ('By Ann Lee and Kim Ho in Tokyo').")
    authors: list[Annotated["Author", strawberry.lazy("schema.author")]] = edge("authors")
    dateline: str | None = column(
        "dateline", "Where and when it was written, as printed ('Tokyo, June 18'); cut out of the body."
    )
    section: str | None = column("section")
    credit: str | None = column(
        "credit", "The agency that the publisher credits ('Kyodo', 'Jiji Press'); not the source."
    )
    rights: Rights = rule(OfRow())
    image: Image | None = edge("image")
    images: list[Image] = edge("images")
    enclosures: list[Enclosure] = edge("enclosures")
    language: str = column("language")
    published_at: DateTime = column("published_text")
    published_at_estimated: bool = column(
        "published_estimated", "True where the publisher gave no usable date and firstSeenAt stands in."
    )
    updated_at: DateTime | None = column(
        "updated_text", "When the publisher last changed the content; null until it does."
    )
    first_seen_at: DateTime = column("first_seen_at")
    changed_at: DateTime = column(
        "changed_at", "Our clock: the last change of anything served here, enrichment and rights included."
    )
    status: ArticleStatus = column("status", "Readers only ever meet USABLE; the desk sees the others.")
    word_count: int = column("word_count")
    topics: list[Annotated["TopicAssignment", strawberry.lazy("schema.topic")]] = edge("topics")
    revisions: Connection[Revision] = rule(OfPage(edge="revisions", order="NEWEST"), "Newest first.", revision_page)
    comments: Connection[Comment] = rule(
        OfPage(edge="comments"), "Root comments; replies hang below them.", comment_page
    )
    thread: Connection[Comment] = rule(
        OfPage(edge="thread", order="THREAD"),
        "Every comment of every depth in reading order (depth first, oldest first):"
        " a whole discussion without nesting.",
        thread_page,
    )
    comment_count: int = column("comment_count")
    comments_open: bool = column("comments_open")
    comments_decisions: list[CommentsDecision] = edge(
        "comments_decisions", "Moderators only; empty for others. The newest first, at most 50."
    )


def article_page(
    filter: ArticleFilter | None = UNSET,
    order_by: ArticleOrder = ArticleOrder.NEWEST,
    first: int | None = UNSET,
    after: str | None = UNSET,
    last: int | None = UNSET,
    before: str | None = UNSET,
) -> Connection[Article]:
    planned()


def _article(by: ArticleBy) -> Article | None:
    planned()


@strawberry.type
class ArticleQuery:
    article: Article | None = rule(OfKey("articles"), resolver=_article)
    articles: Connection[Article] | None = rule(OfPage(table="articles"), resolver=article_page)
