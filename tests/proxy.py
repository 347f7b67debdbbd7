"""A way to Postgres that hangs or is cut when a test wants it, which a server doesn't do on demand."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, unquote, urlsplit

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Proxy:
    """Stands before the server of an address. Cut, it closes connections and refuses new ones; its port stays."""

    def __init__(self, url: str) -> None:
        self._to = urlsplit(url)
        self._flows = asyncio.Event()
        self._flows.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._listener: asyncio.Server | None = None
        self._port = 0

    @property
    def url(self) -> str:
        account = self._to.netloc.rpartition("@")[0]
        return f"{self._to.scheme}://{account}@127.0.0.1:{self._port}{self._to.path}"

    async def open(self) -> None:
        self._listener = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = self._listener.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        assert self._listener is not None
        self._listener.close()
        self._flows.set()
        self.drop()
        await self._listener.wait_closed()

    def drop(self) -> None:
        """Close all connections; new ones are taken."""
        for writer in list(self._writers):
            writer.transport.abort()

    def hang(self) -> None:
        self._flows.clear()

    def flow(self) -> None:
        self._flows.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await self._connect()
        pair = {writer, there_writer}
        self._writers |= pair
        async with asyncio.TaskGroup() as group:
            group.create_task(self._pump(reader, there_writer))
            group.create_task(self._pump(there_reader, writer))
        self._writers -= pair

    async def _connect(self) -> Streams:
        query = parse_qs(self._to.query)
        port = int(query.get("port", [self._to.port or 5432])[0])
        host = query.get("host", [unquote(self._to.hostname or "")])[0]
        if host.startswith("/"):
            return await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
        return await asyncio.open_connection(host, port)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65536):
                await self._flows.wait()
                sink.write(data)
                await sink.drain()
        except OSError:
            pass
        finally:
            sink.transport.abort()


@asynccontextmanager
async def proxied(url: str) -> AsyncIterator[Proxy]:
    """An open proxy before the server of an address, cut at the end."""
    proxy = Proxy(url)
    await proxy.open()
    yield proxy
    await proxy.cut()
