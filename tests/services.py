"""Helpers for tests that meet the service over HTTP: the application in this process, and real processes."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from subprocess import PIPE, Popen, run

import httpx2
from starlette.applications import Starlette

ROOT = Path(__file__).parents[1]


@asynccontextmanager
async def client_of(app: Starlette) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://broadsheet.test") as client:
        yield client


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def broadsheet(*command: str, **variables: str) -> Iterator[Popen[bytes]]:
    """`broadsheet <command>` as a process with BROADSHEET_ variables; killed at the end if it still runs."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BROADSHEET_")}
    given = {f"BROADSHEET_{name.upper()}": value for name, value in variables.items()}
    process = Popen([sys.executable, "-m", "api", *command], cwd=ROOT, env=clean | given, stdout=PIPE, stderr=PIPE)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


async def until(met: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for a condition that another process brings about."""
    async with asyncio.timeout(seconds):
        while not met():  # another process' doing, there is no event to wait for
            await asyncio.sleep(0.02)


async def answers(url: str, status: int = 200, seconds: float = 30) -> None:
    """Wait until an address answers with a status."""
    async with asyncio.timeout(seconds), httpx2.AsyncClient(timeout=5) as client:
        while True:
            try:
                if (await client.get(url)).status_code == status:
                    return
            except httpx2.TransportError:
                pass
            await asyncio.sleep(0.02)


def children_of(pid: int) -> set[int]:
    """The processes that a process has started and that still run."""
    table = run(["ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=True).stdout
    rows = (line.split() for line in table.splitlines())
    return {int(child) for child, parent, state in rows if int(parent) == pid and not state.startswith("Z")}


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def descendants_of(pid: int) -> set[int]:
    """The processes below a process."""
    found, waiting = set[int](), [pid]
    while waiting:
        children = children_of(waiting.pop())
        found |= children
        waiting += children
    return found
