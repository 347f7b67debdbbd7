"""What is kept of a reader, column by column: whether they may take it along, and whether it goes with them.

The columns are read from the database, so that a new one that leads to a reader fails here until it is stated.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette

from api.settings import Settings
from api.tokens import make
from db.pool import Database
from tests.conftest import EDITION
from tests.databases import traces
from tests.services import until

KEY = "a shared key of more than 32 characters"
ARTICLE = "a_00000000-0000-7000-8000-000400000001"
OTHERS = [f"c_00000000-0000-7000-8000-00070000000{n}" for n in (1, 3)]


@dataclass(frozen=True)
class Stated:
    """exported: where it stands in the export, or left_out: why it does not. kept: why it outlives its reader, of those
    who are suspended or banned only where `banned` says so; what says neither goes."""

    exported: str = ""
    left_out: str = ""
    kept: str = ""
    banned: bool = False


KNOWN_AGAIN = "erasing brings back nobody who is kept from writing"
COLUMNS: Mapping[str, Stated] = {
    "commenters.id": Stated("commenter", kept=KNOWN_AGAIN, banned=True),
    "identities.commenter_id": Stated("identities", kept=KNOWN_AGAIN, banned=True),
    "decisions.commenter_id": Stated("commenter.decisions", kept="it says why they are kept from writing", banned=True),
    "decisions.decided_by": Stated("decided"),
    "comments.author_id": Stated("comments"),
    "reactions.commenter_id": Stated("reactions"),
    "flags.commenter_id": Stated("flags"),
    "idempotency_keys.commenter_id": Stated("idempotencyKeys"),
    "paces.commenter_id": Stated("paces"),
    "changes.node": Stated(left_out="that a name changed, not which", kept="an id that leads nowhere"),
    "budgets.bucket": Stated(left_out="points of the minute that runs", kept="it is dropped within two hours"),
}
REFERENCES = """
select conrelid::regclass || '.' || a.attname as name
from pg_constraint join pg_attribute a on a.attrelid = conrelid and a.attnum = any (conkey)
where contype = 'f' and confrelid = 'commenters'::regclass
"""
# Columns that are called so, and refer to nothing else.
CALLED_SO = """
select c.table_name || '.' || c.column_name as name
from information_schema.columns c
where c.table_schema in ('public', 'jobs') and c.column_name ~ 'commenter|reader|viewer|moderator|author_id|_by$'
  and not exists (
    select from pg_constraint k join pg_attribute a on a.attrelid = k.conrelid and a.attnum = any (k.conkey)
    where k.contype = 'f' and k.conrelid = format('%I.%I', c.table_schema, c.table_name)::regclass
      and a.attname = c.column_name and k.confrelid <> 'commenters'::regclass
  )
