"""GraphQL over HTTP: what is a request, what is none, and the one form that every answer has."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import urlencode

import httpx2
import orjson
import pytest
from starlette.applications import Starlette
from starlette.types import Message

from api.documents import Documents
from api.graphql import Reading, graphql
from api.kept import Kept
from api.logs import AccessLog
from api.middleware import Entrance
from db.current import Current
from db.pool import Database
from db.statements import statements
from schema.build import build_schema
from schema.execute import Executor
from tests.graphql_answers import read
from tests.services import client_of

SCHEMA = build_schema()
NEW, OLD = "application/graphql-response+json", "application/json"
ASKED = {"query": "{__typename}"}
ANSWER = {"data": {"__typename": "Query"}}


def door(database: Database) -> Starlette:
    """The door alone."""
    app = Starlette()
    head = Current(database, statements("changes")["place"], "head")
    app.state.reading = Reading(Executor(SCHEMA, database), Documents(), Kept(head, 1_000_000), cache_seconds=0)
    app.middleware_stack = Entrance(
        app.router,
        access=AccessLog("error", "json"),
        max_body_bytes=1_000_000,
        direct={"/graphql": graphql},
        refusals={},
    )
    return app


@pytest.fixture
async def closed() -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the endpoint on a database that does not exist: what is refused is refused without it."""
    database = await Database.open("postgresql://nobody@127.0.0.1:1/nothing", application_name="nowhere")
    async with client_of(door(database)) as made:
        yield made
    await database.close()


