"""The description of REST against the released one, by the gate that GraphQL has (tests/schema/test_change.py)."""

import json
from copy import deepcopy
from subprocess import run
from typing import Any

import pytest

from tests.api.openapi import changes
from tests.changes import ADDED, BREAKING, CHANGED, CHANGELOG, REMOVED, untold
from tests.services import BROADSHEET, ROOT, clean_environment

RELEASED = ROOT / "api" / "released.json"


def test_what_changed_since_the_release_is_told() -> None:
    now = run([*BROADSHEET, "openapi"], cwd=ROOT, env=clean_environment(), capture_output=True, check=True).stdout
    found = changes(json.loads(RELEASED.read_bytes()), json.loads(now))
    lines = untold(found, CHANGELOG.read_text(encoding="utf-8"))
    assert not lines, "\n".join(
        [*lines, "Where this is a release, `make released` makes today's description the released one."]
    )


BASE: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Broadsheet", "version": "0.1.0"},
    "paths": {
        "/v1/articles": {
            "get": {
                "parameters": [
                    {"name": "first", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 100}},
                    {"name": "q", "in": "query", "schema": {"type": ["string", "null"], "pattern": "^[a-z]+$"}},
                    {
                        "name": "orderBy",
                        "in": "query",
                        "schema": {"$ref": "#/components/schemas/Order", "default": "NEWEST"},
                    },
                    {
                        "name": "kinds",
                        "in": "query",
                        "schema": {"type": "array", "items": {"type": "string", "enum": ["TEXT", "LIVE"]}},
                    },
                ],
                "responses": {
                    "200": {
                        "description": "Articles.",
                        "headers": {"Link": {"schema": {"type": "string"}}},
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "required": ["nodes"],
                                    "properties": {
                                        "nodes": {"type": "array", "items": {"$ref": "#/components/schemas/Article"}},
                                        "totalCount": {"type": "integer"},
                                    },
                                }
                            }
                        },
                    },
                    "400": {"$ref": "#/components/responses/BadRequest"},
                },
            }
        },
        "/livez": {"get": {"responses": {"200": {"description": "Alive."}}}},
    },
    "components": {
        "schemas": {
            "Article": {
                "type": "object",
                "required": ["id"],
                "properties": {
                    "id": {"type": "string"},
                    "lead": {"type": ["string", "null"], "description": "The first paragraph."},
                    "image": {"anyOf": [{"$ref": "#/components/schemas/Image"}, {"type": "null"}]},
                    "order": {"$ref": "#/components/schemas/Order"},
                },
            },
            "Image": {"type": "object", "properties": {"url": {"type": "string", "format": "uri"}}},
            "Order": {"type": "string", "enum": ["NEWEST", "OLDEST"]},
        },
        "responses": {"BadRequest": {"description": "No."}},
    },
}
GET = BASE["paths"]["/v1/articles"]["get"]
LISTED = ("paths", "/v1/articles", "get", "responses", "200", "content", "application/json", "schema")
PARAMETERS = ("paths", "/v1/articles", "get", "parameters")
ARTICLE = ("components", "schemas", "Article")
GONE = (REMOVED, BREAKING)
ABSENT = object()


def changed(*edits: tuple[tuple[str | int, ...], Any]) -> dict[str, Any]:
    """The base with other values in some places; ABSENT takes one away."""
    document = deepcopy(BASE)
    for (*way, last), value in edits:
        at: Any = document
        for step in way:
            at = at[step]
        if value is ABSENT:
            del at[last]
        else:
            at[last] = value
    return document


