"""Helpers for tests that meet the service over HTTP: the application in this process, and real processes."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from subprocess import PIPE, Popen

import httpx2
from starlette.applications import Starlette

from api.middleware import Entrance

ROOT = Path(__file__).parents[1]
# Points that no test spends, for those that ask much.
PLENTY = 2_000_000_000
# The command, as it is called in a checkout.
BROADSHEET = [sys.executable, "-m", "api"]


@asynccontextmanager
async def client_of(app: Starlette) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://broadsheet.test") as client:
        yield client


def written(app: Starlette) -> None:
    """Write the lines of the requests that were answered."""
    entrance = app.middleware_stack
    assert isinstance(entrance, Entrance)
    entrance.access.flush()


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def broadsheet(*command: str, **variables: str) -> Iterator[Popen[bytes]]:
    """`broadsheet <command>` as a process with BROADSHEET_ variables; killed at the end if it still runs.

    What it says is read at the end alone, and it stands still once that is more than a pipe holds, 64 KB or some 300
    requests: of whoever asks more, give `log_level="error"`.
    """
    given = {f"BROADSHEET_{name.upper()}": value for name, value in variables.items()}
    with running([*BROADSHEET, *command], clean_environment() | given) as process:
        yield process


def clean_environment() -> dict[str, str]:
    """The environment of the tests without settings of Broadsheet."""
    return {name: value for name, value in os.environ.items() if not name.startswith("BROADSHEET_")}


@contextmanager
def running(command: list[str], environment: dict[str, str]) -> Iterator[Popen[bytes]]:
    """A process in the checkout; killed at the end if it still runs."""
    process = Popen(command, cwd=ROOT, env=environment, stdout=PIPE, stderr=PIPE)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


async def until(met: Callable[[], bool] | Callable[[], Awaitable[bool]], seconds: float = 20) -> None:
    """Wait for a condition that another process or task brings about."""
    async with asyncio.timeout(seconds):
        while True:  # another's doing, there is no event to wait for
            answer = met()
            if (await answer) if isinstance(answer, Awaitable) else answer:
                return
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
