"""Golden triples: an operation, its one statement, its answer. `pytest --update` rewrites the latter two."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest

from db.pool import Database
from schema.caller import ANONYMOUS
from schema.execute import Executor
from tests.databases import executed

GOLDENS = Path(__file__).parent / "goldens"
CASES = sorted(path.stem for path in GOLDENS.glob("*.graphql"))


def operation(case: str) -> tuple[str, dict[str, Any]]:
    """A golden's document, and the variables that a comment in it holds."""
    text = (GOLDENS / f"{case}.graphql").read_text()
    variables = [line.removeprefix("# variables:") for line in text.splitlines() if line.startswith("# variables:")]
    return text, orjson.loads(variables[0]) if variables else {}


@asynccontextmanager
async def statements(database: Database) -> AsyncIterator[list[str]]:
    """The reads that Postgres executes meanwhile, once the block has ended."""
    sent: list[str] = []
    before = await executed(database)
    yield sent
    sent += (await executed(database) - before).elements()


async def test_a_statement_without_values_is_read_once_for_all_who_wait(edition: Executor, database: Database) -> None:
    document = "{ articles(first: 10) { nodes { id } } }"
    await edition.execute(document)
    async with statements(database) as sent:
        answers = await asyncio.gather(*(edition.execute(document) for _ in range(16)))
    assert [answer.status for answer in answers] == [200] * 16
    assert len({answer.body for answer in answers}) == 1
    # Who asks first goes alone.
    assert len(sent) == 2


@pytest.mark.parametrize("case", CASES)
async def test_one_statement_gives_the_answer(
    case: str, edition: Executor, database: Database, golden: Callable[[Path, str], None]
) -> None:
    document, variables = operation(case)
    async with statements(database) as sent:
        answer = await edition.execute(document, variables)
    assert answer.status == 200
    assert len(sent) == 1
    golden(GOLDENS / f"{case}.sql", _broken_up(sent[0]))
    pretty = orjson.dumps(orjson.loads(answer.body), option=orjson.OPT_INDENT_2)
    golden(GOLDENS / f"{case}.json", pretty.decode() + "\n")


@pytest.mark.parametrize("case", CASES)
async def test_graphql_core_gives_the_same_answer(case: str, edition: Executor) -> None:
    document, variables = operation(case)
    compiled = await edition.execute(document, variables)
    by_core = await edition._by_core(edition.known(document, None), variables, ANONYMOUS)
    assert orjson.loads(by_core.body) == orjson.loads(compiled.body)
    assert [*_keys(orjson.loads(by_core.body))] == [*_keys(orjson.loads(compiled.body))]


def _keys(value: Any) -> Iterator[str]:
    """All keys in the order in which they stand."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _keys(inner)


def _broken_up(sql: str) -> str:
    """A statement with a line for each subselect, so that a change can be read."""
    return sql.replace("(select ", "\n(select ").replace(" from (", "\n from (") + "\n"
