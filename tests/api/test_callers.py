"""Who calls, over HTTP: readers by tokens, programs by keys, and what is said to whoever is neither."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette

from api.app import create_app
from api.callers import BadCredentials, Callers
from api.heads import RequestHead
from api.provider import Provider
from api.settings import Settings
from api.tokens import Tokens, make
from db.pool import Database
from jobs.keys import BadKey, NoSuchKey, hashed, keys, new_key, revoke, rotate
from tests.api.identity import AUDIENCE, ISSUER, Published, token
from tests.conftest import EDITION
from tests.services import client_of, until

SHARED_KEY = "a shared key of more than 32 characters"
VIEWER = "{ viewer { commenter { id displayName role commentCount } comments { totalCount } } }"
HELD = "c_00000000-0000-7000-8000-000700000006"
SEEN = "c_00000000-0000-7000-8000-000700000001"
FULL = '{ articles(filter: {sources: ["küsten-bote"]}) { nodes { bodyAvailability } } }'
ONE = "/v1/articles/a_00000000-0000-7000-8000-000400000001"


@pytest.fixture
def settings(database_url: str) -> Settings:
    return Settings(database_url=database_url, log_level="error", log_format="json", token_key=SHARED_KEY)


@pytest.fixture
async def edition(app: Starlette, client: httpx2.AsyncClient) -> httpx2.AsyncClient:
    """A client of the application, on the fixed edition."""
    async with app.state.database.transaction() as connection:
        await connection.execute(EDITION.read_text())
    return client


@pytest.fixture
async def other(settings: Settings) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of another process of the same service."""
    made = create_app(settings)
    async with made.router.lifespan_context(made), client_of(made) as client:
        yield client


def own(subject: str = "u1", name: str | None = "Ann Lee", role: str | None = None) -> dict[str, str]:
    made = make(SHARED_KEY, subject, name=name, role=role, now=datetime.now(UTC), hours=1)
    return {"Authorization": f"Bearer {made}"}


async def asked(client: httpx2.AsyncClient, query: str, headers: Mapping[str, str]) -> Any:
    answer = await client.post("/graphql", json={"query": query}, headers=headers)
    assert answer.status_code == 200, answer.text
    assert "errors" not in answer.json(), answer.text
    return answer.json()["data"]


async def made_key(database: Database, **given: Any) -> str:
    made = await new_key(database, "A partner", now=datetime.now(UTC), **given)
    return made.secret


# -- readers


async def test_a_reader_is_made_at_the_first_meeting(edition: httpx2.AsyncClient, database: Database) -> None:
    first = (await asked(edition, VIEWER, own()))["viewer"]
    assert first["comments"] == {"totalCount": 0}
    assert first["commenter"] | {"id": ""} == {
        "id": "",
        "displayName": "Ann Lee",
        "role": "COMMENTER",
        "commentCount": 0,
    }
    again = (await asked(edition, VIEWER, own()))["viewer"]
    assert again["commenter"]["id"] == first["commenter"]["id"]
    other = (await asked(edition, VIEWER, own("u2")))["viewer"]
    assert other["commenter"]["id"] != first["commenter"]["id"]
    assert await database.value("select count(*) from identities") == 2


async def test_two_processes_that_meet_a_reader_at_once_make_one(
    edition: httpx2.AsyncClient, other: httpx2.AsyncClient
) -> None:
    answers = await asyncio.gather(*(asked(client, VIEWER, own()) for client in (edition, other) * 5))
    assert len({answer["viewer"]["commenter"]["id"] for answer in answers}) == 1


async def test_a_new_name_or_role_is_written_and_told_in_the_log(
    edition: httpx2.AsyncClient, database: Database
) -> None:
    before = (await asked(edition, VIEWER, own()))["viewer"]["commenter"]
    await database.value("update commenters set comment_count = 1 where display_name = 'Ann Lee' returning 1")
    after = (await asked(edition, VIEWER, own(name="Ann Lee-Ho", role="STAFF")))["viewer"]["commenter"]
    assert after == before | {"displayName": "Ann Lee-Ho", "role": "STAFF", "commentCount": 1}
    lines = await database.rows("select kind, node from changes order by seq desc limit 1")
    assert [tuple(line) for line in lines] == [("COMMENT_UPDATED", after["id"])]


