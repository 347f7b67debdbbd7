"""Every thing and field times every caller, through every door: what somebody may not see is as if it did not exist."""

import asyncio
from typing import Any

import httpx2
import orjson
import pytest
from starlette.applications import Starlette

from api.settings import Settings
from db import share
from db.share import SHARED
from tests.api.authorisation import (
    ALL,
    CALLERS,
    EVERYTHING,
    EXCERPTS,
    IN_FULL,
    MODERATORS,
    OWN,
    READERS,
    RESTRICTED,
    RULES,
    SEEN,
    SHARED_KEY,
    WORDS,
    YES,
    World,
    all_fields,
    id_of,
    rule_of,
    selection,
    type_of,
)
from tests.services import PLENTY

ARTICLE = id_of("a", 1)
UNKNOWN = "00000000-0000-7000-8000-00ffffffffff"


@pytest.fixture
def settings(database_url: str) -> Settings:
    return Settings(
        database_url=database_url,
        log_level="error",
        token_key=SHARED_KEY,
        budget_address=PLENTY,
        budget_reader=PLENTY,
        budget_key=PLENTY,
    )


@pytest.fixture
async def world(app: Starlette, client: httpx2.AsyncClient) -> World:
    return await World.made(app, client)


def test_every_field_follows_one_rule() -> None:
    stated = [field for fields in RULES.values() for field in fields]
    assert sorted(stated) == sorted(all_fields()), "state in RULES who sees a new field, and check that it is so"


async def test_what_is_not_seen_does_not_exist(world: World) -> None:
    for caller in CALLERS:
        for id_, seen in SEEN.items():
            exists, none = caller in seen, f"{id_[0]}_{UNKNOWN}"
            found = await world.ask(
                caller, f'{{ node(id: "{id_}") {{ id }} nodes(ids: ["{id_}", "{none}"]) {{ id }} }}'
            )
            expected = {"id": id_} if exists else None
            assert found == {"node": expected, "nodes": [expected, None]}, (caller, id_)
            lookup = {"a": "article", "s": "source", "t": "topic", "u": "author"}.get(id_[0])
            if lookup:
                found = await world.ask(caller, f'{{ it: {lookup}(by: {{id: "{id_}"}}) {{ id }} }}')
            elif id_[0] == "c":
                found = await world.ask(caller, f'{{ it: comment(id: "{id_}") {{ id }} }}')
            else:
                continue
            assert found == {"it": expected}, (caller, id_)


async def test_who_asks_at_the_same_time_is_told_what_is_told_alone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    comment = selection(type_of(id_of("c", 1)))
    query = f"query ($id: ID!) {{ comment(id: $id) {comment} viewer {{ commenter {{ id displayName }} }} }}"
    asked = [(caller, id_) for id_ in SEEN if id_[0] == "c" for caller in CALLERS]
    alone = [await world.ask(caller, query, id=id_) for caller, id_ in asked]
    together = SHARED.labels("answer")._value
    before = together.get()
    # However slow this machine is, what waits goes together.
    monkeypatch.setattr(share, "LONGEST", 100)
    assert await asyncio.gather(*(world.ask(caller, query, id=id_) for caller, id_ in asked)) == alone
    assert together.get() - before > len(asked) / 2
    assert len({orjson.dumps(answer) for answer in alone}) > len(asked) / 3


async def test_rest_knows_no_more(world: World) -> None:
    for caller in CALLERS:
        for id_, seen in SEEN.items():
            if id_[0] != "a":
                continue
            for below in ("", "/comments", "/thread", "/revisions"):
                answer = await world.get(caller, f"/v1/articles/{id_}{below}")
                nothing = await world.get(caller, f"/v1/articles/a_{UNKNOWN}{below}")
                assert nothing.status_code == 404
                if caller in seen:
                    assert answer.status_code == 200, (caller, id_)
                else:
                    assert (answer.status_code, answer.content) == (404, nothing.content), (caller, id_)
        for below in ("comments", "thread"):
            answer = await world.get(caller, f"/v1/articles/{ARTICLE}/{below}", totalCount="true", fields="id,body")
            found = answer.json()
            by_graphql = await world.ask(
                caller, f'{{ article(by: {{id: "{ARTICLE}"}}) {{ it: {below} {{ totalCount nodes {{ id body }} }} }} }}'
            )
            assert {name: found[name] for name in ("totalCount", "nodes")} == by_graphql["article"]["it"]


