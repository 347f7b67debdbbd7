"""Comments edited and deleted by their authors."""

from datetime import timedelta

import pytest

from schema.caller import ANONYMOUS, Caller
from tests.schema.writes.room import MINATO, MODERATOR, ONDINE, Room, article, comment


async def test_an_edit_shows_at_once(room: Room) -> None:
    made = await room.post(MINATO, "Frist.")
    payload = await room.do("editComment", MINATO, id=made["id"], body="First, *really*.")
    assert payload["errors"] == []
    assert payload["comment"]["body"] == "<p>First, <em>really</em>.</p>"
    assert payload["comment"]["editedAt"] == room.now.isoformat()
    assert (await room.lines())[-1] == ("COMMENT_UPDATED", made["id"])


async def test_an_edit_is_judged_anew(room: Room) -> None:
    made = await room.post(MINATO, "Good morning.", parentId=comment(3))
    payload = await room.do("editComment", MINATO, id=made["id"], body="You idiot.")
    assert payload["comment"]["status"] == "WITHHELD"
    assert payload["comment"]["parent"]["replyCount"] == 0
    assert (await room.lines())[-2:] == [("COMMENT_UPDATED", comment(3)), ("COMMENT_REMOVED", made["id"])]
    assert made["id"] not in await room.thread(ANONYMOUS)
    payload = await room.do("editComment", MINATO, id=made["id"], body="You are kind.")
    assert payload["comment"]["status"] == "PUBLISHED"
    assert payload["comment"]["parent"]["replyCount"] == 1


async def test_what_a_rule_tells_of_an_edit_takes_the_place_of_what_it_told_before(room: Room) -> None:
    room.ruled(words={"suspect": {"any": ["tram"]}}, editing={"seconds": 300})
    made = await room.post(MINATO, "A tram.")
    await room.do("flagComment", ONDINE, commentId=made["id"], reason="SPAM")
    count = "select flag_count from comments where id = $1"
    for body, flags in (("The tram.", 2), ("That tram.", 2), ("That bus.", 1)):
        assert (await room.do("editComment", MINATO, id=made["id"], body=body))["errors"] == []
        assert await room.database.value(count, made["id"][2:]) == flags
        assert await room.wrong() == []


async def test_an_edit_brings_nothing_back_that_a_moderator_removed(room: Room) -> None:
    made = await room.post(MINATO, "Good morning.")
    await room.do("moderateComments", MODERATOR, "comments { id }", ids=[made["id"]], status="REJECTED")
    payload = await room.do("editComment", MINATO, id=made["id"], body="Good evening.")
    assert payload["comment"]["status"] == "REJECTED"


LINKS = " ".join(f"https://{host}.example/a" for host in "abcd")
PENDING_QUEUE = """{ pending: moderationQueue(queue: PENDING) { nodes { id } }
  reported: moderationQueue(queue: REPORTED) { nodes { id } }
  all: moderationQueue(queue: UNMODERATED) { nodes { id } } }"""


@pytest.mark.parametrize(
    ("decided", "body", "status"),
    [
        ("REJECTED", f"Have a look at what all of them say: {LINKS}", "REJECTED"),
        ("REJECTED", "You idiot.", "REJECTED"),
        ("REJECTED", "A suspect tram.", "REJECTED"),
        ("REJECTED", "A banned bus.", "REJECTED"),
        ("PENDING", f"Have a look at what all of them say: {LINKS}", "PENDING"),
        ("PENDING", "You idiot.", "WITHHELD"),
        ("PENDING", "A banned bus.", "REJECTED"),
        ("APPROVED", "Good evening.", "PUBLISHED"),
        ("APPROVED", "You idiot.", "WITHHELD"),
    ],
)
async def test_what_a_moderator_decided_stays_unless_a_rule_says_worse(
    room: Room, decided: str, body: str, status: str
) -> None:
    room.ruled(words={"suspect": {"any": ["tram"]}, "banned": {"any": ["bus"]}}, editing={"seconds": 300})
    made = await room.post(MINATO, "Good morning.")
    await room.do("moderateComments", MODERATOR, "comments { id }", ids=[made["id"]], status=decided, note="Because.")
    payload = await room.do("editComment", MINATO, "comment { status decisions { note } }", id=made["id"], body=body)
    assert payload["comment"]["status"] == status
    queues = (await room.ask(PENDING_QUEUE, MODERATOR))["data"]
    within = {name for name, queue in queues.items() if {"id": made["id"]} in queue["nodes"]}
    assert within == {"REJECTED": set(), "PUBLISHED": {"all"}}.get(status, {"pending", "all"})
    # Its author reads first why it is as it is.
    stays = decided == status
    assert (payload["comment"]["decisions"][0]["note"] == "Because.") is (stays or status == "PUBLISHED")
    # And what they make of it next is held against the same decision.
    payload = await room.do("editComment", MINATO, id=made["id"], body="Good evening again.")
    assert payload["comment"]["status"] == ("PUBLISHED" if decided == "APPROVED" else decided)


CAN_EDIT = "query ($id: ID!) { comment(id: $id) { viewerCanEdit } }"


async def can_edit(room: Room, id_: str, caller: Caller = MINATO) -> bool:
    answer = await room.ask(CAN_EDIT, caller, id=id_)
    return bool(answer["data"]["comment"]["viewerCanEdit"])


