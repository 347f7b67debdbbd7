"""How answers of the read path go out: kept by others, asked for again, compressed, and dropped by their tags."""

import asyncio
import gzip
import re
from collections import Counter

import brotli
import httpx2
import pytest
from backports import zstd
from starlette.applications import Starlette

from api.app import create_app
from api.settings import Settings
from db import changes
from db.changes import Kind, Line
from db.pool import Database, DatabaseUnavailable
from tests.databases import execute
from tests.schema.conftest import EDITION
from tests.services import client_of

LIST = {"query": "{articles(first:6){nodes{headline lead url}}}"}
ARTICLE = "00000000-0000-7000-8000-000400000001"
ONE = {"query": f'{{article(by:{{id:"a_{ARTICLE}"}}){{headline source{{name}} comments{{nodes{{id}}}}}}}}'}
UNPACK = {"zstd": zstd.decompress, "br": brotli.decompress, "gzip": gzip.decompress}


@pytest.fixture(autouse=True)
async def _edition(database_url: str) -> None:
    await execute(database_url, EDITION.read_text())


async def raw(client: httpx2.AsyncClient, **headers: str) -> tuple[httpx2.Response, bytes]:
    """An answer to GET, and its body as it went out."""
    async with client.stream("GET", "/graphql", params=LIST, headers=headers) as response:
        return response, b"".join([part async for part in response.aiter_raw()])


async def outcomes(client: httpx2.AsyncClient) -> Counter[str]:
    """How many requests could be answered from what is kept so far, in this process, by outcome."""
    text = (await client.get("/metrics")).text
    return Counter(
        {name: int(number) for name, number in re.findall(r'kept_answers_total{outcome="(\w+)"} (\d+)', text)}
    )


async def publish(database: Database, headline: str) -> None:
    async with database.transaction() as connection:
        await connection.execute("update articles set headline = $1 where id = $2", headline, ARTICLE)
        await changes.append(connection, [Line(Kind.ARTICLE_UPDATED, f"a_{ARTICLE}")])


async def test_an_answer_to_get_is_asked_for_again_by_its_tag(client: httpx2.AsyncClient, database: Database) -> None:
    client.headers["accept-encoding"] = "identity"
    first = await client.get("/graphql", params=LIST)
    assert first.headers["cache-control"] == "public, no-cache"
    tag = first.headers["etag"]
    assert tag.startswith('"')
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = await client.get("/graphql", params=LIST, headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        assert again.headers["cache-control"] == "public, no-cache"
        assert "content-type" not in again.headers
    for unknown in ('"other"', tag.strip('"'), f'"{tag}"'):
        assert (await client.get("/graphql", params=LIST, headers={"If-None-Match": unknown})).status_code == 200
    await publish(database, "Changed")
    changed = await client.get("/graphql", params=LIST, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag
    assert "Changed" in changed.text


@pytest.mark.parametrize("encoding", UNPACK)
async def test_each_encoding_has_its_own_strong_tag(client: httpx2.AsyncClient, encoding: str) -> None:
    plain, body = await raw(client, **{"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    for _ in range(3):  # made, made anew to be kept, kept
        packed, found = await raw(client, **{"Accept-Encoding": encoding})
        assert packed.headers["content-encoding"] == encoding
        assert packed.headers["vary"] == "Accept, Accept-Encoding, Authorization, X-Api-Key"
        assert int(packed.headers["content-length"]) == len(found) < len(body)
        assert UNPACK[encoding](found) == body
        assert packed.headers["etag"] == f'{plain.headers["etag"][:-1]}-{encoding}"'
    again, nothing = await raw(client, **{"If-None-Match": packed.headers["etag"], "Accept-Encoding": encoding})
    assert (again.status_code, nothing, again.headers["etag"]) == (304, b"", packed.headers["etag"])


async def test_short_answers_are_not_compressed(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/graphql", params={"query": "{__typename}"}, headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in answer.headers


async def test_nobody_keeps_errors_or_answers_to_post(client: httpx2.AsyncClient) -> None:
    for query in ("{", '{articles(after:"x"){totalCount}}'):
        answer = await client.get("/graphql", params={"query": query})
        assert answer.headers["cache-control"] == "no-store"
        assert "etag" not in answer.headers
    answer = await client.post("/graphql", json=LIST)
    assert "etag" not in answer.headers
    assert "cache-control" not in answer.headers


async def test_tags_name_what_an_answer_was_made_of(client: httpx2.AsyncClient) -> None:
    for query, tags in (
        (LIST["query"], {"articles", "sources"}),
        (ONE["query"], {f"a_{ARTICLE}", "sources"}),
        ("{topics{nodes{name}}}", {"topics"}),
        ("{topics{nodes{name articleCount}}}", {"topics", "articles"}),
        ('{source(by:{slug:"harbour-times"}){articles{nodes{headline}}}}', {"sources", "articles"}),
        ("{articles{nodes{topics{topic{name}} comments{nodes{author{displayName}}}}}}", {"articles", "sources"}),
        (f'{{node(id:"a_{ARTICLE}"){{id}}}}', {f"a_{ARTICLE}"}),
        ('{articles(filter:{topics:["shipping"]}){totalCount}}', {"articles", "sources", "topics"}),
    ):
        answer = await client.get("/graphql", params={"query": query})
        assert answer.json()["data"]
        assert tags <= set(answer.headers["cache-tag"].split(",")), query


async def test_an_answer_is_kept_from_the_second_time_on_and_until_something_changes(
    client: httpx2.AsyncClient, app: Starlette, database: Database
) -> None:
    made = 0
    executor = app.state.reading.executor
    measured = executor.database.measured

    async def counted(sql: str, *others: object, **more: object) -> object:
        nonlocal made
        made += "articles" in sql
        return await measured(sql, *others, **more)

    executor.database.measured = counted
    before = await outcomes(client)
    for expected in (1, 2, 2, 2):
        assert (await client.post("/graphql", json=LIST)).status_code == 200
        assert made == expected
    await publish(database, "Changed")
    for expected in (3, 3):
        assert "Changed" in (await client.post("/graphql", json=LIST)).text
        assert made == expected
    assert await outcomes(client) == before + Counter(new=1, moved=2, hit=3)
    # Many at once are answered from what is kept, too, by one look at the log.
    await asyncio.gather(*(client.post("/graphql", json=LIST) for _ in range(20)))
    assert made == 3


async def test_without_hot_answers_what_asks_nothing_of_the_database_is_kept(settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"hot_answers": False}))
    async with app.router.lifespan_context(app), client_of(app) as client:
        before = await outcomes(client)
        executor = app.state.reading.executor
        really, executed = executor.execute, []

        async def counted(query: str, *others: object) -> object:
            executed.append(query)
            return await really(query, *others)

        executor.execute = counted
        for query, times in ((LIST["query"], 3), ("{__typename}", 1), ("{__schema{queryType{name}}}", 1)):
            answers = [(await client.post("/graphql", json={"query": query})).json() for _ in range(3)]
            assert answers[0] == answers[1] == answers[2]
            assert answers[0].keys() == {"data"}
            assert executed == [query] * times
            executed.clear()
        assert await outcomes(client) == before + Counter(new=5, hit=4)


async def test_while_the_log_cannot_be_read_nothing_is_served(client: httpx2.AsyncClient, app: Starlette) -> None:
    for _ in range(3):
        await client.post("/graphql", json=LIST)

    async def away(*_: object, **__: object) -> object:
        raise DatabaseUnavailable

    app.state.database.measured = away
    answer = await client.post("/graphql", json=LIST)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
