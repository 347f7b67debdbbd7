"""REST: parameters → variables of a stored document → the executor → the answer's bytes as they are.

What a path serves stands in `api/endpoints.py`, what its parameters are in `api/parameters.py`. Rows are never parsed
here: an answer is the GraphQL answer without its outermost braces.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn
from urllib.parse import quote, urlencode

import orjson
import strawberry
from graphql import GraphQLSchema
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from api.answers import Reply, encoded, reply
from api.cycle import received_at
from api.endpoints import ENDPOINTS, Endpoint, Plan, Stored, plan
from api.errors import problem
from api.graphql import Reading
from api.heads import HEAD, Header, RequestHead, headers_of
from api.parameters import FIELDS, MOST_FIELDS, BadParameter, Parameter, parameters, sent, split, variables
from api.selection import Tree, UnknownField, chosen
from api.visit import Visit
from schema.answer import Answer
from schema.errors import Code
from schema.page import DEFAULT_SIZE
from schema.recent import Recent

_JSON = b"application/json"
_VARY = b"Accept-Encoding, Authorization, X-Api-Key"

# How many wishes for fields an endpoint remembers.
_SPARSE = 256

# The status of each code that a GraphQL error has; the others are refusals of what was asked.
STATUSES: Mapping[str, int] = {
    Code.RATE_LIMITED: 429,
    Code.TIMEOUT: 504,
    Code.UNAVAILABLE: 503,
    Code.INTERNAL: 500,
}


class NoAnswer(Exception):
    """A request that is answered with problem details. members: of the problem; retry_after: seconds, if any."""

    def __init__(self, status: int, detail: str, retry_after: int | None = None, **members: str) -> None:
        super().__init__(detail)
        self.status = status
        self.retry_after = retry_after
        self.members = members

    def response(self) -> Response:
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        return problem(self.status, str(self), headers=headers, **self.members)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks of the executor, and the parameters that it was asked by."""

    document: str
    variables: Mapping[str, Any]
    given: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Door:
    """One endpoint: what its requests mean, and what becomes of the answers."""

    plan: Plan
    parameters: Mapping[str, Parameter]
    before: bytes = field(init=False)
    after: bytes = field(init=False)
    # Choosing fields costs more than all the rest of a request's reading.
    sparse: Recent[str, Stored] = field(default_factory=lambda: Recent(_SPARSE))

    def __post_init__(self) -> None:
        names = self.plan.names
        object.__setattr__(self, "before", b'{"data":' + b"".join(f'{{"{name}":'.encode() for name in names))
        object.__setattr__(self, "after", b"}" * (len(names) + 1))

    def asked(self, path: Mapping[str, str], query: bytes) -> Asked:
        """What is asked with these values of the path and this query.

        Raises:
            BadParameter
        """
        given = sent(query, self.parameters)
        document = self.document(given.get(FIELDS))
        found = {**path, **variables(given, self.parameters)}
        return Asked(document.text, {name: found[name] for name in document.variables if name in found}, given)

    def document(self, fields: str | None) -> Stored:
        """The stored document, or the one that reads these fields only."""
        if fields is None:
            return self.plan.stored
        document = self.sparse.get(fields)
        if document is None:
            document = self.plan.document(self.selected(fields))
            self.sparse.keep(fields, document)
        return document

    def selected(self, fields: str) -> Tree:
        wanted = split(FIELDS, fields)
        if len(wanted) > MOST_FIELDS:
            raise BadParameter(FIELDS, f"`{FIELDS}` takes at most {MOST_FIELDS} fields; these are {len(wanted)}.")
        try:
            return chosen(wanted, self.plan.open, self.plan.standard)
        except UnknownField as error:
            known = ", ".join(f"`{error.within}{name}`" for name in error.known)
            message = f"`{FIELDS}`: there is no `{error.path[:100]}` here; known are {known}."
            raise BadParameter(FIELDS, message) from None

    def reply(self, answer: Answer, asked: Asked, path: str, cache_seconds: int, *, private: bool) -> Reply:
        """The reply that an answer becomes. private: it is not what everybody is told.

        Raises:
            NoAnswer: it is an error, or what was asked for isn't there.
        """
        body = answer.body
        if not (answer.status == 200 and body.startswith(self.before + b"{") and body.endswith(self.after)):
            _no_success(answer)
        content = body[len(self.before) : len(body) - len(self.after)]
        headers: tuple[Header, ...] = ()
        if self.plan.items:
            headers = ((b"link", links(path, asked.given, _page_info(content)).encode()),)
        inner = replace(answer, body=content)
        return reply(inner, _JSON, vary=_VARY, get=True, cache_seconds=cache_seconds, headers=headers, private=private)