async def test_a_token_without_a_name_takes_none_away(edition: httpx2.AsyncClient, database: Database) -> None:
    for name in ("Ann Lee", None, "Ann Lee"):
        assert (await asked(edition, VIEWER, own(name=name)))["viewer"]["commenter"]["displayName"] == "Ann Lee"
    assert await database.value("select count(*) from changes where kind = 'COMMENT_UPDATED'") == 0
    nameless = (await asked(edition, VIEWER, own("u2", name=None)))["viewer"]["commenter"]
    assert nameless["displayName"] == "Reader"
    named = (await asked(edition, VIEWER, own("u2", name="Bo")))["viewer"]["commenter"]
    assert named == nameless | {"displayName": "Bo"}


async def test_a_known_reader_reads_on_where_nothing_can_be_written(
    edition: httpx2.AsyncClient, settings: Settings, database: Database
) -> None:
    known = (await asked(edition, VIEWER, own()))["viewer"]["commenter"]
    async with database.transaction() as connection:
        name = await connection.fetchval("select current_database()")
        await connection.execute(f'alter database "{name}" set default_transaction_read_only = on')
    made = create_app(settings)
    async with made.router.lifespan_context(made), client_of(made) as client:
        assert (await asked(client, VIEWER, own(name="Ann Lee-Ho")))["viewer"]["commenter"] == known
        stranger = await client.post("/graphql", json={"query": VIEWER}, headers=own("u2"))
        assert stranger.status_code == 503


async def test_a_moderator_who_is_banned_sees_what_readers_see(
    edition: httpx2.AsyncClient, other: httpx2.AsyncClient, database: Database
) -> None:
    queue = {"query": "{ moderationQueue(queue: PENDING) { totalCount } }"}
    mine = own(role="MODERATOR")
    assert "errors" not in (await edition.post("/graphql", json=queue, headers=mine)).json()
    await database.value("update commenters set state = 'BANNED' where display_name = 'Ann Lee' returning 1")
    (error,) = (await other.post("/graphql", json=queue, headers=mine)).json()["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN"


async def test_who_was_erased_and_stays_banned_gets_no_name_back(
    edition: httpx2.AsyncClient, other: httpx2.AsyncClient, database: Database
) -> None:
    await asked(edition, VIEWER, own())
    await database.value("update commenters set state = 'BANNED' where display_name = 'Ann Lee' returning 1")
    await asked(edition, "mutation { eraseViewer(input: {comments: DELETE}) { erased } }", own())
    for name in ("Ann Lee", "Ann Lee-Ho"):
        shown = (await asked(other, VIEWER, own(name=name, role="STAFF")))["viewer"]["commenter"]
        assert (shown["displayName"], shown["role"]) == ("", "COMMENTER")


async def test_a_moderator_who_was_erased_elsewhere_is_told_once(
    edition: httpx2.AsyncClient, other: httpx2.AsyncClient
) -> None:
    """The token is remembered here; whoever brings it on is somebody new."""
    mine = own(role="MODERATOR")
    before = (await asked(edition, VIEWER, mine))["viewer"]["commenter"]["id"]
    await asked(other, "mutation { eraseViewer(input: {comments: DELETE}) { erased } }", mine)
    decision = (
        f'mutation {{ it: moderateComments(input: {{ids: ["{HELD}"], status: APPROVED}}) {{ errors {{ code }} }} }}'
    )
    answer = await edition.post("/graphql", json={"query": decision}, headers=mine)
    assert [error["extensions"]["code"] for error in answer.json()["errors"]] == ["UNAUTHENTICATED"]
    assert await asked(edition, decision, mine) == {"it": {"errors": []}}
    assert (await asked(edition, VIEWER, mine))["viewer"]["commenter"]["id"] != before


async def test_a_reader_who_was_erased_elsewhere_is_told_once(
    edition: httpx2.AsyncClient, other: httpx2.AsyncClient
) -> None:
    mine = own()
    before = (await asked(edition, VIEWER, mine))["viewer"]["commenter"]["id"]
    await asked(other, "mutation { eraseViewer(input: {comments: DELETE}) { erased } }", mine)
    reaction = f'mutation {{ it: addReaction(input: {{commentId: "{SEEN}"}}) {{ errors {{ code }} }} }}'
    answer = await edition.post("/graphql", json={"query": reaction}, headers=mine)
    assert [error["extensions"]["code"] for error in answer.json()["errors"]] == ["UNAUTHENTICATED"]
    assert await asked(edition, reaction, mine) == {"it": {"errors": []}}
    assert (await asked(edition, VIEWER, mine))["viewer"]["commenter"]["id"] != before


async def test_who_erases_themselves_begins_anew_at_once(edition: httpx2.AsyncClient) -> None:
    before = (await asked(edition, VIEWER, own()))["viewer"]["commenter"]["id"]
    await asked(edition, "mutation { eraseViewer(input: {comments: DELETE}) { erased } }", own())
    assert (await asked(edition, VIEWER, own()))["viewer"]["commenter"]["id"] != before


async def test_moderators_are_those_whose_token_says_so(edition: httpx2.AsyncClient) -> None:
    query = f'{{ comment(id: "{HELD}") {{ status }} }}'
    assert await asked(edition, query, own(role="STAFF")) == {"comment": None}
    assert await asked(edition, query, own("m1", role="MODERATOR")) == {"comment": {"status": "PENDING"}}
    assert await asked(edition, query, own("m2", role="ADMIN")) == {"comment": {"status": "PENDING"}}


async def test_a_provider_is_found_by_its_address(database_url: str) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await reader.readuntil(b"\r\n\r\n")).split()[1].decode()
        body = await published.get(path.replace("/realm", ISSUER).replace("/keys", "https://login.example/keys"))
        body = body.replace(ISSUER.encode(), issuer.encode()).replace(b"https://login.example", base.encode())
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%b" % (len(body), body))
        await writer.drain()
        writer.close()

    published = Published()
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    issuer = f"{base}/realm"
    app = create_app(
        Settings(
            database_url=database_url,
            log_level="error",
            oidc_issuer=issuer,
            oidc_audience=AUDIENCE,
            role_claim="realm_access.roles",
        )
    )
    async with server, app.router.lifespan_context(app), client_of(app) as client:
        bearer = {"Authorization": f"Bearer {token('ec', iss=issuer, realm_access={'roles': ['staff']})}"}
        found = (await asked(client, VIEWER, bearer))["viewer"]["commenter"]
        assert (found["displayName"], found["role"]) == ("Ann Lee", "STAFF")
        await assert_refused(client, own(), "The token is signed in a way that is not taken here.")


