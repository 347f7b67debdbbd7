"""The REST endpoints: a table, and how a line of it becomes a GraphQL document.

A line says under which path a field of the GraphQL schema is served and what it gives when nobody names `fields`. Its
arguments become parameters, its descriptions the reference; nothing of the schema is said again. `api/routes.py` lists
the paths.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import cast

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_required_argument,
)

from api.selection import Tree, opened, read_tree, sorted_as


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A line of the table.

    field: the way from the root to what is served, such as `article.comments`. fields: what of each thing is given
    when the request names nothing, as a GraphQL selection.
    """

    path: str
    name: str
    field: str
    tag: str
    summary: str
    description: str
    fields: str


_CARD = """
    id url kind headline lead byline section language publishedAt updatedAt wordCount commentCount
    source { id slug name }
    image { url alt caption credit width height }
    topics { topic { slug name } confidence }
"""
_ARTICLE = """
    id url aliasUrls kind headline lead body bodyAvailability byline dateline section credit language
    publishedAt publishedAtEstimated updatedAt firstSeenAt changedAt wordCount commentCount commentsOpen
    source { id slug name publisher homepageUrl }
    authors { id slug name }
    rights { holder notice usageTerms expiresAt }
    images { url alt caption credit width height }
    enclosures { url mimeType byteLength durationSeconds }
    topics { topic { id slug code name } confidence assignedBy }
"""
_COMMENT = """
    id depth body placeholder createdAt editedAt replyCount reactionCount
    author { id displayName role }
"""
_SOURCE = "id slug name publisher homepageUrl logoUrl language country description articleCount latestArticleAt"
_TOPIC = "id slug code name articleCount broader { slug name }"

ENDPOINTS = (
    Endpoint(
        "/v1/articles",
        "ListArticles",
        "articles",
        "Articles",
        "List articles",
        "Published articles, the newest first unless `orderBy` says otherwise. The conditions all hold together.",
        _CARD,
    ),
    Endpoint(
        "/v1/articles/{id}",
        "GetArticle",
        "article",
        "Articles",
        "Get an article",
        "One article with its body, as far as rights let it be served.",
        _ARTICLE,
    ),
    Endpoint(
        "/v1/articles/{id}/comments",
        "ListComments",
        "article.comments",
        "Articles",
        "List the comments on an article",
        "What readers wrote under an article: the comments that answer no other, the oldest first.",
        _COMMENT,
    ),
    Endpoint(
        "/v1/articles/{id}/thread",
        "ListThread",
        "article.thread",
        "Articles",
        "List the whole discussion of an article",
        "Every comment of every depth, each answer below what it answers: a discussion in one list.",
        _COMMENT + "parent { id }",
    ),
    Endpoint(
        "/v1/articles/{id}/revisions",
        "ListRevisions",
        "article.revisions",
        "Articles",
        "List the revisions of an article",
        "What an article said at one time and another, the newest first.",
        "id seenAt headline lead",
    ),
    Endpoint(
        "/v1/search",
        "SearchArticles",
        "search",
        "Search",
        "Search articles",
        "Ranked full-text search. An edge holds the article and says why it matched.",
        f"score headlineHighlight excerpt node {{ {_CARD} }}",
    ),
    Endpoint(
        "/v1/sources",
        "ListSources",
        "sources",
        "Sources",
        "List sources",
        "The outlets whose articles are served, by name.",
        _SOURCE,
    ),
    Endpoint(
        "/v1/sources/{slug}",
        "GetSource",
        "source",
        "Sources",
        "Get a source",
        "One outlet, by any slug that it has or had.",
        _SOURCE,
    ),
    Endpoint(
        "/v1/topics",
        "ListTopics",
        "topics",
        "Topics",
        "List topics",
        "The subjects that articles are about, by name.",
        _TOPIC,
    ),
    Endpoint(
        "/v1/topics/{slug}",
        "GetTopic",
        "topic",
        "Topics",
        "Get a topic",
        "One subject, with those that are broader and narrower.",
        _TOPIC + " narrower { slug name articleCount }",
    ),
)

