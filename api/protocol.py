"""HTTP connections: uvicorn's protocol with time limits on what clients send, and a stop that fails no request.

What uvicorn does for every request, whether it is needed or not (an event, a timer, a task and its callbacks, a write
for the head and one for the body), is done here when it is needed. So `{ __typename }` takes two thirds of the
instructions here that a route written by hand takes on uvicorn's own protocol, with all that such a route is without.
"""

from __future__ import annotations

import asyncio
from asyncio import TimerHandle
from collections.abc import Mapping
from functools import lru_cache
from time import perf_counter
from typing import Any, cast
from urllib.parse import unquote

import httptools
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from api.cycle import Cycle
from api.health import Lifecycle

# Connections that are open but silent when the server stops: a request may be on its way on them.
LINGER_SECONDS = 0.25
# What a client may still send of a body that was already refused, before the connection is cut.
DISCARDED_BYTES = 8_000_000


class JoinedWrites:
    """A transport that sends the head of an answer together with the beginning of its body, and nothing to who is gone.

    uvicorn writes them one after the other, and each write is a system call of its own. A head without a body at hand
    goes out in the loop's next step. A closed connection whose client takes no more is cut after patience seconds.
    """

    __slots__ = ("_ended", "_head", "_loop", "_patience", "_transport", "is_closing")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop, patience: float) -> None:
        self._transport = transport
        self.is_closing = transport.is_closing
        self._loop = loop
        self._patience = patience
        self._head = b""
        self._ended = False

    def write(self, data: bytes) -> None:
        if self._head:
            self.write_whole(data)
        elif data.startswith(b"HTTP/1.1 ") and data.endswith(b"\r\n\r\n"):
            self._head = data
            self._loop.call_soon(self.flush)
        else:
            self.write_whole(data)

    def write_whole(self, data: bytes) -> None:
        """Write what needs to wait for nothing."""
        if self._head:
            self._head, data = b"", self._head + data
        # uvloop raises where nobody is there any more; who answers need not know that.
        if not (self._ended or self.is_closing()):
            self._transport.write(data)

    def write_eof(self) -> None:
        self.flush()
        self._ended = True
        self._transport.write_eof()

    def close(self) -> None:
        self.flush()
        self._transport.close()
        if self._transport.get_write_buffer_size():
            self._loop.call_later(self._patience, self._transport.abort)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def flush(self) -> None:
        """Write a head that waits for its body."""
        if self._head:
            self.write_whole(b"")


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

    # The request that came last, and the one that is being answered: others may stand between them.
    cycle: Cycle
    answering: Cycle | None = None
    # The task that answers all requests, one after the other: one for each would cost a short one 2 %. They share its
    # context, so that who sets a variable there has to reset it. next: the request to take up; due: what the task waits
    # for while there is none.
    _next: Cycle | None = None
    _due: asyncio.Future[None] | None = None
    _task: asyncio.Task[None] | None = None
    writes: JoinedWrites
    # What stands in the scope of every request on the connection.
    _shared_scope: Mapping[str, Any]
    # Until when what a client is waited for, the rest of a request or the next one, has to be there; None while nothing
    # is. A timer for each would cost a request 5 µs: the connection looks at its deadline now and then.
    _deadline: float | None = None
    _watch: TimerHandle | None = None
    _receiving = False
    _in_head = True
    _head_bytes = 0
    _discarded = 0
    _refused = False
    _last_words = b""
    _half_closed = False

    # uvicorn narrows the argument's type too, which mypy refuses of any override.
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.writes = JoinedWrites(transport, self.loop, self.receive_seconds)
        super().connection_made(cast(asyncio.Transport, self.writes))
        self._shared_scope = {
            "type": "http",
            "asgi": {"version": self.asgi_version, "spec_version": "2.3"},
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme,
            "root_path": "",
        }
        self._deadline = self.loop.time() + self.receive_seconds
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        self._deadline = None
        if self._watch is not None:
            self._watch.cancel()
        if self.answering is not None:
            self.answering.leave()
        super().connection_lost(exc)
        self._wake()
        self.answering = self.cycle = None  # type: ignore[assignment]
        self.pipeline.clear()

    # uvicorn's returns nothing, which closes it at once; asyncio asks for a bool.
    def eof_received(self) -> bool:  # type: ignore[override]
        """Keep the connection, closed to requests, while what was asked for whole is answered: who sends no more may
        still read."""
        self._half_closed = True
        # The connection may end before the loop's next step.
        self.writes.flush()
        return self.answering is not None and not self.answering.more_body

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
        self._head_bytes += len(data)
        self._parse(data)
        if self._head_bytes > self.max_header_bytes and not self._in_head:
            self._refuse(431)

    def _parse(self, data: bytes) -> None:
        while data:
            try:
                self.parser.feed_data(data)
                return
            except httptools.HttpParserUpgrade as upgrade:
                if self.parser.get_method() == b"CONNECT":
                    # Nothing that follows is a request.
                    self._refused, self.cycle.keep_alive = True, False
                    return
                data = self._without_upgrade(data[upgrade.args[0] :])
            except httptools.HttpParserError:
                self.logger.warning("Invalid HTTP request received.")
                self._refuse(400)
                return

    def _without_upgrade(self, rest: bytes) -> bytes:
        """A request that asks for another protocol as if it had not (RFC 9110, 7.8), and the rest after its head, for a
        new parser: this one would take its body for that protocol, and what comes after it for the next request."""
        version = self.parser.get_http_version().encode()
        head = [b"%b %b HTTP/%b\r\n" % (self.parser.get_method(), self.url, version)]
        head += [b"%b: %b\r\n" % header for header in self.headers if header[0] != b"upgrade"]
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        return b"%b\r\n%b" % (b"".join(head), rest)

    # -- what the parser finds

    def on_message_begin(self) -> None:
        self.url = b""
        self.headers = []
        self._receiving = True
        self._deadline = None

    def on_header(self, name: bytes, value: bytes) -> None:
        # Trailers are none: what a proxy takes care of in a head, it may let through there.
        if self._in_head:
            self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        parser = self.parser
        if parser.should_upgrade() and parser.get_method() != b"CONNECT":
            return  # it is read again
        self._in_head = False
        self._head_bytes = 0
        self._deadline = None
        version = parser.get_http_version()
        path, raw_path, query = _target(self.url)
        before, self.cycle = (
            self.cycle,
            Cycle(
                self,
                {
                    **self._shared_scope,
                    "http_version": version,
                    "method": parser.get_method().decode("ascii"),
                    "path": path,
                    "raw_path": raw_path,
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
        self._head_bytes = 0
        cycle = self.cycle
        if not cycle.response_complete:
            # Most bodies come in one piece; many small ones must not be copied each time.
            if not cycle.received:
                cycle.received = body
            else:
                if isinstance(cycle.received, bytes):
                    cycle.received = bytearray(cycle.received)
                cycle.received += body
            if len(cycle.received) > HIGH_WATER_LIMIT:
                self.flow.pause_reading()
            if cycle.waits:
                cycle.message_event.set()

    def on_message_complete(self) -> None:
        if self._in_head:
            return  # it is read again
        self._in_head = True
        self._head_bytes = 0
        self._receiving = False
        self._discarded = 0
        cycle = self.cycle
        if cycle.response_complete:
            # The answer came before the end of what it answers.
            self._deadline = self.loop.time() + self.timeout_keep_alive
        else:
            self._deadline = None
            cycle.more_body = False
            cycle.received_at = perf_counter()
            if cycle.waits:
                cycle.message_event.set()

    # -- requests and their answers

    def _start(self, cycle: Cycle) -> None:
        self.answering = self._next = cycle
        if self._task is None:
            self._task = asyncio.Task(self._answer(), loop=self.loop, name="connection")
            self.tasks.add(self._task)
            self._task.add_done_callback(self._ended)
        self._wake()

    def _wake(self) -> None:
        """Have the task look what there is to do, if it waits."""
        if self._due is not None and not self._due.done():
            self._due.set_result(None)

    async def _answer(self) -> None:
        """Answer the requests of the connection, as long as it lasts."""
        while self._next is not None or self in self.connections:
            cycle, self._next = self._next, None
            if cycle is None:
                self._due = self.loop.create_future()
                await self._due
                continue
            await cycle.run_asgi(self.app)
            if self._next is not None:
                # Many may have come at once, and others have their turn between any two of them.
                await asyncio.sleep(0)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        # Where the task was cancelled, nobody is left to answer.
        self.transport.close()

    def on_response_complete(self) -> None:
        self.server_state.total_requests += 1
        self.answering = None
        if self.writes.is_closing():
            return
        if self.flow.read_paused:
            self.flow.resume_reading()
        # Of who sends no more, or had to be refused, nothing more will come.
        if self.pipeline and not ((self._half_closed or self._last_words) and self.pipeline[-1][0].more_body):
            self._start(cast(Cycle, self.pipeline.pop()[0]))
        elif self._last_words:
            self._say_last()
        elif self._half_closed:
            self.transport.close()
        if self.answering is None:
            # What stood in the queue was not read meanwhile.
            wait = self.receive_seconds if self._receiving else self.timeout_keep_alive
            self._deadline = self.loop.time() + wait

    def shutdown(self) -> None:
        if self.cycle is None or self.cycle.response_complete:
            self.loop.call_later(LINGER_SECONDS, super().shutdown)
        else:
            super().shutdown()

    # -- deadlines

    def _look(self) -> None:
        """Refuse what is past its deadline, and look again when the next could be."""
        now, deadline = self.loop.time(), self._deadline
        # Who waits for an answer is not hurried with the next request: perhaps it was not even read.
        waiting = self.answering is not None and not self.answering.more_body
        if deadline is not None and deadline <= now and not waiting:
            self._refuse(408)
        elif not self.transport.is_closing():
            soon = now + min(self.receive_seconds, self.timeout_keep_alive)
            when = soon if deadline is None or deadline <= now else min(deadline, soon)
            self._watch = self.loop.call_at(when, self._look)

    def _refuse(self, status: int) -> None:
        """End the connection; say why, unless an answer has begun or the client has sent nothing at all."""
        self._deadline = None
        if self.transport.is_closing() or self._refused:
            return
        silent = self._in_head and not (self._head_bytes or self._receiving)
        self._refused = True
        answering = self.answering
        if silent or (answering is not None and answering.more_body and answering.response_started):
            self.transport.close()
            return
        self._last_words = STATUS_LINE[status] + b"content-length: 0\r\nconnection: close\r\n\r\n"
        if answering is None or answering.more_body:
            self._say_last()
        else:
            # Answers keep the order of what they answer.
            self.flow.pause_reading()

    def _say_last(self) -> None:
        if self.answering is not None:
            self.answering.leave()
        self.transport.write(self._last_words)
        # Closing at once, with data unread, would reset the connection and could take the answer with it.
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.loop.call_later(LINGER_SECONDS, self.transport.close)


@lru_cache(maxsize=128)
def _target(url: bytes) -> tuple[str, bytes, bytes]:
    """Path, raw path and query of what a request asks for. Raises httptools.HttpParserInvalidURLError."""
    parsed = httptools.parse_url(url)
    path = parsed.path or b"/"
    return unquote(path.decode("ascii")), path, parsed.query or b""
