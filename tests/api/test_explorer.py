"""The explorer at /graphql and the files it loads."""

import re

import httpx2
import pytest

from api.assets import OWN, folders

HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


async def test_browsers_get_the_explorer(client: httpx2.AsyncClient) -> None:
    for address in ("/graphql", "/graphql?query={__typename}"):
        answer = await client.get(address, headers={"Accept": HTML})
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert '<div id="explorer">' in answer.text
        assert "Accept" in answer.headers["vary"]


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/graphql-response+json, text/html;q=0.1"])
async def test_programs_get_the_endpoint(client: httpx2.AsyncClient, accept: str) -> None:
    answer = await client.get("/graphql", params={"query": "{__typename}"}, headers={"Accept": accept})
    assert answer.json() == {"data": {"__typename": "Query"}}


async def test_posts_are_the_endpoints_whatever_they_accept(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/graphql", json={"query": "{__typename}"}, headers={"Accept": HTML})
    assert answer.json() == {"data": {"__typename": "Query"}}


async def test_all_it_loads_comes_from_here_and_may_be_kept(client: httpx2.AsyncClient) -> None:
    html = (await client.get("/graphql", headers={"Accept": HTML})).text
    addresses = re.findall(r'(?:src|href)="([^"]+)"', html)
    assert len(addresses) == 9
    for address in addresses:
        assert address.startswith("/static/")
        answer = await client.get(address)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-type"].startswith(("text/javascript", "text/css", "image/svg+xml"))
    assert "<style" not in html
    assert not re.search(r"<script(?![^>]*\bsrc=)", html)


async def test_its_policy_allows_no_other_origin(client: httpx2.AsyncClient) -> None:
    policy = (await client.get("/graphql", headers={"Accept": HTML})).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "connect-src 'self';" in policy
    assert "http" not in policy


@pytest.mark.parametrize(
    "path",
    [
        "/static/graphiql/0.0/graphiql.min.js",
        "/static/graphiql/{version}/..%2f..%2fviews.py",
        "/static/graphiql/{version}/views.py",
        "/static/elsewhere/{version}/graphiql.min.js",
        "/static/broadsheet/{version}/start.css",
    ],
)
async def test_nothing_else_is_served(client: httpx2.AsyncClient, path: str) -> None:
    assert (await client.get(path.format(version=folders()["graphiql"][0]))).status_code == 404


async def test_the_first_queries_are_valid(client: httpx2.AsyncClient) -> None:
    """Each prefilled query runs against the schema; their variables are those of the explorer's tabs."""
    script = (OWN / "explorer.js").read_text(encoding="utf-8")
    queries = re.findall(r"`(#.*?)`", script, re.DOTALL)
    assert len(queries) == 4
    for query in queries:
        variables = {"words": "city", "id": "a_00000000-0000-7000-8000-000000000000"}
        answer = await client.post("/graphql", json={"query": query, "variables": variables})
        assert answer.status_code == 200, answer.text
        assert "errors" not in answer.json(), answer.text
