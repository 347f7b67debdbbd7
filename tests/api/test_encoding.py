"""Compression, over HTTP: which coding is chosen, what is said about it, and that the bytes are the same in all."""

import gzip
import sys

import brotli
import httpx2
import pytest

from api.encoding import preferred
from db.pool import Database
from tests.graphql_answers import read
from tests.services import answers, broadsheet, free_port

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

UNPACK = {"zstd": zstd.decompress, "br": brotli.decompress, "gzip": gzip.decompress, None: bytes}
LONG = "{__schema {types {name fields {name description}}}}"
SHORT = "{__typename}"
NEW, OLD = "application/graphql-response+json", "application/json"


@pytest.mark.parametrize(
    ("accept_encoding", "coding"),
    [
        ("", ""),
        ("zstd", "zstd"),
        ("br", "br"),
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("GZip", "gzip"),
        ("deflate", ""),
        ("compress, deflate", ""),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate, br", "br"),
        ("gzip;q=1, br;q=0.5, zstd;q=0.1", "gzip"),
        ("gzip;q=0.8, br;q=0.9, zstd;q=0.7", "br"),
        ("gzip;q=0.5, br;q=0.5", "br"),
        ("gzip, zstd;q=0", "gzip"),
        ("gzip;q=0, br;q=0.000, zstd;q=0.0", ""),
        ("*", "zstd"),
        ("*, zstd;q=0", "br"),
        ("gzip, *;q=0.5", "gzip"),
        ("gzip;q=0.2, *;q=0.5", "zstd"),
        ("*;q=0", ""),
        ("gzip, *;q=0", "gzip"),
        ("identity", ""),
        ("identity;q=1, gzip;q=0.5", ""),
        ("identity;q=0.5, gzip", "gzip"),
        ("identity;q=0.5, gzip;q=0.5", "gzip"),
        ("identity;q=0", ""),
        ("identity;q=0, *", "zstd"),
        (" gzip ; Q = 0.3 ,, br;q=0.2", "gzip"),
        ("gzip;q=2", ""),
        ("gzip;q=nan, br;q=-1, zstd;q=1e0", ""),
        ("gzip;level=9", ""),
        ("gzip;q=", ""),
        (";q=1, =, gzip", "gzip"),
        ("gz\xff, br", "br"),
        ("gzip" * 10_000 + ", br", "br"),
    ],
)
def test_the_coding_is_the_one_that_the_client_likes_best(accept_encoding: str, coding: str) -> None:
    assert preferred(accept_encoding.encode("latin-1")) == coding


async def fetched(
    client: httpx2.AsyncClient, query: str, accept_encoding: str | None, accept: str = OLD
) -> tuple[httpx2.Headers, bytes]:
    """Headers and the very bytes of the body, not unpacked."""
    request = client.build_request("POST", "/graphql", json={"query": query}, headers={"Accept": accept})
    del request.headers["accept-encoding"]
    if accept_encoding is not None:
        request.headers["accept-encoding"] = accept_encoding
    response = await client.send(request, stream=True)
    assert response.status_code == 200
    body = b"".join([part async for part in response.aiter_raw()])
    await response.aclose()
    assert int(response.headers["content-length"]) == len(body)
    return response.headers, body


def vary(headers: httpx2.Headers) -> list[str]:
    return sorted(name.strip().lower() for name in headers["vary"].split(","))


CHOICES: list[tuple[str | None, str | None]] = [
    ("zstd", "zstd"),
    ("br", "br"),
    ("gzip", "gzip"),
    ("zstd;q=0.1, br;q=0.3, gzip;q=0.2", "br"),
    ("zstd;q=0.1, br;q=0.3, gzip", "gzip"),
    ("gzip, deflate, br, zstd", "zstd"),
    ("*;q=0.5, zstd;q=0", "br"),
    ("identity", None),
    ("deflate", None),
    ("gzip;q=0", None),
    (None, None),
]


@pytest.mark.parametrize("accept", [OLD, NEW])
async def test_a_long_answer_is_the_same_in_every_coding(accept: str, client: httpx2.AsyncClient) -> None:
    _, plain = await fetched(client, LONG, None, accept)
    assert read(plain)["data"]["__schema"]
    for accept_encoding, coding in CHOICES:
        headers, body = await fetched(client, LONG, accept_encoding, accept)
        assert headers.get("content-encoding") == coding, accept_encoding
        assert headers["content-type"] == f"{accept}; charset=utf-8"
        assert vary(headers) == ["accept", "accept-encoding", "authorization", "x-api-key"]
        assert UNPACK[coding](body) == plain
        assert coding is None or len(body) < len(plain) / 4


async def test_a_short_answer_is_left_as_it_is(client: httpx2.AsyncClient) -> None:
    for accept_encoding in ("zstd", "br", "gzip", "*"):
        headers, body = await fetched(client, SHORT, accept_encoding)
        assert "content-encoding" not in headers
        assert body == b'{"data":{"__typename":"Query"}}'
        assert "accept" in vary(headers)


async def test_a_long_error_is_compressed_too(client: httpx2.AsyncClient) -> None:
    asked = {"query": "{" + " ".join(f"unknown{n}" for n in range(15)) + "}"}
    answer = await client.post("/graphql", json=asked, headers={"Accept-Encoding": "br", "Accept": NEW})
    assert (answer.status_code, answer.headers["content-encoding"]) == (400, "br")
    assert len(read(answer.content)["errors"]) == 15


async def test_each_coding_arrives_over_a_real_connection(database_url: str, database: Database) -> None:
    """Through the server's own connections, the same address one coding after the other on one of them."""
    port = free_port()
    with broadsheet("serve", database_url=database_url, port=str(port), drain_seconds="0") as process:
        url = f"http://127.0.0.1:{port}"
        await answers(url + "/readyz")
        async with httpx2.AsyncClient(base_url=url) as client:
            _, plain = await fetched(client, LONG, None)
            for coding in ("zstd", "br", "gzip", "zstd", "identity"):
                headers, body = await fetched(client, LONG, coding)
                found = headers.get("content-encoding")
                assert found == (None if coding == "identity" else coding)
                # Packed once: what comes out of unpacking is the document itself.
                assert UNPACK[found](body) == plain
        process.terminate()
        assert process.wait(15) == 0
