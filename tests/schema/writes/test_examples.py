"""The operations of the pages for front-end teams and moderators, run as they stand, and their tables complete."""

import json
import re
import tomllib
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from ingest.moderation.phases import PHASES
from ingest.moderation.settings import Rules, rules
from schema.caller import Caller
from schema.writes.outcome import Fault
from tests.conftest import ROOT
from tests.schema.writes.room import MINATO, MODERATOR, Room, article, comment, commenter

COMMENTS, MODERATION = ((ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("comments.md", "moderation.md"))
EXAMPLE = re.compile(r"```graphql\n(.*?)```(?:\n\n```json\n(.*?)```)?", re.DOTALL)


@pytest.mark.parametrize(("page", "caller", "least"), [(COMMENTS, MINATO, 8), (MODERATION, MODERATOR, 4)])
async def test_every_operation_of_a_page_works(page: str, caller: Caller, least: int, room: Room) -> None:
    ids = {"a_…": article(1), "c_…": comment(1), "m_…": commenter(1)}
    found = EXAMPLE.findall(page)
    assert len(found) == page.count("```graphql") >= least
    for document, given in found:
        room.now += room.step
        for short, id_ in ids.items():
            given = given.replace(short, id_)
        answer = await room.ask(document, caller, **json.loads(given or "{}"))
        assert "errors" not in answer, (document, answer)
        for payload in answer["data"].values():
            assert payload.get("errors", []) == [], document
        if "postComment" in answer["data"]:
            # What follows is done to one's own.
            ids["c_…"] = answer["data"]["postComment"]["comment"]["id"]
        if "deleteComment" in answer["data"]:
            ids["c_…"] = comment(1)


def test_every_error_is_told() -> None:
    assert {code.value for code in Fault} <= set(re.findall(r"`([A-Z_]+)`", COMMENTS))


def test_every_rule_is_told_in_its_order() -> None:
    told = re.findall(r"^\| `([A-Z_]+)` \|.*\|.*\|.*\|$", MODERATION, re.MULTILINE)
    assert told == [name for name, _ in PHASES]


def test_every_setting_is_told_with_its_default() -> None:
    told = tomllib.loads(re.findall(r"```toml\n(.*?)```", MODERATION, re.DOTALL)[0])
    assert rules({name: table for name, table in told.items() if name != "words"}) == Rules()
    assert _settings(Rules()) == {name: set(table) for name, table in told.items()}


def _settings(whole: Any) -> dict[str, set[str]]:
    tables = {each.name: getattr(whole, each.name) for each in fields(whole)}
    return {name: {one.name for one in fields(table)} for name, table in tables.items() if is_dataclass(table)}
