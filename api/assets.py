"""Files that pages load: our own, and those of GraphiQL and Swagger UI as packages carry them. Nothing comes from
elsewhere.

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
# By folder: the distribution that carries it, and where in which package.
_CARRIED = {
    "graphiql": ("graphene-django-graphiql-static", "graphene_django_graphiql_static", "static/*/*"),
    "swagger": ("offapi", "offapi", "swagger_*"),
}
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


@cache
def folders() -> dict[str, tuple[str, dict[str, Path]]]:
    """For each folder under /static/: its version, and its files by name."""
    own = {path.name: path for path in sorted(OWN.iterdir()) if path.suffix in _TYPES}
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in own.values())).hexdigest()[:12]
    return {"broadsheet": (digest, own)} | {folder: _carried(*where) for folder, where in _CARRIED.items()}


def _carried(distribution: str, package: str, pattern: str) -> tuple[str, dict[str, Path]]:
    # Looked up, not imported: importing GraphiQL's package would ask for Django.
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    found = (path for path in Path(spec.origin).parent.glob(pattern) if path.suffix in _TYPES)
    return package_version(distribution), {path.name: path for path in found}


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
