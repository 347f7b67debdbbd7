"""The reference at /docs: Swagger UI over /openapi.json, with all its files from here."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse

from api.assets import address

PAGE = Path(__file__).parent / "templates" / "reference.html"

_HEADERS = {
    # Swagger UI writes style attributes, and carries its icons as data: addresses.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-cache",
}
_FILE = re.compile(r"\{(\w+)/([\w.-]+)\}")


async def reference(_request: Request) -> HTMLResponse:
    """GET /docs"""
    return HTMLResponse(page(), headers=_HEADERS)


@cache
def page() -> str:
    """The page, the same for everyone."""
    return _FILE.sub(lambda found: address(found[1], found[2]), PAGE.read_text(encoding="utf-8"))