@pytest.fixture
async def open_(database: Database) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the endpoint on an empty database."""
    async with client_of(door(database)) as made:
        yield made


def errors(response: httpx2.Response) -> list[str]:
    """The messages of an answer without data, its form checked."""
    assert response.headers["content-type"] in (f"{OLD}; charset=utf-8", f"{NEW}; charset=utf-8")
    assert response.headers["vary"] == "Accept, Accept-Encoding, Authorization, X-Api-Key"
    assert int(response.headers["content-length"]) == len(response.content)
    body = read(response.content)
    assert "data" not in body
    return [error["message"] for error in body["errors"]]


async def test_post_and_get_answer(open_: httpx2.AsyncClient) -> None:
    asked: list[Mapping[str, Any]] = [
        ASKED,
        ASKED | {"variables": None, "operationName": None, "extensions": None},
        ASKED | {"variables": {}, "operationName": "", "extensions": {}},
        ASKED | {"variables": {"unused": [1, None, "x"]}, "extensions": {"anything": 1}, "unknown": True},
        {"query": "query A{__typename} query B{x:__typename}", "operationName": "A"},
        {"query": "query($y:Boolean!){__typename x:__typename @skip(if:$y)}", "variables": {"y": True}},
    ]
    for each in asked:
        response = await open_.post("/graphql", json=each)
        assert (response.status_code, response.json()) == (200, ANSWER)
        texts = {key: value if isinstance(value, str) else orjson.dumps(value) for key, value in each.items()}
        query = urlencode({key: text for key, text in texts.items() if text != b"null"})
        response = await open_.get(f"/graphql?{query}")
        assert (response.status_code, response.json()) == (200, ANSWER)


COSTED = {"extensions": {"cost": True}}


@pytest.mark.parametrize(
    ("asked", "status", "cost"),
    [
        (ASKED, 200, 0),
        ({"query": "{articles(first:7){nodes{id headline}}}"}, 200, 41),
        ({"query": "query($n:Int){articles(first:$n){nodes{id}}}", "variables": {"n": 7}}, 200, 42),
        ({"query": '{a:articles(after:"x"){nodes{id}} b:topics{totalCount}}'}, 200, 181),
        ({"query": "{__schema{queryType{name}}}"}, 200, 2),
        ({"query": "{__schema{queryType{name}} articles{nodes{id}}}"}, 200, 45),
        ({"query": "query($n:Int){articles(first:$n){nodes{id}}}", "variables": {"n": "x"}}, 400, None),
        ({"query": "{nothing}"}, 400, None),
        ({"query": "{"}, 400, None),
    ],
)
async def test_the_cost_is_told_where_it_is_asked_for(
    asked: dict[str, Any], status: int, cost: int | None, open_: httpx2.AsyncClient
) -> None:
    silent = await open_.post("/graphql", json=asked | {"extensions": {"cost": "yes"}})
    assert silent.status_code == status
    told = {"cost": {"requested": cost, "limit": 5_000}}
    expected = silent.json() if cost is None else silent.json() | {"extensions": told}
    response = await open_.post("/graphql", json=asked | COSTED)
    assert (response.status_code, read(response.content)) == (status, expected)
    texts = {key: value if isinstance(value, str) else orjson.dumps(value) for key, value in (asked | COSTED).items()}
    assert read((await open_.get(f"/graphql?{urlencode(texts)}")).content) == expected


async def test_what_costs_too_much_is_told_what_to_lower(closed: httpx2.AsyncClient) -> None:
    document = "{topics(first:50){nodes{latest:articles(first:100){nodes{comments{nodes{id}}}}}} sources{nodes{id}}}"
    response = await closed.post("/graphql", json={"query": document} | COSTED)
    assert response.status_code == 400
    assert read(response.content) == {
        "errors": [
            {
                "message": "The operation costs 11,173 points; at most 5,000 are allowed. 10,540 of them are for"
                " 'topics.latest.comments': ask for less in it, or lower `first` or `last` of it or of a list around"
                " it.",
                "extensions": {"code": "COST_EXCEEDED", "cost": {"requested": 11_173, "limit": 5_000}},
            }
        ]
    }


async def test_text_arrives_as_it_was_sent(open_: httpx2.AsyncClient) -> None:
    document = "query($a:String!){topics(filter:{nameContains:$a}){totalCount}}"
    for text in ("港", "👩‍🚒", '"\\\n\t\u2028', "a&b=c+d%20", "\0"):
        asked = {"query": document, "variables": {"a": text}}
        assert (await open_.post("/graphql", json=asked)).json() == {"data": {"topics": {"totalCount": 0}}}
        query = urlencode({"query": document, "variables": orjson.dumps({"a": text})})
        assert (await open_.get(f"/graphql?{query}")).json() == {"data": {"topics": {"totalCount": 0}}}


@pytest.mark.parametrize(
    ("content_type", "is_one"),
    [
        ("application/json", True),
        ("Application/JSON", True),
        ("application/json;", True),
        ("application/json; charset=utf-8", True),
        ("application/json;charset=UTF-8", True),
        ('application/json; charset="utf-8"', True),
        ("application/json; charset=utf-16", False),
        ("application/json; charset=latin1", False),
        ("text/json", False),
        ("text/plain", False),
        ("text/plain; application/json", False),
        ("application/x-www-form-urlencoded", False),
        ("multipart/form-data; boundary=x", False),
        ("application/graphql", False),
        ("application/graphql+json", False),
        ("application/jsonp", False),
        ("*/*", False),
        ("", False),
        (None, False),
    ],
)
async def test_only_json_is_taken(content_type: str | None, is_one: bool, closed: httpx2.AsyncClient) -> None:
    headers = {} if content_type is None else {"content-type": content_type}
    response = await closed.post("/graphql", content=b'{"query": "{"}', headers=headers)
    assert response.status_code == (400 if is_one else 415)
    if not is_one:
        assert errors(response) == ["Send the operation as application/json."]


UNREADABLE = "The body can't be read as JSON at line N, column N."
PLACE = re.compile(r"line \d+, column \d+")
NO_REQUESTS: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", UNREADABLE),
    "half": (b'{"query": "{__typ', UNREADABLE),
    "no JSON": (b"query=%7B__typename%7D", UNREADABLE),
    "two": (b'{"query":"{__typename}"}{}', UNREADABLE),
    "NaN": (b'{"query":"{__typename}","variables":{"a":NaN}}', UNREADABLE),
    "infinity": (b'{"query":"{__typename}","variables":{"a":-Infinity}}', UNREADABLE),
    "too large a number": (
        b'{"query":"{__typename}","variables":{"a":1e999}}',
        UNREADABLE,
    ),
    "comment": (b'{"query":"{__typename}"} // x', UNREADABLE),
    "not UTF-8": (b'{"query":"{__typename}","operationName":"\xff\xfe"}', "The body is not UTF-8."),
    "UTF-16": ('{"query":"{__typename}"}'.encode("utf-16"), "The body is not UTF-8."),
    "lone surrogate": (b'{"query":"\\ud800"}', UNREADABLE),
    "raw NUL": (b'{"query":"\0"}', UNREADABLE),
    "half a million brackets": (b"[" * 500_000, UNREADABLE),
    "half a million nested arrays": (b"[" * 250_000 + b"]" * 250_000, UNREADABLE),
    "half a million nested objects": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, UNREADABLE),
    "deep variables": (
        b'{"query":"{__typename}","variables":{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}}",
        UNREADABLE,
    ),
    "a batch": (b'[{"query":"{__typename}"}]', "Batches are not taken; send one operation a request."),
    "an empty batch": (b"[]", "Batches are not taken; send one operation a request."),
    "null": (b"null", "Name the operation in `query`, as text."),
    "a number": (b"1", "Name the operation in `query`, as text."),
    "a text": (b'"{__typename}"', "Name the operation in `query`, as text."),
    "an empty object": (b"{}", "Name the operation in `query`, as text."),
    "no query": (b'{"query":null}', "Name the operation in `query`, as text."),
    "an empty query": (b'{"query":""}', "Name the operation in `query`, as text."),
    "a blank query": (b'{"query":" \\n"}', "Name the operation in `query`, as text."),
    "a query of numbers": (b'{"query":1}', "Name the operation in `query`, as text."),
    "a list of queries": (b'{"query":["{__typename}"]}', "Name the operation in `query`, as text."),
    "a persisted query": (
        b'{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"00"}}}',
        "`sha256Hash` is a SHA-256 in hexadecimal.",
    ),
    "variables as text": (b'{"query":"{__typename}","variables":"{}"}', "`variables` is an object."),
    "variables as list": (b'{"query":"{__typename}","variables":[]}', "`variables` is an object."),
    "variables as false": (b'{"query":"{__typename}","variables":false}', "`variables` is an object."),
    "a name that is none": (b'{"query":"{__typename}","operationName":0}', "`operationName` is a text."),
    "a name in a list": (b'{"query":"{__typename}","operationName":["A"]}', "`operationName` is a text."),
    "extensions as text": (b'{"query":"{__typename}","extensions":"x"}', "`extensions` is an object."),
    "extensions as list": (b'{"query":"{__typename}","extensions":[]}', "`extensions` is an object."),
    "extensions as zero": (b'{"query":"{__typename}","extensions":0}', "`extensions` is an object."),
}


@pytest.mark.parametrize("case", NO_REQUESTS)
async def test_what_is_no_request_is_refused(case: str, closed: httpx2.AsyncClient) -> None:
    body, message = NO_REQUESTS[case]
    response = await closed.post("/graphql", content=body, headers={"content-type": OLD})
    assert response.status_code == 400
    assert [PLACE.sub("line N, column N", told) for told in errors(response)] == [message]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ("", "Name the operation in `query`, as text."),
        ("query=", "Name the operation in `query`, as text."),
        ("QUERY={__typename}", "Name the operation in `query`, as text."),
        ("query={__typename}&variables=x", "The parameter `variables` can't be read as JSON at line N, column N."),
        ("query={__typename}&variables=", "The parameter `variables` can't be read as JSON at line N, column N."),
        ("query={__typename}&variables={a:1}", "The parameter `variables` can't be read as JSON at line N, column N."),
        (
            "query={__typename}&variables={%22a%22:NaN}",
            "The parameter `variables` can't be read as JSON at line N, column N.",
        ),
        ("query={__typename}&variables=[]", "`variables` is an object."),
        ("query={__typename}&variables=1", "`variables` is an object."),
        ("query={__typename}&extensions=x", "The parameter `extensions` can't be read as JSON at line N, column N."),
        ("query={__typename}&extensions=[]", "`extensions` is an object."),
        ("query={", "Syntax Error: Expected Name, found <EOF>."),
        ("query=%ff%fe", "Syntax Error: Unexpected character: U+FFFD."),
        ("query={__typename}&operationName=A", "The document holds no operation named 'A'."),
    ],
)
async def test_what_is_no_request_by_get_is_refused(parameters: str, message: str, closed: httpx2.AsyncClient) -> None:
    response = await closed.get(f"/graphql?{parameters}")
    assert response.status_code == 400
    assert [PLACE.sub("line N, column N", told) for told in errors(response)] == [message]


@pytest.mark.parametrize(
    ("body", "line", "column"),
    [
        ("", 1, 1),
        ('{"query": "{__typ', 1, 18),
        ('{\n "query": "{__typename}",\n "variables": x}', 3, 15),
        ('{"operationName":"日本語😀", x}', 1, 26),
        ('{"query":"{__typename}","variables":{"a":1e999}}', 1, 42),
    ],
)
async def test_what_is_no_json_is_told_its_place(body: str, line: int, column: int, closed: httpx2.AsyncClient) -> None:
    response = await closed.post("/graphql", content=body.encode(), headers={"content-type": OLD})
    assert errors(response) == [f"The body can't be read as JSON at line {line}, column {column}."]
    if body:
        response = await closed.get("/graphql", params={"query": "{__typename}", "variables": body})
        assert errors(response) == [f"The parameter `variables` can't be read as JSON at line {line}, column {column}."]


@pytest.mark.parametrize(
    "document",
    [
        "mutation{postComment{id}}",
        "mutation A{nothing}",
        "subscription{changed{id}}",
        "query A{__typename} mutation B{x}",
    ],
)
async def test_only_queries_are_answered_over_get(document: str, closed: httpx2.AsyncClient) -> None:
    response = await closed.get("/graphql", params={"query": document})
    assert response.status_code == 405
    assert response.headers["allow"] == "POST"
    assert errors(response) == ["Only queries are answered over GET; send this by POST."]
    response = await closed.post("/graphql", json={"query": document})
    assert response.status_code == 400
    assert errors(response)


async def test_a_mutation_over_get_is_refused_before_it_is_looked_at(closed: httpx2.AsyncClient) -> None:
    document = 'mutation{addReaction(input:{commentId:"c_1"}){errors{code}}}'
    response = await closed.get("/graphql", params={"query": document})
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert (await closed.post("/graphql", json={"query": document})).json()["errors"][0]["extensions"] == {
        "code": "UNAUTHENTICATED"
    }


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
async def test_other_methods_are_refused(method: str, closed: httpx2.AsyncClient) -> None:
    response = await closed.request(method, "/graphql", content=b'{"query":"{__typename}"}')
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, POST"
    assert errors(response) == ["Send operations by POST, or queries by GET."]


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, OLD),
        ("*/*", OLD),
        ("application/json", OLD),
        ("text/html, application/json", OLD),
        ("nonsense", OLD),
        ("application/graphql-response+json", NEW),
        ("APPLICATION/GraphQL-Response+JSON", NEW),
        ("application/graphql-response+json, application/json;q=0.9", NEW),
        ("application/json, application/graphql-response+json", NEW),
    ],
)
async def test_the_media_type_is_what_is_accepted(
    accept: str | None, media_type: str, closed: httpx2.AsyncClient
) -> None:
    headers = {"accept": accept} if accept is not None else {}
    if accept is None:
        closed.headers.pop("accept")
    for response in (
        await closed.post("/graphql", json={"query": "{"}, headers=headers),
        await closed.get("/graphql", params={"query": "{"}, headers=headers),
        await closed.post("/graphql", content=b"", headers=headers),
        await closed.put("/graphql", headers=headers),
    ):
        assert response.headers["content-type"] == f"{media_type}; charset=utf-8"
        assert errors(response)


async def test_several_accept_headers_are_one(closed: httpx2.AsyncClient) -> None:
    headers = [("accept", "application/json"), ("accept", NEW)]
    response = await closed.post("/graphql", json={"query": "{"}, headers=headers)
    assert response.headers["content-type"] == f"{NEW}; charset=utf-8"


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        (NEW, 400),
        (f"{NEW}, {OLD};q=0.9", 400),
        ("*/*", 400),
        (OLD, 200),
        ("Application/JSON, text/plain, */*", 200),
    ],
)
async def test_a_document_that_is_refused_is_200_where_only_plain_json_is_accepted(
    accept: str, status: int, closed: httpx2.AsyncClient
) -> None:
    for document in ("{", "{nothing}", "query($id:ID!){node(id:$id){id}}"):
        response = await closed.post("/graphql", json={"query": document}, headers={"accept": accept})
        assert response.status_code == status
        assert errors(response)
    for body in (b"{", b"[]", b'{"query":1}'):
        response = await closed.post("/graphql", content=body, headers={"accept": accept, "content-type": OLD})
        assert response.status_code == 400
    assert (await closed.get("/graphql?query=mutation{x}", headers={"accept": accept})).status_code == 405


async def test_a_database_that_is_away_is_503(closed: httpx2.AsyncClient) -> None:
    response = await closed.post("/graphql", json={"query": "{topics{totalCount}}"})
    assert response.status_code == 503
    assert response.headers["retry-after"] == "1"
    assert errors(response) == ["The database can't be reached. Try again."]


async def test_a_client_that_leaves_gets_no_answer(closed: httpx2.AsyncClient) -> None:
    sent: list[Message] = []
    received: list[Message] = [
        {"type": "http.request", "body": b'{"query":', "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Message:
        return received.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "headers": [(b"content-type", b"application/json")],
        "query_string": b"",
    }
    await closed._transport.app(scope, receive, send)  # type: ignore[attr-defined]  # the app that the fixture made
    assert sent == []


async def test_the_whole_application_answers_alike(client: httpx2.AsyncClient) -> None:
    response = await client.post("/graphql", json=ASKED)
    assert (response.status_code, response.json()) == (200, ANSWER)
    # No other origin is let in.
    response = await client.post("/graphql", json=ASKED, headers={"origin": "https://elsewhere.example"})
    assert not [name for name in response.headers if name.startswith("access-control")]
    response = await client.options(
        "/graphql", headers={"origin": "https://elsewhere.example", "access-control-request-method": "POST"}
    )
    assert response.status_code == 405
    response = await client.post("/graphql", content=b"x" * 2_000_000, headers={"content-type": OLD})
    assert response.status_code == 413
    response = await client.post("/graphql", content=b"x", headers={"content-type": OLD, "content-encoding": "gzip"})
    assert response.status_code == 415


async def test_many_at_once_get_each_their_own(open_: httpx2.AsyncClient) -> None:
    async def ask(number: int) -> Any:
        return (await open_.post("/graphql", json={"query": f"{{a{number}: __typename}}"})).json()

    answers = await asyncio.gather(*map(ask, range(50)))
    assert answers == [{"data": {f"a{number}": "Query"}} for number in range(50)]
