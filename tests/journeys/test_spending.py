"""A budget over two server processes, asked over HTTP by many connections."""

import asyncio

import httpx2

from api.account import UNTOLD
from tests.api.test_callers import SHARED_KEY, own
from tests.services import answers, broadsheet, free_port

LIMIT = 3_000
COST = 43
QUERY = {"query": "{ sources { nodes { name } } }"}


async def test_two_processes_share_a_budget(database_url: str) -> None:
    port = free_port()
    settings = {"database_url": database_url, "log_level": "error", "drain_seconds": "0", "token_key": SHARED_KEY}
    budget = {"budget_address": str(LIMIT), "budget_reader": str(LIMIT), "budget_seconds": "3600"}
    # A connection for each request: the kernel deals them out over the processes.
    limits = httpx2.Limits(max_keepalive_connections=0)
    with broadsheet("serve", port=str(port), workers="2", **settings, **budget):
        await answers(f"http://127.0.0.1:{port}/readyz")
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", limits=limits, timeout=30) as client:
            # A client that heeds what it is told is never refused.
            left, spent = LIMIT, 0
            while left >= COST:
                answer = await client.get("/graphql", params=QUERY, headers=own())
                assert answer.status_code == 200, answer.text
                left, spent = int(answer.headers["x-ratelimit-remaining"]), spent + COST
            assert spent > LIMIT * (1 - UNTOLD) - COST

            admitted = 0

            async def ask_on() -> None:
                nonlocal admitted
                while (answer := await client.get("/graphql", params=QUERY)).status_code == 200:
                    admitted += COST
                assert answer.status_code == 429
                assert answer.json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"

            await asyncio.gather(*(ask_on() for _ in range(10)))
            assert LIMIT - COST < admitted <= LIMIT * 1.05
