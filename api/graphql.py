"""GraphQL over HTTP: GET for queries, POST with JSON. Everything about operations themselves is the executor's."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson
from starlette.datastructures import Headers, QueryParams
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from schema.errors import Code
from schema.execute import Answer, Executor

_GRAPHQL = "application/graphql-response+json"
_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Operation:
    """What a request asks for."""

    query: str
    variables: Mapping[str, Any] | None
    name: str | None


class NotAsked(Exception):
    """A request that holds no operation. status: HTTP's; allow: methods, where the method is the fault."""

    def __init__(self, status: int, message: str, allow: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.allow = allow


class GraphQLEndpoint:
    """The ASGI endpoint of /graphql; the executor is `app.state.executor`."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        executor: Executor = scope["app"].state.executor
        headers = Headers(scope=scope)
        try:
            operation = await _operation(scope, receive, headers)
            if scope["method"] == "GET" and not executor.is_query(operation.query, operation.name):
                raise NotAsked(405, "Only queries are answered over GET; send this by POST.", "POST")
            answer = await executor.execute(operation.query, operation.variables, operation.name)
            if answer.status == executor.refused_status and _wants_plain_json(headers):
                answer = replace(answer, status=200)
            allow = ""
        except NotAsked as error:
            answer, allow = _refusal(error), error.allow
        except ClientDisconnect:
            return  # before its body was here: nobody waits for an answer
        await _send(send, answer, _media_type(",".join(headers.getlist("accept"))), allow)


async def _operation(scope: Scope, receive: Receive, headers: Headers) -> Operation:
    method = scope["method"]
    if method == "GET":
        return _from_query(QueryParams(scope["query_string"]))
    if method != "POST":
        raise NotAsked(405, "Send operations by POST, or queries by GET.", "GET, POST")
    content_type, _, charset = headers.get("content-type", "").lower().partition(";")
    if content_type.strip() != _JSON or charset.replace(" ", "") not in ("", "charset=utf-8", 'charset="utf-8"'):
        raise NotAsked(415, "Send the operation as application/json.")
    body = await Request(scope, receive).body()
    try:
        asked = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise NotAsked(400, "The body is not JSON.") from None
    if isinstance(asked, list):
        raise NotAsked(400, "Batches are not taken; send one operation a request.")
    return _checked(asked)


def _from_query(parameters: QueryParams) -> Operation:
    asked: dict[str, Any] = dict(parameters)
    for name in ("variables", "extensions"):
        if name in asked:
            try:
                asked[name] = orjson.loads(asked[name])
            except orjson.JSONDecodeError:
                raise NotAsked(400, f"The parameter `{name}` is not JSON.") from None
    return _checked(asked)


def _checked(asked: Any) -> Operation:
    if not isinstance(asked, dict) or not isinstance(asked.get("query"), str) or not asked["query"].strip():
        raise NotAsked(400, "Name the operation in `query`, as text.")
    variables, name = asked.get("variables"), asked.get("operationName")
    if variables is not None and not isinstance(variables, dict):
        raise NotAsked(400, "`variables` is an object.")
    if name is not None and not isinstance(name, str):
        raise NotAsked(400, "`operationName` is a text.")
    if not isinstance(asked.get("extensions"), dict | None):
        raise NotAsked(400, "`extensions` is an object.")
    return Operation(asked["query"], variables, name or None)


def refused(scope: Scope, status: int, message: str, headers: Mapping[str, str]) -> Response:
    """The answer to a request that is refused before it reaches the endpoint, in the endpoint's form."""
    media_type = _media_type(",".join(Headers(scope=scope).getlist("accept")))
    return Response(
        _refusal(NotAsked(status, message)).body,
        status,
        headers={"Content-Type": f"{media_type}; charset=utf-8", "Vary": "Accept", **headers},
    )


def _refusal(error: NotAsked) -> Answer:
    body = {"errors": [{"message": str(error), "extensions": {"code": str(Code.BAD_REQUEST)}}]}
    return Answer(error.status, orjson.dumps(body))


def _media_type(accept: str) -> str:
    """The newer media type where a client names it, else JSON."""
    return _GRAPHQL if _GRAPHQL in accept.lower() else _JSON


def _wants_plain_json(headers: Headers) -> bool:
    """Whether a client names JSON and not the newer media type. To such a client a status other than 200 means that
    no GraphQL server answered, so `errors` alone tell it of a refused document (GraphQL over HTTP, the appendix on
    application/json)."""
    accept = ",".join(headers.getlist("accept")).lower()
    return _JSON in accept and _GRAPHQL not in accept


async def _send(send: Send, answer: Answer, media_type: str, allow: str) -> None:
    headers = [
        (b"content-type", f"{media_type}; charset=utf-8".encode()),
        (b"content-length", str(len(answer.body)).encode()),
        (b"vary", b"Accept"),
    ]
    if allow:
        headers.append((b"allow", allow.encode()))
    if answer.retry_after is not None:
        headers.append((b"retry-after", str(answer.retry_after).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
