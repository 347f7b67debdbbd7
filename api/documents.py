"""Documents that are named by their hash instead of being sent: automatic persisted queries, and trusted documents.

Automatic ones (Apollo's protocol) come from clients: a hash that isn't known is answered with PersistedQueryNotFound,
the client sends hash and text once, and the hash alone from then on. Trusted ones come from the operator's manifest and
from the service itself; the operator can allow only those.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from schema.errors import Code
from schema.recent import Recent

_HASH = re.compile(r"[0-9a-f]{64}")
# `documentId` of the GraphQL over HTTP working group's draft on persisted documents.
_PREFIX = "sha256:"
_OPERATION = re.compile(r"\bquery ([A-Za-z_]\w*)")
# What an automatic one weighs beside its text.
_OVERHEAD = 500

NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"


class ManifestInvalid(Exception):
    """A manifest of trusted documents can't be read; the message says where."""


class NotAsked(Exception):
    """A request that holds no operation. status: HTTP's; code: as the error's; allow: methods, where the method is
    the fault."""

    def __init__(self, status: int, message: str, code: str = Code.BAD_REQUEST, allow: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.allow = allow


class Documents:
    """The documents that requests may name.

    own: texts that the service itself uses; trusted: the operator's, by identifier. trusted_only: nothing else is
    executed. max_bytes: of automatic ones; 0: none.
    """

    def __init__(
        self,
        own: Iterable[str] = (),
        trusted: Mapping[str, str] = MappingProxyType({}),
        *,
        trusted_only: bool = False,
        max_bytes: int = 2_000_000,
    ) -> None:
        self.trusted = {**trusted, **{sha256(text): text for text in (*own, *trusted.values())}}
        self.trusted_only = trusted_only
        self._automatic: Recent[str, str] = Recent(max_bytes, weigh=lambda text: _OVERHEAD + len(text))

    def named(self, asked: Mapping[str, Any]) -> tuple[str | None, str | None]:
        """The text that a request's members name, and the hash under which it is to be kept once it was executed.

        Raises:
            NotAsked: the hash isn't known, doesn't fit the text, or the document isn't one of the trusted.
        """
        text = asked.get("query")
        if not self.trusted_only and "extensions" not in asked and "documentId" not in asked:
            return text, None
        id_ = _identifier(asked)
        if id_ is None:
            if self.trusted_only and (not isinstance(text, str) or self.trusted.get(sha256(text)) != text):
                raise _untrusted()
            return text, None
        found = self.trusted.get(id_)
        if found is None and self.trusted_only:
            raise _untrusted()
        if not text:
            found = found if found is not None else self._automatic.get(id_)
            if found is None:
                if not self._automatic.room:
                    raise NotAsked(200, "PersistedQueryNotSupported", "PERSISTED_QUERY_NOT_SUPPORTED")
                raise NotAsked(200, "PersistedQueryNotFound", NOT_FOUND)
            return found, None
        if not isinstance(text, str) or (found != text and sha256(text) != id_):
            raise NotAsked(400, "The hash is not the SHA-256 of the query.")
        return text, id_ if found is None else None

    def keep(self, id_: str, text: str) -> None:
        """Keep an automatic document, as long as there is room."""
        weight = _OVERHEAD + len(text)
        if weight * 10 <= self._automatic.room:
            self._automatic.keep(id_, text)


def sha256(text: str) -> str:
    """The SHA-256 of a document's text, in lower-case hexadecimal."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def read_manifest(path: Path) -> dict[str, str]:
    """Texts by identifier, of Apollo's manifest (`{"operations": [{"id", "body"}]}`) or of a plain object of texts, as
    relay-compiler and graphql-codegen write it.

    Raises:
        ManifestInvalid: the file is missing or is neither.
    """
    try:
        found = orjson.loads(path.read_bytes())
    except OSError as error:
        raise ManifestInvalid(f"{path}: {error.strerror}") from error
    except orjson.JSONDecodeError as error:
        raise ManifestInvalid(f"{path} is not JSON: {error}") from error
    if isinstance(found, dict) and isinstance(found.get("operations"), list):
        found = {entry.get("id"): entry.get("body") for entry in found["operations"] if isinstance(entry, dict)}
    if not isinstance(found, dict) or not all(isinstance(part, str) for pair in found.items() for part in pair):
        raise ManifestInvalid(f"{path} is neither Apollo's manifest nor an object of documents by identifier")
    return found


def manifest(documents: Iterable[str]) -> bytes:
    """Apollo's manifest of documents, each with one operation that has a name."""
    operations = [
        {"id": sha256(text), "name": _OPERATION.findall(text)[0], "type": "query", "body": text} for text in documents
    ]
    return orjson.dumps({"format": "apollo-persisted-query-manifest", "version": 1, "operations": operations})


async def published(request: Request) -> Response:
    """GET /documents.json: the manifest of the service's own operations, which every client may use by their ids."""
    return Response(request.app.state.manifest, media_type="application/json", headers={"Cache-Control": "no-cache"})


def _identifier(asked: Mapping[str, Any]) -> str | None:
    """What names the document, other than its text."""
    id_: Any = asked.get("documentId")
    persisted = (asked.get("extensions") or {}).get("persistedQuery")
    if persisted is not None:
        if not isinstance(persisted, dict) or persisted.get("version") != 1:
            raise NotAsked(400, "`persistedQuery` is {version: 1, sha256Hash: …}.")
        id_ = persisted.get("sha256Hash")
        if not isinstance(id_, str) or not _HASH.fullmatch(id_.lower()):
            raise NotAsked(400, "`sha256Hash` is a SHA-256 in hexadecimal.")
        return id_.lower()
    if id_ is not None and (not isinstance(id_, str) or not id_):
        raise NotAsked(400, "`documentId` is a text.")
    return id_.removeprefix(_PREFIX) if id_ is not None else None


def _untrusted() -> NotAsked:
    return NotAsked(403, "Only the documents of this service's manifest are executed here.", Code.FORBIDDEN)
