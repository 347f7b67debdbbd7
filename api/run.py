"""`broadsheet run`: the whole service on one machine, from nothing, until Ctrl-C.

Database, migrations and sample edition first, then server and worker as children. The children hang on a lifeline
(api/lifeline.py): they end when this process does, however it ends. So does the embedded Postgres, by its own locks.

A second start is to be ready within 3 seconds, and half of that are imports: so the server's process is started first
and imports while Postgres comes up, and the worker's only once the server serves.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Coroutine
from datetime import UTC, datetime

from api.database import address, opened, with_database
from api.port import listen, reachable
from api.processes import Child, pause_after
from api.settings import Settings

READY_WITHIN = 60.0


def run(settings: Settings) -> int:
    """Run until told to stop; the exit status. Raises PortTaken before anything is started."""
    listen(settings.host, settings.port).close()
    return asyncio.run(_Supervisor(settings).run())


class _Supervisor:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.stop = asyncio.Event()
        self.hurry = asyncio.Event()
        # What the children are ended with. SIGINT: no load balancer waits for a person's own run.
        self.signal = signal.SIGINT
        self.children: dict[str, Child] = {}
        self.status = 0

    async def run(self) -> int:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._told_to_stop, number)
        self.children["serve"] = await Child.start("serve")
        self._keep_quiet()
        # Entering and leaving the embedded Postgres blocks, for up to a minute: beside the loop, which hears signals.
        database = with_database(self.settings)
        try:
            self.settings = await asyncio.to_thread(database.__enter__)
            try:
                await self._until_stop(self._prepare())
                if not self.stop.is_set():
                    await self._supervise()
            finally:
                await self._end_children()
                await asyncio.to_thread(database.__exit__, None, None, None)
        finally:
            await self._end_children()
        return self.status

    async def _supervise(self) -> None:
        """Server and worker at work, until told to stop or the server ends."""
        await self.children["serve"].tell(address(self.settings))
        tasks = [
            asyncio.create_task(work) for work in (self.stop.wait(), self._watch_server(), self._announce_and_work())
        ]
        ended, others = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for task in ended:
            task.result()

    async def _announce_and_work(self) -> None:
        await self._announce()
        await self._keep_worker()

    async def _end_children(self) -> None:
        within = self.settings.graceful_seconds + self.settings.drain_seconds + 5
        stops = [child.end(self.signal, within=within, hurry=self.hurry) for child in self.children.values()]
        self.children.clear()
        await asyncio.gather(*stops)

    def _told_to_stop(self, number: signal.Signals) -> None:
        if self.stop.is_set():
            self.hurry.set()
        elif number == signal.SIGTERM:
            self.signal = number
        self.stop.set()

    def _keep_quiet(self) -> None:
        """Let this process log what goes wrong only: a line for each document of the sample would bury what it says."""
        from api.logs import configure_logs

        level = self.settings.log_level
        configure_logs("warning" if level == "info" else level, self.settings.log_format)

    async def _prepare(self) -> None:
        """Migrate, and load the sample edition into a database that holds nothing else, or complete a cut-off load."""
        from db.migrate import migrate, pending
        from db.statements import statements
        from jobs.sample import load_if_empty

        async with opened(self.settings, "run", patient=True) as database:
            if await pending(database):
                for name in await migrate(address(self.settings)):
                    _say(f"Migrated: {name}")
            if await load_if_empty(database, now=datetime.now(UTC)):
                loaded = (await database.rows(statements("counts")["public"]))[0]
                _say(
                    "The sample edition is loaded: {articles} articles of {sources} sources, "
                    "{comments} comments.".format(**loaded)
                )

    async def _until_stop(self, work: Coroutine[None, None, None]) -> None:
        """Do the work, but give it up when told to stop."""
        task = asyncio.create_task(work)
        stopped = asyncio.create_task(self.stop.wait())
        await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if not task.done():
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            return
        task.result()

    async def _keep_worker(self) -> None:
        """Start the worker, and again when it dies, with pauses that double up to half a minute."""
        loop = asyncio.get_running_loop()
        pause = 0.25
        while True:
            began = loop.time()
            child = self.children["worker"] = await Child.start("worker")
            await child.tell(address(self.settings))
            status = await child.ended()
            pause = pause_after(loop.time() - began, pause)
            _say(f"The worker ended with status {status}; it is started again in {pause:.1f} s.")
            await asyncio.sleep(pause)

    async def _watch_server(self) -> None:
        status = await self.children["serve"].ended()
        _say(f"The server ended with status {status}, so everything ends. Its last log lines say why.")
        self.status = 1

    async def _announce(self) -> None:
        """Print where the doors are, once reads can be served."""
        loop = asyncio.get_running_loop()
        until = loop.time() + READY_WITHIN
        host = reachable(self.settings.host)
        base = f"http://{f'[{host}]' if ':' in host else host}:{self.settings.port}"
        while not await _ready(host, self.settings.port):
            if loop.time() > until:
                _say(f"The service is not ready after {READY_WITHIN:.0f} s; {base}/readyz says what is missing.")
                return
            await asyncio.sleep(0.03)
        _say(
            "\n".join(
                (
                    "Broadsheet is ready. Ctrl-C ends it.",
                    f"  Start page        {base}/",
                    f"  GraphQL explorer  {base}/graphql  (programs post to the same address)",
                    f"  REST reference    {base}/docs  (the endpoints are under {base}/v1)",
                    f"  Health            {base}/readyz  {base}/livez  {base}/version",
                    f"  Metrics           {base}/metrics",
                )
            )
        )


async def _ready(host: str, port: int) -> bool:
    """Whether /readyz answers 200. Over a bare connection: an HTTP client would be imported for this alone."""
    try:
        async with asyncio.timeout(5):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                return b" 200 " in await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False


def _say(text: str) -> None:
    print(text, flush=True)