# How deep a path of `fields` leads into what hangs on a thing.
_DEPTH = 3
_PATH_VARIABLE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Stored:
    """A document with its variables, each with its type."""

    text: str
    variables: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Plan:
    """An endpoint as the schema has it.

    way, names: the fields from the root to what is served. type: of the thing that is served, or of each in a list;
    items: the list's field, empty where one thing is served. open: every path that `fields` may name. stored: the
    document that reads what is given without `fields`; widest: the one that reads everything.
    """

    endpoint: Endpoint
    way: tuple[GraphQLField, ...]
    names: tuple[str, ...]
    type: GraphQLObjectType
    items: str
    open: Tree
    standard: Tree
    stored: Stored = field(init=False)
    widest: Stored = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "stored", self.document(self.standard))
        object.__setattr__(self, "widest", self.document(self.open))

    @property
    def path_variables(self) -> tuple[str, ...]:
        return tuple(_PATH_VARIABLE.findall(self.endpoint.path))

    @property
    def served(self) -> GraphQLObjectType:
        """The type of the answer: the connection of a list, else the thing itself."""
        return _object(self.way[-1])

    def document(self, selection: Tree) -> Stored:
        """The document that reads a selection; the same selection gives the same text."""
        writer = _Writer()
        inner = writer.selection(self.type, sorted_as(self.open, selection))
        if self.items:
            counts = " ".join(f"{name} @include(if: $totalCount)" for name in ("totalCount", "totalCountIsExact"))
            # First in the answer, so that the links can be read without reading the rows.
            page = " ".join(_object(self.served.fields["pageInfo"]).fields)
            inner = f"{{ pageInfo {{ {page} }} {counts} {self.items} {inner} }}"
            writer.variables["totalCount"] = "Boolean! = false"
        for name, field_ in zip(reversed(self.names), reversed(self.way), strict=True):
            inner = f"{{ {name}{writer.arguments(field_, self.path_variables)} {inner} }}"
        variables = dict(reversed(writer.variables.items()))
        declared = ", ".join(f"${name}: {type_}" for name, type_ in variables.items())
        return Stored(f"query {self.endpoint.name}{f'({declared})' if declared else ''} {inner}", variables)


def plan(endpoint: Endpoint, schema: GraphQLSchema) -> Plan:
    """An endpoint's line, looked up in the schema.

    Raises:
        KeyError: the line names what the schema does not have.
    """
    way: list[GraphQLField] = []
    names = tuple(endpoint.field.split("."))
    type_ = cast(GraphQLObjectType, schema.query_type)
    for name in names:
        way.append(type_.fields[name])
        type_ = _object(way[-1])
    items = ""
    if "pageInfo" in type_.fields:
        edge = _object(type_.fields["edges"])
        # An edge that says more than where it stands is served, else the thing at its end.
        items = "edges" if edge.fields.keys() > {"cursor", "node"} else "nodes"
        type_ = _object(type_.fields[items])
    open_ = opened(type_, _DEPTH + (items == "edges"))
    return Plan(endpoint, tuple(way), names, type_, items, open_, read_tree(endpoint.fields, open_))


@dataclass(slots=True)
class _Writer:
    """Writes selections, and collects the variables that they use, the last first."""

    variables: dict[str, str] = field(default_factory=dict)

    def selection(self, type_: GraphQLObjectType, tree: Tree) -> str:
        parts = []
        for name, inner in tree.items():
            found = type_.fields[name]
            part = f"{name}{self.arguments(found, ())}"
            parts.append(f"{part} {self.selection(_object(found), inner)}" if inner else part)
        return f"{{ {' '.join(parts)} }}"

    def arguments(self, field_: GraphQLField, path_variables: Iterable[str]) -> str:
        """All arguments of a field, each from a variable of its name; a look-up's key from the path."""
        given = []
        for name, argument in reversed(field_.args.items()):
            type_ = get_named_type(argument.type)
            keys = [key for key in path_variables if isinstance(type_, GraphQLInputObjectType) and key in type_.fields]
            if is_required_argument(argument) and keys:
                (key,) = keys
                assert isinstance(type_, GraphQLInputObjectType)
                self.variables[key] = f"{get_named_type(type_.fields[key].type)}!"
                given.append(f"{name}: {{{key}: ${key}}}")
            else:
                self.variables[name] = _variable_type(argument)
                given.append(f"{name}: ${name}")
        return f"({', '.join(reversed(given))})" if given else ""


def _variable_type(argument: GraphQLArgument) -> str:
    """Nullable where the argument has a default, which holds when the variable is not there."""
    return str(argument.type if is_required_argument(argument) else get_nullable_type(argument.type))


def _object(field_: GraphQLField) -> GraphQLObjectType:
    type_: GraphQLNamedType = get_named_type(field_.type)
    assert isinstance(type_, GraphQLObjectType)
    return type_
