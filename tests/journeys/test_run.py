"""`broadsheet run`: from nothing to a service, and back to nothing, however it ends."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx2

from tests.journeys.conftest import started
from tests.processes import children_of, described, is_alive
from tests.services import ROOT, answers, free_port, until


async def test_from_nothing_to_an_edition_and_back(tmp_path: Path) -> None:
    data = tmp_path / "with spaces"
    async with started(data) as run:
        await run.ready()
        printed = "".join(run.lines)
        for door in ("/", "/graphql", "/readyz", "/livez", "/version", "/metrics"):
            assert run.url + door in printed
        async with httpx2.AsyncClient(base_url=run.url) as client:
            for door in ("/", "/readyz", "/livez", "/version", "/metrics"):
                assert (await client.get(door)).status_code == 200
            query = "{ articles { totalCount } sources { totalCount } }"
            answer = (await client.post("/graphql", json={"query": query})).json()["data"]
            assert answer["articles"]["totalCount"] >= 60
            assert answer["sources"]["totalCount"] == 8
        run.process.send_signal(signal.SIGINT)
        assert await run.ends() == 0
        await run.all_gone()
    assert "Traceback" not in "".join(run.lines)


async def test_the_second_run_is_ready_within_three_seconds(home: Path) -> None:
    async with started(home) as run:
        await run.ready()
    # Other tests share the machine here: so the best of five, and where a new process takes more than 1 s to import
    # the server, as much more.
    tries: list[float] = []
    while len(tries) < 5 and not any(seconds <= 3 for seconds in tries):
        share = max(slowness(), 1.0)
        async with started(home) as run:
            tries.append(await run.ready() / share)
            assert not any("sample" in line for line in run.lines)
    assert min(tries) <= 3, tries


def slowness() -> float:
    """Seconds that a new process needs at the moment to import what the server imports."""
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", "import api.serve"], cwd=ROOT, check=True)
    return time.monotonic() - began


async def test_sigterm_lets_load_balancers_notice(home: Path) -> None:
    async with started(home, drain_seconds="20") as run:
        await run.ready()
        run.process.terminate()
        await answers(run.url + "/readyz", 503, 10)
        run.process.terminate()
        assert await run.ends(10) == 0
        await run.all_gone()


async def test_ctrl_c_waits_for_no_load_balancer(home: Path) -> None:
    async with started(home, drain_seconds="60") as run:
        await run.ready()
        run.process.send_signal(signal.SIGINT)
        assert await run.ends() == 0
        await run.all_gone()


async def test_killed_it_leaves_nothing_and_starts_again(home: Path) -> None:
    async with started(home) as run:
        await run.ready()
        run.process.kill()
        await run.process.wait()
        await run.all_gone()
    async with started(home) as run:
        await run.ready()


async def test_the_next_run_need_not_wait_for_the_last_to_be_gone(home: Path) -> None:
    port = free_port()
    async with started(home, port=port) as first:
        await first.ready()
        first.process.kill()
        await first.process.wait()
        async with started(home) as second:
            await second.ready()
            async with httpx2.AsyncClient() as client:
                assert (await client.get(second.url + "/readyz")).status_code == 200
            family = second.family
        await first.all_gone()
    await until(lambda: not any(is_alive(pid) for pid in family))


async def test_an_occupied_port_is_said_before_anything_is_started(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        async with started(tmp_path / "data", port=port) as run:
            assert await run.ends() == 1
    assert len(run.lines) == 1
    assert f"Port {port} on 127.0.0.1 is taken" in run.lines[0]
    assert f"BROADSHEET_PORT={port + 1} make run" in run.lines[0]
    assert not (tmp_path / "data").exists()


async def test_two_runs_share_one_postgres(home: Path) -> None:
    async with started(home) as first:
        await first.ready()
        async with started(home) as second:
            await second.ready()
        async with httpx2.AsyncClient() as client:
            # The first one's database lives on when the second one has ended.
            assert (await client.get(first.url + "/readyz")).status_code == 200


async def test_with_an_address_the_embedded_server_is_not_touched(tmp_path: Path, empty_database_url: str) -> None:
    async with started(tmp_path / "data", database_url=empty_database_url) as run:
        await run.ready()
        async with httpx2.AsyncClient() as client:
            assert (await client.get(run.url + "/readyz")).status_code == 200
        run.process.send_signal(signal.SIGINT)
        assert await run.ends() == 0
    assert not (tmp_path / "data").exists()


async def test_loading_the_sample_says_one_line(tmp_path: Path, database_url: str) -> None:
    """Also where the tables are there already."""
    async with started(tmp_path / "data", database_url=database_url, log_level="info") as run:
        await run.ready()
    assert len([line for line in run.lines if "The sample edition is loaded: " in line]) == 1
    assert not any("document_read" in line for line in run.lines)


async def test_a_dead_worker_is_started_again(home: Path) -> None:
    async with started(home) as run:
        await run.ready()
        worker = child(run.process.pid, "worker")
        assert worker
        os.kill(worker, signal.SIGKILL)
        await run.says("The worker ended with status -9")
        await until(lambda: child(run.process.pid, "worker") not in (None, worker))
        async with httpx2.AsyncClient() as client:
            assert (await client.get(run.url + "/readyz")).status_code == 200


async def test_a_dead_server_ends_it_with_a_reason(home: Path) -> None:
    async with started(home) as run:
        await run.ready()
        server = child(run.process.pid, "serve")
        assert server
        os.kill(server, signal.SIGKILL)
        assert await run.ends() == 1
        assert any("The server ended with status -9" in line for line in run.lines)
        await run.all_gone()


def child(pid: int, command: str) -> int | None:
    """The child of a run that carries out a command."""
    for found in map(described, children_of(pid)):
        if found is not None and command in found.command:
            return found.pid
    return None