async def test_while_a_provider_does_not_answer_nobody_is_taken_for_anonymous(database_url: str) -> None:
    settings = Settings(
        database_url=database_url, log_level="error", oidc_issuer="http://127.0.0.1:1", oidc_audience=AUDIENCE
    )
    app = create_app(settings)
    async with app.router.lifespan_context(app), client_of(app) as client:
        bearer = {"Authorization": f"Bearer {token(iss='http://127.0.0.1:1')}"}
        for answer in (
            await client.post("/graphql", json={"query": VIEWER}, headers=bearer),
            await client.get("/v1/sources", headers=bearer),
        ):
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
            assert "UNAVAILABLE" in answer.text
        assert await asked(client, VIEWER, {}) == {"viewer": None}


async def test_readers_of_a_provider_are_not_those_of_another(database: Database) -> None:
    provider = Provider(ISSUER, get=Published().get)
    callers = Callers(database, Tokens(SHARED_KEY, ISSUER, AUDIENCE, provider.keys))
    theirs = await callers._by_token(token(sub="u1"))
    ours = await callers._by_token(own("u1")["Authorization"].removeprefix("Bearer "))
    assert theirs.reader != ours.reader
    await callers.close()


# -- keys


async def test_a_key_counts_from_when_it_is_made_until_it_is_revoked(
    edition: httpx2.AsyncClient, other: httpx2.AsyncClient, database: Database
) -> None:
    secret = await made_key(database, scopes=["moderate"])
    query = f'{{ comment(id: "{HELD}") {{ status }} }}'
    for client in (edition, other):
        for headers in ({"Authorization": f"Bearer {secret}"}, {"X-Api-Key": secret}):
            assert await asked(client, query, headers) == {"comment": {"status": "PENDING"}}
    await revoke(database, secret[:18], now=datetime.now(UTC))
    for client in (edition, other):
        await assert_refused(client, {"X-Api-Key": secret}, "This key is unknown, revoked or over.")


