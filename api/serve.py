"""`broadsheet serve`: uvicorn, stopped so that no request fails."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import socket
from collections.abc import Iterator
from typing import Any

from uvicorn import Config, Server

from api.app import create_app
from api.database import with_database
from api.health import Lifecycle
from api.port import listen
from api.protocol import LimitedProtocol
from api.settings import Settings

BACKLOG = 2048


class GracefulServer(Server):
    """uvicorn's server with a drain before it stops.

    SIGTERM: /readyz turns 503 at once, new connections are served for drain_seconds more and are closed after each
    answer, then the listener closes and requests in flight have graceful_seconds. SIGINT: the same without the
    drain. A second SIGINT ends everything.
    """

    def __init__(self, config: Config, lifecycle: Lifecycle, drain_seconds: float) -> None:
        super().__init__(config)
        self.lifecycle = lifecycle
        self.drain_seconds = drain_seconds
        self.hurry = asyncio.Event()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.hurry.wait(), self.drain_seconds)
        await self._take_the_last(sockets or [])
        await super().shutdown(sockets)

    async def _take_the_last(self, sockets: list[socket.socket]) -> None:
        """Close the listener without failing those who are connected but not accepted yet.

        Closing a listening socket resets the connections in its queue. So the queue is cut short first (clients then
        try again, and are refused cleanly), what stands in it is accepted and served, and only then it is closed.
        """
        waiting: list[socket.socket] = []
        for listener in (bound.dup() for bound in sockets):
            with listener:
                listener.setblocking(False)
                listener.listen(0)
                for accepting in self.servers:
                    accepting.close()
                with contextlib.suppress(OSError):
                    while True:
                        waiting.append(listener.accept()[0])
        for connection in waiting:
            await asyncio.get_running_loop().connect_accepted_socket(self._protocol, connection)

    def _protocol(self) -> asyncio.Protocol:
        factory: Any = self.config.http_protocol_class
        made: asyncio.Protocol = factory(
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        return made

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Handle signals without raising them again afterwards: a stop that was asked for ends with status 0."""
        before = {number: signal.signal(number, self.told_to_stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def told_to_stop(self, number: int, _frame: object) -> None:
        if number == signal.SIGINT:
            self.force_exit = self.should_exit
            # A signal's handler runs between the loop's steps: the loop is woken to see the event.
            asyncio.get_running_loop().call_soon_threadsafe(self.hurry.set)
        self.lifecycle.draining = True
        self.should_exit = True


def serve(settings: Settings, listener: int | None = None) -> int:
    """Serve until told to stop; the exit status. listener: a socket that a parent has bound already.

    Raises PortTaken before anything is started.
    """
    bound = listen(settings.host, settings.port) if listener is None else socket.socket(fileno=listener)
    with with_database(settings) as ready, bound:
        if settings.workers > 1 and listener is None:
            return asyncio.run(_family(ready, bound))
        lifecycle = Lifecycle()
        serving = server(create_app(ready, lifecycle), ready, lifecycle)
        # What stands by now stays for good: the collector need not look through it again (25 ms on the event loop).
        gc.collect()
        gc.freeze()
        serving.run([bound])
        return 0 if serving.started else 1


async def _family(settings: Settings, bound: socket.socket) -> int:
    # One process needs none of it.
    from api.family import Family

    return await Family(settings, bound, BACKLOG).run()


def server(app: Any, settings: Settings, lifecycle: Lifecycle) -> GracefulServer:
    """A server for an application, not yet running."""
    protocol = type(
        "ConfiguredProtocol",
        (LimitedProtocol,),
        {
            "lifecycle": lifecycle,
            "receive_seconds": settings.receive_seconds,
            "max_header_bytes": settings.max_header_bytes,
        },
    )
    config = Config(
        app,
        backlog=BACKLOG,
        http=protocol,
        ws="none",
        loop="uvloop",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=settings.keep_alive_seconds,
        timeout_graceful_shutdown=int(settings.graceful_seconds),
    )
    return GracefulServer(config, lifecycle, settings.drain_seconds)
