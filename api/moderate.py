"""/moderate: a plain page for a small newsroom's moderators. It is the same for everybody and knows nothing: what it
shows, its script asks of the public API with the moderator's own token."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from api.assets import address

PAGE = Path(__file__).parent / "templates" / "moderate.html"

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


async def page(_request: Request) -> Response:
    """GET /moderate"""
    return HTMLResponse(_page(), headers=_HEADERS)


@cache
def _page() -> str:
    html = PAGE.read_text(encoding="utf-8")
    for name in ("moderate.css", "moderate.js", "icon.svg"):
        html = html.replace(f"{{broadsheet/{name}}}", address("broadsheet", name))
    return html