async def test_a_secret_is_kept_hashed(database: Database) -> None:
    secret = await made_key(database)
    stored = str([dict(row) for row in await database.rows("select * from key_secrets")])
    assert secret[18:] not in stored
    assert await database.value("select hash from key_secrets") == hashed(secret)


async def test_a_rotated_key_counts_twice_for_a_while(edition: httpx2.AsyncClient, database: Database) -> None:
    first = await made_key(database)
    now = datetime.now(UTC)
    second = (await rotate(database, first[:18], until=now + timedelta(hours=1), now=now)).secret
    third = (await rotate(database, second, until=now, now=now + timedelta(seconds=1))).secret
    assert (await edition.get(ONE, headers={"X-Api-Key": third})).status_code == 200
    for over in (first, second):
        await assert_refused(edition, {"X-Api-Key": over})
    assert [key.prefixes for key in await keys(database)] == [(third[:18], second[:18], first[:18])]


async def test_an_overlap_lets_both_count(edition: httpx2.AsyncClient, database: Database) -> None:
    now = datetime.now(UTC)
    first = await made_key(database)
    second = (await rotate(database, first[:18], until=now + timedelta(hours=1), now=now)).secret
    for secret in (first, second):
        assert (await edition.get(ONE, headers={"X-Api-Key": secret})).status_code == 200


async def test_a_key_is_over_at_its_end(database: Database) -> None:
    now = datetime.now(UTC)
    secret = await made_key(database, expires_at=now + timedelta(hours=1))
    clock = [now]
    callers = Callers(database, Tokens(), clock=lambda: clock[0])
    assert (await callers._by_key(secret, head())).bucket.startswith("key ")
    clock[0] += timedelta(hours=1)
    with pytest.raises(BadCredentials, match="over"):
        await callers._by_key(secret, head())
    await callers.close()


async def test_the_last_use_is_written_once_a_minute(database: Database) -> None:
    secret = await made_key(database)
    now = datetime.now(UTC)
    clock = [now]
    callers = Callers(database, Tokens(), clock=lambda: clock[0])
    for seconds, noted in ((0, 0), (59, 0), (61, 61)):
        clock[0] = now + timedelta(seconds=seconds)
        await callers._by_key(secret, head())

        async def is_noted(at: datetime = now + timedelta(seconds=noted)) -> bool:
            return bool(await database.value("select last_used_at from keys") == at)

        await until(is_noted)
    await callers.close()


async def test_keys_have_the_texts_of_their_sources_in_full(edition: httpx2.AsyncClient, database: Database) -> None:
    partner = await made_key(database, sources=["küsten-bote"])
    plain = await made_key(database)
    (public,) = (await asked(edition, FULL, {}))["articles"]["nodes"]
    assert public == {"bodyAvailability": "RESTRICTED"}
    assert (await asked(edition, FULL, {"X-Api-Key": plain}))["articles"]["nodes"] == [public]
    (full,) = (await asked(edition, FULL, {"X-Api-Key": partner}))["articles"]["nodes"]
    assert full == {"bodyAvailability": "FULL"}


async def test_a_program_may_call_for_a_reader(edition: httpx2.AsyncClient, database: Database) -> None:
    headers = own() | {"X-Api-Key": await made_key(database, sources=["küsten-bote"])}
    assert (await asked(edition, FULL, headers))["articles"]["nodes"] == [{"bodyAvailability": "FULL"}]
    assert (await asked(edition, VIEWER, headers))["viewer"]["commenter"]["displayName"] == "Ann Lee"


