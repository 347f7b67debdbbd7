"""Compiled plans answer as a reference does, which knows nothing of them: random operations, both ways.

`make equivalence` runs many more; `tests/schema/equivalence/` holds the edition, the reference and the generator.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator

import orjson
import pytest
from graphql import GraphQLArgument, GraphQLField, GraphQLInt, GraphQLObjectType, GraphQLString

from schema.answer import Answer
from schema.build import build_schema
from schema.caller import ANONYMOUS
from tests.databases import administer, at
from tests.schema.equivalence import edition
from tests.schema.equivalence.callers import CALLERS
from tests.schema.equivalence.compare import both_ways
from tests.schema.equivalence.coverage import Coverage
from tests.schema.equivalence.operations import Generator, Operation
from tests.schema.equivalence.reference.execute import NoReference, resolved_by_reference
from tests.schema.equivalence.run import Both, Difference, opened, run
from tests.schema.equivalence.shrink import shrunk
from tests.schema.equivalence.values import NotGenerated, Values

OPERATIONS = 300
# Within so many operations at most all of the schema is asked for.
COVERING = 4_000


@pytest.fixture(scope="module")
def rich_edition_url(server_url: str, template: str) -> Iterator[str]:
    """The address of a database with the edition that operations are compared on."""
    name = f"broadsheet_test_{os.getpid()}_equivalence"
    asyncio.run(administer(server_url, f"create database {name} template {template} strategy file_copy"))
    asyncio.run(edition.load(at(server_url, name)))
    yield at(server_url, name)
    asyncio.run(administer(server_url, f"drop database {name} with (force)"))


@pytest.fixture
async def both(rich_edition_url: str) -> AsyncIterator[Both]:
    async with opened(rich_edition_url) as found:
        yield found


async def test_random_operations_are_answered_alike(both: Both) -> None:
    """By whoever they are asked."""
    kinds = set()
    for seed, (name, caller) in enumerate(CALLERS.items(), 20):
        async for operation, outcome in run(both, OPERATIONS // len(CALLERS), seed, caller):
            told = (name, outcome.difference, operation, outcome.answer.body, outcome.expected)
            assert outcome.difference is None, told
            kinds.add(outcome.kind)
    assert {"answered", "errors"} <= kinds


async def test_the_generator_asks_for_all_of_the_schema(both: Both) -> None:
    caller = CALLERS["moderator"]  # who sees comments of every status
    values = Values(both.rows, caller, seed=1)
    generator = Generator(both.reference.schema, values, seed=1)
    coverage = Coverage(both.reference.schema)
    for number in range(COVERING):
        if number % 200 == 0 and not coverage.missing():
            return
        operation = generator.operation()
        result = await both.reference.execute(operation.query, operation.variables[0], operation.name, caller)
        coverage.count(operation, result.data)
        values.meet(orjson.dumps(result.data))
    assert coverage.missing() == []


def test_a_field_without_a_reference_is_named() -> None:
    schema = build_schema()._schema
    article = schema.type_map["Article"]
    assert isinstance(article, GraphQLObjectType)
    article.fields["mood"] = GraphQLField(GraphQLString)
    with pytest.raises(NoReference, match=r"Article\.mood"):
        resolved_by_reference(schema)


async def test_a_field_and_an_argument_that_are_not_generated_are_named(both: Both) -> None:
    schema = build_schema()._schema
    source = schema.type_map["Source"]
    assert isinstance(source, GraphQLObjectType)
    source.fields["mood"] = GraphQLField(GraphQLString)
    coverage = Coverage(schema)
    assert "Source.mood" in coverage.missing()
    source.fields["mood"].args["shade"] = GraphQLArgument(GraphQLInt)
    assert "Source.mood(shade)" in coverage.missing()
    with pytest.raises(NotGenerated, match=r"Source\.mood\(shade\)"):
        Values(both.rows, ANONYMOUS, seed=1).of("Source.mood(shade)")


async def test_a_difference_is_seen_and_made_small(both: Both) -> None:
    """With a name changed behind the reference's back, what shows it is cut down to it."""
    both.rows["sources"][3]["name"] += " of yesterday"
    document = """
    query Asked($first: Int = 3, $not: Boolean!) {
      topics(first: $first) { totalCount ...Page }
      sources { nodes { slug ...Named country @skip(if: $not) } pageInfo { endCursor } }
    }
    fragment Page on TopicConnection { nodes { id ... on Topic { code } } }
    fragment Named on Source { homepageUrl ... on Node { ... on Source { known: name language } } }
    """
    variables = {"first": 2, "not": False}
    outcome = await both.ways(document, variables, None, ANONYMOUS)
    assert outcome.difference is not None
    assert ".sources.nodes" in outcome.difference
    found = Difference(Operation(document, None, (variables,)), variables, outcome)
    small = await shrunk(both, found, ANONYMOUS)
    assert small.outcome.difference is not None
    assert " ".join(small.operation.query.replace("{", " { ").split()) == (
        "query Asked { sources { nodes { ...Named } } }"
        " fragment Named on Source { ... on Node { ... on Source { known: name } } }"
    )
    assert small.variables == {}


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b'{"data":{"source":null}}', "data: .source is None"),
        (b'{"data":{"source":{"name":"Le Quai","slug":"source-4"}}}', "keys at .source"),
        (b'{"data":{"source":{"slug":"source-4","name":"Le Quai"}},"errors":[]}', None),
        (b'{"data":{"source":{"slug":"source-4","name":"Le quai"}}}', ".source.name"),
        (b'{"errors":[{"message":"x","path":["source"],"extensions":{"code":"INTERNAL"}}]}', "one has data"),
    ],
)
async def test_answers_differ_by_values_and_by_the_order_of_keys(
    body: bytes, word: str | None, both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def answered(*_: object) -> Answer:
        return Answer(200, body)

    monkeypatch.setattr(both.executor, "execute", answered)
    document = '{ source(by: {slug: "source-4"}) { slug name } }'
    outcome = await both_ways(both.executor, both.reference, document, {})
    assert outcome.difference is None if word is None else word in (outcome.difference or "")
