"""What the service does while Postgres hangs, is away, and comes back."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress
from urllib.parse import parse_qs, unquote, urlsplit, urlunsplit

import httpx2
import pytest

from tests.services import answers, broadsheet, free_port


class Wire:
    """A proxy before a Postgres that can hang (nothing passes) or be cut (connections are closed and refused)."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        query = parse_qs(parts.query)
        self.host = unquote(query["host"][0]) if "host" in query else parts.hostname or "localhost"
        self.database_port = int(query["port"][0]) if "port" in query else parts.port or 5432
        self.port = free_port()
        login = parts.netloc.rpartition("@")[0]
        self.url = urlunsplit((parts.scheme, f"{login}@127.0.0.1:{self.port}", parts.path, "", ""))
        self.open = asyncio.Event()
        self.open.set()
        self.writers: set[asyncio.StreamWriter] = set()
        self.server: asyncio.Server | None = None

    async def start(self) -> None:
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    def hang(self) -> None:
        self.open.clear()

    def resume(self) -> None:
        self.open.set()

    async def cut(self) -> None:
        assert self.server is not None
        self.server.close()
        for writer in self.writers:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.host.startswith("/"):
            path = f"{self.host}/.s.PGSQL.{self.database_port}"
            inner, outer = await asyncio.open_unix_connection(path)
        else:
            inner, outer = await asyncio.open_connection(self.host, self.database_port)
        self.writers |= {writer, outer}
        try:
            await asyncio.gather(self._pass(reader, outer), self._pass(inner, writer))
        finally:
            self.writers -= {writer, outer}

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                await self.open.wait()
                writer.write(data)
                await writer.drain()
        writer.close()


@asynccontextmanager
async def served(wire: Wire) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of a real server whose Postgres is at the other end of the wire."""
    port = free_port()
    with broadsheet("serve", database_url=wire.url, port=str(port), drain_seconds="0"):
        url = f"http://127.0.0.1:{port}"
        await answers(url + "/readyz")
        async with httpx2.AsyncClient(base_url=url, timeout=15) as client:
            yield client


@pytest.fixture
async def wire(database_url: str) -> AsyncIterator[Wire]:
    made = Wire(database_url)
    await made.start()
    yield made
    await made.cut()


QUERY = {"query": "{ articles { totalCount } }"}


async def timed(request: Awaitable[httpx2.Response]) -> tuple[httpx2.Response, float]:
    """An answer and the seconds that it took."""
    began = time.monotonic()
    return await request, time.monotonic() - began


async def test_while_postgres_hangs(wire: Wire) -> None:
    async with served(wire) as client:
        assert (await client.post("/graphql", json=QUERY)).status_code == 200
        wire.hang()
        (ready, ready_after), (read, read_after), (page, _), (alive, alive_after) = await asyncio.gather(
            timed(client.get("/readyz")),
            timed(client.post("/graphql", json=QUERY)),
            timed(client.get("/")),
            timed(client.get("/livez")),
        )
        assert (ready.status_code, ready_after < 5) == (503, True)
        assert read.status_code in (503, 504)
        assert read_after < 4
        assert page.status_code in (503, 504)
        assert page.headers["content-type"] == "application/problem+json"
        assert (alive.status_code, alive_after < 1) == (200, True)
        metrics = await client.get("/metrics")
        assert "broadsheet_database_up 0.0" in metrics.text
        wire.resume()
        await answers(str(client.base_url) + "/readyz", seconds=5)
        assert (await client.post("/graphql", json=QUERY)).status_code == 200


async def test_while_postgres_is_away(wire: Wire) -> None:
    async with served(wire) as client:
        await wire.cut()
        read, read_after = await timed(client.post("/graphql", json=QUERY))
        assert read.status_code == 503
        assert read.headers["retry-after"] == "1"
        assert read_after < 2
        page = await client.get("/")
        assert (page.status_code, page.headers["retry-after"]) == (503, "1")
        assert (await client.get("/readyz")).json() == {"status": "not ready", "missing": ["database"]}
        assert (await client.get("/livez")).status_code == 200
        await wire.start()
        await answers(str(client.base_url) + "/readyz", seconds=4)
        assert (await client.post("/graphql", json=QUERY)).status_code == 200


async def test_lost_connections_are_not_noticed_by_readers(wire: Wire) -> None:
    async with served(wire) as client:
        for _ in range(5):
            assert (await client.post("/graphql", json=QUERY)).status_code == 200
            for writer in list(wire.writers):
                writer.transport.abort()
        assert (await client.post("/graphql", json=QUERY)).status_code == 200
