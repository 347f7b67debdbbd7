"""What the service does while Postgres hangs, is away, and comes back."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager

import httpx2
import pytest

from tests.proxy import Proxy, proxied
from tests.services import answers, broadsheet, free_port


@asynccontextmanager
async def served(wire: Proxy) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of a real server whose Postgres is at the other end of the wire."""
    port = free_port()
    with broadsheet("serve", database_url=wire.url, port=str(port), drain_seconds="0"):
        url = f"http://127.0.0.1:{port}"
        await answers(url + "/readyz")
        async with httpx2.AsyncClient(base_url=url, timeout=15) as client:
            yield client


@pytest.fixture
async def wire(database_url: str) -> AsyncIterator[Proxy]:
    async with proxied(database_url) as made:
        yield made


QUERY = {"query": "{ articles { totalCount } }"}


async def timed(request: Awaitable[httpx2.Response]) -> tuple[httpx2.Response, float]:
    """An answer and the seconds that it took."""
    began = time.monotonic()
    return await request, time.monotonic() - began


async def test_while_postgres_hangs(wire: Proxy) -> None:
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
        wire.flow()
        await answers(str(client.base_url) + "/readyz", seconds=5)
        assert (await client.post("/graphql", json=QUERY)).status_code == 200


async def test_while_postgres_is_away(wire: Proxy) -> None:
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
        await wire.open()
        await answers(str(client.base_url) + "/readyz", seconds=4)
        assert (await client.post("/graphql", json=QUERY)).status_code == 200


async def test_lost_connections_are_not_noticed_by_readers(wire: Proxy) -> None:
    async with served(wire) as client:
        for _ in range(5):
            assert (await client.post("/graphql", json=QUERY)).status_code == 200
            wire.drop()
        assert (await client.post("/graphql", json=QUERY)).status_code == 200
