"""The REST reference at /docs, and the description that it shows."""

import re
from collections.abc import Iterator
from typing import Any

import httpx2
import orjson
import pytest
from starlette.applications import Starlette

from api.endpoints import ENDPOINTS
from api.selection import paths
from schema.build import build_schema

SCHEMA = build_schema()._schema


@pytest.fixture
def described(app: Starlette) -> dict[str, Any]:
    """The description."""
    found: dict[str, Any] = orjson.loads(app.state.openapi)
    return found


async def test_the_page_loads_nothing_from_elsewhere(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/docs")
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self';" in policy
    assert "connect-src 'self';" in policy
    assert "http" not in policy
    addresses = re.findall(r'(?:src|href)="([^"]+)"', answer.text)
    assert len(addresses) == 6
    for address in addresses:
        found = await client.get(address)
        assert found.status_code == 200
        if address != "/openapi.json":
            assert found.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "<style" not in answer.text
    assert not re.search(r"<script(?![^>]*\bsrc=)", answer.text)


async def test_the_description_is_served(client: httpx2.AsyncClient, described: dict[str, Any]) -> None:
    answer = await client.get("/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == described
    assert described["openapi"] == "3.1.0"
    assert {endpoint.path for endpoint in ENDPOINTS} < described["paths"].keys()


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        for asked in value.get("security", ()):
            yield from (f"#/components/securitySchemes/{scheme}" for scheme in asked)
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def test_every_reference_leads_somewhere_and_nothing_is_unused(described: dict[str, Any]) -> None:
    components = described["components"]
    there = {f"#/components/{kind}/{name}" for kind, named in components.items() for name in named}
    assert set(_references(described)) == there


def test_every_operation_has_its_words(described: dict[str, Any]) -> None:
    ids = []
    tags = {tag["name"] for tag in described["tags"]}
    for path, item in described["paths"].items():
        operation = item["get"]
        ids.append(operation["operationId"])
        assert operation["summary"], path
        assert operation["description"], path
        assert set(operation["tags"]) <= tags, path
        assert [status for status in operation["responses"] if status.startswith("4")], path
        for parameter in operation.get("parameters", ()):
            assert parameter.get("description"), (path, parameter["name"])
    assert len(set(ids)) == len(ids)


def test_it_says_what_the_schema_says(described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"]
    article = schemas["Article"]["properties"]
    assert article["source"] == {"$ref": "#/components/schemas/Source"}
    assert article["byline"]["type"] == ["string", "null"]
    assert article["byline"]["description"] == SCHEMA.type_map["Article"].fields["byline"].description  # type: ignore[attr-defined]
    assert article["image"]["anyOf"] == [{"$ref": "#/components/schemas/Image"}, {"type": "null"}]
    assert article["publishedAt"] == {"type": "string", "format": "date-time"}
    assert "comments" not in article
    assert schemas["ArticleOrder"]["enum"] == ["NEWEST", "OLDEST", "UPDATED", "MOST_COMMENTED"]
    parameters = {each["name"]: each for each in described["paths"]["/v1/articles"]["get"]["parameters"]}
    assert parameters["first"]["schema"] == {"type": "integer", "format": "int32", "minimum": 1, "maximum": 100}
    assert parameters["orderBy"]["schema"]["default"] == "NEWEST"
    assert parameters["languages"]["explode"] is False
    assert parameters["languages"]["schema"]["maxItems"] == 100


def test_fields_name_every_path(app: Starlette, described: dict[str, Any]) -> None:
    for path, door in app.state.doors.items():
        listed = described["components"]["schemas"][f"{door.plan.type.name}Fields"]["enum"]
        assert listed == list(paths(door.plan.open)), path
