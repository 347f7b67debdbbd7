"""REST over HTTP: that it gives what GraphQL gives, what its parameters mean, and how it refuses."""

import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg
import httpx2
import pytest
from starlette.applications import Starlette

from api.app import create_app
from api.endpoints import ENDPOINTS, plan
from api.parameters import MOST_FIELDS
from api.routes import routes
from api.selection import paths
from api.settings import Settings
from db.changes import Kind, Line, append
from db.pool import Database
from schema.build import build_schema
from tests.conftest import EDITION
from tests.services import PLENTY, client_of

SCHEMA = build_schema()._schema
PLANS = {endpoint.path: plan(endpoint, SCHEMA) for endpoint in ENDPOINTS}
STRIKE = "a_00000000-0000-7000-8000-000400000001"
WITHHELD = "a_00000000-0000-7000-8000-000400000007"
EMBARGOED = "a_00000000-0000-7000-8000-000400000008"
SOURCE = "s_00000000-0000-7000-8000-000100000001"
# What stands for a path's variables in the edition.
GIVEN = {
    "/v1/articles/{id}": {"id": STRIKE},
    "/v1/articles/{id}/comments": {"id": STRIKE},
    "/v1/articles/{id}/thread": {"id": STRIKE},
    "/v1/articles/{id}/revisions": {"id": STRIKE},
    "/v1/sources/{slug}": {"slug": "harbour-times"},
    "/v1/topics/{slug}": {"slug": "port-economy"},
}
REQUIRED = {"/v1/search": {"query": "harbour"}}
LISTS = [path for path, made in PLANS.items() if made.items]

