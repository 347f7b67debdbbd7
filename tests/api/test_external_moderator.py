"""The external moderator over HTTP: what it is told, how that is signed, and what counts as an opinion."""

import asyncio
import base64
import hmac
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import orjson
import pytest

from api.external_moderator import ExternalModerator
from ingest.markdown import render
from ingest.moderation.case import Article, Author, Case, Opinion, Status
from ingest.moderation.settings import External
from tests.ingest.server import Server, serving
from tests.services import free_port

SECRET = "whsec_" + base64.b64encode(b"s" * 32).decode()
CASE = Case(
    "Good **morning**",
    datetime.now(UTC),
    Article(language="en", id="a_1"),
    Author(approved=3, id="m_1"),
    text=render("Good **morning**"),
)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with serving() as made:
        yield made


def moderator(server: Server, seconds: float = 5) -> ExternalModerator:
    return ExternalModerator(External(url=f"http://127.0.0.1:{server.port}/judge", secret=SECRET, seconds=seconds))


def made(status: str, body: bytes = b"") -> bytes:
    return b"HTTP/1.1 %b\r\nContent-Length: %d\r\n\r\n%b" % (status.encode(), len(body), body)


@pytest.mark.parametrize(
    ("answer", "opinion"),
    [
        (made("204 No Content"), None),
        (made("200 OK", b'{"status": "PENDING", "message": "Hm."}'), Opinion(Status.PENDING, "Hm.")),
        (made("200 OK", b'{"message": "Look at this."}'), Opinion(None, "Look at this.")),
        (made("200 OK", b'{"status": "APPROVED"}'), Opinion(Status.APPROVED)),
        (made("200 OK", b'{"message": "A\\u0000 \\u0007B"}'), Opinion(None, "A B")),
        (made("200 OK", b'{"status": "SUPERB"}'), None),
        (made("200 OK", b'["PENDING"]'), None),
        (made("200 OK", b"yes"), None),
        (made("200 OK", b'"' + b"x" * 20_000 + b'"'), None),
        (made("500 Oh", b'{"status": "REJECTED"}'), None),
        (made("302 Found", b'{"status": "REJECTED"}'), None),
        (b"no HTTP\r\n\r\n", None),
        (b"", None),
    ],
)
async def test_what_counts_as_an_opinion(answer: bytes, opinion: Opinion | None, server: Server) -> None:
    server.answers["/judge"] = answer
    assert await moderator(server).ask(CASE) == opinion


async def test_what_it_is_told_is_signed(server: Server) -> None:
    server.answers["/judge"] = made("204 No Content")
    await moderator(server).ask(CASE)
    (request,) = server.requests
    # The form of Standard Webhooks 1.0.0, written out once more.
    id_, timestamp = request.headers["webhook-id"], request.headers["webhook-timestamp"]
    mac = hmac.new(b"s" * 32, f"{id_}.{timestamp}.".encode() + request.body, "sha256").digest()
    assert request.headers["webhook-signature"] == f"v1,{base64.b64encode(mac).decode()}"
    assert abs(int(timestamp) - CASE.now.timestamp()) < 1
    found = orjson.loads(request.body)
    assert found["type"] == "comment.judged"
    assert found["data"] == {
        "markdown": "Good **morning**",
        "html": "<p>Good <strong>morning</strong></p>",
        "text": "Good morning",
        "links": [],
        "article": {"id": "a_1", "language": "en"},
        "author": {"id": "m_1", "role": "COMMENTER", "commentCount": 3},
    }


async def test_one_that_is_late_or_away_is_skipped(server: Server) -> None:
    async def never(_: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    server.answers["/judge"] = never
    assert await moderator(server, seconds=0.05).ask(CASE) is None
    away = ExternalModerator(External(url=f"http://127.0.0.1:{free_port()}/", seconds=5))
    assert await away.ask(CASE) is None
