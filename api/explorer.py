"""The explorer: GraphiQL at /graphql for browsers, the GraphQL door at the same address for everyone else."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from api.assets import address
from api.heads import RequestHead

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


async def explorer(_request: Request) -> Response:
    """GET /graphql of a browser."""
    # A response of its own for each request: middlewares write into its headers.
    return HTMLResponse(page(), headers=_HEADERS)


def asks_for_html(head: RequestHead) -> bool:
    """Whether the Accept header names text/html and no JSON: what a browser's address bar sends."""
    accept = head.accept.lower()
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
