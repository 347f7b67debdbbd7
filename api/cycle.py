"""One request and its answer on a connection."""

from __future__ import annotations

import asyncio
from math import inf
from typing import TYPE_CHECKING, Any

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from api.heads import lines

if TYPE_CHECKING:
    from api.protocol import LimitedProtocol

# Where the scope of a request that came over one of our connections holds its `Cycle`, by which its body is had, and a
# whole answer sent, at once.
CYCLE = "broadsheet.cycle"


def received_at(scope: Scope) -> float:
    """When all of a request was here, by `time.perf_counter`; later than anything where the server doesn't say."""
    cycle: Cycle | None = scope.get(CYCLE)
    return cycle.received_at if cycle is not None else inf


class _Unheard:
    """In the place of an event that nobody waits for."""

    def set(self) -> None:
        """Tell nobody."""


class Cycle(RequestResponseCycle):
    """One request and its answer. Its body and a whole answer can also be had and sent at once, without messages.

    uvicorn's own makes and keeps much more for each; what its `send` reads stands here. Without an equivalent are its
    limit_concurrency, reset_contextvars, root_path, access log and websockets.
    """

    # How each begins.
    access_log = disconnected = response_started = response_complete = waiting_for_100_continue = False
    more_body = True
    chunked_encoding = None
    expected_content_length = 0
    received: bytes | bytearray = b""
    # When its last byte was here, by `time.perf_counter`; later than anything until it is.
    received_at = inf
    taken = invited = waits = False
    # Whoever has to wait makes one.
    message_event: Any = _Unheard()

    def __init__(self, protocol: LimitedProtocol, scope: dict[str, Any], keep_alive: bool) -> None:
        self.scope: Any = scope
        self.keep_alive = keep_alive
        self.protocol = protocol
        self.transport = protocol.transport
        self.flow = protocol.flow
        self.default_headers = protocol.server_state.default_headers
        self.on_response = protocol.on_response_complete
        scope[CYCLE] = self

    async def run_asgi(self, app: Any) -> None:
        try:
            await app(self.scope, self.receive, self.send)
            if not (self.response_complete or self.disconnected):
                self.protocol.logger.error("A request was left without a whole answer.")
                await self._give_up()
        except BaseException as error:
            self.protocol.logger.error("A request failed where nothing should.", exc_info=error)
            await self._give_up()
            # It is the connection's task that was cancelled: no further request is taken up.
            if isinstance(error, asyncio.CancelledError):
                raise
        finally:
            # Its scope knows this cycle: only the garbage collector would find them.
            self.scope = None

    async def _give_up(self) -> None:
        # Who reads nothing is not waited for.
        if self.response_started or self.flow.write_paused:
            self.transport.close()
        else:
            await self.send_500_response()

    def leave(self) -> None:
        """The client is gone."""
        self.disconnected = True
        if self.waits:
            self.message_event.set()

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
        body, self.received = bytes(self.received), b""
        return {"type": "http.request", "body": body, "more_body": self.more_body}

    def _invite(self) -> None:
        """Have a client send its body that waits to be told so."""
        if not self.invited and any(
            name == b"expect" and value.lower() == b"100-continue" for name, value in self.scope["headers"]
        ):
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        self.invited = True

    def at_hand(self) -> bytes | None:
        """All of the body that was not received yet, if it is here."""
        if self.more_body or self.taken or self.disconnected:
            return None
        self.taken = True
        body, self.received = bytes(self.received), b""
        return body

    def whole(self, status: int, head: bytes, body: bytes) -> bool:
        """Send a whole answer whose head, lines, gives its length; False where it can't be sent so at the moment."""
        if self.flow.write_paused or self.disconnected or self.response_started:
            return False
        self.response_started = self.response_complete = True
        # Joined, which is faster than formatting.
        answer = (
            STATUS_LINE[status],
            lines(tuple(self.default_headers)),
            head,
            b"\r\n" if self.keep_alive else b"connection: close\r\n\r\n",
            b"" if self.scope["method"] == "HEAD" else body,
        )
        self.protocol.writes.write_whole(b"".join(answer))
        if self.waits:
            self.message_event.set()
        if not self.keep_alive:
            self.transport.close()
        self.on_response()
        return True
