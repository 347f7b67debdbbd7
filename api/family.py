"""Several server processes on one port: BROADSHEET_WORKERS."""

from __future__ import annotations

import asyncio
import signal
import socket
import tempfile

import structlog
from prometheus_client.multiprocess import mark_process_dead

from api.database import address
from api.processes import Child, pause_after
from api.settings import Settings

log = structlog.get_logger("broadsheet.serve")


class Family:
    """Several server processes on one socket, each started again when it dies."""

    def __init__(self, settings: Settings, bound: socket.socket, backlog: int) -> None:
        self.settings = settings
        self.bound = bound
        self.backlog = backlog
        self.stop: asyncio.Future[signal.Signals] = asyncio.get_running_loop().create_future()
        self.hurry = asyncio.Event()

    async def run(self) -> int:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._told_to_stop, number)
        self.bound.listen(self.backlog)
        with tempfile.TemporaryDirectory(prefix="broadsheet-metrics-") as folder:
            members = [asyncio.create_task(self._keep(folder)) for _ in range(self.settings.workers)]
            await self.stop
            await asyncio.gather(*members)
        return 0

    def _told_to_stop(self, number: signal.Signals) -> None:
        if not self.stop.done():
            self.stop.set_result(number)
            # Or connections would be taken in here after the last member has stopped to serve them.
            self.bound.close()
        elif number == signal.SIGINT:
            self.hurry.set()

    async def _keep(self, metrics: str) -> None:
        """Keep one member alive until told to stop, then end it with the same signal."""
        loop = asyncio.get_running_loop()
        pause = 0.25
        while not self.stop.done():
            began = loop.time()
            # A descriptor of its own: a stop that comes meanwhile closes the other, and its number may be given anew.
            with self.bound.dup() as own:
                child = await Child.start(
                    "serve",
                    "--listener",
                    str(own.fileno()),
                    environment={"PROMETHEUS_MULTIPROC_DIR": metrics},
                    keep_open=(own.fileno(),),
                )
            await child.tell(address(self.settings))
            ended = asyncio.create_task(child.ended())
            await asyncio.wait((ended, self.stop), return_when=asyncio.FIRST_COMPLETED)
            if self.stop.done():
                within = self.settings.graceful_seconds + self.settings.drain_seconds + 5
                await child.end(self.stop.result(), within=within, hurry=self.hurry)
                return
            # prometheus_client says nothing of this function's types.
            mark_process_dead(child.process.pid, metrics)  # type: ignore[no-untyped-call]
            pause = pause_after(loop.time() - began, pause)
            log.error("server_process_ended", status=child.process.returncode, again_in=pause)
            await asyncio.wait((self.stop,), timeout=pause)
