"""Comments posted: what is shown, counted and logged; once for each key; and everything that a form can get wrong."""

import asyncio
import threading
import unicodedata
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ingest.moderation.case import Case, Opinion, Status
from schema.caller import ANONYMOUS, Caller
from schema.writes import judged as judging
from tests.pace import measured
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

PREVIEW = """query ($input: PostCommentInput!) {
  previewComment(input: $input) { state: status findings { rule message } } }"""


async def test_a_comment_is_shown_counted_and_logged(room: Room) -> None:
    made = await room.post(MINATO, "Hello **all**, see https://a.example/x")
    assert made["status"] == "PUBLISHED"
    assert made["body"].startswith("<p>Hello <strong>all</strong>, see <a href=")
    assert made["body_text"] == "Hello all, see https://a.example/x"
    assert made["author"] == {"displayName": "みなと", "commentCount": 3}
    assert made["article"] == {"id": article(1), "commentCount": 5}
    assert made["parent"] is None
    assert made["viewerCanEdit"] is True
    assert (await room.thread(ANONYMOUS))[-1] == made["id"]
    assert await room.lines() == [("COMMENT_POSTED", made["id"])]


async def test_a_reply_is_counted_at_its_parent(room: Room) -> None:
    made = await room.post(HELD_ONLY, "An answer.", parentId=comment(3))
    assert made["depth"] == 2
    assert made["parent"] == {"id": comment(3), "replyCount": 1}
    thread = await room.thread(ANONYMOUS)
    assert thread.index(made["id"]) == thread.index(comment(3)) + 1
    assert await room.lines() == [("COMMENT_UPDATED", comment(3)), ("COMMENT_POSTED", made["id"])]


async def test_a_held_comment_is_its_authors_and_nobody_elses(room: Room) -> None:
    made = await room.post(MINATO, "You idiot.")
    assert made["status"] == "WITHHELD"
    assert made["article"]["commentCount"] == 4
    assert made["id"] in await room.thread(MINATO)
    assert made["id"] in await room.thread(MODERATOR)
    assert made["id"] not in await room.thread(ANONYMOUS)
    assert made["id"] not in await room.thread(ONDINE)
    assert await room.lines() == []


async def test_why_it_is_held_can_be_read_by_author_and_moderators(room: Room) -> None:
    made = await room.post(MINATO, "You idiot.")
    query = """query ($id: ID!) { comment(id: $id) {
      decisions { status reason note rule decidedBy { id } } flags { reason note } } }"""
    for caller in (MINATO, MODERATOR):
        answer = await room.ask(query, caller, id=made["id"])
        (decision,) = answer["data"]["comment"]["decisions"]
        assert (decision["status"], decision["rule"], decision["decidedBy"]) == ("WITHHELD", "TOXICITY", None)
        assert "moderator" in decision["note"]
    shown = await room.ask(query, ONDINE, id=comment(1))
    assert shown["data"]["comment"] == {"decisions": [], "flags": []}


async def test_staff_are_approved_at_once(room: Room) -> None:
    assert (await room.post(STAFF, "From the desk: you idiot, quoted."))["status"] == "APPROVED"


async def test_what_is_kept_is_what_was_measured(room: Room) -> None:
    kept = "select body_markdown from comments where id = $1"
    for sent, markdown in (
        ("\x85\n  Padded.\u3000 \n" + " " * 9_900, "Padded."),
        ("Over\r\ntwo\u2028lines", "Over\ntwo\nlines"),
        ("Za" + "\u0301\u0316" * 1_000 + "lgo", "Za\u0301\u0316\u0301\u0316\u0301\u0316lgo"),
        ("\u202eTurned", "Turned"),
    ):
        made = await room.post(MINATO, sent)
        assert await room.database.value(kept, made["id"][2:]) == unicodedata.normalize("NFC", markdown)
    made = await room.do("editComment", MINATO, id=made["id"], body="\n Returned. ")
    assert await room.database.value(kept, made["comment"]["id"][2:]) == "Returned."


@pytest.mark.parametrize("padding", [" ", "\x85", "\u0301\u0316", "\ufdfa", "x"])
async def test_what_is_far_too_long_is_refused_at_sight(room: Room, padding: str) -> None:
    body = (padding * 800_000)[:800_000] + "padded"
    with measured() as spent:
        payload = await room.do("postComment", MINATO, articleId=article(1), body=body)
        preview = await room.ask(PREVIEW, MINATO, input={"articleId": article(1), "body": body})
    assert payload["errors"] == ["BODY_TOO_LONG body"]
    found = preview["data"]["previewComment"]
    assert (found["state"], [finding["rule"] for finding in found["findings"]]) == ("REJECTED", ["LENGTH"])
    assert spent.seconds < 0.5


