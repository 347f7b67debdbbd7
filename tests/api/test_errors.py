"""What goes wrong becomes problem details, and never shows Python's or Postgres' text."""

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from db.pool import DatabaseTimeout, DatabaseUnavailable


@pytest.fixture
def failing(app: Starlette) -> dict[str, Exception]:
    """A route /fails that raises what the test puts under "with"."""
    found: dict[str, Exception] = {}

    async def fail(_request: Request) -> Response:
        raise found["with"]

    app.router.routes.append(Route("/fails", fail))
    return found


@pytest.mark.parametrize(
    ("error", "status", "title"),
    [
        (DatabaseTimeout(), 504, "Gateway Timeout"),
        (DatabaseUnavailable(), 503, "Service Unavailable"),
        (ZeroDivisionError("secret text"), 500, "Internal Server Error"),
        (KeyError("secret text"), 500, "Internal Server Error"),
    ],
)
async def test_exceptions_become_problem_details(
    client: httpx2.AsyncClient, failing: dict[str, Exception], error: Exception, status: int, title: str
) -> None:
    failing["with"] = error
    answer = await client.get("/fails")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"] == title
    assert answer.json()["status"] == status
    assert "secret" not in answer.text
    assert (answer.headers.get("retry-after") is not None) == (status == 503)
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_the_log_repeats_the_error_id(
    client: httpx2.AsyncClient, failing: dict[str, Exception], capsys: pytest.CaptureFixture[str]
) -> None:
    failing["with"] = ZeroDivisionError("secret text")
    answer = await client.get("/fails")
    written = capsys.readouterr()
    assert answer.json()["error_id"] in written.out + written.err
    assert "secret text" in written.out + written.err


async def test_unknown_addresses_and_methods(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/nothing")
    assert (answer.status_code, answer.json()["title"]) == (404, "Not Found")
    answer = await client.post("/livez")
    assert (answer.status_code, answer.json()["title"]) == (405, "Method Not Allowed")
    assert "GET" in answer.headers["allow"]