POST = """mutation { done: postComment(input: {
  articleId: "a_00000000-0000-7000-8000-000400000001", body: "Hello all", idempotencyKey: "1"
}) { errors { code } } }"""
BAN = """mutation { done: setCommenterState(input: {
  id: "m_00000000-0000-7000-8000-000600000001", state: BANNED
}) { errors { code } } }"""
CLOSE = """mutation { done: setCommentsOpen(input: {
  articleId: "a_00000000-0000-7000-8000-000400000002", open: false
}) { errors { code } } }"""
NO_READER, NOT_THEIRS, DONE = "UNAUTHENTICATED", "FORBIDDEN", ""


@pytest.mark.parametrize(
    ("key", "role", "posts", "bans", "closes"),
    [
        ({}, "COMMENTER", NOT_THEIRS, NOT_THEIRS, NOT_THEIRS),
        ({"scopes": ["comments:write"]}, "COMMENTER", DONE, NOT_THEIRS, NOT_THEIRS),
        ({"scopes": ["moderate"]}, "COMMENTER", NOT_THEIRS, NOT_THEIRS, NOT_THEIRS),
        ({"scopes": ["moderate", "comments:write"]}, "COMMENTER", DONE, NOT_THEIRS, NOT_THEIRS),
        ({"scopes": ["moderate"]}, "STAFF", NOT_THEIRS, NOT_THEIRS, DONE),
        ({}, "MODERATOR", NOT_THEIRS, DONE, DONE),
        ({"scopes": ["moderate"]}, None, NO_READER, DONE, DONE),
        ({"scopes": ["comments:write"]}, None, NO_READER, NOT_THEIRS, NOT_THEIRS),
        ({"publishable": True}, "COMMENTER", DONE, NOT_THEIRS, NOT_THEIRS),
    ],
)
async def test_who_writes_by_way_of_a_key(
    key: dict[str, Any],
    role: str | None,
    posts: str,
    bans: str,
    closes: str,
    edition: httpx2.AsyncClient,
    database: Database,
) -> None:
    headers = {"X-Api-Key": await made_key(database, **key)} | (own(role=role) if role else {})
    for query, expected in ((POST, posts), (BAN, bans), (CLOSE, closes)):
        answer = (await edition.post("/graphql", json={"query": query}, headers=headers)).json()
        if expected:
            assert [error["extensions"]["code"] for error in answer["errors"]] == [expected]
        else:
            assert answer["data"]["done"] == {"errors": []}


async def test_a_key_that_moderates_frees_no_reader_of_the_pace(
    edition: httpx2.AsyncClient, database: Database
) -> None:
    key = {"X-Api-Key": await made_key(database, scopes=["moderate", "comments:write"])}
    codes = []
    for query in (POST, POST.replace("Hello all", "Hello again").replace('"1"', '"2"')):
        done = (await asked(edition, query, own() | key))["done"]
        codes += [error["code"] for error in done["errors"]]
    assert codes == ["TOO_FAST"]
    # What it sees is the readers' behind it too.
    assert (await asked(edition, f'{{ comment(id: "{HELD}") {{ id }} }}', own() | key))["comment"] == {"id": HELD}


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"scopes": ["everything"]}, "There is no scope everything"),
        ({"sources": ["nothing"]}, "There is no source nothing"),
        ({"publishable": True, "scopes": ["moderate"]}, "Anybody can read"),
        ({"expires_at": datetime(2020, 1, 1, tzinfo=UTC)}, "in the future"),
    ],
)
async def test_a_key_that_makes_no_sense_is_not_made(given: dict[str, Any], word: str, database: Database) -> None:
    with pytest.raises(BadKey, match=word):
        await made_key(database, **given)
    assert await keys(database) == []


async def test_a_key_that_is_not_there_can_not_be_revoked(database: Database) -> None:
    for named in ("bs_sk_nothing", "", "00000000-0000-7000-8000-000000000000", "x" * 500):
        with pytest.raises(NoSuchKey):
            await revoke(database, named, now=datetime.now(UTC))


# -- what is refused


def head(**headers: str) -> RequestHead:
    return RequestHead([(name.encode(), value.encode()) for name, value in headers.items()])


