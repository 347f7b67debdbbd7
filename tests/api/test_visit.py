"""Budgets over HTTP: who pays for what, and what every answer says of it."""

from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette

from api.settings import Settings
from db.pool import Database
from jobs.keys import new_key
from tests.api.test_callers import SHARED_KEY, own

LIMIT = 300
SOURCES = "{ sources { nodes { name } } }"
COST = 43


@pytest.fixture
def settings(database_url: str) -> Settings:
    return Settings(
        database_url=database_url,
        log_level="error",
        token_key=SHARED_KEY,
        budget_seconds=3_600,
        budget_address=LIMIT,
        budget_install=LIMIT,
        budget_reader=2 * LIMIT,
        budget_key=3 * LIMIT,
        trusted_proxies="10.0.0.0/8",
    )


@pytest.fixture
def door(app: Starlette) -> "Door":
    return Door(app)


class Door:
    """The application, asked from different addresses."""

    def __init__(self, app: Starlette) -> None:
        self.app = app

    async def get(self, path: str, address: str = "192.0.2.1", **given: Any) -> httpx2.Response:
        return await self.send("GET", path, address, **given)

    async def send(self, method: str, path: str, address: str, **given: Any) -> httpx2.Response:
        transport = httpx2.ASGITransport(self.app, client=(address, 4711))
        async with httpx2.AsyncClient(transport=transport, base_url="http://broadsheet.test") as client:
            return await client.request(method, path, **given)

    async def ask(self, query: str = SOURCES, address: str = "192.0.2.1", **headers: str) -> httpx2.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.get("/graphql", address, params={"query": query}, headers=named)


def used(answer: httpx2.Response) -> int:
    return int(answer.headers["x-ratelimit-limit"]) - int(answer.headers["x-ratelimit-remaining"])


async def key(database: Database, **given: Any) -> str:
    return (await new_key(database, "One", now=datetime.now(UTC), **given)).secret


async def test_every_answer_says_what_is_left(door: Door) -> None:
    first = await door.ask()
    cost = used(first)
    assert cost == COST
    assert first.headers["ratelimit-policy"] == f'"points";q={LIMIT};w=3600;qu="points"'
    told = first.headers["ratelimit"]
    seconds = int(told.rpartition("=")[2])
    assert told == f'"points";r={LIMIT - cost};t={seconds}'
    assert 0 < seconds <= 3_600
    resets = int(first.headers["x-ratelimit-reset"]) - datetime.now(UTC).timestamp()
    assert abs(resets - seconds) < 5
    # One that is kept costs as much, and so does one that the client has already.
    assert used(await door.ask()) == 2 * cost
    again = await door.ask()
    assert used(again) == 3 * cost
    same = await door.ask(If_None_Match=again.headers["etag"])
    assert (same.status_code, used(same)) == (304, 4 * cost)


async def test_what_is_refused_costs_too(door: Door) -> None:
    persisted = {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}
    mutation = "mutation { eraseViewer(input: {comments: DELETE}) { erased } }"
    sized = "query ($size: Int) { sources(first: $size) { totalCount } }"
    asked: list[tuple[str, str, dict[str, Any], int]] = [
        *(("GET", "/graphql", {"params": {"query": text}}, 400) for text in ("{ nothing }", "{", "")),
        ("GET", "/graphql", {"params": {"query": mutation}}, 405),
        ("GET", "/graphql", {"params": {"query": SOURCES, "variables": "{"}}, 400),
        ("POST", "/graphql", {"json": [{"query": SOURCES}]}, 400),
        ("POST", "/graphql", {"json": {"query": " "}}, 400),
        ("POST", "/graphql", {"json": {"extensions": persisted}}, 200),
        ("POST", "/graphql", {"json": {"query": sized, "variables": {"size": "many"}}}, 400),
        ("POST", "/graphql", {"content": b"{", "headers": {"content-type": "application/json"}}, 400),
        ("POST", "/graphql", {"data": {"query": SOURCES}}, 415),
        ("PUT", "/graphql", {"json": {"query": SOURCES}}, 405),
        ("POST", "/graphql", {"json": {"query": "{ articles(first: -1) { nodes { id } } }"}}, 200),
        ("GET", "/v1/articles", {"params": {"fields": "nothing"}}, 400),
        ("GET", "/v1/articles", {"params": {"first": "x"}}, 400),
    ]
    for n, (method, path, given, status) in enumerate(asked):
        answer = await door.send(method, path, f"192.0.2.{n}", **given)
        assert (answer.status_code, used(answer)) == (status, 20), (method, path, given)
    # What is asked for and isn't there costs what looking for it does.
    for path, parameters in (("/graphql", {"query": "{ node(id: 1) { id } }"}), ("/v1/articles/a_1", {})):
        assert used(await door.get(path, "198.51.100.1", params=parameters)) > 20