async def test_every_field_of_every_thing_follows_its_rule(world: World) -> None:
    for id_, seen in SEEN.items():
        type_, whole = type_of(id_), await world.whole(EVERYTHING, id_)
        for caller in CALLERS:
            found = await world.whole(caller, id_)
            assert (found is not None) == (caller in seen), (caller, id_)
            for name, value in (found or {}).items():
                field = f"{type_.name}.{name}"
                expected = expected_of(rule_of(field), caller, id_, name, whole)
                assert value == expected, (caller, id_, field)


def expected_of(rule: str, caller: str, id_: str, name: str, thing: dict[str, object]) -> object:
    """What a caller is told of a field, by what whoever sees everything is told of the thing."""
    whole = thing[name]
    match rule:
        case "same":
            return whole
        case "words":
            has_words = caller in WORDS.get(id_, SEEN[id_])
            return whole if has_words else None
        case "rights" if caller in IN_FULL or id_ not in RESTRICTED | EXCERPTS:
            return whole
        case "rights" if id_ in RESTRICTED:
            return "RESTRICTED" if name == "bodyAvailability" and whole is not None else None
        case "rights":  # the lead is what is served
            lead = thing["lead"]
            return {"bodyAvailability": "EXCERPT", "lead": lead, "body": f"<p>{lead}</p>"}[name]
        case "did":
            return YES[name].get(id_) == caller
        case "standing":
            return whole if caller in MODERATORS or OWN.get(id_) == caller else None
        case "record" if isinstance(whole, dict):
            allowed = caller in MODERATORS or OWN.get(id_) == caller
            return page(caller if allowed else "anonymous", whole if allowed else whole | {"edges": []})
        case "reported":
            return whole if caller in MODERATORS else []
        case "decided" if caller in MODERATORS:
            return whole
        case "decided" if isinstance(whole, list):
            return [each | {"decidedBy": None} for each in whole] if OWN.get(id_) == caller else []
        case "seen" if isinstance(whole, dict) and "nodes" in whole:
            return page(caller, whole)
        case "seen" if isinstance(whole, dict):
            return whole if caller in SEEN[str(whole["id"])] else None
        case "seen":
            return whole
    raise AssertionError(f"how is {rule} checked?")


def page(caller: str, whole: dict[str, Any]) -> dict[str, object]:
    """A page of what a caller sees, of one that holds everything."""
    edges = [edge for edge in whole["edges"] if caller in SEEN.get(edge["node"]["id"], ALL)]
    cursors = [edge["cursor"] for edge in edges]
    return {
        "edges": edges,
        "nodes": [edge["node"] for edge in edges],
        "pageInfo": {
            "hasNextPage": False,
            "hasPreviousPage": False,
            "startCursor": cursors[0] if cursors else None,
            "endCursor": cursors[-1] if cursors else None,
        },
        "totalCount": len(edges),
        "totalCountIsExact": True,
    }


# What each does to nothing that there is: allowed, it says so in its own errors.
WRITES = {
    "postComment": 'articleId: "a_", body: "Hi"',
    "editComment": 'id: "c_", body: "Hi"',
    "deleteComment": 'id: "c_"',
    "addReaction": 'commentId: "c_"',
    "removeReaction": 'commentId: "c_"',
    "flagComment": 'commentId: "c_", reason: SPAM',
    "eraseViewer": "comments: DELETE",
    "moderateComments": 'ids: ["c_"], status: REJECTED',
    "setCommenterState": 'id: "m_", state: BANNED',
    "setCommentsOpen": 'articleId: "a_", open: true',
}


async def test_only_who_may_writes(world: World) -> None:
    assert {f"Mutation.{name}" for name in WRITES} == {field for field in all_fields() if field.startswith("Mutation.")}
    allowed = {"readers": frozenset(READERS), "moderators": MODERATORS, "staff": MODERATORS | {"staff"}}
    for caller in CALLERS:
        asked = {
            f"Mutation.{name}": f"mutation {{ it: {name}(input: {{{input}}}) {{ errors {{ code }} }} }}"
            for name, input in WRITES.items()
        }
        asked["Query.moderationQueue"] = "{ it: moderationQueue(queue: PENDING) { totalCount } }"
        asked["Query.previewComment"] = '{ it: previewComment(input: {articleId: "a_", body: "Hi"}) { status } }'
        for field, query in asked.items():
            rule = rule_of(field)
            if caller in allowed[rule]:
                if field != "Mutation.eraseViewer":
                    assert (await world.ask(caller, query))["it"], (caller, field)
                continue
            # A key is known by what it may, and no reader.
            known = rule != "readers" and (caller in READERS or caller == "key that writes")
            answer = await world.client.post("/graphql", json={"query": query}, headers=world.headers[caller])
            (error,) = answer.json()["errors"]
            assert error["extensions"]["code"] == ("FORBIDDEN" if known else "UNAUTHENTICATED"), (caller, field)


