"""An HTTP server that does what servers do, and worse: raw sockets, nothing between a test and the bytes.

A path answers with bytes as they are, or with a function that writes them as it likes. Connections are counted.
"""

import asyncio
import contextlib
import gzip
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address

import anyio.lowlevel
import httpcore2

from tests.pace import slowness, uncollected

Write = Callable[[asyncio.StreamWriter], Awaitable[None]]
Answer = bytes | Write

FEED = b'<?xml version="1.0"?><rss version="2.0"><channel><title>Harbour Times</title></channel></rss>'
BOMB = 400 * 1024 * 1024


@dataclass
class Request:
    target: str
    headers: dict[str, str]
    body: bytes = b""


@dataclass
class Server:
    """Answers by path; what no path is for is 404. `most_at_once` counts connections being answered."""

    port: int = 0
    answers: dict[str, Answer] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    at_once: int = 0
    most_at_once: int = 0

    def url(self, path: str, host: str = "feeds.example", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    def targets(self) -> list[str]:
        return [request.target for request in self.requests]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            target = head[0].split(" ")[1]
            pairs = (line.partition(": ") for line in head[1:] if line)
            headers = {name.lower(): value for name, _, value in pairs}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            self.requests.append(Request(target, headers, body))
            answer = self.answers.get(target, made(404))
            if isinstance(answer, bytes):
                writer.write(answer)
                await writer.drain()
            else:
                await answer(writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.at_once -= 1
            writer.close()
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()


@asynccontextmanager
async def serving(host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    """A server on an address, for as long as the block lasts."""
    server = Server()
    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(server.serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    listening = await asyncio.start_server(accept, host, port, ssl=tls)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Names:
    """A resolver: each name has a list of answers, given in turn, the last for ever. Unknown names under .example are
    the test's own server; others do not exist. Numbers give themselves, as getaddrinfo does."""

    def __init__(self, **answers: Sequence[Sequence[str]]) -> None:
        self.answers = {name.replace("_", ".") + ".example": list(given) for name, given in answers.items()}
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        with contextlib.suppress(ValueError):
            return [str(ip_address(host))]
        if host in self.answers:
            turns = self.answers[host]
            return turns.pop(0) if len(turns) > 1 else turns[0]
        if host.endswith(".example"):
            return ["127.0.0.1"]
        raise OSError(-2, "Name or service not known")


class Network(httpcore2.AsyncNetworkBackend):
    """The real one, counting what it is told to dial."""

    def __init__(self) -> None:
        self._real = httpcore2.AnyIOBackend()
        self.dialled: list[str] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore2's
        local_address: str | None = None,
        socket_options: object = None,
    ) -> httpcore2.AsyncNetworkStream:
        self.dialled.append(host)
        return await self._real.connect_tcp(host, port, timeout=timeout)


@asynccontextmanager
async def longest_turn() -> AsyncIterator[list[float]]:
    """The longest time that the event loop's thread spent in one turn: what others had to wait for.

    In seconds of a processor of a machine that does nothing else, once the block has ended; a busy machine and the
    garbage of other tests are not what is measured.
    """
    longest = [0.0]
    # Its first use imports a backend, which is nothing that came from outside.
    await anyio.lowlevel.checkpoint()

    async def watch() -> None:
        while True:
            before = time.thread_time()
            await asyncio.sleep(0)
            longest[0] = max(longest[0], time.thread_time() - before)

    watching = asyncio.create_task(watch())
    with uncollected():
        try:
            yield longest
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            longest[0] /= slowness()


def made(status: int = 200, *, body: bytes = b"", **headers: str) -> bytes:
    """A whole answer. Header names with _ for -."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    given.setdefault("Content-Length", str(len(body)))
    lines = [f"HTTP/1.1 {status} Whatever", *(f"{name}: {value}" for name, value in given.items()), "", ""]
    return "\r\n".join(lines).encode() + body


def head(**headers: str) -> bytes:
    """The head of a 200 without a length unless one is given."""
    lines = ["HTTP/1.1 200 OK", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode()


def redirect(status: int, location: str) -> bytes:
    return made(status, Location=location, Set_Cookie="a=b")


def chunked(*chunks: bytes, end: bool = True) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + (b"0\r\n\r\n" if end else b"")


def then_silence(data: bytes) -> Write:
    """Some bytes, and nothing more without closing."""

    async def write(writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        await asyncio.Event().wait()

    return write


def for_ever(first: bytes, drip: bytes, every: float = 0) -> Write:
    """Some bytes, and then the same ones again and again."""

    async def write(writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        while not writer.is_closing():
            writer.write(drip)
            await writer.drain()
            await asyncio.sleep(every)

    return write


def gzip_bomb(size: int = BOMB) -> bytes:
    """Zeros, a thousandfold packed."""
    whole, rest = divmod(size, 16 * 1024 * 1024)
    return gzip.compress(bytes(16 * 1024 * 1024), 9) * whole + (gzip.compress(bytes(rest)) if rest else b"")
