"""What every request passes: ids, access lines, headers, compression, the limit of bodies."""

import json
from collections.abc import AsyncIterator

import httpx2
import pytest

from api.app import create_app
from api.settings import Settings
from tests.services import client_of, written


async def test_a_request_id_is_taken_over_or_made(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/livez", headers={"X-Request-Id": "abc-123"})
    assert answer.headers["x-request-id"] == "abc-123"
    made = [(await client.get("/livez")).headers["x-request-id"] for _ in range(2)]
    assert len(set(made)) == 2
    answer = await client.get("/livez", headers={"X-Request-Id": "a b;c" + "x" * 100})
    assert answer.headers["x-request-id"] != "a b;c" + "x" * 100


async def test_each_request_is_one_line_with_users_text_escaped(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    for log_format in ("json", "console"):
        app = create_app(settings.model_copy(update={"log_level": "info", "log_format": log_format}))
        async with client_of(app) as client:
            await client.get('/x%0a{"event":"forged"}%1b[31m%e2%80%a8')
        written(app)
        (line,) = capsys.readouterr().err.splitlines()
        assert "\x1b" not in line
        if log_format == "json":
            event = json.loads(line)
            assert (event["event"], event["status"], event["method"]) == ("request", 404, "GET")
            assert event["path"] == '/x\\x0a{"event":"forged"}\\x1b[31m\\u2028'
            assert event["request_id"]


async def test_every_answer_carries_the_security_headers(client: httpx2.AsyncClient) -> None:
    for path in ("/livez", "/nothing", "/metrics", "/"):
        headers = (await client.get(path)).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("encoding", ["zstd", "br", "gzip"])
async def test_long_answers_are_compressed(client: httpx2.AsyncClient, encoding: str) -> None:
    answer = await client.get("/metrics", headers={"Accept-Encoding": encoding})
    assert answer.headers["content-encoding"] == encoding
    assert "accept-encoding" in answer.headers["vary"].lower()


async def test_no_other_site_is_granted_anything(client: httpx2.AsyncClient) -> None:
    answer = await client.options(
        "/graphql", headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    )
    assert not [name for name in answer.headers if name.startswith("access-control-")]


def assert_refused_in_the_form_of_graphql(answer: httpx2.Response) -> None:
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    (error,) = answer.json()["errors"]
    assert error["message"]
    assert error["extensions"] == {"code": "BAD_REQUEST"}


async def test_a_declared_length_over_the_limit_is_refused_unread(client: httpx2.AsyncClient) -> None:
    read = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(30):
            read += 1
            yield b" " * 1_000_000

    answer = await client.post("/graphql", content=body(), headers={"Content-Length": "30000000"})
    assert answer.status_code == 413
    assert_refused_in_the_form_of_graphql(answer)
    assert read == 0


async def test_an_undeclared_length_is_refused_at_the_limit(client: httpx2.AsyncClient) -> None:
    read = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(300):
            read += 1
            yield b" " * 100_000

    answer = await client.post("/graphql", content=body(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413
    assert_refused_in_the_form_of_graphql(answer)
    assert read <= 11


async def test_a_body_just_within_the_limit_is_read(client: httpx2.AsyncClient) -> None:
    document = b'{"query":"{__typename}"}'
    answer = await client.post(
        "/graphql", content=document.ljust(1_000_000), headers={"Content-Type": "application/json"}
    )
    assert answer.json() == {"data": {"__typename": "Query"}}


async def test_encoded_bodies_are_refused(client: httpx2.AsyncClient) -> None:
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    answer = await client.post("/graphql", content=b"\x1f\x8b", headers=headers)
    assert answer.status_code == 415
    assert_refused_in_the_form_of_graphql(answer)


async def test_elsewhere_a_body_is_refused_with_problem_details(client: httpx2.AsyncClient) -> None:
    for headers, status in (({"Content-Encoding": "gzip"}, 415), ({"Content-Length": "30000000"}, 413)):
        answer = await client.post("/livez", content=b"x", headers=headers)
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == status