"""


def test_every_line_gives_its_reasons() -> None:
    for name, stated in COLUMNS.items():
        assert bool(stated.exported) != bool(stated.left_out), name
        assert bool(stated.kept) >= stated.banned, name


async def test_every_column_that_leads_to_a_reader_is_stated(database: Database) -> None:
    found = {row["name"] for sql in (REFERENCES, CALLED_SO) for row in await database.rows(sql)}
    # By whom a topic was assigned is a kind and no person.
    assert found - {"article_topics.assigned_by"} <= COLUMNS.keys()


# -- a world in which everything is kept of Ann


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    rules = tmp_path / "rules.toml"
    rules.write_text('[pace]\ncomment_seconds = 0\n[words.suspect]\nany = ["refund"]\n')
    return Settings(database_url=database_url, log_level="error", log_format="json", token_key=KEY, moderation=rules)


@dataclass
class World:
    client: httpx2.AsyncClient
    database: Database
    id: str = ""

    async def ask(self, query: str, subject: str, name: str, role: str | None = None) -> Any:
        token = make(KEY, subject, name=name, role=role, now=datetime.now(UTC), hours=1)
        headers = {"Authorization": f"Bearer {token}"}
        answer = (await self.client.post("/graphql", json={"query": query}, headers=headers)).json()
        assert "errors" not in answer, answer
        assert all(not part["errors"] for part in answer["data"].values() if "errors" in part), answer
        return answer["data"]

    async def export(self) -> Any:
        token = make(KEY, "ann", name="Ann", role="MODERATOR", now=datetime.now(UTC), hours=1)
        answer = await self.client.get("/v1/me/export", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200
        assert "content-length" not in answer.headers
        return answer.json()

    async def traces(self) -> dict[str, int]:
        return await traces(self.database, self.id[2:])

    async def stand(self, state: str, until: datetime | None = None) -> None:
        at = f', until: "{until.isoformat()}"' if until else ""
        input = f'{{id: "{self.id}", state: {state}, note: "Watched."{at}}}'
        await self.ask(
            f"mutation {{ setCommenterState(input: {input}) {{ errors {{ message }} }} }}", "mod", "Mod", "ADMIN"
        )

    async def erase(self, comments: str) -> None:
        input = f"{{comments: {comments}}}"
        await self.ask(f"mutation {{ eraseViewer(input: {input}) {{ errors {{ message }} }} }}", "ann", "Ann")


@pytest.fixture
async def world(app: Starlette, client: httpx2.AsyncClient) -> World:
    async with app.state.database.transaction() as connection:
        await connection.execute(EDITION.read_text())
    made = World(client, app.state.database)
    errors = "errors { message }"
    written = await made.ask(
        f"""mutation {{
          post: postComment(input: {{articleId: "{ARTICLE}", body: "A *refund*.", idempotencyKey: "one"}}) {{
            comment {{ author {{ id }} }} {errors} }}
          held: postComment(input: {{articleId: "{ARTICLE}", body: "You idiot."}}) {{ {errors} }}
          react: addReaction(input: {{commentId: "{OTHERS[0]}"}}) {{ {errors} }}
          flag: flagComment(input: {{commentId: "{OTHERS[0]}", reason: SPAM, note: "Look."}}) {{ {errors} }}
        }}""",
        "ann",
        "Ann",
    )
    made.id = written["post"]["comment"]["author"]["id"]
    input = f'{{ids: ["{OTHERS[1]}"], status: REJECTED, reason: SPAM, note: "No."}}'
    await made.ask(f"mutation {{ moderateComments(input: {input}) {{ {errors} }} }}", "ann", "Ann", "MODERATOR")
    await made.stand("PREMODERATED")
    return made


async def test_a_reader_takes_along_all_that_is_theirs_or_about_them(world: World) -> None:
    kept, found = await world.traces(), await world.export()
    assert kept.keys() == COLUMNS.keys()
    parts = set()
    for name, stated in COLUMNS.items():
        if stated.exported:
            parts.add(stated.exported.split(".")[0])
            part = found
            for step in stated.exported.split("."):
                part = part[step]
            assert (len(part) if isinstance(part, list) else 1) == kept[name], name
    assert parts == found.keys()
    assert [(each["state"], each["note"]) for each in found["commenter"]["decisions"]] == [("PREMODERATED", "Watched.")]
    (refund, held) = found["comments"]
    assert [each["rule"] for each in refund["reportedByRules"]] == ["SUSPECT_WORD"]
    assert [each["rule"] for each in held["decisions"]] == ["TOXICITY"]
    (decided,) = found["decided"]
    assert decided | {"decidedAt": ""} == {
        **{"of": OTHERS[1], "status": "REJECTED", "reason": "SPAM", "note": "No.", "decidedAt": ""}
    }
    assert [(each["key"], each["commentId"]) for each in found["idempotencyKeys"]] == [("one", refund["id"])]


@pytest.mark.parametrize("comments", ["ANONYMISE", "DELETE"])
async def test_who_is_erased_leaves_what_is_stated(world: World, comments: str) -> None:
    await world.erase(comments)
    assert (await world.traces()).keys() == {name for name, each in COLUMNS.items() if each.kept and not each.banned}


async def test_who_is_banned_leaves_more(world: World) -> None:
    await world.stand("BANNED")
    await world.erase("DELETE")
    assert (await world.traces()).keys() == {name for name, each in COLUMNS.items() if each.kept}


async def test_who_was_erased_while_suspended_begins_anew_when_that_is_over(world: World) -> None:
    await world.stand("SUSPENDED", datetime.now(UTC) + timedelta(seconds=1))
    await world.erase("ANONYMISE")
    gone = {name for name, each in COLUMNS.items() if each.kept and not each.banned}

    async def is_over() -> bool:
        return (await world.traces()).keys() == gone

    await until(is_over)
    viewer = await world.ask("{ viewer { commenter { id displayName } } }", "ann", "Ann Lee")
    assert viewer["viewer"]["commenter"]["displayName"] == "Ann Lee"
    assert viewer["viewer"]["commenter"]["id"] != world.id
