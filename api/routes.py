"""Every URL of the service."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.routing import BaseRoute, Route

from api import assets, documents, explorer, graphql, health, me, metrics, moderate, openapi, reference, start
from api.middleware import Direct
from api.rest import rest


def direct() -> Mapping[str, Direct]:
    """The doors that are too busy to be looked for by the router; what they don't answer themselves is left to it."""
    return {
        "/graphql": graphql.graphql,
    }


def routes() -> list[BaseRoute]:
    """The other doors, in the order in which a visitor meets them. What REST serves is said in api/endpoints.py."""
    return [
        Route("/", start.page),
        Route("/graphql", explorer.explorer),
        Route("/moderate", moderate.page),
        Route("/v1/articles", rest),
        Route("/v1/articles/{id}", rest),
        Route("/v1/articles/{id}/comments", rest),
        Route("/v1/articles/{id}/thread", rest),
        Route("/v1/articles/{id}/revisions", rest),
        Route("/v1/search", rest),
        Route("/v1/sources", rest),
        Route("/v1/sources/{slug}", rest),
        Route("/v1/topics", rest),
        Route("/v1/topics/{slug}", rest),
        Route("/v1/me/export", me.export),
        Route("/openapi.json", openapi.openapi),
        Route("/documents.json", documents.published),
        Route("/docs", reference.reference),
        Route("/static/{folder}/{version}/{name}", assets.asset),
        Route("/livez", health.livez),
        Route("/readyz", health.readyz),
        Route("/version", health.version),
        Route("/metrics", metrics.metrics),
    ]