async def test_a_comment_that_is_not_seen_is_not_anothers(world: World) -> None:
    for caller in READERS:
        for id_ in (id_ for id_ in SEEN if id_[0] == "c"):
            if caller in SEEN[id_] and OWN.get(id_) == caller:
                continue
            code = "NOT_YOURS" if caller in SEEN[id_] else "COMMENT_NOT_FOUND"
            for done in ('editComment(input: {id: "%s", body: "Hi"})', 'deleteComment(input: {id: "%s"})'):
                found = await world.ask(caller, f"mutation {{ it: {done % id_} {{ errors {{ code }} }} }}")
                assert found == {"it": {"errors": [{"code": code}]}}, (caller, id_)


async def test_queues_hold_what_moderators_see(world: World) -> None:
    for caller in sorted(MODERATORS):
        found = (await world.ask(caller, "{ it: moderationQueue(queue: PENDING) { totalCount nodes { id } } }"))["it"]
        ids = {node["id"] for node in found["nodes"]}
        assert ids == {id_of("c", 6), id_of("c", 14)}
        assert found["totalCount"] == len(ids)


async def test_lists_hold_what_is_seen(world: World) -> None:
    lists = ("articles", "sources", "topics", 'search(query: "harbour OR 港 OR held")')
    for caller in CALLERS:
        for list_ in lists:
            found = (await world.ask(caller, f"{{ it: {list_} {{ totalCount nodes {{ id }} }} }}"))["it"]
            ids = [node["id"] for node in found["nodes"]]
            assert ids == [id_ for id_ in ids if caller in SEEN.get(id_, ALL)], (caller, list_)
            assert found["totalCount"] == len(ids)
            public = (await world.ask("anonymous", f"{{ it: {list_} {{ nodes {{ id }} }} }}"))["it"]["nodes"]
            assert found["nodes"] == public


async def test_a_cursor_of_what_is_not_seen_is_a_place_like_any_other(world: World) -> None:
    """Nobody learns from it whether there is something at that place."""

    async def after(caller: str, cursor: str) -> object:
        return await world.ask(
            caller,
            f"""{{ article(by: {{id: "{ARTICLE}"}}) {{ thread(first: 3, after: "{cursor}") {{
              nodes {{ id }} totalCount pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }} }}""",
        )

    whole = await world.ask(
        EVERYTHING, f'{{ article(by: {{id: "{ARTICLE}"}}) {{ thread {{ edges {{ cursor node {{ id }} }} }} }} }}'
    )
    for edge in whole["article"]["thread"]["edges"]:
        other = edge["cursor"][:-1] + ("0" if edge["cursor"][-1] != "0" else "1")
        if "anonymous" in SEEN[edge["node"]["id"]]:
            continue
        assert await after("anonymous", edge["cursor"]) == await after("anonymous", other)


async def test_only_readers_are_viewers_and_see_their_own(world: World) -> None:
    query = "{ viewer { commenter { id } comments { totalCount nodes { id } } replies { totalCount nodes { id } } } }"
    own = {
        "author": (id_of("m", 1), [11, 9, 5, 4, 1], [10, 3, 2]),
        "other author": (id_of("m", 4), [14, 6], []),
        "reader": (id_of("m", 5), [], []),
        "staff": (id_of("m", 2), [2], []),
    }
    for caller in CALLERS:
        viewer = (await world.ask(caller, query))["viewer"]
        if caller in ("moderator", "admin"):
            assert viewer["comments"] == {"totalCount": 0, "nodes": []}
        elif caller not in own:
            assert viewer is None, caller
        else:
            commenter, comments, replies = own[caller]
            assert viewer["commenter"] == {"id": commenter}
            assert viewer["comments"] == listed(comments), caller
            assert viewer["replies"] == listed(replies), caller


def listed(numbers: list[int]) -> dict[str, object]:
    return {"totalCount": len(numbers), "nodes": [{"id": id_of("c", number)} for number in numbers]}


async def test_an_answer_that_is_held_is_in_the_inbox_of_moderators_alone(world: World) -> None:
    """What others wrote to one's comment counts for the inbox when one may see it."""
    found = (await world.ask("author", "{ viewer { replies { nodes { id } } } }"))["viewer"]["replies"]["nodes"]
    assert {"id": id_of("c", 14)} not in found
