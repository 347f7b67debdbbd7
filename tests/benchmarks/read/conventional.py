"""The conventional application: Strawberry's types, resolvers and DataLoaders over asyncpg, served by its ASGI app.

As a good engineer writes it: one statement a loader, documents parsed and validated once, only the columns that are
served. The variables of libpq say where the database is.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import strawberry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader
from strawberry.extensions import ParserCache, ValidationCache

Info: TypeAlias = "strawberry.Info[Loaders, None]"

_CARD = "a.id, a.source_id, a.headline, a.lead, a.url, a.language, a.published_text as published_at, a.comment_count"
_COMMENT = (
    "c.id, case when c.placeholder is null then c.author_id end as author_id,"
    " case when c.placeholder is null then c.body_html end as body, c.created_at"
)
_TOPIC = f"""
select {_CARD} from article_topics x join articles a on a.id = x.article_id
where x.topic_id = (select t.id from topics t where t.slug = $1) and a.is_public
order by x.published_at desc, x.article_id desc limit $2"""
_ARTICLE = f"select {_CARD}, a.body_html as body from articles a where a.id = $1 and a.is_public"
_SEARCH = f"""
select {_CARD} from (
  select c.id, floor(ts_rank(c.search, websearch_to_tsquery('simple', $1), 1) * 1000000)::integer as score
  from (
    select a.id, a.search from articles a where a.search @@ websearch_to_tsquery('simple', $1) and a.is_public
    order by a.published_at desc, a.id desc limit 250
  ) c
  order by score desc, c.id desc limit $2
) r join articles a on a.id = r.id
order by r.score desc, r.id desc"""
_SOURCES = "select id, name, homepage_url from sources where id = any($1::uuid[])"
_IMAGES = "select article_id, url from images where article_id = any($1::uuid[]) and position = 0"
_TOPICS = """
select x.article_id, t.id, t.slug, t.name from article_topics x join topics t on t.id = x.topic_id
where x.article_id = any($1::uuid[]) and x.direct order by x.confidence desc, x.topic_id"""
_COMMENTS = f"""
select o.id as owner, c.* from unnest($1::uuid[]) o (id), lateral (
  select {_COMMENT} from comments c where c.article_id = o.id and c.parent_id is null and c.is_public
  order by c.created_at, c.id limit $2
) c"""
_REPLIES = f"""
select o.id as owner, c.* from unnest($1::uuid[]) o (id), lateral (
  select {_COMMENT} from comments c where c.parent_id = o.id and c.is_public
  order by c.created_at, c.id limit $2
) c"""
_COMMENTERS = "select id, display_name from commenters where id = any($1::uuid[]) and comment_count > 0"
STATEMENTS = (_TOPIC, _ARTICLE, _SEARCH, _SOURCES, _IMAGES, _TOPICS, _COMMENTS, _REPLIES, _COMMENTERS)


@strawberry.type
class Source:
    id: strawberry.ID
    name: str
    homepage_url: str | None


@strawberry.type
class Topic:
    id: strawberry.ID
    slug: str
    name: str


@strawberry.type
class Image:
    url: str


@strawberry.type
class Commenter:
    display_name: str


@strawberry.type
class Comment:
    id: strawberry.ID
    author_id: strawberry.Private[UUID | None]
    body: str | None
    created_at: datetime

    @strawberry.field
    async def author(self, info: Info) -> Commenter | None:
        return await info.context.commenters.load(self.author_id) if self.author_id else None

    @strawberry.field
    async def replies(self, info: Info, first: int = 3) -> list["Comment"]:
        return await info.context.replies(first).load(self.id)


@strawberry.type
class Article:
    id: strawberry.ID
    source_id: strawberry.Private[UUID]
    headline: str
    lead: str | None
    url: str
    language: str
    published_at: str
    comment_count: int
    body: str | None = None

    @strawberry.field
    async def source(self, info: Info) -> Source:
        return await info.context.sources.load(self.source_id)

    @strawberry.field
    async def image(self, info: Info) -> Image | None:
        return await info.context.images.load(self.id)

    @strawberry.field
    async def topics(self, info: Info) -> list[Topic]:
        return await info.context.topics.load(self.id)

    @strawberry.field
    async def comments(self, info: Info, first: int = 20) -> list[Comment]:
        return await info.context.comments(first).load(self.id)


class Loaders:
    """The loaders of one request."""

    def __init__(self, pool: Any) -> None:
        self.pool = pool
        self.sources = DataLoader[UUID, Source](self._sources)
        self.images = DataLoader[strawberry.ID, Image | None](self._images)
        self.topics = DataLoader[strawberry.ID, list[Topic]](self._topics)
        self.commenters = DataLoader[UUID, Commenter | None](self._commenters)
        self._lists: dict[tuple[str, int], DataLoader[strawberry.ID, list[Comment]]] = {}

    def comments(self, first: int) -> DataLoader[strawberry.ID, list[Comment]]:
        return self._list(_COMMENTS, first)

    def replies(self, first: int) -> DataLoader[strawberry.ID, list[Comment]]:
        return self._list(_REPLIES, first)

    def _list(self, statement: str, first: int) -> DataLoader[strawberry.ID, list[Comment]]:
        """One loader for each statement and size."""
        loader = self._lists.get((statement, first))
        if loader is None:
            load = partial(self._comments_of, statement, first)
            loader = self._lists[statement, first] = DataLoader[strawberry.ID, list[Comment]](load)
        return loader

    async def _sources(self, ids: list[UUID]) -> Sequence[Source]:
        found = {row["id"]: Source(**row) for row in await self.pool.fetch(_SOURCES, ids)}
        return [found[id_] for id_ in ids]

    async def _images(self, ids: list[strawberry.ID]) -> Sequence[Image | None]:
        found = {row["article_id"]: Image(url=row["url"]) for row in await self.pool.fetch(_IMAGES, ids)}
        return [found.get(id_) for id_ in ids]

    async def _topics(self, ids: list[strawberry.ID]) -> Sequence[list[Topic]]:
        found: dict[Any, list[Topic]] = {id_: [] for id_ in ids}
        for row in await self.pool.fetch(_TOPICS, ids):
            found[row["article_id"]].append(Topic(id=row["id"], slug=row["slug"], name=row["name"]))
        return [found[id_] for id_ in ids]

    async def _commenters(self, ids: list[UUID]) -> Sequence[Commenter | None]:
        rows = await self.pool.fetch(_COMMENTERS, ids)
        found = {row["id"]: Commenter(display_name=row["display_name"]) for row in rows}
        return [found.get(id_) for id_ in ids]

    async def _comments_of(self, statement: str, first: int, ids: list[strawberry.ID]) -> Sequence[list[Comment]]:
        found: dict[Any, list[Comment]] = {id_: [] for id_ in ids}
        for owner, id_, author, body, created in await self.pool.fetch(statement, ids, first):
            found[owner].append(Comment(id=id_, author_id=author, body=body, created_at=created))
        return [found[id_] for id_ in ids]


@strawberry.type
class Query:
    @strawberry.field
    async def articles(self, info: Info, topic: str, first: int = 20) -> list[Article]:
        return [Article(**row) for row in await info.context.pool.fetch(_TOPIC, topic, first)]

    @strawberry.field
    async def article(self, info: Info, id: strawberry.ID) -> Article | None:
        row = await info.context.pool.fetchrow(_ARTICLE, id)
        return Article(**row) if row else None

    @strawberry.field
    async def search(self, info: Info, query: str, first: int = 20) -> list[Article]:
        return [Article(**row) for row in await info.context.pool.fetch(_SEARCH, query, first)]


class _Endpoint(GraphQL[Loaders, None]):
    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Loaders:
        return Loaders(request.app.state.pool)


@asynccontextmanager
async def _pooled(app: Starlette) -> AsyncIterator[None]:
    # No connection is given up while the others are measured.
    kept = {"min_size": 10, "max_size": 10, "max_inactive_connection_lifetime": 0}
    settings = {"jit": "off", "timezone": "UTC", "plan_cache_mode": "force_generic_plan"}
    async with asyncpg.create_pool(**kept, server_settings=settings) as app.state.pool:
        yield


schema = strawberry.Schema(Query, extensions=[lambda: ParserCache(maxsize=1000), lambda: ValidationCache(maxsize=1000)])
app = Starlette(
    routes=[Route("/graphql", _Endpoint(schema, graphql_ide=None), methods=["GET", "POST"])], lifespan=_pooled
)
