"""Every URL of the service."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from api import assets, explorer, health, metrics, start


def routes(graphql: ASGIApp) -> list[BaseRoute]:
    """The doors, in the order in which a visitor meets them. graphql is the GraphQL endpoint."""
    return [
        Route("/", start.page),
        Route("/graphql", explorer.ExplorerOrEndpoint(graphql)),
        Route("/static/{folder}/{version}/{name}", assets.asset),
        Route("/livez", health.livez),
        Route("/readyz", health.readyz),
        Route("/version", health.version),
        Route("/metrics", metrics.metrics),
    ]
