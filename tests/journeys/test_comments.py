"""Readers who write at once, over HTTP, while a server is killed: nothing is lost, doubled or miscounted."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.tokens import make
from db.pool import Database
from tests.conftest import EDITION
from tests.schema.writes.conftest import TRUE
from tests.schema.writes.room import RECOUNT, article, comment
from tests.services import answers, broadsheet, free_port

KEY = "a shared key of more than 32 characters"
POSTERS, EACH = 50, 4
POST = """mutation ($input: PostCommentInput!) {
  postComment(input: $input) { comment { id status } errors { code message } } }"""


@pytest.fixture
async def servers(database_url: str, database: Database, tmp_path: Path) -> AsyncIterator[list[Any]]:
    """Two servers on one database, the fixed edition in it, each as its process and its address."""
    async with database.transaction() as connection:
        await connection.execute(EDITION.read_text() + TRUE)
    rules = tmp_path / "rules.toml"
    rules.write_text("[pace]\ncomment_seconds = 0\nreaction_seconds = 0\n")
    async with AsyncExitStack() as stack:
        found = []
        for _ in range(2):
            port = free_port()
            given = {"port": str(port), "token_key": KEY, "moderation": str(rules), "log_level": "error"}
            process = stack.enter_context(broadsheet("serve", database_url=database_url, **given))
            found.append((process, f"http://127.0.0.1:{port}"))
        for _, url in found:
            await answers(f"{url}/readyz")
        yield found


async def test_every_accepted_comment_stands_once(servers: list[Any], database: Database) -> None:
    accepted: dict[str, str] = {}

    async def send(client: httpx2.AsyncClient, number: int, token: str, input: dict[str, Any]) -> str:
        """The id of a comment, sent again with its key until somebody answers."""
        for attempt in range(100):
            url = servers[(number + attempt) % 2][1]
            try:
                answer = await client.post(
                    f"{url}/graphql",
                    json={"query": POST, "variables": {"input": input}},
                    headers={"Authorization": f"Bearer {token}"},
                )
            except httpx2.TransportError:
                continue
            if answer.status_code == 200:
                payload = answer.json()["data"]["postComment"]
                assert payload["errors"] == []
                return str(payload["comment"]["id"])
            # It may have been written or not; the key makes another try safe.
            assert answer.status_code in (503, 504), answer.text
        raise AssertionError("nobody answered")

    async def poster(client: httpx2.AsyncClient, number: int) -> None:
        token = make(KEY, f"poster-{number}", name=f"Poster {number}", role=None, now=datetime.now(UTC), hours=1)
        for n in range(EACH):
            input = {"articleId": article(1), "body": f"Comment {number}-{n}.", "idempotencyKey": f"{n}"}
            if n % 2:
                input["parentId"] = comment(1 + 2 * (number % 2))
            # As from a phone that didn't hear the first answer.
            ids = await asyncio.gather(*(send(client, number + k, token, input) for k in range(1 + number % 2)))
            assert len(set(ids)) == 1
            accepted[f"Comment {number}-{n}."] = ids[0]
            if len(accepted) == POSTERS:
                servers[0][0].kill()

    limits = httpx2.Limits(max_connections=200)
    async with httpx2.AsyncClient(timeout=30, limits=limits) as client:
        await asyncio.gather(*(poster(client, number) for number in range(POSTERS)))
    assert servers[0][0].poll() is not None
    rows = await database.rows("select id, body_text from comments where body_text like 'Comment %'")
    assert sorted((row["body_text"], f"c_{row['id']}") for row in rows) == sorted(accepted.items())
    assert len(rows) == POSTERS * EACH
    assert await database.rows(RECOUNT) == []
    posted = await database.value("select count(*) from changes where kind = 'COMMENT_POSTED'")
    assert posted == POSTERS * EACH
    people = await database.rows("select comment_count from commenters where display_name like 'Poster %'")
    assert [row["comment_count"] for row in people] == [EACH] * POSTERS
