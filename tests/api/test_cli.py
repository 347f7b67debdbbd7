"""The command: what it prints and how it ends."""

import json
import time
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from graphql import print_schema

from db.pool import Database
from schema.build import build_schema
from tests.services import ROOT, broadsheet, free_port


def call(*command: str, **variables: str) -> CompletedProcess[str]:
    """Run a command to its end."""
    with broadsheet(*command, **variables) as process:
        out, err = process.communicate(timeout=60)
        return CompletedProcess(command, process.returncode, out.decode(), err.decode())


def test_version_is_quick() -> None:
    began = time.monotonic()
    done = call("version")
    assert (done.stdout, done.returncode) == ("broadsheet 0.1.0\n", 0)
    # 0.4 s on an idle machine; heavy modules alone would take longer than this.
    assert time.monotonic() - began < 5


def test_version_imports_nothing_heavy() -> None:
    import subprocess
    import sys

    code = (
        "import sys, api.cli; sys.exit(' '.join({'strawberry', 'asyncpg', 'pgqueuer', 'uvicorn'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stderr.strip() == ""


def test_schema_prints_the_contract() -> None:
    assert call("schema").stdout.strip() == print_schema(build_schema()._schema).strip()


@pytest.mark.parametrize("command", ["run", "serve", "worker", "migrate", "doctor"])
def test_bad_settings_are_one_line(command: str) -> None:
    done = call(command, port="abc")
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "BROADSHEET_PORT=abc can't be used: Input should be a valid integer, unable to parse string as an integer"
    ]


@pytest.mark.parametrize("command", ["run", "migrate"])
def test_a_database_that_is_not_there_is_one_line(command: str) -> None:
    url = f"postgresql://nobody:secret@127.0.0.1:{free_port()}/nothing"
    done = call(command, database_url=url, port=str(free_port()))
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "broadsheet doctor" in done.stderr
    assert "secret" not in done.stderr + done.stdout


def test_migrate_says_what_it_did(empty_database_url: str) -> None:
    done = call("migrate", database_url=empty_database_url)
    assert done.returncode == 0
    assert done.stdout.splitlines()[0] == "Applied 0001_first_edition"
    done = call("migrate", database_url=empty_database_url)
    assert done.stdout == "Nothing to apply: the database is up to date.\n"


FEED = """<rss version="2.0"><channel><title>Harbour Times</title><link>https://harbour.example/</link>
<item><title>Ferry timetable changes</title><link>https://harbour.example/ferry</link><guid>1</guid>
<pubDate>Wed, 18 Jun 2025 10:00:00 +0900</pubDate><description>From Monday.</description></item>
</channel></rss>"""


async def test_import_sums_up_and_fails_with_its_documents(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    good, bad = tmp_path / "good.xml", tmp_path / "bad.xml"
    good.write_text(FEED)
    done = call("import", str(good), database_url=database_url)
    assert done.returncode == 0
    lines = dict(line.rsplit("  ", 1) for line in done.stdout.splitlines())
    assert {what.strip(): value.strip() for what, value in lines.items()}["new articles"] == "1"
    events = [json.loads(line) for line in done.stderr.splitlines()]
    assert "import_done" in {event["event"] for event in events}
    assert await database.value("select headline from articles") == "Ferry timetable changes"

    bad.write_text("this is no feed")
    done = call("import", str(bad), str(good), database_url=database_url)
    assert done.returncode == 1
    assert "Failed: " in done.stdout


def test_import_names_a_path_that_is_not_there() -> None:
    done = call("import", "/nowhere/feed.xml")
    assert done.returncode == 2
    assert "/nowhere/feed.xml" in done.stderr


def test_doctor_finds_everything_in_order(database_url: str) -> None:
    done = call("doctor", database_url=database_url, port=str(free_port()))
    assert done.returncode == 0, done.stdout
    assert done.stdout.endswith("Everything is in order.\n")
    for subject in ("Python", "Packages", "Port", "Database", "Extensions", "Migrations", "Connections"):
        assert f"ok     {subject}: " in done.stdout


def test_doctor_says_what_to_do(empty_database_url: str) -> None:
    port = free_port()
    with listening(port):
        done = call("doctor", database_url=empty_database_url, port=str(port), workers="60")
    assert done.returncode == 1
    assert f"BROADSHEET_PORT={port + 1} make run" in done.stdout
    assert "broadsheet migrate" in done.stdout
    assert "BROADSHEET_POOL_SIZE" in done.stdout
    assert done.stdout.endswith("3 to mend.\n")


def test_doctor_reaches_no_database(tmp_path: Path) -> None:
    url = f"postgresql://nobody:secret@127.0.0.1:{free_port()}/nothing"
    done = call("doctor", database_url=url, port=str(free_port()))
    assert done.returncode == 1
    assert "wrong  Database: 127.0.0.1:" in done.stdout
    assert "secret" not in done.stdout


def listening(port: int) -> Any:
    import socket

    other = socket.create_server(("127.0.0.1", port))
    return other
