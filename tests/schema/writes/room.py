"""A room with people in it who write, on the fixed edition, with a clock that the test moves."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from db.pool import Database
from ingest.moderation.settings import Rules, rules
from schema.build import build_schema
from schema.caller import Caller
from schema.execute import Executor
from schema.writes.desk import Desk, External

SCHEMA = build_schema()


def uuid(noun: int, number: int) -> UUID:
    return UUID(f"00000000-0000-7000-8000-{noun:04x}{number:08x}")


def article(number: int) -> str:
    return f"a_{uuid(4, number)}"


def comment(number: int) -> str:
    return f"c_{uuid(7, number)}"


def commenter(number: int) -> str:
    return f"m_{uuid(6, number)}"


ONDINE = Caller("reader", uuid(6, 1))
MINATO = Caller("reader", uuid(6, 3), role="MEMBER")
HELD_ONLY = Caller("reader", uuid(6, 4))
STAFF = Caller("reader", uuid(6, 2), role="STAFF")
MODERATOR = Caller("moderator", uuid(6, 2), role="MODERATOR")
KEY = Caller("moderator", scopes=frozenset({"moderate"}))

SHOWN = """{ id status placeholder depth body body_text: body(as: TEXT) replyCount reactionCount editedAt
  author { displayName commentCount } parent { id replyCount } article { id commentCount }
  viewerHasReacted viewerHasFlagged viewerCanEdit }"""
# How far each counter is from what a recount gives; nothing where all are right.
RECOUNT = """
select 'article' as what, a.id, a.comment_count as kept, count(c.id) as counted
from articles a left join comments c on c.article_id = a.id and c.is_public and c.placeholder is null
group by a.id having a.comment_count <> count(c.id)
union all
select 'replies', p.id, p.reply_count, count(c.id)
from comments p left join comments c on c.parent_id = p.id and c.is_public
group by p.id having p.reply_count <> count(c.id)
union all
select 'reactions', c.id, c.reaction_count, count(r.comment_id)
from comments c left join reactions r on r.comment_id = c.id
group by c.id having c.reaction_count <> count(r.comment_id)
union all
select 'flags', c.id, c.flag_count, count(f.id)
from comments c left join flags f on f.comment_id = c.id and f.decided_at is null
group by c.id having c.flag_count <> count(f.id)
union all
select 'commenter', m.id, m.comment_count, count(a.id)
from commenters m left join comments c on c.author_id = m.id and c.is_public and c.placeholder is null
  left join articles a on a.id = c.article_id and a.is_public
group by m.id having m.comment_count <> count(a.id)
union all
select 'placeholder', c.id, 0, 0 from comments c where c.placeholder is not null and c.is_public <> (c.reply_count > 0)
"""


@dataclass
class Room:
    """now: what the clock says; every write moves it by ten seconds, so that nobody is too fast. forgotten: commenters
    whose tokens are read anew."""

    database: Database
    now: datetime = datetime(2026, 11, 24, 9, tzinfo=UTC)
    rules: Rules = field(default_factory=Rules)
    external: External | None = None
    step: timedelta = timedelta(seconds=10)
    forgotten: list[UUID] = field(default_factory=list)
    executor: Executor = field(init=False)

    def __post_init__(self) -> None:
        self.executor = Executor(SCHEMA, self.database)

    def ruled(self, **tables: Any) -> None:
        """Other rules from here on."""
        self.rules = replace(rules(tables), scorer=self.rules.scorer)

    async def ask(self, query: str, caller: Caller, **variables: Any) -> Any:
        """The whole answer."""
        self.executor.desk = Desk(self.database, self.rules, self.external, lambda: self.now, self.forgotten.append)
        answer = await self.executor.execute(query, variables, caller=caller)
        return orjson.loads(answer.body)

    async def send(self, mutation: str, caller: Caller, shown: str = f"comment {SHOWN}", **input: Any) -> Any:
        """The whole answer to a mutation, whose payload is `done`."""
        self.now += self.step
        type_ = f"{mutation[0].upper()}{mutation[1:]}Input!"
        payload = f"{{ {shown} errors {{ code message path }} }}"
        query = f"mutation ($input: {type_}) {{ done: {mutation}(input: $input) {payload} }}"
        return await self.ask(query, caller, input=input)

    async def do(self, mutation: str, caller: Caller, shown: str = f"comment {SHOWN}", **input: Any) -> Any:
        """The payload of a mutation, with its errors as codes with the last step of their path."""
        answer = await self.send(mutation, caller, shown, **input)
        assert "errors" not in answer, answer
        done = answer["data"]["done"]
        assert all(error["message"].endswith(".") for error in done["errors"])
        done["errors"] = [f"{error['code']} {error['path'][-1]}" for error in done["errors"]]
        return done

    async def post(self, caller: Caller, body: str, on: str = article(1), **more: Any) -> Any:
        """The comment of a post that has to succeed."""
        payload = await self.do("postComment", caller, articleId=on, body=body, **more)
        assert payload["errors"] == []
        return payload["comment"]

    async def wrong(self) -> list[Any]:
        """Counters that differ from a recount."""
        return [tuple(row) for row in await self.database.rows(RECOUNT)]

    async def lines(self) -> list[tuple[str, str]]:
        """Kind and node of the log's lines."""
        return [(row["kind"], row["node"]) for row in await self.database.rows("select * from changes order by seq")]

    async def thread(self, caller: Caller, on: str = article(1)) -> list[str]:
        query = "query ($id: ID!) { article(by: {id: $id}) { thread(first: 100) { nodes { id } } } }"
        answer = await self.ask(query, caller, id=on)
        return [node["id"] for node in answer["data"]["article"]["thread"]["nodes"]]
