"""What a reader takes along, over HTTP and on the command line, and how they are erased there."""

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest
from starlette.applications import Starlette

from api.settings import Settings
from api.tokens import make
from tests.conftest import EDITION
from tests.services import broadsheet

KEY = "a shared key of more than 32 characters"
ARTICLE = "a_00000000-0000-7000-8000-000400000001"
COMMENT = "c_00000000-0000-7000-8000-000700000001"
WRITE = f"""mutation {{
  post: postComment(input: {{articleId: "{ARTICLE}", body: "Hello **all**"}}) {{
    comment {{ id viewerCanEdit author {{ id }} }} errors {{ code }} }}
  held: postComment(input: {{articleId: "{ARTICLE}", body: "You idiot."}}) {{ comment {{ id }} errors {{ code }} }}
  react: addReaction(input: {{commentId: "{COMMENT}"}}) {{ errors {{ code }} }}
  flag: flagComment(input: {{commentId: "{COMMENT}", reason: SPAM, note: "Look."}}) {{ errors {{ code }} }}
}}"""


def auth(subject: str = "u1", role: str | None = None) -> dict[str, str]:
    token = make(KEY, subject, name="Ann", role=role, now=datetime.now(UTC), hours=1)
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    rules = tmp_path / "rules.toml"
    rules.write_text("[pace]\ncomment_seconds = 0\n")
    return Settings(database_url=database_url, log_level="error", log_format="json", token_key=KEY, moderation=rules)


@pytest.fixture
async def written(app: Starlette, client: httpx2.AsyncClient) -> dict[str, Any]:
    """What a reader's writes answered, all in one request."""
    async with app.state.database.transaction() as connection:
        await connection.execute(EDITION.read_text())
    answer = await client.post("/graphql", json={"query": WRITE}, headers=auth())
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-store"
    found: dict[str, Any] = answer.json()["data"]
    assert [each["errors"] for each in found.values()] == [[]] * 4
    return found


async def test_everything_is_taken_along(written: dict[str, Any], client: httpx2.AsyncClient) -> None:
    assert written["post"]["comment"]["viewerCanEdit"] is True
    answer = await client.get("/v1/me/export", headers=auth())
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["content-disposition"].startswith("attachment")
    found = answer.json()
    assert found["commenter"]["displayName"] == "Ann"
    assert [each["subject"] for each in found["identities"]] == ["u1"]
    assert [(each["markdown"], each["status"]) for each in found["comments"]] == [
        ("Hello **all**", "PUBLISHED"),
        ("You idiot.", "WITHHELD"),
    ]
    assert found["comments"][1]["decisions"][0]["rule"] == "TOXICITY"
    assert [each["commentId"] for each in found["reactions"]] == [COMMENT]
    assert [(each["commentId"], each["note"]) for each in found["flags"]] == [(COMMENT, "Look.")]


async def test_it_is_for_that_reader_alone(written: dict[str, Any], client: httpx2.AsyncClient) -> None:
    for headers, status in (({}, 401), ({"Authorization": "Bearer x.y.z"}, 401)):
        answer = await client.get("/v1/me/export", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (status, "UNAUTHENTICATED")
        assert answer.headers["www-authenticate"].startswith("Bearer")
    other = (await client.get("/v1/me/export", headers=auth("u2", "ADMIN"))).json()
    assert (other["comments"], other["flags"]) == ([], [])


async def test_an_operator_hands_out_and_erases(
    written: dict[str, Any], client: httpx2.AsyncClient, database_url: str, tmp_path: Path
) -> None:
    id_ = written["post"]["comment"]["author"]["id"]
    file = tmp_path / "out.json"

    async def run(*command: str) -> tuple[int, str]:
        with broadsheet("reader", *command, database_url=database_url) as process:
            told, failed = await asyncio.to_thread(process.communicate)
            return process.returncode, (told + failed).decode()

    assert (await run("export", id_, "--output", str(file)))[0] == 0
    assert len(orjson.loads(file.read_bytes())["comments"]) == 2
    status, printed = await run("export", id_)
    assert (status, orjson.loads(printed)) == (0, orjson.loads(file.read_bytes()))
    nowhere = tmp_path / "nowhere" / "out.json"
    assert await run("export", id_, "--output", str(nowhere)) == (
        1,
        f"{nowhere} can't be written: No such file or directory.\n",
    )
    assert await run("erase", id_, "--comments", "delete", "--yes") == (0, f"Erased: {id_}\n")
    assert await run("export", id_, "--output", str(file)) == (1, "There is no such commenter.\n")
    assert [name for name in os.listdir(tmp_path) if name.startswith("out")] == ["out.json"]
    assert len(orjson.loads(file.read_bytes())["comments"]) == 2  # what was written before stays
    assert (await run("export", "u1"))[0] == 2
    shown = await client.post(
        "/graphql", json={"query": f'{{ node(id: "{written["post"]["comment"]["id"]}") {{ id }} }}'}
    )
    assert shown.json() == {"data": {"node": None}}
