"""Every URL of the service."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.routing import BaseRoute, Route

from api import assets, explorer, graphql, health, metrics, start
from api.middleware import Direct


def direct() -> Mapping[str, Direct]:
    """The doors that are too busy to be looked for by the router; what they don't answer themselves is left to it."""
    return {
        "/graphql": graphql.graphql,
    }


def routes() -> list[BaseRoute]:
    """The other doors, in the order in which a visitor meets them."""
    return [
        Route("/", start.page),
        Route("/graphql", explorer.explorer),
        Route("/static/{folder}/{version}/{name}", assets.asset),
        Route("/livez", health.livez),
        Route("/readyz", health.readyz),
        Route("/version", health.version),
        Route("/metrics", metrics.metrics),
    ]