async def assert_refused(client: httpx2.AsyncClient, headers: Mapping[str, str], message: str | None = None) -> None:
    """401 at every door, in its form."""
    by_graphql = await client.post("/graphql", json={"query": "{__typename}"}, headers=headers)
    by_rest = await client.get("/v1/sources", headers=headers)
    for answer in (by_graphql, by_rest):
        assert answer.status_code == 401, answer.text
        assert answer.headers["www-authenticate"].startswith('Bearer realm="broadsheet", error="invalid_token"')
        assert answer.headers["cache-control"] == "no-store"
        for value in headers.values():
            assert len(value) < 10 or value.split()[-1] not in answer.text
    (error,) = by_graphql.json()["errors"]
    assert error["extensions"] == {"code": "UNAUTHENTICATED"}
    assert "data" not in by_graphql.json()
    problem = by_rest.json()
    assert by_rest.headers["content-type"] == "application/problem+json"
    assert (problem["status"], problem["code"]) == (401, "UNAUTHENTICATED")
    assert error["message"] == problem["detail"]
    assert message is None or error["message"] == message


NOBODY: list[dict[str, str]] = [
    {"Authorization": "Basic YTpi"},
    {"Authorization": "Bearer"},
    {"Authorization": "Bearer "},
    {"Authorization": "bs_sk_" + "a" * 44},
    {"Authorization": "Bearer bs_sk_" + "a" * 44},
    {"Authorization": "Bearer bs_sk_short"},
    {"Authorization": "Bearer bs_xk_" + "a" * 44},
    {"Authorization": "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1MSJ9."},
    {"Authorization": f"Bearer {'x' * 20_000}"},
    {"X-Api-Key": "bs_sk_" + "a" * 44},
    {"X-Api-Key": "bs_pk_" + "a" * 44},
    {"X-Api-Key": "' or true --"},
]


async def test_what_says_nothing_of_who_is_calling_is_refused(client: httpx2.AsyncClient) -> None:
    for headers in NOBODY:
        await assert_refused(client, headers)


async def test_two_keys_and_two_tokens_are_refused(client: httpx2.AsyncClient, database: Database) -> None:
    one, two = await made_key(database), await made_key(database)
    await assert_refused(client, {"Authorization": f"Bearer {one}", "X-Api-Key": two}, "Send one key.")
    answer = await client.get("/v1/sources", headers=[*own().items(), *own("u2").items()])
    assert answer.status_code == 401


async def test_nothing_is_taken_where_nothing_is_set_up(database_url: str) -> None:
    app = create_app(Settings(database_url=database_url, log_level="error"))
    async with app.router.lifespan_context(app), client_of(app) as client:
        for headers in (own(), {"Authorization": f"Bearer {token()}"}):
            await assert_refused(client, headers, "The token is signed in a way that is not taken here.")


# -- caches


async def test_what_others_are_not_told_is_kept_by_nobody(edition: httpx2.AsyncClient, database: Database) -> None:
    everybody: dict[str, str] = {}
    moderator, partner = own("m1", role="MODERATOR"), {"X-Api-Key": await made_key(database)}
    full = {"X-Api-Key": await made_key(database, sources=["harbour-times"])}
    for path, params in (("/graphql", {"query": "{ articles { nodes { id } } }"}), ("/v1/articles", {})):
        for headers in (moderator, full, own()):
            for _ in range(3):
                answer = await edition.get(path, params=params, headers=headers)
                assert answer.headers["cache-control"] == "private, no-store"
                assert "etag" not in answer.headers
                assert "cache-tag" not in answer.headers
        for headers in (everybody, partner):
            answer = await edition.get(path, params=params, headers=headers)
            assert answer.headers["cache-control"] == "public, no-cache"
            assert {"Authorization", "X-Api-Key"} <= set(answer.headers["vary"].split(", "))


async def test_answers_that_are_kept_are_the_publics(edition: httpx2.AsyncClient) -> None:
    """Whoever asks first, and in whatever order."""
    query = f'{{ comment(id: "{HELD}") {{ status }} viewer {{ commenter {{ displayName }} }} }}'
    nothing = {"comment": None, "viewer": None}
    for _ in range(4):
        found = await asked(edition, query, own("m1", role="MODERATOR"))
        assert found == {"comment": {"status": "PENDING"}, "viewer": {"commenter": {"displayName": "Ann Lee"}}}
        assert await asked(edition, query, {}) == nothing
        assert (await asked(edition, query, own()))["comment"] is None
