"""/metrics."""

import asyncio
from datetime import UTC, datetime

import httpx2

from db.ids import uuid7
from db.pool import Database
from db.statements import statements
from tests.services import answers, broadsheet, free_port


def values(text: str) -> dict[str, float]:
    """Each sample of a metrics page by its name and labels."""
    lines = (line.rpartition(" ") for line in text.splitlines() if line and not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


async def test_requests_are_counted_by_route_and_status(client: httpx2.AsyncClient) -> None:
    name = 'broadsheet_http_request_seconds_count{method="GET",route="/livez",status="200"}'
    before = values((await client.get("/metrics")).text).get(name, 0)
    await client.get("/livez")
    await client.get("/livez?with=parameters")
    assert values((await client.get("/metrics")).text)[name] == before + 2


async def test_addresses_that_do_not_exist_share_one_label(client: httpx2.AsyncClient) -> None:
    for n in range(3):
        await client.get(f"/nothing/{n}")
    text = (await client.get("/metrics")).text
    assert 'method="any",route="unmatched",status="404"' in text
    assert "/nothing/" not in text


async def test_log_head_and_workers_are_gauges(client: httpx2.AsyncClient, database: Database) -> None:
    found = values((await client.get("/metrics")).text)
    assert found["broadsheet_log_head"] == 0
    assert found["broadsheet_workers"] == 0
    assert "broadsheet_worker_heartbeat_age_seconds" not in found

    now = datetime.now(UTC)
    async with database.transaction() as connection:
        await connection.execute(statements("workers")["beat"], uuid7(now), "here", 1, now)
        await connection.execute(statements("changes")["append"], ["SOURCE_UPDATED"], ["s_x"], [None], ["{}"])
    found = values((await client.get("/metrics")).text)
    assert found["broadsheet_log_head"] == 1
    assert found["broadsheet_workers"] == 1
    assert 0 <= found["broadsheet_worker_heartbeat_age_seconds"] < 30


async def test_several_processes_are_added_up(database_url: str) -> None:
    port = free_port()
    with broadsheet("serve", database_url=database_url, port=str(port), workers="2", drain_seconds="0") as process:
        url = f"http://127.0.0.1:{port}"
        await answers(url + "/readyz")
        for _ in range(20):
            # A connection of its own for each, so that both processes are met.
            async with httpx2.AsyncClient() as client:
                assert (await client.get(url + "/livez")).status_code == 200
        counted = 'broadsheet_http_request_seconds_count{method="GET",route="/livez",status="200"}'
        # Whoever doesn't answer tells what it counted in a moment.
        async with asyncio.timeout(10), httpx2.AsyncClient() as client:
            while (found := values((await client.get(url + "/metrics")).text))[counted] != 20:
                await asyncio.sleep(0.01)
        assert found["broadsheet_database_up"] == 1
        # Of both processes: each looks for what falls due, over a connection of its own.
        assert found['broadsheet_pool_connections{pool="broadsheet server"}'] >= 2
        assert found['broadsheet_pool_in_use{pool="broadsheet server"}'] >= 0
        process.terminate()
        assert process.wait(15) == 0
