"""/livez, /readyz and /version."""

import hashlib
import platform
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette

from api.alive import SILENT_AFTER
from api.app import create_app
from api.health import read_commit
from api.settings import Settings
from db.pool import Database
from jobs.worker import BEAT_SECONDS
from schema.build import build_schema
from tests.services import client_of


async def test_a_server_with_its_database_is_ready(client: httpx2.AsyncClient) -> None:
    for path, status in (("/livez", "alive"), ("/readyz", "ready")):
        answer = await client.get(path)
        assert (answer.status_code, answer.json()) == (200, {"status": status})
        assert answer.headers["cache-control"] == "no-store"


async def test_a_server_without_its_database_lives_and_is_not_ready() -> None:
    app = create_app(Settings(database_url="postgresql://nobody@127.0.0.1:1/nothing", log_level="error"))
    async with app.router.lifespan_context(app), client_of(app) as client:
        assert (await client.get("/livez")).status_code == 200
        answer = await client.get("/readyz")
        assert (answer.status_code, answer.json()) == (503, {"status": "not ready", "missing": ["database"]})


async def test_a_database_without_tables_is_not_ready(empty_database_url: str) -> None:
    app = create_app(Settings(database_url=empty_database_url, log_level="error"))
    async with app.router.lifespan_context(app), client_of(app) as client:
        answer = await client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["missing"][0] == "migration 0001_first_edition"


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("0001_first_edition", "update migrations set checksum = 'another' where name = '0001_first_edition'"),
        ("0000_unknown", "insert into migrations (name, checksum) values ('0000_unknown', 'none')"),
    ],
)
async def test_migrations_that_do_not_fit_are_named(
    client: httpx2.AsyncClient, database: Database, name: str, change: str
) -> None:
    async with database.transaction() as connection:
        await connection.execute(change)
    answer = await client.get("/readyz")
    assert answer.status_code == 503
    (missing,) = answer.json()["missing"]
    assert name in missing


async def test_a_server_that_drains_says_so(app: Starlette, client: httpx2.AsyncClient) -> None:
    app.state.lifecycle.draining = True
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"status": "draining"})
    assert (await client.get("/livez")).status_code == 200


async def test_version_names_program_commit_python_and_schema(client: httpx2.AsyncClient) -> None:
    answer = (await client.get("/version")).json()
    assert answer["version"] == "0.1.0"
    assert answer["python"] == platform.python_version()
    assert answer["schema"] == hashlib.sha256(build_schema().as_str().encode()).hexdigest()
    assert set(answer) == {"version", "commit", "python", "schema"}


async def test_a_given_commit_is_reported(settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"commit": "abc123"}))
    async with client_of(app) as client:
        assert (await client.get("/version")).json()["commit"] == "abc123"


def test_a_worker_may_miss_some_signs_of_life() -> None:
    assert SILENT_AFTER.total_seconds() == 6 * BEAT_SECONDS


def test_a_commit_is_read_from_head_branch_or_packed_refs(tmp_path: Path) -> None:
    commit = "0123456789abcdef0123456789abcdef01234567"
    assert read_commit(tmp_path) is None
    git = tmp_path / ".git"
    (git / "refs" / "heads").mkdir(parents=True)
    (git / "HEAD").write_text(commit + "\n")
    assert read_commit(tmp_path) == commit
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    assert read_commit(tmp_path) is None
    (git / "packed-refs").write_text(f"# pack-refs\n{commit} refs/heads/main\n")
    assert read_commit(tmp_path) == commit
    (git / "refs" / "heads" / "main").write_text(commit[::-1] + "\n")
    assert read_commit(tmp_path) == commit[::-1]
