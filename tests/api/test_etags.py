"""ETags: strong, so one for each coding; and what If-None-Match may hold (RFC 9110, 8.8.3 and 13.1.2).

Over GraphQL by GET and over REST, on the topics that the migrations bring.
"""

from urllib.parse import urlencode

import httpx2
import pytest

from db.pool import Database
from tests.api.test_encoding import UNPACK
from tests.services import answers, broadsheet, free_port

GRAPHQL = "/graphql?" + urlencode({"query": "{topics(first: 50) {nodes {id slug name}}}"})
REST = "/v1/topics?first=50"
DOORS = pytest.mark.parametrize("path", [GRAPHQL, REST], ids=["graphql", "rest"])
CODINGS = ("identity", "zstd", "br", "gzip")


async def tags(client: httpx2.AsyncClient, path: str) -> dict[str, str]:
    """The tag in each coding."""
    found = {}
    for coding in CODINGS:
        answer = await client.get(path, headers={"Accept-Encoding": coding})
        assert answer.status_code == 200
        assert answer.headers.get("content-encoding", "identity") == coding
        found[coding] = answer.headers["etag"]
    return found


@DOORS
async def test_each_coding_has_a_strong_tag_of_its_own(path: str, client: httpx2.AsyncClient) -> None:
    found = await tags(client, path)
    assert len(set(found.values())) == len(CODINGS)
    assert all(tag.startswith('"') and tag.endswith('"') and len(tag) > 16 for tag in found.values())
    assert await tags(client, path) == found


@DOORS
async def test_the_bytes_of_each_coding_are_packed_once(path: str, client: httpx2.AsyncClient) -> None:
    plain = (await client.get(path, headers={"Accept-Encoding": "identity"})).content
    for coding in CODINGS[1:]:
        async with client.stream("GET", path, headers={"Accept-Encoding": coding}) as answer:
            body = b"".join([part async for part in answer.aiter_raw()])
        assert UNPACK[coding](body) == plain
        assert int(answer.headers["content-length"]) == len(body) < len(plain)
        assert "accept-encoding" in answer.headers["vary"].lower()


@DOORS
async def test_who_has_it_already_is_told_so(path: str, client: httpx2.AsyncClient) -> None:
    for coding in CODINGS:
        headers = {"Accept-Encoding": coding}
        full = await client.get(path, headers=headers)
        tag = full.headers["etag"]
        same = (tag, f"W/{tag}", f'"other", {tag}', f'{tag},"other"', f'W/"a,b" ,, W/{tag} , "c"', "*", " * ")
        for given in same:
            answer = await client.get(path, headers=headers | {"If-None-Match": given})
            assert (answer.status_code, answer.content) == (304, b""), given
            assert "content-encoding" not in answer.headers
            assert "content-type" not in answer.headers
            assert answer.headers["vary"] == full.headers["vary"]
            assert answer.headers["cache-control"] == full.headers["cache-control"]
            assert given.strip() == "*" or answer.headers["etag"] == tag
        several = await client.get(path, headers=[*headers.items(), ("If-None-Match", '"x"'), ("If-None-Match", tag)])
        assert several.status_code == 304


@DOORS
async def test_who_has_something_else_gets_it_whole(path: str, client: httpx2.AsyncClient) -> None:
    tag = (await client.get(path, headers={"Accept-Encoding": "identity"})).headers["etag"]
    for given in ('"other"', "W/*", tag.strip('"'), f'"{tag[1:-1]}-deflate"', f'"x{tag[1:]}', '"', "", "a, b"):
        answer = await client.get(path, headers={"Accept-Encoding": "identity", "If-None-Match": given})
        assert answer.status_code == 200, given
        assert answer.headers["etag"] == tag
        assert answer.content


@DOORS
async def test_another_answer_has_another_tag(path: str, client: httpx2.AsyncClient, database: Database) -> None:
    before = await client.get(path)
    other = await client.get(path.replace("50", "5"))
    assert other.headers["etag"] != before.headers["etag"]
    async with database.transaction() as connection:
        await connection.execute("delete from topics where slug = (select max(slug) from topics)")
    after = await client.get(path, headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    assert after.headers["etag"] != before.headers["etag"]


@pytest.mark.parametrize(
    "path",
    [
        "/graphql?" + urlencode({"query": "{unknown}"}),
        "/graphql?" + urlencode({"query": "{topics(first: 1000) {nodes {id}}}"}),
        "/graphql",
        "/v1/topics?first=1000",
        "/v1/topics/nothing",
    ],
)
async def test_an_error_has_no_tag(path: str, client: httpx2.AsyncClient) -> None:
    answer = await client.get(path, headers={"If-None-Match": "*"})
    assert answer.status_code in (200, 400, 404)
    assert "etag" not in answer.headers
    assert "max-age" not in answer.headers.get("cache-control", "")


async def test_an_answer_to_post_has_no_tag(client: httpx2.AsyncClient) -> None:
    asked = {"query": "{topics {nodes {id}}}"}
    answer = await client.post("/graphql", json=asked, headers={"If-None-Match": "*"})
    assert answer.status_code == 200
    assert "etag" not in answer.headers


@DOORS
async def test_a_connection_goes_on_after_304(path: str, database_url: str) -> None:
    port = free_port()
    with broadsheet("serve", database_url=database_url, port=str(port), drain_seconds="0") as process:
        url = f"http://127.0.0.1:{port}"
        await answers(url + "/readyz")
        one = httpx2.Limits(max_connections=1)
        async with httpx2.AsyncClient(base_url=url, limits=one) as client:
            for coding in CODINGS:
                full = await client.get(path, headers={"Accept-Encoding": coding})
                has = {"Accept-Encoding": coding, "If-None-Match": full.headers["etag"]}
                assert (await client.get(path, headers=has)).status_code == 304
                again = await client.get(path, headers={"Accept-Encoding": coding})
                assert (again.status_code, again.content) == (200, full.content)
        process.terminate()
        assert process.wait(15) == 0
