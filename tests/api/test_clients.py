"""Who asks, by what they call themselves: read from headers, counted under bounded labels, named in the access line."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from api.app import create_app
from api.clients import DEPRECATED, OPERATIONS, OTHER, Client, Clients, client_of
from api.documents import Documents
from api.graphql import Reading, graphql
from api.kept import Kept
from api.logs import AccessLog
from api.metrics import metrics
from api.middleware import Entrance
from api.settings import Settings
from db.current import Current
from db.pool import Database
from db.statements import statements
from db.tally import tell
from schema.build import build_schema
from schema.deprecation import deprecated
from schema.execute import Executor
from tests.services import client_of as http_client
from tests.services import written

Headers = Sequence[tuple[bytes, bytes]]
NAME, VERSION = b"apollographql-client-name", b"apollographql-client-version"


@pytest.mark.parametrize(
    ("headers", "client"),
    [
        ([], ("", "")),
        ([(NAME, b"reader-ios"), (VERSION, b"4.2.0")], ("reader-ios", "4.2.0")),
        ([(b"graphql-client-name", b"a"), (b"graphql-client-version", b"1")], ("a", "1")),
        ([(b"x-graphql-client-name", b"a"), (b"x-graphql-client-version", b"1")], ("a", "1")),
        ([(b"x-client-name", b"a"), (b"x-client-version", b"1+b.7_x-2")], ("a", "1+b.7_x-2")),
        ([(NAME, b"Reader (iOS) @acme/app: 2")], ("Reader (iOS) @acme/app: 2", "")),
        ([(VERSION, b"4")], ("", "4")),
        ([(b"x-client-name", b"first"), (NAME, b"second")], ("first", "")),
        ([(b"x-client-name", b"\xff"), (NAME, b"second")], ("", "")),
        ([(NAME, b"x" * 64), (VERSION, b"1" * 32)], ("x" * 64, "1" * 32)),
        ([(NAME, b"x" * 65), (VERSION, b"1" * 33)], ("", "")),
        ([(NAME, b""), (VERSION, b"")], ("", "")),
        ([(NAME, b" a"), (VERSION, b"-1")], ("", "")),
        ([(NAME, b'a"} 1'), (VERSION, b"1 2")], ("", "")),
        ([(NAME, "Zeitung für alle".encode())], ("", "")),
        ([(NAME, b"a\x1b[31m\n"), (VERSION, b"1\n")], ("", "")),
        ([(b"client-name", b"a"), (b"user-agent", b"b"), (b"x-client-name-", b"c")], ("", "")),
    ],
)
def test_a_client_is_what_its_headers_say(headers: Headers, client: tuple[str, str]) -> None:
    assert client_of(headers) == client


def operations() -> dict[tuple[str, str], float]:
    """What is counted, by client and version."""
    tell()
    (metric,) = OPERATIONS.collect()
    return {(s.labels["client"], s.labels["version"]): s.value for s in metric.samples}


def counted(before: dict[tuple[str, str], float]) -> dict[tuple[str, str], float]:
    return {labels: n - before.get(labels, 0) for labels, n in operations().items() if n != before.get(labels, 0)}


async def test_clients_beyond_a_number_are_others() -> None:
    clients = Clients(["many known"])
    before = operations()
    for n in range(200):
        clients.count(Client(f"many {n}", "1"))
    for _ in range(2):
        clients.count(Client("many known", "1"))
        clients.count(Client("many 3", "1"))
        clients.count(Client())
    found = counted(before)
    assert found.pop((OTHER, OTHER)) == 150
    assert found.pop(("many known", "1")) == 2
    assert found.pop(("unnamed", "")) == 2
    assert found.pop(("many 3", "1")) == 3
    assert len(found) == 49
    assert set(found.values()) == {1}


async def test_versions_beyond_a_number_are_others() -> None:
    clients = Clients()
    before = operations()
    for n in range(100):
        clients.count(Client("versions", str(n)))
        clients.count(Client("", str(n)))
    clients.count(Client("versions", "7"))
    clients.count(Client("unnamed", "7"))
    found = counted(before)
    assert found[("versions", OTHER)] == found[("unnamed", OTHER)] == 80
    assert found[("versions", "7")] == found[("unnamed", "7")] == 2
    assert len(found) == 42


async def test_uses_of_what_is_going_are_counted_by_coordinate_and_client() -> None:
    clients = Clients()
    for n in range(60):
        clients.count(Client(f"uses {n}"), ["T.a", "Query.t(x:)"])
    clients.count(Client("uses 1"), ["T.a"])
    (metric,) = DEPRECATED.collect()
    found = {(s.labels["coordinate"], s.labels["client"]): s.value for s in metric.samples if s.name.endswith("_total")}
    assert found[("T.a", "uses 1")] == 2
    assert found[("Query.t(x:)", "uses 1")] == 1
    assert found[("T.a", OTHER)] == 10
    assert ("T.a", "uses 55") not in found


async def test_operations_are_counted_over_http(settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"clients": "reader-web, reader-ios"}))
    async with app.router.lifespan_context(app), http_client(app) as client:
        headers = {"apollographql-client-name": "reader-ios", "apollographql-client-version": "4.2.0"}
        asked = {"query": "{__typename}"}
        for _ in range(2):
            assert (await client.post("/graphql", json=asked, headers=headers)).status_code == 200
        await client.get("/graphql", params=asked, headers={"x-client-name": "reader-ios", "x-client-version": "4.2.0"})
        # What is no operation is not counted.
        assert (await client.post("/graphql", content=b"{", headers=headers)).status_code == 415
        text = (await client.get("/metrics")).text
    assert 'broadsheet_graphql_operations_total{client="reader-ios",version="4.2.0"} 3.0' in text


async def test_uses_of_what_is_going_are_counted_over_http(database: Database) -> None:
    """Of our own schema, in which nothing is going, with two things deprecated for this test."""
    schema = build_schema()
    types: dict[str, Any] = schema._schema.type_map
    for type_, field in (("Topic", "code"), ("ArticleFilter", "hasImage")):
        types[type_].fields[field].deprecation_reason = deprecated(since="2026-11", until="2027-05")
    head = Current(database, statements("changes")["place"], "head")
    app = Starlette(routes=[Route("/metrics", metrics)])
    app.state.database = database
    app.state.reading = Reading(Executor(schema, database), Documents({}), Kept(head, 10_000_000), cache_seconds=0)
    app.middleware_stack = Entrance(
        app.router,
        access=AccessLog("error", "json"),
        max_body_bytes=1_000_000,
        direct={"/graphql": graphql},
        refusals={},
    )
    document = "query ($filter: ArticleFilter) {articles(filter: $filter) {totalCount} topics {nodes {name}}}"
    asked = [
        # Made anew, made and kept, and served from what is kept.
        *[{"query": "{topics {nodes {code}}}"}] * 3,
        # What no plan holds.
        {"query": "{__schema {queryType {name}} topics {nodes {code}}}"},
        {"query": document, "variables": {"filter": {"hasImage": True}}},
        {"query": document, "variables": {"filter": {}}},
        {"query": document},
    ]
    async with http_client(app) as client:
        for each in asked:
            answer = await client.post("/graphql", json=each, headers={"x-client-name": "user"})
            assert answer.json().keys() == {"data"}
        text = (await client.get("/metrics")).text
    name = "broadsheet_graphql_deprecated_fields_total"
    assert {line for line in text.splitlines() if line.startswith(name) and 'client="user"' in line} == {
        f'{name}{{client="user",coordinate="Topic.code"}} 4.0',
        f'{name}{{client="user",coordinate="ArticleFilter.hasImage"}} 1.0',
    }


@pytest.mark.parametrize("log_format", ["json", "console"])
async def test_the_access_line_names_the_client(
    log_format: str, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    app = create_app(settings.model_copy(update={"log_level": "info", "log_format": log_format}))
    async with http_client(app) as client:
        await client.get("/livez", headers={"x-client-name": "Reader (iOS)", "x-client-version": "4.2.0"})
        await client.get("/livez", headers={"x-client-name": "evil\x1b[31m"})
        await client.get("/livez")
    written(app)
    named, evil, plain = capsys.readouterr().err.splitlines()
    assert "evil" not in evil
    if log_format == "console":
        assert named.endswith(" Reader (iOS) 4.2.0")
        assert plain == plain.rstrip()
        return
    event = json.loads(named)
    assert (event["client_name"], event["client_version"]) == ("Reader (iOS)", "4.2.0")
    assert not {"client_name", "client_version"} & (json.loads(plain).keys() | json.loads(evil).keys())
