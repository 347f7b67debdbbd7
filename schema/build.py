"""The schema, put together of its nouns."""

import strawberry
from graphql import GraphQLInputObjectType
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types

from schema.article import ArticleQuery
from schema.author import Author, AuthorQuery
from schema.comment import Commenter, CommentQuery
from schema.moderation import ModerationQuery
from schema.mutation import CommentError, Mutation
from schema.node import NodeQuery
from schema.rate_limit import RateLimitQuery
from schema.revision import Revision
from schema.scalars import SCALARS
from schema.search import SearchQuery
from schema.source import Source, SourceQuery
from schema.topic import TopicQuery
from schema.viewer import ViewerQuery

Query = merge_types(
    "Query",
    (
        NodeQuery,
        ArticleQuery,
        SearchQuery,
        SourceQuery,
        TopicQuery,
        AuthorQuery,
        CommentQuery,
        ViewerQuery,
        ModerationQuery,
        RateLimitQuery,
    ),
)


def build_schema() -> strawberry.Schema:
    """The public schema; its SDL is the contract."""
    schema = strawberry.Schema(
        Query,
        mutation=Mutation,
        types=[Author, CommentError, Commenter, Revision, Source],
        config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True),
    )
    _tell_one_of(schema)
    return schema


def _tell_one_of(schema: strawberry.Schema) -> None:
    """Tell graphql-core which inputs are @oneOf. Strawberry keeps it to itself, and then neither the printed schema
    says it nor does validation hold anybody to it."""
    for type_ in schema._schema.type_map.values():
        if isinstance(type_, GraphQLInputObjectType):
            type_.is_one_of = type_.extensions["strawberry-definition"].is_one_of
