"""The documentation says what the program does: its queries, its settings, its links."""

import json
import re
import shlex
from datetime import UTC, datetime
from pathlib import Path

import httpx2 as httpx
import pytest

from api.app import create_app
from api.settings import Settings, settings_table
from db.pool import Database
from jobs.sample import load_if_empty

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "jobs/sample/README.md"]
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
# A query and, in the block after it, its answer.
QUERY = re.compile(r"```sh\n(curl .*?)```\n\n```json\n(.*?)```", re.DOTALL)
TABLE = re.compile(r"^\| variable \|.*?\n(?=\n)", re.DOTALL | re.MULTILINE)
PRETTY = " | python3 -m json.tool --no-ensure-ascii"
BASE = "http://127.0.0.1:8000"


def request_of(command: str) -> httpx.Request:
    """The request that curl makes of a command of the README: `curl -sG URL --data-urlencode NAME=VALUE`."""
    words = shlex.split(command.strip().removesuffix(PRETTY))
    assert words[:2] == ["curl", "-sG"], words
    assert words[3] == "--data-urlencode", words
    name, _, value = words[4].partition("=")
    return httpx.Request("GET", words[2], params={name: value})


async def test_readme_queries_have_the_answers_of_the_program(
    database: Database, database_url: str, pytestconfig: pytest.Config
) -> None:
    await load_if_empty(database, now=NOW)
    text = README.read_text(encoding="utf-8")
    app = create_app(Settings(database_url=database_url))
    answers = []
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
        for command, _ in QUERY.findall(text):
            assert command.strip().endswith(PRETTY)
            response = await client.send(request_of(command))
            assert response.status_code == 200, response.text
            answers.append(json.dumps(response.json(), indent=4, ensure_ascii=False) + "\n")
    assert len(answers) == text.count("curl -sG") >= 3
    if pytestconfig.getoption("--update"):
        remaining = iter(answers)
        README.write_text(QUERY.sub(lambda found: _answered(found, next(remaining)), text), encoding="utf-8")
        return
    assert [answer for _, answer in QUERY.findall(text)] == answers


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