WRONG: list[tuple[Caller, dict[str, str], list[str]]] = [
    (MINATO, {"body": " "}, ["BODY_EMPTY body"]),
    (MINATO, {"body": "&#8203;&#8205;"}, ["BODY_EMPTY body"]),
    (MINATO, {"body": "x" * 4_001}, ["BODY_TOO_LONG body"]),
    (MINATO, {"body": "a\0b"}, ["BODY_INVALID body"]),
    (MINATO, {"articleId": "a_nothing"}, ["ARTICLE_NOT_FOUND articleId"]),
    (MINATO, {"articleId": comment(1)}, ["ARTICLE_NOT_FOUND articleId"]),
    (MINATO, {"articleId": article(7)}, ["ARTICLE_NOT_FOUND articleId"]),  # withheld
    (MINATO, {"parentId": comment(99)}, ["COMMENT_NOT_FOUND parentId"]),
    (MINATO, {"parentId": comment(6)}, ["COMMENT_NOT_FOUND parentId"]),  # held
    (MINATO, {"parentId": comment(4)}, ["COMMENT_NOT_FOUND parentId"]),  # deleted
    (MINATO, {"parentId": comment(7)}, ["COMMENT_NOT_FOUND parentId"]),  # under another article
]


async def test_what_a_form_can_get_wrong(room: Room) -> None:
    for caller, more, errors in WRONG:
        payload = await room.do("postComment", caller, **{"articleId": article(1), "body": "Hello", **more})
        assert payload == {"comment": None, "errors": errors}
    assert await room.lines() == []


async def test_the_same_text_again_is_refused(room: Room) -> None:
    await room.post(MINATO, "Well said, I think.")
    again = await room.do("postComment", MINATO, articleId=article(1), body="well said, i  think.")
    assert again["errors"] == ["REPEATED body"]
    room.now += timedelta(minutes=11)
    await room.post(MINATO, "Well said, I think.")


async def test_one_comment_every_three_seconds(room: Room) -> None:
    room.step = timedelta(seconds=2)
    await room.post(MINATO, "One.")
    assert (await room.do("postComment", MINATO, articleId=article(1), body="Two."))["errors"] == ["TOO_FAST input"]
    await room.post(ONDINE, "Another's.")
    await room.post(MINATO, "Two.")
    await room.post(MODERATOR, "Moderators are free.")
    await room.post(MODERATOR, "As often as they like.")


async def at_once(room: Room, caller: Caller, *inputs: dict[str, str]) -> Counter[str]:
    """What comes of posts at the same moment: their errors, "" for none."""
    room.step = timedelta()
    posts = (room.do("postComment", caller, **{"articleId": article(1), **input}) for input in inputs)
    payloads = await asyncio.gather(*posts)
    return Counter("".join(payload["errors"]) for payload in payloads)


NOTHING_SEEN = {"body": "&#8203;&#8205;"}


async def test_what_is_refused_after_it_was_judged_counts_too(room: Room) -> None:
    found = await at_once(room, MINATO, *[NOTHING_SEEN] * 4)
    assert found == {"BODY_EMPTY body": 1, "TOO_FAST input": 3}
    room.now += timedelta(seconds=4)
    await room.post(MINATO, "Once.")
    room.now += timedelta(seconds=4)
    found = await at_once(room, MINATO, *[{"body": "Once."}] * 4)
    assert found == {"REPEATED body": 1, "TOO_FAST input": 3}


async def test_what_is_cheap_to_refuse_counts_for_nothing(room: Room) -> None:
    room.step = timedelta()
    for body in (" ", "x" * 4_001, "a\0b"):
        assert (await room.do("postComment", MINATO, articleId=article(1), body=body))["errors"] != ["TOO_FAST input"]
    assert (await room.do("postComment", MINATO, articleId=article(7), body="Elsewhere."))["errors"] == [
        "ARTICLE_NOT_FOUND articleId"
    ]
    made = await room.post(MINATO, "Mended at once.")
    for body in ("", "x" * 4_001):
        payload = await room.do("editComment", MINATO, id=made["id"], body=body)
        assert payload["errors"] != ["TOO_FAST input"]
    assert (await room.do("editComment", MINATO, id=made["id"], body="Mended again."))["errors"] == []
    assert (await room.do("editComment", MINATO, id=made["id"], body="And again."))["errors"] == ["TOO_FAST input"]


