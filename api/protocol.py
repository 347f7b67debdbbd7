"""HTTP connections: uvicorn's protocol with time limits on what clients send, and a stop that fails no request."""

from __future__ import annotations

import asyncio
from asyncio import TimerHandle
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from api.health import Lifecycle

Headers = Sequence[tuple[bytes, bytes]]

# Connections that are open but silent when the server stops: a request may be on its way on them.
LINGER_SECONDS = 0.25
# What a client may still send of a body that was already refused, before the connection is cut.
DISCARDED_BYTES = 8_000_000


# The extension of a request's scope by which a whole answer is sent at once, and what it is: of status, headers and
# body; False where it can't be sent so at the moment.
WHOLE = "broadsheet.whole"
Whole = Callable[[int, Headers, bytes], bool]


class JoinedWrites:
    """A transport that sends the head of an answer together with the beginning of its body.

    uvicorn writes them one after the other, and each write is a system call of its own: a third of all that the server
    spends on a small answer. A head without a body at hand goes out in the loop's next step.
    """

    __slots__ = ("_head", "_loop", "_transport")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._head = b""

    def write(self, data: bytes) -> None:
        if self._head:
            self._head, data = b"", self._head + data
        elif data.startswith(b"HTTP/1.1 ") and data.endswith(b"\r\n\r\n"):
            self._head = data
            self._loop.call_soon(self._flush)
            return
        self._transport.write(data)

    def write_eof(self) -> None:
        self._flush()
        self._transport.write_eof()

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def is_closing(self) -> bool:
        return self._transport.is_closing()

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

    # A request has no timer of its own, which would cost it 5 µs: each connection looks at its deadline now and then.
    _deadline: float | None = None
    _watch: TimerHandle | None = None
    _in_head = True
    _head_bytes = 0
    _discarded = 0
    _refused = False

    # uvicorn narrows the argument's type too, which mypy refuses of any override.
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(cast(asyncio.Transport, JoinedWrites(transport, self.loop)))
        self._arm()
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        if self._watch is not None:
            self._watch.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        # In a head, no more at once than it may still have: so one that is too long is met before its end is.
        while self._in_head and data and not self._refused and not self.transport.is_closing():
            room = self.max_header_bytes - self._head_bytes
            part, data = data[:room], data[room:]
            self._head_bytes += len(part)
            if self._deadline is None:
                self._arm()
            super().data_received(part)
            if self._in_head and self._head_bytes == self.max_header_bytes:
                self._refuse(431)
        if data and not self._refused and not self.transport.is_closing():
            self._body_received(data)

    def _body_received(self, data: bytes) -> None:
        if self.cycle is not None and self.cycle.response_complete:
            self._discarded += len(data)
            if self._discarded > DISCARDED_BYTES:
                self.transport.close()
                return
        super().data_received(data)

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._head_bytes = 0
        self._arm()
        super().on_headers_complete()
        if self.lifecycle.draining:
            self.cycle.keep_alive = False
        self.scope["extensions"] = cast(Any, {WHOLE: partial(_send_whole, self.cycle)})

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
        self._deadline = self.loop.time() + self.receive_seconds

    def _disarm(self) -> None:
        self._deadline = None

    def _look(self) -> None:
        """Refuse what is past its deadline, and look again when the next could be."""
        left = self.receive_seconds if self._deadline is None else self._deadline - self.loop.time()
        if left <= 0:
            self._refuse(408)
        elif not self.transport.is_closing():
            self._watch = self.loop.call_later(left, self._look)

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


def _send_whole(cycle: RequestResponseCycle, status: int, headers: Headers, body: bytes) -> bool:
    """Send a whole answer whose headers give its length: what uvicorn does with two messages in twice the time, most of
    it spent on looking through headers that we wrote ourselves."""
    if cycle.flow.write_paused or cycle.disconnected or cycle.response_started:
        return False
    lines = b"".join([b"%b: %b\r\n" % header for header in (*cycle.default_headers, *headers)])
    if lines.count(b"\n") != len(cycle.default_headers) + len(headers):
        raise ValueError("A header's value holds a line break.")
    last = b"\r\n" if cycle.keep_alive else b"connection: close\r\n\r\n"
    shown = b"" if cycle.scope["method"] == "HEAD" else body
    cycle.response_started = cycle.response_complete = True
    cycle.waiting_for_100_continue = False
    cycle.transport.write(b"%b%b%b%b" % (STATUS_LINE[status], lines, last, shown))
    cycle.message_event.set()
    if not cycle.keep_alive:
        cycle.transport.close()
    cycle.on_response()
    return True
