"""Readers who go, with or without what they wrote."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ingest.moderation.case import Case, Opinion
from jobs.due import write_due
from schema.caller import ANONYMOUS, Caller
from schema.writes import erase
from tests.databases import traces
from tests.schema.writes.room import MINATO, MODERATOR, ONDINE, Room, article, comment, commenter, uuid

WHO = str(uuid(6, 3))
ERASED = "Your account was erased meanwhile. Who goes on begins anew."
# What stays of whoever is suspended or banned: that they are, why, and how they are known again.
KEPT = {"commenters.id", "decisions.commenter_id", "identities.commenter_id"}


async def write_all(room: Room) -> str:
    """Everything that a reader can leave behind; the comment below which another hangs."""
    made = await room.post(MINATO, "I was here.", idempotencyKey="k")
    await room.post(ONDINE, "So was I.", parentId=made["id"])
    await room.post(MINATO, "Alone.")
    await room.post(MINATO, "You idiot.")
    await room.do("addReaction", MINATO, commentId=comment(1))
    await room.do("flagComment", MINATO, commentId=comment(2), reason="OTHER", note="mine")
    async with room.database.transaction() as connection:
        await connection.execute("insert into identities values ('i', 's', $1, $2)", uuid(6, 3), room.now)
    return str(made["id"])


async def stand(room: Room, state: str, hours: int = 0) -> Any:
    """What a moderator says of Minato."""
    until = {"until": (room.now + timedelta(hours=hours)).isoformat()} if hours else {}
    return await room.do("setCommenterState", MODERATOR, "commenter { state }", id=commenter(3), state=state, **until)


async def late(room: Room) -> list[str]:
    """What is said to Minato, who is still known and writes once more."""
    errors = []
    for mutation, input in (
        ("postComment", {"articleId": article(1), "body": "Still here."}),
        ("addReaction", {"commentId": comment(1)}),
        ("flagComment", {"commentId": comment(1), "reason": "SPAM"}),
    ):
        errors += (await room.do(mutation, MINATO, "comment { id }", **input))["errors"]
    return errors


async def test_anonymised_texts_stay_without_a_name(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erase, "BATCH", 2)
    made = await write_all(room)
    count = len(await room.thread(ANONYMOUS))
    payload = await room.do("eraseViewer", MINATO, "erased", comments="ANONYMISE")
    assert payload == {"erased": True, "errors": []}
    assert await traces(room.database, WHO) == {}
    assert len(await room.thread(ANONYMOUS)) == count
    query = f'{{ comment(id: "{made}") {{ body(as: TEXT) author {{ id }} placeholder }} }}'
    shown = (await room.ask(query, ANONYMOUS))["data"]["comment"]
    assert shown == {"body": "I was here.", "author": None, "placeholder": None}
    assert (await room.ask(f'{{ node(id: "{commenter(3)}") {{ id }} }}', MODERATOR))["data"]["node"] is None


LATE: list[tuple[str, str, dict[str, str]]] = [
    ("postComment", "comment { id }", {"articleId": article(1), "body": "Still here."}),
    ("postComment", "comment { id }", {"articleId": article(1), "body": "Still here.", "idempotencyKey": "k"}),
    ("editComment", "comment { id }", {"id": comment(3), "body": "Still mine."}),
    ("deleteComment", "comment { id }", {"id": comment(3)}),
    ("addReaction", "comment { id }", {"commentId": comment(1)}),
    ("removeReaction", "comment { id }", {"commentId": comment(1)}),
    ("flagComment", "comment { id }", {"commentId": comment(1), "reason": "SPAM"}),
    ("eraseViewer", "erased", {"comments": "DELETE"}),
]


async def assert_gone(room: Room, caller: Caller = MINATO) -> None:
    """Whoever writes and is gone is told so, each time that a token brings them."""
    for mutation, shown, input in LATE:
        room.forgotten.clear()
        answer = await room.send(mutation, caller, shown, **input)
        (error,) = answer["errors"]
        assert (error["extensions"]["code"], error["message"]) == ("UNAUTHENTICATED", ERASED), mutation
        assert room.forgotten == [caller.reader]


@pytest.mark.parametrize("pace", [None, 0])
async def test_who_is_gone_and_writes_is_told_and_forgotten(room: Room, pace: int | None) -> None:
    await write_all(room)
    if pace is not None:
        paces = ("comment_seconds", "edit_seconds", "reaction_seconds", "flag_seconds", "preview_seconds")
        room.ruled(pace=dict.fromkeys(paces, pace))
    await room.do("eraseViewer", MINATO, "erased", comments="ANONYMISE")
    assert room.forgotten == [MINATO.reader]
    await assert_gone(room)
    # A moderator writes as a reader does.
    await assert_gone(room, replace(MINATO, audience="moderator", role="MODERATOR"))
    preview = "query ($input: PostCommentInput!) { previewComment(input: $input) { status } }"
    answer = await room.ask(preview, MINATO, input={"articleId": article(1), "body": "Still here."})
    assert [error["message"] for error in answer["errors"]] == [ERASED]


async def test_deleted_texts_leave_placeholders_where_replies_hang(room: Room) -> None:
    made = await write_all(room)
    await room.do("eraseViewer", MINATO, "erased", comments="DELETE")
    thread = await room.thread(ANONYMOUS)
    assert made in thread
    assert comment(3) not in thread
    query = f'{{ comment(id: "{made}") {{ body author {{ id }} placeholder replyCount }} }}'
    shown = (await room.ask(query, MODERATOR))["data"]["comment"]
    assert shown == {"body": None, "author": None, "placeholder": "ERASED", "replyCount": 1}
    assert (await traces(room.database, WHO), await traces(room.database, "I was here")) == ({}, {})


@pytest.mark.parametrize("by", ["deleteComment", "eraseViewer"])
async def test_what_is_wiped_is_quoted_nowhere(room: Room, by: str) -> None:
    async def external(case: Case) -> Opinion:
        return Opinion(None, f"Somebody looks at {case.body!r}.")

    room.external = external
    room.ruled(external={"url": "https://moderator.example/"}, words={"banned": {"any": ["gobshite"]}})
    said = ("A wry shrike.", "What a gobshite.")
    made = [await room.post(MINATO, body) for body in said]
    await room.post(ONDINE, "So it is.", parentId=made[0]["id"])
    await room.do("flagComment", ONDINE, commentId=made[0]["id"], reason="OTHER", note="It says: a wry shrike.")
    decided = {"ids": [made[0]["id"]], "status": "REJECTED", "note": "Not about the ferry."}
    await room.do("moderateComments", MODERATOR, "comments { id }", **decided)
    for word in ("shrike", "gobshite"):
        assert {"comments.body_text", "flags.note"} & (await traces(room.database, word)).keys()
    assert "decisions.note" in await traces(room.database, "gobshite")
    if by == "deleteComment":
        for each in made:
            assert (await room.do(by, MINATO, id=each["id"]))["errors"] == []
    else:
        await room.do(by, MINATO, "erased", comments="DELETE")
    assert [await traces(room.database, word) for word in ("shrike", "gobshite")] == [{}, {}]
    # What was decided, and by which rule, is still to be read; and what a moderator said of it.
    left = await room.database.rows("select status, rule, note from decisions order by decided_at, id")
    assert [tuple(row) for row in left] == [
        ("REJECTED", "BANNED_WORD", None),
        ("REJECTED", None, "Not about the ferry."),
    ]


async def test_who_is_banned_stays_banned_without_a_name(room: Room) -> None:
    await write_all(room)
    await stand(room, "BANNED")
    await room.do("eraseViewer", MINATO, "erased", comments="DELETE")
    rows = await room.database.rows(
        "select display_name, state, comment_count from commenters where id = $1", uuid(6, 3)
    )
    assert [tuple(row) for row in rows] == [("", "BANNED", 0)]
    assert (await traces(room.database, WHO)).keys() == KEPT
    assert await late(room) == ["BANNED input"] * 3


async def test_who_was_suspended_is_gone_when_that_is_over(room: Room) -> None:
    await write_all(room)
    await stand(room, "SUSPENDED", hours=1)
    await room.do("eraseViewer", MINATO, "erased", comments="ANONYMISE")
    assert (await traces(room.database, WHO)).keys() == KEPT
    assert await late(room) == ["SUSPENDED input"] * 3
    # Time by itself lets nobody write who has no name.
    room.now += timedelta(hours=1)
    assert await late(room) == ["SUSPENDED input"] * 3
    assert await write_due(room.database, now=room.now) == 1
    assert await traces(room.database, WHO) == {}
    await assert_gone(room)


async def test_who_is_looked_at_first_or_was_suspended_once_is_gone_at_once(room: Room) -> None:
    await write_all(room)
    await stand(room, "SUSPENDED", hours=1)
    room.now += timedelta(hours=2)
    await stand(room, "PREMODERATED")
    await room.do("eraseViewer", MINATO, "erased", comments="ANONYMISE")
    assert await traces(room.database, WHO) == {}


@pytest.mark.parametrize("state", ["ACTIVE", "PREMODERATED"])
async def test_who_is_let_write_again_is_gone(room: Room, state: str) -> None:
    await write_all(room)
    await stand(room, "BANNED")
    await room.do("eraseViewer", MINATO, "erased", comments="ANONYMISE")
    assert (await stand(room, "SUSPENDED", hours=1))["commenter"] == {"state": "SUSPENDED"}
    assert await stand(room, state) == {"commenter": None, "errors": []}
    assert await traces(room.database, WHO) == {}
    assert (await stand(room, state))["errors"] == ["COMMENTER_NOT_FOUND id"]


async def test_a_moderator_who_goes_leaves_their_decisions(room: Room) -> None:
    shown = "comments { decisions { status decidedBy { id } } }"
    await room.do("moderateComments", MODERATOR, shown, ids=[comment(6)], status="APPROVED")
    await room.do("eraseViewer", MODERATOR, "erased", comments="ANONYMISE")
    left = await room.database.rows("select status, decided_by from decisions")
    assert [tuple(row) for row in left] == [("APPROVED", None)]