async def test_whoever_has_nothing_left_has_nothing_read(door: Door) -> None:
    while (left := LIMIT - used(await door.ask("{ __typename }"))) > 0:
        if left >= COST:
            await door.ask()
    for asked in (door.ask("{ nothing }"), door.ask("{"), door.ask("{ __typename }"), door.get("/v1/articles?first=x")):
        refused = await asked
        assert (refused.status_code, used(refused)) == (429, LIMIT)
        assert f"All {LIMIT} points are spent. There are more in " in refused.text


async def test_each_alias_counts(door: Door) -> None:
    one = used(await door.ask("{ a: sources { nodes { name } } }", "192.0.2.1"))
    two = used(await door.ask("{ a: sources { nodes { name } } b: sources { nodes { name } } }", "192.0.2.2"))
    assert (one, two) == (COST, 85)


async def test_graphql_and_rest_share_a_budget_and_refuse_in_their_own_form(door: Door) -> None:
    for _ in range(LIMIT // COST):
        assert (await door.ask()).status_code == 200
    spent = await door.ask()
    assert spent.status_code == 429
    (error,) = spent.json()["errors"]
    wait = int(spent.headers["retry-after"])
    assert error == {
        "message": f"The operation costs 43 points, and 42 of 300 are left. There are more in {wait} seconds.",
        "extensions": {"code": "RATE_LIMITED", "retryAfter": wait},
    }
    assert spent.headers["cache-control"] == "no-store"
    assert used(spent) == LIMIT - 42
    problem = await door.get("/v1/topics")
    assert (problem.status_code, problem.json()["code"]) == (429, "RATE_LIMITED")
    assert int(problem.headers["retry-after"]) > 0
    assert used(problem) == LIMIT - 42
    # What is small enough is still let through, and others are not concerned.
    assert (await door.ask("{ __typename }")).status_code == 200
    assert (await door.ask(address="192.0.2.2")).status_code == 200


async def test_an_address_that_is_made_up_brings_nothing(door: Door) -> None:
    for n in range(LIMIT // COST):
        assert (await door.ask(X_Forwarded_For=f"198.51.100.{n}")).status_code == 200
    assert (await door.ask(X_Forwarded_For="198.51.100.99")).status_code == 429
    # Behind a trusted proxy it counts, what stands before it does not.
    by_proxy = await door.ask(address="10.0.0.1", X_Forwarded_For="6.6.6.6, 198.51.100.99")
    assert used(by_proxy) == COST
    again = await door.ask(address="10.0.0.2", X_Forwarded_For="7.7.7.7, 198.51.100.99")
    assert used(again) == 2 * COST


async def test_an_ipv6_network_is_one_caller(door: Door) -> None:
    await door.ask(address="2001:db8:1:2::1")
    assert used(await door.ask(address="2001:db8:1:2:ffff::1")) == 2 * COST
    assert used(await door.ask(address="2001:db8:1:3::1")) == COST


async def test_readers_and_keys_have_budgets_of_their_own(door: Door, database: Database) -> None:
    secret = await key(database)
    for n, address in enumerate(("192.0.2.1", "192.0.2.2"), 1):
        reader = await door.ask(address=address, **own())
        assert (reader.headers["x-ratelimit-limit"], used(reader)) == (str(2 * LIMIT), n * COST)
        program = await door.ask(address=address, X_Api_Key=secret)
        assert (program.headers["x-ratelimit-limit"], used(program)) == (str(3 * LIMIT), n * COST)
    assert used(await door.ask()) == COST


async def test_phones_behind_one_address_do_not_starve_each_other(door: Door, database: Database) -> None:
    app = {"X_Api_Key": await key(database, publishable=True)}
    for n in range(3):
        assert used(await door.ask(**app, X_Install_Token=f"phone-{n}")) == COST
    assert used(await door.ask(**app, X_Install_Token="phone-1")) == 2 * COST
    # Without one the address pays, and so it does for a token that can't be one.
    assert used(await door.ask(**app)) == COST
    assert used(await door.ask(**app, X_Install_Token="x" * 65)) == 2 * COST


async def test_installs_that_are_made_up_are_not_without_end(door: Door, database: Database) -> None:
    app = {"X_Api_Key": await key(database, publishable=True)}
    answers = [await door.ask(**app, X_Install_Token=f"{n}") for n in range(20 * LIMIT // COST + 1)]
    assert [answer.status_code for answer in answers].count(429) == 1
    # The answers tell of the install, and of the address once it has less left.
    assert answers[0].headers["x-ratelimit-limit"] == str(LIMIT)
    left = 20 * LIMIT % COST
    for answer, status in ((answers[-2], 200), (answers[-1], 429)):
        assert answer.status_code == status
        assert answer.headers["x-ratelimit-limit"] == str(20 * LIMIT)
        assert answer.headers["x-ratelimit-remaining"] == str(left)
    assert f"{left} of {20 * LIMIT:,} are left" in answers[-1].text
    asked = await door.ask("{ rateLimit { limit remaining } }", **app, X_Install_Token="new")
    assert asked.json()["data"]["rateLimit"] == {
        "limit": 20 * LIMIT,
        "remaining": int(asked.headers["x-ratelimit-remaining"]),
    }
    assert (await door.ask(address="192.0.2.9", **app, X_Install_Token="0")).status_code == 200


async def test_guessing_keys_and_tokens_costs_the_address(door: Door) -> None:
    wrong = {"X_Api_Key": "bs_sk_" + "a" * 44}
    statuses = [(await door.ask(**wrong)).status_code for _ in range(20)]
    assert statuses == [401] * 15 + [429] * 5


async def test_a_query_may_ask_what_is_left(door: Door) -> None:
    query = "{ sources { nodes { name } } rateLimit { cost limit remaining used resetAt __typename } }"
    for n in (1, 2):
        answer = await door.ask(query)
        told = answer.json()["data"]["rateLimit"]
        resets = datetime.fromisoformat(told.pop("resetAt")).timestamp()
        assert told == {
            "cost": COST, "limit": LIMIT, "remaining": LIMIT - COST * n, "used": COST * n, "__typename": "RateLimit",
        }  # fmt: skip
        assert resets == int(answer.headers["x-ratelimit-reset"])
        assert answer.headers["cache-control"] == "no-store"
    # Where another field is refused, the other way gives the same.
    by_core = (await door.ask('{ rateLimit { used limit } sources(after: "x") { totalCount } }')).json()
    assert by_core["data"]["rateLimit"]["limit"] == LIMIT
    assert by_core["data"]["rateLimit"]["used"] > 86


async def test_without_a_limit_nothing_is_told(database_url: str) -> None:
    from api.app import create_app

    app = create_app(Settings(database_url=database_url, log_level="error", budget_address=0))
    async with app.router.lifespan_context(app):
        answer = await Door(app).ask("{ rateLimit { cost } }")
        assert answer.json() == {"data": {"rateLimit": None}}
        assert "ratelimit" not in answer.headers
