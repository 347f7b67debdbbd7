"""A server that is asked what it thinks of a comment: one signed POST, and no opinion where it is late or away.

Signed as Standard Webhooks 1.0.0 says: `webhook-id`, `webhook-timestamp` and `webhook-signature`, the HMAC-SHA256 of
`id.timestamp.body` under the secret (`whsec_` and base64). 204 is no opinion; 200 an object with `status`, `message`,
or both.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from typing import Any
from uuid import uuid4

import httpcore2
import orjson
import structlog
from prometheus_client import Counter

from ingest.moderation.case import Case, Opinion, Status
from ingest.moderation.settings import External
from ingest.text import clean

ASKED = Counter("broadsheet_external_moderation", "Comments that the external moderator was asked about.", ["outcome"])

_MOST_BYTES = 10_000
_LONGEST_MESSAGE = 500

log = structlog.get_logger("broadsheet.moderation")


class NoAnswer(Exception):
    """What the external moderator answered can't be used; the message says what it was."""


class ExternalModerator:
    """Asks as the settings say, over connections of its own."""

    def __init__(self, settings: External) -> None:
        self._settings = settings
        self._secret = base64.b64decode(settings.secret.removeprefix("whsec_")) if settings.secret else b""

    async def ask(self, case: Case) -> Opinion | None:
        """Its opinion of a case. None: it has none, or gave none in time, of which the log tells."""
        try:
            async with asyncio.timeout(self._settings.seconds):
                opinion = _opinion(*await self._post(orjson.dumps(_told(case)), int(case.now.timestamp())))
        except (TimeoutError, OSError, httpcore2.NetworkError, httpcore2.TimeoutException) as error:
            _skipped("unavailable", error)
            return None
        except (httpcore2.ProtocolError, NoAnswer) as error:
            _skipped("unusable", error)
            return None
        ASKED.labels("opinion" if opinion is not None else "none").inc()
        return opinion

    async def _post(self, body: bytes, timestamp: int) -> tuple[int, bytes]:
        id_ = f"msg_{uuid4().hex}"
        headers = [("Content-Type", "application/json"), ("webhook-id", id_), ("webhook-timestamp", str(timestamp))]
        if self._secret:
            headers.append(("webhook-signature", signature(self._secret, id_, timestamp, body)))
        async with (
            httpcore2.AsyncConnectionPool(max_connections=1) as pool,
            pool.stream("POST", self._settings.url, headers=headers, content=body) as response,
        ):
            found = b""
            async for part in response.aiter_stream():
                found += part
                if len(found) > _MOST_BYTES:
                    raise NoAnswer(f"more than {_MOST_BYTES:,} bytes")
            return response.status, found


def signature(secret: bytes, id_: str, timestamp: int, body: bytes) -> str:
    """The header `webhook-signature` of a message."""
    signed = b"%b.%d.%b" % (id_.encode(), timestamp, body)
    return f"v1,{base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()}"


def _told(case: Case) -> dict[str, Any]:
    article, author, text = case.article, case.author, case.text
    return {
        "type": "comment.judged",
        "timestamp": case.now.isoformat(),
        "data": {
            "markdown": case.body,
            "html": text.html,
            "text": text.plain,
            "links": text.links,
            "article": {"id": article.id, "language": article.language},
            "author": {"id": author.id, "role": author.role, "commentCount": author.approved},
        },
    }


def _opinion(status: int, body: bytes) -> Opinion | None:
    if status == 204:
        return None
    if status != 200:
        raise NoAnswer(f"status {status}")
    try:
        said = orjson.loads(body)
        found = Status(said["status"]) if said.get("status") is not None else None
        message = clean(str(said.get("message") or ""))
    except (orjson.JSONDecodeError, AttributeError, TypeError, ValueError):
        raise NoAnswer("no object with a status or a message") from None
    return Opinion(found, message[:_LONGEST_MESSAGE])


def _skipped(outcome: str, error: BaseException) -> None:
    ASKED.labels(outcome).inc()
    log.warning("external_moderator_skipped", reason=f"{type(error).__name__}: {error}"[:300])
