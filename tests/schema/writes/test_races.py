"""Everybody at once on a few comments: nobody waits in a circle, and every counter is what a recount gives."""

import asyncio
from collections import Counter
from datetime import timedelta
from random import Random
from typing import Any

from db.ids import uuid7
from jobs.due import write_due
from jobs.withhold import restore, withhold
from schema.caller import Caller
from tests.schema.writes.room import MODERATOR, Room, article

READERS = 8
# What a reader does, in an order of their own.
ACTS = (
    *("postComment", "postComment", "postComment", "editComment", "editComment", "editComment", "deleteComment"),
    *("addReaction", "addReaction", "removeReaction", "flagComment", "flagComment"),
)
DECISIONS = ("moderateComments", "setCommenterState")


async def readers(room: Room) -> list[Caller]:
    ids = [uuid7(room.now) for _ in range(READERS)]
    async with room.database.transaction() as connection:
        add = "insert into commenters (id, display_name, created_at) select *, 'R', now() from unnest($1::uuid[])"
        await connection.execute(add, ids)
    return [Caller("reader", id_) for id_ in ids]


async def test_everybody_at_once(room: Room) -> None:
    room.ruled(pace=dict.fromkeys(("comment_seconds", "edit_seconds", "reaction_seconds", "flag_seconds"), 0))
    room.step = timedelta()
    people = await readers(room)
    comments = [(await room.post(caller, f"Root {n}."))["id"] for n, caller in enumerate(people)]
    done: Counter[str] = Counter()

    async def acts(caller: Caller, number: int) -> None:
        dice, own = Random(number), [comments[number]]
        for step, mutation in enumerate(dice.sample(ACTS, len(ACTS))):
            # Now and then what is another's, which is refused.
            on = dice.choice(own if mutation in ("editComment", "deleteComment") and step % 4 else comments[-8:])
            body = dice.choice((f"By {number}, {step}.", f"You idiot, {number}, {step}."))
            input: dict[str, Any] = {
                "postComment": {
                    "articleId": article(1),
                    "body": f"By {number}, {step}.",
                    "parentId": on if step % 2 else None,
                },
                "editComment": {"id": on, "body": body},
                "deleteComment": {"id": on},
                "flagComment": {"commentId": on, "reason": "SPAM"},
            }.get(mutation, {"commentId": on})
            done["acts"] += 1
            answer = await room.send(mutation, caller, "comment { id }", **input)
            if "errors" in answer:
                # Who is erased meanwhile is told so, and nobody else is told anything.
                assert [error["extensions"]["code"] for error in answer["errors"]] == ["UNAUTHENTICATED"]
                assert number < 2
                continue
            payload = answer["data"]["done"]
            if not payload["errors"]:
                done[mutation] += 1
                # While the article is withheld nobody sees what was posted.
                if mutation == "postComment" and payload["comment"] is not None:
                    comments.append(payload["comment"]["id"])
                    own.append(payload["comment"]["id"])

    async def decides(seed: int) -> None:
        dice = Random(seed)
        for _ in range(len(ACTS)):
            some = dice.sample(comments, dice.randint(1, 3))
            status = dice.choice(("APPROVED", "REJECTED", "PENDING"))
            payload = await room.do("moderateComments", MODERATOR, "comments { id }", ids=some, status=status)
            done["moderateComments"] += not payload["errors"]

    async def states() -> None:
        soon = room.now + timedelta(seconds=1)
        for each in (2, 3, 4, 5):
            input = {"id": f"m_{people[each].reader}", "state": "PREMODERATED", "until": soon.isoformat()}
            payload = await room.do("setCommenterState", MODERATOR, "commenter { id }", **input)
            done["setCommenterState"] += not payload["errors"]
            await write_due(room.database, now=soon)

    async def withholds() -> None:
        while done["acts"] < READERS * len(ACTS) // 3:
            await asyncio.sleep(0.01)  # others' doing, there is no event to wait for
        await withhold(room.database, article(1), reason="A race.", now=room.now)
        await restore(room.database, article(1), now=room.now)

    await asyncio.gather(
        *(acts(caller, number) for number, caller in enumerate(people)),
        *(decides(seed) for seed in (1, 2)),
        states(),
        withholds(),
        room.do("eraseViewer", people[0], "erased", comments="DELETE"),
        room.do("eraseViewer", people[1], "erased", comments="ANONYMISE"),
    )
    assert [each for each in {*ACTS, *DECISIONS} if not done[each]] == []
    left = "select count(*) from commenters where id = any ($1::uuid[])"
    assert await room.database.value(left, [caller.reader for caller in people[:2]]) == 0
    assert await room.database.value("select count(*) from commenters where state <> 'ACTIVE'") == 0
