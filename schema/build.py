"""The schema, put together of its nouns."""

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types

from schema.article import ArticleQuery
from schema.author import Author, AuthorQuery
from schema.comment import Commenter, CommentQuery
from schema.node import NodeQuery
from schema.revision import Revision
from schema.scalars import SCALARS
from schema.search import SearchQuery
from schema.source import Source, SourceQuery
from schema.topic import TopicQuery

Query = merge_types(
    "Query",
    (NodeQuery, ArticleQuery, SearchQuery, SourceQuery, TopicQuery, AuthorQuery, CommentQuery),
)


def build_schema() -> strawberry.Schema:
    """The public schema; its SDL is the contract."""
    return strawberry.Schema(
        Query,
        types=[Author, Commenter, Revision, Source],
        config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True),
    )
