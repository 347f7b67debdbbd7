"""The explorer: GraphiQL at /graphql for browsers, the GraphQL endpoint at the same address for everyone else."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from api.assets import address

PAGE = Path(__file__).parent / "templates" / "explorer.html"

_HEADERS = {
    # GraphiQL's editor writes style attributes and style elements and carries its fonts as data: addresses.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "font-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-cache",
    "Vary": "Accept",
}


class ExplorerOrEndpoint:
    """Shows the explorer to a GET that asks for HTML; everything else is the endpoint's."""

    def __init__(self, endpoint: ASGIApp) -> None:
        self.endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] in ("GET", "HEAD") and asks_for_html(scope):
            # A response of its own for each request: middlewares write into its headers.
            await HTMLResponse(page(), headers=_HEADERS)(scope, receive, send)
        else:
            await self.endpoint(scope, receive, send)


def asks_for_html(scope: Scope) -> bool:
    """Whether the Accept header names text/html and no JSON: what a browser's address bar sends."""
    accept = b",".join(value for name, value in scope["headers"] if name == b"accept").lower()
    return b"text/html" in accept and b"json" not in accept


@cache
def page() -> str:
    """The explorer's page, the same for everyone."""
    html = PAGE.read_text(encoding="utf-8")
    for folder, name in (
        ("graphiql", "graphiql.min.css"),
        ("graphiql", "style.css"),
        ("graphiql", "react.production.min.js"),
        ("graphiql", "react-dom.production.min.js"),
        ("graphiql", "graphiql.min.js"),
        ("graphiql", "graphiql-plugin-explorer.umd.js"),
        ("broadsheet", "explorer.css"),
        ("broadsheet", "explorer.js"),
        ("broadsheet", "icon.svg"),
    ):
        html = html.replace(f"{{{folder}/{name}}}", address(folder, name))
    return html
