"""The documentation says what the program does: its queries, its settings, its links."""

import asyncio
import json
import re
import shlex
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx2 as httpx
import pytest

from api.app import create_app
from api.endpoints import ENDPOINTS
from api.openapi import EXAMPLES
from api.settings import Settings, settings_table
from db.pool import Database
from jobs.sample import load_if_empty
from tests.databases import administer, at
from tests.services import PLENTY, client_of

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
REST = ROOT / "docs" / "rest.md"
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "jobs/sample/README.md"]
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
# Ids are new in every edition, and so are cursors, which hold them (those of a thread in its keys, too).
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
THREAD = re.compile(r'(?<="ct)[0-9a-f]+(?=_)')
SOME_UUID = "01a2076b-4400-7fce-87ff-f491b6b7da6e"
# A query and, in the block after it, its answer.
QUERY = re.compile(r"```sh\n(curl .*?)```\n\n```json\n(.*?)```", re.DOTALL)
TABLE = re.compile(r"^\| variable \|.*?\n(?=\n)", re.DOTALL | re.MULTILINE)
PRETTY = " | python3 -m json.tool --no-ensure-ascii"
BASE = "http://127.0.0.1:8000"


def request_of(command: str) -> httpx.Request:
    """The request that curl makes of a command of the pages: `curl -s URL`, or `-sG` with `--data-urlencode`."""
    words = shlex.split(command.strip().removesuffix(PRETTY))
    assert words[:2] in (["curl", "-s"], ["curl", "-sG"]), words
    url, given = words[2], words[3:]
    assert given[::2] == ["--data-urlencode"] * (len(given) // 2), words
    assert bool(given) == (words[1] == "-sG"), words
    parameters = dict(word.split("=", 1) for word in given[1::2])
    return httpx.Request("GET", url, params=parameters or None)


@pytest.fixture(scope="module")
def sample_url(server_url: str, template: str) -> Iterator[str]:
    """The address of a database with the sample edition, made once for tests that only read."""
    name = f"{template}_sample"
    url = at(server_url, name)

    async def make() -> None:
        await administer(server_url, f"create database {name} template {template} strategy file_copy")
        database = await Database.open(url, application_name="sample")
        await load_if_empty(database, now=NOW)
        await database.close()

    asyncio.run(make())
    yield url
    asyncio.run(administer(server_url, f"drop database {name} with (force)"))


@pytest.fixture
async def client(sample_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the service with the sample edition."""
    app = create_app(Settings(database_url=sample_url, budget_address=PLENTY))
    async with app.router.lifespan_context(app), client_of(app) as made:
        yield made


@pytest.mark.parametrize("page", [README, REST], ids=lambda page: page.name)
async def test_queries_have_the_answers_of_the_program(
    page: Path, client: httpx.AsyncClient, pytestconfig: pytest.Config
) -> None:
    text = _read(page)
    answers = []
    for command, _ in QUERY.findall(text):
        assert command.strip().endswith(PRETTY)
        response = await client.send(request_of(command))
        assert response.status_code == 200, response.text
        answers.append(_fixed(json.dumps(response.json(), indent=4, ensure_ascii=False)) + "\n")
    assert len(answers) == text.count("curl -s") >= 3
    if pytestconfig.getoption("--update"):
        remaining = iter(answers)
        _write(page, QUERY.sub(lambda found: _answered(found, next(remaining)), text))
        return
    assert [answer for _, answer in QUERY.findall(text)] == answers


async def test_examples_of_the_reference_are_answers_of_the_program(
    client: httpx.AsyncClient, pytestconfig: pytest.Config
) -> None:
    examples = json.loads(_read(EXAMPLES))
    assert examples.keys() == {endpoint.path for endpoint in ENDPOINTS}
    answer = await client.get("/v1/articles?orderBy=MOST_COMMENTED&first=1&fields=id")
    id_ = answer.json()["nodes"][0]["id"]
    found = {}
    for path, example in examples.items():
        response = await client.get(example["request"].replace(f"a_{SOME_UUID}", id_))
        assert response.status_code == 200, response.text
        found[path] = {"request": example["request"], "answer": json.loads(_fixed(response.text))}
    if pytestconfig.getoption("--update"):
        _write(EXAMPLES, json.dumps(found, indent=1, ensure_ascii=False) + "\n")
        return
    assert found == examples


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _fixed(text: str) -> str:
    return THREAD.sub("000660d7fbdc070001721cf5", UUID.sub(SOME_UUID, text))


def _answered(found: "re.Match[str]", answer: str) -> str:
    return f"```sh\n{found[1]}```\n\n```json\n{answer}```"


def test_configuration_page_is_complete(pytestconfig: pytest.Config) -> None:
    page = ROOT / "docs/configuration.md"
    text = page.read_text(encoding="utf-8")
    if pytestconfig.getoption("--update"):
        page.write_text(TABLE.sub(lambda _: settings_table() + "\n", text), encoding="utf-8")
        return
    assert TABLE.findall(text) == [settings_table() + "\n"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_and_paths_of_a_page_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)[^)]*\)", text) if "://" not in link]
    missing = [link for link in links if not (page.parent / link).exists()]
    # Files that are named in code marks, such as `db/select.py`.
    files = re.findall(r"`((?:api|schema|db|ingest|jobs|tests)/[\w/.]+\.(?:py|sql))`", text)
    missing += [file for file in files if not (ROOT / file).exists()]
    assert missing == []
