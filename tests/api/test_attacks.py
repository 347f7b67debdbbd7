"""What is sent to take the service down or to get at what is inside, and what becomes of it, over real HTTP.

The tables follow the list of attacks on documents, transport and input. What is refused is sent to a server whose
database does not exist: had it needed a single statement, the answer would be 503. Each is refused, or answered, within
100 ms of a processor. More of each kind is in tests/schema/test_document.py and test_inputs.py, without a server.
"""

import asyncio
import gzip
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import httpx2
import orjson
import pytest
from graphql import get_introspection_query

from api.settings import Settings
from api.tokens import make
from tests.conftest import EDITION, PREFIX
from tests.databases import administer, at, execute
from tests.graphql_answers import codes, read
from tests.pace import slowness
from tests.processes import PROC
from tests.services import PLENTY, answers, broadsheet, free_port

WITHIN = 0.1
JSON = {"content-type": "application/json"}


@dataclass(frozen=True, slots=True)
class Server:
    url: str
    pid: int

    def spent(self) -> float:
        """Seconds of a processor that the server has used; where that can't be read, seconds of the clock."""
        if not (PROC / "self").exists():
            return time.monotonic()
        fields = (PROC / str(self.pid) / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def running(**settings: str) -> Iterator[Server]:
    port = free_port()
    with broadsheet("serve", port=str(port), log_level="error", **settings) as process:
        yield Server(f"http://127.0.0.1:{port}", process.pid)


NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server without a database, with introspection switched off."""
    with running(database_url=NOWHERE, introspection="false", receive_seconds="1") as server:
        asyncio.run(answers(f"{server.url}/livez"))
        yield server


async def asked(
    server: Server, body: bytes, within: float = WITHIN, headers: dict[str, str] | None = None
) -> httpx2.Response:
    """The answer to a body, which came within the time; it is sent anew, with a space more, where it did not."""
    best = 9.0
    async with httpx2.AsyncClient(timeout=20) as client:
        for spaces in range(5):
            began = server.spent()
            response = await client.post(
                f"{server.url}/graphql", content=body + b" " * spaces, headers=JSON | (headers or {})
            )
            best = min(best, (server.spent() - began) / slowness())
            if best <= within:
                return response
    raise AssertionError(f"{best * 1000:.0f} ms")


def of(query: str, variables: Any = None) -> bytes:
    return orjson.dumps({"query": query} if variables is None else {"query": query, "variables": variables})


# No topic is called so.
NONE = '{topics(filter:{nameContains:"nothing of the kind"}){nodes{INNER}}}'


def fan(levels: int, spread: str) -> str:
    """A chain of fragments, each of which asks twice for the next."""
    chain = "".join(f"fragment F{n} on Topic{{{spread.replace('NEXT', f'F{n + 1}')}}}" for n in range(levels))
    return NONE.replace("INNER", "...F0") + chain + f"fragment F{levels} on Topic{{id}}"


NAMED = "query($name:String!){topics(filter:{nameContains:$name}){totalCount}}"
FILTERED = "query($filter:ArticleFilter){articles(filter:$filter){totalCount}}"
DEEP = b"[" * 200_000 + b"]" * 200_000
BAD, COSTLY = "BAD_REQUEST", "COST_EXCEEDED"

# attack: what is sent, the status and the code of the refusal.
DOCUMENTS: dict[str, tuple[bytes, int, str]] = {
    "many aliases": (of("{" + "".join(f"a{n}:__typename " for n in range(600)) + "}"), 400, BAD),
    "many aliases below": (of("{topics{nodes{" + "".join(f"a{n}:id " for n in range(31)) + "}}}"), 400, BAD),
    "many root fields": (of("{" + "".join(f"a{n}:topics{{totalCount}} " for n in range(21)) + "}"), 400, BAD),
    "a batch": (orjson.dumps([{"query": "{__typename}"}] * 1_000), 400, BAD),
    "a batch of one": (b'[{"query":"{__typename}"}]', 400, BAD),
    "many directives": (of("{__typename " + "@skip(if:false)" * 20_000 + "}"), 400, BAD),
    "51 directives": (of("{" + "__typename @skip(if:false) " * 51 + "}"), 400, BAD),
    "breadth times depth": (
        of("{articles(first:100){nodes{comments(first:100){nodes{replies(first:100){nodes{id}}}}}}}"),
        400,
        COSTLY,
    ),
    "breadth times depth, by variables": (
        of(
            "query($n:Int){topics(first:$n){nodes{articles(first:$n){nodes{comments(first:$n){nodes{id}}}}}}}",
            {"n": 100},
        ),
        400,
        COSTLY,
    ),
    "breadth many times": (
        of("{" + "".join(f"a{n}:articles(first:100){{nodes{{body comments(first:20){{nodes{{body}}}}}}}}"
                         for n in range(20)) + "}"),
        400,
        COSTLY,
    ),
    "counts within lists": (of("{topics(first:100){nodes{articles{totalCount}}}}"), 400, COSTLY),
    "searches many times": (
        of("{" + "".join(f'a{n}:search(query:"the"){{totalCount}}' for n in range(20)) + "}"), 400, COSTLY
    ),
    "texts in or": (
        of('{articles(filter:{or:[' + '{matching:"a"}' * 9 + "]}){totalCount}}"), 400, COSTLY
    ),
    "a fragment cycle": (of("{...A} fragment A on Query{...B} fragment B on Query{...A}"), 400, BAD),
    "a fragment that spreads itself": (of("{...A} fragment A on Query{...A}"), 400, BAD),
    "fragment fan-out of objects": (of(fan(12, "a:broader{...NEXT} b:broader{...NEXT}")), 400, COSTLY),
    "fragment fan-out of short lists": (of(fan(6, "broader{...NEXT} narrower{...NEXT}")), 400, COSTLY),
    "overlapping fields": (of("{articles{nodes{" + "body(as:HTML)" * 320 + "}}}"), 400, BAD),
    "overlapping objects": (of("{topics{nodes{" + "broader{broader{id}}" * 240 + "}}}"), 400, BAD),
    "fields in conflict": (of("{topics{nodes{" + "a:id a:slug " * 15 + "}}}"), 400, BAD),
    "half a million braces": (of("{" * 500_000), 400, BAD),
    "half a million nested fields": (of("{a" * 300_000), 400, BAD),
    "deep literals": (of("{articles(filter:{matching:" + "[" * 190 + "1" + "]" * 190 + "}){totalCount}}"), 400, BAD),
    "deeper literals": (of("{nodes(ids:" + "[" * 500_000 + "){id}}"), 400, BAD),
    "a deep filter": (of("{articles(filter:{not:" + "{not:" * 50 + "{}" + "}" * 51 + "){totalCount}}"), 200, BAD),
    "a deeper filter": (of("{articles(filter:{not:" + "{not:" * 80 + "{}" + "}" * 81 + "){totalCount}}"), 400, BAD),
    "marks to put in order": (of(NAMED, {"name": "\u0301" * 8_000 + "\u0316" * 8_000}), 200, BAD),
    "letters that become many": (of(NAMED, {"name": "\ufdfa" * 300_000}), 200, BAD),
    "lines before what is wrong": (of("{" + "\n" * 90_000 + " ".join(f"a{n}" for n in range(20)) + "}"), 400, BAD),
    "long variables with many faults": (
        of(FILTERED, {"filter": {"matching": "\x7f" * 900_000} | {f"a{n}": 1 for n in range(60)}}), 400, BAD
    ),
    "a negative first": (of("{articles(first:-1){nodes{id}}}"), 200, BAD),
    "a huge first": (of("{articles(first:2147483647){nodes{id}}}"), 200, BAD),
    "a first beyond numbers": (of("{articles(first:" + "9" * 40 + "){nodes{id}}}"), 400, BAD),
    "a huge first by a variable": (of("query($n:Int){articles(first:$n){nodes{id}}}", {"n": 10**6}), 200, BAD),
    "huge variables": (of("query($i:[ID!]!){nodes(ids:$i){id}}", {"i": ["a"] * 60_000}), 400, BAD),
    "huge variables that nobody asked for": (of("{__typename}", {"x": [{}] * 60_000}), 400, BAD),
    "a huge text": (of("query($q:String!){search(query:$q){totalCount}}", {"q": "x " * 300_000}), 200, "BAD_QUERY"),
    "very deep JSON": (b'{"query":"{__typename}","variables":{"a":' + DEEP + b"}}", 400, BAD),
    "very deep JSON alone": (DEEP, 400, BAD),
    "NaN": (b'{"query":"query($f:Float){__typename}","variables":{"f":NaN}}', 400, BAD),
    "Infinity": (b'{"query":"{__typename}","variables":{"f":-Infinity}}', 400, BAD),
    "introspection that is off": (of("{__schema{types{name}}}"), 400, BAD),
    "introspection in a fragment": (of('{...{...F}} fragment F on Query{__type(name:"A"){name}}'), 400, BAD),
    "a mutation": (of("mutation{postComment(input:{}){id}}"), 400, BAD),
    "a subscription": (of("subscription{changed{id}}"), 400, BAD),
    "a cursor that is none": (of('{articles(after:"\' or 1=1 --"){nodes{id}}}'), 200, "BAD_CURSOR"),
    "an id of the wrong type": (of("query($i:ID!){node(id:$i){id}}", {"i": {"a": 1}}), 400, BAD),
    "a number that overflows": (of("query($n:Int){articles(first:$n){nodes{id}}}", {"n": 2**63}), 400, BAD),
    "a time that is none": (of('{articles(filter:{changedTo:"2026-99-99"}){totalCount}}'), 400, BAD),
}  # fmt: skip


@pytest.mark.parametrize("attack", DOCUMENTS)
async def test_a_document_is_refused_without_a_statement(attack: str, server: Server) -> None:
    body, status, code = DOCUMENTS[attack]
    assert len(body) <= Settings().max_body_bytes
    response = await asked(server, body)
    assert (response.status_code, set(codes(response.content))) == (status, {code})
    assert all(value is None for value in (read(response.content).get("data") or {}).values())
    assert len(response.content) < 20_000
    assert b"Did you mean" not in response.content


async def test_what_is_not_refused_needs_the_database(server: Server) -> None:
    """Or the tests above would say nothing."""
    assert (await asked(server, of("{topics{totalCount}}"))).status_code == 503


@pytest.mark.parametrize(
    "document",
    [
        "{articels{totalCount}}",
        "{topics{nodes{slugg}}}",
        "{topics(frist:1){totalCount}}",
        "query($a:Topik){topics{totalCount}}",
    ],
)
async def test_nothing_is_suggested(document: str, server: Server) -> None:
    response = await asked(server, of(document))
    assert response.status_code == 400
    assert b"Did you mean" not in response.content


@dataclass(frozen=True, slots=True)
class Sent:
    """A request. raw: what is sent as it stands."""

    method: str = "POST"
    parameters: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=lambda: JSON)
    body: bytes = b'{"query":"{__typename}"}'


BOMB = gzip.compress(bytes(30_000_000))

# attack: what is sent, and the status of the refusal.
TRANSPORT: dict[str, tuple[Sent, int]] = {
    "a mutation over GET": (Sent("GET", {"query": "mutation{postComment{id}}"}), 405),
    "a subscription over GET": (Sent("GET", {"query": "subscription{changed{id}}"}), 405),
    "a mutation among queries over GET": (
        Sent("GET", {"query": "query A{__typename} mutation B{x}", "operationName": "B"}),
        405,
    ),
    "a form": (Sent(headers={"content-type": "application/x-www-form-urlencoded"}, body=b"query={__typename}"), 415),
    "a form with files": (Sent(headers={"content-type": "multipart/form-data; boundary=x"}, body=b"--x--"), 415),
    "text": (Sent(headers={"content-type": "text/plain"}), 415),
    "no content type": (Sent(headers={}), 415),
    "another character set": (Sent(headers={"content-type": "application/json; charset=utf-7"}), 415),
    "a gzip bomb": (Sent(headers=JSON | {"content-encoding": "gzip"}, body=BOMB), 415),
    "a brotli bomb": (Sent(headers=JSON | {"content-encoding": "br"}, body=BOMB), 415),
    "a body just over the limit": (Sent(body=b'{"query":"{__typename}"}'.ljust(1_000_001)), 413),
    "a batch": (Sent(body=b'[{"query":"{__typename}"},{"query":"{__typename}"}]'), 400),
    "an unknown method": (Sent("PUT"), 405),
    "a GET without an operation": (Sent("GET", {"variables": "{}"}), 400),
}


@pytest.mark.parametrize("attack", TRANSPORT)
async def test_a_request_is_refused_for_its_form(attack: str, server: Server) -> None:
    sent, status = TRANSPORT[attack]
    get = sent.method == "GET"
    query = f"?{urlencode(sent.parameters)}" if sent.parameters else ""
    async with httpx2.AsyncClient(timeout=20) as client:
        response = await client.request(
            sent.method,
            f"{server.url}/graphql{query}",
            content=None if get else sent.body,
            headers={} if get else sent.headers,
        )
    assert response.status_code == status
    assert codes(response.content) == [BAD]
    if status == 405:
        assert response.headers["allow"] in ("POST", "GET, POST")


@pytest.mark.parametrize("method", ["POST", "OPTIONS"])
async def test_another_origin_is_granted_nothing(method: str, server: Server) -> None:
    headers = JSON | {"origin": "https://elsewhere.example", "access-control-request-method": "POST"}
    async with httpx2.AsyncClient() as client:
        response = await client.request(method, f"{server.url}/graphql", content=of("{__typename}"), headers=headers)
    assert not [name for name in response.headers if name.startswith("access-control-")]


HEAD = b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"", b""),
        (b"POST /graphql HTTP/1.1\r\nHost: x\r\n", b"HTTP/1.1 408 "),
        (HEAD + b"Content-Length: 100\r\n\r\n{", b"HTTP/1.1 408 "),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n", b"HTTP/1.1 408 "),
        (HEAD + b"Content-Length: 30000000\r\nExpect: 100-continue\r\n\r\n", b"HTTP/1.1 413 "),
        (HEAD + b"Content-Length: 30000000\r\n\r\n" + b" " * 100_000, b"HTTP/1.1 413 "),
        (HEAD + b"X: " + b"x" * 70_000, b"HTTP/1.1 431 "),
    ],
    ids=[
        "nothing",
        "half a head",
        "half a body",
        "half a chunked body",
        "30 MB announced",
        "30 MB begun",
        "an endless head",
    ],
)
async def test_a_connection_that_is_kept_waiting_is_closed(sent: bytes, status: bytes, server: Server) -> None:
    """Within receive_seconds, which is 1 here."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(server.url.rpartition(":")[2]))
    writer.write(sent)
    got = await asyncio.wait_for(reader.readline(), 10)
    writer.close()
    assert got.startswith(status)


def test_slow_heads_and_bodies_have_less_than_20_seconds() -> None:
    assert Settings().receive_seconds < 20


# -- what is answered, by a server with a database

TOKEN_KEY = "a shared key of more than 32 characters"
UUID = "00000000-0000-7000-8000-000400000001"
BY_ID = "query($i:ID!){node(id:$i){id} nodes(ids:[$i]){id} comment(id:$i){id} article(by:{id:$i}){id}}"
NOTHING = {"node": None, "nodes": [None], "comment": None, "article": None}
BY_SLUG = "query($s:String!){source(by:{slug:$s}){id} topic(by:{slug:$s}){id} author(by:{slug:$s}){id}}"
NO_SLUG = {"source": None, "topic": None, "author": None}
EMPTY = {"articles": {"totalCount": 0}}
FILTERED = "query($s:[String!]){articles(filter:{sources:$s}){totalCount}}"

# attack: what is sent, and the data that it is answered with.
ANSWERED: dict[str, tuple[bytes, Any]] = {
    "an id of another type": (of(BY_ID, {"i": f"s_{UUID}"}), NOTHING),
    "an id of no type": (of(BY_ID, {"i": f"z_{UUID}"}), NOTHING),
    "an id without its letter": (of(BY_ID, {"i": UUID}), NOTHING),
    "an id that is a number": (of(BY_ID, {"i": 1}), NOTHING),
    "an id that is a huge number": (of(BY_ID, {"i": 2**62}), NOTHING),
    "an id that is long": (of(BY_ID, {"i": "a_" + "0" * 100_000}), NOTHING),
    "an id of SQL": (of(BY_ID, {"i": "a_'; drop table articles; --"}), NOTHING),
    "an id with NUL": (of(BY_ID, {"i": f"a_\0{UUID}"}), NOTHING),
    "a slug of SQL": (of(BY_SLUG, {"s": "' or 1=1 --"}), NO_SLUG),
    "a slug with NUL": (of(BY_SLUG, {"s": "a\0b"}), NO_SLUG),
    "a slug that is long": (of(BY_SLUG, {"s": "x" * 100_000}), NO_SLUG),
    "a filter of SQL": (of(FILTERED, {"s": ["'); drop table articles; --", "\0"]}), EMPTY),
    "a search of SQL": (of("{search(query:\"x'; drop table articles --y\"){nodes{id}}}"), {"search": {"nodes": []}}),
    "an absent first": (of("{articles{nodes{id}}}"), {"articles": {"nodes": []}}),
    "first that is null": (of("{articles(first:null){nodes{id}}}"), {"articles": {"nodes": []}}),
    "100 levels of fragment fan-out": (of(fan(100, "...NEXT ...NEXT")), {"topics": {"nodes": []}}),
    "12 levels of the same object twice": (of(fan(12, "broader{...NEXT} broader{...NEXT}")), {"topics": {"nodes": []}}),
    "30 aliases": (of("{" + "".join(f"a{n}:__typename " for n in range(20)) + "}"),
                   {f"a{n}": "Query" for n in range(20)}),
    "130 times the same field": (of(NONE.replace("INNER", "id " * 130)), {"topics": {"nodes": []}}),
    "variables that nobody asked for": (of("{__typename}", {"__proto__": {}, "x": [1] * 999}), {"__typename": "Query"}),
}  # fmt: skip


async def test_what_is_answered_finds_nothing(database_url: str) -> None:
    with running(database_url=database_url) as server:
        await answers(f"{server.url}/readyz")
        for attack, (body, data) in ANSWERED.items():
            response = await asked(server, body)
            assert (attack, response.status_code, read(response.content)) == (attack, 200, {"data": data})


async def test_introspection_is_bounded(database_url: str) -> None:
    with running(database_url=database_url) as server:
        await answers(f"{server.url}/readyz")
        response = await asked(server, of(get_introspection_query(descriptions=False)), within=5 * WITHIN)
        assert codes(response.content) == []
        for document in (
            "{__schema{types{fields{type{fields{type{fields{name}}}}}}}}",
            "{" + "".join(f"a{n}:__schema{{types{{fields{{args{{type{{name}}}}}}}}}}" for n in range(20)) + "}",
        ):
            response = await asked(server, of(document))
            assert response.status_code == 400
            assert set(codes(response.content)) <= {BAD, COSTLY}


# Each of the longest that is taken.
COMMENTS = {
    "brackets": "[[](" * 1_000,
    "addresses in brackets": "(http://a.b/(" * 307,
    "addresses without an end": "http://[" * 500,
    "quotes that end at once": "> ```\na\n" * 500,
    "one sign that unfolds to eighteen": "\ufdfa" * 4_000,
    "nothing to see": "&#8203;" * 285,
}
FIELDS = {"previewComment": "query", "postComment": "mutation"}
ASKED = {"previewComment": "findings{rule}", "postComment": "errors{code}"}


@pytest.fixture(scope="module")
def discussed(server_url: str, template: str) -> Iterator[Server]:
    """A server with the fixed edition, in which readers write."""
    name = f"{PREFIX}_{os.getpid()}_attacks"
    url = at(server_url, name)
    asyncio.run(administer(server_url, f"create database {name} template {template} strategy file_copy"))
    asyncio.run(execute(url, EDITION.read_text()))
    with running(database_url=url, token_key=TOKEN_KEY, budget_reader=str(PLENTY)) as server:
        asyncio.run(answers(f"{server.url}/readyz"))
        yield server
    asyncio.run(administer(server_url, f"drop database {name} with (force)"))


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("attack", COMMENTS)
async def test_comments_that_are_long_to_judge_are_judged_at_a_pace(attack: str, field: str, discussed: Server) -> None:
    """Twenty at once cost as much as the two that are judged; the others are refused for their pace."""
    one = f'{field}(input:{{articleId:"a_{UUID}",body:$body}}){{{ASKED[field]}}}'
    body = of(
        f"{FIELDS[field]}($body:String!){{" + "".join(f"a{n}:{one} " for n in range(20)) + "}",
        {"body": COMMENTS[attack]},
    )
    reader = make(TOKEN_KEY, f"{attack}, {field}", name=None, role=None, now=datetime.now(UTC), hours=1)
    response = await asked(discussed, body, 5 * WITHIN, {"Authorization": f"Bearer {reader}"})
    found = read(response.content)
    assert "errors" not in found
    assert response.content.count(b"TOO_FAST") >= 18
