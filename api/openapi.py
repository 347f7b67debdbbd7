"""/openapi.json: the OpenAPI 3.1 description of everything but GraphQL, generated from the GraphQL schema."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

import orjson
from graphql import (
    GraphQLEnumType,
    GraphQLObjectType,
    GraphQLOutputType,
    get_named_type,
    get_nullable_type,
    is_list_type,
    is_non_null_type,
)
from starlette.requests import Request
from starlette.responses import Response

from api.endpoints import Plan
from api.parameters import FIELDS, MOST_FIELDS, Parameter
from api.rest import Door
from api.selection import paths
from schema.page import DEFAULT_SIZE, LARGEST, SMALLEST
from schema.query import MAX_CHARACTERS
from schema.writes.export import LISTS

Json = dict[str, Any]

# Requests and what the service answers to them with the sample edition; a test holds them to it.
EXAMPLES = Path(__file__).parent / "examples.json"

_DESCRIPTION = """
Articles, search, sources, topics and what readers wrote. The same data as over GraphQL, under the same names; what is
missing here (filters inside filters, authors, nested lists) is there, at `/graphql`.

- **Lists** come in pages. `first` says how many, and the `Link` header leads to the next page and back (RFC 8288).
  What is published while you turn pages neither repeats nor hides anything.
- **`fields`** names what you need, such as `fields=headline,source.name`; an answer then holds nothing else.
- **Parameters** with several values take them separated by commas. A parameter that isn't known here is refused.
- **Callers** may be anonymous, readers with a token, or programs with a key. All have a budget of points a minute, of
  which each answer tells what is left.