async def test_another_try_with_the_same_key_is_never_too_fast(room: Room) -> None:
    assert await at_once(room, MINATO, *[{"body": "Once.", "idempotencyKey": "k"}] * 3) == {"": 3}
    assert await room.database.value("select count(*) from comments where body_text = 'Once.'") == 1
    room.now += timedelta(seconds=20)
    assert await at_once(room, MINATO, {"body": "Another.", "idempotencyKey": "l"}) == {"": 1}
    assert await at_once(room, MINATO, *[{"body": "Once.", "idempotencyKey": "k"}] * 9) == {"": 9}
    # What was refused may be mended with its key; whoever goes on is too fast all the same.
    room.now += timedelta(seconds=20)
    found = await at_once(room, MINATO, *[{**NOTHING_SEEN, "idempotencyKey": "m"}] * 9)
    assert found == {"BODY_EMPTY body": 5, "TOO_FAST input": 4}


async def test_a_key_that_was_used_meanwhile_answers_though_another_rule_refuses(room: Room) -> None:
    await room.post(MINATO, "Once.", idempotencyKey="k")
    await room.do("setCommentsOpen", MODERATOR, "article { commentsOpen }", articleId=article(1), open=False)
    await room.post(MINATO, "Once.", idempotencyKey="k")


def once(room: Room, act: Callable[[], Coroutine[Any, Any, Any]]) -> list[str]:
    """Let something happen while the first text is judged, and be done before it is; the texts that are judged."""
    loop, judged = asyncio.get_running_loop(), list[str]()

    def scorer(text: str, language: str) -> float:
        judged.append(text)
        if len(judged) == 1:
            asyncio.run_coroutine_threadsafe(act(), loop).result(timeout=30)
        return 0.0

    room.rules = replace(room.rules, scorer=scorer)
    return judged


async def test_while_a_text_is_judged_nothing_is_locked_and_others_go_on(room: Room) -> None:
    async def react_and_close() -> None:
        await room.do("addReaction", ONDINE, commentId=comment(1))
        await room.do("setCommentsOpen", MODERATOR, "article { commentsOpen }", articleId=article(1), open=False)

    judged = once(room, react_and_close)
    # What was judged on is no longer so when it is to be written.
    late = await room.do("postComment", MINATO, articleId=article(1), body="Good morning.")
    assert late["errors"] == ["COMMENTS_CLOSED articleId"]
    assert judged == ["Good morning."]


async def test_who_is_banned_while_their_text_is_judged_writes_nothing(room: Room) -> None:
    async def ban() -> None:
        await room.do("setCommenterState", MODERATOR, "commenter { state }", id=commenter(3), state="BANNED")

    once(room, ban)
    assert (await room.do("postComment", MINATO, articleId=article(1), body="Hi"))["errors"] == ["BANNED input"]


async def test_what_changed_while_a_text_was_judged_is_judged_anew(room: Room) -> None:
    asked: list[Case] = []

    async def external(case: Case) -> Opinion | None:
        asked.append(case)
        return Opinion(Status.PENDING, "Held by another.")

    async def premoderate() -> None:
        given = {"articleId": article(1), "open": True, "premoderated": True}
        await room.do("setCommentsOpen", MODERATOR, "article { commentsOpen }", **given)

    room.external = external
    room.ruled(external={"url": "https://moderator.example/"})
    judged = once(room, premoderate)
    assert (await room.post(MINATO, "Good morning."))["status"] == "PENDING"
    # The text is the same, and what was said of it.
    assert judged == ["Good morning."]
    assert len(asked) == 1


@pytest.mark.parametrize("caller", [MODERATOR, MINATO])
async def test_what_one_author_posts_at_once_is_all_taken(room: Room, caller: Caller) -> None:
    room.ruled(pace={"comment_seconds": 0})
    bodies = [f"Good morning, {n}." for n in range(20)]
    await asyncio.gather(*(room.post(caller, body) for body in bodies))
    rows = await room.database.rows("select body_markdown from comments where author_id = $1", caller.reader)
    assert {row["body_markdown"] for row in rows} >= set(bodies)


