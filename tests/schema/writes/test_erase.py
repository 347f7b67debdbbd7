"""Readers who go, with or without what they wrote."""

import pytest

from schema.caller import ANONYMOUS
from schema.writes import erase
from tests.schema.writes.room import MINATO, MODERATOR, ONDINE, Room, article, comment, commenter, uuid

EVERYTHING = """select (select count(*) from comments where author_id = $1)
  + (select count(*) from reactions where commenter_id = $1) + (select count(*) from flags where commenter_id = $1)
  + (select count(*) from idempotency_keys where commenter_id = $1)
  + (select count(*) from paces where commenter_id = $1) + (select count(*) from commenters where id = $1)"""


async def write_all(room: Room) -> str:
    """Everything that a reader can leave behind; the comment below which another hangs."""
    made = await room.post(MINATO, "I was here.", idempotencyKey="k")
    await room.post(ONDINE, "So was I.", parentId=made["id"])
    await room.post(MINATO, "Alone.")
    await room.post(MINATO, "You idiot.")
    await room.do("addReaction", MINATO, commentId=comment(1))
    await room.do("flagComment", MINATO, commentId=comment(2), reason="OTHER", note="mine")
    return str(made["id"])


async def test_anonymised_texts_stay_without_a_name(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erase, "BATCH", 2)
    made = await write_all(room)
    count = len(await room.thread(ANONYMOUS))
    payload = await room.do("eraseViewer", MINATO, "erased", comments="ANONYMISE")
    assert payload == {"erased": True, "errors": []}
    assert await room.database.value(EVERYTHING, uuid(6, 3)) == 0
    assert len(await room.thread(ANONYMOUS)) == count
    query = f'{{ comment(id: "{made}") {{ body(as: TEXT) author {{ id }} placeholder }} }}'
    shown = (await room.ask(query, ANONYMOUS))["data"]["comment"]
    assert shown == {"body": "I was here.", "author": None, "placeholder": None}
    assert (await room.ask(f'{{ node(id: "{commenter(3)}") {{ id }} }}', MODERATOR))["data"]["node"] is None
    # Whoever is gone can't write.
    for key in ({}, {"idempotencyKey": "k"}, {"idempotencyKey": "new"}):
        late = await room.do("postComment", MINATO, articleId=article(1), body="Still here.", **key)
        assert late["errors"] == ["COMMENTER_NOT_FOUND input"]
    again = await room.do("eraseViewer", MINATO, "erased", comments="DELETE")
    assert again == {"erased": False, "errors": ["COMMENTER_NOT_FOUND input"]}


async def test_deleted_texts_leave_placeholders_where_replies_hang(room: Room) -> None:
    made = await write_all(room)
    await room.do("eraseViewer", MINATO, "erased", comments="DELETE")
    thread = await room.thread(ANONYMOUS)
    assert made in thread
    assert comment(3) not in thread
    query = f'{{ comment(id: "{made}") {{ body author {{ id }} placeholder replyCount }} }}'
    shown = (await room.ask(query, MODERATOR))["data"]["comment"]
    assert shown == {"body": None, "author": None, "placeholder": "ERASED", "replyCount": 1}
    texts = await room.database.value("select count(*) from comments where body_text like '%I was here%'")
    assert (await room.database.value(EVERYTHING, uuid(6, 3)), texts) == (0, 0)


async def test_who_is_banned_stays_banned_without_a_name(room: Room) -> None:
    await room.do("setCommenterState", MODERATOR, "commenter { state }", id=commenter(3), state="BANNED")
    await room.do("eraseViewer", MINATO, "erased", comments="DELETE")
    rows = await room.database.rows(
        "select display_name, state, comment_count from commenters where id = $1", uuid(6, 3)
    )
    assert [tuple(row) for row in rows] == [("", "BANNED", 0)]


async def test_a_moderator_who_goes_leaves_their_decisions(room: Room) -> None:
    shown = "comments { decisions { status decidedBy { id } } }"
    await room.do("moderateComments", MODERATOR, shown, ids=[comment(6)], status="APPROVED")
    await room.do("eraseViewer", MODERATOR, "erased", comments="ANONYMISE")
    left = await room.database.rows("select status, decided_by from decisions")
    assert [tuple(row) for row in left] == [("APPROVED", None)]