SEEN: dict[str, tuple[tuple[str | int, ...], Any, str, tuple[str, ...]]] = {
    "an operation goes": (("paths", "/livez"), ABSENT, "GET /livez", GONE),
    "an answer goes": (("paths", "/livez", "get", "responses", "200"), ABSENT, "GET /livez 200", GONE),
    "a parameter goes": ((*PARAMETERS, 1), ABSENT, "GET /v1/articles?q", GONE),
    "a value of a parameter goes": (
        (*PARAMETERS, 3, "schema", "items", "enum"),
        ["TEXT"],
        "GET /v1/articles?kinds[].LIVE",
        GONE,
    ),
    "a value of a shared enum goes": (("components", "schemas", "Order", "enum"), ["NEWEST"], "Order.OLDEST", GONE),
    "a property goes": ((*ARTICLE, "properties", "lead"), ABSENT, "Article.lead", GONE),
    "a property of an answer goes": (
        (*LISTED, "properties", "totalCount"),
        ABSENT,
        "GET /v1/articles 200 application/json.totalCount",
        GONE,
    ),
    "a header goes": (
        ("paths", "/v1/articles", "get", "responses", "200", "headers", "Link"),
        ABSENT,
        "GET /v1/articles 200 Link",
        GONE,
    ),
    "a type changes": ((*ARTICLE, "properties", "id"), {"type": "integer"}, "Article.id", (BREAKING,)),
    "a format changes": (
        ("components", "schemas", "Image", "properties", "url", "format"),
        ABSENT,
        "Image.url",
        (BREAKING,),
    ),
    "a property may be missing": ((*ARTICLE, "required"), [], "Article.id", (BREAKING,)),
    "a property may be null": ((*ARTICLE, "properties", "id"), {"type": ["string", "null"]}, "Article.id", (BREAKING,)),
    "a parameter is needed": ((*PARAMETERS, 0, "required"), True, "GET /v1/articles?first", (BREAKING,)),
    "a parameter can't be null": (
        (*PARAMETERS, 1, "schema", "type"),
        "string",
        "GET /v1/articles?q",
        (BREAKING,),
    ),
    "a default changes": (
        (*PARAMETERS, 2, "schema", "default"),
        "OLDEST",
        "GET /v1/articles?orderBy",
        (BREAKING,),
    ),
    "a default comes": ((*PARAMETERS, 0, "schema", "default"), 5, "GET /v1/articles?first", (BREAKING,)),
    "less is taken": ((*PARAMETERS, 0, "schema", "maximum"), 50, "GET /v1/articles?first", (BREAKING,)),
    "more is asked": ((*PARAMETERS, 0, "schema", "minimum"), 2, "GET /v1/articles?first", (BREAKING,)),
    "a bound comes": ((*PARAMETERS, 1, "schema", "maxLength"), 9, "GET /v1/articles?q", (BREAKING,)),
    "a pattern changes": ((*PARAMETERS, 1, "schema", "pattern"), "^[a-y]+$", "GET /v1/articles?q", (BREAKING,)),
    "a value comes": (
        ("components", "schemas", "Order", "enum"),
        ["NEWEST", "OLDEST", "UPDATED"],
        "Order.UPDATED",
        (ADDED, CHANGED),
    ),
    "a parameter comes that is needed": (
        PARAMETERS,
        [*GET["parameters"], {"name": "key", "in": "query", "required": True, "schema": {"type": "string"}}],
        "GET /v1/articles?key",
        (BREAKING,),
    ),
}


@pytest.mark.parametrize("case", SEEN)
def test_what_breaks_clients_is_seen(case: str) -> None:
    place, value, where, headings = SEEN[case]
    assert [(c.coordinate, c.headings) for c in changes(BASE, changed((place, value)))] == [(where, headings)]


FREE: dict[str, tuple[tuple[str | int, ...], Any]] = {
    "an operation comes": (("paths", "/v1/topics"), GET),
    "a parameter comes": (
        PARAMETERS,
        [*GET["parameters"], {"name": "last", "in": "query", "schema": {"type": "integer"}}],
    ),
    "a property comes": ((*ARTICLE, "properties", "section"), {"type": "string"}),
    "a property is always there": ((*ARTICLE, "required"), ["id", "lead"]),
    "a property is never null": ((*ARTICLE, "properties", "lead"), {"type": "string"}),
    "an object is never null": ((*ARTICLE, "properties", "image"), {"$ref": "#/components/schemas/Image"}),
    "a parameter may be null": ((*PARAMETERS, 0, "schema", "type"), ["integer", "null"]),
    "a value comes that is only sent": ((*PARAMETERS, 3, "schema", "items", "enum"), ["TEXT", "LIVE", "VIDEO"]),
    "more is taken": ((*PARAMETERS, 0, "schema", "maximum"), 200),
    "a pattern goes": ((*PARAMETERS, 1, "schema", "pattern"), ABSENT),
    "an error comes": (("paths", "/livez", "get", "responses", "503"), {"description": "Not."}),
    "an error goes": (("paths", "/v1/articles", "get", "responses", "400"), ABSENT),
    "a description changes": ((*ARTICLE, "properties", "lead", "description"), "Another."),
    "a version comes": (("info", "version"), "0.2.0"),
    "parameters stand in another order": (PARAMETERS, GET["parameters"][::-1]),
}


@pytest.mark.parametrize("case", FREE)
def test_what_breaks_nobody_is_free(case: str) -> None:
    assert changes(BASE, changed(FREE[case])) == []


def test_what_goes_takes_what_is_in_it_and_the_ways_to_it_with_it() -> None:
    """`fields=` names properties and ways to them: those to one that goes are told with it, others are not."""
    ways = (*PARAMETERS, 3, "schema", "items", "enum")
    before = changed((ways, ["lead", "image.url", "image.lead", "id"]))
    after = changed((ways, ["id"]), ((*ARTICLE, "properties", "lead"), ABSENT))
    found = [change.coordinate for change in changes(before, after)]
    assert sorted(found) == ["Article.lead", "GET /v1/articles?kinds[].image.url"]
    without = changed((("components", "schemas", "Image"), ABSENT), ((*ARTICLE, "properties", "image"), ABSENT))
    assert [change.coordinate for change in changes(BASE, without)] == ["Article.image"]


def test_one_line_of_the_changelog_tells_of_both_doors() -> None:
    found = changes(BASE, changed(((*ARTICLE, "properties", "lead"), ABSENT)))
    assert untold(found, "## [Unreleased]\n\n### Changed (breaking)\n\n- `Article.lead` is gone.\n") == []
    assert untold(found, "## [Unreleased]\n\n### Changed (breaking)\n\n- `Article.leads` is gone.\n") != []