async def test_what_there_is_no_time_to_judge_is_shed(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "_PATIENCE", 0.05)
    done = threading.Event()
    busy = judging._JUDGES.submit(done.wait)
    post = f'mutation {{ postComment(input: {{articleId: "{article(1)}", body: "Hi."}}) {{ comment {{ id }} }} }}'
    (error,) = (await room.ask(post, MINATO))["errors"]
    done.set()
    busy.result(timeout=10)
    assert error["message"] == "Too many comments wait to be judged. Try again."
    assert error["extensions"]["code"] == "UNAVAILABLE"
    # What was given up is not judged later, and nobody waits for it.
    await room.post(ONDINE, "Good morning.")


async def test_a_closed_article_takes_none(room: Room) -> None:
    await room.do("setCommentsOpen", MODERATOR, "article { commentsOpen }", articleId=article(1), open=False)
    assert (await room.do("postComment", MINATO, articleId=article(1), body="Hi"))["errors"] == [
        "COMMENTS_CLOSED articleId"
    ]


async def test_closing_by_age(room: Room) -> None:
    room.ruled(closing={"after_days": 1})
    assert (await room.do("postComment", MINATO, articleId=article(1), body="Hi"))["errors"] == [
        "COMMENTS_CLOSED articleId"
    ]
    await room.do("setCommentsOpen", MODERATOR, "article { commentsOpen }", articleId=article(1), open=True)
    await room.post(MINATO, "Open for ever.")


async def test_an_article_that_is_looked_at_first_and_closes_at_a_time(room: Room) -> None:
    given = {"articleId": article(1), "open": True, "closesAt": (room.now + timedelta(hours=1)).isoformat()}
    await room.do("setCommentsOpen", MODERATOR, "article { commentsOpen }", **given, premoderated=True)
    assert (await room.post(MINATO, "Held."))["status"] == "PENDING"
    # Left out, it is as it was.
    await room.do("setCommentsOpen", MODERATOR, "article { commentsOpen }", **given)
    assert (await room.post(MINATO, "Held too."))["status"] == "PENDING"
    await room.do("setCommentsOpen", MODERATOR, "article { commentsOpen }", **given, premoderated=False)
    assert (await room.post(MINATO, "Published."))["status"] == "PUBLISHED"
    room.now += timedelta(hours=1)
    late = await room.do("postComment", MINATO, articleId=article(1), body="Late.")
    assert late["errors"] == ["COMMENTS_CLOSED articleId"]


async def test_who_is_kept_from_writing(room: Room) -> None:
    for state in ("SUSPENDED", "BANNED"):
        given = {"id": commenter(3), "state": state, "until": (room.now + timedelta(hours=1)).isoformat()}
        assert (await room.do("setCommenterState", MODERATOR, "commenter { state }", **given))["errors"] == []
        for mutation, input in (
            ("postComment", {"articleId": article(1), "body": "Hi"}),
            ("addReaction", {"commentId": comment(1)}),
            ("flagComment", {"commentId": comment(1), "reason": "SPAM"}),
        ):
            assert (await room.do(mutation, MINATO, **input))["errors"] == [f"{state} input"]
    room.now += timedelta(hours=2)
    await room.post(MINATO, "It is over.")


async def test_a_commenter_whose_comments_are_held_first(room: Room) -> None:
    await room.do("setCommenterState", MODERATOR, "commenter { state }", id=commenter(3), state="PREMODERATED")
    assert (await room.post(MINATO, "Hi"))["status"] == "PENDING"


async def test_the_same_key_answers_with_the_first_result(room: Room) -> None:
    first = await room.post(MINATO, "Once.", idempotencyKey="k1")
    assert (await room.post(MINATO, "Once.", idempotencyKey="k1"))["id"] == first["id"]
    other = await room.do("postComment", MINATO, articleId=article(1), body="Twice.", idempotencyKey="k1")
    assert other["errors"] == ["IDEMPOTENCY_CONFLICT idempotencyKey"]
    # A key is its commenter's own.
    assert (await room.post(ONDINE, "Once.", idempotencyKey="k1"))["id"] != first["id"]
    # What was refused has used no key.
    assert (await room.do("postComment", MINATO, articleId=article(1), body="", idempotencyKey="k2"))["errors"]
    await room.post(MINATO, "Now it says something.", idempotencyKey="k2")


