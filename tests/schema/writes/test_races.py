"""Everybody at once on a few comments: nobody waits in a circle, and every counter is what a recount gives."""

import asyncio
from collections import Counter
from datetime import timedelta
from random import Random
from typing import Any

from db.ids import uuid7
from jobs.withhold import restore, withhold
from schema.caller import Caller
from tests.schema.writes.room import MODERATOR, Room, article

READERS, STEPS = 8, 12


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
    comments = [(await room.post(caller, f"Root {n}."))["id"] for n, caller in enumerate(people[:3])]
    done: Counter[str] = Counter()

    async def acts(caller: Caller, number: int) -> None:
        dice = Random(number)
        for step in range(STEPS):
            on = dice.choice(comments[-8:])
            choices: list[tuple[str, dict[str, Any]]] = [
                ("postComment", {"articleId": article(1), "body": f"By {number}, {step}."}),
                ("postComment", {"articleId": article(1), "body": f"By {number}, {step}.", "parentId": on}),
                ("editComment", {"id": on, "body": f"Edited by {number}, {step}."}),
                ("editComment", {"id": on, "body": f"You idiot, {step}."}),
                ("deleteComment", {"id": on}),
                ("addReaction", {"commentId": on}),
                ("removeReaction", {"commentId": on}),
                ("flagComment", {"commentId": on, "reason": "SPAM"}),
            ]
            mutation, input = dice.choice(choices)
            done["acts"] += 1
            payload = await room.do(mutation, caller, "comment { id }", **input)
            if not payload["errors"]:
                done[mutation] += 1
                # While the article is withheld nobody sees what was posted.
                if mutation == "postComment" and payload["comment"] is not None:
                    comments.append(payload["comment"]["id"])

    async def decides(seed: int) -> None:
        dice = Random(seed)
        for _ in range(STEPS):
            some = dice.sample(comments, min(len(comments), 3))
            status = dice.choice(("APPROVED", "REJECTED", "PENDING"))
            payload = await room.do("moderateComments", MODERATOR, "comments { id }", ids=some, status=status)
            done["moderateComments"] += not payload["errors"]

    async def withholds() -> None:
        while done["acts"] < READERS * STEPS // 3:
            await asyncio.sleep(0.01)  # others' doing, there is no event to wait for
        await withhold(room.database, article(1), reason="A race.", now=room.now)
        await restore(room.database, article(1), now=room.now)

    await asyncio.gather(
        *(acts(caller, number) for number, caller in enumerate(people)),
        *(decides(seed) for seed in (1, 2)),
        withholds(),
        room.do("eraseViewer", people[0], "erased", comments="DELETE"),
        room.do("eraseViewer", people[1], "erased", comments="ANONYMISE"),
    )
    assert {"postComment", "moderateComments"} <= done.keys()