async def test_what_can_be_edited_is_told_as_an_edit_would_find_it(room: Room) -> None:
    """By the service's clock, and not by the database's, which stands years before or after."""
    room.step = timedelta(seconds=1)
    room.ruled(pace=dict.fromkeys(("comment_seconds", "edit_seconds"), 0))
    made = await room.post(MINATO, "Frist.")
    assert await can_edit(room, made["id"])
    assert not await can_edit(room, made["id"], ONDINE)
    assert not await can_edit(room, made["id"], ANONYMOUS)
    # Closed by hand, opened until a time, opened for good.
    soon, given = room.now + timedelta(seconds=10), {"articleId": article(1)}
    for how, later, expected in (
        ({"open": False}, 0, False),
        ({"open": True, "closesAt": soon.isoformat()}, 0, True),
        ({}, 8, False),
        ({"open": True}, 0, True),
        ({}, 30, False),
    ):
        if how:
            payload = await room.do("setCommentsOpen", MODERATOR, "article { id }", **given, **how)
            assert payload["errors"] == []
        room.now += timedelta(seconds=later)
        assert await can_edit(room, made["id"]) is expected
        payload = await room.do("editComment", MINATO, id=made["id"], body=f"First, {room.now:%S}.")
        assert (payload["errors"] == []) is expected, payload


async def test_an_edit_on_a_closed_article_says_so(room: Room) -> None:
    made = await room.post(MINATO, "Frist.")
    room.step = timedelta(seconds=1)
    await room.do("setCommentsOpen", MODERATOR, "article { id }", articleId=article(1), open=False)
    assert (await room.do("editComment", MINATO, id=made["id"], body="First."))["errors"] == ["COMMENTS_CLOSED id"]
    assert (await room.do("editComment", MINATO, id=made["id"], body=""))["errors"] == ["BODY_EMPTY body"]


async def test_the_window_closes(room: Room) -> None:
    made = await room.post(MINATO, "Frist.")
    room.now += timedelta(seconds=21)
    late = await room.do("editComment", MINATO, id=made["id"], body="First.")
    assert late["errors"] == ["EDIT_WINDOW_OVER id"]
    room.ruled(editing={"seconds": 300})
    made = await room.post(MINATO, "Another.")
    room.now += timedelta(seconds=200)
    assert (await room.do("editComment", MINATO, id=made["id"], body="Yet another."))["errors"] == []


NOT_MINATOS = {
    comment(1): ["NOT_YOURS id"],
    comment(6): ["COMMENT_NOT_FOUND id"],  # another's, held
    comment(99): ["COMMENT_NOT_FOUND id"],
    article(1): ["COMMENT_NOT_FOUND id"],
}


async def test_only_ones_own_is_edited_or_deleted(room: Room) -> None:
    for id_, errors in NOT_MINATOS.items():
        assert (await room.do("editComment", MINATO, id=id_, body="Mine now."))["errors"] == errors
        assert (await room.do("deleteComment", MINATO, id=id_))["errors"] == errors


async def test_a_comment_without_replies_disappears(room: Room) -> None:
    made = await room.post(MINATO, "I take it back.")
    payload = await room.do("deleteComment", MINATO, id=made["id"])
    assert payload == {"comment": None, "errors": []}
    assert (await room.lines())[-1] == ("COMMENT_REMOVED", made["id"])
    assert (await room.do("deleteComment", MINATO, id=made["id"]))["errors"] == ["COMMENT_NOT_FOUND id"]
    rows = await room.database.rows(
        "select body_html, body_text, body_markdown from comments where id = $1", made["id"][2:]
    )
    assert [tuple(row) for row in rows] == [(None, None, None)]


async def test_a_placeholder_stays_as_long_as_replies_hang_below_it(room: Room) -> None:
    root = await room.post(MINATO, "Root.")
    reply = await room.post(ONDINE, "Reply.", parentId=root["id"])
    leaf = await room.post(MINATO, "Leaf.", parentId=reply["id"])
    gone = (await room.do("deleteComment", MINATO, id=root["id"]))["comment"]
    assert (gone["placeholder"], gone["author"], gone["body"], gone["replyCount"]) == ("DELETED", None, None, 1)
    await room.do("deleteComment", ONDINE, id=reply["id"])
    thread = await room.thread(ANONYMOUS)
    assert thread[-3:] == [root["id"], reply["id"], leaf["id"]]
    assert (await room.do("postComment", ONDINE, articleId=article(1), body="Hi", parentId=root["id"]))["errors"] == [
        "COMMENT_NOT_FOUND parentId"
    ]
    # With the last reply everything above it goes.
    assert (await room.do("deleteComment", MINATO, id=leaf["id"]))["comment"] is None
    assert thread[:-3] == await room.thread(ANONYMOUS)
    removed = [("COMMENT_REMOVED", node) for node in sorted([root["id"], reply["id"], leaf["id"]])]
    assert (await room.lines())[-3:] == removed


async def test_a_placeholder_of_the_edition_goes_with_its_last_reply(room: Room) -> None:
    await room.do("deleteComment", ONDINE, id=comment(5))
    thread = await room.thread(ANONYMOUS)
    assert comment(4) not in thread
    assert comment(5) not in thread
