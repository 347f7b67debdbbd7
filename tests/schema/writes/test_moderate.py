"""What moderators do: decisions, queues, commenters, articles."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from schema.caller import ANONYMOUS, Caller
from tests.schema.writes.room import (
    HELD_ONLY,
    KEY,
    MINATO,
    MODERATOR,
    ONDINE,
    STAFF,
    Room,
    article,
    comment,
    commenter,
    uuid,
)

SHOWN = """comments { id status placeholder body(as: TEXT) replyCount
  decisions { status reason note rule decidedBy { displayName } } flags { reason } }"""
QUEUE = """query ($queue: ModerationQueue!, $first: Int, $after: String) {
  moderationQueue(queue: $queue, first: $first, after: $after) { totalCount nodes { id } pageInfo { endCursor } } }"""


async def decide(room: Room, *ids: str, by: Caller = MODERATOR, **more: Any) -> Any:
    return await room.do("moderateComments", by, SHOWN, ids=list(ids), **more)


async def queue(room: Room, name: str) -> list[str]:
    answer = await room.ask(QUEUE, MODERATOR, queue=name, first=100)
    nodes = answer["data"]["moderationQueue"]["nodes"]
    assert answer["data"]["moderationQueue"]["totalCount"] == len(nodes)
    return [node["id"] for node in nodes]


async def test_a_held_comment_is_approved(room: Room) -> None:
    payload = await decide(room, comment(6), status="APPROVED", note="Fine.")
    (shown,) = payload["comments"]
    assert (shown["status"], shown["body"]) == ("APPROVED", "held")
    (decision,) = shown["decisions"]
    assert decision == {
        **{"status": "APPROVED", "reason": None, "note": "Fine.", "rule": None},
        "decidedBy": {"displayName": "Staff <b>desk</b>"},
    }
    assert comment(6) in await room.thread(ANONYMOUS)
    assert await room.lines() == [("COMMENT_POSTED", comment(6))]
    # Its author reads what was decided, and not by whom.
    query = f'{{ comment(id: "{comment(6)}") {{ decisions {{ status note decidedBy {{ id }} }} }} }}'
    answer = await room.ask(query, HELD_ONLY)
    assert answer["data"]["comment"]["decisions"] == [{"status": "APPROVED", "note": "Fine.", "decidedBy": None}]
    assert (await room.ask(query, ANONYMOUS))["data"]["comment"]["decisions"] == []


async def test_a_rejected_comment_leaves_a_placeholder_over_its_replies(room: Room) -> None:
    payload = await decide(room, comment(1), status="REJECTED", reason="SPAM")
    (shown,) = payload["comments"]
    assert (shown["placeholder"], shown["status"], shown["body"]) == ("REMOVED", "REJECTED", "First & foremost")
    assert shown["decisions"][0]["reason"] == "SPAM"
    query = f'{{ comment(id: "{comment(1)}") {{ placeholder body author {{ id }} replyCount }} }}'
    seen = (await room.ask(query, ANONYMOUS))["data"]["comment"]
    assert seen == {"placeholder": "REMOVED", "body": None, "author": None, "replyCount": 2}
    # With its replies it goes from sight, and comes back with one of them.
    await decide(room, comment(2), comment(3), status="REJECTED")
    assert comment(1) not in await room.thread(ANONYMOUS)
    assert (await room.lines())[-3:] == [("COMMENT_REMOVED", comment(n)) for n in (1, 2, 3)]
    await decide(room, comment(3), status="APPROVED")
    assert (await room.ask(query, ANONYMOUS))["data"]["comment"]["replyCount"] == 1
    await decide(room, comment(1), status="APPROVED")
    assert (await room.ask(query, ANONYMOUS))["data"]["comment"]["placeholder"] is None


async def test_many_at_once_all_or_none(room: Room) -> None:
    payload = await decide(room, comment(1), comment(99), status="REJECTED")
    assert payload == {"comments": [], "errors": ["COMMENT_NOT_FOUND ids"]}
    assert (await decide(room, comment(4), status="REJECTED"))["errors"] == ["COMMENT_NOT_FOUND ids"]  # deleted
    assert (await decide(room, comment(8), status="REJECTED"))["errors"] == ["COMMENT_NOT_FOUND ids"]  # hidden article
    assert (await decide(room, *[comment(1)] * 101, status="REJECTED"))["errors"] == ["TOO_MANY ids"]
    assert comment(1) in await room.thread(ANONYMOUS)
    payload = await decide(room, comment(7), comment(2), comment(7), status="APPROVED", by=KEY)
    assert [shown["id"] for shown in payload["comments"]] == [comment(7), comment(2)]
    assert payload["comments"][0]["decisions"][0]["decidedBy"] is None


async def test_queues(room: Room) -> None:
    public = [comment(n) for n in (1, 7, 3, 5)]  # the oldest first; an approved one is no work
    assert sorted(await queue(room, "UNMODERATED")) == sorted([*public, comment(6)])
    assert await queue(room, "PENDING") == [comment(6)]
    assert await queue(room, "REPORTED") == []
    await room.do("flagComment", MINATO, commentId=comment(2), reason="ABUSIVE")
    withheld = await room.post(MINATO, "You idiot.")
    room.ruled(words={"suspect": {"any": ["refund"]}})
    suspect = await room.post(MINATO, "A refund, please.")
    assert suspect["status"] == "PUBLISHED"
    assert await queue(room, "REPORTED") == [comment(2), suspect["id"]]
    assert await queue(room, "PENDING") == [comment(6), withheld["id"]]
    payload = await decide(room, comment(2), suspect["id"], withheld["id"], status="APPROVED")
    assert payload["errors"] == []
    assert await queue(room, "REPORTED") == []
    assert await queue(room, "PENDING") == [comment(6)]
    await decide(room, comment(6), status="REJECTED")
    assert sorted(await queue(room, "UNMODERATED")) == sorted(public)
    # What a moderator holds waits until it is approved or rejected.
    await room.do("flagComment", MINATO, commentId=comment(1), reason="SPAM")
    await decide(room, comment(1), status="PENDING")
    assert await queue(room, "PENDING") == [comment(1)]
    assert await queue(room, "REPORTED") == []
    assert comment(1) in await queue(room, "UNMODERATED")
    await decide(room, *public, status="APPROVED")
    assert [await queue(room, name) for name in ("PENDING", "REPORTED", "UNMODERATED")] == [[], [], []]


async def test_a_queue_is_paged(room: Room) -> None:
    whole, seen, after = await queue(room, "UNMODERATED"), [], None
    for _ in whole:
        page = (await room.ask(QUEUE, MODERATOR, queue="UNMODERATED", first=1, after=after))["data"]["moderationQueue"]
        seen += [node["id"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
    assert seen == whole


async def test_others_are_kept_out(room: Room) -> None:
    closed = f'setCommentsOpen(input: {{articleId: "{article(1)}", open: false}})'
    asked = (
        "query { moderationQueue(queue: PENDING) { nodes { id } } }",
        f'mutation {{ moderateComments(input: {{ids: ["{comment(1)}"], status: REJECTED}}) {{ errors {{ code }} }} }}',
        f'mutation {{ setCommenterState(input: {{id: "{commenter(1)}", state: BANNED}}) {{ errors {{ code }} }} }}',
        f"mutation {{ {closed} {{ errors {{ code }} }} }}",
    )
    for caller, code in ((ANONYMOUS, "UNAUTHENTICATED"), (ONDINE, "FORBIDDEN"), (STAFF, "FORBIDDEN")):
        for query in asked[:3] if caller is STAFF else asked:
            answer = await room.ask(query, caller)
            assert [error["extensions"]["code"] for error in answer["errors"]] == [code], query
    assert await room.lines() == []


DECISIONS = (
    f'moderateComments(input: {{ids: ["{comment(6)}"], status: APPROVED}})',
    f'setCommenterState(input: {{id: "{commenter(1)}", state: BANNED}})',
    f'setCommentsOpen(input: {{articleId: "{article(1)}", open: false}})',
)


async def refused(room: Room, decision: str, caller: Caller) -> list[str]:
    answer = await room.ask(f"mutation {{ {decision} {{ errors {{ code }} }} }}", caller)
    return [error["extensions"]["code"] for error in answer.get("errors", [])]


async def test_who_is_kept_from_writing_decides_nothing(room: Room) -> None:
    until = (room.now + timedelta(hours=1)).isoformat()
    for state in ({"state": "BANNED"}, {"state": "SUSPENDED", "until": until}):
        await room.do("setCommenterState", KEY, "commenter { state }", id=commenter(2), **state)
        for decision in DECISIONS:
            assert await refused(room, decision, MODERATOR) == ["FORBIDDEN"], decision
        assert await refused(room, DECISIONS[2], STAFF) == ["FORBIDDEN"]
    assert await room.lines() == []
    room.now += timedelta(hours=1)
    assert await refused(room, DECISIONS[0], MODERATOR) == []


async def test_nobody_says_how_they_stand_themselves(room: Room) -> None:
    for state in ("ACTIVE", "PREMODERATED", "BANNED"):
        own = f'setCommenterState(input: {{id: "{commenter(2)}", state: {state}}})'
        assert await refused(room, own, MODERATOR) == ["FORBIDDEN"]


async def test_how_an_admin_stands_only_an_admin_says(room: Room) -> None:
    ban = f'setCommenterState(input: {{id: "{commenter(1)}", state: BANNED}})'
    role = "update commenters set role = $2 where id = $1 returning role"
    await room.database.value(role, uuid(6, 1), "ADMIN")
    for caller in (MODERATOR, KEY):
        assert await refused(room, ban, caller) == ["FORBIDDEN"]
    assert await room.database.value("select state from commenters where id = $1", uuid(6, 1)) == "ACTIVE"
    assert await refused(room, ban, replace(MODERATOR, role="ADMIN")) == []


async def test_a_moderator_who_was_erased_is_nobody(room: Room) -> None:
    await room.do("eraseViewer", MODERATOR, "erased", comments="ANONYMISE")
    for decision in DECISIONS:
        assert await refused(room, decision, MODERATOR) == ["UNAUTHENTICATED"], decision


async def test_what_makes_no_sense(room: Room) -> None:
    for given in (
        "moderateComments(input: {ids: [], status: REJECTED})",
        f'moderateComments(input: {{ids: ["{comment(1)}"], status: WITHHELD}})',
        f'moderateComments(input: {{ids: ["{comment(1)}"], status: PUBLISHED}})',
        f'moderateComments(input: {{ids: ["{comment(1)}"], status: APPROVED, reason: AD}})',
        f'setCommenterState(input: {{id: "{commenter(1)}", state: BANNED, until: "2020-01-01T00:00:00Z"}})',
        f'setCommentsOpen(input: {{articleId: "{article(1)}", open: false, closesAt: "2126-01-01T00:00:00Z"}})',
    ):
        answer = await room.ask(f"mutation {{ {given} {{ errors {{ code }} }} }}", MODERATOR)
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_REQUEST"]


async def test_how_a_commenter_stands_is_seen_by_moderators_and_oneself(room: Room) -> None:
    until = (room.now + timedelta(days=1)).isoformat()
    given = {"id": commenter(3), "state": "SUSPENDED", "until": until, "note": "Cool down."}
    payload = await room.do("setCommenterState", MODERATOR, "commenter { state stateUntil }", **given)
    assert payload == {"commenter": {"state": "SUSPENDED", "stateUntil": until}, "errors": []}
    query = f'{{ node(id: "{commenter(3)}") {{ ... on Commenter {{ displayName state stateUntil }} }} }}'
    for caller, state in ((MODERATOR, "SUSPENDED"), (MINATO, "SUSPENDED"), (ONDINE, None), (ANONYMOUS, None)):
        assert (await room.ask(query, caller))["data"]["node"]["state"] == state
    rows = await room.database.rows("select state, note, decided_by from decisions where commenter_id = $1", uuid(6, 3))
    assert [tuple(row) for row in rows] == [("SUSPENDED", "Cool down.", uuid(6, 2))]
    missing = await room.do("setCommenterState", MODERATOR, "commenter { state }", id=commenter(99), state="BANNED")
    assert missing["errors"] == ["COMMENTER_NOT_FOUND id"]


async def test_an_article_is_closed_and_opened(room: Room) -> None:
    for caller, is_open in ((MODERATOR, False), (STAFF, True), (KEY, False)):
        given = {"articleId": article(1), "open": is_open}
        payload = await room.do("setCommentsOpen", caller, "article { commentsOpen }", **given)
        assert payload == {"article": {"commentsOpen": is_open}, "errors": []}
    assert await room.lines() == [("ARTICLE_UPDATED", article(1))] * 3
    hidden = await room.do("setCommentsOpen", MODERATOR, "article { id }", articleId=article(7), open=True)
    assert hidden["errors"] == ["ARTICLE_NOT_FOUND articleId"]
