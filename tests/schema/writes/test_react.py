"""Reactions and reports of readers."""

from datetime import timedelta

from schema.caller import ANONYMOUS
from tests.schema.writes.room import MINATO, MODERATOR, ONDINE, Room, comment

SHOWN = "comment { reactionCount viewerHasReacted viewerHasFlagged flags { reason note } }"


async def test_a_reader_reacts_once(room: Room) -> None:
    for _ in range(2):
        payload = await room.do("addReaction", MINATO, commentId=comment(1))
        assert (payload["comment"]["reactionCount"], payload["comment"]["viewerHasReacted"]) == (1, True)
    assert (await room.do("addReaction", ONDINE, commentId=comment(1)))["comment"]["reactionCount"] == 2
    for _ in range(2):
        payload = await room.do("removeReaction", MINATO, commentId=comment(1))
        assert (payload["comment"]["reactionCount"], payload["comment"]["viewerHasReacted"]) == (1, False)
    assert await room.lines() == [("COMMENT_UPDATED", comment(1))] * 3


async def test_two_reactions_a_second(room: Room) -> None:
    room.step = timedelta()
    done = [(await room.do("addReaction", MINATO, commentId=comment(n)))["errors"] for n in (1, 2, 5)]
    assert done == [[], [], ["TOO_FAST input"]]
    room.now += timedelta(seconds=0.5)
    assert (await room.do("addReaction", MINATO, commentId=comment(5)))["errors"] == []


async def test_only_what_everybody_sees(room: Room) -> None:
    for mutation, more in (("addReaction", {}), ("removeReaction", {}), ("flagComment", {"reason": "SPAM"})):
        for id_ in (comment(4), comment(6), comment(8), comment(99), "x"):
            payload = await room.do(mutation, MINATO, commentId=id_, **more)
            assert payload == {"comment": None, "errors": ["COMMENT_NOT_FOUND commentId"]}


async def test_a_report_is_for_moderators(room: Room) -> None:
    for _ in range(2):
        given = {"commentId": comment(1), "reason": "OFFENSIVE", "note": " Not nice\0. "}
        payload = await room.do("flagComment", MINATO, SHOWN, **given)
        assert payload["comment"]["viewerHasFlagged"] is True
        assert payload["comment"]["flags"] == []
    query = f'{{ comment(id: "{comment(1)}") {{ viewerHasFlagged flags {{ reason note }} }} }}'
    seen = (await room.ask(query, MODERATOR))["data"]["comment"]
    assert seen == {"viewerHasFlagged": False, "flags": [{"reason": "OFFENSIVE", "note": "Not nice."}]}
    assert (await room.ask(query, ANONYMOUS))["data"]["comment"] == {"viewerHasFlagged": False, "flags": []}
    assert await room.lines() == []


async def test_a_note_has_its_length(room: Room) -> None:
    query = """mutation ($note: String) {
      flagComment(input: {commentId: "c_x", reason: SPAM, note: $note}) { errors { code } } }"""
    answer = await room.ask(query, MINATO, note="x" * 1001)
    assert answer["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
