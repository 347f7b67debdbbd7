"""`broadsheet serve`: uvicorn with time limits on what clients send, and a stop that fails no request."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import tempfile
from asyncio import TimerHandle
from collections.abc import Iterator
from typing import Any

import structlog
from prometheus_client.multiprocess import mark_process_dead
from uvicorn import Config, Server
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from api.app import create_app
from api.database import with_database
from api.health import Lifecycle
from api.processes import Child, listen, pause_after
from api.settings import Settings

# Connections that are open but silent when the server stops: a request may be on its way on them.
LINGER_SECONDS = 0.25
# What a client may still send of a body that was already refused, before the connection is cut.
DISCARDED_BYTES = 8_000_000
BACKLOG = 2048

log = structlog.get_logger("broadsheet.serve")


class Protocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol with the limits that it lacks.

    - The head of a request must be there within receive_seconds of the connection or of its first byte, and within
      max_header_bytes; the body within receive_seconds of the head. Otherwise 408 or 431, and the connection ends.
    - While the server stops, every answer closes its connection, and a silent connection is given a moment: what was
      sent before the client could know is answered.
    """

    lifecycle: Lifecycle
    receive_seconds: float
    max_header_bytes: int

    _timer: TimerHandle | None = None
    _in_head = True
    _head_bytes = 0
    _discarded = 0
    _refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        if self._in_head:
            self._head_bytes += len(data)
            if self._timer is None:
                self._arm()
        elif self.cycle is not None and self.cycle.response_complete:
            self._discarded += len(data)
            if self._discarded > DISCARDED_BYTES:
                self.transport.close()
                return
        super().data_received(data)
        if self._in_head and self._head_bytes > self.max_header_bytes:
            self._refuse(431)

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._head_bytes = 0
        self._arm()
        super().on_headers_complete()
        if self.lifecycle.draining:
            self.cycle.keep_alive = False

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._in_head = True
        self._discarded = 0
        self._disarm()

    def shutdown(self) -> None:
        if self.cycle is None or self.cycle.response_complete:
            self.loop.call_later(LINGER_SECONDS, super().shutdown)
        else:
            super().shutdown()

    def _arm(self) -> None:
        self._disarm()
        self._timer = self.loop.call_later(self.receive_seconds, self._refuse, 408)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _refuse(self, status: int) -> None:
        """End the connection; say why, unless an answer has begun or the client has sent nothing at all."""
        self._disarm()
        if self.transport.is_closing():
            return
        answering = self.cycle is not None and self.cycle.response_started and not self.cycle.response_complete
        silent = self._in_head and not self._head_bytes
        self._refused = True
        if answering or silent:
            self.transport.close()
            return
        self.transport.write(STATUS_LINE[status] + b"content-length: 0\r\nconnection: close\r\n\r\n")
        # Closing at once, with data unread, would reset the connection and could take the answer with it.
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.loop.call_later(LINGER_SECONDS, self.transport.close)


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
        serving.run([bound])
        return 0 if serving.started else 1


async def _family(settings: Settings, bound: socket.socket) -> int:
    return await _Family(settings, bound).run()


class _Family:
    """Several server processes on one socket, each started again when it dies."""

    def __init__(self, settings: Settings, bound: socket.socket) -> None:
        self.settings = settings
        self.bound = bound
        self.stop: asyncio.Future[signal.Signals] = asyncio.get_running_loop().create_future()
        self.hurry = asyncio.Event()

    async def run(self) -> int:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._told_to_stop, number)
        self.bound.listen(BACKLOG)
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
        url = self.settings.database_url
        assert url is not None
        loop = asyncio.get_running_loop()
        pause = 0.25
        while not self.stop.done():
            began = loop.time()
            descriptor = self.bound.fileno()
            child = await Child.start(
                "serve",
                "--listener",
                str(descriptor),
                environment={"PROMETHEUS_MULTIPROC_DIR": metrics},
                keep_open=(descriptor,),
            )
            await child.tell(url)
            ended = asyncio.create_task(child.ended())
            await asyncio.wait((ended, self.stop), return_when=asyncio.FIRST_COMPLETED)
            if self.stop.done():
                within = self.settings.graceful_seconds + self.settings.drain_seconds + 5
                await child.end(self.stop.result(), within=within, hurry=self.hurry)
                return
            mark_process_dead(child.process.pid, metrics)  # type: ignore[no-untyped-call]
            pause = pause_after(loop.time() - began, pause)
            log.error("server_process_ended", status=child.process.returncode, again_in=pause)
            await asyncio.wait((self.stop,), timeout=pause)


def server(app: Any, settings: Settings, lifecycle: Lifecycle) -> GracefulServer:
    """A server for an application, not yet running."""
    protocol = type(
        "LimitedProtocol",
        (Protocol,),
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
