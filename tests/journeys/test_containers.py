"""Dockerfile and docker-compose.yml, as far as they can be tried without Docker: the compose file against its schema,
and its commands, environment and health checks as plain processes on a database of their own."""

import asyncio
import json
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx2
import pytest
from ruamel.yaml import YAML

from tests.services import BROADSHEET, ROOT, answers, clean_environment, free_port, running, until

COMPOSE = ROOT / "docker-compose.yml"
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    found: dict[str, Any] = YAML(typ="safe").load(COMPOSE)["services"]
    return found


def test_the_compose_file_is_valid() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(COMPOSE)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_services_wait_for_each_other(services: dict[str, Any]) -> None:
    assert set(services) == {"postgres", "migrate", "server", "worker"}
    assert services["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    for name in ("server", "worker"):
        assert services[name]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
    for name in ("postgres", "server", "worker"):
        assert services[name]["healthcheck"]["test"][0] == "CMD"


def test_the_image_holds_what_the_program_needs() -> None:
    copied = set(re.findall(r"^COPY (.+) \./\w*$", DOCKERFILE, re.MULTILINE))
    for folder in ("api", "schema", "jobs", "ingest", "db"):
        assert folder in copied
    for name in " ".join(copied).split():
        assert (ROOT / name).exists()
        assert f"!{name}" in (ROOT / ".dockerignore").read_text().splitlines()
    assert "USER broadsheet" in DOCKERFILE


def environment(service: dict[str, Any], database_url: str, **more: str) -> dict[str, str]:
    """What the image and the compose file set, with the test's database in place of the service `postgres`."""
    image = dict(re.findall(r"^(?:ENV |    )(BROADSHEET_\w+|PYTHON\w+)=(\S*)", DOCKERFILE, re.MULTILINE))
    given: dict[str, str] = clean_environment() | image | {"BROADSHEET_COMMIT": "abc"} | service["environment"] | more
    assert "@postgres:5432/" in given["BROADSHEET_DATABASE_URL"]
    return given | {"BROADSHEET_DATABASE_URL": database_url}


def command(words: list[str]) -> list[str]:
    """A command of the image as a process here: `broadsheet` is `python -m api`."""
    entry = json.loads(re.findall(r"^ENTRYPOINT (.*)$", DOCKERFILE, re.MULTILINE)[0])
    assert entry == ["broadsheet"]
    return [*BROADSHEET, *words]


async def test_its_commands_and_environment_work_as_plain_processes(
    services: dict[str, Any], empty_database_url: str, tmp_path: Path
) -> None:
    # The address that the server listens on is the one thing that is not tried as written: nothing else may reach it.
    more = {
        "BROADSHEET_DATA_DIR": str(tmp_path / "data"),
        "BROADSHEET_HOST": "127.0.0.1",
        "BROADSHEET_PORT": str(free_port()),
    }
    variables = {
        name: environment(services[name], empty_database_url, **more) for name in ("migrate", "server", "worker")
    }

    def healthy(name: str) -> bool:
        test = services[name]["healthcheck"]["test"]
        assert test[:2] == ["CMD", "broadsheet"]
        return subprocess.run(command(test[2:]), cwd=ROOT, env=variables[name], check=False).returncode == 0

    assert not healthy("server")
    assert not healthy("worker")
    for _ in range(2):
        with running(command(services["migrate"]["command"]), variables["migrate"]) as migrate:
            assert await asyncio.to_thread(migrate.wait, 30) == 0
    with (
        running(command(services["server"]["command"]), variables["server"]) as server,
        running(command(services["worker"]["command"]), variables["worker"]) as worker,
    ):
        url = f"http://127.0.0.1:{more['BROADSHEET_PORT']}"
        await answers(url + "/readyz")
        await until(lambda: healthy("worker"))
        assert healthy("server")
        async with httpx2.AsyncClient() as client:
            assert (await client.get(url + "/version")).json()["commit"] == "abc"
        for each in (server, worker):
            each.send_signal(signal.SIGTERM)
        for each in (server, worker):
            assert await asyncio.to_thread(each.wait, 20) == 0
    assert not healthy("worker")
    assert not (tmp_path / "data").exists()
