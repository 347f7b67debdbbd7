"""Files that pages load: our own, and GraphiQL's as its package carries them. Nothing comes from elsewhere.

An address holds the version of what it leads to, so that browsers may keep it for good.
"""

from __future__ import annotations

import asyncio
import hashlib
from functools import cache
from importlib.metadata import version as package_version
from importlib.util import find_spec
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

OWN = Path(__file__).parent / "static"
_GRAPHIQL_PACKAGE = "graphene_django_graphiql_static"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


@cache
def folders() -> dict[str, tuple[str, dict[str, Path]]]:
    """For each folder under /static/: its version, and its files by name."""
    own = {path.name: path for path in sorted(OWN.iterdir()) if path.suffix in _TYPES}
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in own.values())).hexdigest()[:12]
    # Looked up, not imported: importing the package would ask for Django.
    spec = find_spec(_GRAPHIQL_PACKAGE)
    assert spec is not None
    assert spec.origin is not None
    graphiql = Path(spec.origin).parent / "static" / _GRAPHIQL_PACKAGE
    files = {path.name: path for path in graphiql.iterdir() if path.suffix in _TYPES}
    return {
        "broadsheet": (digest, own),
        "graphiql": (package_version("graphene-django-graphiql-static"), files),
    }


def address(folder: str, name: str) -> str:
    """The path under which a file is served. KeyError for one that isn't there."""
    version, files = folders()[folder]
    return f"/static/{folder}/{version}/{files[name].name}"


async def asset(request: Request) -> Response:
    """GET /static/{folder}/{version}/{name}"""
    version, files = folders().get(request.path_params["folder"], ("", {}))
    path = files.get(request.path_params["name"])
    if path is None or version != request.path_params["version"]:
        raise HTTPException(404)
    content = await asyncio.to_thread(path.read_bytes)
    return Response(
        content,
        media_type=_TYPES[path.suffix],
        headers={"Cache-Control": "public, max-age=31536000, immutable"},
    )
