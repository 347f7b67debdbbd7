"""HTTP connections: uvicorn's protocol with time limits on what clients send, and a stop that fails no request.

What uvicorn does for every request, whether it is needed or not (an event, a timer, callbacks of its task, a write for
the head and one for the body), is done here when it is needed: that is a third of all that a small answer costs.
"""

from __future__ import annotations

import asyncio
from asyncio import TimerHandle
from functools import lru_cache
from typing import Any, cast
from urllib.parse import unquote

import httptools
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from api.heads import lines
from api.health import Lifecycle

# Connections that are open but silent when the server stops: a request may be on its way on them.
LINGER_SECONDS = 0.25
# What a client may still send of a body that was already refused, before the connection is cut.
DISCARDED_BYTES = 8_000_000

# The extension of a request's scope by which its body is had, and a whole answer sent, at once: a `Cycle`.
WHOLE = "broadsheet.whole"


class JoinedWrites:
    """A transport that sends the head of an answer together with the beginning of its body.

    uvicorn writes them one after the other, and each write is a system call of its own: a third of all that the server
    spends on a small answer. A head without a body at hand goes out in the loop's next step.
    """

    __slots__ = ("_head", "_loop", "_transport", "is_closing")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self.is_closing = transport.is_closing
        self._loop = loop
        self._head = b""

    def write(self, data: bytes) -> None:
        if self._head:
            self.write_whole(data)
        elif data.startswith(b"HTTP/1.1 ") and data.endswith(b"\r\n\r\n"):
            self._head = data
            self._loop.call_soon(self._flush)
        else:
            self._transport.write(data)

    def write_whole(self, data: bytes) -> None:
        """Write what needs to wait for nothing."""
        if self._head:
            self._head, data = b"", self._head + data
        self._transport.write(data)

    def write_eof(self) -> None:
        self._flush()
        self._transport.write_eof()

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def _flush(self) -> None:
        if self._head:
            self._head, data = b"", self._head
            self._transport.write(data)


class LimitedProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol with the limits that it lacks.

    - The head of a request must be there within receive_seconds of the connection or of its first byte, and within
      max_header_bytes; the body within receive_seconds of the head. Otherwise 408 or 431, and the connection ends.
    - While the server stops, every answer closes its connection, and a silent connection is given a moment: what was
      sent before the client could know is answered.
    """

    lifecycle: Lifecycle
    receive_seconds: float
    max_header_bytes: int

    cycle: Cycle
    writes: JoinedWrites
    # Until when what a client is waited for, the rest of a request or the next one, has to be there; None while nothing
    # is. A timer for each would cost a request 5 µs: the connection looks at its deadline now and then.
    _deadline: float | None = None
    _watch: TimerHandle | None = None
    _receiving = False
    _in_head = True
    _head_bytes = 0
    _discarded = 0
    _refused = False

    # uvicorn narrows the argument's type too, which mypy refuses of any override.
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.writes = JoinedWrites(transport, self.loop)
        super().connection_made(cast(asyncio.Transport, self.writes))
        self._deadline = self.loop.time() + self.receive_seconds
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        self._deadline = None
        if self._watch is not None:
            self._watch.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        # In a head, no more at once than it may still have: so one that is too long is met before its end is.
        while self._in_head and data and not self._refused and not self.writes.is_closing():
            room = self.max_header_bytes - self._head_bytes
            part, data = data[:room], data[room:]
            self._head_bytes += len(part)
            self._parse(part)
            if self._in_head and self._head_bytes == self.max_header_bytes:
                self._refuse(431)
        if data and not self._refused and not self.writes.is_closing():
            self._body_received(data)
        if self._receiving and self._deadline is None:
            self._deadline = self.loop.time() + self.receive_seconds

    def _body_received(self, data: bytes) -> None:
        if self.cycle is not None and self.cycle.response_complete:
            self._discarded += len(data)
            if self._discarded > DISCARDED_BYTES:
                self.transport.close()
                return
        self._parse(data)

    def _parse(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._unsupported_upgrade_warning()
        except httptools.HttpParserError:
            message = "Invalid HTTP request received."
            self.logger.warning(message)
            self.send_400_response(message)

    # -- what the parser finds

    def on_message_begin(self) -> None:
        self.url = b""
        self.headers = []
        self._receiving = True
        self._deadline = None

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._head_bytes = 0
        self._deadline = None
        parser = self.parser
        version = parser.get_http_version()
        path, raw_path, query = _target(self.url)
        before, self.cycle = (
            self.cycle,
            Cycle(
                self,
                {
                    "type": "http",
                    "asgi": {"version": self.asgi_version, "spec_version": "2.3"},
                    "http_version": version,
                    "server": self.server,
                    "client": self.client,
                    "scheme": self.scheme,
                    "method": parser.get_method().decode("ascii"),
                    "root_path": self.root_path,
                    "path": self.root_path + path,
                    "raw_path": self.root_path.encode() + raw_path,
                    "query_string": query,
                    "headers": self.headers,
                    "state": self.app_state.copy(),
                },
                keep_alive=version != "1.0" and parser.should_keep_alive() and not self.lifecycle.draining,
            ),
        )
        if before is None or before.response_complete:
            self._start(self.cycle)
        else:
            # The next request came before the answer to the last.
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, self.app))

    def on_body(self, body: bytes) -> None:
        cycle = self.cycle
        if not cycle.response_complete:
            cycle.received += body
            if len(cycle.received) > HIGH_WATER_LIMIT:
                self.flow.pause_reading()
            if cycle.waits:
                cycle.message_event.set()

    def on_message_complete(self) -> None:
        self._in_head = True
        self._receiving = False
        self._discarded = 0
        cycle = self.cycle
        if cycle.response_complete:
            # The answer came before the end of what it answers.
            self._deadline = self.loop.time() + self.timeout_keep_alive
        else:
            self._deadline = None
            cycle.more_body = False
            if cycle.waits:
                cycle.message_event.set()

    # -- requests and their answers

    def _start(self, cycle: Cycle) -> None:
        # The cycle takes it out again: a callback would cost a step of the loop.
        cycle.task = task = asyncio.Task(cycle.run_asgi(self.app), loop=self.loop, name="request")
        self.tasks.add(task)

    def on_response_complete(self) -> None:
        self.server_state.total_requests += 1
        if self.writes.is_closing():
            return
        if self.flow.read_paused:
            self.flow.resume_reading()
        if self.pipeline:
            self._start(cast(Cycle, self.pipeline.pop()[0]))
        elif not self._receiving:
            self._deadline = self.loop.time() + self.timeout_keep_alive

    def shutdown(self) -> None:
        if self.cycle is None or self.cycle.response_complete:
            self.loop.call_later(LINGER_SECONDS, super().shutdown)
        else:
            super().shutdown()

    # -- deadlines

    def _look(self) -> None:
        """Refuse what is past its deadline, and look again when the next could be."""
        now, deadline = self.loop.time(), self._deadline
        if deadline is not None and deadline <= now:
            self._refuse(408)
        elif not self.transport.is_closing():
            soon = now + min(self.receive_seconds, self.timeout_keep_alive)
            self._watch = self.loop.call_at(soon if deadline is None else min(deadline, soon), self._look)

    def _refuse(self, status: int) -> None:
        """End the connection; say why, unless an answer has begun or the client has sent nothing at all."""
        self._deadline = None
        if self.transport.is_closing():
            return
        answering = self.cycle is not None and self.cycle.response_started and not self.cycle.response_complete
        silent = self._in_head and not (self._head_bytes or self._receiving)
        self._refused = True
        if answering or silent:
            self.transport.close()
            return
        self.transport.write(STATUS_LINE[status] + b"content-length: 0\r\nconnection: close\r\n\r\n")
        # Closing at once, with data unread, would reset the connection and could take the answer with it.
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.loop.call_later(LINGER_SECONDS, self.transport.close)


class Cycle(RequestResponseCycle):
    """One request and its answer. Its body and a whole answer can also be had and sent at once, without messages."""

    # How each begins.
    access_log = disconnected = response_started = response_complete = waiting_for_100_continue = False
    more_body = True
    chunked_encoding = None
    expected_content_length = 0
    received = b""
    taken = invited = waits = False
    # Nobody waits for this one: who has to wait makes one.
    message_event = asyncio.Event()
    task: asyncio.Task[None]

    def __init__(self, protocol: LimitedProtocol, scope: dict[str, Any], keep_alive: bool) -> None:
        self.scope: Any = scope
        self.keep_alive = keep_alive
        self.protocol = protocol
        self.transport = protocol.transport
        self.flow = protocol.flow
        self.logger = protocol.logger
        self.default_headers = protocol.server_state.default_headers
        self.on_response = protocol.on_response_complete
        scope["extensions"] = {WHOLE: self}

    async def run_asgi(self, app: Any) -> None:
        try:
            await app(self.scope, self.receive, self.send)
            if not (self.response_complete or self.disconnected):
                self.logger.error("A request was left without a whole answer.")
                await self._give_up()
        except BaseException as error:
            self.logger.error("A request failed where nothing should.", exc_info=error)
            await self._give_up()
        finally:
            self.protocol.tasks.discard(self.task)
            # Its scope knows this cycle: only the garbage collector would find them.
            self.scope = None

    async def _give_up(self) -> None:
        if self.response_started:
            self.transport.close()
        else:
            await self.send_500_response()

    async def receive(self) -> Any:
        while not (self.received or self.disconnected or self.response_complete or not (self.more_body or self.taken)):
            self._invite()
            self.flow.resume_reading()
            if not self.waits:
                self.message_event = asyncio.Event()
                self.waits = True
            self.message_event.clear()
            await self.message_event.wait()
        if self.disconnected or self.response_complete:
            return {"type": "http.disconnect"}
        self.taken = not self.more_body
        body, self.received = self.received, b""
        return {"type": "http.request", "body": body, "more_body": self.more_body}

    def _invite(self) -> None:
        """Have a client send its body that waits to be told so."""
        if not self.invited and any(
            name == b"expect" and value.lower() == b"100-continue" for name, value in self.scope["headers"]
        ):
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        self.invited = True

    def at_hand(self) -> bytes | None:
        """The whole body, if it is here and nothing was received of it before."""
        if self.more_body or self.taken or self.disconnected:
            return None
        self.taken = True
        body, self.received = self.received, b""
        return body

    def whole(self, status: int, head: bytes, body: bytes) -> bool:
        """Send a whole answer whose head, lines, gives its length; False where it can't be sent so at the moment."""
        if self.flow.write_paused or self.disconnected or self.response_started:
            return False
        self.response_started = self.response_complete = True
        self.protocol.writes.write_whole(
            b"%b%b%b%b%b"
            % (
                STATUS_LINE[status],
                lines(tuple(self.default_headers)),
                head,
                b"\r\n" if self.keep_alive else b"connection: close\r\n\r\n",
                b"" if self.scope["method"] == "HEAD" else body,
            )
        )
        if self.waits:
            self.message_event.set()
        if not self.keep_alive:
            self.transport.close()
        self.on_response()
        return True


@lru_cache(maxsize=128)
def _target(url: bytes) -> tuple[str, bytes, bytes]:
    """Path, raw path and query of what a request asks for. Raises httptools.HttpParserInvalidURLError."""
    parsed = httptools.parse_url(url)
    path = parsed.path or b"/"
    return unquote(path.decode("ascii")), path, parsed.query or b""
