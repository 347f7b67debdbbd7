"""The whole service as processes, over HTTP."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import pytest

from db.embedded import address
from tests.processes import descendants_of, is_alive
from tests.services import BROADSHEET, ROOT, clean_environment, free_port, until


@dataclass(slots=True)
class Run:
    """A `broadsheet run` and what it printed."""

    process: asyncio.subprocess.Process
    url: str
    data_dir: Path
    began: float
    lines: list[str] = field(default_factory=list)
    family: set[int] = field(default_factory=set)

    async def says(self, text: str, seconds: float = 60) -> float:
        """Wait for a line that holds a text; the seconds since the start."""
        assert self.process.stdout is not None
        async with asyncio.timeout(seconds):
            while not any(text in line for line in self.lines):
                line = await self.process.stdout.readline()
                assert line, f"it ended without {text!r}:\n" + "".join(self.lines)
                self.lines.append(line.decode())
        return time.monotonic() - self.began

    async def ready(self) -> float:
        seconds = await self.says("Broadsheet is ready")
        await self.says("Metrics")
        self.family = descendants_of(self.process.pid)
        if self.data_dir.exists():
            self.family.add(await postgres_of(self.data_dir))
        return seconds

    async def ends(self, seconds: float = 20) -> int:
        """Wait for its end; the exit status."""
        assert self.process.stdout is not None
        async with asyncio.timeout(seconds):
            self.lines += [line.decode() for line in (await self.process.stdout.read()).splitlines(keepends=True)]
            return await self.process.wait()

    async def all_gone(self) -> None:
        """Wait until nothing is left that it had started: server, worker, Postgres."""
        assert len(self.family) >= 2
        await until(lambda: not any(is_alive(pid) for pid in self.family), 20)


async def postgres_of(data_dir: Path) -> int:
    """The process of the embedded Postgres of a data folder."""
    connection = await asyncpg.connect(address(data_dir))
    try:
        folder = Path(await connection.fetchval("show data_directory"))
    finally:
        await connection.close()
    return int((folder / "postmaster.pid").read_text().splitlines()[0])


@asynccontextmanager
async def started(data_dir: Path, *, port: int | None = None, **variables: str) -> AsyncIterator[Run]:
    """`broadsheet run` on a data folder. If it still runs at the end, it is told to stop, then killed."""
    port = port or free_port()
    given = {f"BROADSHEET_{name.upper()}": value for name, value in variables.items()}
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        *BROADSHEET,
        "run",
        cwd=ROOT,
        env=clean_environment() | {"BROADSHEET_DATA_DIR": str(data_dir), "BROADSHEET_PORT": str(port)} | given,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    run = Run(process, f"http://127.0.0.1:{port}", data_dir, began)
    try:
        yield run
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
            with suppress(TimeoutError):
                await run.ends(10)
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that all journeys of this process share, so that the sample edition is loaded once."""
    return tmp_path_factory.mktemp("a home") / "with spaces"
