"""The application: middlewares around routes, and what lives as long as the process does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.middleware.exceptions import ExceptionMiddleware

from api import start
from api.address import networks
from api.budget import Budget
from api.callers import Callers
from api.clients import Clients
from api.database import opened
from api.documents import Documents, manifest, read_manifest
from api.encoding import Compression
from api.errors import RESPONSES
from api.external_moderator import ExternalModerator
from api.graphql import Reading, refused
from api.health import Lifecycle, read_version
from api.kept import Kept
from api.logs import AccessLog
from api.middleware import Entrance
from api.openapi import describe
from api.provider import Provider, get
from api.rest import doors
from api.routes import direct, routes
from api.settings import Settings, moderation
from api.tokens import Tokens
from api.visit import Visits
from db.current import Current
from db.statements import statements
from db.tally import tell
from jobs.due import keep_due
from schema.build import build_schema
from schema.document import Limits
from schema.execute import Executor
from schema.writes.desk import Desk


def create_app(settings: Settings, lifecycle: Lifecycle | None = None) -> Starlette:
    """The ASGI application for settings, whose database_url must be set.

    lifecycle is shared with the server that runs it, which sets draining when it is told to stop.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with opened(settings, "server") as database:
            app.state.database = database
            head = Current(database, statements("changes")["place"], "head")
            callers = Callers(database, tokens(settings))
            app.state.reading = Reading(
                Executor(
                    schema,
                    database,
                    limits=limits(settings),
                    documents=settings.plan_cache,
                    refused_status=settings.validation_status,
                    desk=Desk(database, rules, external, forget=callers.forget),
                ),
                documents,
                Kept(head, settings.hot_answer_bytes, hot=settings.hot_answers),
                settings.cache_seconds,
                Clients(settings.client_names),
                Visits(
                    callers,
                    budget := Budget(database, settings.budget_seconds, processes=settings.workers),
                    limits_of_callers(settings),
                    proxies=networks(settings.trusted_proxies),
                ),
            )
            async with keep_due(database, clock=lambda: datetime.now(UTC), close_after=rules.closing.after):
                yield
            await callers.close()
            await budget.close()
            access.flush()
            tell()

    access = AccessLog(settings.log_level, settings.log_format)
    schema, rules = build_schema(), moderation(settings)
    external = ExternalModerator(rules.external).ask if rules.external.is_asked else None
    rest = doors(schema)
    own = [start.HEADLINES, *(door.plan.stored.text for door in rest.values())]
    documents = Documents(
        own,
        read_manifest(settings.trusted_documents) if settings.trusted_documents else {},
        trusted_only=settings.trusted_documents_only,
        max_bytes=settings.persisted_bytes,
    )
    app = Starlette(routes=routes(), lifespan=lifespan)
    # In the place of Starlette's own stack, whose outermost layer answers what nobody caught.
    app.middleware_stack = Entrance(
        Compression(ExceptionMiddleware(app.router, handlers=RESPONSES)),
        access=access,
        max_body_bytes=settings.max_body_bytes,
        direct=direct(),
        refusals={"/graphql": refused},
    )
    app.state.lifecycle = lifecycle or Lifecycle()
    app.state.settings = settings
    app.state.version = read_version(settings, schema.as_str())
    app.state.doors = rest
    app.state.manifest = manifest(own)
    app.state.openapi = describe(
        app.state.doors.values(), version=app.state.version.version, list_items=settings.max_list_items
    )
    return app


def limits_of_callers(settings: Settings) -> dict[str, int]:
    """Points a period by kind of account."""
    return {
        "address": settings.budget_address,
        "reader": settings.budget_reader,
        "install": settings.budget_install,
        "key": settings.budget_key,
    }


def tokens(settings: Settings) -> Tokens:
    """Which readers' tokens are trusted."""
    issuer = settings.oidc_issuer
    return Tokens(
        shared_key=settings.token_key,
        issuer=issuer,
        audience=settings.oidc_audience,
        keys=Provider(issuer, get=get).keys if issuer else None,
        role_claim=settings.role_claim,
    )


def limits(settings: Settings) -> Limits:
    """The settings' limits of a GraphQL document."""
    return Limits(
        tokens=settings.max_tokens,
        depth=settings.max_depth,
        introspection_depth=settings.max_introspection_depth,
        aliases=settings.max_aliases,
        directives=settings.max_directives,
        root_fields=settings.max_root_fields,
        filter_nodes=settings.max_filter_nodes,
        filter_depth=settings.max_filter_depth,
        list_items=settings.max_list_items,
        cost=settings.max_cost,
        introspection=settings.introspection,
    )