@pytest.mark.parametrize("answered", [False, True])
async def test_the_key_of_a_comment_that_was_deleted_says_so(room: Room, answered: bool) -> None:
    made = await room.post(MINATO, "Once.", idempotencyKey="k")
    if answered:
        await room.post(ONDINE, "Indeed.", parentId=made["id"])
    assert (await room.do("deleteComment", MINATO, id=made["id"]))["errors"] == []
    for body, errors in (("Once.", "COMMENT_NOT_FOUND"), ("Twice.", "IDEMPOTENCY_CONFLICT")):
        again = await room.do("postComment", MINATO, articleId=article(1), body=body, idempotencyKey="k")
        assert again == {"comment": None, "errors": [f"{errors} idempotencyKey"]}
    assert await room.database.value("select count(*) from comments where body_text = 'Once.'") == 0


async def test_only_readers_post(room: Room) -> None:
    query = f'mutation {{ postComment(input: {{articleId: "{article(1)}", body: "Hi"}}) {{ errors {{ code }} }} }}'
    for caller in (ANONYMOUS, KEY):
        answer = await room.ask(query, caller)
        assert answer["data"] is None
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["UNAUTHENTICATED"]


async def test_a_discussion_does_not_grow_deeper_than_its_index(room: Room) -> None:
    await room.database.rows("update comments set depth = 200 where id = $1::uuid", uuid(7, 3))
    payload = await room.do("postComment", MINATO, articleId=article(1), body="Deeper.", parentId=comment(3))
    assert payload["errors"] == ["TOO_MANY parentId"]


async def test_the_external_moderator_is_asked_outside_of_the_transaction(room: Room) -> None:
    asked: list[Case] = []

    async def external(case: Case) -> Opinion | None:
        asked.append(case)
        # Nothing is locked meanwhile: another reader writes.
        if len(asked) == 1:
            await room.post(ONDINE, "In between.")
        return Opinion(Status.PENDING, "Held by another.") if case.author.role == "MEMBER" else None

    room.external = external
    room.ruled(external={"url": "https://moderator.example/"})
    assert (await room.post(MINATO, "Good morning."))["status"] == "PENDING"
    assert [case.text.plain for case in asked] == ["Good morning.", "In between."]
    await room.post(MINATO, "You idiot.")
    assert len(asked) == 2


async def test_a_preview_writes_nothing_and_tells_everything(room: Room) -> None:
    async def preview(**input: Any) -> tuple[str, list[str]]:
        answer = await room.ask(PREVIEW, MINATO, input={"articleId": article(1), **input})
        found = answer["data"]["previewComment"]
        return found["state"], [finding["rule"] for finding in found["findings"]]

    assert await preview(body="Good morning.") == ("PUBLISHED", [])
    assert await preview(body="You idiot, https://bit.ly/1") == ("WITHHELD", ["TOXICITY", "SPAM"])
    assert await preview(body="") == ("REJECTED", ["LENGTH"])
    room.now += room.step
    assert await preview(body="Hi", articleId=article(7)) == ("REJECTED", ["ARTICLE_NOT_FOUND"])
    assert await room.lines() == []
    refused = await room.ask(PREVIEW, ANONYMOUS, input={"articleId": article(1), "body": "Hi"})
    assert refused["data"] == {"previewComment": None}
    assert refused["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_previews_have_a_pace_of_their_own_and_judge_once(room: Room) -> None:
    judged: list[str] = []
    asked: list[Case] = []

    def scorer(text: str, language: str) -> float:
        judged.append(text)
        return 0.0

    async def external(case: Case) -> Opinion | None:
        asked.append(case)
        return Opinion(Status.PENDING, "Held by another.")

    room.external = external
    room.ruled(external={"url": "https://moderator.example/"}, new_commenter={"below": 99})
    room.rules = replace(room.rules, scorer=scorer)
    one = (
        f'previewComment(input: {{articleId: "{article(1)}", body: "Good morning."}}) {{ status findings {{ rule }} }}'
    )
    answer = await room.ask("{" + "".join(f"a{n}: {one} " for n in range(20)) + "}", MINATO)
    found = Counter(
        (given["status"], *(each["rule"] for each in given["findings"])) for given in answer["data"].values()
    )
    assert found == {("PENDING", "EXTERNAL", "NEW_COMMENTER"): 2, ("REJECTED", "TOO_FAST"): 18}
    assert (len(judged), len(asked)) == (2, 2)
    await room.post(MINATO, "Good morning.")
    assert (len(judged), len(asked)) == (3, 3)