def doors(schema: strawberry.Schema) -> Mapping[str, Door]:
    """The doors of the table, by their paths."""
    return {endpoint.path: door(endpoint, schema._schema) for endpoint in ENDPOINTS}


def door(endpoint: Endpoint, schema: GraphQLSchema) -> Door:
    made = plan(endpoint, schema)
    return Door(made, parameters(made, schema))


async def rest(request: Request) -> Response:
    """GET of every path of the table. The doors are `app.state.doors`; what they work with is `app.state.reading`."""
    scope, reading = request.scope, request.app.state.reading
    door: Door = request.app.state.doors[scope["route"].path]
    head: RequestHead = scope[HEAD]
    visit = await reading.visit(scope, head)
    cost = None
    try:
        made = await _reply(door, reading, visit, scope)
        cost = made.cost
        status, lines, body = encoded(made, head)
        response = Response(body, status)
        response.raw_headers = headers_of(lines)
    except BadParameter as error:
        response = problem(400, str(error), code=Code.BAD_REQUEST, parameter=error.name[:100])
    except NoAnswer as error:
        response = error.response()
    await visit.pay(cost)
    return response


async def _reply(door: Door, reading: Reading, visit: Visit, scope: Scope) -> Reply:
    """The reply to a request, a kept one where it still holds.

    Raises:
        BadParameter, NoAnswer
    """
    path, values, query = scope["path"], scope["path_params"], scope["query_string"]
    caller = visit.caller

    async def make() -> Reply:
        asked = door.asked(values, query)
        answer = await reading.executor.execute(asked.document, asked.variables, None, caller, visit)
        return door.reply(answer, asked, path, reading.cache_seconds, private=caller.sees_more)

    if caller.sees_more:
        return await make()
    # No space is in a query as it is sent: the key can be read in one way only.
    return await reading.kept.reply(b"REST %b %b" % (query, path.encode()), make, received_at(scope))


def links(path: str, given: Mapping[str, str], page: Mapping[str, Any]) -> str:
    """The Link header (RFC 8288) of a page: the next one, the one before, and the first."""
    rest = {name: value for name, value in given.items() if name not in ("first", "after", "last", "before")}
    size = given.get("first") or given.get("last")
    forwards = {"first": size} if size else {}
    found = []
    if page["hasNextPage"] and page["endCursor"]:
        found.append(("next", forwards | {"after": page["endCursor"]}))
    if page["hasPreviousPage"] and page["startCursor"]:
        found.append(("prev", {"last": size or str(DEFAULT_SIZE), "before": page["startCursor"]}))
    found.append(("first", forwards))
    return ", ".join(f'<{_address(path, rest | paging)}>; rel="{relation}"' for relation, paging in found)


def _address(path: str, parameters: Mapping[str, str]) -> str:
    query = urlencode(parameters, safe=",", quote_via=quote)
    return quote(path, safe="/") + (f"?{query}" if query else "")


def _page_info(content: bytes) -> Mapping[str, Any]:
    """Where a page stands: the first thing in a list's answer, in which no text holds a brace."""
    start = content.index(b":") + 1
    found: Mapping[str, Any] = orjson.loads(content[start : content.index(b"}", start) + 1])
    return found


def _no_success(answer: Answer) -> NoReturn:
    """Raises NoAnswer, for an answer without data: what was asked for isn't there, or an error."""
    told = orjson.loads(answer.body)
    if "errors" not in told:
        raise NoAnswer(404, "Nothing is published under this address.")
    error = told["errors"][0]
    extensions = error.get("extensions", {})
    code = extensions.get("code", Code.INTERNAL)
    members = {"error_id": extensions["id"]} if "id" in extensions else {}
    raise NoAnswer(STATUSES.get(code, 400), error["message"], answer.retry_after, code=code, **members)