- **Errors** are problem details (RFC 9457) with a `code` for programs. Expect new codes and new values of enums.
"""
_TAGS = {
    "Articles": "What was published, its revisions and its discussion.",
    "Search": "Full-text search.",
    "Sources": "The outlets whose articles are served.",
    "Topics": "The subjects that articles are about, after IPTC's Media Topics.",
    "Readers": "What is kept of those who comment.",
    "Service": "How the service itself is.",
}
_SCALARS: Mapping[str, Json] = {
    "Boolean": {"type": "boolean"},
    "DateTime": {"type": "string", "format": "date-time"},
    "Float": {"type": "number", "format": "double"},
    "ID": {"type": "string"},
    "Int": {"type": "integer", "format": "int32"},
    "String": {"type": "string"},
    "URL": {"type": "string", "format": "uri"},
}
# Texts whose rules no JSON Schema can say.
_TEXTS: Mapping[str, Json] = {
    "after": {"format": "cursor", "minLength": 1},
    "before": {"format": "cursor", "minLength": 1},
    "query": {"format": "search-query", "minLength": 1, "maxLength": MAX_CHARACTERS},
    "matching": {"format": "search-query", "minLength": 1, "maxLength": MAX_CHARACTERS},
}
# What the schema has no words for: its arguments have no descriptions.
_WORDS = {
    "first": f"How many, from the start or after `after`; {DEFAULT_SIZE} if nothing is said. Not with `last`.",
    "last": "How many, from the end or before `before`. Not with `first`.",
    "after": "A cursor from `pageInfo`: what comes after it. It belongs to one order.",
    "before": "A cursor from `pageInfo`: what comes before it. It belongs to one order.",
    "orderBy": "The order of the list.",
    "query": 'What to look for: words, `"phrases"`, `-exclusions`, `OR`, groups, fields such as `headline:ferry`.',
    "totalCount": "Whether to count how many there are in all, up to 10,000.",
    "language": "The language of topics' names, as BCP 47; where there is no name in it, the name in English.",
    "as": "The form of bodies: sanitised HTML unless it says `TEXT`.",
    "id": "A global id, as it stands in `id`.",
    "slug": "A slug, as it stands in `slug`.",
}
_PROBLEM: Json = {
    "type": "object",
    "description": "Problem details (RFC 9457).",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "description": "Always about:blank: see `code`."},
        "title": {"type": "string", "description": "What the status means."},
        "status": {"type": "integer", "description": "The HTTP status.", "minimum": 400, "maximum": 599},
        "code": {
            "type": "string",
            "description": "What went wrong, for programs: BAD_REQUEST, BAD_QUERY, BAD_CURSOR, COST_EXCEEDED, "
            "RATE_LIMITED, UNAUTHENTICATED, NOT_FOUND, TIMEOUT, UNAVAILABLE, INTERNAL and others.",
            "pattern": "^[A-Z_]+$",
        },
        "detail": {"type": "string", "description": "What went wrong, for people."},
        "parameter": {"type": "string", "description": "The parameter that can't be used."},
        "error_id": {"type": "string", "description": "Leads to the error in the service's log."},
    },
}
# By status: the name of the response, what it means, and how it comes with further members.
_REFUSALS: Mapping[int, tuple[str, Json]] = {
    400: ("A parameter makes no sense, or is not known.", {"code": "BAD_REQUEST", "parameter": "first"}),
    401: ("What says who is calling counts for nothing, or is needed here.", {"code": "UNAUTHENTICATED"}),
    404: ("There is nothing at this address.", {"code": "NOT_FOUND"}),
    415: ("The request has a body with a content encoding.", {"code": "UNSUPPORTED_MEDIA_TYPE"}),
    429: ("The caller's budget is spent. Wait, as Retry-After says.", {"code": "RATE_LIMITED"}),
    500: ("A fault of the service. The id leads to its log.", {"code": "INTERNAL", "error_id": "9f86d081884c7d65"}),
    503: ("The database can't be reached. Try again.", {"code": "UNAVAILABLE"}),
    504: ("The database took too long. Ask for less, or try again.", {"code": "TIMEOUT"}),
}
# By status: what the connection answers before any endpoint is asked.
_CUT_OFF: Mapping[int, str] = {431: "The head of the request, its address included, is too large."}
_RETRY: Json = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 0}}}
_CHALLENGE: Json = {"WWW-Authenticate": {"description": "What counts (RFC 6750).", "schema": {"type": "string"}}}
_LIMITS: Json = {
    "RateLimit": {
        "description": "Points that are left (`r`), and seconds until the budget is whole again (`t`).",
        "schema": {"type": "string"},
        "example": '"points";r=5957;t=42',
    },
    "RateLimit-Policy": {
        "description": "Points of a period (`q`) of so many seconds (`w`).",
        "schema": {"type": "string"},
        "example": '"points";q=6000;w=60;qu="points"',
    },
}
_SECURITY: Json = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "A reader's token, or a secret key.",
    },
    "key": {"type": "apiKey", "in": "header", "name": "X-Api-Key", "description": "A key of a program or an app."},
}


async def openapi(request: Request) -> Response:
    """GET /openapi.json"""
    return Response(request.app.state.openapi, media_type="application/json", headers={"Cache-Control": "no-cache"})


def describe(doors: Iterable[Door], *, version: str, list_items: int) -> bytes:
    """The description as JSON. list_items: how many values a list in a filter may hold."""
    components = _Components(list_items)
    described = {each.plan.endpoint.path: {"get": components.operation(each)} for each in doors}
    document: Json = {
        "openapi": "3.1.0",
        "info": {
            "title": "Broadsheet",
            "version": version,
            "summary": "News over HTTP.",
            "description": _DESCRIPTION.strip(),
            "contact": {"name": "Whoever runs this service"},
            "license": {"name": "Apache License 2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "This service."}],
        "security": [{}, {"token": []}, {"key": []}],
        "tags": [{"name": name, "description": text} for name, text in _TAGS.items()],
        "paths": described | _service(),
        "components": {
            "schemas": dict(sorted(components.schemas.items())) | {"Problem": _PROBLEM},
            "responses": {_name(status): _refusal(status) for status in _REFUSALS}
            | {_name(status): {"description": meaning} for status, meaning in _CUT_OFF.items()},
            "securitySchemes": _SECURITY,
        },
    }
    return orjson.dumps(document)


@dataclass(slots=True)
class _Components:
    """Operations, and the schemas that they refer to, collected on the way."""

    list_items: int
    schemas: dict[str, Json] = field(default_factory=dict)

    def operation(self, door: Door) -> Json:
        endpoint, plan = door.plan.endpoint, door.plan
        content: Json = {"schema": self.reference(plan.served)}
        example = _examples().get(endpoint.path)
        if example is not None:
            content["examples"] = {"sample": {"summary": example["request"], "value": example["answer"]}}
        success: Json = {"description": "What was asked for.", "content": {"application/json": content}}
        success["headers"] = dict(_LIMITS)
        if plan.items:
            success["headers"] |= {
                "Link": {
                    "description": "The page after this one (`next`), before it (`prev`), and the `first` (RFC 8288).",
                    "required": True,
                    "schema": {"type": "string"},
                }
            }
        name = endpoint.name[0].lower() + endpoint.name[1:]
        refused = [status for status in _REFUSALS if status != 404 or plan.path_variables]
        return {
            "operationId": name,
            "summary": endpoint.summary,
            "description": endpoint.description,
            "tags": [endpoint.tag],
            "parameters": [*self.of_path(plan), *map(self.parameter, door.parameters.values()), self.fields(plan)],
            "responses": {"200": success, **_refusals(refused)},
        }

    # -- parameters

    def of_path(self, plan: Plan) -> Iterator[Json]:
        for name in plan.path_variables:
            yield {
                "name": name,
                "in": "path",
                "required": True,
                "description": _WORDS[name],
                "schema": {"type": "string"},
            }

    def parameter(self, parameter: Parameter) -> Json:
        one = self.value(parameter)
        described: Json = {"name": parameter.name, "in": "query"}
        if parameter.is_required:
            described["required"] = True
        text = parameter.description or _WORDS.get(parameter.name)
        if text is not None:
            described["description"] = text
        if not parameter.is_list:
            return described | {"schema": one}
        if one.get("type") == "string":
            one |= {"minLength": 1, "pattern": "^[^,]+$"}
        listed = {"type": "array", "items": one, "minItems": 1, "maxItems": self.list_items}
        return described | {"style": "form", "explode": False, "schema": listed}

    def value(self, parameter: Parameter) -> Json:
        type_ = parameter.leaf
        if isinstance(type_, GraphQLEnumType):
            reference = self.enum(type_)
            return reference if parameter.default is None else reference | {"default": parameter.default}
        schema = dict(_SCALARS[type_.name])
        if parameter.is_size:
            schema |= {"minimum": SMALLEST, "maximum": LARGEST}
        if parameter.default is not None:
            schema["default"] = parameter.default
        return schema | _TEXTS.get(parameter.name, {})

    def fields(self, plan: Plan) -> Json:
        name = f"{plan.type.name}Fields"
        self.schemas[name] = {
            "type": "string",
            "description": "A field, or the way to one inside; an object named alone brings its usual fields.",
            "enum": list(paths(plan.open)),
        }
        listed = {
            "type": "array",
            "items": {"$ref": f"#/components/schemas/{name}"},
            "minItems": 1,
            "maxItems": MOST_FIELDS,
        }
        return {
            "name": FIELDS,
            "in": "query",
            "description": "Which fields to answer with, and no others.",
            "style": "form",
            "explode": False,
            "schema": listed,
        }

    # -- schemas

    def reference(self, type_: GraphQLObjectType) -> Json:
        if type_.name not in self.schemas:
            self.schemas[type_.name] = {}  # here already, for types that hold themselves
            self.schemas[type_.name] = self.connection(type_) if "pageInfo" in type_.fields else self.object(type_)
        return {"$ref": f"#/components/schemas/{type_.name}"}

    def enum(self, type_: GraphQLEnumType) -> Json:
        self.schemas[type_.name] = _described({"type": "string", "enum": list(type_.values)}, type_.description)
        return {"$ref": f"#/components/schemas/{type_.name}"}

    def connection(self, type_: GraphQLObjectType) -> Json:
        """A page of a list; what is in it only when asked for is not required."""
        edge = get_named_type(type_.fields["edges"].type)
        assert isinstance(edge, GraphQLObjectType)
        items = "edges" if edge.fields.keys() > {"cursor", "node"} else "nodes"
        names = ("pageInfo", "totalCount", "totalCountIsExact", items)
        return self.object(type_, names) | {"required": ["pageInfo", items]}

    def object(self, type_: GraphQLObjectType, names: Iterable[str] | None = None) -> Json:
        properties = {}
        for name in names or type_.fields:
            found = type_.fields[name]
            inner = get_named_type(found.type)
            if names is None and isinstance(inner, GraphQLObjectType) and "pageInfo" in inner.fields:
                continue
            properties[name] = _described(self.output(found.type), found.description)
        schema: Json = {"type": "object", "properties": properties}
        return _described(schema, type_.description)

    def output(self, type_: GraphQLOutputType) -> Json:
        if is_non_null_type(type_):
            return self.present(get_nullable_type(type_))
        found = self.present(type_)
        if "type" in found:
            return found | {"type": [found["type"], "null"]}
        return {"anyOf": [found, {"type": "null"}]}

    def present(self, type_: Any) -> Json:
        if is_list_type(type_):
            return {"type": "array", "items": self.output(type_.of_type)}
        if isinstance(type_, GraphQLObjectType):
            return self.reference(type_)
        return self.enum(type_) if isinstance(type_, GraphQLEnumType) else dict(_SCALARS[type_.name])


def _described(schema: Json, text: str | None) -> Json:
    return schema if text is None else schema | {"description": text}


def _name(status: int) -> str:
    return HTTPStatus(status).phrase.replace(" ", "")


def _refusals(statuses: Iterable[int]) -> Json:
    found = sorted([*statuses, *_CUT_OFF])
    return {str(status): {"$ref": f"#/components/responses/{_name(status)}"} for status in found}


def _refusal(status: int) -> Json:
    meaning, members = _REFUSALS[status]
    example = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": meaning}
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example | members}
    response: Json = {"description": meaning, "content": {"application/problem+json": content}}
    headers = {401: _CHALLENGE, 429: _RETRY | _LIMITS, 503: _RETRY, 504: _RETRY}.get(status)
    return response if headers is None else response | {"headers": headers}


def _service() -> Json:
    """What the service says of itself; these answer in their own forms."""
    text: Json = {"type": "string"}
    status: Json = {"type": "object", "required": ["status"], "properties": {"status": text}}
    waiting: Json = status | {"properties": {"status": text, "missing": {"type": "array", "items": text}}}
    version: Json = {
        "type": "object",
        "required": ["version", "commit", "python", "schema"],
        "properties": {
            "version": text,
            "commit": {"type": ["string", "null"]},
            "python": text,
            "schema": {"type": "string", "description": "SHA-256 of the GraphQL schema.", "pattern": "^[0-9a-f]{64}$"},
        },
    }
    return {
        "/livez": _told("getLiveness", "Whether the process answers", "Answers as long as the process does.", status),
        "/readyz": _told(
            "getReadiness", "Whether reads can be served", "Looks for the database and its migrations.", status, waiting
        ),
        "/v1/me/export": _export(),
        "/version": _told("getVersion", "What runs here", "Program, commit, Python and schema.", version),
    }


def _export() -> Json:
    """What a reader takes along: the one path that asks for a reader's token."""
    parts = ("identities", "paces", *(name for name, *_ in LISTS))
    whole: Json = {
        "type": "object",
        "required": ["commenter", *parts],
        "properties": {
            "commenter": {"type": "object"},
            **{part: {"type": "array", "items": {"type": "object"}} for part in parts},
        },
    }
    operation = {
        "operationId": "exportMe",
        "summary": "What is kept of a reader",
        "description": "Everything that is kept of the reader whose token is sent, as a file that is sent while it is "
        "read. Texts are there as they were written, held ones included.",
        "tags": ["Readers"],
        "security": [{"token": []}],
        "responses": {
            "200": {"description": "All of it.", "content": {"application/json": {"schema": whole}}},
            **_refusals([401, 404, 415, 429, 503, 504]),
        },
    }
    return {"get": operation}


def _told(name: str, summary: str, text: str, schema: Json, unready: Json | None = None) -> Json:
    def answer(description: str, schema: Json) -> Json:
        return {"description": description, "content": {"application/json": {"schema": schema}}}

    responses = {"200": answer("So it is.", schema), **_refusals([415])}
    if unready is not None:
        responses["503"] = answer("Not yet, or no more.", unready)
    operation = {"operationId": name, "summary": summary, "description": text, "tags": ["Service"]}
    return {"get": operation | {"responses": responses, "security": [{}]}}


@cache
def _examples() -> dict[str, Json]:
    """By path: a request and the answer to it."""
    found: dict[str, Json] = orjson.loads(EXAMPLES.read_bytes()) if EXAMPLES.exists() else {}
    return found