PAGE = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
# For each path: a request, the same question to GraphQL, written by hand, and the way to its answer.
QUESTIONS: dict[str, list[tuple[str, str]]] = {
    "/v1/articles": [
        (
            "/v1/articles?languages=en,de&first=2&fields=headline,source.name",
            f'{{ articles(first: 2, filter: {{languages: ["en", "de"]}}) {{ {PAGE}'
            " nodes { source { name } headline } } }",
        ),
        (
            "/v1/articles?hasImage=true&orderBy=OLDEST&fields=image,topics.topic&language=de",
            f"{{ articles(orderBy: OLDEST, filter: {{hasImage: true}}) {{ {PAGE} nodes {{"
            ' image { url alt caption credit width height } topics { topic { slug name(language: "de") } } } } }',
        ),
        (
            "/v1/articles?publishedFrom=2026-11-22T00:00:00Z&publishedTo=2026-11-22T11:00:00%2B01:00&kinds=TEXT"
            "&sources=harbour-times&topics=port-economy&authors=ann-lee&totalCount=true&fields=id",
            '{ articles(filter: {publishedFrom: "2026-11-22T00:00:00Z", publishedTo: "2026-11-22T11:00:00+01:00",'
            ' kinds: [TEXT], sources: ["harbour-times"], topics: ["port-economy"], authors: ["ann-lee"]})'
            f" {{ {PAGE} totalCount totalCountIsExact nodes {{ id }} }} }}",
        ),
        (
            "/v1/articles?matching=harbour%20-ferry&changedFrom=2020-01-01T00:00:00Z&changedTo=2030-01-01T00:00:00Z"
            "&last=1&fields=body,lead&as=TEXT",
            '{ articles(last: 1, filter: {matching: "harbour -ferry", changedFrom: "2020-01-01T00:00:00Z",'
            f' changedTo: "2030-01-01T00:00:00Z"}}) {{ {PAGE} nodes {{ lead body(as: TEXT) }} }} }}',
        ),
    ],
    "/v1/articles/{id}": [
        (
            f"/v1/articles/{STRIKE}?fields=headline,rights,authors.name,body",
            f'{{ article(by: {{id: "{STRIKE}"}}) {{ headline body authors {{ name }}'
            " rights { holder notice usageTerms expiresAt } } }",
        ),
    ],
    "/v1/articles/{id}/comments": [
        (
            f"/v1/articles/{STRIKE}/comments?orderBy=NEWEST&first=1&fields=body,author,placeholder",
            f'{{ article(by: {{id: "{STRIKE}"}}) {{ comments(orderBy: NEWEST, first: 1) {{ {PAGE}'
            " nodes { author { id displayName role } body placeholder } } } }",
        ),
    ],
    "/v1/articles/{id}/thread": [
        (
            f"/v1/articles/{STRIKE}/thread?fields=depth,parent.id,body&as=TEXT&totalCount=true",
            f'{{ article(by: {{id: "{STRIKE}"}}) {{ thread {{ {PAGE} totalCount totalCountIsExact'
            " nodes { parent { id } depth body(as: TEXT) } } } }",
        ),
    ],
    "/v1/articles/{id}/revisions": [
        (
            f"/v1/articles/{STRIKE}/revisions?last=1&fields=seenAt,headline,body",
            f'{{ article(by: {{id: "{STRIKE}"}}) {{ revisions(last: 1) {{ {PAGE}'
            " nodes { seenAt headline body } } } }",
        ),
    ],
    "/v1/search": [
        (
            "/v1/search?query=harbour&languages=en&orderBy=RELEVANCE&first=2&fields=score,excerpt,node.headline",
            f'{{ search(query: "harbour", filter: {{languages: ["en"]}}, first: 2) {{ {PAGE}'
            " edges { node { headline } score excerpt } } }",
        ),
        (
            "/v1/search?query=%E6%B8%AF&orderBy=NEWEST&fields=headlineHighlight,cursor&totalCount=true",
            f'{{ search(query: "港", orderBy: NEWEST) {{ {PAGE} totalCount totalCountIsExact'
            " edges { cursor headlineHighlight } } }",
        ),
    ],
    "/v1/sources": [
        (
            "/v1/sources?languages=ja,de&countries=jp,DE&nameContains=%E6%B8%AF&orderBy=MOST_RECENT&fields=slug,name",
            '{ sources(orderBy: MOST_RECENT, filter: {languages: ["ja", "de"], countries: ["jp", "DE"],'
            f' nameContains: "港"}}) {{ {PAGE} nodes {{ slug name }} }} }}',
        ),
    ],
    "/v1/sources/{slug}": [
        (
            "/v1/sources/harbour-post?fields=id,slug,latestArticleAt",
            '{ source(by: {slug: "harbour-post"}) { id slug latestArticleAt } }',
        ),
        ("/v1/sources/k%C3%BCsten-bote?fields=name", '{ source(by: {slug: "küsten-bote"}) { name } }'),
    ],
    "/v1/topics": [
        (
            "/v1/topics?broader=port-economy&orderBy=MOST_ARTICLES&fields=slug,broader.name&language=de",
            '{ topics(orderBy: MOST_ARTICLES, filter: {broader: "port-economy"})'
            f' {{ {PAGE} nodes {{ slug broader {{ name(language: "de") }} }} }} }}',
        ),
    ],
    "/v1/topics/{slug}": [
        (
            "/v1/topics/port-economy?language=ja&fields=name,narrower",
            '{ topic(by: {slug: "port-economy"}) { name(language: "ja")'
            ' narrower { slug name(language: "ja") articleCount } } }',
        ),
    ],
}


@pytest.fixture
async def edition(edition_url: str) -> AsyncIterator[Starlette]:
    """The application on the fixed edition, which nothing here changes."""
    app = create_app(
        Settings(database_url=edition_url, pool_size=2, log_level="error", log_format="json", budget_address=PLENTY)
    )
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def client(edition: Starlette) -> AsyncIterator[httpx2.AsyncClient]:
    async with client_of(edition) as made:
        yield made


