"""GraphQL over HTTP: GET for queries, POST with JSON. Everything about operations themselves is the executor's."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, NamedTuple

import orjson
from starlette.datastructures import QueryParams
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope

from api.answers import Reply, reply
from api.callers import BadCredentials
from api.clients import Clients
from api.cycle import CYCLE, Cycle, received_at
from api.documents import Documents, NotAsked
from api.explorer import asks_for_html
from api.heads import RequestHead, headers_of
from api.kept import Kept
from api.provider import ProviderUnavailable
from api.visit import Visit, Visits
from db.pool import DatabaseTimeout, DatabaseUnavailable
from schema.answer import Answer, Holds, failed, limited, unanswered
from schema.caller import ANONYMOUS
from schema.errors import Code
from schema.execute import Executor
from schema.rate_limit import RateLimited

_GRAPHQL = b"application/graphql-response+json"
_JSON = b"application/json"
_VARY = b"Accept, Accept-Encoding, Authorization, X-Api-Key"
_NO_QUERY = "Name the operation in `query`, as text."


class Operation(NamedTuple):
    """What a request asks for. hash: under which the document is to be kept, once it was executed. cost: whether the
    answer is to say what the operation costs."""

    query: str
    variables: Mapping[str, Any] | None
    name: str | None
    hash: str | None
    cost: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """What the doors to the read path work with. clients: counts who asks. visits: None where everybody is anonymous
    and nobody pays."""

    executor: Executor
    documents: Documents
    kept: Kept
    cache_seconds: int
    clients: Clients = field(default_factory=Clients)
    visits: Visits | None = None

    def visit(self, scope: Scope, head: RequestHead) -> Awaitable[Visit]:
        """The visit of a request. Raises what `Visits.of` raises."""
        return self.visits.of(scope, head) if self.visits is not None else _anonymous(head)


async def _anonymous(head: RequestHead) -> Visit:
    return Visit(ANONYMOUS, head)


async def graphql(scope: Scope, receive: Receive, head: RequestHead) -> Reply | None:
    """The door /graphql; None for a browser that asks for a page. What it works with is `app.state.reading`."""
    get = scope["method"] == "GET"
    if get and asks_for_html(head):
        return None
    # By its key: Starlette's `State` finds an attribute only after an AttributeError, which is 2 % of a short request.
    reading: Reading = scope["app"].state["reading"]
    media_type = _media_type(head)
    try:
        visit = await reading.visit(scope, head)
        try:
            asked = await _asked(scope, receive, head)
            if visit.caller.sees_more:
                made = await _reply(reading, media_type, get, asked, visit)
            else:
                # The key is all that the answer hangs on, beside the database.
                key = b"%b %b %b" % (b"GET" if get else b"POST", media_type, asked)
                make = partial(_reply, reading, media_type, get, asked, visit)
                made = await reading.kept.reply(key, make, received_at(scope))
            reading.clients.count(head.client, made.deprecated)
        except NotAsked as error:
            await visit.pay(None)
            return _refusal(error, media_type)
        await visit.pay(made.cost)
    except BadCredentials as error:
        return _unauthenticated(error, media_type)
    except ProviderUnavailable as error:
        answer = replace(failed(503, Code.UNAVAILABLE, str(error)), retry_after=1)
        return reply(answer, media_type, vary=_VARY, get=get)
    except RateLimited as error:
        return reply(limited(error), media_type, vary=_VARY, get=get)
    except (DatabaseTimeout, DatabaseUnavailable) as error:
        return reply(unanswered(error), media_type, vary=_VARY, get=get)
    if made.status == reading.executor.refused_status and _wants_plain_json(head):
        return replace(made, status=200)
    return made


async def _reply(reading: Reading, media_type: bytes, get: bool, asked: bytes, visit: Visit) -> Reply:
    """The reply to a request, made anew. asked: its body, or the query string of a GET."""
    executor, documents, caller = reading.executor, reading.documents, visit.caller
    operation = _operation(_from_query(asked) if get else _from_body(asked), documents)
    if get and not executor.is_query(operation.query, operation.name):
        raise NotAsked(405, "Only queries are answered over GET; send this by POST.", allow="POST")
    answer = await executor.execute(operation.query, operation.variables, operation.name, caller, visit)
    if operation.cost:
        answer = _with_cost(answer, executor.limits.cost)
    if operation.hash is not None and answer.status == 200:
        documents.keep(operation.hash, operation.query)
    private = caller.sees_more
    made = reply(answer, media_type, vary=_VARY, get=get, cache_seconds=reading.cache_seconds, private=private)
    # A document that comes with its hash is kept under it; served from what is kept, the answer would leave that out.
    return made if operation.hash is None else replace(made, holds=Holds.NOW)


async def _asked(scope: Scope, receive: Receive, head: RequestHead) -> bytes:
    """The bytes that say what is asked for.

    Raises:
        NotAsked: they are sent in a way that isn't taken.
        ClientDisconnect: the client left before they were here.
    """
    method = scope["method"]
    if method == "GET":
        asked: bytes = scope["query_string"]
        return asked
    if method != "POST":
        raise NotAsked(405, "Send operations by POST, or queries by GET.", allow="GET, POST")
    if head.content_type != _JSON:
        type_, _, charset = head.content_type.lower().partition(b";")
        if type_.strip() != _JSON or charset.replace(b" ", b"") not in (b"", b"charset=utf-8", b'charset="utf-8"'):
            raise NotAsked(415, "Send the operation as application/json.")
    cycle: Cycle | None = scope.get(CYCLE)
    body = cycle.at_hand() if cycle is not None and head.length is not None else None
    parts = [body] if body is not None else []
    more = body is None
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _from_body(body: bytes) -> Any:
    try:
        asked = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        # What can't be decoded is no document, and has no places.
        told = _unreadable("The body", error) if error.doc or not body else "The body is not UTF-8."
        raise NotAsked(400, told) from None
    if isinstance(asked, list):
        raise NotAsked(400, "Batches are not taken; send one operation a request.")
    return asked


def _from_query(query_string: bytes) -> Any:
    asked: dict[str, Any] = dict(QueryParams(query_string))
    for name in ("variables", "extensions"):
        if name in asked:
            try:
                asked[name] = orjson.loads(asked[name])
            except orjson.JSONDecodeError as error:
                raise NotAsked(400, _unreadable(f"The parameter `{name}`", error)) from None
    return asked


def _unreadable(what: str, error: orjson.JSONDecodeError) -> str:
    """Where it stops being JSON, or has a number that no float can hold; not in the parser's words, which are about
    itself."""
    return f"{what} can't be read as JSON at line {error.lineno}, column {error.colno}."


def _operation(asked: Any, documents: Documents) -> Operation:
    if not isinstance(asked, dict):
        raise NotAsked(400, _NO_QUERY)
    extensions, variables, name = asked.get("extensions"), asked.get("variables"), asked.get("operationName")
    if extensions is not None and not isinstance(extensions, dict):
        raise NotAsked(400, "`extensions` is an object.")
    query, hash_ = documents.named(asked)
    if not isinstance(query, str) or not query or query.isspace():
        raise NotAsked(400, _NO_QUERY)
    if variables is not None and not isinstance(variables, dict):
        raise NotAsked(400, "`variables` is an object.")
    if name is not None and not isinstance(name, str):
        raise NotAsked(400, "`operationName` is a text.")
    cost = extensions is not None and extensions.get("cost") is True
    return Operation(query, variables, name or None, hash_, cost)


def _with_cost(answer: Answer, limit: int) -> Answer:
    """The answer with `extensions.cost`, where its cost is known. Its bytes end with the brace of an object that
    holds something and no extensions."""
    if answer.cost is None:
        return answer
    told = b'{"requested":%d,"limit":%d}' % (answer.cost, limit)
    return replace(answer, body=answer.body[:-1] + b',"extensions":{"cost":' + told + b"}}")


def refused(head: RequestHead, status: int, message: str, headers: Mapping[str, str]) -> Response:
    """The answer to a request that is refused before it reaches the door, in the door's form."""
    made = _refusal(NotAsked(status, message), _media_type(head))
    found = {name.decode(): value.decode() for name, value in headers_of(made.head)}
    return Response(made.body, status, {**found, **headers})


def _refusal(error: NotAsked, media_type: bytes) -> Reply:
    headers = ((b"allow", error.allow.encode()),) if error.allow else ()
    return reply(failed(error.status, error.code, str(error)), media_type, vary=_VARY, get=False, headers=headers)


def _unauthenticated(error: BadCredentials, media_type: bytes) -> Reply:
    answer = failed(401, Code.UNAUTHENTICATED, str(error))
    challenge = ((b"www-authenticate", error.challenge.encode()),)
    return reply(answer, media_type, vary=_VARY, get=False, headers=challenge)


def _media_type(head: RequestHead) -> bytes:
    """The newer media type where a client names it, else JSON."""
    return _GRAPHQL if head.accept and _GRAPHQL in head.accept.lower() else _JSON


def _wants_plain_json(head: RequestHead) -> bool:
    """Whether a client names JSON and not the newer media type. To such a client a status other than 200 means that
    no GraphQL server answered, so `errors` alone tell it of a refused document (GraphQL over HTTP, the appendix on
    application/json)."""
    accept = head.accept.lower()
    return _JSON in accept and _GRAPHQL not in accept