def address(path: str, **parameters: str) -> str:
    """A path of the table with its variables filled, and what it can't do without."""
    query = httpx2.QueryParams(REQUIRED.get(path, {}) | parameters)
    return path.format(**GIVEN.get(path, {})) + (f"?{query}" if query else "")


async def of_graphql(client: httpx2.AsyncClient, path: str, query: str, variables: dict[str, Any]) -> Any:
    """What GraphQL answers, without the fields that lead to what the path serves."""
    answer = (await client.post("/graphql", json={"query": query, "variables": variables})).json()
    assert "errors" not in answer, answer
    found = answer["data"]
    for name in PLANS[path].names:
        found = found[name]
    return found


def problem(answer: httpx2.Response, status: int, code: str) -> dict[str, Any]:
    """The problem details of a refusal, their form checked."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    told: dict[str, Any] = answer.json()
    assert (told["type"], told["status"], told["code"]) == ("about:blank", status, code)
    return told


# -- the same data


def test_every_endpoint_is_on_the_page_of_urls() -> None:
    listed = {route.path for route in routes()}  # type: ignore[attr-defined]  # routes have paths
    # What a reader takes along is no plan's answer.
    assert {path for path in listed if path.startswith("/v1/")} - {"/v1/me/export"} == PLANS.keys() == QUESTIONS.keys()


@pytest.mark.parametrize("path", PLANS)
async def test_an_endpoint_gives_what_its_stored_document_gives(path: str, client: httpx2.AsyncClient) -> None:
    answer = await client.get(address(path))
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    variables = GIVEN.get(path, {}) | REQUIRED.get(path, {})
    assert answer.json() == await of_graphql(client, path, PLANS[path].stored.text, variables)
    assert answer.json().get(PLANS[path].items) != []


@pytest.mark.parametrize("path", PLANS)
async def test_rest_and_graphql_give_the_same_data(path: str, client: httpx2.AsyncClient) -> None:
    for asked, question in QUESTIONS[path]:
        answer = await client.get(asked)
        assert answer.status_code == 200, answer.text
        assert answer.json() == await of_graphql(client, path, question, {})


@pytest.mark.parametrize("path", PLANS)
async def test_fields_can_be_asked_for_alone_and_all_together(path: str, client: httpx2.AsyncClient) -> None:
    open_ = list(paths(PLANS[path].open))
    # The plain fields of the thing together; then each object, and one way to the bottom of each.
    plain = [name for name, inner in PLANS[path].open.items() if not inner]
    deep = {field.rpartition(".")[0]: field for field in open_}
    for fields in (plain, open_[:MOST_FIELDS], *([field] for field in deep.values())):
        answer = await client.get(address(path, fields=",".join(fields)))
        assert answer.status_code == 200, answer.text
        thing = answer.json()[PLANS[path].items][0] if path in LISTS else answer.json()
        assert set(thing) == {field.partition(".")[0] for field in fields}


async def test_head_answers_as_get_does(client: httpx2.AsyncClient) -> None:
    for path in PLANS:
        got, head = await client.get(address(path)), await client.head(address(path))
        assert head.status_code == got.status_code == 200
        for name in ("content-type", "content-length", "link"):
            assert head.headers.get(name) == got.headers.get(name)


async def test_fields_in_any_order_are_one_document(client: httpx2.AsyncClient, edition: Starlette) -> None:
    one = await client.get("/v1/articles?fields=headline,source.slug,source.name,headline")
    known = len(edition.state.reading.executor._known)
    other = await client.get("/v1/articles?fields=source.name,source.slug,headline")
    assert one.content == other.content
    assert len(edition.state.reading.executor._known) == known


async def test_totals_are_counted_when_asked_for(client: httpx2.AsyncClient) -> None:
    for parameters in ("", "?totalCount=false"):
        assert "totalCount" not in (await client.get(f"/v1/articles{parameters}")).json()
    assert (await client.get("/v1/articles?totalCount=true")).json()["totalCount"] == 6


# -- pages


def links(answer: httpx2.Response) -> dict[str, str]:
    return {relation: target for target, relation in re.findall(r'<([^>]*)>; rel="(\w+)"', answer.headers["link"])}


@pytest.mark.parametrize("path", LISTS)
async def test_links_lead_to_the_end_and_back(path: str, client: httpx2.AsyncClient) -> None:
    items = PLANS[path].items
    everything = (await client.get(address(path, first="100"))).json()[items]
    start = answer = await client.get(address(path, first="1"))
    assert answer.status_code == 200
    forwards = [answer.json()[items]]
    while "next" in links(answer):
        answer = await client.get(links(answer)["next"])
        forwards.append(answer.json()[items])
    assert [item for page in forwards for item in page] == everything
    backwards = [answer.json()[items]]
    while "prev" in links(answer):
        answer = await client.get(links(answer)["prev"])
        backwards.insert(0, answer.json()[items])
    assert [item for page in backwards for item in page] == everything
    assert (await client.get(links(answer)["first"])).json() == start.json()


async def test_links_keep_the_question(client: httpx2.AsyncClient) -> None:
    asked = "languages=en,ja&first=2&fields=headline,source.name&matching=harbour%20OR%20%E6%B8%AF"
    answer = await client.get(f"/v1/articles?{asked}")
    found = urlsplit(links(answer)["next"])
    assert found.path == "/v1/articles"
    parameters = parse_qs(found.query)
    assert parameters.pop("after") == [answer.json()["pageInfo"]["endCursor"]]
    assert parameters == {
        "languages": ["en,ja"],
        "first": ["2"],
        "fields": ["headline,source.name"],
        "matching": ["harbour OR 港"],
    }


async def test_a_page_of_no_said_size_leads_back(client: httpx2.AsyncClient) -> None:
    page = (await client.get("/v1/articles?first=4")).json()
    answer = await client.get("/v1/articles", params={"after": page["pageInfo"]["endCursor"]})
    assert links(answer).keys() == {"prev", "first"}
    assert (await client.get(links(answer)["prev"])).json()["nodes"] == page["nodes"]


# -- answers that are kept


async def test_an_answer_is_kept_until_something_changes(database: Database, settings: Settings) -> None:
    async with database.transaction() as connection:
        await connection.execute(EDITION.read_text())
    app = create_app(settings)
    async with app.router.lifespan_context(app), client_of(app) as client:
        asked = "/v1/sources/harbour-times?fields=name"
        answers = [await client.get(asked) for _ in range(3)]
        assert {answer.json()["name"] for answer in answers} == {"The Harbour Times"}
        tag = answers[0].headers["etag"]
        again = await client.get(asked, headers={"If-None-Match": tag})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert again.headers["cache-control"] == answers[0].headers["cache-control"] == "public, no-cache"
        async with database.transaction() as connection:
            await connection.execute("update sources set name = 'The Harbour Post' where slug = 'harbour-times'")
            await append(connection, [Line(Kind.SOURCE_UPDATED, SOURCE)])
        changed = await client.get(asked, headers={"If-None-Match": tag})
        assert (changed.status_code, changed.json()) == (200, {"name": "The Harbour Post"})


async def test_pages_go_out_compressed(client: httpx2.AsyncClient) -> None:
    plain = await client.get("/v1/articles", headers={"Accept-Encoding": "identity"})
    packed = await client.get("/v1/articles", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.json() == plain.json()
    assert packed.headers["link"] == plain.headers["link"]
    assert "content-encoding" not in plain.headers


# -- refusals


NO_SENSE = [
    ("foo=1", "foo", "`foo` is no parameter here; known are `sources`, `topics`"),
    ("First=1", "First", "`First` is no parameter here"),
    ("=1", "", "`` is no parameter here"),
    ("first=1&first=1", "first", "`first` is given twice."),
    ("languages=en&languages=de", "languages", "`languages` is given twice; separate values by commas."),
    ("fields=id&fields=url", "fields", "`fields` is given twice; separate values by commas."),
    ("first=0", "first", "`first` takes a whole number from 1 to 100."),
    ("last=101", "last", "`last` takes a whole number from 1 to 100."),
    ("first=", "first", "`first` takes a whole number from 1 to 100."),
    ("first=%2B1", "first", "`first` takes a whole number from 1 to 100."),
    ("first=1.0", "first", "`first` takes a whole number from 1 to 100."),
    ("first=%D9%A1", "first", "`first` takes a whole number from 1 to 100."),
    ("first=99999999999999999999", "first", "`first` takes a whole number from 1 to 100."),
    ("first=1_0", "first", "`first` takes a whole number from 1 to 100."),
    ("hasImage=1", "hasImage", "`hasImage` takes `true` or `false`."),
    ("totalCount=True", "totalCount", "`totalCount` takes `true` or `false`."),
    ("orderBy=newest", "orderBy", "`orderBy` takes one of `NEWEST`, `OLDEST`, `UPDATED`, `MOST_COMMENTED`."),
    ("kinds=TEXT,BOOK", "kinds", "`kinds` takes one of `TEXT`, `LIVE`"),
    ("languages=", "languages", "`languages` has an empty value; separate values by single commas."),
    ("languages=en,,de", "languages", "`languages` has an empty value"),
    ("publishedFrom=yesterday", "publishedFrom", "`publishedFrom`: A DateTime is an RFC 3339 text with an offset"),
    ("publishedFrom=2026-11-22T00:00:00+01:00", "publishedFrom", "In an address, + is written %2B."),
    ("publishedTo=9999-12-31T00:00:00Z", "publishedTo", "`publishedTo`: A DateTime lies between"),
    ("fields=", "fields", "`fields` has an empty value"),
    ("fields=nothing", "fields", "`fields`: there is no `nothing` here; known are `id`, `url`"),
    ("fields=source.nothing", "fields", "there is no `source.nothing` here; known are `source.id`, `source.slug`"),
    ("fields=headline.x", "fields", "there is no `headline.x` here"),
    ("fields=source.articles", "fields", "there is no `source.articles` here"),
    ("fields=__typename", "fields", "there is no `__typename` here"),
    ("fields=id}}", "fields", "there is no `id}}` here"),
    ("fields=" + ",".join(["id"] * 101), "fields", "`fields` takes at most 100 fields; these are 101."),
    ("as=XML", "as", "`as` takes one of `HTML`, `TEXT`."),
    ("filter={}", "filter", "`filter` is no parameter here"),
]


async def test_a_parameter_that_makes_no_sense_is_named(client: httpx2.AsyncClient) -> None:
    for query, parameter, detail in NO_SENSE:
        told = problem(await client.get(f"/v1/articles?{query}"), 400, "BAD_REQUEST")
        assert told["parameter"] == parameter, query
        assert detail in told["detail"], query


REFUSED = [
    ("/v1/articles?first=1&last=1", "BAD_REQUEST", "Give `first` or `last`, not both."),
    ("/v1/articles?languages=" + ",".join(["en"] * 101), "BAD_REQUEST", "at most 100 are allowed"),
    ("/v1/articles?after=nonsense", "BAD_CURSOR", "This is no cursor of this service."),
    ("/v1/articles?after=", "BAD_CURSOR", "This is no cursor of this service."),
    (
        "/v1/articles?orderBy=OLDEST&after=an0_00000000-0000-7000-8000-000400000001",
        "BAD_CURSOR",
        "This cursor belongs to another list or order.",
    ),
    ("/v1/articles?matching=(", "BAD_QUERY", "OR and parentheses need something on both sides."),
    ("/v1/search?query=-ferry", "BAD_QUERY", "The query only excludes."),
    ("/v1/search?query=", "BAD_QUERY", "The query is empty."),
    ("/v1/search?query=" + "x" * 501, "BAD_QUERY", "at most 500 are allowed"),
]


async def test_what_graphql_refuses_is_refused(client: httpx2.AsyncClient) -> None:
    for asked, code, detail in REFUSED:
        assert detail in problem(await client.get(asked), 400, code)["detail"], asked


async def test_what_is_required_is_named(client: httpx2.AsyncClient) -> None:
    told = problem(await client.get("/v1/search"), 400, "BAD_REQUEST")
    assert (told["parameter"], told["detail"]) == ("query", "`query` is missing.")


UNPUBLISHED = [
    WITHHELD,
    EMBARGOED,
    SOURCE,
    STRIKE[2:],
    STRIKE.upper(),
    "a_00000000-0000-7000-8000-00040000000",
    "a_",
    "%00",
    "a_%00",
    "';drop%20table%20articles;--",
    "%FF%FE",
    "..%2Fsources",
    "%F0%9F%9A%92",
    "a" * 5_000,
]


@pytest.mark.parametrize("tail", ["", "/comments", "/thread", "/revisions"])
async def test_what_is_not_published_is_404(tail: str, client: httpx2.AsyncClient) -> None:
    for id_ in UNPUBLISHED:
        problem(await client.get(f"/v1/articles/{id_}{tail}"), 404, "NOT_FOUND")


async def test_a_slug_that_nobody_has_is_404(client: httpx2.AsyncClient) -> None:
    for noun in ("sources", "topics"):
        for slug in ("nothing", "%00", "';--", "%FF", "x" * 5_000, SOURCE):
            problem(await client.get(f"/v1/{noun}/{slug}"), 404, "NOT_FOUND")


async def test_other_methods_are_refused(client: httpx2.AsyncClient) -> None:
    for path in PLANS:
        for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"):
            answer = await client.request(method, address(path))
            problem(answer, 405, "METHOD_NOT_ALLOWED")
            assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}


async def test_texts_are_taken_as_they_are(client: httpx2.AsyncClient) -> None:
    for text in ("%00", "%FF", "%F0%9F%91%A9%E2%80%8D%F0%9F%9A%92", "'--", "%22%5C%0A"):
        for parameter in ("nameContains", "languages", "countries"):
            answer = await client.get(f"/v1/sources?{parameter}={text}")
            assert (answer.status_code, answer.json()["nodes"]) == (200, []), answer.text


async def test_a_database_that_is_away_is_503() -> None:
    app = create_app(Settings(database_url="postgresql://nobody@127.0.0.1:1/nothing", log_level="error"))
    async with app.router.lifespan_context(app), client_of(app) as client:
        answer = await client.get("/v1/articles")
    told = problem(answer, 503, "UNAVAILABLE")
    assert answer.headers["retry-after"] == "1"
    assert told["detail"] == "The database can't be reached. Try again."


async def test_a_database_that_hangs_is_504(database_url: str) -> None:
    app = create_app(Settings(database_url=database_url, statement_timeout=0.3, log_level="error"))
    connection = await asyncpg.connect(database_url)
    async with app.router.lifespan_context(app), client_of(app) as client, connection.transaction():
        await connection.execute("lock table articles in access exclusive mode")
        told = problem(await client.get("/v1/articles"), 504, "TIMEOUT")
    await connection.close()
    assert told["detail"] == "The database took too long. Ask for less, or try again."


async def test_a_fault_is_500_with_an_id_that_the_log_repeats(
    client: httpx2.AsyncClient, edition: Starlette, capsys: pytest.CaptureFixture[str]
) -> None:
    await edition.state.database.close()
    edition.state.reading.executor.database = None
    told = problem(await client.get("/v1/articles"), 500, "INTERNAL")
    written = capsys.readouterr()
    assert told["error_id"] in written.out + written.err
    assert "NoneType" not in told["detail"]
